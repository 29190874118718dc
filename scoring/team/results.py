"""A table as rows with printed numbers, for screens and workbooks alike."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import msgspec

from scoring.exact import decimals, printed
from scoring.team.asking import asked
from scoring.team.placings import Placing
from scoring.team.rulings import Rulings
from scoring.team.table import Standing, Standings, standings
from scoring.team.words import TeamTable

MOST_PLACES = 4


class TeamRow(msgspec.Struct, frozen=True, kw_only=True):
    """One group. `rank` is None where `unranked` says why; `points` are None where nothing counts.

    `entries` of the group are known to the table, `counted` of them made its points, `pending` have no result yet.
    `given` are the bonuses in its points. `tie_broken_by` is the key that told it apart from a group with an equal
    first answer.
    """

    group: str
    place: int
    rank: int | None
    shared: bool
    points: str | None
    given: str
    entries: int
    counted: int
    pending: int
    unranked: str
    awards: tuple[str, ...]
    tie_broken_by: str


class OpenTie(msgspec.Struct, frozen=True, kw_only=True):
    """Groups that share a rank although the table says that ties must be broken."""

    rank: int
    groups: tuple[str, ...]


class TeamResults(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of a table, best first, with what is still open."""

    table: str
    rows: tuple[TeamRow, ...]
    complete: bool
    pending: int
    open_ties: tuple[OpenTie, ...]


def results(table: TeamTable, placings: Iterable[Placing], rulings: Rulings | None = None) -> TeamResults:
    """Rank the groups of one or many events.

    Raises PlacingProblem when rows or rulings do not fit together.
    """
    found = standings(table, placings, rulings)
    places = shown_places(found)
    return TeamResults(
        table=table.id,
        rows=tuple(_row(found, standing, places) for standing in found.groups),
        complete=found.complete,
        pending=found.pending,
        open_ties=tuple(OpenTie(rank=tie.rank, groups=tie.groups) for tie in found.open_ties),
    )


def shown_places(found: Standings) -> int:
    """How many places the points of this table are printed with: those named, or as many as they have."""
    table = found.table
    if table.places is not None:
        return table.places
    numbers = [one.points for one in found.groups if one.points is not None] + [one.given for one in found.groups]
    most = max((decimals(number.denominator, MOST_PLACES) for number in numbers), default=0)
    return most if most <= MOST_PLACES else table.shows


def _row(found: Standings, standing: Standing, places: int) -> TeamRow:
    verdicts = [line.verdict for line in standing.lines]
    decided = standing.decided
    return TeamRow(
        group=standing.group,
        place=standing.place,
        rank=standing.rank,
        shared=standing.shared,
        points=None if standing.points is None else print_points(standing.points, places),
        given=print_points(standing.given, places),
        entries=len(verdicts),
        counted=verdicts.count("counted"),
        pending=verdicts.count("pending"),
        unranked=standing.unranked,
        awards=standing.awards,
        tie_broken_by="" if decided is None else str(asked(found.table)[decided].__struct_config__.tag),
    )


def print_points(points: Fraction, places: int) -> str:
    """Print points with so many places."""
    return printed(points.numerator, points.denominator, places)
