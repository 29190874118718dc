"""Standard scales: how far a value stands from the middle of its group, in whole numbers and rounded once.

σ is an integer square root, rounded half up to the places the scheme names; what is divided by it is exact.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from scoring.exact import half_up
from scoring.kinds.kernel import Flags, Whole
from scoring.kinds.standard import FARTHEST_STANDARD, Standard

SAFE = 2**62
MAD_FACTOR = Fraction("1.4826")
"""Makes the median distance from the median of normal numbers as large as their σ."""


class Group(NamedTuple):
    """What a group is measured by: its middle, and σ as it was rounded. None: there is nobody to measure by."""

    middle: Fraction
    sigma: Fraction


def measured(standard: Standard, values: npt.NDArray[np.object_], denominator: int) -> Group | None:
    """The middle and the σ of whole numbers over a denominator; None where there are none."""
    count = len(values)
    if not count:
        return None
    numbers = [int(value) for value in values]
    total = sum(numbers)
    mean = Fraction(total, count * denominator)
    centre = _median(numbers, denominator) if standard.about.by_median else mean
    if standard.sigma == "mad":
        middle = _median(numbers, denominator)
        away = [abs(Fraction(number, denominator) - middle) for number in numbers]
        return Group(centre, half_up(MAD_FACTOR * _middle_of(away), standard.sigma_places))
    degrees = count - (standard.sigma == "sample")
    if not degrees:
        return Group(centre, Fraction(0))
    squares = count * sum(number * number for number in numbers) - total * total
    return Group(centre, root(Fraction(squares, count * degrees * denominator**2), standard.sigma_places))


def root(square: Fraction, places: int) -> Fraction:
    """The square root, rounded half up to so many places, by whole numbers alone."""
    unit = 10**places
    halves = math.isqrt(4 * unit * unit * square.numerator // square.denominator)
    return Fraction((halves + 1) // 2, unit)


def standardised(standard: Standard, values: Whole, denominator: int, group: Group | None) -> Whole:
    """Values over a denominator on the standard scale, as whole numbers over 10 to its places."""
    unit, (centre, spread, _) = 10**standard.places, standard.about
    middle = centre * unit
    if group is None or not group.sigma:
        return np.full_like(values, middle)
    # centre + spread × (x / D − m) / σ, over one denominator.
    step = Fraction(spread * unit) / group.sigma
    times, start = step / denominator, middle - step * group.middle
    over = math.lcm(times.denominator, start.denominator)
    by, first = int(times * over), int(start * over)
    farthest = max((abs(int(value)) for value in (values.min(), values.max())), default=0) if values.size else 0
    if 2 * (farthest * abs(by) + abs(first)) + over >= SAFE:
        values = values.astype(object)
    raw = values * by + first
    size = (2 * abs(raw) + over) // (2 * over)
    edge = FARTHEST_STANDARD * unit
    rounded: Whole = np.clip(np.where(raw < 0, -size, size), middle - edge, middle + edge)
    return rounded


def reach(standard: Standard, count: int) -> tuple[int, int]:
    """Between what a value of a group of so many can lie, over 10 to the places of the scale."""
    unit, (centre, spread, by_median) = 10**standard.places, standard.about
    # Nobody is farther from the mean than √(n − 1) σ; σ may have been rounded down by a third of itself.
    away = FARTHEST_STANDARD
    if not by_median and standard.sigma != "mad":
        away = min(FARTHEST_STANDARD, spread * (2 * math.isqrt(count) + 2))
    return (centre - away) * unit, (centre + away) * unit


def groups_of(codes: npt.NDArray[np.int64] | None, count: int) -> list[Flags]:
    """One set of flags for each group; everybody together where there are no codes."""
    if codes is None:
        return [np.ones(count, dtype=np.bool_)]
    return [codes == code for code in np.unique(codes)]


def _median(numbers: list[int], denominator: int) -> Fraction:
    return _middle_of([Fraction(number, denominator) for number in numbers])


def _middle_of(values: list[Fraction]) -> Fraction:
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
