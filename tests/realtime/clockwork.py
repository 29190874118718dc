"""A loop whose time passes only while there is nothing to do.

An hour of it costs nothing, and what happens within a tenth of a second does so on every machine. It is for what
knows neither threads nor other processes: those would find the time gone.
"""

from __future__ import annotations

import asyncio
import selectors
from typing import Any


class _Leaping(selectors.DefaultSelector):
    """Looks whether something is ready; where a real one would wait, its time leaps instead."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        ready = super().select(0)
        if ready or timeout is not None:
            self.now += 0 if ready else max(0.0, timeout or 0.0)
            return ready
        return super().select(None)


class ClockworkLoop(asyncio.SelectorEventLoop):
    """An event loop with a time of its own."""

    def __init__(self) -> None:
        self._leaping = _Leaping()
        super().__init__(self._leaping)

    def time(self) -> float:
        """Seconds since the loop was made, as it counts them."""
        return self._leaping.now
