"""Passed or failed."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import ClassVar

from scoring.exact import exact
from scoring.kinds.kernel import ZERO, Kernel, Span, times
from scoring.kinds.part import Limits, Mark, Option, SinglePart
from scoring.saying import Said, SchemeProblem
from scoring.words import Number


class PassFail(SinglePart, frozen=True, kw_only=True, tag="pass_fail"):
    """Passed is worth `max`, failed nothing (WorldSkills TD17 §4.7: only the maximum or zero)."""

    view: ClassVar[str] = "pass_fail"

    max: Number

    def problems(self) -> Iterator[SchemeProblem]:
        """What makes no sense in this node's own words."""
        if exact(self.max) <= 0:
            yield self.wrong("满分必须大于零。", "The maximum must be above zero.")

    def limits(self) -> Limits:
        """0 for failed, 1 for passed."""
        return Limits(ZERO, Fraction(1), Fraction(1))

    def raw_span(self) -> Span:
        """Nothing or the maximum."""
        return Span(ZERO, exact(self.max), exact(self.max))

    def options(self) -> tuple[Option, ...]:
        """The two answers."""
        return (Option(0, "不合格", "Failed"), Option(1, "合格", "Passed"))

    def kernel(self, farthest: int) -> Kernel:
        """The maximum, so many times."""
        return times(exact(self.max), farthest)

    def said(self, mark: Mark) -> Said:
        """Passed or failed."""
        return Said("合格", "passed") if mark.number else Said("不合格", "failed")
