"""The product: execution × difficulty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Annotated

import msgspec

from scoring import kinds
from scoring.kinds.kernel import ZERO, Span
from scoring.kinds.part import Composite, factored
from scoring.saying import SchemeProblem


class Product(Composite, frozen=True, kw_only=True, tag="product"):
    """Its parts, multiplied: what a panel gave × the difficulty of what was shown (diving, innovation)."""

    parts: Annotated[tuple[kinds.Node, ...], msgspec.Meta(min_length=2, max_length=10)]

    def needs(self) -> tuple[str, ...]:
        """All its parts."""
        return tuple(part.id for part in self.parts)

    def problems(self) -> Iterator[SchemeProblem]:
        """What makes no sense in this node's own words."""
        for part in self.parts:
            if factored(part.weight) is not None or part.sign == "minus" or not part.counts:
                yield part.wrong(
                    "相乘的部分不带权重、负号，也不能不计分。",
                    "What is multiplied takes no weight and no minus, and must count.",
                )

    def raw_span(self, spans: Mapping[str, Span]) -> Span:
        """The product of what its parts can be worth; none of them reaches below zero."""
        low = high = grain = Fraction(1)
        for part in self.parts:
            inner = spans[part.id]
            low, high, grain = low * max(inner.low, ZERO), high * inner.high, grain * inner.grain
        return Span(min(low, ZERO), high, grain)
