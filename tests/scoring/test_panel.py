import pytest

from scoring import results
from tests.scoring.sheets import panel, scheme, sheet

TRIMMED = {"take": "trimmed", "low": 1, "high": 1}


def score(part: dict, given: list):
    row = results(scheme(part), sheet({"amber": {part["id"]: given}}, seats=len(given))).rows[0]
    return row.scores[part["id"]]


@pytest.mark.parametrize(
    ("rule", "given", "expected"),
    [
        ({"take": "mean"}, [7, 8, 8.5], "7.83"),
        ({"take": "median"}, [7, 9, 8.5], "8.50"),
        ({"take": "median"}, [7, 9, 8.5, 8], "8.25"),
        ({"take": "sum"}, [7, 9, 8.5, 8], "32.50"),
        (TRIMMED, [6.75, 7, 7, 7.75, 9.5], "7.25"),
        ({"take": "trimmed", "low": 2, "high": 1}, [1, 2, 3, 4, 10], "3.50"),
        ({"take": "trimmed", "low": 0, "high": 1}, [1, 2, 3], "1.50"),
        ({"take": "trimmed", "low": 1, "high": 0}, [1, 2, 3], "2.50"),
        ({"take": "trimmed", "low": 0, "high": 0}, [1, 2, 3], "2.00"),
    ],
)
def test_a_panels_marks_become_one_score(rule, given, expected):
    assert score(panel(rule=rule, places=2), given) == expected


def test_rounding_is_half_up_where_the_binary_fraction_is_below_the_half():
    # (1 + 1 + 1 + 1.5) / 4 = 1.125: as a float it would often become 1.12.
    assert score(panel(places=2), [1, 1, 1, 1.5]) == "1.13"


def test_half_up_of_what_is_taken_away_rounds_the_size():
    part = panel(low="-3", high="3", places=0)
    assert [score(part, [value, value + 1]) for value in (-3, -2, 1)] == ["-3", "-2", "2"]


def test_an_absent_judge_is_left_out_before_anything_is_dropped():
    assert score(panel(rule=TRIMMED, places=2), [2, "absent", 4, 6, 9]) == "5.00"


def test_a_judge_who_says_not_attempted_gives_nothing():
    assert score(panel(places=2), [6, "not_attempted"]) == "3.00"


def test_a_panel_below_its_minimum_has_no_score():
    assert score(panel(min_judges=3), [6, 7, "absent"]) is None
    assert score(panel(rule=TRIMMED), [6, 7, "absent"]) is None
    assert score(panel(min_judges=2, places=1), [6, 7, "absent"]) == "6.5"


def test_a_panel_of_nobody_has_no_score():
    row = results(scheme(panel()), sheet({"amber": {}}, seats=0)).rows[0]
    assert (row.total, row.complete, row.aspects) == (None, 0, 1)


def test_judgement_is_worth_its_maximum_times_the_sum_over_three_per_judge():
    part = {"kind": "judgement", "id": "look", "name": "外观", "max": "1", "descriptors": ["0", "1", "2", "3"]}
    assert score({**part, "places": 4}, [2, 2, 1]) == "0.5556"
    assert score({**part, "places": 4}, [3, 3, 3]) == "1.0000"
    assert score({**part, "places": 4}, [2, 3, "absent"]) == "0.8333"


def test_panels_of_different_sizes_stand_in_one_sheet():
    part = panel(places=2)
    given = {"amber": {"work": [6, 7, 8]}, "birch": {"work": [5, 6]}}
    marked = sheet(given)
    marked = type(marked)(
        entries=marked.entries, marks=marked.marks, seats={"amber": 3}, panels={("birch", "work"): 2}
    )
    assert {row.entry: row.total for row in results(scheme(part), marked).rows} == {
        "amber": "7.00",
        "birch": "5.50",
    }
