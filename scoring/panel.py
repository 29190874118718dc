"""From the marks of a panel to one score: mean, trimmed mean, median, sum, judgement.

Judges who were absent are taken out first; only then are lowest and highest marks dropped. Blocks stand judge by
judge, (judges, aspects, entries), so that each step runs over whole rows.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from scoring.bounds import dropped, fewest
from scoring.convert import Whole
from scoring.document import Judgement, Median, Panel, Total
from scoring.exact import THOUSAND, exact

BEYOND = 2**61
"""Farther than any mark, so that a seat without a mark sorts behind all."""


class PanelKernel(NamedTuple):
    """A panel rule for panels of at most `judges` seats, over one denominator that fits every possible count."""

    take: str
    low: int
    high: int
    fewest: int
    denominator: int
    peak: int
    over: tuple[int, ...]
    """What a sum over so many marks is multiplied with, by that count; 0 where the count is too small."""


def kernel(aspect: Panel | Judgement, judges: int, farthest: int) -> PanelKernel:
    """The rule of an aspect that every judge marks; `farthest` bounds the entered thousandths."""
    low, high = dropped(aspect)
    least = fewest(aspect)
    worth, take = Fraction(1, THOUSAND), "mean"
    if isinstance(aspect, Judgement):
        worth = exact(aspect.max) / (3 * THOUSAND)
    elif isinstance(aspect.rule, Total):
        take = "sum"
    elif isinstance(aspect.rule, Median):
        take = "median"
    counts = range(least - low - high, judges - low - high + 1)
    match take:
        case "sum":
            common, shares = 1, dict.fromkeys(counts, 1)
        case "median":
            # One middle mark taken twice, or the two middle ones: always half of two marks.
            common, shares = 2, dict.fromkeys(counts, 1)
        case _:
            common = math.lcm(*counts)
            shares = {count: common // count for count in counts}
    over = tuple(shares.get(count, 0) * worth.numerator for count in range(judges + 1))
    denominator = common * worth.denominator
    return PanelKernel(take, low, high, least, denominator, farthest * max(judges, 2) * max(over, default=1), over)


def score(rule: PanelKernel, marks: Whole, seated: Whole | None, present: Whole) -> Whole:
    """The panel's score for every aspect and entry of a block, over the rule's denominator.

    `seated` tells which seats have a mark (None: all have), `present` how many do. Where fewer are present than
    the rule needs the number means nothing.
    """
    kept = np.maximum(present - rule.low - rule.high, 0)
    over = np.array(rule.over, dtype=marks.dtype)[kept]
    if rule.take == "median":
        middle: Whole = _middle(_sorted(marks, seated), present) * over
        return middle
    if max(rule.low, rule.high) > 1:
        summed = _without_ends(rule, _sorted(marks, seated), present)
    else:
        summed = (marks if seated is None else np.where(seated, marks, 0)).sum(axis=0)
        if rule.low:
            summed = summed - (marks if seated is None else np.where(seated, marks, BEYOND)).min(axis=0)
        if rule.high:
            summed = summed - (marks if seated is None else np.where(seated, marks, -BEYOND)).max(axis=0)
    scores: Whole = np.where(kept > 0, summed, 0) * over
    return scores


def _sorted(marks: Whole, seated: Whole | None) -> Whole:
    ordered: Whole = np.sort(marks if seated is None else np.where(seated, marks, BEYOND), axis=0)
    return ordered


def _middle(ordered: Whole, present: Whole) -> Whole:
    if not len(ordered):
        return np.zeros_like(present)
    below = np.maximum(present - 1, 0) // 2
    above = np.minimum(present // 2, len(ordered) - 1)
    pair: Whole = _at(ordered, below) + _at(ordered, above)
    return np.where(present > 0, pair, 0)


def _without_ends(rule: PanelKernel, ordered: Whole, present: Whole) -> Whole:
    places = np.arange(len(ordered)).reshape(-1, 1, 1)
    inside = (places >= rule.low) & (places < present - rule.high)
    summed: Whole = np.where(inside, ordered, 0).sum(axis=0)
    return summed


def _at(ordered: Whole, place: Whole) -> Whole:
    marks: Whole = np.take_along_axis(ordered, place[np.newaxis].astype(np.intp), axis=0)[0]
    return marks
