"""What each entry brings its group: which rows stand, on which places, and worth how many points.

Sums are of whole numbers over one denominator that all points share, so that a large table stays exact and fast.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple

from scoring.exact import exact
from scoring.team.placings import IN_COMPETITION, NOT_COUNTED_AMONG, Placing, PlacingProblem
from scoring.team.rulings import Rulings
from scoring.team.words import SumKey, TeamTable
from scoring.team.worth import Field, Line, Worth, Worths


class Lines(NamedTuple):
    """All entries that bear on the table, by group; `unit` is the denominator of their points."""

    groups: Mapping[str, list[Line]]
    unit: int


def lines(table: TeamTable, events: Mapping[str, list[Placing]], rulings: Rulings) -> Lines:
    """Place and value every entry of the events that belong to the table."""
    own = {words.event: words for words in table.events}
    unplaced = {one.status: exact(one.points) for one in table.unplaced}
    worths = Worths()
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
        worth = worths.of(words.points if words and words.points else table.points, weight, field)
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
    _number(table, placed, gone)
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


def _number(table: TeamTable, placed: list[Line], gone: set[str]) -> None:
    """Give places: the rank in the event, less those before it who gave way.

    Raises PlacingProblem when the ranks are not counted as the table says.
    """
    ranks = Counter(line.row.rank for line in placed if line.row.rank is not None)
    left = Counter(ranks)
    left.subtract(line.row.rank for line in placed if line.row.rank is not None and line.row.entry in gone)
    dense = table.event_ties == "dense"
    # After a shared rank 1 comes 3; 2 comes only where no ranks are skipped (1-1-2).
    if not dense and any(number > 1 and rank + 1 in ranks for rank, number in ranks.items()):
        zh, en = "名次不跳号（1-1-2），请写 event_ties: dense。", "Ranks run 1-1-2: say event_ties dense."
        raise PlacingProblem(placed[0].row.event, zh, en)
    places, before = {}, 0
    for rank in sorted(ranks):
        places[rank] = rank - before
        before += int(not left[rank]) if dense else ranks[rank] - left[rank]
    for line in placed:
        if line.row.rank is not None and line.row.entry not in gone:
            line.place = places[line.row.rank]
            # Where no ranks are skipped a shared rank fills one place, however many hold it.
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
