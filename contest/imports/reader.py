"""Read a spreadsheet in a process of its own: bytes on standard input, cells as JSON on standard output.

Refuses zip bombs before anything is parsed and stops at `ROWS` × `COLUMNS`; memory and time are bounded.
"""

from __future__ import annotations

import csv
import io
import sys
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from contest.errors import ContestError, FileTooLong, FileUnreadable
from contest.offload import limit

ROWS = 10_000
COLUMNS = 60
_MEMBERS = 200
_UNPACKED = 20 << 20
_RATIO = 100


class Cell(msgspec.Struct, frozen=True):
    """What stands in a cell as text, and whether it is a formula."""

    text: str
    formula: bool = False


class Grid(msgspec.Struct, frozen=True, kw_only=True):
    """The cells of the first sheet; row and column 0 are the sheet's first. `refused` names a broken rule."""

    sheet: str = ""
    rows: list[list[Cell]] = []
    refused: str = ""


def read(content: bytes) -> Grid:
    """Read a workbook (.xlsx) or text table (.csv in UTF-8 or GB 18030). FileUnreadable, FileTooLong."""
    if content[:2] == b"PK":
        return _workbook(content)
    return _text(content)


def _workbook(content: bytes) -> Grid:
    from openpyxl import load_workbook  # slow: the workbook library

    check_archive(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        return Grid(sheet=sheet.title, rows=_bounded(_cells(row) for row in sheet.iter_rows()))
    except ContestError:
        raise
    except Exception as broken:  # whatever a damaged file makes the library raise
        raise FileUnreadable() from broken


def check_archive(content: bytes, *, unpacked: int = _UNPACKED) -> None:
    """Refuse what unpacks to more than a sheet needs, before it is unpacked. FileUnreadable, FileTooLong."""
    try:
        members = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except zipfile.BadZipFile as broken:
        raise FileUnreadable() from broken
    size = sum(member.file_size for member in members)
    if (
        len(members) > _MEMBERS
        or size > unpacked
        or size > _RATIO * max(len(content), 1)
        or any(".." in member.filename or member.filename.startswith("/") for member in members)
    ):
        raise FileTooLong(rows=ROWS, columns=COLUMNS)


def _cells(row: Iterable[Any]) -> list[Cell]:
    return [_cell(cell) for cell in row]


def _cell(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        return Cell("")
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # a staff number typed as a number is text to us
    return Cell(plain(str(value)), formula=cell.data_type == "f")


def plain(text: str) -> str:
    """What a person sees in a cell: one line, and nothing that prints as nothing."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    kept = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    return "".join(letter for letter in " ".join(kept.split()) if unicodedata.category(letter) != "Cc")


def _text(content: bytes) -> Grid:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        first = text.split("\n", 1)[0]
        delimiter = max(",;\t", key=first.count)
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            return Grid(sheet="CSV", rows=_bounded([Cell(plain(cell)) for cell in row] for row in rows))
        except csv.Error as broken:
            raise FileUnreadable() from broken
    raise FileUnreadable()


def _bounded(rows: Iterator[list[Cell]]) -> list[list[Cell]]:
    kept: list[list[Cell]] = []
    for row in rows:
        while row and not row[-1].text:
            row.pop()
        if len(row) > COLUMNS or len(kept) >= ROWS:
            raise FileTooLong(rows=ROWS, columns=COLUMNS)
        kept.append(row)
    while kept and not kept[-1]:
        kept.pop()
    return kept


if __name__ == "__main__":
    limit(megabytes=1024, seconds=20)
    try:
        grid = read(sys.stdin.buffer.read())
    except ContestError as broken:
        grid = Grid(refused=broken.code)
    sys.stdout.buffer.write(msgspec.json.encode(grid))
