"""Reading spreadsheets: what is refused, and before it costs anything."""

import io
import zipfile

import openpyxl
import pytest

from contest.errors import FileTooLong, FileUnreadable
from contest.imports.reader import COLUMNS, ROWS, Cell, read


def workbook(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_cells_are_text_and_formulas_are_known_as_such():
    grid = read(workbook(["姓名", "编号"], ["安禾", 1001], ["=1+1", 10.5]))
    assert grid.rows == [
        [Cell("姓名"), Cell("编号")],
        [Cell("安禾"), Cell("1001")],
        [Cell("=1+1", formula=True), Cell("10.5")],
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_in_the_encodings_that_offices_write(encoding: str):
    assert read("姓名,单位\n安禾,一厂\n".encode(encoding)).rows[1] == [Cell("安禾"), Cell("一厂")]


@pytest.mark.parametrize("content", [b"PK\x03\x04rubbish", b"\xff\xfe\x00\x01\x00", b"\x00\x01\x02"])
def test_rubbish_is_named(content: bytes):
    with pytest.raises(FileUnreadable):
        read(content)


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/worksheets/sheet1.xml", b"0" * (30 << 20))
    with pytest.raises(FileTooLong):
        read(out.getvalue())


def test_too_many_rows_or_columns_are_refused():
    with pytest.raises(FileTooLong):
        read(b"x\n" * (ROWS + 1))
    with pytest.raises(FileTooLong):
        read(b",".join([b"x"] * (COLUMNS + 1)))
    assert len(read(b"x\n" * ROWS).rows) == ROWS


def test_empty_rows_at_the_end_do_not_count():
    assert len(read(b"x\n\n\n").rows) == 1
