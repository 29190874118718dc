"""Judges by name become seats, and no mark that is missing goes unnoticed."""

import scoring
from contest.imports.panels import natural
from tests.contest.imports.events import SCHEME, cells, event_of, file, marks, wrong

SEVERAL = {"root": {**SCHEME["root"], "parts": SCHEME["root"]["parts"][:1]}}


def seats(event):
    return {(entry, seat): value for entry, _, seat, _, value in cells(event)}


def test_seats_follow_the_judges_names_as_people_sort_them():
    event = event_of(marks(*(f"甲,work,裁判 {number},,{number / 2}," for number in (10, 2, 1))), scheme=SEVERAL)
    assert seats(event) == {("甲", 1): 500, ("甲", 2): 1000, ("甲", 3): 5000}
    assert sorted(["b10", "b9", "a", "10", "9"], key=natural) == ["9", "10", "a", "b9", "b10"]


def test_a_judge_who_left_out_one_entry_is_missed_there():
    rows = ["甲,work,王,,1,", "甲,work,李,,1,", "乙,work,王,,1,"]
    event = event_of(marks(*rows), scheme=SEVERAL)
    assert event.sheet.seats == {"甲": 2, "乙": 2}
    assert scoring.results(event.scheme, event.sheet).missing == 1


def test_panels_that_share_no_entry_stay_apart():
    rows = ["甲,work,王,,1,", "甲,work,李,,2,", "乙,work,赵,,3,", "丙,work,赵,,4,", "丙,work,钱,,5,"]
    event = event_of(marks(*rows, "丁,work,孙,,6,"), scheme=SEVERAL)
    assert event.sheet.seats == {"甲": 2, "乙": 2, "丙": 2, "丁": 1}
    assert seats(event) == {
        ("甲", 1): 2000,
        ("甲", 2): 1000,
        ("乙", 1): 3000,
        ("丙", 1): 4000,
        ("丙", 2): 5000,
        ("丁", 1): 6000,
    }
    assert scoring.results(event.scheme, event.sheet).missing == 1


def test_an_entry_nobody_has_marked_misses_a_whole_panel():
    listed = file("entries.csv", "entry\n甲\n乙\n")
    event = event_of(marks("甲,work,王,,1,", "甲,work,李,,1,"), entries=listed, scheme=SEVERAL)
    assert event.sheet.seats == {"甲": 2, "乙": 2}
    assert scoring.results(event.scheme, event.sheet).missing == 2


def two_aspects(**words):
    first = {**SEVERAL["root"]["parts"][0], **words}
    return {
        "root": {
            **SEVERAL["root"],
            "parts": [first, {**SEVERAL["root"]["parts"][0], "id": "style", "name": "风格"}],
        }
    }


def test_aspects_may_have_panels_of_their_own():
    rows = ["甲,work,王,,1,", "甲,work,李,,2,", "甲,style,赵,,3,"]
    event = event_of(marks(*rows), scheme=two_aspects())
    assert event.sheet.seats == {"甲": 2}
    assert event.sheet.panels == {("甲", "style"): 1}
    assert scoring.results(event.scheme, event.sheet).missing == 0


JUDGES = "judge,aspect,entry\n王,,\n李,work,\n赵,style,甲\n"


def test_judges_who_are_named_form_the_panels():
    event = event_of(marks("甲,work,王,,1,"), judges=file("judges.csv", JUDGES), scheme=two_aspects())
    assert event.sheet.seats == {"甲": 2}
    assert event.sheet.panels == {}
    assert scoring.results(event.scheme, event.sheet).missing == 3
    assert cells(event) == {("甲", "work", 2, 1, 1000)}


def test_a_mark_by_who_is_no_judge_or_not_of_this_aspect_is_named():
    rows = ["甲,work,王,,1,", "甲,work,谁,,1,", "甲,work,赵,,1,"]
    table = file("judges.csv", JUDGES)
    assert wrong(marks(*rows), judges=table, scheme=two_aspects()) == [("marks.csv", "unknown_judge", 3)]
    assert wrong(marks(rows[0], rows[2]), judges=table, scheme=two_aspects()) == [
        ("marks.csv", "judge_not_seated", 3)
    ]


def test_a_table_of_judges_that_is_wrong_is_named():
    table = file("judges.csv", "judge,aspect,entry,room\n,work,\n王,none,\n王,work,谁\n")
    assert wrong(marks("甲,work,王,,1,"), judges=table, scheme=two_aspects()) == [
        ("judges.csv", "unknown_column", 0),
        ("judges.csv", "judge_missing", 2),
        ("judges.csv", "unknown_aspect", 3),
        ("judges.csv", "unknown_entry", 4),
    ]


def test_panels_too_small_or_too_large_for_the_scheme_are_named():
    trimmed = two_aspects(rule={"take": "trimmed", "low": 1, "high": 1})
    rows = ["甲,work,王,,1,", "甲,work,李,,2,"]
    many = [f"甲,style,裁判{number},,1," for number in range(31)]
    assert [code for _, code, _ in wrong(marks(*rows, *many), scheme=trimmed)] == [
        "panel_too_small",
        "panel_too_large",
    ]


def test_panels_are_not_judged_while_rows_are_wrong():
    trimmed = two_aspects(rule={"take": "trimmed", "low": 1, "high": 1})
    assert wrong(marks("甲,work,王,,99,"), scheme=trimmed) == [("marks.csv", "off_scale", 2)]
