"""A small event in files, of which a test names only what it cares about."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook

from contest.imports.event import Event, File, read_event
from contest.imports.findings import Finding, Findings

SCHEME: dict[str, Any] = {
    "root": {
        "kind": "sum",
        "id": "total",
        "name": "总分",
        "places": 2,
        "parts": [
            {
                "kind": "panel",
                "id": "work",
                "name": "作品",
                "name_en": "Work",
                "high": "10",
                "step": "0.5",
                "places": 2,
            },
            {
                "kind": "imported",
                "id": "theory",
                "name": "理论",
                "name_en": "Theory",
                "high": "100",
                "step": "0.25",
            },
            {"kind": "amount", "id": "jump.1", "name": "跳 1", "low": "-5", "high": "20", "step": "0.001"},
            {"kind": "amount", "id": "jump.2", "name": "跳 2", "low": "-5", "high": "20", "step": "0.001"},
        ],
    },
}
HEADINGS = "entry,aspect,judge,attempt,value,status"


def file(name: str, text: str) -> File:
    """A file of text."""
    return File(name, text.encode())


def marks(*rows: str, name: str = "marks.csv", headings: str = HEADINGS) -> File:
    """A CSV of marks, a row for each text."""
    return file(name, "\n".join([headings, *rows, ""]))


def xlsx(name: str, rows: Sequence[Sequence[object]], title: str = "Sheet") -> File:
    """A workbook of one sheet."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return File(name, out.getvalue())


def read(
    *files: File,
    entries: File | None = None,
    judges: File | None = None,
    scheme: dict[str, Any] | bytes = SCHEME,
) -> tuple[Event | None, list[Finding], int]:
    """Read an event; what was found, in order, and how many of them."""
    found = Findings()
    document = scheme if isinstance(scheme, bytes) else json.dumps(scheme).encode()
    event = read_event(File("scheme.json", document), files, entries=entries, judges=judges, found=found)
    return event, found.in_order(), len(found)


def event_of(*files: File, **others: Any) -> Event:
    """Read an event in which nothing is wrong."""
    event, found, _ = read(*files, **others)
    assert event is not None, found
    return event


def wrong(*files: File, **others: Any) -> list[tuple[str, str, int]]:
    """File, code and row of everything that is wrong."""
    event, found, total = read(*files, **others)
    assert event is None
    assert total == len(found)
    assert all(one.zh and one.en and "{" not in one.zh + one.en for one in found)
    return [(one.file, one.code, one.row) for one in found]


def cells(event: Event) -> set[tuple[str, str, int, int, int]]:
    """Every mark: entry, aspect, seat, state, value."""
    aspects, sheet = list(event.scheme.aspects), event.sheet
    columns = (column.tolist() for column in sheet.marks)
    return {
        (sheet.entries[e], aspects[a], seat, state, value)
        for e, a, seat, state, value in zip(*columns, strict=True)
    }
