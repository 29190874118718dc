"""A bare loop of `socket.send` in Python: PORT SIZE SNDBUF. What `loop.c` does, word for word."""

from __future__ import annotations

import selectors
import socket
import sys

ACCEPTED = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: ICX+Yqv66kxgM0FcWaLWlFLwTAI=\r\n\r\n"
)


def serve(port: int, size: int, sndbuf: int) -> None:
    from realtime.wires import frame_of, sockets_allowed

    sockets_allowed()
    frame = frame_of(b"x" * size).framed
    listening = socket.create_server(("127.0.0.1", port), backlog=8192)
    waiting = selectors.DefaultSelector()
    waiting.register(listening, selectors.EVENT_READ)
    viewers: list[socket.socket] = []
    greeted: set[socket.socket] = set()
    going = None
    while True:
        for key, _ in waiting.select():
            one = key.fileobj
            if one is listening:
                fresh, _ = listening.accept()
                fresh.setblocking(False)
                fresh.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                waiting.register(fresh, selectors.EVENT_READ)
                continue
            said = one.recv(4096)
            if not said:
                waiting.unregister(one)
                one.close()
                greeted.discard(one)
                if one in viewers:
                    viewers.remove(one)
            elif one not in greeted:
                greeted.add(one)
                one.send(ACCEPTED)
                if said.startswith(b"GET /go "):
                    going = one
                else:
                    if sndbuf:
                        one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, sndbuf)
                    viewers.append(one)
            elif one is going:
                for viewer in viewers:
                    viewer.send(frame)


if __name__ == "__main__":
    serve(*(int(given) for given in sys.argv[1:]))
