"""Results: gather the sheet of an event and let the one scoring engine compute it.

Boards, workbooks and the officials' page all come through `results_of`, so they cannot disagree.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from contest.model.contest import Contest, Event, Session
from contest.model.ids import EntryId, EventId, PanelId
from contest.model.mark import WHOLE_PANEL, MarkKind
from contest.model.panel import Panel
from contest.model.people import Entry, EntryStatus
from contest.store.open import Store
from contest.store.queries import people, plans, schemes
from contest.store.queries.results import CountedMark, EventGates, MarkOnRecord, gates_of_event, marks_that_count
from scoring import Results, Sheet, SheetMark, results
from scoring.scheme import NodeLine, Scheme


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


async def results_of(store: Store, event: EventId) -> EventResults:
    """Compute the results of an event from the marks that count now; SchemeMissing without a scheme."""
    planned = await plans.event(store, event)
    scheme = await schemes.scheme_of_event(store, event)
    entries = await people.entries_of_event(store, event)
    sessions = await plans.sessions_of_event(store, event)
    panels = await plans.panels_of_event(store, event)
    marks = await marks_that_count(store, event)
    # Not on the event loop: a large event takes tens of milliseconds, and tablets are answered meanwhile.
    sheet, computed = await asyncio.to_thread(_compute, scheme, entries, sessions, panels, marks)
    return EventResults(
        event=planned,
        contest=await plans.contest(store, planned.contest),
        scheme=scheme,
        gates=await gates_of_event(store, event),
        entries={entry.id: entry for entry in entries},
        sheet=sheet,
        results=computed,
        columns=computed.columns,
    )


def _compute(
    scheme: Scheme,
    entries: Sequence[Entry],
    sessions: Sequence[Session],
    panels: Sequence[Panel],
    marks: Iterable[CountedMark],
) -> tuple[Sheet, Results]:
    sheet = sheet_of(scheme, entries, sessions, panels, marks)
    return sheet, results(scheme, sheet)


def sheet_of(
    scheme: Scheme,
    entries: Sequence[Entry],
    sessions: Sequence[Session],
    panels: Sequence[Panel],
    marks: Iterable[CountedMark | MarkOnRecord],
) -> Sheet:
    """Lay the marks that count out as the scoring engine reads them.

    Seat ids become seat numbers; how many judges mark an aspect of an entry is the size of the panel of the
    session in which it is scheduled. What was read a moment before a change of plan, and so belongs to no seat or
    aspect that is known, is left out.
    """
    numbers = {WHOLE_PANEL: 0} | {seat.id: seat.number for panel in panels for seat in panel.seats}
    known = {entry.id for entry in entries}
    sizes: dict[PanelId | None, int] = {panel.id: len(panel.seats) for panel in panels if panel.seats}
    most = max(sizes.values(), default=1)
    judges: dict[tuple[str, str], int] = {
        (entry, aspect): sizes[session.panel]
        for session in sessions
        if session.panel in sizes
        for aspect in session.aspects
        if aspect in scheme.aspects and scheme.aspects[aspect].by_panel
        for entry in session.entries
        if entry in known
    }
    return Sheet(
        entries=tuple(sorted(known)),
        statuses={entry.id: entry.status.value for entry in entries if entry.status is not EntryStatus.ENTERED},
        marks=[
            SheetMark(mark.entry, mark.aspect, numbers[mark.seat], mark.kind, mark.value)
            for mark in marks
            if mark.kind != MarkKind.ERASED
            and mark.aspect in scheme.aspects
            and mark.entry in known
            and numbers.get(mark.seat, most + 1) <= judges.get((mark.entry, mark.aspect), most)
        ],
        # An aspect that is scheduled nowhere waits for marks: it must not look complete.
        seats=dict.fromkeys(known, most),
        panels=judges,
    )
