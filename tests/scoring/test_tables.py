"""Tables of teams that stand in a scheme."""

import json

import pytest

from scoring import SchemeProblem, parse, results
from tests.scoring.sheets import points, sheet


def document(**words) -> str:
    ties = words.pop("event_ties_of", "shared")
    table = {"id": "units", "name": "团体", "points": {"by": "place", "points": ["7", "5", "4"]}, **words}
    root = {"kind": "sum", "id": "total", "name": "总分", "parts": [points()]}
    return json.dumps({"root": root, "ranking": {"ties": ties}, "teams": [{"by": "organisation", "table": table}]})


def found(text: str, **given):
    home = {"organisation": {"a": "一厂", "b": "二厂", "c": "二厂", "d": ""}}
    marked = {entry: {"points": value} for entry, value in given.items()}
    return results(parse(text), sheet(marked, attributes=home)).teams[0]


def test_entries_bring_points_to_the_group_their_attribute_names():
    table = found(document(), a=90, b=80, c=70, d=95)
    assert [(row.group, row.rank, row.points) for row in table.rows] == [("一厂", 1, "5"), ("二厂", 2, "4")]


def test_a_table_counts_dense_ranks_where_the_ranking_does():
    table = found(document(event_ties_of="dense"), a=90, b=90, c=80)
    assert [(row.group, row.points) for row in table.rows] == [("二厂", "12"), ("一厂", "7")]


@pytest.mark.parametrize(
    "words",
    [
        {"bonuses": [{"id": "record", "name": "破纪录", "points": "5"}]},
        {"keys": [{"of": "points"}, {"of": "lot"}]},
        {"points": {"by": "total", "node": "elsewhere"}},
        {"points": {"by": "place", "points": ["7"]}, "events": [{"event": "event", "weight": "-1"}]},
    ],
)
def test_a_table_that_cannot_be_made_is_refused_by_its_name(words):
    with pytest.raises(SchemeProblem) as refused:
        parse(document(**words))
    assert refused.value.node == "units"
