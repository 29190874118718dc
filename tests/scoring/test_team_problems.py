"""What makes no sense in a table, in rows or in decisions is named in both languages."""

import json
from fractions import Fraction

import msgspec
import pytest

from scoring.saying import SchemeProblem
from scoring.team.placings import Placing, PlacingProblem
from scoring.team.problems import parse
from scoring.team.rulings import Rulings
from scoring.team.table import standings
from tests.scoring.team_rows import places, rows, table

PLACES = {"by": "place", "points": ["3", "2", "1"]}
EVERYONE = {"by": "everyone"}


def award(**words) -> dict:
    return {"awards": [{"id": "a", "name": "奖", "rule": EVERYONE, **words}]}


BAD = {
    "a number that is no string": ({"points": {"by": "entry", "points": 1}}, "points.points", "str"),
    "an unknown rule": ({"points": {"by": "luck"}}, "points.by", "luck"),
    "an unknown word": ({"colour": "red"}, "$", "colour"),
    "no key": ({"keys": []}, "keys", "length"),
    "bands that go back": ({"points": {**PLACES, "bands": [{"to": 3, "points": "1"}]}}, "teams", "small to large"),
    "an award worth two things": (
        {"points": {"by": "award", "points": [{"award": "gold", "points": "4"}] * 2}},
        "teams",
        "gold",
    ),
    "an event named twice": ({"events": [{"event": "e"}, {"event": "e"}]}, "teams", "“e” is named twice"),
    "an event of negative weight": ({"events": [{"event": "e", "weight": "-2"}]}, "teams", "negative"),
    "bands of an event that go back": (
        {"events": [{"event": "e", "points": {**PLACES, "bands": [{"to": 2, "points": "1"}]}}]},
        "teams",
        "small to large",
    ),
    "no event at all": ({"other_events": False}, "teams", "No event"),
    "a status named twice": ({"unplaced": [{"status": "x", "points": "1"}] * 2}, "teams", "“x” is named twice"),
    "who takes part as unplaced": ({"unplaced": [{"status": "entered", "points": "1"}]}, "teams", "takes part"),
    "fewer than nothing": ({"over_all": {"fewer": "unranked"}}, "teams", "how many"),
    "fewer than nothing in an event": ({"each_event": {"fewer": "nothing"}}, "teams", "how many"),
    "a bonus twice": ({"bonuses": [{"id": "b", "name": "加", "points": "1"}] * 2}, "b", "twice"),
    "a key on no bonus": ({"keys": [{"of": "bonuses", "bonuses": ["b"]}]}, "teams", "no bonus “b”"),
    "a key that asks and leaves out": (
        {"keys": [{"of": "best", "events": ["e"], "without": ["e"]}]},
        "teams",
        "both asked and left out",
    ),
    "a key on an event outside": (
        {"events": [{"event": "e"}], "other_events": False, "keys": [{"of": "event", "event": "f"}]},
        "teams",
        "“f” does not belong",
    ),
    "a key on the same award twice": ({"keys": [{"of": "awards", "awards": ["g", "g"]}]}, "teams", "“g”"),
    "an award given twice": ({"awards": [{"id": "a", "name": "奖", "rule": EVERYONE}] * 2}, "a", "twice"),
    "a medal rule": (award(rule={"by": "medal", "medal": "gold"}), "a", "does not take"),
    "keys at the cut of an award": (award(keys=[{"node": "x"}]), "a", "does not take"),
    "a band the wrong way round": (award(rule={"by": "rank", "from": 3, "to": 1}), "a", "wrong way"),
    "a ratio above one": (award(rule={"by": "ratio", "ratio": "2"}), "a", "ratio"),
    "a condition on a node": (award(all_of=[{"node": "x", "at_least": "1"}]), "a", "points only"),
    "a condition on an attribute": (award(any_of=[{"attribute": "x", "is": "1"}]), "a", "points only"),
    "a threshold without limit": (award(rule={"by": "score"}), "a", "points only"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_in_a_table_is_named_in_both_languages(case):
    words, node, text = BAD[case]
    with pytest.raises(SchemeProblem) as wrong:
        table(**words)
    assert wrong.value.node == node
    assert text in wrong.value.problem_en
    assert chinese(wrong.value.problem_zh)


@pytest.mark.parametrize("text", ["{", "[" * 100_000, "[]", b"\xff", "x" * 200_001])
def test_what_is_no_table_is_refused(text):
    with pytest.raises(SchemeProblem) as wrong:
        parse(text)
    assert wrong.value.node == "$"
    assert chinese(wrong.value.problem_zh)


def test_an_empty_table_needs_nothing_but_its_name():
    assert parse(json.dumps({"id": "t", "name": "团体"})).keys == table().keys


ROWS = {
    "an entry twice": ([Placing("e", "a", "g", 1), Placing("e", "a", "h", 2)], "“a” has two rows"),
    "a rank below one": ([Placing("e", "a", "g", 0)], "rank 0"),
    "a rank outside the competition": ([Placing("e", "a", "g", 1, status="withdrawn")], "withdrawn"),
    "ranks without gaps": ([Placing("e", str(at), "g", rank) for at, rank in enumerate((1, 1, 2))], "1-1-2"),
}  # fmt: skip


@pytest.mark.parametrize("case", ROWS)
def test_rows_that_do_not_fit_are_refused(case):
    listed, text = ROWS[case]
    with pytest.raises(PlacingProblem) as wrong:
        standings(table(), listed)
    assert wrong.value.where == "e"
    assert text in wrong.value.problem_en
    assert chinese(wrong.value.problem_zh)


DECISIONS = {
    "neither a bonus nor points": ({"given": [{"group": "g", "reason": "x"}]}, "g", "either"),
    "a bonus and points": ({"given": [{"group": "g", "bonus": "b", "points": "1", "reason": "x"}]}, "g", "either"),
    "a bonus of no table": ({"given": [{"group": "g", "bonus": "c", "reason": "x"}]}, "g", "no bonus “c”"),
    "an entry that is not there": ({"struck": [{"event": "e", "entry": "z", "reason": "x"}]}, "e", "“z”"),
    "an award of no table": ({"outside": [{"group": "g", "awards": ["z"], "reason": "x"}]}, "g", "no award “z”"),
}


@pytest.mark.parametrize("case", DECISIONS)
def test_a_decision_about_what_is_not_there_is_refused(case):
    decided, where, text = DECISIONS[case]
    words = table(bonuses=[{"id": "b", "name": "加", "points": "1"}])
    with pytest.raises(PlacingProblem) as wrong:
        standings(words, rows(places("e", "g", "h")), msgspec.convert(decided, Rulings))
    assert wrong.value.where == where
    assert text in wrong.value.problem_en
    assert chinese(wrong.value.problem_zh)


def test_who_is_not_in_the_table_has_no_standing():
    with pytest.raises(PlacingProblem, match="not in the table"):
        standings(table(), [Placing("e", "a", "g", 1, Fraction(1))]).of("h")


def chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)
