"""What is said of single judges, on sheets small enough to work out by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import Sheet
from scoring.agreement import Organisations, Run, Twin, agreement
from tests.scoring.agreement.marking import as_sheet, drawn, one_aspect, panel, scheme, sheet

TRIMMED = {"take": "trimmed", "low": 1, "high": 1}


def told(rows, *, order=None, organisations=None, **more):
    return agreement(*one_aspect(rows, **more), order=order, organisations=organisations).judges


def numbers(coefficients) -> list[float | None]:
    return [one.value for one in coefficients]


def test_bias_is_the_mean_of_own_mark_less_the_panels_mean():
    judges = told([[6, 7, 8], [5, 5, 8]])
    assert numbers(one.bias for one in judges) == pytest.approx([-1.0, -0.5, 1.5])
    assert [one.marks for one in judges] == [2, 2, 2]


def test_distance_is_the_root_mean_square_to_the_mean_of_the_others():
    judges = told([[6, 7, 8], [5, 5, 8]])
    assert judges[0].distance.value == pytest.approx(math.sqrt((1.5**2 + 1.5**2) / 2))
    assert judges[2].distance.value == pytest.approx(math.sqrt((1.5**2 + 3**2) / 2))


def test_spread_is_how_widely_a_judge_marks_beside_the_panel():
    judges = told([[4, 5, 2], [6, 6, 8]])
    # Variances 2, 0.5 and 18; 41 / 6 in the mean.
    expected = [math.sqrt(variance / (20.5 / 3)) for variance in (2, 0.5, 18)]
    assert numbers(one.spread for one in judges) == pytest.approx(expected)


def test_a_judge_of_one_mark_only_has_no_spread():
    assert {one.spread.reason for one in told([[4, 5, 6]])} == {"no_variance"}


def test_trimming_drops_the_highest_and_the_lowest_and_parts_of_equal_ones():
    judges = told([[5, 6, 7, 9], [5, 5, 7, 8]], rule=TRIMMED)
    assert numbers(one.dropped_low for one in judges) == [0.75, 0.25, 0, 0]
    assert numbers(one.dropped_high for one in judges) == [0, 0, 0, 1]
    assert {(one.usual_low, one.usual_high) for one in judges} == {(0.25, 0.25)}


def test_an_absent_judge_is_left_out_before_anything_counts_as_dropped():
    judges = told([["absent", 6, 7, 9], [5, 6, 7, 8]], rule=TRIMMED)
    assert numbers(one.dropped_low for one in judges) == [1, 0.5, 0, 0]
    assert judges[1].usual_low == pytest.approx((1 / 3 + 1 / 4) / 2)


def test_a_panel_that_is_too_small_drops_nothing():
    assert {one.dropped_low.reason for one in told([[5, 6]], rule=TRIMMED)} == {"nothing_marked"}


def test_where_nothing_is_trimmed_nothing_is_dropped():
    assert {one.dropped_low.reason for one in told([[5, 6]])} == {"no_trimming"}


def test_drift_is_the_slope_against_the_order_of_entry():
    rows = [[5, 5, 5], [5, 6, 7], [5, 7, 9]]
    judges = told(rows, order={"a": 10, "b": 20, "c": 30})
    assert numbers(one.drift for one in judges) == pytest.approx([-0.1, 0.0, 0.1])
    assert numbers(one.over_the_day for one in judges) == pytest.approx([-2.0, 0.0, 2.0])
    assert "从头到尾比同组变严了 2.00 分" in judges[0].said
    assert "2.00 points more lenient than the panel from first to last" in judges[2].said_en


def test_drift_needs_an_order_and_two_moments():
    assert {one.drift.reason for one in told([[5, 6], [6, 6]])} == {"no_order"}
    assert {one.drift.reason for one in told([[5, 6], [6, 6]], order={"a": 3, "b": 3})} == {"one_entry"}
    assert {one.drift.reason for one in told([[5, 6], [6, 6]], order={})} == {"no_order"}


def test_entries_without_a_place_in_the_order_do_not_count_for_drift():
    rows = [[5, 5], [5, 6], [5, 9]]
    assert told(rows, order={"a": 1, "b": 2})[0].drift.value == pytest.approx(-0.5)


def test_the_own_organisation_is_set_against_all_others():
    rows = [[9, 6, 6], [6, 6, 6], [5, 6, 7]]
    home = Organisations({("", 1): "甲厂", ("", 2): "乙厂"}, {"a": "甲厂", "b": "丙厂", "c": "丙厂"})
    first, second, third = told(rows, organisations=home)
    # 3 above the others for its own; for the others 0 and −1.5.
    assert (first.own_house.value, first.own_entries) == (pytest.approx(3.75), 1)
    assert "给本单位 1 个参赛者的打分相对高 3.75 分" in first.said
    assert (second.own_house.reason, third.own_house.reason) == ("no_own_entries", "no_organisations")


def test_a_judge_who_saw_the_own_organisation_only_cannot_be_compared():
    home = Organisations({("", 1): "甲厂"}, {"a": "甲厂", "b": "甲厂"})
    assert told([[9, 6], [6, 6]], organisations=home)[0].own_house.reason == "only_own_entries"


def test_organisations_of_entries_come_from_the_sheet_unless_they_are_given():
    document, marked = one_aspect([[9, 6], [6, 6]])
    listed = Sheet(
        entries=marked.entries,
        marks=marked.marks,
        seats=marked.seats,
        attributes={"organisation": {"a": "甲厂", "b": "乙厂"}},
    )
    found = agreement(document, listed, organisations=Organisations({("", 1): "甲厂"}))
    assert found.judges[0].own_house.value == pytest.approx(3.0)
    found = agreement(document, marked, organisations=Organisations({("", 1): "乙厂"}, {"a": "甲厂", "b": "乙厂"}))
    assert found.judges[0].own_house.value == pytest.approx(-3.0)


def test_the_longest_run_of_equal_marks_follows_the_order_of_entry():
    rows = [[8, 6], [7, 6], [8, 7], [8, 6]]
    first, second = told(rows)
    assert (first.run, second.run) == (
        Run(length=2, aspect="work", mark="8.0"),
        Run(length=2, aspect="work", mark="6.0"),
    )
    first, second = told(rows, order={"a": 1, "b": 4, "c": 2, "d": 3})
    assert first.run == Run(length=3, aspect="work", mark="8.0")
    assert "“作品”最多连续 3 次打 8.0" in first.said


def test_a_run_does_not_go_on_from_one_aspect_to_the_next():
    document = scheme(panel("one"), panel("two"))
    marked = sheet({"a": {"one": [8, 1], "two": [8, 2]}, "b": {"one": [8, 3], "two": [8, 4]}})
    assert agreement(document, marked).judges[0].run.length == 2


def test_the_twin_is_the_colleague_with_the_longest_run_of_equal_marks():
    rows = [[8, 8, 8], [7, 6, 7], [5, 5, 5], [4, 9, 4]]
    first, second, _ = told(rows)
    assert first.twin == Twin(panel="", seat=3, length=4, share=1.0)
    assert second.twin == Twin(panel="", seat=1, length=1, share=0.5)


def test_a_judge_alone_is_told_that_there_is_nobody_to_compare_with():
    (judge,) = told([[5], [6]])
    assert {judge.bias.reason, judge.distance.reason, judge.spread.reason, judge.drift.reason} <= {
        "one_judge",
        "no_order",
    }
    assert judge.said == "1 号裁判：只有一名裁判，没有可比较的对象"
    assert judge.twin is None


def test_a_judge_who_marked_nothing_is_told_so():
    judges = told([[5, 6, None], [6, 8, "absent"]])
    assert (judges[2].bias.reason, judges[2].run, judges[2].marks) == ("nothing_marked", None, 0)
    assert numbers(one.bias for one in judges[:2]) == [-0.75, 0.75]


def test_not_attempted_is_0_beside_those_who_saw_something_and_nothing_where_all_say_so():
    judges = told([["not_attempted", 4], ["not_attempted", "not_attempted"]])
    assert numbers(one.bias for one in judges) == [-2.0, 2.0]
    assert [one.marks for one in judges] == [1, 1]


def test_aspects_with_different_limits_are_told_in_percent_of_their_scales():
    document = scheme(panel("ten"), panel("hundred", high="100"))
    found = agreement(document, sheet({"a": {"ten": [6, 8], "hundred": [60, 80]}}))
    assert found.unit == "percent"
    assert numbers(one.bias for one in found.judges) == pytest.approx([-10.0, 10.0])
    assert found.judges[0].said.startswith("1 号裁判平均比同组低 10.00 %")


def test_the_sentences_are_those_a_chief_judge_reads():
    judge = told([[6, 7, 8], [5, 5, 8]])[0]
    assert judge.said == "1 号裁判平均比同组低 1.00 分；与其他裁判一般相差 1.50 分；拉开的差距是同组的 0.77 倍"
    assert judge.said_en == (
        "Judge 1 marks 1.00 points below the panel in the mean; usually 1.50 points from the other judges; "
        "differences 0.77 times as wide as the panel's"
    )


def test_panels_have_judges_of_their_own():
    document, marked = one_aspect([[6, 8], [6, 8], [9, 5]])
    found = agreement(document, marked, panels={("c", "work"): "乙组"})
    assert [(one.panel, one.seat, one.bias.value) for one in found.judges] == [
        ("", 1, -1.0),
        ("", 2, 1.0),
        ("乙组", 1, 2.0),
        ("乙组", 2, -2.0),
    ]
    assert found.judges[2].said.startswith("乙组 1 号裁判平均比同组高 2.00 分")


@settings(max_examples=40)
@given(st.integers(0, 10_000))
def test_biases_of_a_full_panel_add_up_to_nothing_and_do_not_know_the_order_of_judges(seed):
    number = drawn(seed, judges=4, aspects=2, entries=6, thresholds=[-1, 0, 1]).number
    judges = agreement(*as_sheet(number)).judges
    assert sum(one.bias.value for one in judges) == pytest.approx(0, abs=1e-9)
    turned = agreement(*as_sheet(number[::-1])).judges[::-1]
    for one, other in zip(judges, turned, strict=True):
        assert one.bias.value == pytest.approx(other.bias.value)
        assert one.distance.value == pytest.approx(other.distance.value)
        assert one.spread.value == pytest.approx(other.spread.value)


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.integers(1, 3))
def test_what_is_dropped_is_what_the_rule_drops(seed, most):
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, 8, (5, 7)).astype(float).tolist()
    judges = told(rows, rule={"take": "trimmed", "low": most, "high": 1})
    assert sum(one.dropped_low.value for one in judges) == pytest.approx(most)
    assert sum(one.dropped_high.value for one in judges) == pytest.approx(1)
