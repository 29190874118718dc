"""Marks, entries and judges from files: what they say, and everything that is wrong with them at once."""

import random

import pytest

import scoring
from contest.imports.event import File
from contest.imports.findings import KEPT, Finding, Findings, lines
from contest.imports.rows import NO_VALUE, NOT_DECIMAL, milli
from tests.contest.imports.events import HEADINGS, SCHEME, cells, event_of, file, marks, read, wrong, xlsx

ENTERED, ABSENT, NOT_ATTEMPTED = 1, 2, 3
WHOLE = (
    "甲,work,王,,8.5,",
    "甲,work,李,,9,",
    "甲,theory,,,87.25,",
    "甲,jump,,1,7.125,",
    "甲,jump,,2,-0.5,entered",
    "乙,work,王,,,absent",
    "乙,work,李,,,未做",
    "乙,theory,,,,not_attempted",
    "乙,jump.1,,,0,",
    "乙,jump,,2,,blank",
)


def test_marks_are_whole_thousandths_with_seats_attempts_and_states():
    event = event_of(marks(*WHOLE))
    assert event.sheet.entries == ("乙", "甲")
    assert cells(event) == {
        ("甲", "work", 2, ENTERED, 8500),
        ("甲", "work", 1, ENTERED, 9000),
        ("甲", "theory", 0, ENTERED, 87250),
        ("甲", "jump.1", 0, ENTERED, 7125),
        ("甲", "jump.2", 0, ENTERED, -500),
        ("乙", "work", 2, ABSENT, NO_VALUE),
        ("乙", "work", 1, NOT_ATTEMPTED, NO_VALUE),
        ("乙", "theory", 0, NOT_ATTEMPTED, NO_VALUE),
        ("乙", "jump.1", 0, ENTERED, 0),
    }
    assert event.sheet.seats == {"甲": 2, "乙": 2}


def test_the_results_of_the_sheet_are_those_of_the_marks():
    event = event_of(marks(*WHOLE))
    made = scoring.results(event.scheme, event.sheet)
    assert [(row.entry, row.total, row.complete) for row in made.rows] == [("甲", "102.63", 4), ("乙", None, 3)]
    assert made.missing == 1


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_rows_files_and_judges_changes_nothing(seed):
    rows = [*WHOLE]
    random.Random(seed).shuffle(rows)
    split = event_of(marks(*rows[:4]), marks(*rows[4:], name="more.csv"))
    assert cells(split) == cells(event_of(marks(*WHOLE)))
    assert split.sheet.entries == ("乙", "甲")


def test_chinese_headings_say_the_same():
    chinese = marks(*WHOLE, headings="参赛者,评分点,裁判,次数,分值,状态")
    assert cells(event_of(chinese)) == cells(event_of(marks(*WHOLE)))


def test_everything_wrong_in_every_file_is_named_with_its_row():
    first = marks(
        "甲,work,王,,8.5,",
        "丙,work,王,,8.5,",  # 3 unknown entry
        "甲,nothing,,,1,",  # 4 unknown aspect
        "甲,jump,,3,1,",  # 5 no third attempt
        "甲,work,王,,9,",  # 6 the same mark again
        "甲,work,,,9,",  # 7 no judge
        "甲,theory,王,,50,",  # 8 a judge too many
        "甲,theory,,,50.1,",  # 9 off the step
        "甲,theory,,,100.25,",  # 10 too high
        "甲,theory,,,abc,",  # 11 no number
        "甲,theory,,,1.0001,",  # 12 four places
        "甲,theory,,,1,absent",  # 13 both
        "甲,theory,,,,entered",  # 14 neither
        "甲,theory,,,,asleep",  # 15 unknown status
        ",theory,,,1,",  # 16 no entry
    )
    second = marks("甲,work,王,,8,", name="more.csv")
    listed = file("entries.csv", "entry,organisation\n甲,一厂\n甲,二厂\n")
    assert wrong(first, second, entries=listed) == [
        ("entries.csv", "entry_doubled", 3),
        ("marks.csv", "unknown_entry", 3),
        ("marks.csv", "unknown_aspect", 4),
        ("marks.csv", "unknown_aspect", 5),
        ("marks.csv", "mark_doubled", 6),
        ("marks.csv", "judge_missing", 7),
        ("marks.csv", "judge_not_asked", 8),
        ("marks.csv", "off_scale", 9),
        ("marks.csv", "off_scale", 10),
        ("marks.csv", "mark_doubled", 10),
        ("marks.csv", "not_a_number", 11),
        ("marks.csv", "mark_doubled", 11),
        ("marks.csv", "not_a_number", 12),
        ("marks.csv", "mark_doubled", 12),
        ("marks.csv", "value_beside_status", 13),
        ("marks.csv", "mark_doubled", 13),
        ("marks.csv", "value_missing", 14),
        ("marks.csv", "mark_doubled", 14),
        ("marks.csv", "unknown_status", 15),
        ("marks.csv", "mark_doubled", 15),
        ("marks.csv", "unknown_entry", 16),
        ("more.csv", "mark_doubled", 2),
    ]


def test_sentences_quote_what_stands_there_in_both_languages():
    _, found, _ = read(marks("甲,theory,,,120,", "甲,jump,,9,1,"))
    assert [(one.zh, one.en) for one in found] == [
        (
            "“理论”的分值 120 不在 0.00 到 100.00、步长 0.25 之内。",
            "120 for “Theory” is not between 0.00 and 100.00 in steps of 0.25.",
        ),
        ("没有评分点“jump”的第 9 次。", "There is no aspect “jump” with an attempt 9."),
    ]
    assert found[0].line("en") == "marks.csv:2: 120 for “Theory” is not between 0.00 and 100.00 in steps of 0.25."
    assert found[0].line("").startswith("marks.csv:2: “理论”的分值")


def test_columns_that_are_unknown_doubled_or_missing_and_rows_too_wide_are_named():
    odd = file("marks.csv", "entry,aspect,points,aspect\n甲,theory,1,theory,7\n")
    assert wrong(odd) == [
        ("marks.csv", "unknown_column", 0),
        ("marks.csv", "doubled_column", 0),
        ("marks.csv", "missing_column", 0),
        ("marks.csv", "ragged", 2),
    ]


def test_a_thousand_wrong_rows_are_counted_and_the_first_are_kept():
    _, found, total = read(marks(*(f"甲,theory,,,{200 + row}," for row in range(1000))))
    assert total == 1000 + 999  # off the scale, and the same mark again
    assert [one.row for one in found[:3]] == [2, 3, 3]
    assert len(found) == 2 * KEPT
    told = lines(found, total, "en")
    assert len(told) == KEPT + 1
    assert told[-1] == f"… and {1999 - KEPT} more, 1999 in all."


def test_what_is_found_is_told_in_the_order_of_files_and_rows():
    found = Findings()
    for name, row in (("b", 3), ("a", 2), ("b", 1)):
        found.add(Finding(code="x", file=name, row=row, zh="错。", en="Wrong."))
    assert [one.line("zh") for one in found.in_order()] == ["b:1: 错。", "b:3: 错。", "a:2: 错。"]


ENTRIES = "参赛者,单位,状态,参赛号,抽签号,born\n甲,一厂,,A01,2,1990-05-01\n乙,二厂,表演,A02,1,\n"


def test_entries_have_a_status_a_label_a_lot_and_attributes():
    event = event_of(marks("甲,theory,,,1,"), entries=file("entries.csv", ENTRIES))
    assert event.sheet.entries == ("甲", "乙")
    assert event.sheet.statuses == {"乙": "out_of_competition"}
    assert event.sheet.labels == {"甲": "A01", "乙": "A02"}
    assert event.sheet.lots == {"甲": 2, "乙": 1}
    assert event.sheet.attributes == {
        "organisation": {"甲": "一厂", "乙": "二厂"},
        "born": {"甲": "1990-05-01"},
    }


def test_entries_that_are_wrong_are_named():
    text = "entry,status,label,bib,lot\n甲,asleep,1,,\n,,,,2\n乙,,,,x\n"
    assert wrong(marks("甲,theory,,,1,"), entries=file("entries.csv", text)) == [
        ("entries.csv", "doubled_column", 0),
        ("entries.csv", "unknown_entry_status", 2),
        ("entries.csv", "entry_missing", 3),
        ("entries.csv", "lot_not_a_number", 4),
    ]


def test_a_scheme_that_is_wrong_is_named_node_by_node_beside_the_rest():
    scheme = {
        **SCHEME,
        "root": {**SCHEME["root"], "parts": [{"kind": "panel", "id": "work", "name": "x", "high": 10}]},
    }
    event, found, _ = read(marks("甲,work,王,,1,"), scheme=scheme)
    assert event is None
    assert [(one.file, one.code) for one in found] == [("scheme.json", "scheme")]
    assert "work" in found[0].en


def test_a_workbook_says_the_same_as_text_and_keeps_numbers_exact():
    rows = [["测试赛 打分表"], HEADINGS.split(",")]
    for text in WHOLE:
        entry, aspect, judge, attempt, value, status = text.split(",")
        rows.append(
            [entry, aspect, judge, int(attempt) if attempt else None, float(value) if value else None, status]
        )
    assert cells(event_of(xlsx("marks.xlsx", rows))) == cells(event_of(marks(*WHOLE)))
    noise = xlsx("marks.xlsx", [HEADINGS.split(","), ["甲", "jump", None, 1, 0.1 + 0.2]])
    assert cells(event_of(noise)) == {("甲", "jump.1", 0, ENTERED, 300)}


def test_every_decimal_is_read_exactly():
    # 1.005 × 1000 is 1004.99… in binary numbers; so are hundreds of these.
    for value in (*range(12_000), 10**12 + 1, 999_999_999_999):
        whole, part = divmod(value, 1000)
        assert milli(f"{whole}.{part:03d}") == value
        assert milli(f"-{whole}.{part:03d}00") == -value
    assert (milli("8.5"), milli("+08.50"), milli("-0"), milli("7")) == (8500, 8500, 0, 7000)


@pytest.mark.parametrize("text", ["1.0001", "1,5", "1e3", "+-1", ".5", "5.", "１", "NaN", "1 000", "0x1", "--1"])
def test_what_is_no_decimal_of_three_places_is_none(text):
    assert milli(text) == NOT_DECIMAL


def test_formulas_in_the_list_of_entries_are_named():
    listed = xlsx("entries.xlsx", [["entry", "organisation"], ["甲", "=A1"], ["乙", "#N/A"]])
    assert wrong(marks("甲,theory,,,1,"), entries=listed) == [
        ("entries.xlsx", "cell_not_plain", 2),
        ("entries.xlsx", "cell_not_plain", 3),
    ]


def test_a_formula_is_no_value():
    formula = xlsx("marks.xlsx", [HEADINGS.split(","), ["甲", "theory", None, None, "=1+1"]], title="分")
    assert wrong(formula) == [("marks.xlsx", "not_a_number", 2)]


def test_files_that_cannot_be_read_are_named_together():
    assert wrong(File("a.xlsx", b"PK\x03\x04 no"), File("b.csv", b"\xff\xfe\x00\x00")) == [
        ("a.xlsx", "file_unreadable", 0),
        ("b.csv", "file_unreadable", 0),
    ]
