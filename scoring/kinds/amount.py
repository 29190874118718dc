"""Numbers worth themselves: amounts, what is imported, penalties, bonuses, the chief judge's adjustment."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import ClassVar, Literal

from scoring.exact import common_grain, exact
from scoring.kinds.kernel import Kernel, Span, times
from scoring.kinds.part import FARTHEST, Limits, Mark, SinglePart
from scoring.saying import Said, SchemeProblem
from scoring.words import Number


class _Itself(SinglePart, frozen=True, kw_only=True):
    """A number that is worth itself, or so much for each."""

    @property
    def worth(self) -> Fraction:
        """What one of it is worth."""
        return Fraction(1)

    def raw_span(self) -> Span:
        """As far as what may be entered reaches."""
        low, high, step = self.limits()
        return Span(low, high, common_grain([low, step])).times(self.worth)

    def kernel(self, farthest: int) -> Kernel:
        """So many times its worth."""
        return times(self.worth, farthest)

    def said(self, mark: Mark) -> Said:  # noqa: ARG002 -- the points say it
        """That it was recorded."""
        return Said("记录", "recorded")


class Imported(_Itself, frozen=True, kw_only=True, tag="imported"):
    """A number that comes from elsewhere, such as a theory paper; worth itself."""

    view: ClassVar[str] = "imported"

    low: Number = "0"
    high: Number
    step: Number = "0.001"

    def limits(self) -> Limits:
        """What may be entered."""
        return Limits(exact(self.low), exact(self.high), exact(self.step))


class Amount(_Itself, frozen=True, kw_only=True, tag="amount"):
    """A number worth itself, or one that is only recorded, such as a time."""

    view: ClassVar[str] = "amount"

    low: Number = "0"
    high: Number | None = None
    step: Number = "1"

    def problems(self) -> Iterator[SchemeProblem]:
        """What makes no sense in this node's own words."""
        if self.high is None and self.counts:
            yield self.wrong("计分的数要有上限 high。", "A number that counts needs a high.")

    def limits(self) -> Limits:
        """What may be entered."""
        high = Fraction(FARTHEST) if self.high is None else exact(self.high)
        return Limits(exact(self.low), high, exact(self.step))


class _Each(_Itself, frozen=True, kw_only=True):
    """An amount, or a count × `each`."""

    view: ClassVar[str] = "amount"

    each: Number | None = None
    low: Number = "0"
    high: Number
    step: Number = "1"

    @property
    def worth(self) -> Fraction:
        """What one of it is worth."""
        return exact(self.each or "1")

    def viewed(self) -> str:
        """Whole things are counted."""
        return "count" if self.each is not None and exact(self.step) == 1 else self.view

    def problems(self) -> Iterator[SchemeProblem]:
        """What makes no sense in this node's own words."""
        if exact(self.low) < 0 or exact(self.each or "0") < 0:
            yield self.wrong("扣分、加分都写成正数。", "Write penalties and bonuses as positive numbers.")

    def limits(self) -> Limits:
        """What may be entered."""
        return Limits(exact(self.low), exact(self.high), exact(self.step))

    def said(self, mark: Mark) -> Said:
        """How much, or how many times how much."""
        zh, en = mark.shown
        if self.each is not None:
            return Said(f"{zh} × {self.each}", f"{en} × {self.each}")
        return self.plainly(mark)

    def plainly(self, mark: Mark) -> Said:
        """How much."""
        raise NotImplementedError


class Penalty(_Each, frozen=True, kw_only=True, tag="penalty"):
    """Points taken away: the amount itself, or a count × `each`. Its own value is positive, its sign minus."""

    sign: Literal["plus", "minus"] = "minus"

    def plainly(self, mark: Mark) -> Said:
        """How much is taken away."""
        return Said(f"扣 {mark.shown.zh}", f"{mark.shown.en} taken away")


class Bonus(_Each, frozen=True, kw_only=True, tag="bonus"):
    """Points given on top: the amount itself, or a count × `each`."""

    def plainly(self, mark: Mark) -> Said:
        """How much is added."""
        return Said(f"加 {mark.shown.zh}", f"{mark.shown.en} added")


class Adjustment(_Itself, frozen=True, kw_only=True, tag="adjustment"):
    """What the chief judge adds or takes away in a clear case, at most `most` either way.

    (木兰拳: 裁判长可加减 0.05–0.1.) Blank where there was no case for it.
    """

    view: ClassVar[str] = "amount"

    optional: bool = True
    most: Number
    step: Number = "0.01"

    def problems(self) -> Iterator[SchemeProblem]:
        """What makes no sense in this node's own words."""
        if exact(self.most) <= 0:
            yield self.wrong("调整幅度必须大于零。", "The most an adjustment can be must be above zero.")

    def limits(self) -> Limits:
        """So much either way."""
        return Limits(-exact(self.most), exact(self.most), exact(self.step))

    def said(self, mark: Mark) -> Said:
        """Who adjusted, and by how much."""
        return Said(f"裁判长调整 {mark.shown.zh}", f"adjusted by the chief judge, {mark.shown.en}")
