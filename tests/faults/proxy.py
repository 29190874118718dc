"""A network between a client and a server that does what a hall's network does: a TCP proxy to be told how.

Each connection goes by what `Weather` says at that moment; a change takes effect at once. It knows bytes only.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

CAPTIVE = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 44\r\nConnection: close\r\n\r\n"
    b"<html><body>Welcome to the hotel</body></html>"[:44]
)
CHUNK = 16 * 1024


@dataclass
class Weather:
    """How the network is now."""

    latency: float = 0.0
    jitter: float = 0.0
    """Seconds by which each piece of data is late, and by how much more or less."""
    rate: float = 0.0
    """Bytes a second, 0 for as many as come."""
    black_hole: bool = False
    """Nothing arrives and nothing is said of it; what is on its way waits."""
    reset_after: int | None = None
    """A connection is reset after so many bytes."""
    resets: float = 0.0
    """The share of connections that are reset somewhere in their first kilobytes."""
    stop_reading: bool = False
    """The client's answers are no longer taken from the server."""
    captive: bool = False
    """Somebody else answers, in HTML."""
    gone: bool = False
    """Nobody is found: connections are refused."""


class Proxy:
    """Carries connections to one port, by the weather."""

    def __init__(self, port: int, dice: random.Random) -> None:
        self.weather = Weather()
        self.port = 0
        self.carried = 0
        self._to, self._dice = port, dice
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()

    def turn(self, **changes: object) -> None:
        """Change the weather."""
        self.weather = Weather(**changes)  # type: ignore[arg-type]
        self._changed.set()
        self._changed = asyncio.Event()

    def cut(self) -> None:
        """Reset every connection."""
        for writer in tuple(self._open):
            _reset(writer)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            if self.weather.gone:
                _reset(writer)
            elif self.weather.captive:
                await reader.read(CHUNK)
                writer.write(CAPTIVE)
                await writer.drain()
            else:
                await self._carry(reader, writer)
        except OSError:
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_connection("127.0.0.1", self._to)
        self._open.add(forth)
        doomed = self._dice.random() < self.weather.resets
        left = [self.weather.reset_after if not doomed else self._dice.randint(1, 4096)]
        ways = (self._stream(reader, forth, left), self._stream(back, writer, left, answers=True))
        tasks = [asyncio.ensure_future(way) for way in ways]
        self._tasks |= set(tasks)
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            self._tasks -= set(tasks)
            for end in (forth, writer):
                self._open.discard(end)
                end.close()

    async def _stream(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        left: list[int | None],
        *,
        answers: bool = False,
    ) -> None:
        while True:
            while self.weather.black_hole or (answers and self.weather.stop_reading):
                await self._changed.wait()
            chunk = await reader.read(CHUNK)
            if not chunk:
                return
            weather = self.weather
            late = weather.latency + weather.jitter * self._dice.uniform(-1, 1)
            await asyncio.sleep(max(0.0, late) + (len(chunk) / weather.rate if weather.rate else 0.0))
            while self.weather.black_hole:
                await self._changed.wait()
            if left[0] is not None:
                chunk, left[0] = chunk[: left[0]], max(0, left[0] - len(chunk))
            writer.write(chunk)
            self.carried += len(chunk)
            if left[0] == 0:
                _reset(writer)
                return
            await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    """End a connection as a broken network does: with RST, and what was not sent is gone."""
    raw = writer.get_extra_info("socket")
    if raw is not None and raw.fileno() >= 0:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@asynccontextmanager
async def proxied(port: int, seed: int) -> AsyncIterator[Proxy]:
    """A proxy to a port of this machine, on a free port of its own."""
    proxy = Proxy(port, random.Random(seed))
    server = await asyncio.start_server(proxy._accept, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        proxy.turn()
        proxy.cut()
        await server.wait_closed()
        if proxy._tasks:
            await asyncio.wait(proxy._tasks)
