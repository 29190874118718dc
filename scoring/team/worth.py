"""What one entry of an event is worth to its group: by its total, its place, its awards."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Literal, NamedTuple, assert_never

from scoring.exact import exact
from scoring.team.placings import Placing
from scoring.team.words import Among, ByAward, ByEntry, ByPlace, ByRank, ByTotal, Falling, Points, Ties

Verdict = Literal[
    "counted", "pending", "status", "small", "struck", "outside", "quota", "each_event", "short", "over_all", "few"
]
"""Whether an entry counts, or why not: results missing, its status, an event too small, by hand, its group stands
outside, over the quota, not among the best of the event, too few in the event, not among the best of all, too few
in all."""


class Line:
    """One entry on its way into the table."""

    __slots__ = ("place", "points", "row", "shared", "verdict")

    def __init__(self, row: Placing, verdict: Verdict) -> None:
        self.row = row
        self.verdict: Verdict = verdict
        self.place: int | None = None
        """Its place in the event once others gave way; None when it holds none."""
        self.shared = 1
        """How many hold this place."""
        self.points = 0
        """Points in units of the table's denominator."""


class Field(NamedTuple):
    """How many an event has."""

    entries: int
    ranked: int

    def of(self, among: Among) -> int:
        """The one or the other count."""
        return self.entries if among == "entries" else self.ranked


Worth = Callable[[Line], Fraction | None]
"""The points of a ranked entry; None while what they are made of is unknown."""


class Worths:
    """What entries are worth; events with the same rule, weight and size share what was once computed."""

    def __init__(self) -> None:
        self._known: dict[tuple[Points, str, int], Worth] = {}

    def of(self, points: Points, weight: str, field: Field) -> Worth:
        """The worth of an entry in an event with so many entries."""
        size = 0
        if isinstance(points, Falling) or (isinstance(points, ByPlace) and points.one_less):
            size = field.of(points.among)
        key = (points, weight, size)
        if key not in self._known:
            self._known[key] = _worth(points, exact(weight), size)
        return self._known[key]


def _worth(points: Points, weight: Fraction, size: int) -> Worth:
    match points:
        case ByTotal(node=node):
            worth = _score_of(node, weight)
        case ByPlace():
            worth = _over_places(_place_list(points, size), weight, points.ties)
        case Falling(last=last, step=step):
            least, each = exact(last), exact(step)
            worth = _over_places(lambda place: least + each * max(size - place, 0), weight, points.ties)
        case ByRank():
            worth = _over_places(Fraction, weight, points.ties)
        case ByAward():
            worth = _award_list(points, weight)
        case ByEntry(points=each_entry):
            same = exact(each_entry) * weight

            def worth(_line: Line) -> Fraction:
                return same

        case _:
            assert_never(points)
    return worth


def _score_of(node: str | None, weight: Fraction) -> Worth:
    if weight == 1:
        return lambda line: line.row.score(node)

    def worth(line: Line) -> Fraction | None:
        score = line.row.score(node)
        return None if score is None else score * weight

    return worth


def _place_list(words: ByPlace, field: int) -> Callable[[int], Fraction]:
    listed = [exact(points) for points in words.points]
    bands = [(band.to, exact(band.points)) for band in words.bands]
    others = exact(words.others)
    taken = field - 1 if words.one_less and field <= words.one_less else math.inf

    def at(place: int) -> Fraction:
        if place > taken:
            return others
        if place <= len(listed):
            return listed[place - 1]
        return next((points for to, points in bands if place <= to), others)

    return at


def _over_places(at: Callable[[int], Fraction], weight: Fraction, ties: Ties) -> Worth:
    """Points by place, computed once for each place and number of those who share it."""
    known: dict[tuple[int, int], Fraction] = {}

    def worth(line: Line) -> Fraction:
        assert line.place is not None
        shared = line.shared if ties == "average" else 1
        cell = (line.place, shared)
        if cell not in known:
            filled = range(line.place, line.place + shared)
            known[cell] = sum((at(place) for place in filled), Fraction(0)) * weight / shared
        return known[cell]

    return worth


def _award_list(words: ByAward, weight: Fraction) -> Worth:
    points = {one.award: exact(one.points) * weight for one in words.points}
    others = exact(words.others) * weight

    def worth(line: Line) -> Fraction:
        held = [points[award] for award in points if award in line.row.awards]
        if not held:
            return others
        return held[0] if words.take == "first" else sum(held, Fraction(0))

    return worth
