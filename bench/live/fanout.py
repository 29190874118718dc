"""How many deliveries a CPU-second the boards' transport makes, and how long a mark takes to move a board.

    python bench/live/fanout.py [--viewers 1000] [--rounds 200] [--size 200]

Server and clients are two processes. «Saturated» is a closed loop: the next frame is written when every viewer
has the last one. The same server is measured once with its own transport and once with ASGI's `send`, one
awaited after another, which is what a handler without it would do. CPU is that of the server process alone.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import platform
import resource
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

import uvicorn
import uvloop

from realtime.transport import serve_options
from realtime.wires import fan_out, frame_of, wire_of

HANDSHAKE = (
    b"GET %s HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


# ---- the server process ---------------------------------------------------------------------------------------


class Hall:
    """A bare application: `/watch` waits, `/go` has one frame written to all and says when and at what cost."""

    def __init__(self, size: int) -> None:
        self.frame = frame_of(b"x" * size)
        self.wires = []
        self.sends = []

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "lifespan":
            for _ in range(2):
                await send({"type": f"{(await receive())['type']}.complete"})
            return
        await receive()
        await send({"type": "websocket.accept"})
        if scope["path"] == "/watch":
            wire = wire_of(scope, send)
            wire.narrow()
            self.wires.append(wire)
            self.sends.append(send)
        while (message := await receive())["type"] == "websocket.receive":
            if message["text"] == "wire":
                assert await fan_out(self.frame, self.wires) == []
            elif message["text"] == "send":
                for each in self.sends:
                    await each({"type": "websocket.send", "text": self.frame.payload.decode()})
            await send({"type": "websocket.send", "text": f"{time.process_time():.9f}"})


def serve(port: int, size: int) -> None:
    uvicorn.run(Hall(size), host="127.0.0.1", port=port, log_level="error", backlog=8192, **serve_options())


# ---- the clients' process -------------------------------------------------------------------------------------


class Watcher(asyncio.Protocol):
    """One viewer: counts the bytes behind its handshake."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd = crowd
        self.head = b""
        self.open = False

    def connection_made(self, transport) -> None:
        transport.write(HANDSHAKE % b"/watch")

    def data_received(self, data: bytes) -> None:
        if self.open:
            self.crowd.count(len(data))
            return
        self.head += data
        if b"\r\n\r\n" in self.head:
            assert self.head.startswith(b"HTTP/1.1 101"), self.head
            self.open = True
            self.crowd.entered += 1


class Crowd:
    """All viewers: knows when each of them has the frame."""

    def __init__(self, viewers: int, size: int) -> None:
        self.viewers = viewers
        self.bytes_a_round = viewers * len(frame_of(b"x" * size).framed)
        self.entered = 0
        self.missing = 0
        self.complete = asyncio.Event()
        self.latencies: list[float] = []
        self.began = 0.0

    def count(self, size: int) -> None:
        self.missing -= size
        if self.missing == 0:
            self.latencies.append(time.perf_counter() - self.began)
            self.complete.set()

    def begin(self) -> None:
        self.missing = self.bytes_a_round
        self.complete.clear()
        self.began = time.perf_counter()


async def measure(port: int, viewers: int, rounds: int, size: int) -> None:
    from websockets.asyncio.client import connect

    loop = asyncio.get_running_loop()
    crowd = Crowd(viewers, size)
    for start in range(0, viewers, 100):
        await asyncio.gather(
            *(
                loop.create_connection(lambda: Watcher(crowd), "127.0.0.1", port)
                for _ in range(min(100, viewers - start))
            )
        )
    while crowd.entered < viewers:  # noqa: ASYNC110 -- two thousand handshakes need no event each
        await asyncio.sleep(0.01)
    async with connect(f"ws://127.0.0.1:{port}/go", max_size=None) as control:
        for way in ("wire", "send"):
            for paced in (False, True):
                await _run(way, crowd, control, min(rounds, 30) if paced else rounds, paced)


async def _run(way: str, crowd: Crowd, control, rounds: int, paced: bool) -> None:
    async def one() -> float:
        crowd.begin()
        await control.send(way)
        cpu = float(await control.recv())
        await crowd.complete.wait()
        return cpu

    for _ in range(5):
        first = await one()
    crowd.latencies.clear()
    began, last = time.perf_counter(), first
    for _ in range(rounds):
        last = await one()
        if paced:
            await asyncio.sleep(max(0.0, 0.1 - (time.perf_counter() - crowd.began)))
    wall, cpu = time.perf_counter() - began, last - first
    deliveries = rounds * crowd.viewers
    latencies = sorted(seconds * 1000 for seconds in crowd.latencies)
    p50, p99 = statistics.median(latencies), latencies[int(len(latencies) * 0.99)]
    print(
        f"{way:<6}{'10/s' if paced else 'saturated':<11}{crowd.viewers:>6} viewers "
        f"{deliveries / wall:>10,.0f} del/s {deliveries / cpu:>10,.0f} per CPU-s   to the last viewer "
        f"p50 {p50:6.1f} p99 {p99:6.1f} ms",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--viewers", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--size", type=int, default=200)
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if chosen.serve:
        serve(chosen.serve, chosen.size)
        return
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, __file__, "--serve", str(port), "--size", str(chosen.size)],
        env=os.environ | {"PYTHONPATH": str(Path.cwd())},
    )
    try:
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        print(
            f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}",
            flush=True,
        )
        uvloop.run(measure(port, chosen.viewers, chosen.rounds, chosen.size))
    finally:
        server.terminate()
        server.wait(10)


if __name__ == "__main__":
    main()
