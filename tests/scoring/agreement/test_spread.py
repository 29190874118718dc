"""How far apart the judges of a panel are, and the re-mark list."""

import pytest

from scoring.agreement import Apart, agreement
from tests.scoring.agreement.marking import judgement, one_aspect, panel, scheme, sheet


def of(*rows, document=None):
    document = document or scheme(judgement())
    aspect = next(iter(document.aspects))
    return agreement(document, sheet({chr(97 + at): {aspect: row} for at, row in enumerate(rows)}))


def test_judgement_is_marked_anew_from_more_than_one_step_apart():
    found = of([2, 2, 3], [1, 3, 2], [0, 3, 3])
    assert [(one.entry, one.spread, one.lowest, one.highest, one.limit) for one in found.apart] == [
        ("c", 3.0, 0.0, 3.0, 1.0),
        ("b", 2.0, 1.0, 3.0, 1.0),
    ]
    (told,) = found.aspects
    assert (told.entries, told.widest, told.limit, told.over) == (3, 3.0, 1.0, 2)
    assert told.mean_spread == pytest.approx(2.0)
    assert told.said == "“外观”最高最低平均相差 2.00，最多 3；2 个参赛者超过 1，应重新打分"
    assert told.said_en.endswith("; 2 entries are more than 1 apart and to be marked anew")


def test_a_case_is_said_in_both_languages():
    case = of([0, 3, 3]).apart[0]
    assert case == Apart(
        entry="a",
        aspect="look",
        panel="",
        lowest=0.0,
        highest=3.0,
        spread=3.0,
        limit=1.0,
        said="“外观”最低 0，最高 3，相差 3，超过 1，应重新打分",
        said_en="“Look” has marks from 0 to 3, 3 apart, more than 1: mark it anew",
    )


def test_nobody_is_asked_to_mark_anew_before_the_panel_has_marked():
    found = of([0, 3, None], [0, 3, "absent"])
    assert [one.entry for one in found.apart] == ["b"]
    assert found.aspects[0].entries == 2


def test_not_attempted_is_not_an_entered_mark():
    assert of(["not_attempted", 3, 3]).apart == ()


def test_a_panel_without_a_limit_is_never_asked_to_mark_anew():
    found = of([0, 10], document=scheme(panel()))
    assert (found.apart, found.aspects[0].limit, found.aspects[0].widest) == ((), None, 10.0)


def test_an_aspect_that_no_two_judges_marked_says_so():
    (told,) = of([2, None]).aspects
    assert (told.entries, told.mean_spread, told.widest, told.alpha.reason) == (0, None, None, "one_judge")
    assert told.said == "“外观”还没有两名裁判都打过分的参赛者"


def test_the_spread_of_a_scheme_that_names_one_is_its_limit():
    found = agreement(*one_aspect([[6, 8], [6, 7.5]], spread="1.5"))
    assert [one.entry for one in found.apart] == ["a"]
    assert of([0, 3], document=scheme(judgement(spread=None))).apart == ()


def test_the_list_begins_with_the_farthest_beyond_the_limit_as_a_share_of_the_scale():
    document = scheme(judgement("fine"), judgement("wide"))
    marks = {"a": {"fine": [1, 3], "wide": [0, 3]}, "b": {"fine": [0, 3], "wide": [1, 3]}}
    found = agreement(document, sheet(marks))
    assert [(one.aspect, one.entry) for one in found.apart] == [
        ("fine", "b"),
        ("wide", "a"),
        ("fine", "a"),
        ("wide", "b"),
    ]


def test_each_panel_is_told_for_itself():
    document, marked = scheme(judgement()), sheet({"a": {"look": [0, 3]}, "b": {"look": [2, 2]}})
    found = agreement(document, marked, panels={("a", "look"): "甲组", ("b", "look"): "乙组"})
    assert [(one.panel, one.entries, one.widest) for one in found.aspects] == [("乙组", 1, 0.0), ("甲组", 1, 3.0)]
    assert [one.panel for one in found.apart] == ["甲组"]


def test_alpha_of_an_aspect_is_1_where_all_agree():
    assert of([1, 1], [2, 2], [3, 3]).aspects[0].alpha.value == pytest.approx(1.0)
