"""Very many strangers around a served hall: cheap clients of every bad kind, and the server they press on.

`Besieged` is a nursery whose servers are the whole product as it is served, in a process of its own; deadlines of
`realtime.transport` and settings may be given, so that a test need not wait for long. What it holds is read from
outside, by the kernel's figures, and from inside by a signal: what is alive there after the garbage is gone.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import random
import re
import signal
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec

from tests.faults import children
from tests.faults.children import Nursery
from tests.journeys.running import free_port
from tests.realtime.sockets import PATIENCE, until

OFTEN = 10**9
NO_LIMITS = {
    "requests_per_minute": OFTEN,
    "requests_per_minute_and_address": OFTEN,
    "requests_per_minute_in_all": OFTEN,
}
"""Everybody of a test comes from one address."""


# ---- the server ----------------------------------------------------------------------------------------------


def besieged(
    *,
    url: str,
    port: int,
    folder: str,
    settings: dict[str, Any],
    deadlines: dict[str, float],
    options: dict[str, Any],
    stock: bool,
) -> None:
    """Serve the product with other deadlines; `stock`: by uvicorn's own protocols. SIGUSR1: say what is alive."""
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
    from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

    from contest.app import create_app
    from contest.serving import Server, server_config
    from contest.settings import Settings
    from realtime import transport

    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # uvloop wants the first three taken
    log = os.open(Path(folder) / "log", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    for name, seconds in deadlines.items():
        owner, attribute = name.split(".")
        assert hasattr(getattr(transport, owner), attribute), name
        setattr(getattr(transport, owner), attribute, seconds)
    given = {"database_url": url, "port": port, "signing_key": str(Path(folder) / "signing.pem")}
    chosen = Settings(**given, log_level="error", **settings)  # type: ignore[arg-type]
    config = server_config(create_app(chosen), chosen)
    if stock:
        config.http, config.ws = HttpToolsProtocol, WebSocketsSansIOProtocol
    for name, value in options.items():
        assert hasattr(config, name), name
        setattr(config, name, value)

    def ready() -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, lambda: _write_down_alive(Path(folder)))

    Server(config, ready).run()


OURS = ("realtime.", "uvicorn.", "websockets.", "contest.", "litestar.")


def _write_down_alive(folder: Path) -> None:
    gc.collect()
    alive = Counter(
        f"{type(one).__module__}.{type(one).__qualname__}"
        for one in gc.get_objects()
        if type(one).__module__.startswith(OURS)
    )
    alive["tasks"] = len(asyncio.all_tasks())
    fresh = folder / "alive.new"
    fresh.write_text(json.dumps(alive))
    fresh.rename(folder / "alive.json")


class Served:
    """One server, seen from outside."""

    def __init__(self, pid: int, port: int, folder: Path) -> None:
        self.pid, self.port, self.folder = pid, port, folder

    @property
    def sockets(self) -> int:
        """How many sockets it has open."""
        return sum(name.startswith("socket:") for name in self._open_files())

    @property
    def descriptors(self) -> int:
        """How many files and sockets it has open."""
        return len(self._open_files())

    @property
    def threads(self) -> int:
        return len(list(Path(f"/proc/{self.pid}/task").iterdir()))

    @property
    def kib(self) -> int:
        """Memory of its own that it holds; what only lies in the file cache is not counted."""
        found = re.search(r"RssAnon:\s+(\d+) kB", Path(f"/proc/{self.pid}/status").read_text())
        assert found is not None
        return int(found[1])

    def _open_files(self) -> list[str]:
        names = []
        for link in Path(f"/proc/{self.pid}/fd").iterdir():
            with suppress(FileNotFoundError):  # closed while we looked
                names.append(str(link.readlink()))
        return names

    @property
    def log(self) -> str:
        """What it has written down."""
        log = self.folder / "log"
        return log.read_text() if log.exists() else ""

    async def alive(self) -> Counter[str]:
        """How many objects of each kind are alive in it, once its garbage is gone."""
        told = self.folder / "alive.json"
        told.unlink(missing_ok=True)
        os.kill(self.pid, signal.SIGUSR1)
        await until(told.is_file)
        return Counter(json.loads(told.read_text()))

    async def get(self, path: str, *headers: str) -> tuple[int, dict[str, str], bytes]:
        """Ask once, on a connection of its own: status, headers and body."""
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            try:
                writer.write(asking(path, self.port, "Connection: close", *headers))
                return await answered(reader)
            finally:
                writer.close()

    async def metric(self, name: str) -> float:
        """A figure of /metrics; the sum over its labels."""
        _, _, body = await self.get("/metrics")
        found = re.findall(rf"^{re.escape(name)}(?:\{{[^}}]*\}})? (\S+)$", body.decode(), re.M)
        return sum(float(value) for value in found)

    def answers(self) -> bool:
        """Whether somebody listens at the port."""
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False


class Besieged(Nursery):
    """A nursery whose servers are pressed."""

    program = "tests.faults.crowds"

    def open(
        self,
        url: str,
        folder: Path,
        *,
        port: int = 0,
        settings: dict[str, Any] | None = None,
        deadlines: dict[str, float] | None = None,
        options: dict[str, Any] | None = None,
        stock: bool = False,
    ) -> Served:
        """Start a server; it may take a moment until it answers."""
        port = port or free_port()
        about = {"url": url, "port": port, "folder": str(folder), "stock": stock}
        about |= {"settings": NO_LIMITS | (settings or {}), "deadlines": deadlines or {}, "options": options or {}}
        return Served(self.start("besieged", **about), port, folder)

    def close(self, served: Served, how: signal.Signals = signal.SIGTERM) -> int:
        """End a server and wait for it."""
        os.kill(served.pid, how)
        return self.wait(served.pid)


@asynccontextmanager
async def siege(url: str, folder: Path, **about: Any) -> AsyncIterator[Served]:
    """One server that answers, and is ended."""
    with Besieged() as nursery:
        served = nursery.open(url, folder, **about)
        await until(served.answers)
        try:
            yield served
        finally:
            await asyncio.to_thread(nursery.close, served)
            print(served.log[:4000])
    if not about.get("stock"):
        assert "Traceback" not in served.log, "what strangers do is no fault of ours, and fills no log"


# ---- what goes over the wire ---------------------------------------------------------------------------------


def asking(path: str, port: int, *headers: str, method: str = "GET") -> bytes:
    """A request."""
    return "\r\n".join([f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", *headers, "", ""]).encode()


async def answered(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
    """Read one answer: status, headers by lower-case name, body."""
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
    size = int(headers.get("content-length", "0"))
    return int(first.split()[1]), headers, await reader.readexactly(size) if size else b""


def handshake(path: str, port: int) -> bytes:
    return asking(
        path,
        port,
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    )


def masked(payload: bytes, kind: int = 1) -> bytes:
    """A client's frame, masked with zeros."""
    size = len(payload)
    head = (
        bytes((0x80 | kind, 0x80 | size)) if size < 126 else bytes((0x80 | kind, 0xFE)) + size.to_bytes(2, "big")
    )
    return head + b"\0\0\0\0" + payload


def unreading(port: int, *said: bytes, path: str = "/live/board") -> socket.socket:
    """A websocket that has said something and of which nothing is read; the kernel keeps as little as it can."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    made.settimeout(PATIENCE)
    made.connect(("127.0.0.1", port))
    made.sendall(handshake(path, port))
    head = b""
    while b"\r\n\r\n" not in head:
        head += made.recv(1)
    assert head.startswith(b"HTTP/1.1 101"), head
    for frame in said:
        made.sendall(masked(frame))
    made.setblocking(False)
    return made


def watch(event: str, epoch: str = "", version: int = 0) -> bytes:
    """What somebody says who wants to watch an event."""
    return json.dumps({"type": "watch", "event": event, "epoch": epoch, "version": version}).encode()


# ---- viewers -------------------------------------------------------------------------------------------------


class Row(msgspec.Struct):
    entry: str
    points: str


class Told(msgspec.Struct):
    """What a viewer is told, as far as it matters here."""

    type: str
    epoch: str = ""
    after: int = 0
    version: int = 0
    rows: list[Row] = []
    gone: list[str] = []
    code: str = ""


_decode = msgspec.json.Decoder(Told).decode


class Onlooker(asyncio.Protocol):
    """One who watches by the rules of the board's page, over a protocol as cheap as Python makes it."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd = crowd
        self.epoch, self.version = "", 0
        self.rows: dict[str, str] = {}
        self.boards, self.steps, self.gaps = 0, 0, 0
        """Whole boards and steps that were taken over, and steps that did not follow."""
        self.here, self.reached = False, False
        """Whether it has its board now, and whether it had it on this connection."""
        self.over: asyncio.Future[None]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport
        self.heard, self.shook, self.here = b"", False, False
        self.over = asyncio.get_running_loop().create_future()
        self.transport.write(handshake("/live/board", self.crowd.port))

    def connection_lost(self, exc: Exception | None) -> None:
        self.here = False
        if not self.over.done():
            self.over.set_result(None)

    def data_received(self, came: bytes) -> None:
        self.heard += came
        if not self.shook:
            head, found, rest = self.heard.partition(b"\r\n\r\n")
            if not found:
                return
            self.shook, self.heard = head.startswith(b"HTTP/1.1 101"), rest
            if not self.shook:
                self.crowd.turned_away[head[9:12]] += 1
                self.transport.abort()
                return
            self.say(watch(self.crowd.event, self.epoch, self.version))
            if self.epoch:
                self.say(b'{"type":"beat"}')  # who missed nothing is told nothing; the beat says that it was heard
        for kind, payload in self._frames():
            if kind == 9:
                self.transport.write(masked(payload, 10))
            elif kind == 1:
                self.hear(_decode(payload))

    def _frames(self) -> Iterable[tuple[int, bytes]]:
        while len(self.heard) >= 2:
            size, at = self.heard[1] & 127, 2
            if size > 125:
                at = 4 if size == 126 else 10
                size = int.from_bytes(self.heard[2:at], "big")
            if len(self.heard) < at + size:
                return
            kind, payload, self.heard = self.heard[0] & 15, self.heard[at : at + size], self.heard[at + size :]
            yield kind, payload

    def hear(self, told: Told) -> None:
        match told.type:
            case "reset":
                self.epoch, self.version, self.boards = told.epoch, told.version, self.boards + 1
                self.rows = {row.entry: row.points for row in told.rows}
            case "moved" if told.after == self.version:
                self.version, self.steps = told.version, self.steps + 1
                self.rows |= {row.entry: row.points for row in told.rows}
                for entry in told.gone:
                    self.rows.pop(entry, None)
            case "moved":
                self.gaps += 1
                self.say(watch(self.crowd.event, self.epoch, self.version))
                return
            case "beat":
                pass
            case _:
                self.crowd.said[told.code or told.type] += 1
                return
        self.here = self.reached = True

    def say(self, payload: bytes) -> None:
        self.transport.write(masked(payload))

    async def live(self) -> None:
        """Watch for ever; who is cut off comes again, by chance and ever later."""
        loop, failures = asyncio.get_running_loop(), 0
        while True:
            self.reached = False
            self.crowd.comings += 1
            try:
                await loop.create_connection(lambda: self, "127.0.0.1", self.crowd.port)
                await self.over
            except OSError:
                pass
            failures = 0 if self.reached else min(failures + 1, 5)
            await asyncio.sleep(self.crowd.dice.random() * self.crowd.back_off * 2**failures)


class Crowd:
    """Very many viewers of one event."""

    def __init__(self, port: int, event: str, many: int, dice: random.Random, *, back_off: float = 0.1) -> None:
        self.port, self.event, self.dice, self.back_off = port, event, dice, back_off
        self.everybody = [Onlooker(self) for _ in range(many)]
        self.comings = 0
        self.turned_away, self.said = Counter[bytes](), Counter[str]()

    @property
    def here(self) -> int:
        """How many have their board at this moment."""
        return sum(one.here for one in self.everybody)

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Everybody comes, and stays while this is entered."""
        tasks = [asyncio.create_task(one.live()) for one in self.everybody]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            for one in self.everybody:
                if getattr(one, "transport", None) is not None:
                    one.transport.abort()

    def cut(self) -> None:
        """The network drops everybody."""
        for one in self.everybody:
            if one.here:
                one.transport.abort()

    async def all_see(self, served: Served) -> dict[str, str]:
        """Return when everybody has the board as it is, which has stopped moving; its rows."""
        async with asyncio.timeout(4 * PATIENCE):
            while True:
                rows = await board_rows(served, self.event)
                if all(one.here and one.rows == rows for one in self.everybody):
                    return rows
                await asyncio.sleep(0.1)


@contextmanager
def closing(sockets: list[socket.socket]) -> Any:
    """Close them in the end."""
    try:
        yield sockets
    finally:
        for one in sockets:
            one.close()


async def board_rows(served: Served, event: str) -> dict[str, str]:
    """The public board, as it is answered to who asks for the document."""
    status, _, body = await served.get(f"/api/public/events/{event}/board")
    assert status == 200, body
    return {row.entry: row.points for row in _decode(body).rows}


if __name__ == "__main__":
    children.LIVES["besieged"] = besieged
    sys.exit(children.main())
