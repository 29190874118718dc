"""Decimal numbers without loss: read from text, rounded half up, printed. No binary float enters here."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache

THOUSAND = 1000
"""Marks are whole thousandths of the aspect's unit."""


@lru_cache(maxsize=4096)
def exact(text: str) -> Fraction:
    """Read a decimal written as text: "0.3" is three tenths and nothing else."""
    return Fraction(text)


def thousandths(text: str) -> int:
    """Read a decimal of at most three places as whole thousandths.

    Raises ValueError when there are more places.
    """
    value = Fraction(text) * THOUSAND
    if value.denominator != 1:
        raise ValueError(text)
    return value.numerator


def half_up(value: Fraction, places: int) -> Fraction:
    """Round as the rules print it: 2.5 becomes 3, and −2.5 becomes −3."""
    unit = 10**places
    magnitude = math.floor(abs(value) * unit + Fraction(1, 2))
    return Fraction(magnitude if value >= 0 else -magnitude, unit)


@lru_cache(maxsize=1 << 15)
def printed(numerator: int, denominator: int, places: int) -> str:
    """Print numerator/denominator with so many places, rounded half up."""
    # Kept, for a board prints thousands of numbers ten times a second, of which a few are new.
    unit = 10**places
    magnitude = (2 * abs(numerator) * unit + denominator) // (2 * denominator)
    sign = "-" if numerator < 0 and magnitude else ""
    if not places:
        return f"{sign}{magnitude}"
    whole, rest = divmod(magnitude, unit)
    return f"{sign}{whole}.{rest:0{places}d}"


def plain(value: Fraction, most: int = 4) -> str:
    """Print an exact number for people: as short as it is, at most so many places."""
    places = min(decimals(value.denominator, most), most)
    return printed(value.numerator, value.denominator, places)


def in_full(value: Fraction, most: int = 6) -> str:
    """Print an exact number where people calculate with it: all its places, or so many and «…» for the rest."""
    if decimals(value.denominator, most) <= most:
        return plain(value, most)
    unit = 10**most
    whole, rest = divmod(abs(value.numerator) * unit // value.denominator, unit)
    return f"{'-' if value < 0 else ''}{whole}.{rest:0{most}d}…"


def decimals(denominator: int, most: int) -> int:
    """How many places this denominator needs; more than `most` when it needs more or never ends."""
    for places in range(most + 1):
        if 10**places % denominator == 0:
            return places
    return most + 1


def common_grain(grains: Iterable[Fraction]) -> Fraction:
    """The largest number of which all these are whole multiples; 0 when there is none but zero."""
    numerator, denominator = 0, 1
    for grain in grains:
        numerator = math.gcd(numerator * grain.denominator, grain.numerator * denominator)
        denominator *= grain.denominator
        shared = math.gcd(numerator, denominator) or 1
        numerator, denominator = numerator // shared, denominator // shared
    return Fraction(numerator, denominator)
