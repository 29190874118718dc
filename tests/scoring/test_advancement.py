"""Stages: who goes on, where the others stand, and what is certain while marks are missing."""

import pytest

from scoring import explain, results
from tests.scoring.sheets import points, scheme, sheet
from tests.scoring.stages import Running, staged

FIRST_TWO = {"by": "rank", "to": 2}
GIVEN = {
    "amber": {"first": 90, "second": 50},
    "birch": {"first": 80, "second": 70},
    "cedar": {"first": 70},
    "dogwood": {"first": 60},
}


def rows(plan, marked):
    return [(row.entry, row.rank, row.stage, row.advances) for row in results(plan, marked).rows]


def states(advance, given, **more):
    found = results(staged(advance), sheet(given, **more))
    return {row.entry: row.advances[0] for row in found.rows}


def test_who_did_not_go_on_is_ranked_behind_all_who_did_by_the_stage_reached_last():
    found = results(staged(FIRST_TWO), sheet(GIVEN))
    assert [(row.entry, row.rank, row.stage, row.advances) for row in found.rows] == [
        ("birch", 1, "fin", ("through", "")),
        ("amber", 2, "fin", ("through", "")),
        ("cedar", 3, "pre", ("out", "")),
        ("dogwood", 4, "pre", ("out", "")),
    ]
    assert found.missing == 0
    assert [(row.complete, row.aspects, row.total) for row in found.rows] == [
        (2, 2, "150.00"),
        (2, 2, "140.00"),
        (1, 1, None),
        (1, 1, None),
    ]


def test_prizes_wait_for_the_final_and_for_nobody_who_is_not_in_it():
    awards = [{"id": "gold", "name": "金", "rule": {"by": "rank", "to": 1}}]
    plan = staged(FIRST_TWO, awards=awards)
    assert [row.awards for row in results(plan, sheet(GIVEN)).rows] == [("gold",), (), (), ()]
    waiting = results(plan, sheet({**GIVEN, "amber": {"first": 90}}))
    assert [row.awards for row in waiting.rows] == [()] * 4
    assert waiting.missing == 1


def test_while_the_final_runs_those_who_are_out_stand_behind_everybody_in_it():
    given = {**GIVEN, "amber": {"first": 90}, "birch": {"first": 80}}
    assert rows(staged(FIRST_TWO), sheet(given)) == [
        ("amber", None, "fin", ("through", "")),
        ("birch", None, "fin", ("through", "")),
        ("cedar", 3, "pre", ("out", "")),
        ("dogwood", 4, "pre", ("out", "")),
    ]


def test_nobody_climbs_before_a_stage_is_decided():
    given = {"amber": {"first": 90}, "birch": {"first": 80}, "cedar": {"first": 70}, "dogwood": {}}
    assert rows(staged(FIRST_TWO), sheet(given)) == [
        ("amber", 1, "pre", ("through", "")),
        ("birch", 2, "pre", ("possible", "")),
        ("cedar", 3, "pre", ("out", "")),
        ("dogwood", None, "pre", ("possible", "")),
    ]


@pytest.mark.parametrize(
    ("advance", "through"),
    [
        ({"by": "rank", "to": 2}, {"amber", "birch", "cedar"}),
        ({"by": "rank", "to": 2, "ties": "trim"}, {"amber"}),
        ({"by": "ratio", "ratio": "0.4", "rounding": "ceil"}, {"amber", "birch", "cedar"}),
        ({"by": "ratio", "ratio": "0.8", "rounding": "floor"}, {"amber", "birch", "cedar"}),
        ({"by": "first_half"}, {"amber", "birch", "cedar"}),
        ({"by": "first_half", "of": "entries", "rounding": "floor", "ties": "trim"}, {"amber"}),
        ({"by": "score", "at_least": "75"}, {"amber", "birch", "cedar"}),
        ({"by": "score", "at_most": "80"}, {"birch", "cedar", "dogwood"}),
        (None, {"amber", "birch", "cedar", "dogwood"}),
    ],
)
def test_each_cut_takes_or_leaves_a_tie_in_whole(advance, through):
    given = {"amber": 90, "birch": 80, "cedar": 80, "dogwood": 70}
    found = states(advance, {entry: {"first": mark} for entry, mark in given.items()})
    assert {entry for entry, state in found.items() if state == "through"} == through
    assert set(found.values()) <= {"through", "out"}


def test_the_first_of_each_heat_go_on_and_the_next_best_of_all():
    heats = {"amber": "1", "birch": "1", "cedar": "1", "dogwood": "2", "elm": "2", "fir": "2"}
    given = {"amber": 90, "birch": 80, "cedar": 75, "dogwood": 60, "elm": 70, "fir": 78, "gorse": 77}
    found = states(
        {"by": "heats", "to": 1, "also": 2},
        {entry: {"first": mark} for entry, mark in given.items()},
        attributes={"heat": heats},
    )
    # Gorse stands in no heat and can only be one of the next best.
    assert {entry for entry, state in found.items() if state == "through"} == {"amber", "fir", "birch", "gorse"}


def test_the_slowest_and_who_has_no_time_do_not_go_on():
    heat = {"kind": "amount", "id": "first", "name": "预赛", "high": "500"}
    plan = staged(FIRST_TWO, heat, order="low")
    given = {"amber": 9, "birch": 12, "cedar": "not_attempted", "dogwood": 11}
    found = results(plan, sheet({entry: {"first": mark, "second": 9} for entry, mark in given.items()}))
    assert [(row.entry, row.rank, row.advances[0], row.excluded) for row in found.rows] == [
        ("amber", 1, "through", ()),
        ("dogwood", 2, "through", ()),
        ("birch", 3, "out", ()),
        ("cedar", None, "out", ("no_result",)),
    ]


def test_a_tie_at_the_cut_is_asked_the_keys_of_the_stage():
    plan = staged(FIRST_TWO, points("first"), keys=[{"of": "lot"}])
    given = {entry: {"first": mark} for entry, mark in (("amber", 9), ("birch", 8), ("cedar", 8))}
    found = results(plan, sheet(given, lots={"cedar": 1, "birch": 2}))
    assert {row.entry: row.advances[0] for row in found.rows} == {
        "amber": "through",
        "cedar": "through",
        "birch": "out",
    }


def test_who_failed_in_a_stage_gives_the_place_to_the_next_and_who_failed_later_keeps_it():
    failing = points("first", pass_mark="60", failing="unranked")
    veto = {"kind": "veto", "id": "safety", "name": "安全", "effect": "unranked"}
    later = {"kind": "sum", "id": "later", "name": "决赛部分", "parts": [points("second"), veto]}
    plan = staged({"by": "rank", "to": 2}, failing, order="low", final=later)
    given = {"amber": {"first": 50}, "birch": {"first": 60, "second": 1}, "cedar": {"first": 70, "second": 2}}
    found = results(plan, sheet(given))
    assert [(row.entry, row.rank, row.advances[0], row.excluded) for row in found.rows] == [
        ("birch", 1, "through", ()),
        ("cedar", 2, "through", ()),
        ("amber", None, "out", ("first",)),
    ]
    struck = {**given, "birch": {**given["birch"], "safety": 1}, "dogwood": {"first": 80}}
    found = results(plan, sheet(struck))
    assert [(row.entry, row.rank, row.advances[0], row.excluded) for row in found.rows] == [
        ("cedar", 1, "through", ()),
        ("dogwood", 2, "out", ()),
        ("amber", None, "out", ("first",)),
        ("birch", None, "through", ("safety",)),
    ]


def test_results_name_the_stages_and_whether_they_are_decided():
    lines = results(staged(FIRST_TWO), sheet({**GIVEN, "dogwood": {}})).stages
    assert [(one.id, one.decided, one.places) for one in lines] == [("pre", False, 2), ("fin", False, None)]
    assert [one.decided for one in results(staged(FIRST_TWO), sheet(GIVEN)).stages] == [True, True]


def test_it_is_told_who_goes_on_and_by_which_numbers():
    given = {"amber": {"first": 90}, "birch": {"first": 80}, "cedar": {"first": 70}, "dogwood": {}}
    told = {
        entry: next(
            step for step in explain(staged(FIRST_TWO), sheet(given), entry) if step.zh.startswith("“预赛”")
        )
        for entry in given
    }
    assert [(step.node, step.zh) for step in told.values()] == [
        ("first", "“预赛”：确定晋级（取 2 名，有 0–1 名在前）"),
        ("first", "“预赛”：可能晋级（取 2 名，有 1–2 名在前）"),
        ("first", "“预赛”：确定止步（取 2 名，有 2–3 名在前）"),
        ("first", "“预赛”：可能晋级（取 2 名，有 0–3 名在前）"),
    ]
    assert told["cedar"].en == "“Heats”: certainly out (2 places, 2–3 ahead)"


def test_a_place_in_a_part_is_certain_only_when_everybody_has_a_mark_there():
    parts = [points("event1"), points("event2")]
    events = {"kind": "sum", "id": "events", "name": "两项", "parts": parts, "counts": False}
    rest = {"kind": "sum", "id": "rest", "name": "其他", "parts": [points("second"), events]}
    plan = staged({"by": "rank", "to": 1}, final=rest, keys=[{"node": "events", "of": "places"}])
    given = {
        "amber": {"first": 9, "event1": 2, "event2": 1},
        "birch": {"first": 9, "event1": 1, "event2": 2},
        "cedar": {"first": 1, "event2": 0},
    }
    # Were cedar first in the first event, amber would be first in none.
    assert [row.advances[0] for row in results(plan, sheet(given)).rows] == ["possible", "possible", "out"]
    given["cedar"]["event1"] = 3
    assert [row.advances[0] for row in results(plan, sheet(given)).rows] == ["through", "out", "out"]


def test_a_tie_left_whole_at_the_cut_of_a_heat_may_still_push_an_entry_out():
    given = {"amber": {}, "birch": {"first": 20}, "cedar": {"first": 30}}
    cut = {"by": "heats", "to": 2, "also": 1, "ties": "trim"}
    found = states(cut, given, attributes={"heat": dict.fromkeys(given, "1")})
    assert found == {"amber": "possible", "birch": "possible", "cedar": "through"}
    wide = {**cut, "to": 3}
    assert set(states(wide, given, attributes={"heat": dict.fromkeys(given, "1")}).values()) == {"through"}


def test_a_limit_that_every_mark_keeps_is_not_kept_by_who_may_not_attempt():
    assert states({"by": "score", "at_most": "100"}, {"amber": {}}) == {"amber": "possible"}
    assert states({"by": "score", "at_most": "100"}, {"amber": {"first": 100}}) == {"amber": "through"}


def test_a_prize_that_an_award_above_may_take_away_is_not_certain():
    awards = [
        {"id": "first", "name": "一", "rule": {"by": "rank", "to": 1}},
        {"id": "second", "name": "二", "rule": {"by": "rank", "to": 2}},
        {"id": "title", "name": "三", "rule": {"by": "rank", "to": 2}, "besides": True},
    ]
    given = {"amber": {"points": 90}, "birch": {"points": 80}, "cedar": {}, "dogwood": {"points": 10}}
    found = results(scheme(points(), awards=awards), sheet(given))
    assert {row.entry: row.prospects for row in found.rows} == {
        "amber": {"first": "possible", "second": "possible", "title": "through"},
        "birch": {"first": "out", "second": "possible", "title": "possible"},
        "cedar": {"first": "possible", "second": "possible", "title": "possible"},
        "dogwood": {"first": "out", "second": "out", "title": "out"},
    }
    assert (
        results(scheme(points(), awards=awards), sheet({**given, "cedar": {"points": 1}})).rows[0].prospects == {}
    )


# ---- against every completion ------------------------------------------------------------------------------


@pytest.mark.parametrize("seeds", [range(at, at + 10) for at in range(0, 120, 10)])
def test_what_is_called_certain_holds_in_every_completion(seeds):
    for seed in seeds:
        running = Running(seed)
        seen = running.states()
        for entry, stages in running.in_every_completion().items():
            for at, (always, ever) in enumerate(stages):
                assert seen[entry][at] != "through" or always, (seed, entry, at)
                assert seen[entry][at] != "out" or not ever, (seed, entry, at)


@pytest.mark.parametrize("seeds", [range(at, at + 20) for at in range(0, 120, 20)])
def test_of_plain_cuts_by_rank_everything_certain_is_found(seeds):
    for seed in seeds:
        running = Running(seed, plain=True)
        seen = running.states()
        for entry, [(always, ever), *_] in running.in_every_completion().items():
            certain = "through" if always else "possible" if ever else "out"
            assert seen[entry][0] == certain, (seed, entry)


@pytest.mark.parametrize("seeds", [range(at, at + 10) for at in range(0, 100, 10)])
def test_a_prize_that_is_called_certain_is_won_in_every_completion(seeds):
    for seed in seeds:
        running = Running(seed, plain=seed % 2 == 0, prizes=True)
        won = running.won_in_completions()
        for entry, states in running.prospects().items():
            for award, state in states.items():
                always, ever = won[entry, award]
                assert state != "through" or always, (seed, entry, award)
                assert state != "out" or not ever, (seed, entry, award)
                if running.plain and award == "first":
                    assert state == ("through" if always else "possible" if ever else "out"), (seed, entry)


def test_some_prizes_and_ways_on_are_certain_early_and_some_are_not():
    # Otherwise the three tests above would hold of nothing.
    told = [state for seed in range(120) for one in Running(seed).states().values() for state in one]
    assert min(told.count(state) for state in ("through", "possible", "out")) > 50
    prizes = [
        state
        for seed in range(100)
        for one in Running(seed, prizes=True).prospects().values()
        for state in one.values()
    ]
    assert min(prizes.count(state) for state in ("through", "possible", "out")) > 10
