"""Tying: what is equal is shown with what was decided about it, and the chief judge puts it in an order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Annotated

import msgspec

from contest.actions.results import EventResults, results_of
from contest.errors import NotFound
from contest.model.access import Person
from contest.model.ids import EntryId, EventId
from contest.model.text import Key, Reason
from contest.model.tie import DecideTie, How, Tied
from contest.store.holding import entries_stand, ties_stand
from contest.store.open import Store
from contest.store.queries import plans
from contest.store.queries.people import names_of_accounts
from contest.store.queries.results import gates_of_event
from contest.store.queries.ties import words_of
from contest.store.work import Work

Shuffle = Callable[[list[EntryId]], None]
"""Brings a list into an order that nobody chose; the dice come from outside."""


class NewDecision(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a tie is to be broken; `entries` are all of the tie, in the order wanted unless lots are `drawn` here.

    `replaces` is the number of the decision that is in force for them, 0 for none.
    """

    entries: Annotated[list[Key], msgspec.Meta(min_length=2, max_length=10_000)]
    how: How
    replaces: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)] = 0
    reason: Reason = ""


class DecisionLine(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided about a tie: how, by whom, when, why, and as which fact."""

    how: How
    by: str
    by_name: str
    at: str
    reason: str
    seq: int


class TieLine(msgspec.Struct, frozen=True, kw_only=True):
    """Entries that share a rank by their marks: in the order decided, or open while `decision` is null."""

    rank: int
    entries: list[str]
    decision: DecisionLine | None = None


async def ties_shown(store: Store, computed: EventResults) -> list[TieLine]:
    """Show the ties of an event with what was decided about them and by whom."""
    decided = [tie.decision for tie in computed.ties if tie.decision is not None]
    names = await names_of_accounts(store, {decision.by for decision in decided})
    reasons = await words_of(store, computed.contest.id, {decision.seq for decision in decided})
    return [_line(tie, names, reasons) for tie in computed.ties]


def _line(tie: Tied, names: Mapping[str, str], reasons: Mapping[int, str]) -> TieLine:
    if tie.decision is None:
        return TieLine(rank=tie.rank, entries=list(tie.entries))
    decision = DecisionLine(
        how=tie.decision.how,
        by=tie.decision.by,
        by_name=names.get(tie.decision.by, ""),
        at=tie.decision.at,
        reason=reasons.get(tie.decision.seq, ""),
        seq=tie.decision.seq,
    )
    return TieLine(rank=tie.rank, entries=list(tie.entries), decision=decision)


async def decide_tie(
    store: Store, event: EventId, wanted: NewDecision, person: Person, shuffle: Shuffle
) -> list[TieLine]:
    """Break a tie by lot or by decision; return all ties of the event as they stand then."""
    contest = (await plans.event(store, event)).contest
    # Before the marks: what these gates say is closed was closed when the results were computed.
    gates = await gates_of_event(store, event)
    computed = await results_of(store, event)
    statuses = {key: entry.status.value for key, entry in computed.entries.items()}
    passed = {gate.seq for line in gates.rounds for gate in line.passed}
    decided = {decision.seq for decision in computed.decisions}

    def given() -> Work[None]:
        yield from entries_stand(contest, event, statuses)
        yield from ties_stand(event, passed, decided)

    command = DecideTie(
        event=event,
        entries=_ordered(wanted, computed.entries, shuffle),
        how=wanted.how,
        replaces=wanted.replaces,
        ties=tuple(computed.ties),
        by=person.account,
        reason=wanted.reason,
    )
    await store.book.record(contest, command, text=wanted.reason, given=given)
    return await ties_shown(store, await results_of(store, event))


def _ordered(wanted: NewDecision, known: Collection[EntryId], shuffle: Shuffle) -> tuple[EntryId, ...]:
    entries = [EntryId(entry) for entry in wanted.entries]
    if any(entry not in known for entry in entries):
        raise NotFound(what="entry")
    if wanted.how is How.DRAWN:
        shuffle(entries)
    return tuple(entries)
