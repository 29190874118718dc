// Bun, whose websockets are uWebSockets: PORT SIZE. One `publish` a round.
const [port, size] = process.argv.slice(2);
const payload = "x".repeat(Number(size));
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: Number(port),
  fetch(request, bound) {
    if (bound.upgrade(request, { data: new URL(request.url).pathname })) return undefined;
    return new Response("a websocket is wanted", { status: 426 });
  },
  websocket: {
    perMessageDeflate: false,
    open(socket) {
      if (socket.data !== "/go") socket.subscribe("live");
    },
    message() {
      server.publish("live", payload);
    },
  },
});
