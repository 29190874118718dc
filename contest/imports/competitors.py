"""Competitors from a spreadsheet: which rows add, change or leave alone, and which cells are wrong.

Pure: it sees the cells and what the contest already has, and returns a plan. Nothing is written here, and a plan
with a single fault is never applied.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from contest.errors import (
    CellIsFormula,
    CellMissing,
    CellTooLong,
    ColumnMissing,
    ContestError,
    EventUnknown,
    NumberTaken,
    RowDoubled,
)
from contest.imports.reader import Cell, Grid
from contest.model.text import folded

COLUMNS: dict[str, tuple[str, str, int]] = {
    "name": ("姓名", "Name", 60),
    "organisation": ("单位", "Organisation", 120),
    "number": ("编号", "Number", 32),
    "events": ("赛项代码", "Event codes", 200),
    "bib": ("参赛号", "Bib", 32),
}
"""Field → Chinese heading, English heading, longest text. `number` is the organiser's own staff number."""

_HEADING_WITHIN = 10
"""The heading may stand below a title, but not deeper than this."""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A competitor the contest already has, as a row would say it."""

    id: str
    name: str
    organisation: str
    number: str


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One competitor as the sheet says it; `row` counts from 1 as in the spreadsheet program."""

    row: int
    name: str
    organisation: str = ""
    number: str = ""
    events: tuple[str, ...] = ()
    bib: str = ""


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """A wrong cell: where it is («C7»), which rule it breaks, what stands there."""

    sheet: str
    row: int
    column: str
    broken: ContestError
    value: str


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A known competitor whose row says something else."""

    known: Known
    line: Line


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What applying the sheet would do."""

    rows: int
    added: tuple[Line, ...] = ()
    changed: tuple[Change, ...] = ()
    unchanged: tuple[Change, ...] = ()
    faults: tuple[Fault, ...] = ()
    headings: Mapping[str, str] = {}
    """What stands above each column that is read: its letter → the sheet's own heading."""


def plan(
    grid: Grid,
    known: Sequence[Known],
    events: Mapping[str, Mapping[str, str]],
    *,
    language: str = "zh",
) -> Plan:
    """Compare the sheet with what is known. `events` maps each event code to its bibs and whose they are.

    A row is the same competitor as a known one when the number is the same, or, without a number, when name and
    organisation are. Raises ColumnMissing when there is no heading with a name.
    """
    heading, columns = _heading(grid, language)
    faults: list[Fault] = []
    lines: list[Line] = []
    for index in range(heading + 1, len(grid.rows)):
        cells = grid.rows[index]
        if any(cell.text for cell in cells):
            line, wrong = _line(cells, index + 1, columns, language, grid.sheet)
            faults += wrong
            if line is not None:
                lines.append(msgspec.structs.replace(line, events=tuple(_codes(line.events, events))))
    letters = {field: _letter(column) for field, column in columns.items()}
    faults += _doubled(lines, letters, grid.sheet)
    added, changed, unchanged = _compare(lines, known, told="organisation" in columns)
    owners = {change.line.row: change.known.id for change in (*changed, *unchanged)}
    faults += _wrong_events(lines, events, owners, letters, grid.sheet)
    return Plan(
        rows=len(lines),
        added=tuple(added),
        changed=tuple(changed),
        unchanged=tuple(unchanged),
        faults=tuple(sorted(faults, key=lambda fault: (fault.row, fault.column))),
        headings={_letter(place): grid.rows[heading][place].text.rstrip("*＊ ") for place in columns.values()},
    )


def _heading(grid: Grid, language: str) -> tuple[int, dict[str, int]]:
    for index, row in enumerate(grid.rows[:_HEADING_WITHIN]):
        columns: dict[str, int] = {}
        for position, cell in enumerate(row):
            plain = re.sub(r"[\s*＊（(].*$", "", cell.text).casefold() or cell.text.casefold()
            full = cell.text.rstrip("*＊ ").casefold()
            for field, (chinese, english, _) in COLUMNS.items():
                if chinese in (plain, full) or english.casefold() in (plain, full):
                    columns.setdefault(field, position)
        if "name" in columns:
            return index, columns
    raise ColumnMissing(column=COLUMNS["name"][0 if language == "zh" else 1])


def _line(
    cells: Sequence[Cell], row: int, columns: Mapping[str, int], language: str, sheet: str
) -> tuple[Line | None, list[Fault]]:
    texts: dict[str, str] = {}
    faults: list[Fault] = []
    for field, position in columns.items():
        cell = cells[position] if position < len(cells) else Cell("")
        texts[field] = cell.text
        broken = _wrong_cell(field, cell, language)
        if broken is not None:
            faults.append(
                Fault(sheet=sheet, row=row, column=_letter(position), broken=broken, value=cell.text[:80])
            )
    if faults:
        return None, faults
    return (
        Line(
            row=row,
            name=texts["name"],
            organisation=texts.get("organisation", ""),
            number=texts.get("number", ""),
            events=(texts.get("events", ""),),
            bib=texts.get("bib", ""),
        ),
        [],
    )


def _codes(typed: Sequence[str], events: Iterable[str]) -> Iterable[str]:
    """The events that a cell names, each once: whole, between marks, or between spaces; however they are typed."""
    known = {folded(code): code for code in events}
    found: list[str] = []
    for text in typed:
        parts = [text] if folded(text) in known else re.split(r"[,;，；、/]+", text)
        for part in parts:
            words = [part] if folded(part) in known else part.split()
            found += [known.get(folded(word), word) for word in words]
    return dict.fromkeys(found)


def _wrong_cell(field: str, cell: Cell, language: str) -> ContestError | None:
    chinese, english, longest = COLUMNS[field]
    column = chinese if language == "zh" else english
    if cell.formula:
        return CellIsFormula()
    if field == "name" and not cell.text:
        return CellMissing(column=column)
    if len(cell.text) > longest:
        return CellTooLong(column=column, limit=longest)
    return None


def _key(name: str, organisation: str, number: str) -> tuple[str, ...]:
    return ("number", number) if number else ("name", name, organisation)


def _doubled(lines: Sequence[Line], letters: Mapping[str, str], sheet: str) -> Iterator[Fault]:
    first: dict[tuple[str, ...], int] = {}
    for line in lines:
        key = _key(line.name, line.organisation, line.number)
        before = first.setdefault(key, line.row)
        if before != line.row:
            field = "number" if line.number else "name"
            yield Fault(
                sheet=sheet,
                row=line.row,
                column=letters[field],
                broken=RowDoubled(row=before),
                value=line.number or line.name,
            )


def _wrong_events(
    lines: Sequence[Line],
    events: Mapping[str, Mapping[str, str]],
    owners: Mapping[int, str],
    letters: Mapping[str, str],
    sheet: str,
) -> Iterator[Fault]:
    taken = {code: dict(bibs) for code, bibs in events.items()}
    for line in lines:
        for code in line.events:
            owner = owners.get(line.row, f"row {line.row}")
            if code not in events:
                wrong: ContestError = EventUnknown(code=code)
                yield Fault(sheet=sheet, row=line.row, column=letters["events"], broken=wrong, value=code)
            elif line.bib and taken[code].setdefault(line.bib, owner) != owner:
                wrong = NumberTaken(number=line.bib)
                yield Fault(sheet=sheet, row=line.row, column=letters["bib"], broken=wrong, value=line.bib)


def _compare(
    lines: Sequence[Line], known: Sequence[Known], *, told: bool
) -> tuple[list[Line], list[Change], list[Change]]:
    """Tell new, changed and unchanged rows apart; `told`: the sheet says anything of organisations."""
    by_number = {one.number: one for one in known if one.number}
    by_name = {(one.name, one.organisation): one for one in known}
    added: list[Line] = []
    changed: list[Change] = []
    unchanged: list[Change] = []
    for line in lines:
        one = by_number.get(line.number) if line.number else by_name.get((line.name, line.organisation))
        if one is None:
            added.append(line)
            continue
        said = line if told else msgspec.structs.replace(line, organisation=one.organisation)
        same = (one.name, one.organisation, one.number) == (
            said.name,
            said.organisation,
            said.number or one.number,
        )
        (unchanged if same else changed).append(Change(known=one, line=said))
    return added, changed, unchanged


def _letter(position: int) -> str:
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
