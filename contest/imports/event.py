"""An event from files: its scheme, who takes part, who judges, and every mark; or everything that is wrong.

Pure: bytes in, a sheet out. A single wrong row, and there is no sheet.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from contest.errors import ContestError
from contest.imports import entries as entry_table
from contest.imports import marks as mark_tables
from contest.imports import panels
from contest.imports.columns import Table, read_table
from contest.imports.entries import Entries, read_entries
from contest.imports.findings import Finding, Findings
from contest.imports.marks import BLANK, Marks, read_marks
from contest.imports.panels import Seating, natural, read_judges, seated
from contest.imports.schemes import read_scheme
from scoring import Scheme, Sheet
from scoring import sheet as sheets


class File(msgspec.Struct, frozen=True):
    """A file by the name it is known under."""

    name: str
    content: bytes


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was read of an event and belongs together."""

    scheme: Scheme
    sheet: Sheet
    entries: Entries


def read_event(
    scheme: File, marks: Sequence[File], *, entries: File | None, judges: File | None, found: Findings
) -> Event | None:
    """Read an event from its files; None when `found` got anything that is wrong."""
    read = read_scheme(scheme.name, scheme.content, found)
    tables = [_table(file, mark_tables.COLUMNS, found) for file in marks]
    whole = [table for table in tables if table is not None]
    listed = None if entries is None else _table(entries, entry_table.COLUMNS, found)
    known = Entries(names=_named(whole)) if entries is None else Entries(names=())
    if listed is not None:
        known = read_entries(listed, found)
    if read is None or (entries is not None and listed is None):
        return None  # every row would be wrong for the same reason
    names, duties = None, None
    if judges is not None:
        bench = _table(judges, panels.COLUMNS, found)
        if bench is None:
            return None
        names, duties = read_judges(read, bench, known.names, found)
    rows = read_marks(read, whole, entries=known.names, judges=names, found=found)
    if len(found):
        return None
    seating = seated(read, rows, known.names, duties, found)
    return None if len(found) else Event(scheme=read, sheet=_sheet(rows, seating, known), entries=known)


def _table(file: File, columns: dict[str, tuple[str, ...]], found: Findings) -> Table | None:
    known = {word.casefold() for field, words in columns.items() for word in (field, *words)}
    try:
        return read_table(file.name, file.content, known)
    except ContestError as broken:
        said = broken.sentence("zh"), broken.sentence("en")
        found.add(Finding(code=broken.code, file=file.name, zh=said[0], en=said[1]))
        return None


def _named(tables: Sequence[Table]) -> tuple[str, ...]:
    """The entries that marks name, in an order that does not depend on that of the rows."""
    words = {"entry", *mark_tables.COLUMNS["entry"]}
    columns = [
        column for table in tables for column in table.columns if column.heading.rstrip("*＊ ").casefold() in words
    ]
    return tuple(sorted({text for column in columns for text in column.texts if text}, key=natural))


def _sheet(marks: Marks, seating: Seating, known: Entries) -> Sheet:
    made = marks.state != BLANK
    columns = (marks.entry[made], marks.aspect[made], seating.seat[made], marks.state[made], marks.value[made])
    return Sheet(
        entries=known.names,
        marks=sheets.Marks(columns[0], columns[1], columns[2], columns[3].astype(np.uint8), columns[4]),
        seats=seating.seats,
        panels=seating.panels,
        statuses=known.statuses,
        labels=known.labels,
        lots=known.lots,
        attributes=known.attributes,
    )
