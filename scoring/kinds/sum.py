"""The weighted sum: criteria, sub-criteria, totals; and rounds of ± points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec

from scoring import kinds
from scoring.exact import common_grain, exact
from scoring.kinds.kernel import ZERO, Span
from scoring.kinds.part import Composite
from scoring.words import Number


class Sum(Composite, frozen=True, kw_only=True, tag="sum"):
    """A criterion: the weighted sum of its parts, on top of `base`."""

    base: Number = "0"
    parts: Annotated[tuple[kinds.Node, ...], msgspec.Meta(min_length=1, max_length=500)]

    @property
    def counting(self) -> tuple[kinds.Node, ...]:
        """The parts that are added or taken away."""
        return tuple(part for part in self.parts if part.counts)

    def needs(self) -> tuple[str, ...]:
        """What counts below it."""
        return tuple(part.id for part in self.counting)

    def raw_span(self, spans: Mapping[str, Span]) -> Span:
        """The sum of what its parts can be worth."""
        low = high = exact(self.base)
        grains = [low]
        known = True
        for part in self.counting:
            inner = spans[part.id].times(exact(part.weight))
            ends = (inner.low, inner.high) if part.sign == "plus" else (-inner.high, -inner.low)
            low, high = low + ends[0], high + ends[1]
            grains.append(inner.grain)
            known = known and bool(inner.grain or inner.low == inner.high == ZERO)
        return Span(low, high, common_grain(grains) if known else ZERO)
