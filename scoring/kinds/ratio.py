"""Quantities that count by their ratio: to a standard, or to the best of all."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Literal

import msgspec
import numpy as np

from scoring.exact import THOUSAND, common_grain, exact, half_up, in_full
from scoring.kinds.kernel import ZERO, Kernel, Span, ToBest, Whole
from scoring.kinds.part import Mark
from scoring.saying import Said
from scoring.words import Number

HIGHER, LOWER = "high", "low"


class Ratio(msgspec.Struct, frozen=True, kw_only=True, tag_field="by", tag="ratio", forbid_unknown_fields=True):
    """By the ratio to a standard: points × quantity / `to`, or points × `to` / quantity where less is better.

    Never below zero, and at most `most` where it is named.
    """

    to: Number
    points: Number
    better: Literal["high", "low"] = "high"
    most: Number | None = None

    def rises(self) -> bool:
        """More is worth more where more is better."""
        return self.better == HIGHER

    def span(self, entered: Span) -> Span:
        """From the one end of what may be entered to the other."""
        to, points = exact(self.to), exact(self.points)
        if self.better == HIGHER:
            ends = [max(points * end / to, ZERO) for end in (entered.low, entered.high)]
            grain = points * entered.grain / to
        else:
            ends = [points * to / end for end in (entered.high, entered.low)]
            grain = ZERO
        if self.most is not None:
            ends = [min(end, exact(self.most)) for end in ends]
            grain = common_grain([grain, exact(self.most)]) if grain else ZERO
        return Span(ends[0], ends[1], grain)

    def kernel(self, farthest: int, factor: Fraction, unit: int | None) -> Kernel:
        """Exact where more is better; where less is, factored and rounded at once, for it may never end."""
        most = None if self.most is None else exact(self.most)
        if self.better == HIGHER:
            each = exact(self.points) / exact(self.to)
            denominator = math.lcm(THOUSAND * each.denominator, 1 if most is None else most.denominator)
            rate = int(each * denominator / THOUSAND)
            limit = None if most is None else int(most * denominator)
            return Kernel(denominator, max(farthest * rate, limit or 0), _up_to(lambda marks: marks * rate, limit))
        assert unit is not None
        top = 2 * exact(self.points) * exact(self.to) * THOUSAND * factor * unit
        limit = None if most is None else int(half_up(most * factor * unit, 0))

        def points(marks: Whole) -> Whole:
            over = np.maximum(marks, 1) * top.denominator  # a blank is zero and means nothing
            rounded: Whole = (top.numerator + over) // (2 * over)
            return rounded

        peak = top.numerator + 2 * farthest * top.denominator
        return Kernel(unit, max(peak, limit or 0), _up_to(points, limit))

    def said(self, mark: Mark) -> Said:
        """The ratio to the standard."""
        over = _over(in_full(mark.number), self.to, self.better)
        said = Said(f"与标准之比 {self.points} × {over}", f"by the ratio to the standard {self.points} × {over}")
        if self.most is not None and mark.points >= exact(self.most):
            return said.then(f"，不超过 {self.most}", f", at most {self.most}")
        return said


def _over(number: str, other: str, better: str) -> str:
    return f"{number} / {other}" if better == HIGHER else f"{other} / {number}"


def _up_to(points: Callable[[Whole], Whole], limit: int | None) -> Callable[[Whole], Whole]:
    def limited(marks: Whole) -> Whole:
        reached: Whole = np.maximum(points(marks), 0)
        return reached if limit is None else np.minimum(reached, limit)

    return limited


class ToTheBest(msgspec.Struct, frozen=True, kw_only=True, tag_field="by", tag="best", forbid_unknown_fields=True):
    """By the ratio to the best of all in competition: `points` for the best, the others in proportion."""

    points: Number
    better: Literal["high", "low"] = "high"

    def rises(self) -> bool:
        """A better best makes all others worth less."""
        return False

    def span(self, entered: Span) -> Span:  # noqa: ARG002 -- the ratio bounds it
        """From nothing to the points of the best."""
        return Span(ZERO, exact(self.points), ZERO)

    def kernel(self, farthest: int, factor: Fraction, unit: int | None) -> ToBest:
        """Factored and rounded at once, for a ratio may never end."""
        assert unit is not None
        return ToBest(unit, exact(self.points) * factor, self.better == HIGHER, farthest)

    def said(self, mark: Mark) -> Said:
        """The ratio to the best, and which that is."""
        if not mark.best:
            return Said("没有可比的成绩", "nothing to compare with")
        over = _over(in_full(mark.number), in_full(mark.best), self.better)
        return Said(f"与最好成绩之比 {self.points} × {over}", f"by the ratio to the best {self.points} × {over}")
