"""Severities are found again in marks drawn from known ones; who cannot be compared is named."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.agreement import Adjusted, Judge, adjusted, agreement, judged
from scoring.agreement.curve import RatingScale
from scoring.agreement.fitted import Fit
from scoring.agreement.linear import fit_linear
from scoring.agreement.linkage import information, products
from scoring.agreement.rasch import fit_rasch
from tests.scoring.agreement.marking import as_marks, drawn, one_aspect, panel, scheme, sheet
from tests.scoring.skating import ROOT

STEPS = [-1.5, 0.0, 1.5]


def fitted(marks) -> Fit:
    found = fit_rasch(marks, np.zeros(len(marks.scales), dtype=np.intp))
    assert isinstance(found, Fit)
    assert found.converged
    return found


# ---- the parameters are found again --------------------------------------------------------------------------


def test_severities_difficulties_and_thresholds_are_found_again():
    truth = drawn(11, judges=6, aspects=8, entries=150, thresholds=STEPS)
    found = fitted(as_marks(truth.number))
    # Four standard errors: wrong by chance in one of 16,000 numbers.
    assert np.abs((found.facets.judge - truth.judge) / found.errors.judge).max() < 4
    assert np.abs((found.facets.aspect - truth.aspect) / found.errors.aspect).max() < 4
    assert np.array(found.thresholds[0]) == pytest.approx(truth.thresholds, abs=0.12)
    assert np.corrcoef(found.facets.entry, truth.entry)[0, 1] > 0.97
    assert found.errors.judge == pytest.approx(np.full(6, 0.035), abs=0.01)
    assert found.infit == pytest.approx(np.ones(6), abs=0.15)
    assert found.outfit == pytest.approx(np.ones(6), abs=0.2)


def test_severities_are_found_again_where_most_judges_did_not_see_most_entries():
    truth = drawn(12, judges=8, aspects=6, entries=200, thresholds=STEPS)
    seen = np.zeros(truth.number.shape, dtype=bool)
    for at in range(200):
        seen[[at % 8, (at + 1) % 8], :, at] = True
    found = fitted(as_marks(truth.number, seen))
    assert np.abs((found.facets.judge - truth.judge) / found.errors.judge).max() < 4
    assert found.judge_groups == [list(range(8))]
    assert len(found.entry_groups) == 1


def test_the_bias_of_joint_maximum_likelihood_is_taken_off():
    slopes, raw = [], []
    for seed in range(12):
        truth = drawn(seed, judges=3, aspects=2, entries=200, thresholds=STEPS)
        found = fitted(as_marks(truth.number))
        slope = float(found.facets.judge @ truth.judge / (truth.judge @ truth.judge))
        slopes.append(slope)
        raw.append(slope / found.factor)
    assert found.factor == pytest.approx(5 / 6, abs=0.01)
    assert np.mean(slopes) == pytest.approx(1.0, abs=0.05)
    assert np.mean(raw) > 1.12


def test_uncorrected_estimates_are_the_maximum_of_the_joint_likelihood():
    # The likelihood is concave, and at its maximum every score is the one expected: worked out without the tables.
    truth = drawn(13, judges=4, aspects=5, entries=40, thresholds=STEPS)
    marks = as_marks(truth.number)
    found = fit_rasch(marks, np.zeros(5, dtype=np.intp), corrected=False)
    entry, aspect, judge = found.facets
    position = entry - aspect[:, None] - judge[:, None, None]
    chance = np.exp(np.multiply.outer(position, np.arange(4)) - np.cumsum([0, *found.thresholds[0]]))
    chance /= chance.sum(axis=-1, keepdims=True)
    rest = (truth.number - chance @ np.arange(4)) * found.used
    for axes in ((0, 1), (0, 2), (1, 2)):
        assert rest.sum(axis=axes) == pytest.approx(np.zeros(len(rest.sum(axis=axes))), abs=0.02)
    seen = np.bincount(truth.number[found.used], minlength=4)
    assert (chance * found.used[..., None]).sum(axis=(0, 1, 2)) == pytest.approx(seen, abs=0.05)
    # What is centred stays centred, and the correction shrinks what is structure by one factor.
    assert [judge.mean(), aspect.mean(), np.mean(found.thresholds[0])] == pytest.approx([0, 0, 0], abs=1e-9)
    other = fitted(marks)
    assert other.factor == pytest.approx(19 / 20)
    assert list(other.facets.judge) == pytest.approx(list(judge * other.factor))
    assert list(other.facets.aspect) == pytest.approx(list(aspect * other.factor))


def test_the_knox_cubes_are_measured_as_facets_measures_them():
    # Children are entries, tapping patterns judges. FACETS stops early, so its numbers are some percent nearer.
    case = json.loads((ROOT / "tests/cases/statistics/vectors.json").read_text("utf-8"))["knox_cubes"]
    number = np.array([[int(answer) for answer in row] for row in case["answers"]]).T[:, None, :]
    found = fit_rasch(as_marks(number), np.zeros(1, dtype=np.intp), corrected=False)
    one, two = (case["answers"].index(child["answers"]) for child in case["published"])
    first, second = case["published"]
    measures, errors = found.facets.entry, found.errors.entry
    assert measures[two] - measures[one] == pytest.approx(second["measure"] - first["measure"], rel=0.05)
    assert [errors[one], errors[two]] == pytest.approx([first["error"], second["error"]], rel=0.05)
    for child, told, near in ((one, first, 0.02), (two, second, 0.12)):
        chance = 1 / (1 + np.exp(found.facets.judge[3:17] - measures[child]))
        rest, variance = number[3:17, 0, child] - chance, chance * (1 - chance)
        assert (rest**2).sum() / variance.sum() == pytest.approx(told["infit"], rel=near)
        assert (rest**2 / variance).mean() == pytest.approx(told["outfit"], rel=near)
    assert [at for at, some in enumerate(found.used.any(axis=(1, 2))) if some] == list(range(3, 17))
    assert number.sum(axis=(0, 1))[np.flatnonzero(~found.used.any(axis=(0, 1)))].tolist() == [3]


def test_a_lenient_judge_is_told_so_in_marks():
    truth = drawn(14, judges=4, aspects=6, entries=80, thresholds=STEPS)
    told = adjusted(as_marks(truth.number))
    order = np.argsort(truth.judge)
    mild, hard = told.severities[order[0]], told.severities[order[-1]]
    assert mild.severity.value < 0 < hard.severity.value
    assert mild.in_marks.value > 0 > hard.in_marks.value
    assert "松" in mild.said
    assert "more severe than average" in hard.said_en
    assert (told.method, told.unit, told.linked, told.converged) == ("rasch", "logit", True, True)
    assert told.moved < 0.001


def test_fair_means_take_severity_off():
    # The two mildest judges mark one half of the entries, the others the other; some are marked by all.
    truth = drawn(15, judges=4, aspects=6, entries=120, thresholds=STEPS, spread=1.5)
    seen = np.zeros(truth.number.shape, dtype=bool)
    order = np.argsort(truth.judge)
    for at in range(120):
        seen[order[:2] if at % 2 else order[2:], :, at] = True
    seen[:, :, :8] = True
    told = adjusted(as_marks(truth.number, seen))
    assert told.linked
    fair = np.array([one.fair.value for one in told.fairs])
    observed = np.array([one.observed for one in told.fairs])
    # What a judge of average severity would have given in the mean, by the model the marks were drawn from.
    chance = np.exp(
        np.multiply.outer(truth.entry[:, None] - truth.aspect, np.arange(4)) - np.cumsum([0, *truth.thresholds])
    )
    wanted = (chance / chance.sum(axis=-1, keepdims=True) @ np.arange(4)).mean(axis=1)
    far = [float(np.sqrt(((one - wanted) ** 2).mean())) for one in (fair, observed)]
    assert far[0] < 0.6 * far[1]


# ---- many categories: the additive model ---------------------------------------------------------------------


def fine(seed: int, entries: int = 40):
    rng = np.random.default_rng(seed)
    entry, judge = rng.uniform(4, 8, entries), np.array([-0.6, 0.0, 0.6])
    marks = np.round((entry[:, None] - judge + rng.normal(0, 0.3, (entries, 3))) * 100) / 100
    return judge, one_aspect([list(map(float, row)) for row in np.clip(marks, 0, 10)], step="0.01")


def test_fine_scales_get_the_additive_model():
    judge, given_ = fine(1, entries=26)
    told = agreement(*given_).adjusted
    found = np.array([one.severity.value for one in told.severities])
    assert (told.method, told.unit, told.thresholds, told.factor) == ("linear", "mark", (), 1.0)
    assert np.abs((found - judge) / [one.error for one in told.severities]).max() < 4
    assert [one.in_marks.value for one in told.severities] == pytest.approx(list(-found))
    assert [one.infit.value for one in told.severities] == pytest.approx([1, 1, 1], abs=0.3)


def test_the_additive_model_of_a_full_panel_is_means_of_rows_and_columns():
    rows = [[6.01, 7.5, 8.25], [5.75, 5.13, 8.5], [4.4, 6.6, 7.77]]
    document, marked = one_aspect(rows, step="0.01")
    means = np.array(rows).mean(axis=0)
    found = fit_linear(judged(document, marked))
    assert list(found.facets.judge) == pytest.approx(list(means.mean() - means))
    assert list(found.fair) == pytest.approx(list(np.array(rows).mean(axis=1)))


def test_marks_without_chance_have_no_fit():
    rows = [[float(entry), entry + 0.5, entry + 1.0] for entry in range(8)]
    document, marked = one_aspect([[mark / 10 for mark in row] for row in rows], step="0.01")
    found = fit_linear(judged(document, marked))
    assert list(found.facets.judge) == pytest.approx([0.05, 0.0, -0.05])
    assert np.isnan(found.infit).all()


# ---- who can be compared -------------------------------------------------------------------------------------


def test_panels_without_a_common_entry_cannot_be_compared_and_are_named():
    truth = drawn(16, judges=4, aspects=3, entries=40, thresholds=STEPS)
    seen = np.zeros(truth.number.shape, dtype=bool)
    seen[:2, :, :20] = seen[2:, :, 20:] = True
    told = adjusted(as_marks(truth.number, seen))
    assert not told.linked
    assert told.judge_groups == ((Judge("", 1), Judge("", 2)), (Judge("", 3), Judge("", 4)))
    assert [len(group) for group in told.entry_groups] == [20, 20]
    severities = [one.severity.value for one in told.severities]
    assert severities[0] + severities[1] == pytest.approx(0, abs=1e-6)
    assert severities[2] + severities[3] == pytest.approx(0, abs=1e-6)
    assert "裁判分成互相不能比较的几组：1 号裁判、2 号裁判；3 号裁判、4 号裁判" in told.said
    assert "Judge 1, Judge 2; Judge 3, Judge 4" in told.said_en


def test_panels_that_mark_different_aspects_of_the_same_entries_cannot_be_compared_though_the_entries_can():
    truth = drawn(17, judges=4, aspects=4, entries=40, thresholds=STEPS)
    seen = np.zeros(truth.number.shape, dtype=bool)
    seen[:2, :2] = seen[2:, 2:] = True
    told = adjusted(as_marks(truth.number, seen))
    assert told.judge_groups == ((Judge("", 1), Judge("", 2)), (Judge("", 3), Judge("", 4)))
    assert [len(group) for group in told.entry_groups] == [40]


def test_one_common_entry_links_panels():
    truth = drawn(18, judges=4, aspects=3, entries=40, thresholds=STEPS)
    seen = np.zeros(truth.number.shape, dtype=bool)
    seen[:2, :, :20] = seen[2:, :, 20:] = seen[:, :, 19] = True
    assert adjusted(as_marks(truth.number, seen)).linked


def test_linkage_is_found_without_a_full_entry():
    truth = drawn(19, judges=3, aspects=1, entries=30, thresholds=STEPS)
    seen = np.ones(truth.number.shape, dtype=bool)
    for at in range(30):
        seen[at % 3, :, at] = False
    told = adjusted(as_marks(truth.number, seen))
    assert told.linked
    assert [len(group) for group in told.judge_groups] == [3]


# ---- what is extreme, and what cannot be ---------------------------------------------------------------------


def test_an_entry_with_highest_marks_only_is_shown_and_marked_as_extreme():
    truth = drawn(20, judges=3, aspects=4, entries=40, thresholds=STEPS)
    number = truth.number.copy()
    number[:, :, 7] = 3
    told = adjusted(as_marks(number))
    best = told.fairs[7]
    assert best.extreme
    assert best.measure > max(one.measure for at, one in enumerate(told.fairs) if at != 7 and not one.extreme)
    assert 2.8 < best.fair.value < 3


def test_a_judge_with_lowest_marks_only_is_shown_and_marked_as_extreme():
    truth = drawn(21, judges=4, aspects=4, entries=40, thresholds=STEPS)
    number = truth.number.copy()
    number[2] = 0
    told = adjusted(as_marks(number))
    hard = told.severities[2]
    assert (hard.extreme, hard.infit.reason, hard.outfit.reason) == (True, "extreme", "extreme")
    assert hard.severity.value > 3
    assert hard.in_marks.value < -0.5
    assert told.judge_groups == ((Judge("", 1), Judge("", 2), Judge("", 4)),)


def test_an_aspect_that_says_nothing_is_left_out_by_name():
    truth = drawn(22, judges=3, aspects=4, entries=40, thresholds=STEPS)
    number = truth.number.copy()
    number[:, 1] = 3
    told = adjusted(as_marks(number))
    assert told.left_out == ("a1",)
    assert told.fairs[0].marks == 9


def reasons(told: Adjusted) -> tuple:
    return told.method, told.reason, told.severities, told.fairs


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "nothing_marked"),
        ([[None, None]], "nothing_marked"),
        ([[5], [6]], "one_judge"),
        ([[5, 6]], "one_entry"),
        ([[5, 5], [5, 5]], "no_variance"),
    ],
)
def test_where_no_model_can_be_fitted_it_says_why(rows, reason):
    told = agreement(*one_aspect(rows)).adjusted
    assert reasons(told) == (None, reason, (), ())
    assert told.said.startswith("不能校正宽严：")


def test_where_no_finite_measure_explains_the_marks_the_additive_model_stands_in():
    # All entries of one half beat all of the other, at every judge: nothing keeps the halves together.
    rows = [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [3.0, 2.0], [2.0, 3.0], [3.0, 2.0]]
    told = agreement(*one_aspect(rows, high="3", step="1")).adjusted
    assert (told.method, told.converged, told.reason) == ("linear", False, "not_converged")
    assert told.moved is None or told.moved >= 0.001
    assert [one.severity.value for one in told.severities] == pytest.approx([-1 / 6, 1 / 6])
    assert [one.fair.value for one in told.fairs] == pytest.approx([0.5, 0.5, 0.5, 2.5, 2.5, 2.5])
    assert told.said == "宽严校正仅供参考，不影响名次；多面 Rasch 模型没有有限的答案，改用加性模型"
    assert told.said_en.endswith("no finite answer, the additive model stands in")


def test_scales_of_different_kinds_have_thresholds_of_their_own():
    truth = drawn(23, judges=3, aspects=2, entries=60, thresholds=STEPS)
    document = scheme(panel("three", high="3", step="1"), panel("ten", high="9", step="3"))
    rows = {
        f"e{at:02}": {
            "three": [float(mark) for mark in truth.number[:, 0, at]],
            "ten": [float(mark) * 3 for mark in truth.number[:, 1, at]],
        }
        for at in range(60)
    }
    told = agreement(document, sheet(rows)).adjusted
    assert (len(told.thresholds), told.converged) == (2, True)
    assert all(list(own) == pytest.approx(STEPS, abs=0.6) for own in told.thresholds)


# ---- the parts -----------------------------------------------------------------------------------------------


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(1, 6))
def test_the_table_of_a_rating_scale_is_the_model(seed, most):
    rng = np.random.default_rng(seed)
    curve = RatingScale(np.zeros(1, dtype=np.intp), [np.arange(most + 1.0)])
    curve.begin([np.sort(rng.normal(0, 2, most))])
    position = rng.uniform(-8, 8, (1, 30))
    steps = np.concatenate([[0], np.cumsum(curve.thresholds[0])])
    chance = np.exp(np.multiply.outer(position, np.arange(most + 1)) - steps)
    chance /= chance.sum(axis=-1, keepdims=True)
    mean = chance @ np.arange(most + 1)
    found = curve.expected(position)
    assert found.category == pytest.approx(mean, abs=1e-3)
    assert found.variance == pytest.approx(chance @ np.arange(most + 1) ** 2 - mean**2, abs=2e-3)
    assert curve.mark(position) == pytest.approx(mean, abs=1e-3)


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_the_step_solves_the_whole_system_with_the_entries_taken_out(seed):
    rng = np.random.default_rng(seed)
    weight = rng.random((3, 2, 5)) + 0.1
    found = information(weight)
    # Written out in full: each mark sees its entry, minus its aspect, minus its judge.
    rows = []
    for j, a, e in np.ndindex(weight.shape):
        row = np.zeros(10)
        row[e], row[5 + a], row[7 + j] = 1, -1, -1
        rows.append(row * np.sqrt(weight[j, a, e]))
    whole = np.array(rows).T @ np.array(rows)
    assert found.own == pytest.approx(np.diag(whole)[:5])
    assert found.cross == pytest.approx(whole[:5, 5:])
    assert found.rest == pytest.approx(
        whole[5:, 5:] - whole[5:, :5] @ np.linalg.inv(whole[:5, :5]) @ whole[:5, 5:]
    )


def test_products_in_pieces_are_products():
    rng = np.random.default_rng(3)
    left, right = rng.random((5000, 9)), rng.random((5000, 7))
    assert products(left, right) == pytest.approx(left.T @ right)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_the_order_of_judges_and_entries_changes_no_severity(seed):
    truth = drawn(seed, judges=3, aspects=3, entries=20, thresholds=STEPS)
    one = adjusted(as_marks(truth.number))
    other = adjusted(as_marks(truth.number[::-1, :, ::-1]))
    assert one.converged == other.converged
    for mine, theirs in zip(one.severities, other.severities[::-1], strict=True):
        assert mine.severity.value == pytest.approx(theirs.severity.value, abs=0.01)
