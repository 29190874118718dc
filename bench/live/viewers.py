"""Viewers in a process of their own who know when each frame came: `combined` and `storm` ask them.

    python -m bench.live.viewers PORT EVENT VIEWERS

A bare loop over epoll, as cheap as Python makes it. Commands on standard input, an answer of JSON to each:
`open` lets everybody in, `note SECONDS FILE` notes version and moment of every frame in a file, `cut` ends all
connections at once and lets everybody come back as fast as the server takes them, `hold SECONDS` reads on.
"""

from __future__ import annotations

import json
import select
import socket
import sys
import time
from array import array
from pathlib import Path

from bench.live.crowd import handshake, masked
from bench.live.machine import say
from realtime.wires import sockets_allowed

AT_ONCE = 128
"""Handshakes under way at a time; the rest waits in the queue that a browser's back-off makes."""
MOST = 1 << 18


class Viewer:
    """One viewer: what is left of the frame it is in the middle of."""

    __slots__ = ("asked", "carry", "phase", "socket")

    def __init__(self, made: socket.socket, asked: float) -> None:
        self.socket, self.asked = made, asked
        self.phase, self.carry = 0, b""


class Crowd:
    """All viewers."""

    def __init__(self, port: int, event: str, viewers: int) -> None:
        self.port, self.viewers = port, viewers
        self.hello = handshake("/live/board", port)
        self.watch = masked(b'{"type":"watch","event":"%s"}' % event.encode())
        self.poll = select.epoll()
        self.known: dict[int, Viewer] = {}
        self.entered: list[float] = []
        self.lost = self.frames = self.bytes = 0
        self.noting = False
        self.versions, self.moments = array("q"), array("d")

    # ---- coming and going ---------------------------------------------------------------------------------

    def open(self) -> None:
        """Let everybody in, so many at a time; returns when each has the board."""
        self.entered = []
        left = self.viewers
        while len(self.entered) < self.viewers:
            while left and self.viewers - left - len(self.entered) < AT_ONCE:
                left -= 1
                made = socket.create_connection(("127.0.0.1", self.port))
                made.setblocking(False)
                self.known[made.fileno()] = Viewer(made, time.monotonic())
                self.poll.register(made.fileno(), select.EPOLLIN)
                made.send(self.hello)
            self.step(1.0)

    def cut(self) -> None:
        """End all connections, as a server that was killed does."""
        for viewer in self.known.values():
            self.poll.unregister(viewer.socket.fileno())
            viewer.socket.close()
        self.known.clear()

    # ---- reading --------------------------------------------------------------------------------------------

    def hold(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.step(left)

    def step(self, seconds: float) -> None:
        for number, _ in self.poll.poll(seconds, 256):
            viewer = self.known[number]
            try:
                came = viewer.socket.recv(MOST)
            except BlockingIOError:
                continue
            except ConnectionError:
                came = b""
            if not came:
                self.gone(viewer)
                continue
            self.bytes += len(came)
            # A whole frame and nothing else is what comes all the time.
            whole = viewer.phase == 2 and not viewer.carry and came[1] == 126
            if whole and len(came) == 4 + (came[2] << 8 | came[3]):
                self.note(came, 4)
            else:
                self.read(viewer, came)

    def note(self, frame: bytes, at: int) -> None:
        self.frames += 1
        if self.noting:
            found = frame.index(b'"version":', at, at + 200) + 10
            self.versions.append(int(frame[found : frame.index(b",", found)]))
            self.moments.append(time.monotonic())

    def read(self, viewer: Viewer, came: bytes) -> None:
        came = viewer.carry + came
        viewer.carry = b""
        if viewer.phase == 0:
            head, found, came = came.partition(b"\r\n\r\n")
            if not found:
                viewer.carry = head
                return
            if not head.startswith(b"HTTP/1.1 101"):
                raise SystemExit(f"not let in: {head[:200]!r}")
            viewer.phase = 1
            viewer.socket.send(self.watch)
        while came:
            size, at = came[1] & 127 if len(came) > 1 else 0, 2
            if size > 125:
                at = 4 if size == 126 else 10
                size = int.from_bytes(came[2:at], "big")
            if len(came) < at or len(came) < at + size:
                viewer.carry = came  # a snapshot in several pieces, or a step of many rows
                return
            if came[0] == 0x89:
                viewer.socket.send(masked(came[at : at + size], 10))
            elif came[0] == 0x81 and viewer.phase == 1:
                if not came.startswith(b'{"type":"reset"', at):
                    raise SystemExit(f"no board: {came[:200]!r}")
                viewer.phase = 2
                self.entered.append(time.monotonic() - viewer.asked)
            elif came[0] == 0x81:
                self.note(came, at)
            came = came[at + size :]

    def gone(self, viewer: Viewer) -> None:
        self.lost += 1
        number = viewer.socket.fileno()
        self.poll.unregister(number)
        del self.known[number]
        viewer.socket.close()

    # ---- commands -----------------------------------------------------------------------------------------

    def do(self, command: str, *given: str) -> dict[str, float]:
        began, spent = time.monotonic(), time.process_time()
        self.frames = self.bytes = 0
        match command:
            case "open":
                self.open()
            case "cut":
                self.cut()
                self.open()
            case "hold":
                self.hold(float(given[0]))
            case "note":
                self.versions, self.moments, self.noting = array("q"), array("d"), True
                self.hold(float(given[0]))
                self.noting = False
                Path(given[1]).write_bytes(self.versions.tobytes() + self.moments.tobytes())
        took = time.monotonic() - began
        told = {"seconds": took, "busy": (time.process_time() - spent) / took * 100}
        told |= {"frames": self.frames, "bytes": self.bytes, "here": len(self.known), "lost": self.lost}
        if command in ("open", "cut"):
            waits = sorted(self.entered)
            told |= {"p50": waits[len(waits) // 2], "p99": waits[len(waits) * 99 // 100], "most": waits[-1]}
        return told


if __name__ == "__main__":
    sockets_allowed()
    crowd = Crowd(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
    while True:
        # Between two commands pings are answered too.
        if select.select([sys.stdin], [], [], 0)[0]:
            line = sys.stdin.readline().split()
            if not line:
                break
            say(json.dumps(crowd.do(*line)) + "\n")
        else:
            crowd.step(0.05)
