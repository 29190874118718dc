"""Long tables as columns: every reader says the same of the same table."""

import io
from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contest.errors import FileTooLong, FileUnreadable
from contest.imports import columns, workbooks
from contest.imports.columns import read_table
from tests.contest.imports.events import xlsx


def told(table):
    """Headings and rows of a table, each with its number in the file."""
    texts = [[column.texts[code] for code in column.codes] for column in table.columns]
    return [column.heading for column in table.columns], dict(
        zip(table.rows.tolist(), zip(*texts, strict=True), strict=True)
    )


CELL = st.text(alphabet="ab 1,.;\"'\n\t中é", max_size=6)


def quoted(cell):
    return '"' + cell.replace('"', '""') + '"' if set(cell) & set("\",;\n\t'") else cell


@example(rows=[("", "", " ")], end="\n")
@given(rows=st.lists(st.tuples(CELL, CELL, CELL), max_size=8), end=st.sampled_from(["\n", "\r\n"]))
def test_polars_and_the_standard_library_read_the_same(rows, end):
    text = end.join(",".join(quoted(cell) for cell in row) for row in [("x", "y", "z"), *rows]) + end
    fast = columns._from_large_text("t", text)
    assert fast is not None or '"' in text
    if fast is not None:
        assert told(fast) == told(columns._from_text("t", text))


def test_what_polars_finds_odd_is_read_by_the_standard_library(monkeypatch):
    monkeypatch.setattr(columns, "LARGE", 1)
    wide = read_table("t", b"x,y\n1,2\n3,4,5\n6,7\n", ())
    assert told(wide) == (["x", "y"], {2: ("1", "2"), 3: ("3", "4"), 4: ("6", "7")})
    assert wide.ragged == [3]
    narrow = read_table("t", b"x,y\n1,2\n3\n", ())
    assert told(narrow) == (["x", "y"], {2: ("1", "2"), 3: ("3", "")})


@pytest.mark.parametrize("large", [1, columns.LARGE])
def test_rows_keep_the_numbers_they_have_in_the_file(monkeypatch, large):
    monkeypatch.setattr(columns, "LARGE", large)
    table = read_table("t", b'x,y\r\n1,2\r\n\r\n"3\r\n3",4\r\n,\r\n5,6\r\n\r\n', ())
    assert told(table) == (["x", "y"], {2: ("1", "2"), 4: ("3 3", "4"), 6: ("5", "6")})


def test_texts_that_read_alike_are_one():
    table = read_table("t", "x\n 甲\n甲 \n\u200b甲\n乙\n".encode(), ())
    assert table.columns[0].texts == ["甲", "乙"]
    assert table.columns[0].codes.tolist() == [0, 0, 0, 1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_text_may_be_in_any_encoding_and_have_any_delimiter_of_the_field(encoding, mark):
    text = f"参赛者{mark}分值\n甲{mark}1\n"
    assert told(read_table("t", text.encode(encoding), ())) == (["参赛者", "分值"], {2: ("甲", "1")})


def test_parquet_says_what_its_columns_say():
    out = io.BytesIO()
    pl.DataFrame(
        {
            "entry": ["甲", None],
            "whole": [1, 2],
            "decimal": pl.Series(["0.30", "8.25"]).str.to_decimal(scale=2),
            "binary": [0.1 + 0.2, 1e-7],
            "short": pl.Series([8.1, None], dtype=pl.Float32),
        }
    ).write_parquet(out)
    assert told(read_table("t", out.getvalue(), ())) == (
        ["entry", "whole", "decimal", "binary", "short"],
        {2: ("甲", "1", "0.30", "0.3", "8.1"), 3: ("", "2", "8.25", "0.0000001", "")},
    )


def test_parquet_of_lists_or_damaged_is_refused():
    out = io.BytesIO()
    pl.DataFrame({"entry": [["甲"]]}).write_parquet(out)
    for content in (out.getvalue(), b"PAR1 and nothing more"):
        with pytest.raises(FileUnreadable):
            read_table("t", content, ())


def test_headings_of_a_workbook_may_stand_below_a_title():
    made = xlsx("t", [["打分表"], [], ["Entry*", "评分点", None], ["甲", "work"], [], ["乙", "work"]])
    table = read_table("t", made.content, {"entry", "评分点"})
    assert told(table) == (["Entry*", "评分点"], {4: ("甲", "work"), 6: ("乙", "work")})


def test_cells_of_a_workbook_are_what_a_person_sees():
    cells = [
        24.749999999999993,
        1e-05,
        3.0,
        True,
        datetime(1990, 5, 1, tzinfo=UTC).replace(tzinfo=None),
        date(2000, 1, 2),
        "=1+1",
        "#N/A",
    ]
    made = xlsx("t", [["a", "b", "c", "d", "e", "f", "g", "h"], cells])
    row = workbooks.sheets(made.content, workbooks.Bounds(), formulas=True)[0].rows[1]
    assert row == ["24.75", "0.00001", "3", "1", "1990-05-01", "2000-01-02", workbooks.FORMULA, workbooks.BROKEN]


def test_a_workbook_larger_than_its_bounds_is_refused():
    made = xlsx("t", [["a", "b"], ["1", "2"]])
    for bounds in (workbooks.Bounds(rows=1), workbooks.Bounds(columns=1), workbooks.Bounds(unpacked=100)):
        with pytest.raises(FileTooLong):
            workbooks.sheets(made.content, bounds, formulas=True)


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfea\x00", b'x,y\n"1,2\n', b"PK\x05\x06"])
def test_what_is_no_table_is_refused(content):
    with pytest.raises(FileUnreadable):
        read_table("t", content, ())
