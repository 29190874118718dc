"""Very many strangers around a served hall: cheap clients, good ones and of every bad kind."""

from __future__ import annotations

import asyncio
import json
import random
import socket
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import msgspec

from tests.faults.besieged import Served, asking
from tests.realtime.sockets import PATIENCE


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
