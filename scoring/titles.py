"""Who earns which prize: rank bands, ratios, the first half, thresholds. A cut never splits a tie.

Awards are given in the order of the document. A tie that reaches over a cut is taken in whole (extend) or left in
whole to the next award (trim). Only ranked entries of complete results earn anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction

from scoring.exact import exact
from scoring.prizes import Award, Condition, Everyone, FirstHalf, RankBand, Ratio, Threshold
from scoring.ranking import Order, Standing

Scores = Callable[[str | None, int], Fraction | None]
"""The exact score of a node (None: the total) of the entry in a column of the sheet; None while it is unknown."""


def awarded(awards: Iterable[Award], order: Order, scores: Scores) -> dict[int, tuple[str, ...]]:
    """The awards of each entry, by its column in the sheet."""
    ranked = [standing for standing in order.standings if standing.rank is not None and order.complete]
    given: dict[int, tuple[str, ...]] = {}
    holders: set[int] = set()
    cut = 0
    for award in awards:
        cut = _cut(award, cut, order)
        earned = [
            standing.column
            for standing in ranked
            if (award.besides or standing.column not in holders)
            and _within(award, standing, cut, scores)
            and _fulfils(award, standing.column, scores)
        ]
        if not award.besides:
            holders.update(earned)
        for column in earned:
            given[column] = (*given.get(column, ()), award.id)
    return given


def _cut(award: Award, before: int, order: Order) -> int:
    """The last position an award reaches, counted from the top of the list."""
    match award.rule:
        case RankBand(to=last):
            return last
        case Ratio(ratio=ratio):
            return before + _share(exact(ratio), award.rule, order)
        case FirstHalf():
            return _share(Fraction(1, 2), award.rule, order)
        case _:
            return before


def _share(ratio: Fraction, rule: Ratio | FirstHalf, order: Order) -> int:
    exact_count = ratio * (order.ranked if rule.of == "ranked" else order.entries)
    match rule.rounding:
        case "floor":
            return exact_count.numerator // exact_count.denominator
        case "ceil":
            return -((-exact_count.numerator) // exact_count.denominator)
        case _:
            return (2 * exact_count.numerator + exact_count.denominator) // (2 * exact_count.denominator)


def _within(award: Award, standing: Standing, cut: int, scores: Scores) -> bool:
    rule = award.rule
    if isinstance(rule, Threshold):
        return _reached(rule, standing.column, scores)
    if isinstance(rule, Everyone):
        return True
    assert standing.rank is not None
    reaches = standing.rank if rule.ties == "extend" else standing.last
    # A tie that an award above left behind still begins below the band that takes it.
    return reaches <= cut and (not isinstance(rule, RankBand) or reaches >= rule.from_)


def _reached(condition: Condition, column: int, scores: Scores) -> bool:
    score = scores(condition.node, column)
    return score is not None and score >= exact(condition.at_least)


def _fulfils(award: Award, column: int, scores: Scores) -> bool:
    return all(_reached(one, column, scores) for one in award.all_of) and (
        not award.any_of or any(_reached(one, column, scores) for one in award.any_of)
    )
