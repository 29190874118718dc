"""What tablets are told of that they did not do themselves: gates, changes of plan, marks that others made.

News are told in the order of the ledger, one after the other, and what a telling says of the plan is read when it
is its turn: so nobody hears of an older state after a newer one. A fault delays news and loses none.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import NamedTuple, Protocol

import msgspec

from contest.errors import NotFound
from contest.model.fact import (
    EntryRuled,
    Fact,
    GatePassed,
    MarkEntered,
    MarkSettled,
    RemarkCalled,
    RemarkEnded,
    SchemeAdopted,
)
from contest.model.gate import Line
from contest.model.ids import ContestId, EventId, PanelId, SeatId, SessionId
from contest.model.mark import Standing
from contest.store.checkpoints import backed_up
from contest.store.open import Store
from contest.store.queries import live, plans
from contest.store.queries.devices import Holder
from contest.store.queries.results import gates_of_event
from realtime import protocol
from realtime.deeds import Deed
from realtime.protocol import Sheet
from realtime.seats import SeatLine
from realtime.sheets import PanelPlan, panels_as_planned, welcome_for

COPIES_SECONDS = 2.0
"""How often it is asked whether more is in a verified copy."""

MARKS_SECONDS = 1.0
"""Marks of others are told of at most so often: a tablet then asks for its whole sheet."""


class Seated(Protocol):
    """A tablet that is connected to its seat, as it is told of news."""

    line: SeatLine
    holder: Holder | None

    async def perform(self, deeds: Iterable[Deed]) -> None:
        """Do what is to be done, in order."""


class Replanned(NamedTuple):
    """The plan may have changed: of one event, or of any."""

    event: EventId | None


class Called(NamedTuple):
    """Seats are asked to mark again, or no longer are."""

    seats: tuple[SeatId, ...]
    message: protocol.RemarkCalled


class Telling:
    """Tells the tablets of one process what concerns their sheets."""

    def __init__(self, store: Store, seated: Callable[[], Iterable[Seated]], *, beat_seconds: int) -> None:
        self._store = store
        self._seated = seated
        self._beat_seconds = beat_seconds
        self._news: deque[GatePassed | Replanned | Called] = deque()
        self._rung = asyncio.Event()
        self._marked: dict[SessionId, set[str]] = {}
        """Sessions with marks that others must hear of, and by whom they are."""
        self._panels: dict[PanelId, PanelPlan] = {}
        """What the tablets of each panel were told of the plan."""
        self._copied: dict[ContestId, int] = {}
        """How far each contest was backed up when its tablets were told last."""
        self.turn = 0
        """Raised when a plan has changed: a welcome that is being written meanwhile is written anew."""

    def heard(self, fact: Fact) -> None:
        """Something has happened in a contest of which tablets are connected."""
        match fact.body:
            case MarkEntered() as mark:
                # Also what a seat enters for the whole panel: the others have it on their sheets.
                if mark.by != mark.seat and mark.standing == Standing.COUNTS:
                    self._marked.setdefault(mark.session, set()).add(mark.by)
            case GatePassed(line=Line.SESSION) as passed:
                self._ring(passed)
            case GatePassed(line=Line.IDENTITY) | EntryRuled() | SchemeAdopted() as changed:
                self._ring(Replanned(changed.event))
            case RemarkCalled() | RemarkEnded() as call:
                self._ring(Called(call.seats, _call(call, fact.at)))
            case MarkSettled(session=session, by=by):
                self._marked.setdefault(session, set()).add(by)
            case _:
                pass

    def planned(self) -> None:
        """The plan may have changed, which leaves no fact."""
        self._ring(Replanned(None))

    def _ring(self, news: GatePassed | Replanned | Called) -> None:
        if news not in self._news:
            self._news.append(news)
        self._rung.set()

    async def know(self, holder: Holder) -> None:
        """Learn what a tablet is about to be told of the plan, so that a change of it will be noticed."""
        if holder.panel not in self._panels:
            for panel, plan in (await panels_as_planned(self._store, holder.event)).items():
                self._panels.setdefault(panel, plan)

    async def calls_to(self, holder: Holder) -> list[protocol.RemarkCalled]:
        """The calls to mark again that stand for a tablet that has just come."""
        if not holder.holds:
            return []
        standing = await live.remarks_standing(self._store, holder.event)
        return [
            protocol.RemarkCalled(
                session=call.session, entry=call.entry, aspect=call.aspect, reason=call.reason, at=call.at
            )
            for call in standing
            if holder.seat in call.seats
        ]

    @property
    def works(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """What goes on while tablets are served, by name."""
        return {
            "news of sessions": self._tell,
            "marks of others": self._tell_of_marks,
            "news of copies": self._tell_of_copies,
        }

    # ---- gates and plans --------------------------------------------------------------------------------------

    async def _tell(self) -> None:
        while True:
            await self._rung.wait()
            while self._news:
                match self._news[0]:
                    case GatePassed() as passed:
                        await self._tell_of_gate(passed)
                    case Replanned(event):
                        await self._tell_of_plans(event)
                    case Called(seats, message):
                        for seated, holder in self._held():
                            if holder.seat in seats:
                                await seated.perform(seated.line.remark(message))
                self._news.popleft()
            self._rung.clear()

    async def _tell_of_gate(self, passed: GatePassed) -> None:
        try:
            session = await plans.session(self._store, SessionId(passed.subject))
        except NotFound:
            return
        for seated, holder in self._held():
            if holder.panel == session.panel:
                await seated.perform(seated.line.session_changed(session.id, session.name, passed.gate))

    async def _tell_of_plans(self, only: EventId | None) -> None:
        panels = {holder.panel: holder.event for _, holder in self._held()}
        self._panels = {panel: plan for panel, plan in self._panels.items() if panel in panels}
        for event in sorted(set(panels.values()) if only is None else {only} & set(panels.values())):
            try:
                now = await panels_as_planned(self._store, event)
            except NotFound:
                now = {}
            self.turn += 1
            before = self._panels
            self._panels = before | now
            for seated, holder in self._held():
                if holder.event == event:
                    await self._tell_of_plan(seated, holder, before.get(holder.panel), now.get(holder.panel))

    async def _tell_of_plan(
        self, seated: Seated, holder: Holder, before: PanelPlan | None, now: PanelPlan | None
    ) -> None:
        """Tell one tablet what is different from what it was told before."""
        if seated.holder is None or not seated.holder.holds:
            return  # it lost its seat meanwhile
        seat = now.seats.get(holder.seat) if now is not None else None
        if now is None or seat is None:
            await seated.perform(seated.line.leave("seat_revoked"))
            return
        seated.holder = msgspec.structs.replace(holder, seat_number=seat.number, judge_name=seat.judge_name)
        if before is None or before.top != now.top:
            welcome = await welcome_for(self._store, seated.holder, beat_seconds=self._beat_seconds)
            await seated.perform(seated.line.welcome_again(welcome))
        for session, sheet in now.sheets.items():
            if before is None or _of_plan(before.sheets.get(session)) != _of_plan(sheet):
                await seated.perform(seated.line.session_changed(session, sheet.name, sheet.state))

    # ---- marks that others made -------------------------------------------------------------------------------

    async def _tell_of_marks(self) -> None:
        while True:
            await asyncio.sleep(MARKS_SECONDS)
            for key in list(self._marked):
                try:
                    session = await plans.session(self._store, key)
                except NotFound:
                    del self._marked[key]
                    continue
                state = (await gates_of_event(self._store, session.event)).session(key).state
                makers = self._marked.pop(key)
                for seated, holder in self._held():
                    # Who made them all has their receipts.
                    if holder.panel == session.panel and makers != {holder.seat}:
                        await seated.perform(seated.line.session_changed(session.id, session.name, state))

    # ---- copies -----------------------------------------------------------------------------------------------

    async def _tell_of_copies(self) -> None:
        while True:
            await asyncio.sleep(COPIES_SECONDS)
            # Also those that only deliver: they keep what they hold until it is in a copy.
            everybody = [(seated, seated.holder) for seated in self._seated() if seated.holder is not None]
            contests = {holder.contest for _, holder in everybody}
            self._copied = {contest: seq for contest, seq in self._copied.items() if contest in contests}
            for contest in contests:
                seq = await backed_up(self._store, contest)
                if self._copied.get(contest) != seq:
                    self._copied[contest] = seq
                    for seated, holder in everybody:
                        if holder.contest == contest:
                            await seated.perform(seated.line.backed_up(seq))

    def _held(self) -> list[tuple[Seated, Holder]]:
        holders = [(seated, seated.holder) for seated in self._seated()]
        return [(seated, holder) for seated, holder in holders if holder is not None and holder.holds]


def _call(call: RemarkCalled | RemarkEnded, at: str) -> protocol.RemarkCalled:
    called = isinstance(call, RemarkCalled)
    return protocol.RemarkCalled(
        session=call.session,
        entry=call.entry,
        aspect=call.aspect,
        reason=call.reason if isinstance(call, RemarkCalled) else "",
        at=at,
        open=called,
    )


def _of_plan(sheet: Sheet | None) -> Sheet | None:
    return sheet and msgspec.structs.replace(sheet, state="")
