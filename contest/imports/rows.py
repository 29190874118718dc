"""What rows of a table say, found once for every text of a column, and the rows that are wrong, named."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from contest.imports.columns import Column, Table
from contest.imports.findings import KEPT, Finding, Findings
from contest.imports.workbooks import BROKEN, FORMULA
from scoring.exact import THOUSAND

Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Said = tuple[str, str]
"""A sentence in Chinese and in English."""

NO_VALUE, NOT_DECIMAL = -(2**62), -(2**62) + 1
"""Stand for an empty value and for a text that is no decimal of at most three places."""
_DECIMAL = re.compile(r"([+-]?)([0-9]{1,15})(?:\.([0-9]{1,3})0*)?")


class Rows(NamedTuple):
    """A table whose columns are known by their fields, and where to say what is wrong with it."""

    table: Table
    columns: dict[str, Column]
    found: Findings

    def say(self, code: str, said: Said, row: int = 0) -> None:
        """Name something that is wrong with the file, or with one of its rows."""
        zh, en = said
        self.found.add(
            Finding(code=code, file=self.table.file, sheet=self.table.sheet, row=row, zh=zh, en=en),
        )

    def name(self, wrong: Mask, code: str, said: Callable[[int], Said]) -> None:
        """Name the rows where `wrong` is true; `said` makes the sentences of one of them."""
        places = np.flatnonzero(wrong)
        for place in places[:KEPT].tolist():
            self.say(code, said(place), int(self.table.rows[place]))
        self.found.uncounted(code, max(len(places) - KEPT, 0))

    def each(self, field: str, meaning: Callable[[str], int]) -> Numbers:
        """A number for every row; a column that is not there is empty in every row."""
        column = self.columns.get(field)
        if column is None:
            return np.full(len(self.table.rows), meaning(""), dtype=np.int64)
        return np.array([meaning(text) for text in column.texts], dtype=np.int64)[column.codes]

    def texts(self, field: str) -> list[str]:
        """The text of every row of a column that is there."""
        column = self.columns[field]
        return [column.texts[code] for code in column.codes.tolist()]

    def quote(self, field: str, place: int) -> str:
        """What stands in a row of a column, as it is quoted to people."""
        column = self.columns.get(field)
        text = column.texts[column.codes[place]] if column is not None else ""
        return {FORMULA: "=…", BROKEN: "#…"}.get(text, text[:60])

    def quoting(self, field: str, zh: str, en: str) -> Callable[[int], Said]:
        """Sentences with the text of a field in them."""
        return lambda place: (zh.format(self.quote(field, place)), en.format(self.quote(field, place)))


def rows_of(
    table: Table,
    names: Mapping[str, tuple[str, ...]],
    needed: tuple[str, ...],
    found: Findings,
    *,
    others: bool = False,
) -> Rows | None:
    """Find the columns of a table by their headings; None when one that is `needed` is not there.

    With `others` unknown columns are kept under their own headings, otherwise they are wrong.
    """
    words = {word.casefold(): field for field, several in names.items() for word in (field, *several)}
    rows = Rows(table, {}, found)
    for column in table.columns:
        heading = column.heading.rstrip("*＊ ")
        field = words.get(heading.casefold(), heading if others else "")
        if not field:
            if heading or any(column.texts):
                rows.say("unknown_column", (f"不认识“{heading}”这一列。", f"There is no column “{heading}” here."))
        elif field in rows.columns:
            rows.say("doubled_column", (f"“{heading}”这一列重复。", f"The column “{heading}” is there twice."))
        else:
            rows.columns[field] = column
    for row in table.ragged:
        rows.say("ragged", ("这一行的格子比标题多。", "This row has more cells than there are headings."), row)
    lacking = [field for field in needed if field not in rows.columns]
    for field in lacking:
        said = f"缺少“{names[field][0]}”（{field}）这一列。", f"The column “{field}” is missing."
        rows.say("missing_column", said)
    return None if lacking else rows


def milli(text: str) -> int:
    """Whole thousandths of a decimal text; NO_VALUE when it is empty, NOT_DECIMAL when it is none."""
    if not text:
        return NO_VALUE
    read = _DECIMAL.fullmatch(text)
    if read is None:
        return NOT_DECIMAL
    sign, whole, part = read.groups()
    size = int(whole) * THOUSAND + int((part or "0").ljust(3, "0"))
    return -size if sign == "-" else size
