// Node.js with `ws`: PORT SIZE send|frame. `send` is what its documentation shows; `frame` writes bytes that were
// encoded once to each socket, past the library.
import { createRequire } from "node:module";
import { join } from "node:path";

const { WebSocketServer } = createRequire(join(process.env.PEERS, "package.json"))("ws");
const [port, size, way] = process.argv.slice(2);
const payload = "x".repeat(Number(size));
const head = payload.length < 126 ? [0x81, payload.length] : [0x81, 126, payload.length >> 8, payload.length & 255];
const frame = Buffer.concat([Buffer.from(head), Buffer.from(payload)]);
const viewers = new Set();
const server = new WebSocketServer({ host: "127.0.0.1", port: Number(port), backlog: 8192, perMessageDeflate: false });
server.on("connection", (socket, request) => {
  if (request.url !== "/go") {
    viewers.add(socket);
    socket.on("close", () => viewers.delete(socket));
    return;
  }
  socket.on("message", () => {
    if (way === "frame") for (const viewer of viewers) viewer._socket.write(frame);
    else for (const viewer of viewers) viewer.send(payload);
  });
});
