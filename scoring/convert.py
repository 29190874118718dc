"""From one entered number to points: passed or failed, completed, differences, choices, tolerances, quantities.

Every rule stands here twice in the same shape: `linear_points` for one exact number while bounds are computed,
and kernels over whole columns of thousandths.
"""

from __future__ import annotations

from fractions import Fraction

from scoring.document import Linear
from scoring.exact import exact


def linear_points(convert: Linear, value: Fraction) -> Fraction:
    """The points of one quantity under a linear rule."""
    difference = (value - exact(convert.at)) / exact(convert.per)
    size = counted(abs(difference), convert.count)
    change = exact(convert.over) if difference > 0 else exact(convert.under)
    return min(max(exact(convert.points) + change * size, exact(convert.least)), exact(convert.most))


def counted(size: Fraction, count: str) -> Fraction:
    """How many units a difference is: exactly, each started one as whole, or whole ones only."""
    match count:
        case "started":
            return Fraction(-((-size.numerator) // size.denominator))
        case "whole":
            return Fraction(size.numerator // size.denominator)
        case _:
            return size
