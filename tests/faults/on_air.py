"""Model tablets on real sockets: the same rules as in the simulation, over whatever network there is."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from websockets.asyncio import client
from websockets.exceptions import WebSocketException

from tests.builders import FAULTS, PANEL, Hall
from tests.faults.history import History
from tests.faults.tablet import Tablet
from tests.realtime.house import token_of
from tests.realtime.sockets import PATIENCE, until

BROKEN = (OSError, EOFError, TimeoutError, WebSocketException, ValueError)


class OnAir:
    """The tablets of a hall, each on a connection that it makes again whenever it is gone."""

    def __init__(
        self, at: Hall, address: Callable[[], str], history: History, dice: random.Random, *, silence: float = 21.0
    ) -> None:
        self.at, self.history = at, history
        self.connections, self.attempts = 0, 0
        self.trouble: set[str] = set()
        """What went wrong with connections, by the name of the fault."""
        self._address, self._dice, self._silence = address, dice, silence
        self._names = 0
        self._again = asyncio.Event()
        self.tablets = [
            Tablet(device, token_of(at, seat), history, time.monotonic, opens_sheets=False)
            for seat, device in enumerate(at.devices)
        ]

    def mark(self, tablet: Tablet) -> None:
        """A judge makes a mark."""
        self._names += 1
        entry = self._dice.choice(self.at.entries)
        aspect = self._dice.choice((PANEL, PANEL, PANEL, FAULTS))
        name = f"mark-{self._names}"
        tablet.mark(self.at.session, entry, aspect, "entered", 1000 * self._dice.randint(0, 10), name)

    def online(self) -> None:
        """The device says that there is a network again: who waits tries at once."""
        self._again.set()
        self._again = asyncio.Event()

    @property
    def unsent(self) -> int:
        """How many marks wait for an answer on all tablets."""
        return sum(kept.state == "saved" for tablet in self.tablets for kept in tablet.kept.values())

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep all of them connected while this is entered."""
        tasks = [asyncio.create_task(self._live(tablet)) for tablet in self.tablets]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            for task in tasks:
                if not task.cancelled():
                    task.result()

    async def drained(self, seconds: float = PATIENCE) -> float:
        """Return when everything is answered; in how many seconds."""
        began = time.monotonic()
        await until(lambda: all(tablet.drained for tablet in self.tablets), seconds)
        for tablet in self.tablets:
            self.history.write("drained", client=tablet.device)
        return time.monotonic() - began

    async def _live(self, tablet: Tablet) -> None:
        failures = 0
        while not tablet.ended:
            heard = [0.0]
            self.attempts += 1
            try:
                await self._connected(tablet, heard)
            except BROKEN as broken:
                self.trouble.add(type(broken).__name__)
            tablet.send = lambda text: False
            tablet.lost()
            failures = 0 if heard[0] else min(failures + 1, 5)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._dice.random() * 0.05 * 2**failures):
                    await self._again.wait()

    async def _connected(self, tablet: Tablet, heard: list[float]) -> None:
        # The page gives a handshake ten seconds; here as much as it gives a silent server.
        async with client.connect(
            self._address(), open_timeout=self._silence, ping_interval=None, close_timeout=0.2, proxy=None
        ) as socket:
            self.connections += 1
            queue: asyncio.Queue[str] = asyncio.Queue()

            def send(text: str) -> bool:
                queue.put_nowait(text)
                return True

            tablet.send = send
            send(tablet.hello)
            works = (_say(socket, queue), self._hear(socket, tablet, heard), _tick(tablet))
            tasks = [asyncio.ensure_future(work) for work in works]
            try:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                done.pop().result()
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.wait(tasks)
                for task in tasks:
                    _ = task.cancelled() or task.exception()

    async def _hear(self, socket: client.ClientConnection, tablet: Tablet, heard: list[float]) -> None:
        while True:
            async with asyncio.timeout(self._silence):
                text = await socket.recv()
            heard[0] = time.monotonic()
            tablet.hear(str(text))


async def _say(socket: client.ClientConnection, queue: asyncio.Queue[str]) -> None:
    while True:
        await socket.send(await queue.get())


async def _tick(tablet: Tablet) -> None:
    while True:
        await asyncio.sleep(0.25)
        tablet.tick()
        tablet.send('{"type":"beat"}')
