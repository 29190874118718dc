"""Points lost by the distance from a target."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import ClassVar

import numpy as np

from scoring.exact import THOUSAND, common_grain, exact
from scoring.kinds.kernel import COUNTED, ZERO, Counting, Kernel, Span, Whole, units
from scoring.kinds.part import FARTHEST, Limits, Mark, SinglePart
from scoring.saying import Said, SchemeProblem
from scoring.words import Number


class Difference(SinglePart, frozen=True, kw_only=True, tag="difference"):
    """`max` less `deduction` for each `per` of difference from `target`, never below zero.

    `count` says how a part of a `per` counts: exactly, as a whole one once started, or not before it is whole.
    (CIS: REGULAR_DIFFERENCE_DEDUCTION.)
    """

    view: ClassVar[str] = "amount"

    max: Number
    target: Number = "0"
    per: Number = "1"
    deduction: Number
    count: Counting = "exact"
    low: Number = "0"
    high: Number | None = None
    step: Number = "1"

    def rises(self) -> bool:
        """More can be nearer to the target or farther away."""
        return False

    def problems(self) -> Iterator[SchemeProblem]:
        """What makes no sense in this node's own words."""
        if exact(self.max) <= 0:
            yield self.wrong("满分必须大于零。", "The maximum must be above zero.")
        if exact(self.per) <= 0 or exact(self.deduction) < 0:
            yield self.wrong("扣分单位必须大于零。", "The unit of a deduction must be above zero.")

    def limits(self) -> Limits:
        """What may be entered."""
        high = Fraction(FARTHEST) if self.high is None else exact(self.high)
        return Limits(exact(self.low), high, exact(self.step))

    def raw_span(self) -> Span:
        """From nothing to the maximum."""
        return Span(ZERO, exact(self.max), common_grain([exact(self.max), self._rate_grain()]))

    def _rate_grain(self) -> Fraction:
        """What one more step of difference changes."""
        if self.count != "exact" or exact(self.per) <= 0:
            return exact(self.deduction)
        low, _, step = self.limits()
        parts = common_grain([low, step, exact(self.target)]) / exact(self.per)
        return exact(self.deduction) * parts

    def kernel(self, farthest: int) -> Kernel:
        """The maximum less a rate for each unit of difference."""
        target, most, each = exact(self.target), exact(self.max), exact(self.deduction)
        scale = math.lcm(THOUSAND, target.denominator)
        middle = int(target * scale)
        by, over, in_units = units(exact(self.per), self.count, scale)
        denominator = math.lcm(over * each.denominator, most.denominator)
        full, rate = int(most * denominator), int(each / over * denominator)
        spread = (farthest * (scale // THOUSAND) + abs(middle)) * by

        def points(marks: Whole) -> Whole:
            size = abs(marks * (scale // THOUSAND) - middle)
            left: Whole = np.maximum(full - rate * in_units(size), 0)
            return left

        return Kernel(denominator, full + max(rate, 1) * spread, points)

    def said(self, mark: Mark) -> Said:
        """What was recorded, and what each unit of difference costs."""
        zh, en = mark.shown
        said = Said(
            f"记录 {zh}，目标 {self.target}；{self.max} 减每 {self.per} 的差扣 {self.deduction}",
            f"{en}, target {self.target}; {self.max} less {self.deduction} per {self.per} of difference",
        ).then(*COUNTED[self.count])
        return said if mark.points else said.then("，不低于 0", ", at least 0")
