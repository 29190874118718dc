"""One tablet on its socket: performs what its `SeatLine` says is to be done.

A seat is answered on its own, as soon as the book has committed, and never waits for a board. A tablet that does
not read what it is told is cut off and sends again; nothing is left out in silence.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog
from litestar import WebSocket

from contest.errors import ContestError, StoreUnavailable
from contest.model.mark import EnterMark, Receipt
from contest.store.ids import new_id
from contest.store.open import Store
from contest.store.queries import devices
from contest.store.queries.devices import Holder
from realtime.deeds import Close, Deed, Enter, Identify, Limits, Moment, Say, ShowSheet
from realtime.figures import LiveFigures
from realtime.protocol import Refused, ToSeat
from realtime.seats import Phase, SeatLine
from realtime.sheets import sheet_for
from realtime.wires import frame_of, wire_of

log = structlog.get_logger("realtime.attending")

IN_FLIGHT = 8
"""Messages with marks that one tablet may have in the book at once; then it is not read from."""

CLOSE_SECONDS = 0.8
"""How long a closing frame may wait for a tablet that does not read."""

TRUSTED_SECONDS = 3.0
"""A device's right is asked for once a second for all tablets together; by itself after so long without that."""

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
        self.id = new_id()
        """Names this connection to other processes: of two of one tablet the later one stays."""
        self.line = SeatLine(moment(), limits=limits)
        self.holder: Holder | None = None
        self.lag_ms: int | None = None
        """How long the last marks waited for their receipts."""
        self._socket = socket
        self._wire = wire_of(socket.scope, socket.send)
        self._store = store
        self._figures = figures
        self._seat = seat
        self._room = asyncio.Semaphore(IN_FLIGHT)
        self._trusted_at = 0.0

    @property
    def holds(self) -> bool:
        """Whether the tablet holds its seat and may mark."""
        return self.holder is not None and self.holder.holds

    def hold(self, holder: Holder) -> None:
        """Whose tablet this is, and whether it holds its seat, as the store said just now."""
        self.holder = holder
        self.trust()

    def trust(self) -> None:
        """The tablet holds its seat, as the store said of all tablets a moment ago."""
        self._trusted_at = time.monotonic()

    async def lose(self, reason: str, at: str) -> None:
        """The tablet no longer holds its seat."""
        if self.holder is not None and self.holder.holds:
            self.holder = msgspec.structs.replace(self.holder, holds=False)
            await self.perform(self.line.lose(reason, at))

    async def hear(self, text: str | bytes) -> None:
        """Take one message in, find out whether the tablet may still be heard, and do what is asked."""
        deeds = self.line.receive(text, moment())
        try:
            if self.holds and any(isinstance(deed, Enter | ShowSheet) for deed in deeds):
                deeds = await self._trusted(deeds)
            await self.perform(deeds)
        except ContestError as broken:
            await self.perform(self.line.not_answered(broken))

    async def _trusted(self, deeds: list[Deed]) -> list[Deed]:
        """What may be done of these by a tablet that holds its seat, as the store said a moment ago."""
        assert self.holder is not None
        if time.monotonic() - self._trusted_at <= TRUSTED_SECONDS:
            return deeds
        now = await devices.hold_of(self._store, self.holder.device)
        if now.holds:
            self.trust()
            return deeds
        await self.lose(now.reason, now.at)
        if self.line.phase is Phase.OVER:
            return []
        return [deed for deed in deeds if not isinstance(deed, ShowSheet)]

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
                    self._enter(marks)
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

    def _enter(self, marks: list[EnterMark]) -> None:
        """Hand marks in; the receipts are said in the turn of the loop in which they are known."""
        assert self.holder is not None
        began = time.perf_counter()
        self._store.book.hand_in(self.holder.contest, marks, lambda answer: self._answered(answer, began))

    def _answered(self, answer: list[Receipt] | Exception, began: float) -> None:
        self._room.release()
        if isinstance(answer, Exception):
            # The tablet keeps its marks and sends them again; a fault that is no broken rule is ours to find.
            if not isinstance(answer, ContestError):
                device = None if self.holder is None else self.holder.device
                log.error("marks could not be stored", device=device, exc_info=answer)
            self._say_all(self.line.not_answered(StoreUnavailable()))
            return
        self._say_all(self.line.stored(answer))
        took = time.perf_counter() - began
        self.lag_ms = round(took * 1000)
        self._figures.acknowledging.observe(took)
        for verdict, many in Counter(receipt.verdict for receipt in answer).items():
            self._figures.marks.labels(verdict).inc(many)

    def _say_all(self, deeds: Iterable[Deed]) -> None:
        """Answers to marks are words alone: they are given to a tablet that is seated, or to none."""
        for deed in deeds:
            assert isinstance(deed, Say)
            self._say(deed.message)

    async def _close(self, code: int) -> None:
        await self._wire.flush()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._socket.close(code)
        except Exception:
            # It is gone already, or it does not read: each server says so in its own way.
            self._wire.abort()
