import pytest

from scoring import explain, results
from tests.scoring.sheets import points, scheme, sheet


def given(*totals, **statuses):
    return sheet({f"e{at}": {"points": total} for at, total in enumerate(totals)}, statuses=statuses)


def awarded(awards, marked, **ranking):
    rows = results(scheme(points(), awards=awards, ranking=ranking), marked).rows
    return [row.awards for row in rows]


def band(id_, first, last, **rule):
    return {"id": id_, "name": id_, "rule": {"by": "rank", "from": first, "to": last, **rule}}


def ratio(id_, share, **rule):
    return {"id": id_, "name": id_, "rule": {"by": "ratio", "ratio": share, **rule}}


def test_a_rank_band_takes_the_whole_of_a_tie_at_its_end():
    awards = [band("first", 1, 1), band("second", 2, 3), band("third", 4, 5)]
    assert awarded(awards, given(9, 8, 7, 7, 6)) == [("first",), ("second",), ("second",), ("second",), ("third",)]


def test_a_trimmed_band_leaves_the_whole_of_a_tie_to_the_next_award():
    awards = [band("first", 1, 1), band("second", 2, 3, ties="trim"), band("third", 4, 5, ties="trim")]
    assert awarded(awards, given(9, 8, 7, 7, 6)) == [("first",), ("second",), ("third",), ("third",), ("third",)]


@pytest.mark.parametrize(("rounding", "expected"), [("floor", 1), ("round", 2), ("ceil", 2)])
def test_a_ratio_is_rounded_as_the_scheme_says(rounding, expected):
    rows = awarded([ratio("first", "0.1", rounding=rounding)], given(*range(15)))
    assert rows.count(("first",)) == expected


def test_each_ratio_takes_the_next_share_and_a_tie_extends_it():
    awards = [ratio("first", "0.1"), ratio("second", "0.2"), ratio("third", "0.3")]
    assert awarded(awards, given(10, 9, 9, 9, 7, 6, 5, 4, 3, 2)) == [
        ("first",),
        *[("second",)] * 3,
        *[("third",)] * 2,
        *[()] * 4,
    ]


def test_a_ratio_can_count_those_who_did_not_finish():
    awards = [ratio("first", "0.5", rounding="floor", of="entries")]
    marked = given(5, 4, 3, 2, e2="not_finished", e3="withdrawn")
    assert awarded(awards, marked) == [("first",), (), (), ()]
    six = given(6, 5, 4, 3, 2, 1, e4="not_finished", e5="not_started")
    assert awarded(awards, six).count(("first",)) == 3


def test_the_first_half_gets_what_the_awards_above_left():
    awards = [band("gold", 1, 1), {"id": "good", "name": "good", "rule": {"by": "first_half"}}]
    assert awarded(awards, given(9, 8, 7, 6, 5)) == [("gold",), ("good",), (), (), ()]


def test_a_threshold_with_conditions_and_a_prize_besides_the_first():
    awards = [
        {"id": "win", "name": "win", "rule": {"by": "score", "at_least": "90"}},
        {
            "id": "both",
            "name": "both",
            "rule": {"by": "everyone"},
            "besides": True,
            "all_of": [{"node": "a", "at_least": "40"}],
            "any_of": [{"node": "b", "at_least": "50"}, {"at_least": "80"}],
        },
    ]
    marked = sheet({"x": {"a": 40, "b": 50}, "y": {"a": 41, "b": 20}, "z": {"a": 39, "b": 50}})
    rows = results(scheme(points("a"), points("b"), awards=awards), marked).rows
    assert {row.entry: row.awards for row in rows} == {"x": ("win", "both"), "y": (), "z": ()}


def test_nothing_is_awarded_while_results_are_incomplete():
    assert awarded([band("first", 1, 1)], given(9, None), rank_incomplete=True) == [(), ()]


def test_nothing_is_awarded_outside_the_competition():
    assert awarded([band("first", 1, 1)], given(9, 8, e0="out_of_competition")) == [("first",), ()]


def quota(id_, count, **rule):
    return {"id": id_, "name": id_, "rule": {"by": "quota", "count": count, **rule}}


def test_a_quota_takes_the_next_so_many_after_the_awards_above():
    awards = [quota("first", 1), quota("second", 2), quota("third", 2, ties="trim")]
    assert awarded(awards, given(9, 8, 7, 6, 6)) == [
        ("first",),
        ("second",),
        ("second",),
        ("third",),
        ("third",),
    ]
    assert awarded(awards, given(9, 8, 7, 6, 5, 5))[3:] == [("third",), (), ()]
    # What a tie takes too much is not given again.
    assert awarded(awards, given(9, 9, 7, 6, 5)) == [("first",), ("first",), ("second",), ("third",), ("third",)]


def test_who_cannot_take_a_prize_uses_up_no_place_of_its_quota_or_of_the_next():
    great = {**quota("great", 3), "all_of": [{"at_least": "7"}]}
    assert awarded([great, quota("good", 2)], given(9, 8, 6, 5, 4, 3)) == [
        ("great",), ("great",), ("good",), ("good",), (), (),
    ]  # fmt: skip
    # A share that follows a quota begins behind the last place the quota took.
    assert awarded([quota("great", 2), ratio("share", "0.34", rounding="round")], given(9, 8, 6, 5, 4, 3))[2:] == [
        ("share",), ("share",), (), (),
    ]  # fmt: skip


def test_a_prize_besides_the_others_moves_no_cut():
    title = {**ratio("title", "0.4"), "besides": True}
    awards = [title, ratio("first", "0.2"), ratio("second", "0.2")]
    assert awarded(awards, given(9, 8, 7, 6, 5)) == [("title", "first"), ("title", "second"), (), (), ()]


def test_a_tie_that_is_left_goes_whole_to_the_next_award_even_where_that_one_extends():
    awards = [band("first", 1, 1), band("second", 2, 3, ties="trim"), band("third", 4, 4)]
    assert awarded(awards, given(9, 8, 7, 7, 6)) == [("first",), ("second",), ("third",), ("third",), ()]
    # But a tie that begins above a band, and that no award left, is not of that band.
    assert awarded([band("second", 2, 3)], given(9, 9, 8)) == [(), (), ("second",)]


def test_a_tie_at_the_cut_is_split_only_by_the_keys_of_the_award():
    keys = [{"node": "b"}]
    plan = scheme(
        points("a"),
        points("b", counts=False),
        awards=[{**band("first", 1, 2), "keys": keys}, band("second", 3, 4), band("third", 5, 9)],
    )
    marks = {"v": (9, 0), "w": (8, 5), "x": (8, 7), "y": (8, 5), "z": (1, 1)}
    rows = results(plan, sheet({entry: {"a": a, "b": b} for entry, (a, b) in marks.items()})).rows
    assert [(row.entry, row.rank, row.awards) for row in rows] == [
        ("v", 1, ("first",)),
        ("w", 2, ("second",)),
        ("x", 2, ("first",)),
        ("y", 2, ("second",)),
        ("z", 5, ("third",)),
    ]


def test_what_still_ties_after_the_keys_of_an_award_is_taken_or_left_in_whole():
    def of(ties):
        awards = [{**band("first", 1, 2, ties=ties), "keys": [{"node": "b"}]}]
        marks = {"v": (9, 0), "w": (8, 5), "x": (8, 5), "y": (8, 1)}
        given = sheet({entry: {"a": a, "b": b} for entry, (a, b) in marks.items()})
        plan = scheme(points("a"), points("b", counts=False), awards=awards)
        return [row.entry for row in results(plan, given).rows if row.awards]

    assert (of("extend"), of("trim")) == (["v", "w", "x"], ["v"])


def test_an_award_is_given_only_when_enough_are_ranked_and_otherwise_takes_nothing():
    awards = [{**ratio("first", "0.5"), "min_entries": 3}, ratio("second", "0.5")]
    assert awarded(awards, given(9, 8)) == [("second",), ()]
    assert awarded(awards, given(9, 8, 7, 6)) == [("first",), ("first",), ("second",), ("second",)]
    assert awarded(awards, given(9, 8, 7, e2="withdrawn")) == [("second",), (), ()]


def test_ranks_without_gaps_are_taken_by_bands_of_ranks():
    awards = [band("first", 1, 1), band("second", 2, 2), ratio("rest", "0.2")]
    assert awarded(awards, given(9, 9, 8, 8, 7), ties="dense") == [
        ("first",),
        ("first",),
        ("second",),
        ("second",),
        ("rest",),
    ]


def test_conditions_have_a_lower_and_an_upper_limit_and_ask_what_the_list_says():
    awards = [
        {
            "id": "young", "name": "青", "rule": {"by": "score", "at_least": "5", "at_most": "8"},
            "any_of": [{"attribute": "kind", "is": "职工"}, {"node": "points", "at_most": "5"}],
        }
    ]  # fmt: skip
    given = {f"e{points}": {"points": points} for points in (9, 8, 7, 5, 4)}
    kinds = {"e9": "职工", "e8": "职工", "e7": "学生", "e4": "职工"}
    rows = results(scheme(points(), awards=awards), sheet(given, attributes={"kind": kinds})).rows
    assert [row.entry for row in rows if row.awards] == ["e8", "e5"]


def test_what_was_not_attempted_reaches_no_limit():
    awards = [{"id": "low", "name": "低", "rule": {"by": "score", "node": "b", "at_most": "5"}}]
    marked = sheet({"x": {"a": 9, "b": "not_attempted"}, "y": {"a": 8, "b": 0}})
    rows = results(scheme(points("a"), points("b"), awards=awards), marked).rows
    assert [(row.entry, row.awards) for row in rows] == [("x", ()), ("y", ("low",))]


def test_who_takes_no_award_keeps_the_rank_and_the_place_of_the_award():
    theory = points("a", pass_mark="60", failing="no_award")
    plan = scheme(theory, points("b"), awards=[band("first", 1, 1), band("second", 2, 2)])
    marked = sheet({"x": {"a": 59, "b": 90}, "y": {"a": 60, "b": 60}})
    assert [(row.rank, row.awards) for row in results(plan, marked).rows] == [(1, ()), (2, ("second",))]


def test_it_is_told_what_became_of_a_tie_at_a_cut_and_what_keeps_from_prizes():
    def told(awards, entry, marks=(9, 8, 7, 7, 6), part=None):
        given = {f"e{at}": {"points": mark, "b": at} for at, mark in enumerate(marks)}
        plan = scheme(part or points(), points("b", name="乙", counts=False), awards=awards)
        return [
            step.zh for step in explain(plan, sheet(given), entry) if step.node in ("second", "points", "third")
        ]

    second, third = band("second", 2, 3), {**band("third", 4, 5), "all_of": [{"at_least": "5"}]}
    assert told([second], "e3")[0] == "获“second”：名次 2 至 3；切线处并列，整组收下"
    assert told([second], "e1")[0] == "获“second”：名次 2 至 3"
    trimmed = {**second, "rule": {**second["rule"], "ties": "trim"}}
    assert told([trimmed, third], "e3")[:2] == [
        "未获“second”：并列跨过第 3 位的切线，整组留给下一项",
        "获“third”：名次 4 至 5；总分不低于 5",
    ]
    split = {**second, "keys": [{"node": "b"}]}
    assert told([split], "e3")[0] == "获“second”：名次 2 至 3；切线处并列，另行比较后在前"
    assert told([split], "e2")[0] == "未获“second”：切线处并列，另行比较后在后"
    failing = points(pass_mark="8.5", failing="no_award")
    assert told([second], "e1", part=failing)[0] == "“points” 8 未达 8.5，不得奖"
