"""What the rule of an aspect becomes for computing: whole numbers in, whole numbers over one denominator out.

The same lines run on int64 and, where a document's numbers are too large for it, on Python's own integers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from scoring.exact import THOUSAND, common_grain, half_up
from scoring.saying import Said

Whole = npt.NDArray[Any]
"""Whole numbers, int64 where that is proved to suffice and Python integers otherwise."""
Flags = npt.NDArray[np.bool_]
Counting = Literal["exact", "started", "whole"]
"""How a part of a unit counts: exactly, as a whole one once started, or not before it is whole."""
ZERO = Fraction(0)
COUNTED = {
    "exact": Said("", ""),
    "started": Said("（不足一个按一个）", " (one that is started counts)"),
    "whole": Said("（满一个才算）", " (only whole ones count)"),
}
"""How a part of a unit counts, told."""


class Span(NamedTuple):
    """Least and greatest value, and a number of which every value is a whole multiple (0: none is known)."""

    low: Fraction
    high: Fraction
    grain: Fraction

    def with_zero(self) -> Span:
        """What was not attempted is worth nothing, so nothing is always possible."""
        return Span(min(self.low, ZERO), max(self.high, ZERO), self.grain)

    def times(self, by: Fraction) -> Span:
        """Every value, so many times; never turned round."""
        return Span(self.low * by, self.high * by, self.grain * by)


class Kernel(NamedTuple):
    """Points as whole numbers over `denominator`; `peak` is what no step on the way exceeds."""

    denominator: int
    peak: int
    points: Callable[[Whole], Whole]


class ToBest(NamedTuple):
    """Points by the ratio to the best entered mark of all: what a `Kernel` cannot know from one mark alone."""

    denominator: int
    """10 to the places the points are rounded to."""
    points: Fraction
    """What the best is worth, with the node's factor."""
    high_is_better: bool
    farthest: int

    @property
    def peak(self) -> int:
        """No step exceeds this."""
        top = 2 * self.points * self.denominator
        return (top.numerator + 2 * top.denominator) * max(self.farthest, 1)

    def of(self, marks: Whole, best: Whole) -> Whole:
        """The points of marks when the best is so; rounded half up, never below nothing or above the best's."""
        top, over = (marks, best) if self.high_is_better else (best, marks)
        twice = 2 * self.points * self.denominator
        over = np.maximum(over, 1) * twice.denominator  # nothing to compare with: only nothing is worth nothing
        reached: Whole = (np.maximum(top, 0) * twice.numerator + over) // (2 * over)
        most = half_up(self.points * self.denominator, 0)
        limited: Whole = np.where((top > 0) & (best > 0), np.minimum(reached, int(most)), 0)
        return limited


def times(each: Fraction, farthest: int) -> Kernel:
    """A number that is worth so much each."""
    return Kernel(
        THOUSAND * each.denominator, farthest * abs(each.numerator), lambda marks: marks * each.numerator
    )


def table(points: Sequence[Fraction], place: Callable[[Whole], Whole]) -> Kernel:
    """Points that stand in a row, looked up by place."""
    denominator = math.lcm(*(worth.denominator for worth in points))
    row = [int(worth * denominator) for worth in points]
    peak = max(abs(worth) for worth in row)

    def look_up(marks: Whole) -> Whole:
        worths: Whole = np.array(row, dtype=marks.dtype)
        return worths[place(marks)]

    return Kernel(denominator, peak, look_up)


def units(per: Fraction, count: Counting, scale: int) -> tuple[int, int, Callable[[Whole], Whole]]:
    """How a size in 1/scale becomes units of `per`: multiply by, over which denominator, and how parts count."""
    by, over = per.denominator, scale * per.numerator
    match count:
        case "started":
            return by, 1, lambda size: -((-size * by) // over)
        case "whole":
            return by, 1, lambda size: (size * by) // over
        case _:
            return by, over, lambda size: size * by


def among(points: Sequence[Fraction]) -> Span:
    """One of these and nothing else."""
    return Span(min(points), max(points), common_grain(points))
