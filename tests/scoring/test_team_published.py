"""Two Formula 1 seasons: every table, points and complete order, from the places alone."""

import csv

import pytest

from scoring.team.placings import Placing
from scoring.team.results import results
from scoring.team.table import standings
from tests.scoring.skating import ROOT
from tests.scoring.team_rows import table

CASE = ROOT / "tests/cases/points-countback"
SEASON_POINTS = {"by": "place", "points": ["25", "18", "15", "12", "10", "8", "6", "4", "2", "1"]}
SEASON = table(
    points=SEASON_POINTS,
    keys=[{"of": "points"}, {"of": "countback"}],
    ties="must_break",
)
STATUSES = {"DNF": "not_finished", "DNS": "not_started", "NC": "not_finished"}


def read(name: str) -> list[dict[str, str]]:
    with (CASE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def season(year: str, counts_for: str) -> list[Placing]:
    return [
        Placing(
            event=row["race"],
            entry=row["driver"],
            group=row[counts_for],
            rank=int(row["position"]) if row["position"] not in STATUSES else None,
            status=STATUSES.get(row["position"], "entered"),
        )
        for row in read("results.csv")
        if row["season"] == year
    ]


@pytest.mark.parametrize("counts_for", ["driver", "constructor"])
@pytest.mark.parametrize("year", ["2010", "2016"])
def test_a_season_has_the_published_points_and_complete_order(year, counts_for):
    found = results(SEASON, season(year, counts_for))
    assert [(row.rank, row.group, row.points, row.shared) for row in found.rows] == [
        (int(row["position"]), row["entrant"], row["points"], False)
        for row in read("standings.csv")
        if (row["season"], row["type"]) == (year, counts_for)
    ]
    assert found.complete
    assert found.open_ties == ()


@pytest.mark.parametrize("year", ["2010", "2016"])
def test_every_single_result_is_worth_its_published_points(year):
    published = {
        (row["race"], row["driver"]): int(row["points"]) for row in read("results.csv") if row["season"] == year
    }
    found = standings(SEASON, season(year, "driver"))
    assert {
        (line.row.event, line.row.entry): line.points for group in found.groups for line in group.lines
    } == published
    assert found.unit == 1


def test_without_countback_the_published_order_is_not_reached():
    plain = results(table(points=SEASON_POINTS, ties="must_break"), season("2016", "driver"))
    assert [(tie.rank, tie.groups) for tie in plain.open_ties] == [
        (18, ("jolyon-palmer", "pascal-wehrlein", "stoffel-vandoorne")),
        (21, ("esteban-gutierrez", "esteban-ocon", "marcus-ericsson", "rio-haryanto")),
    ]


def test_the_case_is_whole():
    assert len(read("results.csv")) == 918
    assert len(read("standings.csv")) == 74
