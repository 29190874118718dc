"""A table on its way to paper or to another program: headings, cells, the lines to sign on."""

from __future__ import annotations

import csv
import io
import re

import msgspec

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n", "\0")
"""What a spreadsheet may take for the beginning of a formula, also as full-width keyboards write it."""


class Heading(msgspec.Struct, frozen=True, kw_only=True):
    """A column: its heading, its width in characters, and the places of its numbers (None for text)."""

    text: str
    width: float = 12
    places: int | None = None
    centred: bool = False


class PrintedTable(msgspec.Struct, frozen=True, kw_only=True):
    """One sheet: title, subtitle, headings, rows, signature lines. Numbers are decimal text, printed exactly."""

    sheet: str
    title: str
    subtitle: str = ""
    headings: tuple[Heading, ...]
    rows: tuple[tuple[str | None, ...], ...]
    signatures: tuple[str, ...] = ()
    note: str = ""
    page: str = "第 &P 页 / 共 &N 页"
    landscape: bool = False


class Workbook(msgspec.Struct, frozen=True, kw_only=True):
    """Sheets in order, and the file's name without its ending."""

    name: str
    tables: tuple[PrintedTable, ...]


def plain(text: str) -> str:
    """Text as it may stand in a cell: without control characters, which no spreadsheet can hold."""
    return _CONTROL.sub("", text)


def csv_bytes(table: PrintedTable) -> bytes:
    """The table as CSV for Excel: UTF-8 with a byte order mark, text that looks like a formula made harmless."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([_disarmed(heading.text) for heading in table.headings])
    for row in table.rows:
        writer.writerow([_printed(cell or "", heading) for cell, heading in zip(row, table.headings, strict=True)])
    return out.getvalue().encode("utf-8-sig")


def _printed(text: str, heading: Heading) -> str:
    """Numbers stay numbers, everything else is text."""
    number = heading.places is not None and re.fullmatch(r"-?\d+(\.\d+)?", text)
    return text if number else _disarmed(text)


def _disarmed(text: str) -> str:
    """What a spreadsheet could run gets a leading apostrophe (ASVS 1.2.10)."""
    text = plain(text)
    return f"'{text}" if text.startswith(_FORMULA) else text
