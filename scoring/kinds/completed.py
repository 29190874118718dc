"""How many of a number of things were done."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, ClassVar

import msgspec

from scoring.exact import exact
from scoring.kinds.kernel import ZERO, Kernel, Span, times
from scoring.kinds.part import Limits, Mark, SinglePart
from scoring.saying import Said, SchemeProblem
from scoring.words import Number


class Completed(SinglePart, frozen=True, kw_only=True, tag="completed"):
    """How many of `possible` were done; worth max × done / possible (CIS: NUMBER_COMPLETED)."""

    view: ClassVar[str] = "count"

    max: Number
    possible: Annotated[int, msgspec.Meta(ge=1, le=10_000)]

    def problems(self) -> Iterator[SchemeProblem]:
        """What makes no sense in this node's own words."""
        if exact(self.max) <= 0:
            yield self.wrong("满分必须大于零。", "The maximum must be above zero.")

    def limits(self) -> Limits:
        """From none to all that are possible."""
        return Limits(ZERO, Fraction(self.possible), Fraction(1))

    def raw_span(self) -> Span:
        """From nothing to the maximum."""
        return Span(ZERO, Fraction(self.possible), Fraction(1)).times(self._each)

    def kernel(self, farthest: int) -> Kernel:
        """So much for each."""
        return times(self._each, farthest)

    def said(self, mark: Mark) -> Said:
        """How many were done."""
        zh, en = mark.shown
        return Said(
            f"完成 {zh}；{self.max} × {zh} / {self.possible}", f"{en} done; {self.max} × {en} / {self.possible}"
        )

    @property
    def _each(self) -> Fraction:
        return exact(self.max) / self.possible
