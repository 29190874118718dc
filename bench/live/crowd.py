"""Very many viewers in a process of their own: `crowd.c`, compiled where there is a compiler, or Python.

    python -m bench.live.crowd PORT VIEWERS …    (as `crowd.c` says)

The Python one costs more and so finds a busy server slower than it is; the benches say which one they had.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bench.live.machine import CACHE, CLIENT, PATIENCE, running

HERE = Path(__file__).parent


class Doors(NamedTuple):
    """How viewers come in, and how a round is begun. Texts as they go over the wire."""

    port: int
    hello: bytes
    ready: bytes = b"\r\n\r\n"
    then: bytes = b""
    answer: bytes = b""
    least: int = 100
    """Bytes of the payload from which on a frame is a delivery."""
    go_port: int = 0
    go_hello: bytes = b""
    go_ready: bytes = b"\r\n\r\n"
    go: bytes = b""


def handshake(path: str, port: int) -> bytes:
    """The request that opens a websocket."""
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    ).encode()


def masked(payload: bytes, kind: int = 1) -> bytes:
    """A client's frame; masked with zeros, which the protocol allows and which costs nobody anything."""
    size = len(payload)
    if size < 126:
        head = bytes((0x80 | kind, 0x80 | size))
    elif size < 1 << 16:
        head = bytes((0x80 | kind, 0x80 | 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((0x80 | kind, 0x80 | 127)) + size.to_bytes(8, "big")
    return head + b"\0\0\0\0" + payload


def compiled(source: Path, *options: str) -> Path | None:
    """The program of a C source, compiled once; None where there is no compiler."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        return None
    made = CACHE / f"{source.stem}-{hashlib.sha256(source.read_bytes()).hexdigest()[:16]}"
    if not made.is_file():
        CACHE.mkdir(parents=True, exist_ok=True)
        fresh = made.with_name(f"{made.name}.{time.time_ns()}")
        subprocess.run([compiler, "-O2", *options, "-o", fresh, source], check=True)
        fresh.replace(made)
    return made


def compiled_crowd() -> Path | None:
    """The C crowd; None where there is no compiler."""
    return compiled(HERE / "crowd.c")


class Crowd:
    """The viewers' process, as the bench speaks to it."""

    def __init__(self, program: subprocess.Popen) -> None:
        self._program = program

    def ask(self, command: str) -> dict[str, float]:
        self._program.stdin.write(command + "\n")
        self._program.stdin.flush()
        line = self._program.stdout.readline()
        if not line or "failed" in line:
            raise RuntimeError(f"crowd: {line or self._program.wait(PATIENCE)}")
        return json.loads(line)

    def open(self) -> dict[str, float]:
        """Let everybody in."""
        return self.ask("open")

    def run(self, rounds: int, gap: float = 0.0) -> dict[str, float]:
        """Rounds in a closed loop, not closer than `gap` seconds."""
        return self.ask(f"run {rounds} {int(gap * 1e6)}")

    def hold(self, seconds: float) -> dict[str, float]:
        """Read and answer pings for a while; says who is still there."""
        return self.ask(f"hold {seconds}")


@contextmanager
def crowd(doors: Doors, viewers: int, *, in_python: bool = False) -> Iterator[Crowd]:
    """A crowd on the clients' processor, of which nobody has come in yet."""
    program = None if in_python else compiled_crowd()
    command = [program] if program else [sys.executable, "-m", "bench.live.crowd"]
    d = doors
    texts = [part.hex() or "-" for part in (d.hello, d.ready, d.then, d.answer)]
    going = [part.hex() or "-" for part in (d.go_hello, d.go_ready, d.go)]
    command += [str(d.port), str(viewers), str(d.least), *texts, str(d.go_port), *going]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "bufsize": 1}
    with running(command, processors=CLIENT, **pipes) as process:
        yield Crowd(process)


# ---- the same in Python -----------------------------------------------------------------------------------------


class _Viewer(asyncio.Protocol):
    def __init__(self, all_of_them: _All, doors: Doors, going: bool = False) -> None:
        self.all, self.doors, self.going = all_of_them, doors, going
        self.heard = bytearray()
        self.phase = "greeting"
        self.open = asyncio.get_running_loop().create_future()

    def connection_made(self, transport) -> None:
        self.transport = transport
        transport.write(self.doors.go_hello if self.going else self.doors.hello)

    def connection_lost(self, _) -> None:
        self.all.gone += 1
        self.all.complete.set()  # nobody waits for a frame that cannot come

    def data_received(self, came: bytes) -> None:
        self.all.bytes += len(came)
        self.heard += came
        if self.phase == "greeting":
            marker = self.doors.go_ready if self.going else self.doors.ready
            _, found, rest = self.heard.partition(marker)
            if not found:
                return
            self.heard = rest
            if self.doors.then and not self.going:
                self.phase = "asking"
                self.transport.write(self.doors.then)
            else:
                self._entered()
        if self.going and not self.doors.go_hello.startswith(b"GET "):
            self.heard.clear()  # no websocket: there is nothing to answer
        while (payload := self._frame()) is not None:
            if self.phase == "asking":
                if self.doors.answer in payload:
                    self._entered()
            elif len(payload) >= self.doors.least and not self.going:
                self.all.delivered()

    def _entered(self) -> None:
        self.phase = "open"
        self.open.set_result(None)

    def _frame(self) -> bytes | None:
        heard = self.heard
        if len(heard) < 2:
            return None
        size, at = heard[1] & 127, 2
        if size > 125:
            at = 4 if size == 126 else 10
            if len(heard) < at:
                return None
            size = int.from_bytes(heard[2:at], "big")
        if len(heard) < at + size:
            return None
        kind, payload = heard[0] & 15, bytes(heard[at : at + size])
        del heard[: at + size]
        if kind == 9:
            self.transport.write(masked(payload, 10))
        return payload if kind < 3 else b""


class _All:
    """What a crowd in Python knows together; the same commands as `crowd.c`."""

    def __init__(self, doors: Doors, viewers: int) -> None:
        self.doors, self.viewers = doors, viewers
        self.gone = self.bytes = self.missing = 0
        self.began = 0.0
        self.times: list[float] = []
        self.complete = asyncio.Event()
        self.control: _Viewer | None = None

    def delivered(self) -> None:
        self.times.append(time.perf_counter() - self.began)
        self.missing -= 1
        if self.missing == 0:
            self.complete.set()

    async def do(self, command: str, *amounts: str) -> dict[str, float]:
        began = time.perf_counter()
        self.bytes, self.times = 0, []
        match command:
            case "open":
                await self._open()
                done = {"opened": self.viewers - self.gone}
            case "hold":
                await asyncio.sleep(float(amounts[0]))
                done = {"alive": self.viewers - self.gone, "deliveries": len(self.times)}
            case _:
                done = await self._run(int(amounts[0]), float(amounts[1]) / 1e6)
        return done | {"gone": self.gone, "bytes": self.bytes, "seconds": time.perf_counter() - began}

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()

        async def join(port: int, going: bool = False) -> _Viewer:
            make = lambda: _Viewer(self, self.doors, going)  # noqa: E731
            _, viewer = await loop.create_connection(make, "127.0.0.1", port)
            await viewer.open
            return viewer

        if self.doors.go_port:
            self.control = await join(self.doors.go_port, True)
        for start in range(0, self.viewers, 100):
            await asyncio.gather(*(join(self.doors.port) for _ in range(min(100, self.viewers - start))))

    async def _run(self, rounds: int, gap: float) -> dict[str, float]:
        assert self.control is not None
        for _ in range(rounds):
            self.missing = self.viewers
            self.complete.clear()
            self.began = time.perf_counter()
            self.control.transport.write(self.doors.go)
            async with asyncio.timeout(PATIENCE):
                await self.complete.wait()
            if self.gone:
                raise RuntimeError("a viewer was cut off")
            await asyncio.sleep(max(0.0, self.began + gap - time.perf_counter()))
        times = sorted(seconds * 1000 for seconds in self.times)
        shares = {"p50": times[len(times) // 2], "p99": times[len(times) * 99 // 100], "most": times[-1]}
        return {"rounds": rounds, "deliveries": len(times), **shares}


def _serve_commands() -> None:
    from realtime.wires import sockets_allowed

    sockets_allowed()
    port, viewers, least, hello, ready, then, answer, go_port, go_hello, go_ready, go = (
        "" if given == "-" else given for given in sys.argv[1:]
    )
    texts = [bytes.fromhex(text) for text in (hello, ready, then, answer)]
    going = [bytes.fromhex(text) for text in (go_hello, go_ready, go)]
    with asyncio.Runner() as runner:
        everybody = runner.run(_made(Doors(int(port), *texts, int(least), int(go_port), *going), int(viewers)))
        for line in sys.stdin:
            try:
                told = runner.run(everybody.do(*line.split()))
            except (RuntimeError, OSError) as problem:
                told = {"failed": repr(problem)}
            sys.stdout.write(json.dumps(told) + "\n")
            sys.stdout.flush()


async def _made(doors: Doors, viewers: int) -> _All:
    return _All(doors, viewers)


if __name__ == "__main__":
    _serve_commands()
