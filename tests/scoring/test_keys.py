"""Every key of a ranking: who it puts before whom, who has no answer, and how it is told."""

import pytest

from scoring import explain, results
from tests.scoring.sheets import points, scheme, sheet

ROUND = {"kind": "imported", "high": "100", "step": "0.01"}
RUNS = {
    "kind": "best", "id": "runs", "name": "两轮", "name_en": "Runs", "take": 1,
    "parts": [{**ROUND, "id": "run1", "name": "一", "places": 1}, {**ROUND, "id": "run2", "name": "二"}],
}  # fmt: skip
EVENTS = {
    "kind": "sum", "id": "events", "name": "三项", "name_en": "Three events",
    "parts": [{**ROUND, "id": f"event{at}", "name": str(at)} for at in (1, 2, 3)],
}  # fmt: skip


def ranked(plan, given, **more):
    return [(row.entry, row.rank, row.tie_broken_by) for row in results(plan, sheet(given, **more)).rows]


def second(plan, given, entry, **more):
    step = explain(plan, sheet(given, **more), entry)[1]
    return step.zh, step.en


def given_events(**marks):
    return {entry: dict(zip(("event1", "event2", "event3"), own, strict=True)) for entry, own in marks.items()}


def test_a_countback_asks_for_more_first_places_then_for_more_second_places():
    plan = scheme(EVENTS, ranking={"keys": [{"node": "events", "of": "places"}]})
    given = given_events(amber=(10, 8, 6), birch=(6, 9, 9), cedar=(8, 7, 9))
    # Birch and cedar share the first place of the third event; amber and cedar are each first, second and third.
    assert ranked(plan, given) == [("birch", 1, "events"), ("amber", 2, "events"), ("cedar", 2, "events")]
    assert second(plan, given, "birch") == (
        "总分同为 24.00，并列由“三项”中第 1 名的次数 2 > 1 决出",
        "equal totals of 24.00, the tie is broken by the number of times at place 1 in “Three events” 2 > 1",
    )


def test_a_countback_over_times_asks_for_the_lowest():
    plan = scheme(EVENTS, ranking={"order": "low", "keys": [{"node": "events", "of": "places", "order": "low"}]})
    given = given_events(amber=(5, 8, 11), birch=(6, 9, 9), cedar=(8, 7, 9))
    assert [entry for entry, *_ in ranked(plan, given)] == ["cedar", "amber", "birch"]


def test_who_was_not_there_is_behind_everybody_in_that_part():
    plan = scheme(EVENTS, ranking={"keys": [{"node": "events", "of": "places"}]})
    given = given_events(amber=(9, 9, "not_attempted"), birch=(9, 7, 1), cedar=(1, 1, 0), dogwood=(9, 0, 9))
    # Amber is behind the three who were in the third event, as dogwood is behind three in the second.
    assert ranked(plan, given)[:2] == [("amber", 1, ""), ("dogwood", 1, "")]
    better = given | {"amber": {"event1": 9, "event2": 9, "event3": 0}}
    assert ranked(plan, better)[:2] == [("amber", 1, "events"), ("dogwood", 2, "events")]


def test_places_that_were_entered_are_counted_back_as_they_are():
    places = {
        "kind": "sum", "id": "judges", "name": "裁判名次", "name_en": "Placings", "counts": False,
        "parts": [
            {"kind": "amount", "id": f"judge{at}", "name": str(at), "high": "9", "optional": True}
            for at in (1, 2, 3)
        ],
    }  # fmt: skip
    plan = scheme(points(), places, ranking={"keys": [{"node": "judges", "of": "place_marks"}]})
    given = {
        "amber": {"points": 9, "judge1": 1, "judge2": 3, "judge3": 3},
        "birch": {"points": 9, "judge1": 2, "judge2": 1, "judge3": 2},
        "cedar": {"points": 9, "judge1": 1, "judge2": 0},
    }
    assert ranked(plan, given) == [("birch", 1, "judges"), ("amber", 2, "judges"), ("cedar", 3, "judges")]
    assert second(plan, given, "amber")[0] == "总分同为 9.00，并列由“裁判名次”中第 2 名的次数 0 < 2 决出"
    assert second(plan, given, "cedar")[0] == "总分同为 9.00，并列由“裁判名次”中第 3 名的次数 0 < 2 决出"


def test_the_better_single_attempt_breaks_a_tie_and_then_the_next_best():
    runs = {**RUNS, "take": 2, "parts": [*RUNS["parts"], {**ROUND, "id": "run3", "name": "三"}]}
    plan = scheme(runs, ranking={"keys": [{"node": "runs", "of": "attempts"}]})
    given = {
        "amber": {"run1": 5, "run2": 7.25, "run3": 1},
        "birch": {"run1": 7.3, "run2": 4.95, "run3": 4},
        "cedar": {"run1": 7.3, "run2": 4.95, "run3": 4.5},
        "dogwood": {"run1": 7.3, "run2": 4.95, "run3": "not_attempted"},
    }
    assert [entry for entry, *_ in ranked(plan, given)] == ["cedar", "birch", "dogwood", "amber"]
    assert second(plan, given, "amber") == (
        "总分同为 12.25，并列由“两轮：第 1 好的一次” 7.25 < 7.30 决出",
        "equal totals of 12.25, the tie is broken by “Runs: attempt 1 from the best” 7.25 < 7.30",
    )
    assert second(plan, given, "dogwood")[0] == "总分同为 12.25，并列由“两轮：第 3 好的一次”决出：本参赛者未测得"


def test_the_fastest_attempt_breaks_a_tie_of_times():
    timed = {"kind": "amount", "low": "1", "high": "99", "step": "0.01"}
    runs = {
        **RUNS, "from": "low",
        "parts": [{**timed, "id": "run1", "name": "一"}, {**timed, "id": "run2", "name": "二"}],
    }  # fmt: skip
    plan = scheme(runs, ranking={"order": "low", "keys": [{"node": "runs", "of": "attempts"}]})
    given = {"amber": {"run1": 9, "run2": 4}, "birch": {"run1": 4, "run2": 6}}
    assert ranked(plan, given) == [("birch", 1, "runs"), ("amber", 2, "runs")]
    assert second(plan, given, "birch")[0] == "总分同为 4.00，并列由“两轮：第 2 好的一次” 6.00 < 9.00 决出"


def test_a_lot_that_was_drawn_puts_the_smaller_first_and_who_drew_none_behind():
    plan = scheme(points(), ranking={"keys": [{"of": "lot"}]})
    given = {entry: {"points": 9} for entry in ("amber", "birch", "cedar")}
    assert ranked(plan, given, lots={"birch": 10, "amber": 2}) == [
        ("amber", 1, "lot"),
        ("birch", 2, "lot"),
        ("cedar", 3, "lot"),
    ]
    assert second(plan, given, "birch", lots={"birch": 10, "amber": 2}) == (
        "总分同为 9.00，并列由“抽签” 10 > 2 决出",
        "equal totals of 9.00, the tie is broken by “lot” 10 > 2",
    )
    assert second(plan, given, "cedar", lots={"birch": 10, "amber": 2})[1].endswith("“lot”: none drawn")


@pytest.mark.parametrize(
    ("order", "column", "expected"),
    [
        ("high", {"amber": "1990-05-01", "birch": "1985-01-31"}, ["amber", "birch", "cedar"]),
        ("low", {"amber": "1990-05-01", "birch": "1985-01-31"}, ["birch", "amber", "cedar"]),
        ("low", {"amber": "10", "birch": "9.5"}, ["birch", "amber", "cedar"]),
        ("low", {"amber": "10", "birch": "9x"}, ["amber", "birch", "cedar"]),
        ("high", {"cedar": "-1", "birch": "-10"}, ["cedar", "birch", "amber"]),
    ],
)
def test_an_attribute_compares_as_numbers_where_all_are_numbers_and_else_as_text(order, column, expected):
    plan = scheme(points(), ranking={"keys": [{"of": "attribute", "attribute": "born", "order": order}]})
    given = {entry: {"points": 9} for entry in ("amber", "birch", "cedar")}
    rows = ranked(plan, given, attributes={"born": column})
    assert [entry for entry, *_ in rows] == expected
    assert [rank for _, rank, _ in rows] == [1, 2, 3]
    assert {told for *_, told in rows} == {"born"}


def test_numbers_of_an_attribute_that_are_written_differently_are_equal():
    plan = scheme(points(), ranking={"keys": [{"of": "attribute", "attribute": "age"}]})
    given = {entry: {"points": 9} for entry in ("amber", "birch")}
    assert ranked(plan, given, attributes={"age": {"amber": "30.0", "birch": "30"}}) == [
        ("amber", 1, ""),
        ("birch", 1, ""),
    ]


def test_what_the_list_says_of_the_other_is_not_told():
    plan = scheme(points(), ranking={"keys": [{"of": "attribute", "attribute": "born"}]})
    given = {entry: {"points": 9} for entry in ("amber", "birch", "cedar")}
    born = {"amber": "1990-05-01", "birch": "1985-01-31"}
    for entry, told in (("amber", "1990-05-01 在前"), ("birch", "1985-01-31 在后"), ("cedar", "名单未载，在后")):
        steps = explain(plan, sheet(given, attributes={"born": born}), entry)
        assert steps[1].zh == f"总分同为 9.00，并列由“born”决出：{told}"
        others = {date for other, date in born.items() if other != entry}
        assert not any(date in step.zh + step.en for date in others for step in steps)


def test_who_gave_no_optional_answer_stands_behind_who_did():
    style = {**ROUND, "id": "style", "name": "风格", "counts": False, "optional": True}
    plan = scheme(points(), style, ranking={"keys": [{"node": "style"}]})
    given = {"amber": {"points": 9}, "birch": {"points": 9, "style": 0}}
    assert ranked(plan, given) == [("birch", 1, "style"), ("amber", 2, "style")]


def test_a_mark_entered_independently_by_all_can_be_a_key():
    time = {**ROUND, "id": "time", "name": "用时", "counts": False, "dual": True}
    plan = scheme(points(), time, ranking={"keys": [{"node": "time", "of": "mark", "order": "low"}]})
    given = {"amber": {"points": 9, "time": [7, 7]}, "birch": {"points": 9, "time": [6, 6]}}
    assert ranked(plan, given, seats=2) == [("birch", 1, "time"), ("amber", 2, "time")]


def test_two_numbers_that_print_alike_are_told_with_the_places_in_which_they_differ():
    thirds = {"kind": "completed", "id": "done", "name": "完成", "max": "1", "possible": 3}
    near = {**thirds, "id": "near", "possible": 3000}
    both = {"kind": "sum", "id": "both", "name": "合", "parts": [thirds, near]}
    plan = scheme(points(), {**both, "counts": False}, ranking={"keys": [{"node": "both"}]})
    given = {"amber": {"points": 9, "done": 1, "near": 0}, "birch": {"points": 9, "done": 1, "near": 1}}
    assert second(plan, given, "birch")[0] == "总分同为 9.00，并列由“合” 0.334 > 0.333 决出"
