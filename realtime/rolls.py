"""The roll of connected tablets, for the chief judge and for other processes: who is there, and how it is doing.

Every process writes the tablets that are connected to it into one small table: at once when one comes or goes,
every ten seconds otherwise, all of them in one transaction. A row names the connection that wrote it. Once
a second a process asks of all its tablets at once whether they still hold their seats and are still its own; one
that has connected elsewhere since is let go.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from contest.store import clock
from contest.store.open import Store
from contest.store.queries import seats
from contest.store.tables import SeatStateRow
from contest.store.work import Change, Find, Insert, Row, Work
from realtime.attendance import Attendance

GATHER_SECONDS = 0.02
"""How long those who come are waited for, so that a storm of them is few transactions."""

LOOK_SECONDS = 1.0
"""Between two looks whether a tablet has connected to another process."""

ROLL_SECONDS = seats.ROLL_SECONDS
"""A tablet that does nothing but beat is written down so often."""


class Rolls:
    """Keeps the roll of one process."""

    def __init__(
        self,
        store: Store,
        *,
        elsewhere: Callable[[Attendance], None],
        lost: Callable[[Attendance, str, str], None],
    ) -> None:
        self._store = store
        self._elsewhere = elsewhere
        self._lost = lost
        self._here: dict[str, Attendance] = {}
        self._came: dict[str, Attendance] = {}
        self._left: dict[str, Attendance] = {}
        self._written = float("-inf")
        self._asked = float("-inf")
        self._news = asyncio.Event()

    def came(self, attendance: Attendance) -> None:
        """A tablet is seated, or is there to deliver."""
        if attendance.holder is not None:
            self._came[attendance.holder.device] = attendance
            self._news.set()

    def left(self, attendance: Attendance) -> None:
        """A tablet is gone."""
        if attendance.holder is not None:
            device = attendance.holder.device
            for there in (self._here, self._came):
                if there.get(device) is attendance:
                    del there[device]
                    self._left[device] = attendance

    @property
    def works(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """What goes on while tablets are served, by name."""
        return {"the roll": self._call}

    async def _call(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._news.wait()
                    # At once, so that of two processes the one that was connected to last writes last; a storm of
                    # tablets is written together.
                    self._news.clear()
                    await asyncio.sleep(GATHER_SECONDS)
            await self.look()

    async def look(self) -> None:
        """Write down who came, left or is due, and ask how it stands with all."""
        now = asyncio.get_running_loop().time()
        due = now - self._written >= ROLL_SECONDS
        if due:
            self._written = now
        try:
            if self._came or self._left or (due and self._here):
                await self._write(self._here if due else {})
        finally:
            # Who may mark is asked for also when nothing can be written down.
            if now - self._asked >= LOOK_SECONDS:
                self._asked = now
                await self._ask()

    async def _ask(self) -> None:
        """Let go of whoever is elsewhere by now, and take the seat from whoever has lost it."""
        asked = dict(self._here)
        found = await seats.attended(self._store, asked)
        for device, attendance in asked.items():
            said = found.get(device)
            if said is None or self._here.get(device) is not attendance:
                continue
            if said.line not in ("", attendance.id):
                del self._here[device]
                self._elsewhere(attendance)
            elif said.hold.holds:
                attendance.trust()
            else:
                self._lost(attendance, said.hold.reason, said.hold.at)

    async def _write(self, due: dict[str, Attendance]) -> None:
        came, left = dict(self._came), dict(self._left)
        rows = [_row(one, here=True) for one in came.values()]
        again = [_row(one, here=True) for one in due.values()] + [_row(one, here=False) for one in left.values()]
        await self._store.writer.transact(lambda: _keep(rows, again))
        # Only what was written: who came meanwhile is written next time.
        for known, done in ((self._came, came), (self._left, left)):
            for device, attendance in done.items():
                if known.get(device) is attendance:
                    del known[device]
        gone = self._left.values()
        self._here |= {device: one for device, one in came.items() if one not in gone}

    async def close(self) -> None:
        """Nobody is connected to this process any more."""
        self._left |= self._here | self._came
        self._here, self._came = {}, {}
        if self._left:
            await self._write({})


def _row(attendance: Attendance, *, here: bool) -> Row:
    line, holder = attendance.line, attendance.holder
    assert holder is not None
    return {
        "id": holder.device,
        "contest": holder.contest,
        "event": holder.event,
        "seat": holder.seat,
        "line": attendance.id,
        "here": int(here),
        "heard_at": clock.onward(),
        "lag_ms": attendance.lag_ms,
        "unsent": line.unsent,
        "build": line.build,
        "battery": line.battery,
        "skew_ms": line.skew_ms,
    }


def _keep(came: list[Row], again: list[Row]) -> Work[None]:
    """Whoever came last is there; what another connection has written since stays."""
    yield Insert(SeatStateRow, came, unless_there=True)
    yield Change(SeatStateRow, came)
    keys = sorted((row["id"],) for row in again)
    stored = yield Find(SeatStateRow, ("id",), keys, ("id", "line"), lock=True)
    mine = {(row["id"], row["line"]) for row in stored}
    yield Change(SeatStateRow, [row for row in again if (row["id"], row["line"]) in mine])
