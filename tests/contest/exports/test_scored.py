"""Results in files: the same numbers in JSON, CSV, workbooks and Parquet."""

import csv
import io
import json

import openpyxl
import polars as pl
import pytest

import scoring
from contest.exports.left_open import left_open
from contest.exports.placing import place
from contest.exports.scored import Scored, fields, written
from tests.contest.imports.events import SCHEME, event_of, file, marks

AWARDED = {
    **SCHEME,
    "awards": [
        {"id": "first", "name": "一等奖", "rule": {"by": "rank", "to": 1}},
        {"id": "all", "name": "参与奖", "rule": {"by": "everyone"}, "besides": True},
    ],
}
ENTRIES = "entry,单位,status,bib,rank\n甲,一厂,,A1,x\n=乙,二厂,,A2,y\n丙,三厂,withdrawn,A3,\n"
MARKS = [
    row
    for entry, work in (("甲", "8.5"), ("=乙", "8.5"), ("丙", "1"))
    for row in (
        f"{entry},work,王,,{work},",
        f"{entry},theory,,,10,",
        f"{entry},jump,,1,-0.125,",
        f"{entry},jump,,2,0,",
    )
]


@pytest.fixture(scope="module")
def scored():
    event = event_of(marks(*MARKS), entries=file("entries.csv", ENTRIES), scheme=AWARDED)
    made = scoring.results(event.scheme, event.sheet)
    return Scored(scheme=event.scheme, results=made, labels=event.sheet.labels, attributes=event.sheet.attributes)


HEADINGS = [
    "rank", "entry", "label", "status", "organisation", "attribute.rank", "total",
    "work", "theory", "jump.1", "jump.2", "awards", "excluded", "shared", "tie_broken_by",
]  # fmt: skip
FIRST = [
    "1",
    "甲",
    "A1",
    "entered",
    "一厂",
    "x",
    "18.38",
    "8.50",
    "10.00",
    "-0.125",
    "0.000",
    "first;all",
    "",
    "1",
    "",
]


def test_every_column_has_a_name_of_its_own(scored):
    assert [field.id for field in fields(scored, "zh")] == HEADINGS


def test_csv_has_the_printed_numbers_and_no_formula(scored):
    made = written(scored, "csv", "zh").decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(made)))
    assert rows[0] == HEADINGS
    assert rows[1] == FIRST
    assert [row[1] for row in rows[1:]] == ["甲", "'=乙", "丙"]
    assert rows[3][:7] == ["", "丙", "A3", "withdrawn", "三厂", "", ""]


def test_json_has_what_the_engine_gives_and_what_is_known_of_the_entries(scored):
    made = json.loads(written(scored, "json", "zh"))
    assert made["rows"][0]["label"] == "A1"
    assert made["rows"][0]["attributes"] == {"organisation": "一厂", "rank": "x"}
    assert made["rows"][0]["scores"]["jump.1"] == "-0.125"
    assert (made["open_ties"], made["missing"]) == (scored.results.open_ties, 0)
    assert [award["name"] for award in made["awards"]] == ["一等奖", "参与奖"]
    assert set(scored.results.__struct_fields__) <= set(made)
    assert set(scored.results.rows[0].__struct_fields__) <= set(made["rows"][0])


@pytest.mark.parametrize(("language", "heading"), [("zh", "理论"), ("en", "Theory")])
def test_a_workbook_has_numbers_as_values_and_text_as_text(scored, language, heading):
    book = openpyxl.load_workbook(io.BytesIO(written(scored, "xlsx", language)))
    sheet = book.worksheets[0]
    cells = {cell.value: cell.column for cell in sheet[3]}
    first = {name: sheet.cell(4, column) for name, column in cells.items()}
    assert (first[heading].value, first[heading].data_type) == (10, "n")
    assert sheet.cell(4, 1).value == 1
    second = sheet.cell(5, 2)
    assert (second.value, second.data_type) == ("=乙", "s")


def test_parquet_has_exact_decimals(scored):
    frame = pl.read_parquet(io.BytesIO(written(scored, "parquet", "zh")))
    assert frame.columns == HEADINGS
    assert frame.schema["rank"] == pl.Int64
    assert frame.schema["jump.1"].is_decimal()
    assert [str(value) for value in frame["jump.1"]] == ["-0.125", "-0.125", "-0.125"]
    assert frame["shared"].to_list() == [True, True, False]
    assert frame["rank"].to_list() == [1, 1, None]
    assert str(frame["total"][0]) == "18.38"
    assert frame["entry"].to_list() == ["甲", "=乙", "丙"]


def test_a_file_is_there_whole_or_not_at_all(tmp_path, monkeypatch):
    target = tmp_path / "out.csv"
    place(target, b"one", replace=False)
    with pytest.raises(FileExistsError):
        place(target, b"two", replace=False)
    assert target.read_bytes() == b"one"
    place(target, b"two", replace=True)
    assert target.read_bytes() == b"two"

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        place(target, b"three", replace=True)
    assert target.read_bytes() == b"two"
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_where_links_cannot_be_made_a_file_is_still_not_replaced(tmp_path, monkeypatch):
    def refused(*_):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("pathlib.Path.hardlink_to", refused)
    place(tmp_path / "out", b"one", replace=False)
    with pytest.raises(FileExistsError):
        place(tmp_path / "out", b"two", replace=False)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"one"]


TEAMS = {
    **SCHEME,
    "teams": [
        {
            "by": "organisation",
            "table": {
                "id": "groups",
                "name": "团体总分",
                "points": {"by": "place", "points": ["7", "5", "4"]},
                "ties": "must_break",
            },
        }
    ],
}


def test_tables_of_teams_are_in_json_and_have_a_sheet_of_their_own():
    rows = [row for entry in "甲乙" for row in (f"{entry},work,王,,5,", f"{entry},theory,,,{ord(entry) % 7},")]
    rows += [f"{entry},jump,,{turn},0," for entry in "甲乙" for turn in (1, 2)]
    event = event_of(marks(*rows), entries=file("entries.csv", "entry,单位\n甲,一厂\n乙,二厂\n"), scheme=TEAMS)
    scored = Scored(scheme=event.scheme, results=scoring.results(event.scheme, event.sheet))
    best = scored.results.rows[0].entry
    groups = ["一厂", "二厂"] if best == "甲" else ["二厂", "一厂"]
    told = json.loads(written(scored, "json", "zh"))["teams"]
    assert [(row["rank"], row["group"], row["points"]) for row in told[0]["rows"]] == [
        (1, groups[0], "7"),
        (2, groups[1], "5"),
    ]
    sheet = openpyxl.load_workbook(io.BytesIO(written(scored, "xlsx", "zh")))["团体总分"]
    assert [[cell.value for cell in row[:4]] for row in sheet.iter_rows(min_row=4, max_row=5)] == [
        [1, groups[0], 7, 1],
        [2, groups[1], 5, 1],
    ]
    assert sheet.cell(4, 3).data_type == "n"


def test_ties_between_teams_that_must_be_broken_are_said():
    rows = [row for entry in "甲乙" for row in (f"{entry},work,王,,5,", f"{entry},theory,,,1,")]
    rows += [f"{entry},jump,,{turn},0," for entry in "甲乙" for turn in (1, 2)]
    event = event_of(marks(*rows), entries=file("entries.csv", "entry,单位\n甲,一厂\n乙,二厂\n"), scheme=TEAMS)
    assert [en for _, en in left_open(scoring.results(event.scheme, event.sheet))] == [
        "In the table “groups” the tie at rank 1 must be broken: 一厂, 二厂."
    ]
