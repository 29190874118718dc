"""The marks of one event that count, kept by following its facts instead of reading all of them again.

It is a fold over the ledger and nothing else: whoever follows from the first fact to the same number holds the
same marks, in every process and after every restart. It does not decide whether a mark counts, that stands in the
fact; and it computes nothing, the sheet goes to the one function that also makes the workbooks.
"""

from __future__ import annotations

import sys
from typing import TypeVar, cast

from contest.actions.results import EventPlan, Layout
from contest.model.fact import (
    EntryRuled,
    Fact,
    KeyReused,
    MarkEntered,
    MarkSettled,
    RemarkCalled,
    RemarkEnded,
    TieDecided,
)
from contest.model.ids import EntryId, EventId, MarkId
from contest.model.mark import Slot, Standing
from contest.model.tie import How, TieDecision
from contest.store.open import Store
from contest.store.queries import live
from contest.store.queries.results import CountedMark
from realtime.cells import Cells
from scoring import Sheet

_Text = TypeVar("_Text", bound=str)

FACTS_AT_ONCE = 500
"""So many facts are taken in before the loop may answer a seat."""

NEWEST = 2**62
"""Further than any ledger goes."""

OF_MARKS = (MarkEntered, MarkSettled, KeyReused, TieDecided, RemarkCalled, RemarkEnded)
"""Facts that change nothing of what a standing rests on besides marks; of any other it is not known."""


class EventMarks:
    """What counts of one event, up to some number of its contest's ledger."""

    def __init__(self, event: EventId) -> None:
        self._event = event
        self._seq = 0
        self._counting: dict[Slot, CountedMark] = {}
        self._pending: dict[MarkId, tuple[Slot, CountedMark]] = {}
        self._plan: EventPlan | None = None
        self._cells: Cells | None = None
        self._touched: set[Slot] = set()
        self.statuses: dict[EntryId, str] = {}
        """What was ruled about entries."""
        self.decisions: list[TieDecision] = []
        """What was decided about ties."""
        self.others = 0
        """How many facts were about something else than marks."""
        self.newest = ""
        """When the last mark began to count; empty before the first."""

    async def follow(self, store: Store, until: int = NEWEST) -> None:
        """Take in what happened up to a number, or to the newest there is."""
        while self._seq < until:
            facts = await live.facts_of_event(
                store, self._event, after=self._seq, until=until, limit=FACTS_AT_ONCE
            )
            for fact in facts:
                self._fold(fact)
            if len(facts) < FACTS_AT_ONCE:
                break

    def sheet(self, plan: EventPlan) -> Sheet:
        """The sheet of what counts; only what is new finds its place anew while the plan stays the same."""
        if self._cells is None or (plan is not self._plan and plan != self._plan):
            self._plan, self._cells = plan, Cells(Layout.of(plan))
            self._touched = set(self._counting)
        self._cells.keep({slot: self._counting[slot] for slot in self._touched})
        self._touched = set()
        return self._cells.sheet()

    def _fold(self, fact: Fact) -> None:
        match fact.body:
            case MarkEntered() as body:
                slot = (_one(body.session), _one(body.entry), _one(body.aspect), _one(body.seat))
                mark = CountedMark(*slot, _one(body.kind), body.value)
                if body.standing == Standing.COUNTS:
                    self._count(slot, mark, fact.at)
                else:
                    self._pending[body.mark] = slot, mark
            case MarkSettled() as body:
                slot, mark = self._pending.pop(body.mark)
                if body.accepted:
                    self._count(slot, mark, fact.at)
            case EntryRuled() as body:
                self.statuses[body.entry] = body.status
            case TieDecided() as body:
                self.decisions.append(
                    TieDecision(entries=body.entries, how=How(body.how), by=body.by, at=fact.at, seq=fact.seq)
                )
            case _:
                pass
        self.others += not isinstance(fact.body, OF_MARKS)
        self._seq = fact.seq

    def _count(self, slot: Slot, mark: CountedMark, at: str) -> None:
        self._counting[slot] = mark
        self._touched.add(slot)
        self.newest = at


def _one(text: _Text) -> _Text:
    """The one copy of a text: ids come anew with every fact, and an event has ten thousands of them."""
    return cast("_Text", sys.intern(text))
