"""Which group earns which award of the table: the words of prizes, asked of the ranks and points of groups.

Awards are given in the order of the document to ranked groups of a complete table. A cut never splits a tie.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

from scoring.exact import exact
from scoring.prizes import (
    Award,
    Everyone,
    FirstHalf,
    Limits,
    Quota,
    RankBand,
    Ratio,
    Threshold,
)


class Ranked(NamedTuple):
    """What awards ask of a ranked group: its tie by rank numbers and by positions in the list, and its points.

    Rank 3 shared by two takes up 3 and 4, or 3 alone where no ranks are skipped (1-1-2).
    """

    group: str
    rank: int
    through: int
    first: int
    last: int
    points: Fraction


def awarded(awards: Iterable[Award], ranked: Sequence[Ranked], groups: int) -> dict[str, tuple[str, ...]]:
    """The awards of each group, of those ranked (best first) among so many groups of the table."""
    given: dict[str, tuple[str, ...]] = {}
    holders: set[str] = set()
    cut = 0
    for award in awards:
        if len(ranked) < award.min_entries:
            continue
        open_to = [one for one in ranked if (award.besides or one.group not in holders) and _fulfils(award, one)]
        cut = _cut(award, cut, len(ranked), groups)
        earned = [one.group for one in open_to if _within(award, one, cut, open_to)]
        if not award.besides:
            holders.update(earned)
        for group in earned:
            given[group] = (*given.get(group, ()), award.id)
    return given


def _cut(award: Award, before: int, ranked: int, groups: int) -> int:
    """The last position an award reaches."""
    match award.rule:
        case RankBand(to=last):
            return last
        case Ratio(ratio=ratio):
            return before + _share(exact(ratio), award.rule, ranked, groups)
        case FirstHalf():
            return _share(Fraction(1, 2), award.rule, ranked, groups)
        case _:
            return before


def _share(ratio: Fraction, rule: Ratio | FirstHalf, ranked: int, groups: int) -> int:
    share = ratio * (ranked if rule.of == "ranked" else groups)
    match rule.rounding:
        case "floor":
            return share.numerator // share.denominator
        case "ceil":
            return -((-share.numerator) // share.denominator)
        case _:
            return (2 * share.numerator + share.denominator) // (2 * share.denominator)


def _within(award: Award, one: Ranked, cut: int, open_to: Sequence[Ranked]) -> bool:
    match award.rule:
        case RankBand(from_=first, ties=ties):
            return first <= (one.rank if ties == "extend" else one.through) <= cut
        case Ratio(ties=ties) | FirstHalf(ties=ties):
            return (one.first if ties == "extend" else one.last) <= cut
        case Quota(count=count, ties="extend"):
            return sum(other.rank < one.rank for other in open_to) < count
        case Quota(count=count):
            return sum(other.rank <= one.rank for other in open_to) <= count
        case Threshold():
            return _holds(award.rule, one)
        case Everyone():
            return True
        case _:
            raise AssertionError("a rule that no table takes passed the check of its document")


def _holds(limits: Limits, one: Ranked) -> bool:
    return (limits.at_least is None or one.points >= exact(limits.at_least)) and (
        limits.at_most is None or one.points <= exact(limits.at_most)
    )


def _fulfils(award: Award, one: Ranked) -> bool:
    return all(_holds(condition, one) for condition in award.all_of) and (
        not award.any_of or any(_holds(condition, one) for condition in award.any_of)
    )
