"""The order of entries: by total, then by the keys the scheme names; equal in all is a shared rank.

Rank = 1 + number of entries that are strictly better, among entries of the same completeness: while marking runs,
those with all their marks are ranked among themselves and the others follow by their points so far. With stages,
who did not go on stands behind all who did. The order of input never matters: where entries are equal in
everything, the rows of a list stand by the numbers printed for them (A2 before A10), and those without a number by
entry id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from scoring.advancement import Outcome, exclusions, levels, outcomes, questions, wanted
from scoring.arranging import FIRST, Arranged, Question, arranged
from scoring.field import NO_RESULT, Columns, Field, Integers
from scoring.kinds.part import Composite
from scoring.natural import natural
from scoring.plan import Plan
from scoring.prizes import Key
from scoring.scheme import Scheme
from scoring.sheet import Grid, Sheet
from scoring.total import Flags, Tally

__all__ = ["Order", "Standing", "Tie", "awaited", "natural", "needed", "order"]


class Standing(NamedTuple):
    """Where one entry stands. `column` is its place in the sheet."""

    column: int
    place: int
    rank: int | None
    shared: bool
    last: int
    """The last position of its tie: rank 3 shared by two ends at 4."""
    broken_by: str
    rival: int | None
    """An entry equal up to the key named in `broken_by`, which tells it apart."""
    key: Key | None
    """The key named in `broken_by`."""


class Tie(NamedTuple):
    """Entries that share a rank which must not be shared."""

    rank: int
    entries: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Order:
    """All entries, best first. Arrays are by position in the list (`sequence`, `deciders`) or by column."""

    field: Field
    sequence: Columns
    deciders: Integers
    firsts: Integers
    """By column: the position at which its tie begins, counted from 1."""
    lasts: Integers
    """By column: the position at which its tie ends."""
    places: Integers
    ranks: Integers
    """By column: the rank; 0 for none."""
    questions: tuple[Question, ...]
    """What entries are ordered by, stage after stage."""
    levels: Integers
    """By column: the last stage that was reached, counted from 0."""
    outcomes: tuple[Outcome, ...]
    exclusions: Mapping[str, Flags]
    """By node, in document order: whom it takes out of the ranking; those without a result by that word."""
    complete: bool
    """Nothing is missing that a rank in competition needs."""
    ties: tuple[Tie, ...]
    """Those that must be broken and are not."""

    @property
    def ranked(self) -> int:
        """How many have a rank."""
        return int(np.count_nonzero(self.ranks))

    @property
    def entries(self) -> int:
        """Everyone but those who withdrew or stand out of competition."""
        return self.field.entries

    @property
    def open_ties(self) -> int:
        """How many ties must be broken and are not."""
        return len(self.ties)

    @cached_property
    def shared(self) -> Flags:
        """By column: whether the rank is shared."""
        shared: Flags = (self.ranks > 0) & (self.lasts > self.firsts)
        return shared

    @cached_property
    def _broken(self) -> tuple[Integers, Integers]:
        """By position: the key that decided (0 for none), and the position of a rival it told apart."""
        firsts, lasts = self.firsts[self.sequence] - 1, self.lasts[self.sequence]
        above, below = self.deciders[firsts], np.append(self.deciders, FIRST)[lasts]
        ranked = self.ranks[self.sequence] > 0
        key = np.where(ranked, np.where(above > FIRST, above, below), FIRST)
        return key, np.where(above > FIRST, firsts - 1, lasts)

    def standing(self, column: int) -> Standing:
        """Where one entry stands."""
        return self.standings[int(self.places[column]) - 1]

    @cached_property
    def standings(self) -> tuple[Standing, ...]:
        """Where everyone stands, in the order of the list."""
        sequence = self.sequence
        numbers, rivals = self._broken
        told = numbers > FIRST
        asks = [[None, *question.keys] for question in self.questions]
        keys = [
            asks[level][number]
            for level, number in zip(self.levels[sequence].tolist(), (numbers * told).tolist(), strict=True)
        ]
        rows = zip(
            sequence.tolist(),
            range(1, len(sequence) + 1),
            self.ranks[sequence].tolist(),
            self.shared[sequence].tolist(),
            self.lasts[sequence].tolist(),
            sequence[rivals * told].tolist(),
            keys,
            strict=True,
        )
        return tuple(
            Standing(column, place, rank or None, shared, last, key.name, rival, key)
            if key
            else Standing(column, place, rank or None, shared, last, "", None, None)
            for column, place, rank, shared, last, rival, key in rows
        )

    @cached_property
    def excluded(self) -> Mapping[int, tuple[str, ...]]:
        """By column, for those in question: the nodes that take an entry in competition out of the ranking."""
        found: dict[int, tuple[str, ...]] = {}
        for reason, flags in self.exclusions.items():
            for column in np.flatnonzero(flags & self.field.competing).tolist():
                found[column] = (*found.get(column, ()), reason)
        return found


def order(scheme: Scheme, plan: Plan, grid: Grid, tally: Tally, sheet: Sheet) -> Order:
    """Order all entries; rank those that can be compared: the complete ones, or all where the scheme says so."""
    field = Field(scheme, plan, grid, tally, sheet)
    stages = outcomes(field)
    asked, reached = questions(scheme), levels(field, stages)
    ready = _ready(field, asked, reached)
    struck = {**exclusions(field, stages, reached), NO_RESULT: _without_result(field, asked, reached)}
    kinds = _kinds(field, ready, struck)
    made = _arranged(field, asked, reached, kinds)
    firsts, lasts, places, ranks = (np.zeros(len(sheet.entries), dtype=np.int64) for _ in range(4))
    sequence = made.sequence
    tie_firsts, tie_ends = made.ties()
    firsts[sequence], lasts[sequence] = tie_firsts + 1, tie_ends
    places[sequence] = np.arange(1, len(sequence) + 1)
    if scheme.ranking.ties == "dense":
        ranks[sequence] = np.cumsum(made.deciders >= FIRST)
    else:
        ranks[:] = firsts
    if kinds is not None:
        ranks[kinds != RANKED] = 0
    return Order(
        field=field,
        sequence=sequence,
        deciders=made.deciders,
        firsts=firsts,
        lasts=lasts,
        places=places,
        ranks=ranks,
        questions=asked,
        levels=reached,
        outcomes=stages,
        exclusions=struck,
        complete=bool((ready | ~field.competing).all()) and all(one.decided for one in stages),
        ties=_open(field, sequence, ranks, tie_firsts, tie_ends) if scheme.ranking.ties == "must_break" else (),
    )


RANKED, BEHIND, EXCLUDED, WITHOUT_RESULT = range(4)
"""Where entries stand in a list, from the top; after them those outside the competition, by status."""


def _ready(field: Field, asked: tuple[Question, ...], reached: Integers) -> Flags:
    """For each entry: everything its rank needs is known."""
    ready: Flags = np.ones(len(field.columns), dtype=np.bool_)
    for level in range(len(asked)):
        here = reached == level if len(asked) > 1 else True
        for node in wanted(field.scheme, level):
            ready &= field.known(node) | ~np.asarray(here)
    return ready


def _without_result(field: Field, asked: tuple[Question, ...], reached: Integers) -> Flags:
    """Who has nothing to be ranked by: no time is not the best time."""
    without: Flags = np.zeros(len(field.columns), dtype=np.bool_)
    for level, question in enumerate(asked):
        if question.order == "low":
            without |= field.known(question.node) & field.void(question.node) & (reached == level)
    return without


def _kinds(field: Field, ready: Flags, struck: Mapping[str, Flags]) -> Integers | None:
    """For each entry which part of the list it stands in; None where all are ranked."""
    ranked = ready | field.scheme.ranking.rank_incomplete
    if field.statuses is None and ranked.all() and not any(flags.any() for flags in struck.values()):
        return None
    kinds = np.where(ranked, RANKED, BEHIND)
    for reason, flags in struck.items():
        kinds[flags] = WITHOUT_RESULT if reason == NO_RESULT else EXCLUDED
    if field.statuses is not None:
        kinds = np.where(field.competing, kinds, WITHOUT_RESULT + field.statuses)
    return kinds


def _arranged(field: Field, asked: tuple[Question, ...], reached: Integers, kinds: Integers | None) -> Arranged:
    if len(asked) == 1:
        return arranged(field, asked[0], field.columns, kinds)
    kinds = np.zeros(len(field.columns), dtype=np.int64) if kinds is None else kinds
    listed = []
    for level in reversed(range(len(asked))):
        columns = np.flatnonzero((reached == level) & (kinds <= BEHIND))
        listed.append(arranged(field, asked[level], columns, kinds[columns]))
    columns = np.flatnonzero(kinds > BEHIND)
    listed.append(arranged(field, asked[-1], columns, kinds[columns]))
    return Arranged(*(np.concatenate(arrays) for arrays in zip(*listed, strict=True)))


def _open(field: Field, sequence: Columns, ranks: Integers, firsts: Integers, ends: Integers) -> tuple[Tie, ...]:
    entries = field.sheet.entries
    return tuple(
        Tie(int(ranks[sequence[first]]), tuple(entries[column] for column in sequence[first:end].tolist()))
        for first, end in sorted(set(zip(firsts.tolist(), ends.tolist(), strict=True)))
        if end - first > 1 and ranks[sequence[first]]
    )


@lru_cache(maxsize=64)
def needed(scheme: Scheme, level: int = -1) -> tuple[str, ...]:
    """The aspects that a rank needs: those of the total, those the ranking keys ask for, and those of stages.

    `level` asks for those of who reached this stage and no more, counted from 0; −1 for all.
    """
    waiting, found = list(wanted(scheme, level)), set()
    while waiting:
        id_ = waiting.pop()
        if id_ not in found:
            found.add(id_)
            waiting += _made_of(scheme, id_)
    return tuple(id_ for id_ in scheme.aspects if id_ in found)


def awaited(order: Order) -> Flags:
    """For each of the needed aspects and each entry: its rank needs it. Who went no further needs no more."""
    scheme = order.field.scheme
    every = needed(scheme)
    by_level = [set(needed(scheme, level)) for level in range(len(order.questions))]
    waits = np.array([[id_ in own for id_ in every] for own in by_level], dtype=np.bool_)
    awaited: Flags = waits[order.levels].T
    return awaited


def _made_of(scheme: Scheme, id_: str) -> tuple[str, ...]:
    node = scheme.nodes[id_].node
    parts = node.needs() if isinstance(node, Composite) else ()
    return (*parts, *scheme.laid.struck.get(id_, ()))
