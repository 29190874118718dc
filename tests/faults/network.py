"""A network made of nothing but time: connections whose two streams keep their order, until a fault cuts them.

All delays come from the dice of the run. What is on its way when a connection breaks arrives up to some place and
no further; the other end may hear of it at once, late, or never.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from realtime.wires import EXTENSION, Frame


class Weather(NamedTuple):
    """How the network is: seconds."""

    least: float
    most: float

    def delay(self, dice: random.Random) -> float:
        """How long one message takes."""
        return self.least + (self.most - self.least) * dice.random()


class Stream:
    """One direction of a connection."""

    def __init__(self, dice: random.Random, weather: Weather, arrive: Callable[[Any], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._dice, self._weather, self._arrive = dice, weather, arrive
        self._on_way: deque[tuple[Any, asyncio.TimerHandle]] = deque()
        self._last = 0.0
        self.open = True

    def send(self, thing: Any) -> None:
        """Put something on its way, behind everything before it."""
        if self.open:
            self._last = max(self._last, self._loop.time() + self._weather.delay(self._dice))
            self._on_way.append((thing, self._loop.call_at(self._last, self._arrived)))

    def _arrived(self) -> None:
        # Not the thing of this timer: of two that are due at one moment either may be called first.
        self._arrive(self._on_way.popleft()[0])

    def cut(self, *, kept: int | None = None) -> None:
        """Nothing more is sent; of what is on its way only so much arrives, or what the dice say."""
        self.open = False
        kept = self._dice.randint(0, len(self._on_way)) if kept is None else kept
        while len(self._on_way) > kept:
            self._on_way.pop()[1].cancel()


class Line:
    """One connection between a tablet or a viewer and the server."""

    def __init__(
        self, dice: random.Random, weather: Weather, hear: Callable[[str], None], lost: Callable[[], None]
    ) -> None:
        self._dice = dice
        self._hear, self._lost = hear, lost
        self._heard: asyncio.Queue[str | None] = asyncio.Queue()
        self._up = Stream(dice, weather, self._heard.put_nowait)
        self._down = Stream(dice, weather, self._say)
        self._loop = asyncio.get_running_loop()
        self.alive = True
        """Whether the far end still believes in this connection."""
        self.stalled = False
        """Whether the far end does not read: frames for it are left out."""
        self.broken = False
        # What the product's handlers ask of a socket.
        self.scope = {"extensions": {EXTENSION: self}}
        self.headers: dict[str, str] = {}

    # ---- the far end ------------------------------------------------------------------------------------------

    def say(self, text: str) -> bool:
        """Send a message to the server; False when this connection is known to be gone."""
        if self.alive:
            self._up.send(text)
        return self.alive

    def leave(self) -> None:
        """The far end gives the connection up."""
        if self.alive:
            self.alive = False
            self._up.send(None)
            self._up.cut(kept=len(self._up._on_way))
            self._down.cut(kept=0)

    def cut(self) -> None:
        """The network breaks: either end may hear of it at once, late, or by nothing but silence."""
        self.broken = True
        self._up.cut()
        self._down.cut()
        self._loop.call_later(self._dice.choice((0.0, 0.5, 20.0)), self._heard.put_nowait, None)
        if self._dice.random() < 0.7:
            self._loop.call_later(self._dice.choice((0.0, 0.2, 3.0)), self._over)

    def look(self) -> None:
        """The far end sees by itself that nobody is there any more."""
        if self.broken:
            self._over()

    def _say(self, text: str | None) -> None:
        if text is None:
            self._over()
        elif self.alive:
            self._hear(text)

    def _over(self) -> None:
        if self.alive:
            self.alive = False
            self._lost()

    # ---- the server's socket ------------------------------------------------------------------------------------

    async def accept(self) -> None:
        """Take the connection."""

    async def receive(self) -> dict[str, Any]:
        """What comes next from the far end."""
        text = await self._heard.get()
        if text is None:
            return {"type": "websocket.disconnect", "code": 1006}
        return {"type": "websocket.receive", "text": text}

    async def send(self, message: Any) -> None:
        """Nothing of ours sends like this; whoever does is seen."""
        raise AssertionError(message)

    async def close(self, code: int = 1000) -> None:
        """The server ends the connection, behind everything it has said."""
        del code
        self._down.send(None)
        self._down.cut(kept=len(self._down._on_way))
        self._heard.put_nowait(None)

    # ---- the server's wire --------------------------------------------------------------------------------------

    def put(self, frame: Frame) -> bool:
        """Write a frame; a connection that broke unnoticed takes it like any other."""
        if self.stalled:
            return False
        self._down.send(frame.payload.decode())
        return True

    def narrow(self) -> None:
        """Nothing to narrow."""

    def abort(self) -> None:
        """End the connection, and what is on its way with it."""
        self._down.cut(kept=0)
        self._heard.put_nowait(None)
        self._loop.call_soon(self._over)

    async def flush(self) -> None:
        """What was put is on its way."""

    def end(self) -> None:
        """The server has let go."""
