import pytest

from scoring import results
from tests.scoring.sheets import points, scheme, sheet


def score(part: dict, value):
    aspect = {"id": "one", "name": "一", **part}
    return results(scheme(aspect), sheet({"amber": {"one": value}})).rows[0].scores["one"]


def test_passed_is_worth_the_maximum_and_failed_nothing():
    assert [score({"kind": "pass_fail", "max": "0.25"}, value) for value in (1, 0)] == ["0.25", "0.00"]


def test_completed_is_worth_its_share():
    assert score({"kind": "completed", "max": "2", "possible": 5}, 3) == "1.2"
    assert score({"kind": "completed", "max": "1", "possible": 3, "places": 2}, 2) == "0.67"


@pytest.mark.parametrize(("count", "expected"), [("exact", "1.3750"), ("started", "1.2500"), ("whole", "1.5000")])
def test_each_unit_of_difference_takes_away(count, expected):
    part = {"kind": "difference", "max": "2", "target": "10", "deduction": "0.25", "step": "0.5", "high": "90"}
    assert score({**part, "count": count, "places": 4}, 12.5) == expected
    assert score({**part, "count": count, "places": 4}, 7.5) == expected
    assert score({**part, "count": count, "places": 4}, 90) == "0.0000"


def test_a_choice_is_worth_its_option():
    options = [{"label": "优", "points": "3"}, {"label": "良", "points": "1.998"}, {"label": "差", "points": "-1"}]
    assert [score({"kind": "choice", "options": options}, at) for at in (1, 2, 3)] == ["3.000", "1.998", "-1.000"]


def test_the_first_tolerance_that_holds_the_value_counts_with_both_edges_included():
    ranges = [{"below": "0.02", "above": "0.05", "points": "5"}, {"below": "0.1", "above": "0.1", "points": "2"}]
    part = {"kind": "tolerance", "target": "20", "ranges": ranges, "high": "40"}
    measured = {19.98: "5", 20.05: "5", 19.979: "2", 20.1: "2", 20.101: "0", 19.9: "2", 19.899: "0"}
    assert {value: score(part, value) for value in measured} == measured


def test_a_time_becomes_points_by_started_units():
    rule = {
        "by": "linear",
        "at": "1800",
        "points": "20",
        "per": "60",
        "over": "-1",
        "count": "started",
        "most": "20",
    }
    part = {"kind": "quantity", "convert": rule, "step": "0.01"}
    times = {1700: "20", 1800: "20", 1800.01: "19", 1860: "19", 1860.01: "18", 9000: "0"}
    assert {value: score(part, value) for value in times} == times


def test_a_quantity_is_looked_up_in_a_table_with_its_edges_included():
    rows = [{"to": "89.9", "points": "0"}, {"to": "95", "points": "10"}]
    part = {"kind": "quantity", "convert": {"by": "table", "rows": rows, "beyond": "20"}, "step": "0.1"}
    assert {value: score(part, value) for value in (89.9, 90, 95, 95.1)} == {
        89.9: "0",
        90: "10",
        95: "10",
        95.1: "20",
    }


def test_what_was_not_attempted_is_worth_nothing_and_known():
    rule = {"by": "linear", "at": "60", "points": "20", "under": "1", "most": "30"}
    assert score({"kind": "quantity", "convert": rule}, "not_attempted") == "0"


def test_what_is_taken_away_is_printed_below_zero_whatever_it_is_and_nothing_is_plain_zero():
    late = {"kind": "penalty", "id": "late", "name": "迟到", "high": "9", "step": "0.01"}
    noted = {"kind": "penalty", "id": "noted", "name": "违规次数", "high": "9", "counts": False}
    faults = {
        "kind": "sum",
        "id": "faults",
        "name": "失误",
        "sign": "minus",
        "weight": "2",
        "parts": [points("dents")],
    }
    plan = scheme(points("work"), late, noted, faults)
    one, other = results(
        plan,
        sheet(
            {
                "amber": {"work": 60, "late": 1, "noted": 3, "dents": 2.5},
                "birch": {"work": 60, "late": 0, "noted": 3, "dents": 70},
            }
        ),
    ).rows
    assert (one.total, dict(one.scores)) == (
        "54.00",
        {"total": "54.00", "work": "60.00", "late": "-1.00", "noted": "3", "faults": "-2.50", "dents": "2.50"},
    )
    assert (other.scores["late"], other.scores["faults"], other.total) == ("0.00", "-70.00", "-80.00")


def test_a_penalty_is_taken_away_by_amount_or_by_count():
    each = {"kind": "penalty", "id": "poles", "name": "碰杆", "high": "9", "each": "1.5"}
    amount = {"kind": "penalty", "id": "late", "name": "迟到", "high": "9", "step": "0.5"}
    row = results(scheme(each, amount), sheet({"amber": {"poles": 3, "late": 2.5}})).rows[0]
    assert (row.total, dict(row.scores)) == ("-7.0", {"total": "-7.0", "poles": "-4.5", "late": "-2.5"})
