"""A standard scale: how marks or scores of different judges, panels or heats are made comparable."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Literal, NamedTuple

import msgspec

from scoring.kinds.kernel import Span
from scoring.words import Places

FARTHEST_STANDARD = 1_000_000
"""A standardised value never lies farther from the centre: σ of nearly nothing must not carry a number away."""

Scales = Literal["z", "t", "mean_100", "mean_500", "median_700"]
Sigmas = Literal["population", "sample", "mad"]
SigmaPlaces = Annotated[int, msgspec.Meta(ge=0, le=6)]
Attribute = Annotated[str, msgspec.Meta(max_length=32)]


class Scale(NamedTuple):
    """Where the middle comes to stand, how much a σ is, and whether the middle is the median."""

    centre: int
    spread: int
    by_median: bool


SCALES: dict[str, Scale] = {
    "z": Scale(0, 1, False),
    "t": Scale(50, 10, False),
    "mean_100": Scale(100, 20, False),
    "mean_500": Scale(500, 30, False),
    "median_700": Scale(700, 30, True),
}


class Standard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """centre + spread × (x − middle) / σ, rounded to `places`; σ is rounded to `sigma_places` before.

    `scale`: z (0, 1), t (50, 10), mean_100 (100, 20), mean_500 (500, 30) about the mean, median_700 (700, 30)
    about the median. σ of the population, of a sample, or 1.4826 × the median distance from the median. Where σ is
    zero everybody stands at the centre. `by` names the attribute whose values form the groups.
    """

    scale: Scales
    sigma: Sigmas = "population"
    sigma_places: SigmaPlaces = 4
    places: Places
    by: Attribute = ""

    @property
    def about(self) -> Scale:
        """Its centre and spread."""
        return SCALES[self.scale]

    def span(self) -> Span:
        """As far from the centre as a standardised value is let go."""
        centre = self.about.centre
        return Span(
            Fraction(centre - FARTHEST_STANDARD),
            Fraction(centre + FARTHEST_STANDARD),
            Fraction(1, 10**self.places),
        )
