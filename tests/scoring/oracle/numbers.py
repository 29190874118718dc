"""Numbers of the second scorer: decimals as fractions, rounding half up, roots by whole numbers."""

import math
from fractions import Fraction


def r(value, places):
    """Round half up, away from zero for what is negative."""
    scaled = abs(value) * 10**places
    whole = scaled.__floor__()
    if scaled - whole >= Fraction(1, 2):
        whole += 1
    return Fraction(whole if value >= 0 else -whole, 10**places)


def root(square, places):
    """The square root of a fraction, rounded half up to so many places."""
    # Half up: is the root at least half a step above the whole number below it?
    scaled = square * 10 ** (2 * places)
    whole = math.isqrt(scaled.__floor__())
    if scaled >= (whole + Fraction(1, 2)) ** 2:
        whole += 1
    return Fraction(whole, 10**places)


def number(document, key, default):
    """A decimal of a document; what is not there, or null, is the default."""
    text = document.get(key)
    return Fraction(default) if text is None else Fraction(text)


def middle(values):
    """The middle one, or the mean of the two in the middle."""
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def shown(value, text, *, taken_away=False):
    """Whether a printed number is this value, rounded half up to the places it is printed with."""
    if value is None or text is None:
        return value is None and text is None
    places = len(text.partition(".")[2])
    printed = r(-value if taken_away else value, places)
    return printed == Fraction(text) and text.startswith("-") == (printed < 0)
