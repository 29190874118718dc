"""The answers of a group to the keys of a table: what is compared, and what is told of it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from typing import Any, NamedTuple, assert_never

from scoring.team.rulings import Rulings
from scoring.team.words import (
    AwardsKey,
    BestKey,
    BonusKey,
    Countback,
    EntriesKey,
    EventKey,
    LotKey,
    PlacesAsked,
    PointsKey,
    SumKey,
    TeamKey,
    TeamTable,
)
from scoring.team.worth import Line

NONE = math.inf
"""Stands behind every number. Only compared, never added."""


class Answer(NamedTuple):
    """`order` is compared, smaller first; `told` is what a person reads, None where there is no answer."""

    order: Any
    told: Fraction | int | None = None
    places: tuple[int, ...] = ()
    """What a countback counts, first places first."""


def asked(table: TeamTable) -> tuple[TeamKey, ...]:
    """The keys of a table, and the lot at the end where ties must be broken."""
    return (*table.keys, LotKey()) if table.ties == "must_break" else table.keys


class Asking:
    """Puts the keys of one table to its groups."""

    def __init__(self, table: TeamTable, rulings: Rulings) -> None:
        self._table = table
        self._lots = rulings.lots
        self._bonuses: Counter[tuple[str, str]] = Counter()
        for given in rulings.given:
            if given.bonus is not None:
                self._bonuses[given.group, given.bonus] += given.times

    def answer(self, key: TeamKey, group: str, points: Fraction | None, lines: list[Line]) -> Answer:
        """The answer of a group with these points and entries."""
        found: Fraction | int | None
        high = False
        match key:
            case PointsKey():
                found, high = points, self._table.order == "high"
            case Countback(to=to):
                places = sorted(place for place in _places(key, lines) if to is None or place <= to)
                # The first place that differs decides, and more places of the same are better.
                return Answer((*places, NONE), places=tuple(places))
            case BestKey():
                found = min(_places(key, lines), default=None)
            case AwardsKey(awards=wanted):
                found = sum(award in wanted for line in _asked(key, lines) for award in line.row.awards)
                high = True
            case SumKey(node=node, order=order):
                found, high = _sum(line.row.score(node) for line in lines if _counts(line)), order == "high"
            case BonusKey(bonuses=bonuses):
                found, high = sum(self._bonuses[group, bonus] for bonus in bonuses), True
            case EventKey(event=event):
                own = (line.place for line in lines if line.row.event == event and line.verdict != "struck")
                found = min((place for place in own if place is not None), default=None)
            case EntriesKey(order=order):
                found, high = sum(map(_counts, lines)), order == "high"
            case LotKey():
                found = self._lots.get(group)
            case _:
                assert_never(key)
        return _number(found, high)


def _number(number: Fraction | int | None, high: bool) -> Answer:
    if number is None:
        return Answer(NONE)
    return Answer(-number if high else number, number)


def _counts(line: Line) -> bool:
    return line.verdict == "counted"


def _asked(key: PlacesAsked, lines: Iterable[Line]) -> Iterable[Line]:
    for line in lines:
        event = line.row.event
        if (not key.events or event in key.events) and event not in key.without and _holds(key, line):
            yield line


def _holds(key: PlacesAsked, line: Line) -> bool:
    if key.over == "all":
        return line.place is not None and line.verdict != "struck"
    return _counts(line)


def _places(key: PlacesAsked, lines: Iterable[Line]) -> Iterable[int]:
    return (line.place for line in _asked(key, lines) if line.place is not None)


def _sum(scores: Iterable[Fraction | None]) -> Fraction | None:
    """The exact sum; None when one of them is unknown, or there are none."""
    whole: Counter[int] = Counter()
    for score in scores:
        if score is None:
            return None
        # Whole numbers over each denominator first: adding fractions one by one is slow.
        whole[score.denominator] += score.numerator
    return sum((Fraction(number, over) for over, number in whole.items()), Fraction(0)) if whole else None
