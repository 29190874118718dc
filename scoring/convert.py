"""From one entered number to points: passed or failed, completed, differences, choices, tolerances, quantities.

Each rule becomes a `Kernel` over a column of thousandths, in whole numbers over one fixed denominator. The same
lines run on int64 and, where a document's numbers are too large for it, on Python's own integers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple, assert_never

import numpy as np
import numpy.typing as npt

from scoring.document import (
    Amount,
    Choice,
    Completed,
    Difference,
    Imported,
    Linear,
    Lookup,
    PassFail,
    Penalty,
    Quantity,
    Single,
    Tolerance,
)
from scoring.exact import THOUSAND, exact

Whole = npt.NDArray[Any]
"""Whole numbers, int64 where that is proved to suffice and Python integers otherwise."""


class Kernel(NamedTuple):
    """Points as whole numbers over `denominator`; `peak` is what no step on the way exceeds."""

    denominator: int
    peak: int
    points: Callable[[Whole], Whole]


def kernel(aspect: Single, farthest: int) -> Kernel:
    """The rule of an aspect that is marked once; `farthest` bounds the entered thousandths."""
    match aspect:
        case PassFail(max=most):
            made = _times(exact(most), farthest)
        case Completed(max=most, possible=possible):
            made = _times(exact(most) / possible, farthest)
        case Imported() | Amount():
            made = _times(Fraction(1), farthest)
        case Penalty(each=each):
            made = _times(exact(each or "1"), farthest)
        case Difference():
            made = _difference(aspect, farthest)
        case Choice(options=options):
            # Option 1 is the mark 1.000: its number is its place in the table.
            made = _table([Fraction(0), *(exact(option.points) for option in options)], _option)
        case Tolerance():
            made = _tolerance(aspect, farthest)
        case Quantity(convert=rule):
            made = _linear(rule, farthest) if isinstance(rule, Linear) else _lookup(rule, farthest)
        case _:
            assert_never(aspect)
    return made


def linear_points(convert: Linear, value: Fraction) -> Fraction:
    """The points of one quantity under a linear rule, to find how far they can reach."""
    rule = _linear(convert, abs(int(value * THOUSAND)))
    points = rule.points(np.array([int(value * THOUSAND)], dtype=object))
    return Fraction(int(points[0]), rule.denominator)


def _times(each: Fraction, farthest: int) -> Kernel:
    return Kernel(THOUSAND * each.denominator, farthest * each.numerator, lambda marks: marks * each.numerator)


def _option(marks: Whole) -> Whole:
    return (marks // THOUSAND).astype(np.intp)


def _table(points: Sequence[Fraction], place: Callable[[Whole], Whole]) -> Kernel:
    denominator = math.lcm(*(worth.denominator for worth in points))
    row = [int(worth * denominator) for worth in points]
    peak = max(abs(worth) for worth in row)

    def look_up(marks: Whole) -> Whole:
        worths: Whole = np.array(row, dtype=marks.dtype)
        return worths[place(marks)]

    return Kernel(denominator, peak, look_up)


def _units(per: Fraction, count: str, scale: int) -> tuple[int, int, Callable[[Whole], Whole]]:
    """How a size in 1/scale becomes units of `per`: multiply by, over which denominator, and how parts count."""
    by, over = per.denominator, scale * per.numerator
    match count:
        case "started":
            return by, 1, lambda size: -((-size * by) // over)
        case "whole":
            return by, 1, lambda size: (size * by) // over
        case _:
            return by, over, lambda size: size * by


def _difference(aspect: Difference, farthest: int) -> Kernel:
    target, most, each = exact(aspect.target), exact(aspect.max), exact(aspect.deduction)
    scale = math.lcm(THOUSAND, target.denominator)
    middle = int(target * scale)
    by, over, units = _units(exact(aspect.per), aspect.count, scale)
    denominator = math.lcm(over * each.denominator, most.denominator)
    full, rate = int(most * denominator), int(each / over * denominator)
    spread = (farthest * (scale // THOUSAND) + abs(middle)) * by

    def points(marks: Whole) -> Whole:
        size = abs(marks * (scale // THOUSAND) - middle)
        left: Whole = np.maximum(full - rate * units(size), 0)
        return left

    return Kernel(denominator, full + max(rate, 1) * spread, points)


def _tolerance(aspect: Tolerance, farthest: int) -> Kernel:
    target = exact(aspect.target)
    edges = [(target - exact(one.below), target + exact(one.above)) for one in aspect.ranges]
    worths = [exact(one.points) for one in aspect.ranges]
    scale = math.lcm(THOUSAND, *(edge.denominator for pair in edges for edge in pair))
    denominator = math.lcm(*(worth.denominator for worth in worths))
    spans = [
        (int(low * scale), int(high * scale), int(worth * denominator))
        for (low, high), worth in zip(edges, worths, strict=True)
    ]

    def points(marks: Whole) -> Whole:
        measured = marks * (scale // THOUSAND)
        worth: Whole = np.zeros_like(marks)
        for low, high, one in reversed(spans):
            worth = np.where((low <= measured) & (measured <= high), one, worth)
        return worth

    peak = max(abs(number) for one in spans for number in one)
    return Kernel(denominator, max(farthest * (scale // THOUSAND), peak), points)


def _linear(convert: Linear, farthest: int) -> Kernel:
    at, start = exact(convert.at), exact(convert.points)
    over_rate, under_rate = exact(convert.over), exact(convert.under)
    least, most = exact(convert.least), exact(convert.most)
    scale = math.lcm(THOUSAND, at.denominator)
    middle = int(at * scale)
    by, below, units = _units(exact(convert.per), convert.count, scale)
    denominator = math.lcm(
        below * over_rate.denominator,
        below * under_rate.denominator,
        *(one.denominator for one in (start, least, most)),
    )
    first, low, high, over, under = (
        int(one * denominator) for one in (start, least, most, over_rate / below, under_rate / below)
    )
    spread = (farthest * (scale // THOUSAND) + abs(middle)) * by

    def points(marks: Whole) -> Whole:
        distance = marks * (scale // THOUSAND) - middle
        change = np.where(distance > 0, over, under).astype(marks.dtype)
        reached: Whole = np.minimum(np.maximum(first + change * units(abs(distance)), low), high)
        return reached

    rate = max(abs(over), abs(under), 1)
    return Kernel(denominator, max(abs(first) + rate * spread, abs(low), abs(high)), points)


def _lookup(convert: Lookup, farthest: int) -> Kernel:
    edges = [exact(row.to) for row in convert.rows]
    scale = math.lcm(THOUSAND, *(edge.denominator for edge in edges))
    steps = [int(edge * scale) for edge in edges]

    def place(marks: Whole) -> Whole:
        # The first row whose `to` is not below the quantity.
        return np.searchsorted(np.array(steps, dtype=marks.dtype), marks * (scale // THOUSAND), side="left")

    table = _table([*(exact(row.points) for row in convert.rows), exact(convert.beyond)], place)
    return table._replace(peak=max(table.peak, farthest * (scale // THOUSAND), *map(abs, steps)))
