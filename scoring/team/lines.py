"""What each entry brings its group: which rows stand, on which places, and worth how many points.

Sums are of whole numbers over one denominator that all points share, so that a large table stays exact and fast.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Literal, NamedTuple, assert_never

from scoring.exact import exact
from scoring.team.placings import IN_COMPETITION, NOT_COUNTED_AMONG, Placing
from scoring.team.words import (
    Among,
    ByAward,
    ByEntry,
    ByPlace,
    ByRank,
    ByTotal,
    Falling,
    Points,
    Rulings,
    SumKey,
    TeamTable,
    Ties,
)

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


class Lines(NamedTuple):
    """All entries that bear on the table, by group; `unit` is the denominator of their points."""

    groups: Mapping[str, list[Line]]
    unit: int


class Field(NamedTuple):
    """How many an event has."""

    entries: int
    ranked: int

    def of(self, among: Among) -> int:
        """The one or the other count."""
        return self.entries if among == "entries" else self.ranked


Worth = Callable[[Line], Fraction | None]
"""The points of a ranked entry; None while what they are made of is unknown."""


def lines(table: TeamTable, events: Mapping[str, list[Placing]], rulings: Rulings) -> Lines:
    """Place and value every entry of the events that belong to the table."""
    own = {words.event: words for words in table.events}
    unplaced = {one.status: exact(one.points) for one in table.unplaced}
    prices = Prices()
    found: list[tuple[Line, Fraction]] = []
    for event, rows in events.items():
        words = own.get(event)
        if words is None and not table.other_events:
            continue
        weight = words.weight if words else "1"
        placed, field = _stand(table, event, rows, rulings)
        if field.entries < table.min_entries:
            for line in placed:
                line.verdict, line.place = "small", None
        worth = prices.of(words.points if words and words.points else table.points, weight, field)
        own_unplaced = {status: points * exact(weight) for status, points in unplaced.items()}
        found += _valued(placed, worth, own_unplaced)
    # Most lines share a few denominators; the least common one is found over those alone.
    unit = math.lcm(*{points.denominator for _, points in found})
    groups: defaultdict[str, list[Line]] = defaultdict(list)
    for line, points in found:
        line.points = points.numerator * (unit // points.denominator)
        groups[line.row.group].append(line)
    return Lines(groups, unit)


def _stand(table: TeamTable, event: str, rows: list[Placing], rulings: Rulings) -> tuple[list[Line], Field]:
    """Who counts at first sight, and on which places all who keep one stand."""
    struck = {one.entry: one.place for one in rulings.struck if one.event == event}
    outside = {one.group: one.place for one in rulings.outside}
    placed, gone = [], set()
    for row in rows:
        line = Line(row, "counted")
        if row.status != IN_COMPETITION:
            line.verdict = "status"
        elif row.rank is None:
            line.verdict = "pending"
        if "give_way" in (struck.get(row.entry), outside.get(row.group)):
            gone.add(row.entry)
        if row.entry in struck:
            line.verdict = "struck"
        elif row.entry in gone:
            line.verdict = "outside"
        placed.append(line)
    if table.quota is not None:
        surplus = _surplus(table, placed, table.quota.entries)
        if table.quota.rest == "give_way":
            gone |= surplus
    _number(placed, gone)
    there = [line for line in placed if line.row.entry not in gone]
    return placed, Field(
        entries=sum(line.row.status not in NOT_COUNTED_AMONG for line in there),
        ranked=sum(line.row.rank is not None for line in there),
    )


def _surplus(table: TeamTable, placed: list[Line], most: int) -> set[str]:
    """The entries over a group's quota, behind the best so many by rank."""
    groups: defaultdict[str, list[Line]] = defaultdict(list)
    worth_something = {one.status for one in table.unplaced}
    for line in placed:
        stands = line.verdict == "counted" or (line.verdict == "status" and line.row.status in worth_something)
        if stands and line.row.group:
            groups[line.row.group].append(line)
    surplus = set()
    serves = serving(table)
    for members in groups.values():
        if len(members) > most:
            members.sort(key=lambda line: (line.row.rank or math.inf, *serves(line)))
            for line in members[most:]:
                line.verdict = "quota"
                surplus.add(line.row.entry)
    return surplus


def _number(placed: list[Line], gone: set[str]) -> None:
    """Give places: the rank in the event, less those before it who gave way."""
    ranks = Counter(line.row.rank for line in placed if line.row.rank is not None)
    left = Counter(ranks)
    left.subtract(line.row.rank for line in placed if line.row.rank is not None and line.row.entry in gone)
    # After a shared rank 1 comes 2 only where ranks are counted without gaps (1-1-2).
    dense = any(number > 1 and rank + 1 in ranks for rank, number in ranks.items())
    places, before = {}, 0
    for rank in sorted(ranks):
        places[rank] = rank - before
        before += int(not left[rank]) if dense else ranks[rank] - left[rank]
    for line in placed:
        if line.row.rank is not None and line.row.entry not in gone:
            line.place = places[line.row.rank]
            # Without gaps a shared rank fills one place, however many hold it.
            line.shared = 1 if dense else left[line.row.rank]


def _valued(placed: list[Line], worth: Worth, unplaced: Mapping[str, Fraction]) -> Iterable[tuple[Line, Fraction]]:
    nothing = Fraction(0)
    for line in placed:
        points: Fraction | None = nothing
        if line.verdict == "counted":
            points = worth(line)
            if points is None:
                line.verdict = "pending"
        elif line.verdict == "status" and line.row.status in unplaced:
            line.verdict, points = "counted", unplaced[line.row.status]
        yield line, points or nothing


def serving(table: TeamTable) -> Callable[[Line], tuple[object, ...]]:
    """Which of two entries with equal points serves its group better: by the sums asked for, then by id."""
    keys = [key for key in table.keys if isinstance(key, SumKey)]

    def serves(line: Line) -> tuple[object, ...]:
        answers: list[object] = []
        for key in keys:
            score = line.row.score(key.node)
            answers += [score is None, 0 if score is None else -score if key.order == "high" else score]
        return (*answers, line.row.event, line.row.entry)

    return serves


class Prices:
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
