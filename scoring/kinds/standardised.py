"""Scores put on one scale: across panels, heats or all entries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scoring import kinds
from scoring.kinds.kernel import Span
from scoring.kinds.part import Composite, factored
from scoring.kinds.standard import Attribute, Scales, SigmaPlaces, Sigmas, Standard
from scoring.saying import SchemeProblem


class Standardised(Composite, frozen=True, kw_only=True, tag="standardised"):
    """The value of `of`, by how far it stands from the middle of all; see `Standard` for its words."""

    of: kinds.Node
    scale: Scales
    sigma: Sigmas = "population"
    sigma_places: SigmaPlaces = 4
    by: Attribute = ""

    @property
    def standard(self) -> Standard:
        """Its scale."""
        return Standard(
            scale=self.scale,
            sigma=self.sigma,
            sigma_places=self.sigma_places,
            places=self.places or 0,
            by=self.by,
        )

    def rises(self) -> bool:
        """One value moves the middle of all."""
        return False

    def needs(self) -> tuple[str, ...]:
        """What is standardised."""
        return (self.of.id,)

    def problems(self) -> Iterator[SchemeProblem]:
        """What makes no sense in this node's own words."""
        if self.places is None:
            yield self.wrong("标准分要写明位数 places。", "A standardised score must name its places.")
        if factored(self.of.weight) is not None or self.of.sign == "minus" or not self.of.counts:
            yield self.of.wrong(
                "被标准化的节点不带权重、负号，也不能不计分。",
                "What is standardised takes no weight and no minus, and must count.",
            )

    def raw_span(self, spans: Mapping[str, Span]) -> Span:  # noqa: ARG002 -- the scale bounds it
        """As far as the scale reaches."""
        return self.standard.span()
