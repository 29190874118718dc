"""Whoever reads how a score came about can calculate it again from what is said there, and from nothing else."""

import pytest

from scoring import explain
from tests.scoring.sheets import panel, points, scheme, sheet


def said(node: dict, given: dict, entry: str = "a", seats: int = 0, **more) -> tuple[str, str]:
    """What is told of the first node below the total."""
    step = next(
        one for one in explain(scheme(node), sheet(given, seats=seats, **more), entry) if one.node == node["id"]
    )
    return step.zh.partition("：")[2], step.en.partition(": ")[2]


def quantity(convert: dict, **more) -> dict:
    return {
        "kind": "quantity",
        "id": "q",
        "name": "用时",
        "high": "900",
        "step": "0.1",
        "convert": convert,
        **more,
    }


LINEAR = {"by": "linear", "at": "60", "points": "10", "per": "6", "over": "-1", "under": "0.5", "most": "12"}
TABLE = {"by": "table", "rows": [{"to": "10", "points": "3"}, {"to": "20", "points": "1"}]}
RATIO = {"by": "ratio", "to": "120", "points": "30", "most": "36"}
LOW = {"by": "ratio", "to": "120", "points": "30", "better": "low"}


@pytest.mark.parametrize(
    ("node", "mark", "zh", "en"),
    [
        (quantity(LINEAR), 60, "60 处 10 分 = 10", "10 points at 60 = 10"),
        (quantity(LINEAR), 66, "60 处 10 分，每多 6 变 -1 = 9", "10 points at 60, -1 for each 6 above = 9"),
        (quantity(LINEAR), 57, "60 处 10 分，每少 6 变 0.5 = 10.25", "0.5 for each 6 below = 10.25"),
        (quantity(LINEAR), 800, "每多 6 变 -1，不低于 0 = 0", "-1 for each 6 above, at least 0 = 0"),
        (quantity(LINEAR), 0, "每少 6 变 0.5，不超过 12 = 12", "0.5 for each 6 below, at most 12 = 12"),
        (
            quantity({**LINEAR, "count": "started"}),
            61,
            "变 -1（不足一个按一个） = 9",
            "(one that is started counts) = 9",
        ),
        (quantity({**LINEAR, "count": "whole"}), 61, "变 -1（满一个才算） = 10", "(only whole ones count) = 10"),
        (quantity(TABLE), 10, "查表，不超过 10 = 3", "by table, up to 10 = 3"),
        (quantity(TABLE), 10.1, "查表，不超过 20 = 1", "by table, up to 20 = 1"),
        (quantity(TABLE), 20.1, "查表，超过 20 = 0", "by table, beyond 20 = 0"),
        (
            quantity(RATIO),
            130,
            "与标准之比 30 × 130 / 120 = 32.5",
            "by the ratio to the standard 30 × 130 / 120 = 32.5",
        ),
        (quantity(RATIO), 500, "30 × 500 / 120，不超过 36 = 36", "30 × 500 / 120, at most 36 = 36"),
        (
            quantity(LOW, low="1", places=2, factor="0.5"),
            130,
            "与标准之比 30 × 120 / 130 × 0.5，四舍五入到 2 位 13.85",
            "by the ratio to the standard 30 × 120 / 130 × 0.5, rounded to 2 places 13.85",
        ),
    ],
)
def test_a_quantity_says_the_numbers_of_its_rule(node, mark, zh, en):
    told = said(node, {"a": {"q": mark}})
    assert told[0].endswith(zh)
    assert told[1].endswith(en)


BEST = quantity({"by": "best", "points": "100", "better": "low"}, low="1", places=2)


def test_the_best_of_all_is_named_by_its_number_and_not_by_its_entry():
    zh, en = said(BEST, {"a": {"q": 63}, "b": {"q": 50}})
    assert zh == "记录 63.0，与最好成绩之比 100 × 50 / 63，四舍五入到 2 位 79.37"
    assert en == "63.0, by the ratio to the best 100 × 50 / 63, rounded to 2 places 79.37"


def test_with_nobody_to_compare_with_that_is_said():
    zh, _ = said(BEST, {"a": {"q": 63}}, statuses={"a": "out_of_competition"})
    assert zh == "记录 63.0，没有可比的成绩，四舍五入到 2 位 0.00"


@pytest.mark.parametrize(
    ("mark", "zh", "en"),
    [
        (
            19.98,
            "测得 19.980，目标 20，在 −0.05 … +0.02 之内 = 3",
            "measured 19.980, target 20, within −0.05 … +0.02 = 3",
        ),
        (20.03, "测得 20.030，目标 20，超出公差 = 0", "measured 20.030, target 20, beyond every range = 0"),
    ],
)
def test_a_tolerance_says_which_range_held_the_value(mark, zh, en):
    ranges = [{"below": "0.01", "above": "0.01", "points": "5"}, {"below": "0.05", "above": "0.02", "points": "3"}]
    node = {"kind": "tolerance", "id": "q", "name": "孔径", "target": "20", "high": "40", "ranges": ranges}
    assert said(node, {"a": {"q": mark}}) == (zh, en)


def test_a_difference_that_costs_everything_says_that_it_stops_at_nothing():
    node = {
        "kind": "difference",
        "id": "q",
        "name": "长",
        "max": "2",
        "deduction": "1",
        "target": "5",
        "high": "9",
    }
    assert said(node, {"a": {"q": 9}})[0] == "记录 9，目标 5；2 减每 1 的差扣 1，不低于 0 = 0"


def standardised(**more) -> dict:
    return {
        "kind": "standardised", "id": "scaled", "name": "标准分", "scale": "mean_500", "places": 0,
        "of": points("points", name="得分", name_en="Points", step="1"), **more,
    }  # fmt: skip


def test_a_standard_score_names_the_middle_and_the_sigma_it_was_measured_by():
    given = {"a": {"points": 70}, "b": {"points": 80}, "c": {"points": 91}}
    assert said(standardised(), given) == (
        "得分 70，平均 80.333333…，σ 8.5765；标准分 500 + 30 × (70 − 80.333333…) / 8.5765，四舍五入到 0 位 464",
        (
            "Points 70, mean 80.333333…, σ 8.5765; on the scale 500 + 30 × (70 − 80.333333…) / 8.5765, "
            "rounded to 0 places 464"
        ),
    )


def test_each_group_is_told_its_own_middle_and_a_factor_comes_after():
    given = {"a": {"points": 70}, "b": {"points": 80}, "c": {"points": 10}}
    heats = {"heat": {"a": "1", "b": "1", "c": "2"}}
    node = standardised(by="heat", factor="0.5", scale="median_700")
    zh, _ = said(node, given, attributes=heats)
    assert zh == (
        "得分 70，中位数 75，σ 5（按“heat”分组）；标准分 700 + 30 × (70 − 75) / 5，四舍五入到 0 位 670"
        " × 0.5 = 335，四舍五入到 0 位 335"
    )
    assert said(node, given, entry="c", attributes=heats)[0].startswith("得分 10，σ 为 0，都在中心 700，")


def test_marks_on_a_standard_scale_are_told_before_any_is_dropped():
    node = panel(step="1", places=1, rule={"take": "trimmed"}, standardise={"scale": "t", "places": 1})
    given = {"a": {"work": [1, 2, 3, "absent"]}, "b": {"work": [3, 2, 1, 5]}}
    assert said(node, given, seats=4)[0] == (
        "打分 1、2、3、缺席；换成标准分：平均为 50，每个 σ 10：40.0、50.0、60.0；去掉最低 40.0、最高 60.0；"
        "3 个中 1 个的平均 50，四舍五入到 1 位 50.0"
    )


def test_a_part_that_never_ends_is_not_told_as_if_it_did():
    node = {"kind": "sum", "id": "s", "name": "实操", "parts": [panel(weight="0.7", step="1")]}
    assert said(node, {"a": {"work": [7, 7, 8]}}, seats=3)[0] == "作品 7.333333… × 0.7 = 5.133333…"
