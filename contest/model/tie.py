"""Ties: the chief judge puts entries that are equal in everything in an order, by lot or by decision.

A decision orders entries only while they are equal without it. When marks change so that they differ, it does not
matter; when they are equal again, it holds again. It never orders anybody about whom it was not made.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec

from contest.errors import BadInput, NotTied, Overtaken, ReasonMissing, ResultsEnded, TieTooEarly
from contest.model.fact import TieDecided
from contest.model.gate import GateLine
from contest.model.ids import EntryId, EventId


class How(StrEnum):
    """How a tie was broken."""

    DRAWN = "drawn"
    """Lots that this system drew."""
    LOT = "lot"
    """Lots that people drew in public, written down."""
    DECIDED = "decided"
    """The chief judge decided, and says why."""


class TieDecision(msgspec.Struct, frozen=True, kw_only=True):
    """Entries in the order that was decided, as fact number `seq` of the contest."""

    entries: tuple[EntryId, ...]
    how: How
    by: str
    at: str
    seq: int


class Tied(msgspec.Struct, frozen=True, kw_only=True):
    """Entries that share a rank with equal answers to everything the scheme asks; `decision` orders them."""

    rank: int
    entries: tuple[EntryId, ...]
    decision: TieDecision | None = None


class DecideTie(msgspec.Struct, frozen=True, kw_only=True, tag_field="ruling", tag="decide_tie"):
    """Put tied entries in an order.

    `ties` are those of the results as computed, before any lot; `replaces` is the number of the decision that the
    chief judge knows to be in force for these entries, 0 for none.
    """

    event: EventId
    entries: tuple[EntryId, ...]
    how: How
    replaces: int
    ties: tuple[Tied, ...]
    by: str
    reason: str = ""


def settled(ties: Iterable[tuple[int, Sequence[str]]], decisions: Sequence[TieDecision]) -> tuple[Tied, ...]:
    """Find for each tie (its rank and entries) the newest decision that was made about all of its entries."""
    return tuple(_settled(rank, entries, decisions) for rank, entries in ties)


def _settled(rank: int, entries: Sequence[str], decisions: Sequence[TieDecision]) -> Tied:
    wanted = {EntryId(entry) for entry in entries}
    about = (decision for decision in decisions if wanted <= set(decision.entries))
    newest = max(about, key=lambda decision: decision.seq, default=None)
    if newest is None:
        return Tied(rank=rank, entries=tuple(EntryId(entry) for entry in entries))
    ordered = tuple(entry for entry in newest.entries if entry in wanted)
    return Tied(rank=rank, entries=ordered, decision=newest)


def lots_in(ties: Iterable[Tied]) -> dict[str, int]:
    """Give each entry of a decided tie its lot, from 1 in the order decided; nobody else has one."""
    return {
        entry: lot for tie in ties if tie.decision is not None for lot, entry in enumerate(tie.entries, start=1)
    }


def decide(command: DecideTie, results: GateLine, sessions: Iterable[GateLine]) -> TieDecided:
    """Decide whether a tie may be broken so: return the fact to record, or raise the rule it breaks.

    Nothing may still move it: every session that was opened is confirmed, and the results are not published.
    """
    if results.has("ended"):
        raise ResultsEnded()
    running = sum(1 for line in sessions if line.passed and not line.has("confirmed"))
    if running:
        raise TieTooEarly(count=running)
    tie = _meant(command)
    before = tie.decision.seq if tie.decision is not None else 0
    if command.replaces != before:
        raise Overtaken()
    if (command.how is How.DECIDED or before) and not command.reason.strip():
        # Lots that are drawn until they please are no lots: who orders a tie anew says why.
        raise ReasonMissing()
    return TieDecided(
        event=command.event, entries=command.entries, how=command.how, replaces=before, by=command.by
    )


def _meant(command: DecideTie) -> Tied:
    wanted = set(command.entries)
    if len(wanted) != len(command.entries):
        raise BadInput(field="entries", problem="重复 / twice")
    for tie in command.ties:
        if set(tie.entries) == wanted:
            return tie
    raise NotTied()
