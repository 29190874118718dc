"""The medal rule of WorldSkills, in every shape found in published results."""

import pytest

from scoring import explain, results
from tests.scoring.sheets import points, scheme, sheet

SCALE = points(high="1000", step="1")
MEDALS = [
    {"id": metal, "name": metal, "rule": {"by": "medal", "medal": metal}} for metal in ("gold", "silver", "bronze")
]
MEDALLION = {"id": "medallion", "name": "优胜", "rule": {"by": "score", "at_least": "700"}}


def medals(*totals, awards=MEDALS, **ranking):
    given = {f"e{at}": {"points": total} for at, total in enumerate(totals)}
    plan = scheme(SCALE, awards=awards, ranking=ranking)
    return [row.awards for row in results(plan, sheet(given)).rows]


def shape(*totals):
    given = [award for awards in medals(*totals) for award in awards]
    return tuple(given.count(metal) for metal in ("gold", "silver", "bronze"))


@pytest.mark.parametrize(
    ("totals", "expected"),
    [
        ((750, 740, 730, 720), (1, 1, 1)),
        ((750, 740, 730, 729, 720), (1, 1, 2)),
        ((750, 740, 730, 729, 728, 727), (1, 1, 3)),
        ((750, 740, 738, 730), (1, 2, 0)),
        ((750, 748, 740, 739, 730), (2, 0, 2)),
        ((750, 749, 748, 746, 745), (3, 0, 1)),
        ((750, 749, 748, 740), (3, 0, 0)),
        ((750, 740, 738, 736, 735), (1, 2, 1)),
        ((750,), (1, 0, 0)),
        ((750, 740), (1, 1, 0)),
        ((), (0, 0, 0)),
    ],
)
def test_each_shape_of_medals(totals, expected):
    assert shape(*totals) == expected


def test_the_window_is_anchored_on_the_best_and_never_chained():
    # Each is within two points of the one before, the third is four from the first.
    assert medals(750, 748, 746) == [("gold",), ("gold",), ("bronze",)]
    # The last silver is the anchor for bronze, the first silver for silver.
    assert medals(750, 740, 739, 738, 736, 735)[1:] == [("silver",)] * 3 + [("bronze",), ()]


def test_a_distance_of_exactly_the_window_is_within_it():
    assert shape(750, 748, 700) == (2, 0, 1)
    assert shape(750, 747, 700) == (1, 1, 1)


def test_the_window_may_be_another_one_and_the_lowest_may_be_best():
    wide = [{**one, "rule": {**one["rule"], "window": "10.5"}} for one in MEDALS]
    assert medals(750, 740, 739, awards=wide) == [("gold",), ("gold",), ("bronze",)]
    assert medals(8, 9, 10, 20, order="low") == [("gold",)] * 3 + [()]


def test_who_is_left_gets_the_medallion_by_the_scale():
    assert medals(750, 740, 730, 701, 700, 699, awards=[*MEDALS, MEDALLION])[3:] == [
        ("medallion",),
        ("medallion",),
        (),
    ]


def test_with_few_entries_only_the_medals_that_are_given():
    few = [{**one, "min_entries": least} for one, least in zip(MEDALS, (0, 5, 6), strict=True)] + [MEDALLION]
    assert medals(750, 740, 730, 720, awards=few) == [("gold",), *[("medallion",)] * 3]
    assert medals(750, 740, 730, 720, 710, awards=few)[1:3] == [("silver",), ("medallion",)]
    assert medals(750, 740, 730, 720, 710, 705, awards=few)[1:3] == [("silver",), ("bronze",)]


@pytest.mark.parametrize(
    ("totals", "entry", "said", "english"),
    [
        ((750, 740, 730), "e0", "与最高分相差不超过 2", "within 2 of the highest total"),
        (
            (750, 740, 730), "e1",
            "一枚金牌之后，与次高分相差不超过 2", "after one gold, within 2 of the next total",
        ),
        (
            (750, 740, 730), "e2",
            "金银牌之后，与其后最高分相差不超过 2", "after gold and silver, within 2 of the next total",
        ),
        (
            (750, 749, 730), "e2",
            "2 枚金牌，不设银牌，与其后最高分相差不超过 2", "2 golds and no silver, within 2 of the next total",
        ),
        (
            (750, 749, 748, 746), "e3",
            "3 枚金牌，不设银牌，与最后一枚金牌相差不超过 2", "3 golds and no silver, within 2 of the last gold",
        ),
        (
            (750, 740, 739, 737), "e3",
            "2 枚银牌，与最后一枚银牌相差不超过 2", "2 silvers, within 2 of the last silver",
        ),
    ],
)  # fmt: skip
def test_a_medal_says_by_which_part_of_the_rule_it_was_given(totals, entry, said, english):
    given = {f"e{at}": {"points": total} for at, total in enumerate(totals)}
    step = explain(scheme(SCALE, awards=MEDALS), sheet(given), entry)[1]
    assert (step.zh.partition("：")[2], step.en.partition(": ")[2]) == (said, english)
