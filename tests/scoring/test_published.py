"""Published results of real competitions, reproduced to the last digit from the marks alone."""

import csv
import json
from fractions import Fraction

import pytest

from scoring import Sheet, SheetMark, parse, results
from tests.scoring.skating import ROOT, Programme, programmes

PROGRAMMES = programmes()


@pytest.mark.parametrize("programme", PROGRAMMES, ids=lambda programme: programme.name.lower().replace(" ", "-"))
def test_every_skating_component_total_and_rank_is_the_published_one(programme: Programme):
    found = results(parse(json.dumps(programme.document())), programme.sheet())
    rows = {row.entry: row for row in found.rows}
    assert found.missing == 0
    assert {
        entry: (
            row.total,
            row.scores["elements"],
            row.scores["components"],
            Fraction(row.scores["deductions"]),
            row.rank,
        )
        for entry, row in rows.items()
    } == {
        one["performance_id"]: (
            one["total_segment_score"],
            one["total_element_score"],
            one["total_component_score"],
            -Fraction(one["total_deductions"]),
            int(one["rank"]),
        )
        for one in programme.performances
    }
    for entry, components in programme.components.items():
        published = {programme.ids[one["aspect_desc"]]: Fraction(one["scores_of_panel"]) for one in components}
        assert {id_: Fraction(rows[entry].scores[id_]) for id_ in published} == published


def test_the_skating_case_is_whole():
    assert len(PROGRAMMES) == 8
    assert sum(len(programme.performances) for programme in PROGRAMMES) == 84
    marks = [mark for programme in PROGRAMMES for mark in programme.sheet().marks if mark.seat]
    assert len(marks) == 10_566


CUTS = {"2019": ("31", "24", "17"), "2024": ("29", "22", "16")}


def olympiad(year: str):
    with (ROOT / "tests/cases/olympiad-awards/results.csv").open(encoding="utf-8", newline="") as file:
        contestants = [row for row in csv.DictReader(file) if row["year"] == year]
    problems = [f"p{number}" for number in range(1, 7)]
    medals = [
        {"id": id_, "name": id_, "rule": {"by": "score", "at_least": cut}}
        for id_, cut in zip(("gold", "silver", "bronze"), CUTS[year], strict=True)
    ]
    full = [{"node": problem, "at_least": "7"} for problem in problems]
    document = {
        "root": {
            "kind": "sum",
            "id": "total",
            "name": "总分",
            "parts": [{"kind": "imported", "id": one, "name": one, "high": "7", "step": "1"} for one in problems],
        },
        "awards": [*medals, {"id": "mention", "name": "mention", "rule": {"by": "everyone"}, "any_of": full}],
    }
    marks = [
        SheetMark(f"c{number:03}", problem, 0, "entered", int(row[problem]) * 1000)
        for number, row in enumerate(contestants)
        for problem in problems
    ]
    entries = tuple(f"c{number:03}" for number in range(len(contestants)))
    return contestants, parse(json.dumps(document)), Sheet(entries=entries, marks=marks, seats={})


@pytest.mark.parametrize("year", CUTS)
def test_every_olympiad_total_rank_and_award_is_the_published_one(year: str):
    contestants, scheme, sheet = olympiad(year)
    words = {
        "Gold medal": ("gold",),
        "Silver medal": ("silver",),
        "Bronze medal": ("bronze",),
        "Honourable mention": ("mention",),
        "NA": (),
    }
    found = {row.entry: (row.total, row.rank, row.awards) for row in results(scheme, sheet).rows}
    assert found == {
        f"c{number:03}": (row["total"], int(row["rank"]), words[row["award"]])
        for number, row in enumerate(contestants)
    }
