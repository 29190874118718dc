"""一票否决: one thing that must not happen, and what it costs when it does."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import ClassVar, Literal

from scoring.kinds.kernel import ZERO, Kernel, Span, times
from scoring.kinds.part import Limits, Mark, Option, SinglePart
from scoring.saying import Said, SchemeProblem
from scoring.words import Id


class Veto(SinglePart, frozen=True, kw_only=True, tag="veto"):
    """When it is marked, `node` (the one above, where none is named) is worth nothing, or the entry has no rank.

    It is worth nothing itself. (安康杯: 出现重伤和质量事故时取消评奖资格; safety score 清零.)
    """

    view: ClassVar[str] = "choice"

    optional: bool = True
    effect: Literal["zero", "unranked"] = "zero"
    node: Id | None = None

    def rises(self) -> bool:
        """The one mark that is better when it is not given."""
        return False

    def problems(self) -> Iterator[SchemeProblem]:
        """What makes no sense in this node's own words."""
        if self.node == self.id:
            yield self.wrong("否决不能指向自己。", "A veto cannot strike itself.")
        plain = self.factor == "1" and self.cap is None and self.floor is None and self.pass_mark is None
        if not plain:
            yield self.wrong("否决不带系数、上下限和及格线。", "A veto takes no factor, cap, floor or pass mark.")
        if self.effect == "unranked" and self.node is not None:
            yield self.wrong("取消名次的否决不指向节点。", "A veto that takes the rank names no node.")

    def limits(self) -> Limits:
        """0 for no, 1 for yes."""
        return Limits(ZERO, Fraction(1), Fraction(1))

    def raw_span(self) -> Span:
        """Nothing."""
        return Span(ZERO, ZERO, ZERO)

    def options(self) -> tuple[Option, ...]:
        """The two answers."""
        return (Option(0, "未发生", "Did not happen"), Option(1, "一票否决", "Veto"))

    def kernel(self, farthest: int) -> Kernel:
        """Nothing, whatever is entered."""
        return times(ZERO, farthest)

    def said(self, mark: Mark) -> Said:
        """Whether it happened."""
        if not mark.number:
            return Said("未发生", "did not happen")
        struck = Said("清零", "worth nothing") if self.effect == "zero" else Said("取消名次", "no rank")
        return Said(f"发生，一票否决：{struck.zh}", f"happened, veto: {struck.en}")
