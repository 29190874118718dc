"""From the marks of a panel to one score: mean, trimmed mean, median, sum, judgement.

Judges who were absent are taken out first; only then are lowest and highest marks dropped. Blocks stand judge by
judge, (judges, aspects, entries), so that each step runs over whole rows.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Literal, NamedTuple

import numpy as np

from scoring.kinds.kernel import Flags, Whole

BEYOND = 2**61
"""Farther than any mark, so that a seat without a mark sorts behind all."""


class Taking(NamedTuple):
    """How marks become one: the mean, the sum or the median of what is left without so many lowest and highest."""

    how: Literal["mean", "sum", "median"]
    low: int
    high: int
    fewest: int
    """So many judges must be present."""


class PanelKernel(NamedTuple):
    """A panel rule for panels of at most so many seats, over one denominator that fits every possible count."""

    by_middle: bool
    low: int
    high: int
    fewest: int
    denominator: int
    peak: int
    over: tuple[int, ...]
    """What a sum over so many kept marks is multiplied with, by that count; 0 where the count is too small."""


def kernel(taking: Taking, judges: int, farthest: int, worth: Fraction) -> PanelKernel:
    """The rule for panels of at most so many judges; a mark of 1 is worth `worth`, and none exceeds `farthest`."""
    how, low, high, fewest = taking
    counts = range(fewest - low - high, judges - low - high + 1)
    # The median is half of two marks: the two middle ones, or the middle one taken twice.
    common = math.lcm(*counts) if how == "mean" else 2 if how == "median" else 1
    shares = {count: (common // count if how == "mean" else 1) * worth.numerator for count in counts}
    over = tuple(shares.get(count, 0) for count in range(judges + 1))
    peak = farthest * max(judges, 2) * max(over, default=1)
    return PanelKernel(how == "median", low, high, fewest, common * worth.denominator, peak, over)


def whole(rule: PanelKernel, marks: Whole, dtype: type) -> Whole:
    """The same as `score` where every seat has a mark and no judge is absent.

    Marks of 32 bits are added in 32 bits: a plan lets them be so narrow only where their sums fit.
    """
    judges = len(marks)
    if marks.dtype != np.int32:
        marks = marks.astype(dtype, copy=False)
    summed: Whole
    if rule.by_middle:
        ordered = np.sort(marks, axis=0)
        summed = ordered[(judges - 1) // 2] + ordered[judges // 2]
    elif max(rule.low, rule.high) > 1:
        summed = np.add.reduce(np.sort(marks, axis=0)[rule.low : judges - rule.high], axis=0, dtype=marks.dtype)
    else:
        summed = np.add.reduce(marks, axis=0, dtype=marks.dtype)
        if rule.low:
            summed -= np.minimum.reduce(marks, axis=0)
        if rule.high:
            summed -= np.maximum.reduce(marks, axis=0)
    return summed.astype(dtype, copy=False) * rule.over[judges - rule.low - rule.high]


class Ends(NamedTuple):
    """What the marks of a panel that are there come to; lowest and highest where a rule leaves them out."""

    summed: Whole
    lowest: Whole | None
    highest: Whole | None


def ends(rule: PanelKernel, marks: Whole, there: Flags, dtype: type) -> Ends:
    """Look at the marks once; where none is there they are 0."""
    if marks.dtype != np.int32:
        marks = marks.astype(dtype, copy=False)
    beyond = 2**30 if marks.dtype == np.int32 else BEYOND
    lowest = np.minimum.reduce(np.where(there, marks, beyond), axis=0) if rule.low else None
    highest = np.maximum.reduce(np.where(there, marks, -beyond), axis=0) if rule.high else None
    summed = np.add.reduce(marks, axis=0, dtype=marks.dtype).astype(dtype, copy=False)
    return Ends(summed, lowest, highest)


def filled(rule: PanelKernel, found: Ends, blanks: Whole, fill: int, present: Whole) -> Whole:
    """The panel's score when every missing mark turns out to be `fill`; at most one is dropped at an end."""
    kept = np.maximum(present - rule.low - rule.high, 0)
    summed = found.summed + blanks * fill
    if found.lowest is not None:
        summed = summed - np.where(blanks > 0, np.minimum(found.lowest, fill), found.lowest)
    if found.highest is not None:
        summed = summed - np.where(blanks > 0, np.maximum(found.highest, fill), found.highest)
    over = np.array(rule.over, dtype=summed.dtype)[kept]
    scores: Whole = np.where(kept > 0, summed, 0) * over
    return scores


def score(rule: PanelKernel, marks: Whole, seated: Flags | None, present: Whole) -> Whole:
    """The panel's score for every aspect and entry of a block, over the rule's denominator.

    `seated` tells which seats have a mark (None: all have), `present` how many do. Where fewer are present than
    the rule needs the number means nothing.
    """
    kept = np.maximum(present - rule.low - rule.high, 0)
    over = np.array(rule.over, dtype=marks.dtype)[kept]
    if rule.by_middle:
        halves: Whole = _middle(_sorted(marks, seated), present) * over
        return halves
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


def _sorted(marks: Whole, seated: Flags | None) -> Whole:
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
