"""Marks of a whole panel on any scale."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import ClassVar, Literal

import msgspec

from scoring.exact import common_grain, exact, in_full
from scoring.kinds.kernel import ZERO, Span
from scoring.kinds.part import MOST_JUDGES, Limits, PanelPart
from scoring.kinds.standard import Standard
from scoring.panel import PanelKernel, Taking, kernel
from scoring.saying import Said, SchemeProblem
from scoring.words import Dropped, Number


class Mean(msgspec.Struct, frozen=True, kw_only=True, tag_field="take", tag="mean", forbid_unknown_fields=True):
    """The mean of all marks."""


class Trimmed(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="take", tag="trimmed", forbid_unknown_fields=True
):
    """The mean, or the sum, without so many lowest and highest marks."""

    low: Dropped = 1
    high: Dropped = 1
    then: Literal["mean", "sum"] = "mean"


class Median(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="take", tag="median", forbid_unknown_fields=True
):
    """The middle mark, or the mean of the two middle ones."""


class Total(msgspec.Struct, frozen=True, kw_only=True, tag_field="take", tag="sum", forbid_unknown_fields=True):
    """The sum of all marks."""


class Panel(PanelPart, frozen=True, kw_only=True, tag="panel"):
    """Every judge marks from `low` to `high` in steps; absent judges are left out before anything is dropped.

    Marks farther apart than `spread` are asked for again. `standardise` puts each judge's marks on one scale
    before they are taken together.
    """

    view: ClassVar[str] = "panel"

    low: Number = "0"
    high: Number
    step: Number = "1"
    rule: Mean | Trimmed | Median | Total = Mean()
    spread: Number | None = None
    standardise: Standard | None = None

    def rises(self) -> bool:
        """Standardising makes every mark change all others."""
        return self.standardise is None

    @property
    def drops(self) -> tuple[int, int]:
        """How many lowest and highest marks are left out."""
        return (self.rule.low, self.rule.high) if isinstance(self.rule, Trimmed) else (0, 0)

    @property
    def adds(self) -> bool:
        """Whether the marks that are kept are added and not averaged."""
        return isinstance(self.rule, Total) or (isinstance(self.rule, Trimmed) and self.rule.then == "sum")

    @property
    def fewest(self) -> int:
        """How many judges must be present for a score to exist."""
        return self.min_judges or sum(self.drops) + 1

    def problems(self) -> Iterator[SchemeProblem]:
        """What makes no sense in this node's own words."""
        least = sum(self.drops) + 1
        if self.min_judges is not None and self.min_judges < least:
            zh = f"去掉最低最高后至少要剩一名：需要 {least} 名裁判。"
            yield self.wrong(zh, f"Dropping marks needs at least {least} judges.")
        if self.spread is not None and exact(self.spread) <= 0:
            yield self.wrong("允许的分差必须大于零。", "The spread that is allowed must be above zero.")

    def limits(self) -> Limits:
        """What may be entered."""
        return Limits(exact(self.low), exact(self.high), exact(self.step))

    def raw_span(self) -> Span:
        """Between the lowest and the highest mark, or as many of them as there are judges."""
        low, high, step = self.limits()
        grain = common_grain([low, step])
        if self.standardise is not None:
            low, high, grain = self.standardise.span()
        if self.adds:
            return Span(min(low, ZERO) * MOST_JUDGES, max(high, ZERO) * MOST_JUDGES, grain)
        return Span(low, high, ZERO)

    def panel_kernel(self, judges: int, farthest: int) -> PanelKernel:
        """The rule for panels of at most so many judges, over marks in thousandths or standardised ones."""
        unit = Fraction(1, 1000)
        if self.standardise is not None:
            unit = Fraction(1, 10**self.standardise.places)
            farthest = int(max(abs(end) for end in self.standardise.span()[:2]) / unit)
        how: Literal["mean", "sum", "median"] = "mean"
        if self.adds:
            how = "sum"
        elif isinstance(self.rule, Median):
            how = "median"
        return kernel(Taking(how, *self.drops, self.fewest), judges, farthest, unit)

    def said(self, marks: list[str], raw: Fraction) -> Said:
        """What was dropped, and what was made of the rest; `marks` are those that are there, lowest first."""
        low, high = self.drops
        said = Said("", "")
        if low or high:
            lows, highs = "、".join(marks[:low]), "、".join(marks[len(marks) - high :])
            out_zh = [f"最低 {lows}"] * bool(low) + [f"最高 {highs}"] * bool(high)
            out_en = [f"lowest {lows}"] * bool(low) + [f"highest {highs}"] * bool(high)
            said = said.then(f"；去掉{'、'.join(out_zh)}", f"; without {', '.join(out_en)}")
        present, kept, value = len(marks), len(marks) - low - high, in_full(raw)
        if isinstance(self.rule, Median):
            return said.then(f"；{present} 个的中位数 {value}", f"; median of {present}: {value}")
        if self.adds and not (low or high):
            return said.then(f"；合计 {value}", f"; sum {value}")
        zh, en = ("合计", "sum") if self.adds else ("平均", "mean")
        return said.then(f"；{present} 个中 {kept} 个的{zh} {value}", f"; {en} of {kept} of {present}: {value}")
