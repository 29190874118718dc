"""The step of a node on a standard scale: where each value stands in its group."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from scoring import scale
from scoring.finish import Trace
from scoring.kinds.kernel import Flags, Whole
from scoring.kinds.standard import Standard
from scoring.parts import LEAST, MOST, POINTS, Parts
from scoring.sheet import Grid


class Standardising(NamedTuple):
    """The value of another row, by how far it stands from the middle of its group."""

    rows: list[int]
    over: int
    standard: Standard
    denominator: int
    size: int

    def of(self, parts: Parts) -> tuple[Whole, Flags]:
        """Its place on the scale; where others are missing, so far, and between what it will lie."""
        row, grid = self.rows[0], parts.grid
        values, known, void = parts.values[row], parts.known[row], parts.void[row]
        raw: Whole = np.zeros_like(values)
        for group in self.groups(grid):
            by = self._measured(group, parts)
            raw[POINTS, group] = scale.standardised(self.standard, values[POINTS, group], self.over, by)
            if len(raw) > 1:
                raw[LEAST, group] = raw[MOST, group] = raw[POINTS, group]
                open_ = group & ~(known & self._settled(group, parts))
                low, high = scale.reach(self.standard, int(group.sum()))
                # Who is not among those others are measured by may stand anywhere.
                edges = scale.reach(self.standard, 10**12)
                raw[LEAST, open_] = np.where(grid.competing[open_], low, edges[0])
                raw[MOST, open_] = np.where(grid.competing[open_], high, edges[1])
        raw[POINTS] = np.where(known & ~void, raw[POINTS], 0)
        return raw, void

    def groups(self, grid: Grid) -> list[Flags]:
        """Who is measured together."""
        return scale.groups_of(grid.groups.get(self.standard.by), len(grid.entries))

    def _measured(self, group: Flags, parts: Parts) -> scale.Group | None:
        row = self.rows[0]
        measuring = group & parts.grid.competing & parts.known[row] & ~parts.void[row]
        return scale.measured(self.standard, parts.values[row, POINTS, measuring].astype(object), self.over)

    def noted(self, parts: Parts) -> Trace:
        """What everybody is measured by, for explaining: the middle and the σ of the group."""
        middles = [Fraction(0)] * len(parts.grid.entries)
        sigmas = middles.copy()
        for group in self.groups(parts.grid):
            by = self._measured(group, parts)
            if by is not None:
                for column in np.flatnonzero(group).tolist():
                    middles[column], sigmas[column] = by
        return [_over_one("middle", middles), _over_one("sigma", sigmas)]

    def known(self, parts: Parts) -> Flags:
        """Only when nobody of the group is missing."""
        known: Flags = parts.known[self.rows[0]].copy()
        for group in self.groups(parts.grid):
            known[group] &= self._settled(group, parts)
        return known

    def _settled(self, group: Flags, parts: Parts) -> bool:
        return bool(parts.known[self.rows[0], group & parts.grid.competing].all())

    def may_be_void(self, parts: Parts) -> Flags:
        """Where what is standardised may, or has none for certain."""
        may_be: Flags = parts.may_be_void[self.rows[0]] | parts.void[self.rows[0]]
        return may_be


def _over_one(step: str, numbers: list[Fraction]) -> tuple[str, Whole, int]:
    """Numbers of all entries over one denominator, as a trace has them."""
    over = math.lcm(*(one.denominator for one in numbers))
    return step, np.array([[int(one * over) for one in numbers]], dtype=object), over
