"""One server in virtual time for a test that says itself what happens: seconds are exact and cost nothing."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from typing import Any

from tests.faults.ground import Planted, token_of
from tests.faults.network import Line, Weather
from tests.faults.server import Disk, Server, Timepiece, virtual
from tests.realtime.sockets import until

SWIFT = Weather(0.0, 0.0)


class Far:
    """The far end of one connection: what it was told, when, and whether it was cut off."""

    def __init__(self, door: Callable[[Line], None], headers: dict[str, str] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self.told: list[dict[str, Any]] = []
        self.cut_at: float | None = None
        self.line = Line(random.Random(0), SWIFT, self._hear, self._lost)
        self.line.headers.update(headers or {})
        door(self.line)

    def _hear(self, text: str) -> None:
        self.told.append(json.loads(text))

    def _lost(self) -> None:
        self.cut_at = self._loop.time()

    def say(self, **message: Any) -> None:
        """Send a message."""
        self.line.say(json.dumps(message))

    def all(self, kind: str) -> list[dict[str, Any]]:
        """Everything of one kind that was told."""
        return [message for message in self.told if message["type"] == kind]

    async def hear(self, kind: str, seconds: float = 30.0) -> dict[str, Any]:
        """The first of a kind that comes from now on."""
        before = len(self.all(kind))
        await until(lambda: len(self.all(kind)) > before, seconds)
        return self.all(kind)[before]

    async def gone(self, seconds: float = 60.0) -> float:
        """Return when this connection was ended, in seconds from now."""
        began = self._loop.time()
        await until(lambda: self.cut_at is not None, seconds)
        return (self.cut_at or 0.0) - began


class Scene:
    """A server that is up, over the planted contest."""

    def __init__(self, ground: Planted, loop: Timepiece) -> None:
        self.at, self.loop = ground.at, loop
        self.disk = Disk(ground.content, random.Random(0))
        self.server = Server(self.disk)

    async def up(self) -> None:
        """Return when it serves."""
        await until(lambda: self.server.up)

    async def do(self, work: Awaitable[Any]) -> Any:
        """Something that an official does, as a part of the server."""

        async def done() -> Any:
            return await work

        return await self.server.start(done())

    def tablet(self, device: str, **hello: Any) -> Far:
        """A tablet connects and says who it is."""
        far = Far(self.server.seat)
        far.say(type="hello", token=token_of(device), **hello)
        return far

    def viewer(self, headers: dict[str, str] | None = None, *, epoch: str = "", version: int = 0) -> Far:
        """A viewer asks for the board."""
        far = Far(self.server.board, headers)
        far.say(type="watch", event=self.at.event, epoch=epoch, version=version)
        return far

    async def end(self) -> None:
        """Nothing goes on."""
        self.server.kill()
        await self.server.gone()
        self.disk.connection.close()


def virtually(ground: Planted, happen: Callable[[Scene], Awaitable[Any]]) -> Any:
    """Let something happen to a server in virtual time; return what it returns."""
    loop = Timepiece()
    asyncio.set_event_loop(loop)
    try:
        with virtual(loop, random.Random(0)):

            async def go() -> Any:
                scene = Scene(ground, loop)
                await scene.up()
                try:
                    return await happen(scene)
                finally:
                    await scene.end()

            return loop.run_until_complete(go())
    finally:
        asyncio.set_event_loop(None)
        loop.close()
