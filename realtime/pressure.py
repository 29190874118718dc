"""How hard a process is pressed, so that boards give way to judges and never wait when there is room.

Two things are looked at: how much of a processor the process uses, all its threads together, and how late its loop
is, for a machine that others keep busy has no room either. While it is pressed, boards come less often; when it is
not, as often as they may. It knows numbers of seconds, and nothing of boards.
"""

from __future__ import annotations

import time
from collections.abc import Callable

LOOK_SECONDS = 0.5
"""So long is looked at together."""

BUSY = 0.8
"""Of one processor: with more it takes too long until a judge is answered."""

LATE_SECONDS = 0.1
"""A loop that is so late once answers judges too late."""

STEP, MOST = 1.5, 10.0


class Pressure:
    """What the process was like a moment ago."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        used: Callable[[], float] = time.process_time,
    ) -> None:
        self._clock, self._used = clock, used
        self._since, self._used_before = clock(), used()
        self._late = 0.0
        self.stretch = 1.0
        """So many times the tick is between two boards of an event."""

    def look(self, late: float) -> None:
        """Take in that the loop was late by so many seconds just now."""
        self._late = max(self._late, late)
        now, used = self._clock(), self._used()
        passed = now - self._since
        if passed < LOOK_SECONDS:
            return
        pressed = (used - self._used_before) / passed > BUSY or self._late > LATE_SECONDS
        self.stretch = min(self.stretch * STEP, MOST) if pressed else max(self.stretch / STEP, 1.0)
        self._since, self._used_before, self._late = now, used, 0.0
