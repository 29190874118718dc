"""Read every cell of a workbook from outside as text, as a person sees it: 24.749999999999993 is 24.75.

The archive is looked at before anything is unpacked (see `reader`), entities are refused by defusedxml, and rows
and columns are bounded. Formulas are read as what they last showed, or named, as the reader of the sheet needs it.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

import msgspec

from contest.errors import ContestError, FileTooLong, FileUnreadable
from contest.imports.reader import check_archive, plain

FORMULA, BROKEN = "\x00formula", "\x00error"
"""What stands for a formula and for a cell like #N/A; no cell can hold these texts."""

_SEEN_DIGITS = 15
"""Spreadsheet programs show and compare so many digits; what a sum leaves behind them is noise."""


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """How much a workbook may hold."""

    rows: int = 10_000
    columns: int = 60
    unpacked: int = 20 << 20


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """One sheet: its name and the texts of its rows, each as long as its last filled cell."""

    name: str
    rows: list[list[str]]


def sheets(content: bytes, bounds: Bounds, *, formulas: bool, first: bool = False) -> list[Sheet]:
    """The sheets of a workbook (.xlsx), or only its first. With `formulas` they are named, else read as shown.

    Raises FileUnreadable and FileTooLong.
    """
    from openpyxl import load_workbook  # slow: the workbook library

    check_archive(content, unpacked=bounds.unpacked)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=not formulas, keep_links=False)
        chosen = book.worksheets[:1] if first else book.worksheets
        return [Sheet(name=sheet.title, rows=_rows(sheet.iter_rows(), bounds)) for sheet in chosen]
    except ContestError:
        raise
    except Exception as broken:  # whatever a damaged file makes the library raise
        raise FileUnreadable() from broken


def _rows(rows: Iterable[Iterable[Any]], bounds: Bounds) -> list[list[str]]:
    kept: list[list[str]] = []
    for row in rows:
        texts = [_text(cell) for cell in row]
        while texts and not texts[-1]:
            texts.pop()
        if len(texts) > bounds.columns or len(kept) >= bounds.rows:
            raise FileTooLong(rows=bounds.rows, columns=bounds.columns)
        kept.append(texts)
    while kept and not kept[-1]:
        kept.pop()
    return kept


def _text(cell: Any) -> str:
    value, kind = cell.value, cell.data_type
    if value is None:
        return ""
    if kind == "f":
        return FORMULA
    if kind == "e":
        return BROKEN
    return plain(shown(value))


def shown(value: object) -> str:
    """A value of a cell as a person reads it: a decimal without noise, a day without its midnight."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return decimal_text(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, date | time) else str(value)


def decimal_text(value: float) -> str:
    """The decimal a person typed, from the binary number a file keeps of it; never in powers of ten."""
    text = f"{value:.{_SEEN_DIGITS}g}"
    if "e" not in text:
        return text
    from decimal import Decimal

    return f"{Decimal(text):f}"
