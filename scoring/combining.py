"""The steps of nodes made of others: sums, products, the best of several, carried values, standard scales.

Each takes the finished values of its parts in all lanes and makes its raw value; what is known and what is void
(without a result) it says too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from scoring.exact import exact
from scoring.finish import Finish, Passing
from scoring.kinds import Best, Carried, Composed, Product, Standardised, Sum
from scoring.kinds.kernel import Flags, Whole
from scoring.kinds.standard import Standard
from scoring.parts import LEAST, MOST, POINTS, Parts
from scoring.standardising import Standardising

FARTHER = 2**61
"""Behind every value, for what is passed over; no int64 plan reaches it."""


class Adding(NamedTuple):
    """Rows with their whole-number weights, below zero for what is taken away."""

    rows: list[int]
    plus: tuple[int, ...]
    plus_weights: tuple[int, ...]
    minus: tuple[int, ...]
    minus_weights: tuple[int, ...]
    base: int
    denominator: int
    size: int
    standard: None = None

    def summed(self, parts: Parts) -> Whole:
        """The sum, whatever has a result."""
        if self.plus:
            raw: Whole = _weighted(parts.values, self.plus, self.plus_weights)
            if self.base:
                raw += self.base
        else:
            raw = np.full(parts.values.shape[1:], self.base, dtype=parts.values.dtype)
        if self.minus:
            minus = _weighted(parts.values, self.minus, self.minus_weights)
            # What can be taken away at most makes the least, and the other way round.
            raw -= minus if len(minus) == 1 else minus[[POINTS, MOST, LEAST]]
        return raw

    def of(self, parts: Parts) -> tuple[Whole, Flags]:
        """The sum, and where it has no result."""
        raw = self.summed(parts)
        void = parts.void[self.rows]
        nothing: Flags = _all(void | parts.neutral[self.rows]) & _any(void)
        return raw, nothing

    def may_be_void(self, parts: Parts) -> Flags:
        """Where the sum may still turn out to have no result: no part of it surely has one."""
        return ~_any(_surely(parts, self.rows))


class Multiplying(NamedTuple):
    """The product of rows, none of which reaches below zero."""

    rows: list[int]
    denominator: int
    size: int
    standard: None = None

    def of(self, parts: Parts) -> tuple[Whole, Flags]:
        """The product, and where it has no result: where any part has none."""
        raw = np.maximum(parts.values[self.rows[0]], 0)
        for row in self.rows[1:]:
            raw = raw * np.maximum(parts.values[row], 0)
        return raw, _any(parts.void[self.rows])

    def may_be_void(self, parts: Parts) -> Flags:
        """Any part may still turn out to have no result."""
        return _any((parts.void | parts.may_be_void)[self.rows])


class Choosing(NamedTuple):
    """The sum of the highest or lowest rows; those without a result are passed over."""

    rows: list[int]
    weights: list[int]
    take: int
    lowest: bool
    denominator: int
    size: int
    standard: None = None

    def of(self, parts: Parts) -> tuple[Whole, Flags]:
        """The sum of the chosen, and where there is no result."""
        weights = np.array(self.weights, dtype=parts.values.dtype)
        values = parts.values[self.rows] * weights[:, np.newaxis, np.newaxis]
        without = (parts.void | parts.neutral)[self.rows]
        few: Flags = len(self.rows) - without.sum(axis=0) < (self.take if self.lowest else 1)
        raw: Whole = np.empty(parts.values.shape[1:], dtype=parts.values.dtype)
        # An attempt that is not made yet must not be the fastest so far.
        so_far = without | ~parts.known[self.rows] if self.lowest else without
        raw[POINTS] = self._taken(values[:, POINTS], so_far)
        if self.lowest:
            raw[POINTS][len(self.rows) - so_far.sum(axis=0) < self.take] = 0
        if len(raw) > 1:
            self._between(raw, values, without, parts.may_be_void[self.rows])
        return raw, few

    def _taken(self, values: Whole, passed_over: Flags, *, lowest: bool | None = None) -> Whole:
        lowest = self.lowest if lowest is None else lowest
        behind = FARTHER if lowest else -FARTHER
        if values.dtype == object:
            behind *= max(1, self.size)
        ordered = np.sort(np.where(passed_over, behind, values), axis=0)
        chosen = ordered[: self.take] if lowest else ordered[len(self.rows) - self.take :]
        taken: Whole = np.where(chosen == behind, 0, chosen).sum(axis=0)
        return taken

    def _between(self, raw: Whole, values: Whole, without: Flags, open_: Flags) -> None:
        """The least and the most: what is still open may come, or may turn out to have no result."""
        surely = ~(without | open_)
        enough = surely.sum(axis=0) >= self.take
        least, most = values[:, LEAST], values[:, MOST]
        if self.lowest:
            raw[LEAST] = self._taken(least, without)
            # Whoever comes besides enough others can only lower the sum.
            raw[MOST] = np.where(enough, self._taken(most, ~surely), self._taken(most, without, lowest=False))
        else:
            raw[MOST] = self._taken(np.where(open_, np.maximum(most, 0), most), without)
            below = np.where(open_, np.minimum(least, 0), 0).sum(axis=0)
            raw[LEAST] = self._taken(least, ~surely) + np.where(enough, 0, below)

    def may_be_void(self, parts: Parts) -> Flags:
        """Where there may still be too few results."""
        few: Flags = _surely(parts, self.rows).sum(axis=0) < (self.take if self.lowest else 1)
        return few


class Carrying(NamedTuple):
    """The value of another row."""

    rows: list[int]
    denominator: int
    size: int
    standard: None = None

    def of(self, parts: Parts) -> tuple[Whole, Flags]:
        """The value, and where it has no result."""
        return parts.values[self.rows[0]], parts.void[self.rows[0]]

    def may_be_void(self, parts: Parts) -> Flags:
        """Where the other may."""
        may_be: Flags = parts.may_be_void[self.rows[0]]
        return may_be


Raw = Adding | Multiplying | Choosing | Carrying | Standardising


class Combining(NamedTuple):
    """One node that is made of others: how its raw value is made, and what happens to it then."""

    node: str
    row: int
    raw: Raw
    finish: Finish
    passing: Passing | None

    @property
    def standard(self) -> Standard | None:
        """The scale, where it is one."""
        return self.raw.standard


def raw(node: Composed, rows: Mapping[str, int], sizes: Mapping[str, int], over: Mapping[str, int]) -> Raw:
    """How the raw value of a node is made of rows, with the largest numerators and the denominators they have."""
    match node:
        case Sum():
            return _adding(node, rows, sizes, over)
        case Product():
            denominator, size = math.prod(over.values()), math.prod(sizes.values())
            return Multiplying(list(rows.values()), denominator, size)
        case Best():
            denominator = math.lcm(*over.values()) * node.share.denominator
            weights = [denominator // node.share.denominator // over[id_] for id_ in rows]
            size = node.take * max(weight * sizes[id_] for id_, weight in zip(rows, weights, strict=True))
            return Choosing(list(rows.values()), weights, node.take, node.from_ == "low", denominator, size)
        case Carried():
            return Carrying(list(rows.values()), over[node.node], sizes[node.node])
        case Standardised():
            standard = node.standard
            unit = 10**standard.places
            size = int(max(abs(end) for end in standard.span()[:2])) * unit
            return Standardising(list(rows.values()), over[node.of.id], standard, unit, size)


def _adding(node: Sum, rows: Mapping[str, int], sizes: Mapping[str, int], over: Mapping[str, int]) -> Adding:
    base = exact(node.base)
    weights = {part.id: exact(part.weight) / over[part.id] for part in node.counting}
    denominator = math.lcm(base.denominator, *(weight.denominator for weight in weights.values()))
    whole = {id_: int(weight * denominator) for id_, weight in weights.items()}
    size = abs(int(base * denominator)) + sum(weight * sizes[id_] for id_, weight in whole.items())
    plus = [part.id for part in node.counting if part.sign == "plus"]
    minus = [part.id for part in node.counting if part.sign == "minus"]
    return Adding(
        rows=list(rows.values()),
        plus=tuple(rows[id_] for id_ in plus),
        plus_weights=tuple(whole[id_] for id_ in plus),
        minus=tuple(rows[id_] for id_ in minus),
        minus_weights=tuple(whole[id_] for id_ in minus),
        base=int(base * denominator),
        denominator=denominator,
        size=size,
    )


def _surely(parts: Parts, rows: list[int]) -> Flags:
    """Which of these rows have a result, whatever marks still come."""
    return ~(parts.void | parts.neutral | parts.may_be_void)[rows]


def _all(flags: Flags) -> Flags:
    together: Flags = np.logical_and.reduce(flags, axis=0)
    return together


def _any(flags: Flags) -> Flags:
    together: Flags = np.logical_or.reduce(flags, axis=0)
    return together


def _weighted(values: Whole, rows: tuple[int, ...], weights: tuple[int, ...]) -> Whole:
    summed: Whole = np.add.reduce(values[_laid(rows)] * _column(weights, values.dtype), axis=0)
    return summed


@lru_cache(maxsize=1024)
def _laid(rows: tuple[int, ...]) -> slice | list[int]:
    """Rows that stand side by side, as the aspects of one criterion mostly do, need not be copied."""
    together = rows == tuple(range(rows[0], rows[-1] + 1))
    return slice(rows[0], rows[-1] + 1) if together else list(rows)


@lru_cache(maxsize=1024)
def _column(weights: tuple[int, ...], dtype: type) -> Whole:
    return np.array(weights, dtype=dtype)[:, np.newaxis, np.newaxis]
