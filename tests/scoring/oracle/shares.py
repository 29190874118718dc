"""How many a share of the entries is."""

import math
from fractions import Fraction

from tests.scoring.oracle.numbers import r


def share(rule, ranked, entries):
    """A ratio, or the first half, as a whole number of places."""
    half = rule["by"] == "first_half"
    part = Fraction(1, 2) if half else Fraction(rule["ratio"])
    exact = part * (ranked if rule.get("of", "ranked") == "ranked" else entries)
    rounding = rule.get("rounding", "floor" if half else "round")
    return {"floor": math.floor, "ceil": math.ceil, "round": lambda x: int(r(x, 0))}[rounding](exact)
