import pickle

import pytest

from scoring import SheetProblem, results
from tests.scoring.sheets import mark, panel, points, scheme, sheet


def test_while_marking_runs_a_row_tells_points_completeness_and_what_is_still_possible():
    plan = scheme(panel(weight="10", places=2), points("theory"), points("extra", counts=False))
    row = results(plan, sheet({"amber": {"work": [6, None, 8], "theory": 50.5}}, seats=3)).rows[0]
    assert (row.total, row.rank, row.points, row.complete, row.aspects) == (None, None, "50.50", 1, 2)
    assert (row.worst, row.best) == ("97.20", "130.50")
    assert dict(row.scores) == {"total": None, "work": None, "theory": "50.50", "extra": None}


def test_a_penalty_not_yet_given_lowers_the_worst_and_nothing_else():
    fault = {"kind": "penalty", "id": "fault", "name": "扣分", "high": "5"}
    row = results(scheme(points(), fault), sheet({"amber": {"points": 40}})).rows[0]
    assert (row.total, row.points, row.worst, row.best) == (None, "40.00", "35.00", "40.00")


def test_points_hold_no_part_of_a_panel_that_is_not_complete():
    row = results(scheme(panel(floor="3", places=2)), sheet({"amber": {"work": [9, None]}}, seats=2)).rows[0]
    assert (row.points, row.worst, row.best) == ("0.00", "4.50", "9.50")


def test_the_complete_are_ranked_among_themselves_and_the_others_only_if_the_scheme_says_so():
    given = {"amber": {"points": 40}, "birch": {}, "cedar": {"points": 60}}
    strict = results(scheme(points()), sheet(given)).rows
    assert [(row.entry, row.place, row.rank) for row in strict] == [
        ("cedar", 1, 1),
        ("amber", 2, 2),
        ("birch", 3, None),
    ]
    running = results(scheme(points(), ranking={"rank_incomplete": True}), sheet(given)).rows
    assert [(row.entry, row.place, row.rank) for row in running] == [
        ("cedar", 1, 1),
        ("amber", 2, 2),
        ("birch", 3, 3),
    ]


def test_who_is_outside_the_competition_is_listed_last_and_holds_nobody_up():
    given = {"a": {"points": 90}, "b": {}, "c": {"points": 10}, "d": {"points": 20}, "e": {}, "f": {"points": 99}}
    statuses = {
        "a": "disqualified",
        "b": "withdrawn",
        "d": "not_finished",
        "e": "not_started",
        "f": "out_of_competition",
    }
    rows = results(scheme(points()), sheet(given, statuses=statuses)).rows
    assert [(row.entry, row.rank, row.total, row.status) for row in rows] == [
        ("c", 1, "10.00", "entered"),
        ("f", None, "99.00", "out_of_competition"),
        ("d", None, None, "not_finished"),
        ("e", None, None, "not_started"),
        ("a", None, None, "disqualified"),
        ("b", None, None, "withdrawn"),
    ]


def test_missing_marks_are_counted_for_what_a_rank_needs_in_competition():
    plan = scheme(
        panel(), points("note", counts=False), points("lot", counts=False), ranking={"keys": [{"node": "lot"}]}
    )
    given = {"amber": {"work": [6, None, None]}, "birch": {"work": [5, 5, 5], "lot": 1}, "cedar": {}}
    found = results(plan, sheet(given, seats=3, statuses={"cedar": "withdrawn"}))
    assert found.missing == 3
    assert {row.entry: (row.complete, row.aspects) for row in found.rows}["birch"] == (2, 2)


def test_zero_absent_blank_and_not_attempted_are_four_things():
    given = {
        "zero": {"work": [0, 6]},
        "absent": {"work": ["absent", 6]},
        "blank": {"work": [None, 6]},
        "not_attempted": {"work": ["not_attempted", "not_attempted"]},
    }
    rows = results(scheme(panel(places=1)), sheet(given, seats=2)).rows
    assert {row.entry: (row.total, row.complete) for row in rows} == {
        "zero": ("3.0", 1),
        "absent": ("6.0", 1),
        "blank": (None, 0),
        "not_attempted": ("0.0", 1),
    }


def test_a_cap_a_floor_a_factor_and_rounding_apply_in_this_order():
    rows = results(
        scheme(points("a", factor="1.005", cap="50.254", places=2), points("b", floor="1", factor="0.5")),
        sheet({"amber": {"a": 50.01, "b": 1}}),
    ).rows
    # 50.01 × 1.005 = 50.26005, at most 50.254, rounded 50.25; 1 × 0.5 = 0.5, at least 1.
    assert dict(rows[0].scores) == {"total": "51.250", "a": "50.25", "b": "1.000"}


def test_results_travel_to_another_process_as_printed_numbers():
    found = results(scheme(points()), sheet({"amber": {"points": 40.5}}))
    assert pickle.loads(pickle.dumps(found.rows)) == found.rows
    assert repr(found.rows[0].scores) == "{'total': '40.50', 'points': '40.50'}"


def test_an_event_without_entries_has_results():
    found = results(scheme(points(), panel()), sheet({}))
    assert (found.rows, found.missing, found.open_ties) == ((), 0, 0)
    assert [(one.id, one.name_en) for one in found.columns] == [("points", ""), ("work", "Work")]


@pytest.mark.parametrize(
    "wrong",
    [
        mark("nobody", "work", 1, 5),
        mark("amber", "nothing", 1, 5),
        mark("amber", "work", 0, 5),
        mark("amber", "work", 4, 5),
        mark("amber", "work", 1, 5),
        mark("amber", "work", 2, 10.25),
        mark("amber", "work", 2, 0.1),
        mark("amber", "theory", 1, 5),
        mark("amber", "theory", 0, "entered"),
        mark("amber", "theory", 0, "guessed"),
    ],
)
def test_a_mark_that_does_not_fit_is_refused(wrong):
    good = sheet({"amber": {"work": [5]}}, seats=3)
    bad = type(good)(entries=good.entries, marks=[*good.marks, wrong], seats=good.seats)
    plan = scheme(panel(), points("theory"))
    assert results(plan, good).missing == 3
    with pytest.raises(SheetProblem):
        results(plan, bad)


def test_a_sheet_with_an_entry_twice_or_too_large_a_panel_is_refused():
    one = sheet({"amber": {}}, seats=31)
    with pytest.raises(SheetProblem):
        results(scheme(panel()), one)
    with pytest.raises(SheetProblem):
        results(scheme(panel()), type(one)(entries=("amber", "amber"), marks=[], seats={"amber": 1}))


def test_an_absent_judge_is_known_only_to_panels_and_elsewhere_the_mark_is_missing():
    time = {"kind": "quantity", "id": "time", "name": "用时", "low": "0", "high": "600", "step": "0.1"}
    time["convert"] = {"by": "linear", "at": "0", "points": "100", "over": "-1", "most": "100"}
    rows = results(scheme(time), sheet({"amber": {"time": "absent"}, "birch": {"time": 40}})).rows
    assert [(row.entry, row.rank, row.total, row.complete) for row in rows] == [
        ("birch", 1, "60.0", 1),
        ("amber", None, None, 0),
    ]
