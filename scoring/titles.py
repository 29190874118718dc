"""Who earns which prize: rank bands, shares, quotas, medals, thresholds. A cut never splits a tie by itself.

Awards are given in the order of the document. A tie that reaches over a cut is first asked the award's own keys;
what still ties is taken in whole (extend) or left in whole to the next award (trim). Only ranked entries of
complete results earn anything, and nobody who failed where failing takes no award.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np

from scoring.arranging import Arranged, split
from scoring.field import Integers
from scoring.medals import Medals, medals
from scoring.prizes import Award, Everyone, FirstHalf, Medal, Quota, RankBand, Ratio, Threshold
from scoring.ranking import Order
from scoring.reaching import fulfilled, reached
from scoring.shares import share
from scoring.total import Flags

AtACut = Literal["", "extended", "trimmed", "split"]
Banded = RankBand | Ratio | FirstHalf


class Reach(NamedTuple):
    """How far an award reached: the last place its rule takes, and what became of a tie there."""

    cut: int | None = None
    tie: AtACut = ""
    """A tie reached over the cut and was taken in whole, left in whole, or split by the award's keys."""
    left: Flags | None = None
    """Who tied over the cut and was left to the next award, by column of the sheet."""
    medals: Medals | None = None
    unmet: Flags | None = None
    """Who stood within the award's reach and did not fulfil its conditions, by column of the sheet."""


@dataclass(frozen=True, eq=False)
class Prizes:
    """What was given, and how far each award reached."""

    earned: Mapping[str, Flags]
    """By award, in the order of the document: who takes it, by column of the sheet."""
    reaches: Mapping[str, Reach]

    @cached_property
    def given(self) -> Mapping[int, tuple[str, ...]]:
        """The awards of each entry that has any, by its column in the sheet."""
        found: dict[int, tuple[str, ...]] = {}
        for award, flags in self.earned.items():
            for column in np.flatnonzero(flags).tolist():
                found[column] = (*found.get(column, ()), award)
        return found


def prizes(awards: Iterable[Award], order: Order) -> Prizes:
    """Give the awards in their order."""
    giving = _Giving(order)
    if order.complete:
        for award in awards:
            giving.give(award)
    return Prizes(giving.earned, giving.reaches)


class _Giving:
    def __init__(self, order: Order) -> None:
        self.order, self.field = order, order.field
        self.ranked: Flags = order.ranks > 0
        self.count = order.ranked
        nobody = np.zeros(len(self.ranked), dtype=np.bool_)
        self.barred: Flags = np.logical_or.reduce([nobody, *self.field.tally.barred.values()])
        self.holders = nobody.copy()
        self.left = {False: nobody.copy(), True: nobody.copy()}
        """Who tied at a cut of an award above and was left to the next; those of besides awards on their own."""
        self.extra: set[int] = set()
        """The places a tie took beyond what an award had to give: nobody is given them again."""
        self.cut = 0
        self.earned: dict[str, Flags] = {}
        self.reaches: dict[str, Reach] = {}

    def give(self, award: Award) -> None:
        if self.count < award.min_entries:
            return
        free = self.ranked if award.besides else self.ranked & ~self.holders
        within, reach = self.within(award, free)
        earned = free & within & ~self.barred
        if award.all_of or award.any_of:
            met = self.fulfils(award)
            reach = reach._replace(unmet=earned & ~met)
            earned &= met
        if not award.besides:
            self.holders |= earned
        self.earned[award.id], self.reaches[award.id] = earned, reach

    def fulfils(self, award: Award) -> Flags:
        flags: Flags = np.ones(len(self.ranked), dtype=np.bool_)
        for one in award.all_of:
            flags &= fulfilled(self.field, one)
        if award.any_of:
            flags &= np.logical_or.reduce([fulfilled(self.field, one) for one in award.any_of])
        return flags

    def within(self, award: Award, free: Flags) -> tuple[Flags, Reach]:
        match award.rule:
            case Threshold() as rule:
                return reached(self.field, rule), Reach()
            case Everyone():
                return self.ranked, Reach()
            case Quota() as rule:
                return self.quota(award, rule, free & ~self.barred & self.fulfils(award))
            case Medal() as rule:
                found = medals(self.order, rule)
                return found.of(rule.medal), Reach(medals=found)
            case rule:
                return self.banded(award, rule, free)

    def banded(self, award: Award, rule: Banded, free: Flags) -> tuple[Flags, Reach]:
        cut = self.reach(rule)
        dense = isinstance(rule, RankBand) and self.field.scheme.ranking.ties == "dense"
        if dense:
            # Ranks 1-1-2: a band is of ranks, and no tie reaches over the end of one.
            ranks = self.order.ranks
            inside = (ranks >= getattr(rule, "from_", 1)) & (ranks <= cut)
            if not award.besides:
                self.cut = int(np.count_nonzero(self.ranked & (ranks <= cut)))
            return inside, Reach(cut)
        if not award.besides:
            self.cut = cut
        firsts, lasts = self.positions(award)
        inside = firsts <= cut if rule.ties == "extend" else lasts <= cut
        begun: Flags = self.ranked
        if isinstance(rule, RankBand):
            begun = (firsts >= rule.from_) | (self.left[award.besides] & (lasts >= rule.from_))
        over = (self.order.firsts <= cut) & (self.order.lasts > cut)
        if not over.any():
            return inside & begun, Reach(cut, left=over)
        over &= free & begun
        self.left[award.besides] |= over & ~inside
        if not award.besides:
            self.extra |= {place for place in _places(firsts, over & begun & inside) if place > cut}
        return inside & begun, Reach(cut, _at_the_cut(over, inside), over & ~inside)

    def quota(self, award: Award, rule: Quota, candidates: Flags) -> tuple[Flags, Reach]:
        """So many of those who can take it: who cannot, takes no place in a quota away."""
        positions = self.positions(award)[0]
        extra = set() if award.besides else {place for place in self.extra if place > self.cut}
        count = max(rule.count - len(extra), 0)
        firsts, lasts = _among(positions, candidates)
        inside = candidates & ((firsts if rule.ties == "extend" else lasts) <= count)
        tie_firsts, tie_lasts = _among(self.order.firsts, candidates)
        over = candidates & (tie_firsts <= count) & (tie_lasts > count)
        self.left[award.besides] |= over & ~inside
        taken = sorted({*_places(positions, candidates), *extra})[: rule.count]
        cut = taken[-1] if taken else self.cut
        if not award.besides:
            self.cut = max(self.cut, cut)
            self.extra |= {place for place in _places(positions, over & inside) if place > cut}
        return inside, Reach(cut, _at_the_cut(over, inside), over & ~inside)

    def reach(self, rule: Banded) -> int:
        """The last position an award reaches, counted from the top of the list."""
        match rule:
            case RankBand(to=last):
                return last
            case Ratio():
                return self.cut + share(rule, ranked=self.count, entries=self.order.entries)
            case FirstHalf():
                return share(rule, ranked=self.count, entries=self.order.entries)

    def positions(self, award: Award) -> tuple[Integers, Integers]:
        """The first and last position of everybody's tie, split by the award's own keys."""
        order = self.order
        if not award.keys:
            return order.firsts, order.lasts
        sequence, deciders = order.sequence.copy(), order.deciders.copy()
        split(self.field, award.keys, sequence, deciders)
        firsts, lasts = order.firsts.copy(), order.lasts.copy()
        tie_firsts, tie_ends = Arranged(sequence, deciders).ties()
        firsts[sequence], lasts[sequence] = tie_firsts + 1, tie_ends
        return firsts, lasts


def _at_the_cut(over: Flags, inside: Flags) -> AtACut:
    taken, left = (over & inside).any(), (over & ~inside).any()
    return "split" if taken and left else "extended" if taken else "trimmed" if left else ""


def _places(positions: Integers, members: Flags) -> list[int]:
    """The places of the list that these take; of a tie the first ones, whoever of it is printed first."""
    own = np.sort(positions[members])
    places: list[int] = (own + np.arange(len(own)) - np.searchsorted(own, own, side="left")).tolist()
    return places


def _among(positions: Integers, candidates: Flags) -> tuple[Integers, Integers]:
    """The first and last place of everybody's tie, counted among the candidates alone."""
    own = np.sort(positions[candidates])
    return 1 + np.searchsorted(own, positions, side="left"), np.searchsorted(own, positions, side="right")
