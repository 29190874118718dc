"""A long table from a file (CSV, .xlsx, Parquet) as columns: every text once, and for every row which one it is.

Small text tables are read by the standard library, so that scoring one event loads nothing heavy; large ones by
polars, and what polars finds odd by the standard library again, which says where. Nothing is interpreted here.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from contest.errors import FileTooLong, FileUnreadable
from contest.imports.reader import plain
from contest.imports.workbooks import Bounds, decimal_text, sheets

if TYPE_CHECKING:
    import polars as pl

LARGE = 8 << 20
"""From so many bytes on, loading polars takes less time than it saves."""
_BOUNDS = Bounds(rows=1_048_576, columns=200, unpacked=1 << 30)
_HEADING_WITHIN = 10
"""In a workbook the headings may stand below a title, but not deeper than this."""

Codes = npt.NDArray[np.int64]


class Column(NamedTuple):
    """A column: for every row the number of its text among `texts`, each of which is there once."""

    heading: str
    codes: Codes
    texts: list[str]


class Table(NamedTuple):
    """The columns of a table and where each of its lines stands in the file, from 1; empty rows are out."""

    file: str
    sheet: str
    columns: list[Column]
    rows: Codes
    ragged: list[int]
    """Rows with more cells than there are headings."""


def read_table(file: str, content: bytes, known: Iterable[str]) -> Table:
    """Read a table; in a workbook the first row with two `known` headings, or else its first, has the headings.

    Raises FileUnreadable and FileTooLong.
    """
    if content[:2] == b"PK":
        return _from_workbook(file, content, frozenset(known))
    if content[:4] == b"PAR1":
        return _from_parquet(file, content)
    text = _decoded(content)
    if len(content) >= LARGE:
        read = _from_large_text(file, text)
        if read is not None:
            return read
    return _from_text(file, text)


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise FileUnreadable()


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max(",;\t", key=first.count)


def _from_text(file: str, text: str) -> Table:
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True))
    except csv.Error as broken:
        raise FileUnreadable() from broken
    return _from_rows(file, "", rows, 0)


def _from_workbook(file: str, content: bytes, known: frozenset[str]) -> Table:
    sheet = sheets(content, _BOUNDS, formulas=True, first=True)[0]
    top = 0
    for at, row in enumerate(sheet.rows[:_HEADING_WITHIN]):
        if len({text.rstrip("*＊ ").casefold() for text in row} & known) > 1:
            top = at
            break
    return _from_rows(file, sheet.name, sheet.rows, top)


def _from_rows(file: str, sheet: str, rows: Sequence[Sequence[str]], top: int) -> Table:
    if len(rows) <= top:
        raise FileUnreadable()
    headings = [plain(text) for text in rows[top]]
    while headings and not headings[-1]:
        headings.pop()
    width = len(headings)
    if not width:
        raise FileUnreadable()
    even: list[Sequence[str]] = []
    numbers: list[int] = []
    ragged: list[int] = []
    for number, row in enumerate(rows[top + 1 :], top + 2):
        if not any(row):
            continue
        if len(row) != width:
            if any(text.strip() for text in row[width:]):
                ragged.append(number)
            row = [*row[:width], *[""] * (width - len(row))]  # noqa: PLW2901 -- the row as wide as the headings
        even.append(row)
        numbers.append(number)
    across = zip(*even, strict=True) if even else [()] * width
    columns = [Column(heading, *_coded(texts)) for heading, texts in zip(headings, across, strict=True)]
    return _filled(Table(file, sheet, columns, np.array(numbers, dtype=np.int64), ragged))


def _filled(table: Table) -> Table:
    """The table without rows in which a person sees nothing."""
    filled = np.zeros(len(table.rows), dtype=np.bool_)
    for column in table.columns:
        filled |= np.array([bool(text) for text in column.texts], dtype=np.bool_)[column.codes]
    if filled.all():
        return table
    columns = [column._replace(codes=column.codes[filled]) for column in table.columns]
    return table._replace(columns=columns, rows=table.rows[filled])


def _coded(texts: Sequence[str]) -> tuple[Codes, list[str]]:
    found = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    codes = np.fromiter(map(found.__getitem__, texts), dtype=np.int64, count=len(texts))
    return _tidied(codes, list(found))


def _tidied(codes: Codes, texts: list[str]) -> tuple[Codes, list[str]]:
    """Texts as a person sees them; what then reads alike is one text."""
    seen = [plain(text) if not text.startswith("\0") else text for text in texts]
    merged = {text: number for number, text in enumerate(dict.fromkeys(seen))}
    if len(merged) == len(texts):
        return codes, seen
    return np.array([merged[text] for text in seen], dtype=np.int64)[codes], list(merged)


def _from_large_text(file: str, text: str) -> Table | None:
    """The same through polars; None where a row is not as wide as the headings or a quote does not end."""
    import polars as pl  # slow: only for large files

    first = text.split("\n", 1)[0]
    if first.count('"') % 2:
        return None
    headings = next(csv.reader([first.rstrip("\r")], delimiter=_delimiter(text)))
    try:
        frame = pl.read_csv(
            text.encode(),
            has_header=False,
            skip_lines=1,
            separator=_delimiter(text),
            schema={str(at): pl.String for at in range(len(headings))},
            empty_string_is_null=False,
            extra_columns="raise",
            missing_columns="raise",
        )
    except pl.exceptions.PolarsError:
        return None
    if not all(heading.strip() for heading in headings[-1:]) or sum(frame.null_count().row(0)):
        return None
    return _from_frame(file, [plain(heading) for heading in headings], frame)


def _from_frame(file: str, headings: Sequence[str], frame: pl.DataFrame) -> Table:
    columns = [Column(heading, *_coded_series(series)) for heading, series in zip(headings, frame, strict=True)]
    return _filled(Table(file, "", columns, np.arange(frame.height) + 2, []))


def _coded_series(series: pl.Series) -> tuple[Codes, list[str]]:
    import polars as pl  # slow: only for large files

    texts = series.unique(maintain_order=True)
    codes = series.cast(pl.Enum(texts)).to_physical().to_numpy().astype(np.int64)
    return _tidied(codes, texts.to_list())


def _from_parquet(file: str, content: bytes) -> Table:
    import polars as pl  # slow: Parquet needs it

    try:
        frame = pl.read_parquet(io.BytesIO(content))
    except pl.exceptions.PolarsError as broken:
        raise FileUnreadable() from broken
    if frame.width > _BOUNDS.columns:
        raise FileTooLong(rows=_BOUNDS.rows, columns=_BOUNDS.columns)
    texts = frame.select(_as_text(series) for series in frame)
    return _from_frame(file, [plain(heading) for heading in frame.columns], texts)


def _as_text(series: pl.Series) -> pl.Series:
    import polars as pl  # slow: Parquet needs it

    if series.dtype.is_nested() or series.dtype in (pl.Binary, pl.Object):
        raise FileUnreadable()
    if series.dtype.is_float():
        # The shortest decimal that names the number: what was typed, and never a power of ten.
        short = series.unique().drop_nulls()
        typed = [decimal_text(float(text)) for text in short.cast(pl.String)]
        series = series.replace_strict(short, typed, default="", return_dtype=pl.String)
    return series.cast(pl.String).fill_null("").alias(series.name)
