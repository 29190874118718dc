import pytest

from scoring import results
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
