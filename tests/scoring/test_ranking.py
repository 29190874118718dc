from hypothesis import given as given_any
from hypothesis import strategies as st

from scoring import results
from tests.scoring.sheets import points, scheme, sheet

TIME = {"kind": "amount", "id": "time", "name": "用时", "counts": False, "step": "0.01"}


def ranked(plan, given, **more):
    return [(row.entry, row.rank, row.shared) for row in results(plan, sheet(given, **more)).rows]


def test_entries_with_equal_totals_share_a_rank_and_the_next_rank_is_skipped():
    given = {"amber": {"points": 91.5}, "birch": {"points": 92}, "cedar": {"points": 92}}
    assert ranked(scheme(points()), given) == [("birch", 1, True), ("cedar", 1, True), ("amber", 3, False)]


def test_rows_that_are_equal_stand_by_the_numbers_printed_for_them_and_without_one_by_id():
    numbers = {"amber": "A10", "birch": "A2", "cedar": "B1", "dogwood": "A002"}
    given = {entry: {"points": 92} for entry in ("elder", "cedar", "amber", "dogwood", "birch", "alder")}
    rows = ranked(scheme(points()), given, labels=numbers)
    assert [entry for entry, *_ in rows] == ["dogwood", "birch", "amber", "cedar", "alder", "elder"]
    assert {rank for _, rank, _ in rows} == {1}
    unmarked = results(scheme(points()), sheet({entry: {} for entry in given}, labels=numbers)).rows
    assert [row.entry for row in unmarked] == [entry for entry, *_ in rows]


def test_a_number_printed_for_an_entry_never_lifts_it_above_a_better_one():
    given = {"amber": {"points": 91.5}, "birch": {"points": 92}}
    assert ranked(scheme(points()), given, labels={"amber": "1", "birch": "2"})[0] == ("birch", 1, False)


def test_a_tie_is_broken_by_the_keys_in_their_order_and_names_the_one_that_decided():
    plan = scheme(
        points("a"), points("b"), TIME, ranking={"keys": [{"node": "a"}, {"node": "time", "order": "low"}]}
    )
    given = {
        "amber": {"a": 40, "b": 50, "time": 9},
        "birch": {"a": 50, "b": 40, "time": 8},
        "cedar": {"a": 50, "b": 40, "time": 7.5},
        "dogwood": {"a": 10, "b": 10, "time": 1},
    }
    rows = results(plan, sheet(given)).rows
    assert [(row.entry, row.rank, row.tie_broken_by) for row in rows] == [
        ("cedar", 1, "time"),
        ("birch", 2, "time"),
        ("amber", 3, "a"),
        ("dogwood", 4, ""),
    ]


def test_who_was_not_measured_stands_behind_who_was_and_not_before_with_no_time_at_all():
    plan = scheme(points(), TIME, ranking={"keys": [{"node": "time", "order": "low"}]})
    given = {"amber": {"points": 9, "time": "not_attempted"}, "birch": {"points": 9, "time": 70}}
    assert ranked(plan, given) == [("birch", 1, False), ("amber", 2, False)]


def test_who_lacks_the_mark_of_a_tie_break_is_not_ranked_yet():
    plan = scheme(points(), TIME, ranking={"keys": [{"node": "time", "order": "low"}]})
    given = {"amber": {"points": 9}, "birch": {"points": 8, "time": 70}}
    assert ranked(plan, given) == [("birch", 1, False), ("amber", None, False)]


def test_a_key_can_ask_for_the_mark_instead_of_its_points():
    rule = {
        "by": "linear",
        "at": "60",
        "points": "10",
        "per": "60",
        "over": "-1",
        "count": "started",
        "most": "10",
    }
    run = {"kind": "quantity", "id": "run", "name": "用时", "convert": rule}
    plan = scheme(run, ranking={"keys": [{"node": "run", "of": "mark", "order": "low"}]})
    given = {"amber": {"run": 100}, "birch": {"run": 70}, "cedar": {"run": 40}}
    assert ranked(plan, given) == [("cedar", 1, False), ("birch", 2, False), ("amber", 3, False)]


def test_the_lowest_total_wins_where_the_scheme_says_so():
    plan = scheme(points(), ranking={"order": "low"})
    rows = results(plan, sheet({"amber": {"points": 9}, "birch": {"points": 8}})).rows
    assert [(row.entry, row.rank) for row in rows] == [("birch", 1), ("amber", 2)]
    open_row = results(plan, sheet({"amber": {}})).rows[0]
    assert (open_row.best, open_row.worst) == ("0.00", "100.00")


def test_ties_that_must_be_broken_are_counted_as_open():
    given = {"a": {"points": 9}, "b": {"points": 9}, "c": {"points": 8}, "d": {"points": 7}, "e": {"points": 7}}
    assert results(scheme(points(), ranking={"ties": "must_break"}), sheet(given)).open_ties == 2
    assert results(scheme(points(), ranking={"ties": "shared"}), sheet(given)).open_ties == 0


def test_totals_that_print_alike_but_differ_are_no_tie():
    thirds = {"kind": "completed", "id": "done", "name": "完成", "max": "1", "possible": 3}
    plan = scheme(thirds, points(weight="0.001"))
    rows = results(plan, sheet({"amber": {"done": 1, "points": 0.01}, "birch": {"done": 1, "points": 0}})).rows
    assert [(row.entry, row.rank, row.total) for row in rows] == [("amber", 1, "0.33"), ("birch", 2, "0.33")]


def test_the_gap_is_the_exact_distance_to_the_first_and_printed_like_a_total():
    thirds = {"kind": "completed", "id": "done", "name": "完成", "max": "1", "possible": 3}
    plan = scheme(thirds, points())
    given = {
        "amber": {"done": 3, "points": 90},
        "birch": {"done": 2, "points": 90},
        "cedar": {"done": 2, "points": 90},
        "dogwood": {"done": 0, "points": 89},
        "elm": {"points": 80},
        "fir": {"done": 3, "points": 95},
    }
    rows = results(plan, sheet(given, statuses={"fir": "disqualified"})).rows
    assert [(row.entry, row.rank, row.gap) for row in rows] == [
        ("amber", 1, None),
        ("birch", 2, "0.33"),
        ("cedar", 2, "0.33"),
        ("dogwood", 4, "2.00"),
        ("elm", None, None),
        ("fir", None, None),
    ]


def test_the_gap_counts_upwards_where_the_lowest_wins_and_is_nothing_for_who_shares_the_first_rank():
    plan = scheme(points(), ranking={"order": "low"})
    given = {"amber": {"points": 9}, "birch": {"points": 8}, "cedar": {"points": 8}}
    rows = results(plan, sheet(given)).rows
    assert [(row.entry, row.gap) for row in rows] == [("birch", None), ("cedar", None), ("amber", "1.00")]


def test_a_tie_that_was_broken_leaves_no_gap_in_points_and_those_so_far_have_one_where_they_are_ranked():
    plan = scheme(points("a"), points("b"), ranking={"keys": [{"node": "a"}], "rank_incomplete": True})
    given = {"amber": {"a": 40, "b": 50}, "birch": {"a": 50, "b": 40}, "cedar": {"a": 20}}
    rows = results(plan, sheet(given)).rows
    assert [(row.entry, row.rank, row.gap) for row in rows] == [
        ("birch", 1, None),
        ("amber", 2, "0.00"),
        ("cedar", 3, "70.00"),
    ]


def test_after_a_shared_rank_the_next_is_not_skipped_where_ranks_are_dense():
    given = {"a": {"points": 9}, "b": {"points": 9}, "c": {"points": 8}, "d": {"points": 7}, "e": {}}
    assert ranked(scheme(points(), ranking={"ties": "dense"}), given) == [
        ("a", 1, True),
        ("b", 1, True),
        ("c", 2, False),
        ("d", 3, False),
        ("e", None, False),
    ]


def test_a_tie_that_must_be_broken_is_named_until_lots_break_it():
    plan = scheme(points(), ranking={"ties": "must_break"})
    given = {"a": {"points": 9}, "b": {"points": 9}, "c": {"points": 8}, "d": {"points": 7}, "e": {"points": 7}}
    labels = {"a": "12", "b": "3"}
    found = results(plan, sheet(given, labels=labels))
    assert found.ties == ((1, ("b", "a")), (4, ("d", "e")))
    assert [(row.entry, row.rank) for row in found.rows] == [("b", 1), ("a", 1), ("c", 3), ("d", 4), ("e", 4)]
    drawn = results(plan, sheet(given, labels=labels, lots={"a": 1, "b": 2}))
    assert drawn.ties == ((4, ("d", "e")),)
    assert [(row.rank, row.tie_broken_by) for row in drawn.rows[:2]] == [(1, "lot"), (2, "lot")]
    assert results(plan, sheet(given, lots={"a": 1, "b": 2, "d": 4, "e": 3})).open_ties == 0


def test_who_missed_a_pass_mark_or_was_vetoed_is_listed_after_the_ranked_and_keeps_the_total():
    failing = points("theory", pass_mark="60", failing="unranked")
    veto = {"kind": "veto", "id": "safety", "name": "安全", "name_en": "Safety", "effect": "unranked"}
    plan = scheme(failing, points("practice"), veto)
    given = {
        "amber": {"theory": 59.99, "practice": 90},
        "birch": {"theory": 60, "practice": 50},
        "cedar": {"theory": 90, "practice": 90, "safety": 1},
        "dogwood": {"theory": 50, "practice": 99, "safety": 1},
        "elm": {"theory": 70},
        "fir": {"theory": 10, "practice": 10},
        "gorse": {"practice": 90, "safety": 1},
    }
    rows = results(plan, sheet(given, statuses={"fir": "disqualified"})).rows
    assert [(row.entry, row.rank, row.total, row.excluded) for row in rows] == [
        ("birch", 1, "110.00", ()),
        ("elm", None, None, ()),
        ("cedar", None, "180.00", ("safety",)),
        ("amber", None, "149.99", ("theory",)),
        ("dogwood", None, "149.00", ("theory", "safety")),
        ("gorse", None, None, ("safety",)),
        ("fir", None, None, ()),
    ]


def test_no_time_is_not_the_best_time():
    time = {"kind": "amount", "id": "time", "name": "用时", "high": "900"}
    plan = scheme(time, ranking={"order": "low"})
    rows = results(plan, sheet({"amber": {"time": "not_attempted"}, "birch": {"time": 9}, "cedar": {}})).rows
    assert [(row.entry, row.rank, row.total, row.excluded) for row in rows] == [
        ("birch", 1, "9", ()),
        ("cedar", None, None, ()),
        ("amber", None, None, ("no_result",)),
    ]
    most = scheme(time)
    assert ranked(most, {"amber": {"time": "not_attempted"}, "birch": {"time": 9}})[1] == ("amber", 2, False)


def test_numbers_beyond_int64_rank_as_exactly():
    huge = {"kind": "amount", "id": "huge", "name": "大", "high": "999999999", "step": "0.001"}
    plan = scheme(points(), {**huge, "weight": "999999.999999", "factor": "999999.999999"})
    given = {
        "amber": {"points": 1, "huge": 5},
        "birch": {"points": 1.01, "huge": 5},
        "cedar": {"points": 2, "huge": 4},
    }
    assert ranked(plan, given) == [("birch", 1, False), ("amber", 2, False), ("cedar", 3, False)]


@given_any(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=12))
def test_a_rank_is_one_more_than_the_number_strictly_better(answers):
    plan = scheme(points("a"), points("b", counts=False), ranking={"keys": [{"node": "b"}, {"of": "lot"}]})
    given = {f"e{at}": {"a": a, "b": b} for at, (a, b, _) in enumerate(answers)}
    lots = {f"e{at}": lot for at, (_, _, lot) in enumerate(answers) if lot}
    best_first = {f"e{at}": (-a, -b, lot or 9) for at, (a, b, lot) in enumerate(answers)}
    rows = results(plan, sheet(given, lots=lots)).rows
    assert {row.entry: row.rank for row in rows} == {
        entry: 1 + sum(other < own for other in best_first.values()) for entry, own in best_first.items()
    }
    assert [row.shared for row in rows] == [
        list(best_first.values()).count(best_first[row.entry]) > 1 for row in rows
    ]
    listed = [best_first[row.entry] for row in rows]
    assert listed == sorted(listed)
