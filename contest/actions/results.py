"""Results: gather the sheet of an event and let the one scoring engine compute it.

Boards, workbooks and the officials' page all come through `computed`, so they cannot disagree.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

import msgspec

from contest.actions.attributes import Attributes, attributes_of
from contest.model.contest import Contest, Event, Session
from contest.model.ids import EntryId, EventId, PanelId, SeatId
from contest.model.mark import WHOLE_PANEL, MarkKind
from contest.model.panel import Panel
from contest.model.people import Entry, EntryStatus, label_of
from contest.model.tie import Tied, TieDecision, lots_in, settled
from contest.store.open import Store
from contest.store.queries import people, plans, schemes
from contest.store.queries.results import CountedMark, EventGates, MarkOnRecord, gates_of_event, marks_that_count
from contest.store.queries.ties import tie_decisions
from scoring import Results, Sheet, SheetMark, results
from scoring.scheme import NodeLine, Scheme
from scoring.sheet import Block


class EventPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What the results of an event rest on besides marks and gates."""

    event: Event
    contest: Contest
    scheme: Scheme
    entries: Sequence[Entry]
    sessions: Sequence[Session]
    panels: Sequence[Panel]
    attributes: Attributes = {}


class EventResults(msgspec.Struct, frozen=True, kw_only=True):
    """An event with its scheme, its gates and the results of everything that is marked so far."""

    event: Event
    contest: Contest
    scheme: Scheme
    gates: EventGates
    entries: Mapping[EntryId, Entry]
    sheet: Sheet
    results: Results
    columns: Sequence[NodeLine]
    ties: Sequence[Tied]
    """Who would share a rank without any lot, and what was decided about them."""
    decisions: Sequence[TieDecision]


async def results_of(store: Store, event: EventId) -> EventResults:
    """Compute the results of an event from the marks that count now; SchemeMissing without a scheme."""
    plan = await plan_of(store, event)
    marks = await marks_that_count(store, event)
    gates = await gates_of_event(store, event)
    decisions = await tie_decisions(store, event)
    # Not on the event loop: a large event takes tens of milliseconds, and tablets are answered meanwhile.
    return await asyncio.to_thread(lambda: computed(plan, gates, Layout.of(plan).laid_out(marks), decisions))


async def plan_of(store: Store, event: EventId) -> EventPlan:
    """What is planned of an event, with the rulings on its entries; SchemeMissing without a scheme."""
    planned = await plans.event(store, event)
    scheme = await schemes.scheme_of_event(store, event)
    entries = await people.entries_of_event(store, event)
    sessions = await plans.sessions_of_event(store, event)
    panels = await plans.panels_of_event(store, event)
    return EventPlan(
        event=planned,
        contest=await plans.contest(store, planned.contest),
        scheme=scheme,
        entries=entries,
        sessions=sessions,
        panels=panels,
        attributes=await attributes_of(store, scheme, planned, entries=entries, sessions=sessions, panels=panels),
    )


def computed(
    plan: EventPlan, gates: EventGates, sheet: Sheet, decisions: Sequence[TieDecision] = ()
) -> EventResults:
    """Compute the results of an event from its sheet and from what was decided about its ties.

    A lot is given only to who is tied without any, and all of a tie were decided about together. So a lot that was
    drawn between two says nothing about a third who comes to the same points later.
    """
    found = results(plan.scheme, sheet)
    ties = settled(_ties(plan.scheme, found), decisions)
    lots = lots_in(ties)
    if lots:
        sheet = msgspec.structs.replace(sheet, lots=lots)
        found = results(plan.scheme, sheet)
    return EventResults(
        event=plan.event,
        contest=plan.contest,
        scheme=plan.scheme,
        gates=gates,
        entries={entry.id: entry for entry in plan.entries},
        sheet=sheet,
        results=found,
        columns=found.columns,
        ties=ties,
        decisions=decisions,
    )


def _ties(scheme: Scheme, found: Results) -> Sequence[tuple[int, Sequence[str]]]:
    """Who shares a rank where that is to be decided: the scheme wants every tie broken, or asks for lots."""
    ranking = scheme.ranking
    if ranking.ties != "must_break" and not any(key.of == "lot" for key in ranking.keys):
        return ()
    shared: dict[int, list[str]] = {}
    for row in found.rows:
        if row.rank is not None and row.shared:
            shared.setdefault(row.rank, []).append(row.entry)
    return tuple(shared.items())


class Layout:
    """Where the marks of an event stand on its sheet, as it is planned.

    Seat ids become seat numbers; how many judges mark an aspect of an entry is the size of the panel of the
    session in which it is scheduled. What was read a moment before a change of plan, and so belongs to no seat or
    aspect that is known, is left out.
    """

    def __init__(
        self,
        scheme: Scheme,
        entries: Sequence[Entry],
        sessions: Sequence[Session],
        panels: Sequence[Panel],
        *,
        blind: bool,
        attributes: Attributes = MappingProxyType({}),
    ) -> None:
        self.aspects = scheme.aspects
        """What is marked, in the order of the scheme."""
        self.entries = tuple(sorted(entry.id for entry in entries))
        """Who is marked, in the order of the sheet."""
        self._attributes = attributes
        self._numbers = {WHOLE_PANEL: 0} | {seat.id: seat.number for panel in panels for seat in panel.seats}
        self._known = frozenset(self.entries)
        # Behind stations nothing else may order equal rows, not even later: the order would say who is who.
        self._labels: dict[str, str] = {entry.id: entry.station if blind else label_of(entry) for entry in entries}
        self._statuses: dict[str, str] = {
            entry.id: entry.status.value for entry in entries if entry.status is not EntryStatus.ENTERED
        }
        sizes: dict[PanelId | None, int] = {panel.id: len(panel.seats) for panel in panels if panel.seats}
        self.most = max(sizes.values(), default=1)
        """The size of the largest panel."""
        judges: dict[tuple[str, str], int] = {
            (entry, aspect): sizes[session.panel]
            for session in sessions
            if session.panel in sizes
            for aspect in session.aspects
            if aspect in scheme.aspects and scheme.aspects[aspect].by_panel
            for entry in session.entries
            if entry in self._known
        }
        # A panel as large as the largest need not be named for each entry and aspect.
        self._judges = {place: size for place, size in judges.items() if size != self.most}

    @classmethod
    def of(cls, plan: EventPlan) -> Layout:
        """The layout of an event's sheet."""
        blind, attributes = plan.event.blind, plan.attributes
        return cls(plan.scheme, plan.entries, plan.sessions, plan.panels, blind=blind, attributes=attributes)

    def seat_number(self, entry: str, aspect: str, seat: SeatId) -> int | None:
        """From which seat of the sheet a mark of a seat comes, 0 for the whole panel; None when from none."""
        if aspect not in self.aspects or entry not in self._known:
            return None
        number = self._numbers.get(seat, self.most + 1)
        seats = self._judges.get((entry, aspect), self.most) if self._judges else self.most
        return number if number <= seats else None

    def place(self, mark: CountedMark | MarkOnRecord) -> SheetMark | None:
        """Say where a mark stands on the sheet; None when it stands nowhere."""
        if mark.kind == MarkKind.ERASED:
            return None
        number = self.seat_number(mark.entry, mark.aspect, mark.seat)
        return None if number is None else SheetMark(mark.entry, mark.aspect, number, mark.kind, mark.value)

    def laid_out(self, marks: Iterable[CountedMark | MarkOnRecord]) -> Sheet:
        """The sheet with these marks."""
        return self.sheet([placed for mark in marks if (placed := self.place(mark)) is not None])

    def sheet(self, marks: Sequence[SheetMark] | Block) -> Sheet:
        """The sheet with marks that have their places."""
        return Sheet(
            entries=self.entries,
            statuses=self._statuses,
            marks=marks,
            # An aspect that is scheduled nowhere waits for marks: it must not look complete.
            seats=self.most,
            panels=self._judges,
            labels=self._labels,
            attributes=self._attributes,
        )
