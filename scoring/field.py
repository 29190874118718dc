"""The field of an event: everybody entered, with what was computed of each node, as arrays by column of the sheet.

This is what ranking, stages and awards read; it decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from scoring.kinds.kernel import Flags, Whole
from scoring.natural import natural
from scoring.plan import Plan
from scoring.scheme import Scheme
from scoring.sheet import IN_COMPETITION, Grid, Sheet
from scoring.total import POINTS, Tally

Columns = npt.NDArray[np.intp]
Integers = npt.NDArray[np.int64]

LISTED_AFTER = ("out_of_competition", "not_finished", "not_started", "disqualified", "withdrawn")
"""Statuses in the order in which they stand below the ranked entries."""
NO_RESULT = "no_result"
"""Stands among the reasons of an exclusion where there is nothing to rank by."""


@dataclass(frozen=True, eq=False)
class Field:
    """An event with all its values. Columns are places of entries in the sheet."""

    scheme: Scheme
    plan: Plan
    grid: Grid
    tally: Tally
    sheet: Sheet

    @cached_property
    def statuses(self) -> Integers | None:
        """For each entry 0 in competition, else where its status stands in the list; None when all compete."""
        named = self.sheet.statuses
        if not named:
            return None
        return np.array([_listed_after(named.get(entry, IN_COMPETITION)) for entry in self.sheet.entries])

    @cached_property
    def competing(self) -> Flags:
        """Who takes part in the competition."""
        if self.statuses is None:
            return np.ones(len(self.sheet.entries), dtype=np.bool_)
        competing: Flags = self.statuses == 0
        return competing

    @cached_property
    def columns(self) -> Columns:
        """The columns of all entries."""
        return np.arange(len(self.sheet.entries))

    @cached_property
    def entries(self) -> int:
        """Everyone but those who withdrew or stand out of competition."""
        named = self.sheet.statuses
        if not named:
            return len(self.sheet.entries)
        return sum(named.get(entry) not in ("withdrawn", "out_of_competition") for entry in self.sheet.entries)

    @cached_property
    def singles(self) -> Mapping[str, int]:
        """Where each aspect that is marked once stands in the sheet's arrays."""
        return self.plan.single_columns

    @cached_property
    def excluded(self) -> Mapping[str, Flags]:
        """By node, in document order: whom a pass mark or a veto takes out of the ranking."""
        found = self.tally.excluded
        return {id_: found[id_] for id_ in self.scheme.nodes if id_ in found}

    def row(self, node: str) -> int:
        """Where a node stands among the values."""
        return self.plan.rows[node]

    def values(self, node: str, lane: int = POINTS) -> Whole:
        """A node's values, over its denominator."""
        return self.tally.lane(self.plan.rows[node], lane)

    def known(self, node: str) -> Flags:
        """Whose value of a node is known."""
        flags: Flags = self.tally.known[self.plan.rows[node]]
        return flags

    def void(self, node: str) -> Flags:
        """Who has no result at a node."""
        flags: Flags = self.tally.void[self.plan.rows[node]]
        return flags

    def answered(self, node: str) -> Flags:
        """Who has a result at a node."""
        answered: Flags = self.known(node) & ~self.void(node)
        return answered

    def given(self, node: str) -> Flags:
        """Who can answer a key by a node: where nothing had to be given and was not, nobody can."""
        given: Flags = self.answered(node) & ~self.tally.neutral[self.plan.rows[node]]
        return given

    def score(self, node: str, column: int) -> Fraction:
        """A node's exact value, or what it has come to so far."""
        return Fraction(int(self.values(node)[column]), self.denominator(node))

    def denominator(self, node: str) -> int:
        """What the numbers of a node are over."""
        return self.plan.denominators[self.plan.rows[node]]

    def listed(self) -> Integers:
        """For each entry its place in a list by the numbers printed for them; the others follow by id."""
        labels = self.sheet.labels
        if not labels:
            return _listed(self.sheet.entries, None)
        return _listed(self.sheet.entries, tuple([labels.get(entry, "") for entry in self.sheet.entries]))


def _listed_after(status: str) -> int:
    if status == IN_COMPETITION:
        return 0
    return LISTED_AFTER.index(status) + 1 if status in LISTED_AFTER else len(LISTED_AFTER) + 4


@lru_cache(maxsize=128)
def _listed(entries: tuple[str, ...], labels: tuple[str, ...] | None) -> Integers:
    # Whoever follows an event asks for the same list after every mark.
    places = np.empty(len(entries), dtype=np.int64)
    if labels is None:
        places[sorted(range(len(entries)), key=entries.__getitem__)] = np.arange(len(entries))
    else:
        keys = [(not label, natural(label), label, entry) for label, entry in zip(labels, entries, strict=True)]
        places[sorted(range(len(keys)), key=keys.__getitem__)] = np.arange(len(keys))
    places.flags.writeable = False
    return places
