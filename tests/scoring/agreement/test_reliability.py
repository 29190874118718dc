"""The coefficients give published numbers, and behave as their theory says."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from scoring import results
from scoring.agreement import alpha, concordance, icc, interval_alpha, kendall
from tests.scoring.agreement.marking import panel, scheme, sheet
from tests.scoring.skating import ROOT

VECTORS = json.loads((ROOT / "tests/cases/statistics/vectors.json").read_text("utf-8"))
ICC, KENDALL = VECTORS["icc_shrout_fleiss_1979"], VECTORS["kendall_w_10x4"]
KRIPPENDORFF, TIES, ZAR = VECTORS["krippendorff_c"], VECTORS["kendall_ties_12x5"], VECTORS["zar_20_5"]
FORMS = ("one_single", "two_single", "three_single", "one_mean", "two_mean", "three_mean")


def of_rows(rows) -> np.ndarray:
    return np.array([[np.nan if mark is None else mark for mark in row] for row in rows], dtype=float).T


def values(told) -> list[float | None]:
    return [getattr(told, form).value for form in FORMS]


def test_the_six_intraclass_correlations_are_those_of_shrout_and_fleiss():
    told = icc(of_rows(ICC["data"]))
    assert [told.between, told.within, told.by_judge, told.error] == pytest.approx(list(ICC["ms"].values()))
    assert values(told) == pytest.approx(list(ICC["expected"].values()), abs=5e-7)
    assert [round(value, 2) for value in values(told)] == list(ICC["published_2dp"].values())


def test_kendalls_w_of_ten_objects_and_four_judges_is_the_published_one():
    told = kendall(of_rows(KENDALL["ranks"]))
    assert (told.s, told.freedom, told.entries, told.judges) == (KENDALL["published_S"], 9, 10, 4)
    assert told.w.value == pytest.approx(KENDALL["expected_W"])
    assert told.chi_square == pytest.approx(KENDALL["expected_chi2_df9"])


def test_kendalls_w_with_ties_is_the_published_one():
    told = kendall(of_rows(TIES["marks"]))
    assert round(told.w.value, 3) == TIES["published_Wt"]
    assert round(told.chi_square, 1) == TIES["published_chi2_df11"]
    assert round(icc(of_rows(TIES["marks"])).one_single.value, 3) == TIES["published_ICC1"]


def test_concordance_from_rank_sums_is_zars():
    told = concordance(np.array(ZAR["rank_sums"]), ZAR["judges"])
    assert told.s == ZAR["expected_S"]
    assert told.w.value == pytest.approx(ZAR["expected_W_uncorrected"], abs=5e-7)


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
def test_krippendorffs_alpha_of_the_c_marks_is_the_published_one(level):
    told = alpha(of_rows(KRIPPENDORFF["marks"]))
    assert told.pairable == KRIPPENDORFF["pairable"]
    assert getattr(told, level).value == pytest.approx(KRIPPENDORFF["expected"][level], abs=5e-7)


def test_panels_of_published_results_have_the_published_scores():
    panels = VECTORS["panels"]
    for rule, case in [({"take": "mean"}, panels["mean"])] + [
        ({"take": "trimmed"}, one) for one in panels["trimmed"]
    ]:
        part = panel(high="100", step="0.1", rule=rule, places=len(case["expected"].partition(".")[2]))
        row = results(scheme(part), sheet({"a": {"work": case["marks"]}})).rows[0]
        assert row.scores["work"] == case["expected"]


# ---- properties ----------------------------------------------------------------------------------------------

MARKS = arrays.arrays(
    np.float64,
    st.tuples(st.integers(2, 5), st.integers(2, 8)),
    elements=st.integers(0, 12).map(lambda number: number / 4),
)


def missing_some(marks: np.ndarray, seed: int) -> np.ndarray:
    hidden = np.random.default_rng(seed).random(marks.shape) < 0.25
    return np.where(hidden, np.nan, marks)


def alphas(marks: np.ndarray) -> list[float | None]:
    told = alpha(marks)
    return [told.nominal.value, told.ordinal.value, told.interval.value, told.ratio.value]


def same(left: list[float | None], right: list[float | None]) -> bool:
    return all(
        (one is None) == (two is None) and (one is None or math.isclose(one, two, rel_tol=1e-6, abs_tol=1e-7))
        for one, two in zip(left, right, strict=True)
    )


@given(MARKS, st.randoms(use_true_random=False))
def test_the_order_of_judges_and_of_entries_changes_nothing(marks, shuffler):
    rows, columns = list(range(len(marks))), list(range(marks.shape[1]))
    shuffler.shuffle(rows)
    shuffler.shuffle(columns)
    turned = marks[rows][:, columns]
    assert same(values(icc(marks)), values(icc(turned)))
    assert same([kendall(marks).w.value], [kendall(turned).w.value])
    assert same(alphas(marks), alphas(turned))


@given(MARKS, st.integers(1, 40), st.integers(-40, 40))
def test_another_unit_and_another_zero_change_no_correlation_and_no_interval_alpha(marks, times, plus):
    other = marks * times / 8 + plus
    assert same(values(icc(marks)), values(icc(other)))
    assert same([kendall(marks).w.value], [kendall(other).w.value])
    # A ratio has a zero of its own: it allows another unit only.
    assert same(alphas(marks)[:3], alphas(other)[:3])
    assert same(alphas(marks), alphas(marks * times / 8))


@given(MARKS)
def test_any_increasing_scale_leaves_concordance_and_ordinal_alpha_as_they_are(marks):
    assert same([kendall(marks).w.value], [kendall(np.exp(marks)).w.value])
    assert same([alpha(marks).ordinal.value], [alpha(np.exp(marks)).ordinal.value])


@given(MARKS, st.lists(st.integers(-20, 20), min_size=5, max_size=5))
def test_levels_of_judges_do_not_matter_where_only_consistency_counts(marks, levels):
    shifted = marks + np.array(levels[: len(marks)])[:, None]
    one, other = icc(marks), icc(shifted)
    if one.three_single.reason is None and other.three_single.reason is None:
        assert one.three_single.value == pytest.approx(other.three_single.value, abs=1e-6)
    assert same([kendall(marks).w.value], [kendall(shifted).w.value])


@given(MARKS)
def test_concordance_lies_between_0_and_1_and_is_1_for_judges_who_say_the_same(marks):
    told = kendall(marks)
    assert told.w.value is None or 0 <= told.w.value <= 1
    alike = kendall(np.repeat(marks[:1], 3, axis=0))
    assert alike.w.value is None or alike.w.value == pytest.approx(1)


@given(MARKS)
def test_alpha_without_missing_marks_is_the_formula_by_hand(marks):
    judges, entries = marks.shape
    everything = marks.ravel()
    pairs = [(a, b) for column in marks.T for i, a in enumerate(column) for j, b in enumerate(column) if i != j]
    chance = [(a, b) for i, a in enumerate(everything) for j, b in enumerate(everything) if i != j]
    told = alpha(marks)
    metrics = {
        "nominal": lambda a, b: float(a != b),
        "interval": lambda a, b: (a - b) ** 2,
        "ratio": lambda a, b: ((a - b) / (a + b)) ** 2 if a + b else 0.0,
        "ordinal": lambda a, b: (
            float(
                np.sum((everything >= min(a, b)) & (everything <= max(a, b)))
                - (np.sum(everything == a) + np.sum(everything == b)) / 2
            )
            ** 2
            if a != b
            else 0.0
        ),
    }
    for level, metric in metrics.items():
        observed = sum(metric(a, b) for a, b in pairs) / (entries * judges * (judges - 1))
        expected = sum(metric(a, b) for a, b in chance) / len(chance)
        found = getattr(told, level)
        if expected == 0:
            assert (found.value, found.reason) == (None, "no_variance")
        else:
            assert found.value == pytest.approx(1 - observed / expected, abs=1e-9)


@given(MARKS, st.integers(0, 1000))
def test_interval_alpha_alone_is_interval_alpha_among_the_four(marks, seed):
    holes = missing_some(marks, seed)
    assert interval_alpha(holes) == alpha(holes).interval


@given(MARKS, st.integers(0, 1000))
def test_no_coefficient_is_ever_not_a_number(marks, seed):
    holes = missing_some(marks, seed)
    told, order, beyond = icc(holes), kendall(holes), alpha(holes)
    for one in [*(getattr(told, form) for form in FORMS), order.w, beyond.nominal, beyond.ordinal, beyond.ratio]:
        assert (one.value is None) != (one.reason is None)
        assert one.value is None or math.isfinite(one.value)
        assert bool(one.why) == bool(one.why_en) == (one.value is None)


NAN = float("nan")


@pytest.mark.parametrize(
    ("marks", "reason"),
    [
        ([[]], "nothing_marked"),
        ([[NAN, NAN], [NAN, NAN]], "nothing_marked"),
        ([[1, 2, 3]], "one_judge"),
        ([[1, 2, 3], [NAN, NAN, NAN]], "one_judge"),
        ([[1, NAN, 3], [2, 2, NAN]], "one_entry"),
        ([[2, 2, 2], [2, 2, 2]], "no_variance"),
        ([[0.1, 0.1], [0.3 - 0.2, 0.1]], "no_variance"),
    ],
)
def test_where_a_coefficient_cannot_be_it_says_why(marks, reason):
    array = np.array(marks, dtype=float)
    assert {getattr(icc(array), form).reason for form in FORMS} == {reason}
    assert kendall(array).w.reason == reason
    # Alpha compares within entries and needs neither complete entries nor two of them, only marks that differ.
    assert alpha(array).interval.reason == (None if reason == "one_entry" else reason)
    assert interval_alpha(array) == alpha(array).interval


def test_a_denominator_of_rounding_is_no_denominator():
    # (1.5 + 2.5, …) and the same in eighths less one: MSB + (MSJ − MSE) / n is 0 in both, and 1e-16 as floats.
    marks = np.array([[1.5, 1.25, 3.0], [2.5, 1.0, 0.25]])
    assert icc(marks).two_mean.reason == icc(marks / 8 - 1).two_mean.reason == "no_variance"


def test_entries_that_do_not_differ_leave_the_correlations_of_means_unknown():
    told = icc(np.array([[1.0, 2.0], [2.0, 1.0]]))
    assert (told.between, told.by_judge, told.error) == (0.0, 0.0, 1.0)
    assert (told.one_mean.reason, told.two_mean.reason, told.three_mean.reason) == ("no_variance",) * 3
    assert (told.three_single.value, told.two_single.reason) == (-1.0, "no_variance")


def test_ratios_of_negative_marks_mean_nothing():
    assert alpha(np.array([[-1.0, 2.0], [1.0, 2.0]])).ratio.reason == "not_a_ratio_scale"
