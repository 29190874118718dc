"""评价分 0–3 by descriptors."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, ClassVar

import msgspec

from scoring.exact import exact, in_full
from scoring.kinds.kernel import ZERO, Span
from scoring.kinds.part import Limits, Option, PanelPart
from scoring.panel import PanelKernel, Taking, kernel
from scoring.saying import Said, SchemeProblem
from scoring.words import Number, Words


class Judgement(PanelPart, frozen=True, kw_only=True, tag="judgement"):
    """Every judge says 0 to 3 by descriptors; worth max × Σ / (3 × judges).

    More than `spread` between the highest and the lowest asks for a re-mark (WorldSkills TD30, TD32: more than 1).
    """

    view: ClassVar[str] = "judgement"
    standardise: ClassVar[None] = None
    drops: ClassVar[tuple[int, int]] = (0, 0)

    max: Number
    descriptors: Annotated[tuple[Words, ...], msgspec.Meta(min_length=4, max_length=4)]
    descriptors_en: Annotated[tuple[Words, ...], msgspec.Meta(max_length=4)] = ()
    spread: Number | None = "1"

    @property
    def fewest(self) -> int:
        """How many judges must be present for a score to exist."""
        return self.min_judges or 1

    def problems(self) -> Iterator[SchemeProblem]:
        """What makes no sense in this node's own words."""
        if exact(self.max) <= 0:
            yield self.wrong("满分必须大于零。", "The maximum must be above zero.")
        if self.spread is not None and exact(self.spread) <= 0:
            yield self.wrong("允许的分差必须大于零。", "The spread that is allowed must be above zero.")

    def limits(self) -> Limits:
        """The four levels."""
        return Limits(ZERO, Fraction(3), Fraction(1))

    def raw_span(self) -> Span:
        """From nothing to the maximum."""
        return Span(ZERO, exact(self.max), ZERO)

    def options(self) -> tuple[Option, ...]:
        """The four levels in words."""
        english = (*self.descriptors_en, "", "", "", "")[: len(self.descriptors)]
        return tuple(
            Option(level, zh, en) for level, (zh, en) in enumerate(zip(self.descriptors, english, strict=True))
        )

    def panel_kernel(self, judges: int, farthest: int) -> PanelKernel:
        """The mean, of which three is worth the maximum."""
        return kernel(Taking("mean", 0, 0, self.fewest), judges, farthest, exact(self.max) / 3000)

    def said(self, marks: list[str], raw: Fraction) -> Said:
        """The maximum by the sum of the levels."""
        levels = sum(int(mark) for mark in marks)
        parts = f"；{self.max} × {levels} / {3 * len(marks)} = {in_full(raw)}"
        return Said(parts, parts.replace("；", "; "))
