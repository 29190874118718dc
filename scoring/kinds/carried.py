"""A value carried over from another node: what of a preliminary counts in the final."""

from __future__ import annotations

from collections.abc import Mapping

from scoring.kinds.kernel import Span
from scoring.kinds.part import Composite
from scoring.words import Id


class Carried(Composite, frozen=True, kw_only=True, tag="carried"):
    """The value of another node of the document: all of it, or a part by its weight."""

    node: Id

    def needs(self) -> tuple[str, ...]:
        """The other node."""
        return (self.node,)

    def raw_span(self, spans: Mapping[str, Span]) -> Span:
        """That of the other node."""
        return spans[self.node]
