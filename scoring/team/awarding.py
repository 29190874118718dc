"""Which group earns which award of the table: the words of prizes, asked of the ranks and points of groups.

Awards are given in the order of the document to ranked groups of a complete table. A cut never splits a tie: it is
taken in whole (extend), or left in whole to the next award (trim).
"""

from __future__ import annotations

from collections import Counter
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
        self.extra: set[int] = set()
        """The places a tie took beyond what an award had to give: no group is given them again."""

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
                return self.quota(award, rule, [one for one in free if _fulfils(award, one)])
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

    def quota(self, award: Award, rule: Quota, candidates: list[Ranked]) -> list[Ranked]:
        """So many of those who can take it: who cannot, takes no place in a quota away."""
        extra = set() if award.besides else {place for place in self.extra if place > self.cut}
        count = max(rule.count - len(extra), 0)
        before = {one.group: sum(other.first < one.first for other in candidates) for one in candidates}
        level = {one.group: sum(other.first <= one.first for other in candidates) for one in candidates}
        reached = before if rule.ties == "extend" else level
        least = 1 if rule.ties == "extend" else 0
        inside = [one for one in candidates if reached[one.group] + least <= count]
        over = [one for one in candidates if before[one.group] < count < level[one.group]]
        self.left[award.besides].update(one.group for one in over if one not in inside)
        if not award.besides:
            taken = sorted({*_places(candidates), *extra})[: rule.count]
            cut = taken[-1] if taken else self.cut
            self.cut = max(self.cut, cut)
            self.extra |= {place for place in _places([one for one in over if one in inside]) if place > cut}
        return inside

    def to_the_cut(
        self, award: Award, cut: int, ties: Literal["extend", "trim"], begun: list[Ranked]
    ) -> list[Ranked]:
        if not award.besides:
            self.cut = cut
        if ties == "extend":
            if not award.besides:
                over = [one for one in begun if one.first <= cut < one.last]
                self.extra |= {place for place in _places(over) if place > cut}
            return [one for one in begun if one.first <= cut]
        self.left[award.besides].update(one.group for one in begun if one.first <= cut < one.last)
        return [one for one in begun if one.last <= cut]


def _places(members: Iterable[Ranked]) -> list[int]:
    """The places of the list that these take; of a tie the first ones, whoever of it is printed first."""
    ties = Counter(one.first for one in members)
    return [first + at for first, together in ties.items() for at in range(together)]


def _holds(limits: Limits, one: Ranked) -> bool:
    return (limits.at_least is None or one.points >= exact(limits.at_least)) and (
        limits.at_most is None or one.points <= exact(limits.at_most)
    )


def _fulfils(award: Award, one: Ranked) -> bool:
    return all(_holds(condition, one) for condition in award.all_of) and (
        not award.any_of or any(_holds(condition, one) for condition in award.any_of)
    )
