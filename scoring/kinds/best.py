"""The best of several attempts, runs or parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Annotated, Literal

import msgspec

from scoring import kinds
from scoring.kinds.kernel import ZERO, Span
from scoring.kinds.part import Composite, factored
from scoring.saying import SchemeProblem

Take = Annotated[int, msgspec.Meta(ge=1, le=500)]


class Best(Composite, frozen=True, kw_only=True, tag="best"):
    """The `take` highest or lowest of its parts, added or averaged; a part that was not attempted is passed over.

    Where high is best, what is missing from `take` is worth nothing; where low is best (times), fewer results than
    `take` are no result.
    """

    parts: Annotated[tuple[kinds.Node, ...], msgspec.Meta(min_length=1, max_length=500)]
    take: Take = 1
    from_: Literal["high", "low"] = msgspec.field(name="from", default="high")
    then: Literal["sum", "mean"] = "sum"

    def needs(self) -> tuple[str, ...]:
        """All its parts."""
        return tuple(part.id for part in self.parts)

    def problems(self) -> Iterator[SchemeProblem]:
        """What makes no sense in this node's own words."""
        if self.take > len(self.parts):
            yield self.wrong("取的个数多于部分的个数。", "More are taken than there are parts.")
        for part in self.parts:
            if factored(part.weight) is not None or part.sign == "minus" or not part.counts:
                yield part.wrong(
                    "择优的部分不带权重、负号，也不能不计分。",
                    "What is chosen from takes no weight and no minus, and must count.",
                )

    def raw_span(self, spans: Mapping[str, Span]) -> Span:
        """So many times the lowest to the highest part."""
        inner = [spans[part.id].with_zero() for part in self.parts]
        times = 1 if self.then == "mean" else self.take
        return Span(min(one.low for one in inner) * times, max(one.high for one in inner) * times, ZERO)

    @property
    def share(self) -> Fraction:
        """What the sum of the chosen is multiplied with."""
        return Fraction(1, self.take) if self.then == "mean" else Fraction(1)


class Attempts(Composite, frozen=True, kw_only=True, tag="attempts"):
    """The same thing several times, of which the best count: expanded into `best` when a document is read."""

    of: kinds.Node
    times: Annotated[int, msgspec.Meta(ge=2, le=20)]
    take: Take = 1
    from_: Literal["high", "low"] = msgspec.field(name="from", default="high")
    then: Literal["sum", "mean"] = "sum"
