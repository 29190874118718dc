"""Which group earns which award of the table: the words of prizes, asked of the ranks and points of groups.

Awards are given in the order of the document to ranked groups of a complete table. A cut never splits a tie: it is
taken in whole (extend), or left in whole to the next award (trim).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Literal, NamedTuple

from scoring.exact import exact
from scoring.prizes import Award, Everyone, FirstHalf, Limits, Medal, Quota, RankBand, Ratio, Threshold
from scoring.shares import share


class Ranked(NamedTuple):
    """What awards ask of a ranked group: its rank, the first and last position of its tie, its points."""

    group: str
    rank: int
    first: int
    last: int
    points: Fraction


def awarded(
    awards: Iterable[Award], ranked: Sequence[Ranked], groups: int, ties: Literal["shared", "dense", "must_break"]
) -> dict[str, tuple[str, ...]]:
    """The awards of each group, of those ranked (best first) among so many groups of the table."""
    giving = _Giving(ranked, groups, dense=ties == "dense")
    for award in awards:
        giving.give(award)
    return giving.given


class _Giving:
    def __init__(self, ranked: Sequence[Ranked], groups: int, *, dense: bool) -> None:
        self.ranked, self.groups, self.dense = ranked, groups, dense
        self.given: dict[str, tuple[str, ...]] = {}
        self.holders: set[str] = set()
        self.left: dict[bool, set[str]] = {False: set(), True: set()}
        """Who tied at a cut of an award above and was left to the next; those of besides awards on their own."""
        self.cut = 0

    def give(self, award: Award) -> None:
        if len(self.ranked) < award.min_entries:
            return
        free = [one for one in self.ranked if award.besides or one.group not in self.holders]
        earned = [one.group for one in self.within(award, free) if _fulfils(award, one)]
        if not award.besides:
            self.holders.update(earned)
        for group in earned:
            self.given[group] = (*self.given.get(group, ()), award.id)

    def within(self, award: Award, free: list[Ranked]) -> list[Ranked]:
        """Of those free to take it, all whom the rule reaches."""
        match award.rule:
            case RankBand() as rule:
                return self.banded(award, rule, free)
            case Ratio() | FirstHalf() as rule:
                places = share(rule, ranked=len(self.ranked), entries=self.groups)
                cut = self.cut + places if isinstance(rule, Ratio) else places
                return self.to_the_cut(award, cut, rule.ties, free)
            case Quota() as rule:
                return self.to_the_cut(award, self.cut + rule.count, rule.ties, free)
            case Threshold() as rule:
                return [one for one in free if _holds(rule, one)]
            case Everyone():
                return free
            case Medal():
                raise AssertionError("a table with a medal rule passed the check of its document")

    def banded(self, award: Award, rule: RankBand, free: list[Ranked]) -> list[Ranked]:
        if self.dense:
            # Ranks 1-1-2: a band is of ranks, and no tie reaches over the end of one.
            if not award.besides:
                self.cut = sum(one.rank <= rule.to for one in self.ranked)
            return [one for one in free if rule.from_ <= one.rank <= rule.to]
        left = self.left[award.besides]
        begun = [one for one in free if one.first >= rule.from_ or (one.group in left and one.last >= rule.from_)]
        return self.to_the_cut(award, rule.to, rule.ties, begun)

    def to_the_cut(
        self, award: Award, cut: int, ties: Literal["extend", "trim"], begun: list[Ranked]
    ) -> list[Ranked]:
        if not award.besides:
            self.cut = cut
        if ties == "extend":
            return [one for one in begun if one.first <= cut]
        self.left[award.besides].update(one.group for one in begun if one.first <= cut < one.last)
        return [one for one in begun if one.last <= cut]


def _holds(limits: Limits, one: Ranked) -> bool:
    return (limits.at_least is None or one.points >= exact(limits.at_least)) and (
        limits.at_most is None or one.points <= exact(limits.at_most)
    )


def _fulfils(award: Award, one: Ranked) -> bool:
    return all(_holds(condition, one) for condition in award.all_of) and (
        not award.any_of or any(_holds(condition, one) for condition in award.any_of)
    )
