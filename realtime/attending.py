"""Tablets on their sockets: performs what `SeatLine` says is to be done, and brings it what happens meanwhile.

Seats go before spectators: a seat is answered on its own, as soon as the book has committed, and never waits for
a board. A tablet that does not read what it is told is cut off and sends again; nothing is left out in silence.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog
from litestar import WebSocket

from contest.actions.signing_in import Revocations, Revoked, digest
from contest.errors import ContestError, StoreUnavailable
from contest.model.fact import DeviceRevoked, Fact, SeatTaken
from contest.model.mark import EnterMark
from contest.store.open import Store
from contest.store.queries import devices, live
from contest.store.queries.devices import Holder
from realtime.deeds import Close, Deed, Enter, Identify, Limits, Moment, Say, ShowSheet
from realtime.figures import LiveFigures
from realtime.hub import Hub
from realtime.protocol import Refused, ToSeat
from realtime.seats import SeatLine
from realtime.sheets import sheet_for, welcome_for
from realtime.supervising import ended, supervised
from realtime.telling import Telling
from realtime.wires import frame_of, wire_of

log = structlog.get_logger("realtime.attending")

IN_FLIGHT = 8
"""Messages with marks that one tablet may have in the book at once; then it is not read from."""

CLOSE_SECONDS = 0.8
"""How long a closing frame may wait for a tablet that does not read."""

TRUSTED_SECONDS = 1.0
"""A device's right is asked for again with the next message after so long."""


Socket = WebSocket[Any, Any, Any]


def moment() -> Moment:
    """The moment now."""
    return Moment(time.monotonic(), datetime.now(UTC))


class Attendance:
    """One tablet on its socket."""

    def __init__(
        self,
        socket: Socket,
        store: Store,
        figures: LiveFigures,
        limits: Limits,
        seat: Callable[[Attendance, str], Awaitable[None]],
    ) -> None:
        self.line = SeatLine(moment(), limits=limits)
        self.holder: Holder | None = None
        self._socket = socket
        self._wire = wire_of(socket.scope, socket.send)
        self._store = store
        self._figures = figures
        self._seat = seat
        self._entering: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(IN_FLIGHT)
        self._trusted_at = 0.0

    def hold(self, holder: Holder) -> None:
        """The tablet holds this seat, as the store said just now."""
        self.holder = holder
        self._trusted_at = time.monotonic()

    async def hear(self, text: str | bytes) -> None:
        """Take one message in, find out whether the tablet may still be heard, and do what is asked."""
        deeds = self.line.receive(text, moment())
        try:
            if any(isinstance(deed, Enter | ShowSheet) for deed in deeds) and not await self._trusted():
                deeds = self.line.leave("seat_revoked")
            await self.perform(deeds)
        except ContestError as broken:
            await self.perform(self.line.not_answered(broken))

    async def _trusted(self) -> bool:
        """Say whether the tablet holds its seat, as the store said a moment ago."""
        assert self.holder is not None
        if time.monotonic() - self._trusted_at > TRUSTED_SECONDS:
            if not await live.holds_seat(self._store, self.holder.device):
                return False
            self._trusted_at = time.monotonic()
        return True

    async def perform(self, deeds: Iterable[Deed]) -> None:
        """Do what is to be done, in order; marks go to the book without waiting for those before them."""
        for deed in deeds:
            match deed:
                case Say(message):
                    self._say(message)
                case Identify(token):
                    await self._seat(self, token)
                case ShowSheet(session):
                    await self._show(session)
                case Enter(marks):
                    await self._room.acquire()
                    task = asyncio.create_task(self._enter(marks))
                    self._entering.add(task)
                    task.add_done_callback(self._entered)
                case Close(code):
                    await self._close(code)

    def end(self) -> None:
        """The connection is over."""
        self._wire.end()

    def _say(self, message: ToSeat) -> None:
        if isinstance(message, Refused):
            self._figures.refused.labels(message.code).inc()
        if not self._wire.put(frame_of(msgspec.json.encode(message))):
            self._wire.abort()

    async def _show(self, session: str) -> None:
        assert self.holder is not None
        await self.perform(self.line.show(await sheet_for(self._store, self.holder, session)))

    async def _enter(self, marks: list[EnterMark]) -> None:
        assert self.holder is not None
        began = time.perf_counter()
        try:
            receipts = await self._store.book.enter(self.holder.contest, marks)
        except Exception as fault:
            # The tablet keeps its marks and sends them again; a fault that is no broken rule is ours to find.
            if not isinstance(fault, ContestError):
                log.exception("marks could not be stored", device=self.holder.device)
            await self.perform(self.line.not_answered(StoreUnavailable()))
            return
        await self.perform(self.line.stored(receipts))
        self._figures.acknowledging.observe(time.perf_counter() - began)
        for receipt in receipts:
            self._figures.marks.labels(receipt.verdict).inc()

    def _entered(self, task: asyncio.Task[None]) -> None:
        self._entering.discard(task)
        self._room.release()

    async def _close(self, code: int) -> None:
        await self._wire.flush()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._socket.close(code)
        except Exception:
            # It is gone already, or it does not read: each server says so in its own way.
            self._wire.abort()


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
        self._contests: Counter[str] = Counter()
        self._stops: dict[str, Callable[[], None]] = {}
        self._telling = Telling(store, lambda: list(self._seated.values()), beat_seconds=self._limits.beat_seconds)
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
        holder = await devices.device_of(self._store, digest(token))
        if holder is None:
            known = await live.device_is_known(self._store, digest(token))
            await attendance.perform(attendance.line.leave("seat_revoked" if known else "not_signed_in"))
            return
        before = self._seated.get(holder.device)
        if before is not None:
            self._end(before, "opened_elsewhere")
        attendance.hold(holder)
        self._seated[holder.device] = attendance
        self._figures.seats.set(len(self._seated))
        self._contests[holder.contest] += 1
        if holder.contest not in self._stops:
            self._stops[holder.contest] = self._hub.listen(holder.contest, self._heard)
        await self._hub.follow(holder.contest)
        await self._telling.know(holder)
        turn = -1
        while turn != self._telling.turn:
            turn = self._telling.turn
            holder = attendance.holder or holder
            welcome = await welcome_for(self._store, holder, beat_seconds=self._limits.beat_seconds)
        # Asked again behind the listener: what was revoked in between would never be heard of.
        if await live.holds_seat(self._store, holder.device):
            await attendance.perform(attendance.line.welcome(welcome))
        else:
            await attendance.perform(attendance.line.leave("seat_revoked"))

    def _unseat(self, attendance: Attendance) -> None:
        holder = attendance.holder
        if holder is None:
            return
        if self._seated.get(holder.device) is attendance:
            del self._seated[holder.device]
            self._figures.seats.set(len(self._seated))
        self._contests[holder.contest] -= 1
        if not self._contests[holder.contest]:
            del self._contests[holder.contest]
            self._stops.pop(holder.contest)()

    def _end(self, attendance: Attendance, code: str) -> None:
        self._do(attendance.perform(attendance.line.leave(code)))

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._doing.add(task)
        task.add_done_callback(self._doing.discard)

    # ---- what happens meanwhile -------------------------------------------------------------------------------

    def _revoked(self, revoked: Revoked) -> None:
        if revoked.kind == "device" and revoked.subject in self._seated:
            self._end(self._seated[revoked.subject], "seat_revoked")

    def _heard(self, fact: Fact) -> None:
        match fact.body:
            case DeviceRevoked(device=device) if device in self._seated:
                self._end(self._seated[device], "seat_revoked")
            case SeatTaken(seat=seat, device=device):
                for attendance in list(self._seated.values()):
                    holder = attendance.holder
                    if holder is not None and holder.seat == seat and holder.device != device:
                        self._end(attendance, "seat_revoked")
            case _:
                self._telling.heard(fact)

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
        works = {"ticks of seats": self._tick} | self._telling.works
        tasks = [asyncio.create_task(supervised(name, work, self._figures)) for name, work in works.items()]
        try:
            yield
        finally:
            for attendance in list(self._all):
                self._end(attendance, "restarting")
            if self._doing:
                await asyncio.wait(self._doing, timeout=2 * CLOSE_SECONDS)
            await ended([*tasks, *self._doing])
