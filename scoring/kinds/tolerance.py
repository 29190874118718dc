"""Points by how near a measured value comes to its target."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, ClassVar

import msgspec
import numpy as np

from scoring.exact import THOUSAND, exact
from scoring.kinds.kernel import Kernel, Span, Whole, among
from scoring.kinds.part import FARTHEST, Limits, Mark, SinglePart
from scoring.saying import Said, SchemeProblem
from scoring.words import Number


class Range(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From `below` under the target to `above` over it, both included."""

    below: Number = "0"
    above: Number = "0"
    points: Number


class Tolerance(SinglePart, frozen=True, kw_only=True, tag="tolerance"):
    """Worth the points of the first range around `target` that holds the measured value, otherwise nothing.

    (CIS: RANGED_SCORE.)
    """

    view: ClassVar[str] = "amount"

    target: Number
    ranges: Annotated[tuple[Range, ...], msgspec.Meta(min_length=1, max_length=50)]
    low: Number = "0"
    high: Number | None = None
    step: Number = "0.001"

    def rises(self) -> bool:
        """More can be nearer to the target or farther away."""
        return False

    def problems(self) -> Iterator[SchemeProblem]:
        """What makes no sense in this node's own words."""
        if any(exact(one.below) < 0 or exact(one.above) < 0 for one in self.ranges):
            yield self.wrong("公差写成正数。", "Write tolerances as positive numbers.")

    def limits(self) -> Limits:
        """What may be measured."""
        high = Fraction(FARTHEST) if self.high is None else exact(self.high)
        return Limits(exact(self.low), high, exact(self.step))

    def raw_span(self) -> Span:
        """The points of a range, or nothing."""
        return among([exact(one.points) for one in self.ranges])

    def kernel(self, farthest: int) -> Kernel:
        """The first range that holds the value."""
        target = exact(self.target)
        edges = [(target - exact(one.below), target + exact(one.above)) for one in self.ranges]
        worths = [exact(one.points) for one in self.ranges]
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

    def said(self, mark: Mark) -> Said:
        """What was measured."""
        zh, en = mark.shown
        said = Said(f"测得 {zh}，目标 {self.target}", f"measured {en}, target {self.target}")
        away = mark.number - exact(self.target)
        for one in self.ranges:
            if -exact(one.below) <= away <= exact(one.above):
                within = f"−{one.below} … +{one.above}"
                return said.then(f"，在 {within} 之内", f", within {within}")
        return said.then("，超出公差", ", beyond every range")
