"""All tablets of one process: who sits where, and what they must hear of it.

Seats go before spectators. What is revoked or handed over is learnt from the ledger, so it takes effect on every
node; what a tablet may still do then is decided by `SeatLine` and, for every mark, by the book.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from contest.actions.signing_in import Revocations, Revoked, digest
from contest.model.fact import DeviceRevoked, Fact, MarkEntered, SeatTaken
from contest.store import clock
from contest.store.open import Store
from contest.store.queries import devices
from contest.store.queries.devices import Holder
from realtime.attendance import CLOSE_SECONDS, Attendance, Socket, moment
from realtime.deeds import Limits, Rates
from realtime.figures import LiveFigures
from realtime.hub import Hub
from realtime.rolls import Rolls
from realtime.sheets import welcome_for
from realtime.supervising import ended, supervised
from realtime.telling import Telling


class Attending:
    """All tablets of one process."""

    def __init__(
        self,
        store: Store,
        hub: Hub,
        revocations: Revocations,
        figures: LiveFigures,
        *,
        limits: Limits | None = None,
    ) -> None:
        self._store = store
        self._hub = hub
        self._figures = figures
        self._limits = limits or Limits()
        self._all: set[Attendance] = set()
        self._seated: dict[str, Attendance] = {}
        self._rates: dict[str, Rates] = {}
        """How fast each tablet may speak that was ever seated here."""
        self._contests: Counter[str] = Counter()
        self._stops: dict[str, Callable[[], None]] = {}
        self._telling = Telling(store, lambda: list(self._seated.values()), beat_seconds=self._limits.beat_seconds)
        self._rolls = Rolls(store, elsewhere=self._elsewhere, lost=self._lose)
        self._doing: set[asyncio.Task[None]] = set()
        revocations.heard(self._revoked)
        hub.planned(self._telling.planned)

    async def attend(self, socket: Socket) -> None:
        """Serve one tablet from its first word to its last."""
        await socket.accept()
        attendance = Attendance(socket, self._store, self._figures, self._limits, self._seat)
        self._all.add(attendance)
        try:
            while (message := await socket.receive())["type"] == "websocket.receive":
                text = message.get("text")
                await attendance.hear(message.get("bytes") or b"" if text is None else text)
        finally:
            attendance.line.leave("restarting")
            attendance.end()
            self._all.discard(attendance)
            self._unseat(attendance)

    # ---- who sits where ---------------------------------------------------------------------------------------

    async def _seat(self, attendance: Attendance, token: str) -> None:
        holder = await devices.tablet_of(self._store, digest(token))
        if holder is None:
            await attendance.perform(attendance.line.leave("not_signed_in"))
            return
        before = self._seated.get(holder.device)
        if before is not None:
            self._end(before, "opened_elsewhere")
        attendance.hold(holder)
        attendance.line.rates = self._rates.setdefault(holder.device, attendance.line.rates)
        self._seated[holder.device] = attendance
        self._count()
        self._contests[holder.contest] += 1
        if holder.contest not in self._stops:
            self._stops[holder.contest] = self._hub.listen(holder.contest, self._heard)
        await self._hub.follow(holder.contest)
        if holder.holds:
            await self._telling.know(holder)
        await self._welcome(attendance, holder)

    async def _welcome(self, attendance: Attendance, holder: Holder) -> None:
        """Say whose seat it is, as planned and held at the moment of the saying."""
        while True:
            turn = self._telling.turn
            holder = attendance.holder or holder
            welcome = await welcome_for(self._store, holder, beat_seconds=self._limits.beat_seconds)
            calls = await self._telling.calls_to(holder)
            # Asked again behind the listener: what was revoked in between would never be heard of.
            now = await devices.hold_of(self._store, holder.device)
            if now.holds != holder.holds:
                attendance.hold(msgspec.structs.replace(holder, holds=now.holds))
            elif turn == self._telling.turn and attendance.holder is holder:
                break
        self._rolls.came(attendance)
        await attendance.perform(attendance.line.welcome(welcome))
        signed = {line.session for line in welcome.sessions if line.state == "confirmed"}
        for call in calls:
            if call.session in signed:
                continue  # the panel has signed: what stands apart stands with a reason
            await attendance.perform(attendance.line.remark(call))

    def _unseat(self, attendance: Attendance) -> None:
        holder = attendance.holder
        if holder is None:
            return
        if self._seated.get(holder.device) is attendance:
            del self._seated[holder.device]
            self._count()
            self._rolls.left(attendance)
        self._contests[holder.contest] -= 1
        if not self._contests[holder.contest]:
            del self._contests[holder.contest]
            self._stops.pop(holder.contest)()

    def _count(self) -> None:
        self._figures.seats.set(sum(attendance.holds for attendance in self._seated.values()))

    def _end(self, attendance: Attendance, code: str) -> None:
        self._do(attendance.perform(attendance.line.leave(code)))

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._doing.add(task)
        task.add_done_callback(self._doing.discard)

    # ---- what happens meanwhile -------------------------------------------------------------------------------

    def _revoked(self, revoked: Revoked) -> None:
        if revoked.kind == "device" and revoked.subject in self._seated:
            self._lose(self._seated[revoked.subject], "revoked", clock.now())

    def _heard(self, fact: Fact) -> None:
        match fact.body:
            case MarkEntered():  # nearly all facts are marks, so they come first
                self._telling.heard(fact)
            case DeviceRevoked(device=device) if device in self._seated:
                self._lose(self._seated[device], "revoked", fact.at)
            case SeatTaken(seat=seat, device=device):
                for attendance in list(self._seated.values()):
                    holder = attendance.holder
                    if holder is not None and holder.seat == seat and holder.device != device:
                        self._lose(attendance, "handed_over", fact.at)
            case _:
                self._telling.heard(fact)

    def _lose(self, attendance: Attendance, reason: str, at: str) -> None:
        self._do(attendance.lose(reason, at))
        self._count()

    def _elsewhere(self, attendance: Attendance) -> None:
        """The same tablet has connected to another process since."""
        self._end(attendance, "opened_elsewhere")

    async def _tick(self) -> None:
        """Let time pass for every tablet."""
        while True:
            await asyncio.sleep(1.0)
            now = moment()
            for attendance in list(self._all):
                deeds = attendance.line.tick(now)
                if deeds:
                    self._do(attendance.perform(deeds))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep time and tell the news while this is entered; then say goodbye to everybody."""
        works = {"ticks of seats": self._tick} | self._telling.works | self._rolls.works
        tasks = [asyncio.create_task(supervised(name, work, self._figures)) for name, work in works.items()]
        try:
            yield
        finally:
            for attendance in list(self._all):
                self._end(attendance, "restarting")
            if self._doing:
                await asyncio.wait(self._doing, timeout=2 * CLOSE_SECONDS)
            await self._rolls.close()
            await ended([*tasks, *self._doing])
