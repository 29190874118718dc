"""How many places a share of the entries is, rounded as the document says."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import assert_never

from scoring.exact import exact, half_up
from scoring.prizes import FirstHalf, Ratio

HALF = Fraction(1, 2)


def share(rule: Ratio | FirstHalf, *, ranked: int, entries: int) -> int:
    """A rule's share of those ranked, or of all entries, as a whole number of places."""
    ratio = exact(rule.ratio) if isinstance(rule, Ratio) else HALF
    places = ratio * (ranked if rule.of == "ranked" else entries)
    match rule.rounding:
        case "floor":
            return math.floor(places)
        case "ceil":
            return math.ceil(places)
        case "round":
            return int(half_up(places, 0))
        case _:
            assert_never(rule.rounding)
