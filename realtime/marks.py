"""The marks of one event that count, kept by following its facts instead of reading all of them again.

It is a fold over the ledger and nothing else: whoever follows from the first fact to the same number holds the
same marks, in every process and after every restart. It does not decide whether a mark counts, that stands in the
fact; and it computes nothing, the sheet goes to the one function that also makes the workbooks.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from typing import Any, TypeVar, Union, cast, get_args

import msgspec

from contest.actions.results import EventPlan, Layout
from contest.model.fact import (
    EntryRuled,
    FactBody,
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
from realtime.cells import Cells, Counting
from scoring import Sheet

_Text = TypeVar("_Text", bound=str)

FACTS_AT_ONCE = 4000
"""So many facts are read with one question."""

FACTS_ON_THE_LOOP = 100
"""More than these are taken in beside the loop, which answers seats meanwhile."""

NEWEST = 2**62
"""Further than any ledger goes."""

OF_MARKS = (MarkEntered, MarkSettled, KeyReused, TieDecided, RemarkCalled, RemarkEnded)
"""Facts that change nothing of what a standing rests on besides marks; of any other it is not known."""


def _light(fact: Any, *fields: str) -> Any:
    """A kind of fact with nothing but these fields: a million of them are read at a start."""
    known = {field.name: field.type for field in msgspec.structs.fields(fact)}
    return msgspec.defstruct(
        fact.__name__,
        [(field, known[field]) for field in fields],
        tag_field="fact",
        tag=fact.__struct_config__.tag,
        frozen=True,
        gc=False,
    )


Entered = _light(MarkEntered, "mark", "session", "entry", "aspect", "seat", "kind", "value", "standing")
Settled = _light(MarkSettled, "mark", "accepted")
Ruled = _light(EntryRuled, "entry", "status")
Decided = _light(TieDecided, "entries", "how", "by")
_READ = {MarkEntered: Entered, MarkSettled: Settled, EntryRuled: Ruled, TieDecided: Decided}
_OTHERS = {fact: _light(fact) for fact in get_args(FactBody) if fact not in _READ}
_LITTLE = tuple((_READ | _OTHERS)[fact] for fact in OF_MARKS)

_decode = msgspec.json.Decoder(
    msgspec.defstruct(
        "Content",
        [("seq", int), ("at", str), ("body", Union[tuple((_READ | _OTHERS).values())])],  # noqa: UP007 -- made here
        gc=False,
    )
).decode


class EventMarks:
    """What counts of one event, up to some number of its contest's ledger."""

    def __init__(self, event: EventId) -> None:
        self._event = event
        self._seq = 0
        self._counting: dict[Slot, Counting] = {}
        self._known: dict[Counting, Counting] = {}
        """The one copy of each kind and value: an event has ten thousands of marks and a hundred values."""
        self._pending: dict[MarkId, tuple[Slot, Counting]] = {}
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
            found = await live.contents_of_event(
                store, self._event, after=self._seq, until=until, limit=FACTS_AT_ONCE
            )
            if len(found) > FACTS_ON_THE_LOOP:
                await asyncio.to_thread(self._fold_all, found)
            else:
                self._fold_all(found)
            if len(found) < FACTS_AT_ONCE:
                break

    def sheet(self, plan: EventPlan) -> Sheet:
        """The sheet of what counts; only what is new finds its place anew while the plan stays the same."""
        if self._cells is None or (plan is not self._plan and plan != self._plan):
            self._plan, self._cells = plan, Cells(Layout.of(plan))
            self._touched = set(self._counting)
        self._cells.keep({slot: self._counting[slot] for slot in self._touched})
        self._touched = set()
        return self._cells.sheet()

    def _fold_all(self, contents: Sequence[str]) -> None:
        for content in contents:
            fact: Any = _decode(content)
            self._fold(fact.body, fact.seq, fact.at)

    def _fold(self, body: Any, seq: int, at: str) -> None:
        match body:
            case Entered():
                slot = (_one(body.session), _one(body.entry), _one(body.aspect), _one(body.seat))
                mark = (_one(body.kind), body.value)
                mark = self._known.setdefault(mark, mark)
                if body.standing == Standing.COUNTS:
                    self._count(slot, mark, at)
                else:
                    self._pending[body.mark] = slot, mark
            case Settled():
                slot, mark = self._pending.pop(body.mark)
                if body.accepted:
                    self._count(slot, mark, at)
            case Ruled():
                self.statuses[body.entry] = body.status
            case Decided():
                self.decisions.append(
                    TieDecision(entries=body.entries, how=How(body.how), by=body.by, at=at, seq=seq)
                )
            case _:
                pass
        self.others += not isinstance(body, _LITTLE)
        self._seq = seq

    def _count(self, slot: Slot, mark: Counting, at: str) -> None:
        self._counting[slot] = mark
        self._touched.add(slot)
        self.newest = at


def _one(text: _Text) -> _Text:
    """The one copy of a text: ids come anew with every fact, and an event has ten thousands of them."""
    return cast("_Text", sys.intern(text))
