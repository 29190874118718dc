"""The sheet «CIS Marking Scheme Import» as it is laid out: Standards, Criteria, and a block for every criterion.

Nothing is found by an absolute row or column: blocks begin with rows of headings, which also say what stands in
which column. Nothing is judged here but what a row is; numbers stay texts until somebody asks for them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from contest.imports.workbooks import BROKEN, FORMULA, Sheet

_STARTS = {
    "sub criterion id": "id",
    "sub criteria id": "id",
    "sub criterion name": "name",
    "sub criteria name": "name",
    "day of marking": "day",
    "aspect type": "type",
    "aspect - description": "aspect",
    "aspect description": "aspect",
    "judg score": "score",
    "judge score": "score",
    "extra aspect description": "extra",
    "requirement": "requirement",
    "wsos section": "section",
    "wsss section": "section",
    "calculation row": "calculation",
    "max mark": "max",
}
"""How the headings of a block begin, in the workbooks of different years."""

NEEDED = ("id", "name", "type", "aspect", "score", "extra", "max")


@dataclass
class Line:
    """A row of a table at the top of the sheet: a section of the Standards, or a criterion."""

    row: int
    id: str
    name: str
    mark: str
    printed: str = ""
    """What the workbook says the aspects add up to."""


@dataclass
class AspectLine:
    """One aspect, as its row says it, with the rows of its descriptors."""

    row: int
    type: str
    name: str
    extra: str
    requirement: str
    section: str
    calculation: str
    max: str
    descriptors: list[tuple[int, str, str]] = field(default_factory=list)
    """Row, score and text of each."""


@dataclass
class SubCriterion:
    """One marking form."""

    row: int
    id: str
    name: str
    aspects: list[AspectLine] = field(default_factory=list)


@dataclass
class Block:
    """What stands under one row of headings; `criterion` and `total` as that row prints them."""

    row: int
    criterion: str
    total: str
    lacking: tuple[str, ...]
    forms: list[SubCriterion] = field(default_factory=list)
    strays: list[tuple[int, str]] = field(default_factory=list)
    """Rows that have no place: where they stand and why, as a code."""


@dataclass
class Layout:
    """The whole sheet."""

    name: str
    standards: list[Line] = field(default_factory=list)
    criteria: list[Line] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


def laid_out(sheet: Sheet) -> Layout:
    """Find the blocks of the sheet and say what each row is."""
    layout = Layout(sheet.name)
    reading = _Nothing()
    for number, cells in enumerate(sheet.rows, 1):
        words = [folded(cell) for cell in cells]
        if _begins(words, "sub criterion id") or _begins(words, "sub criteria id"):
            block, columns = _headed(number, cells, words)
            layout.blocks.append(block)
            reading = _Forms(block, columns)
        elif words[:1] == ["section"] and any(word.endswith(" marks") for word in words):
            reading = _Lines(layout.standards, words, mark=("wsos marks", "wsss marks"), printed=("aspect marks",))
        elif words[:1] == ["id"] and "mark" in words:
            reading = _Lines(layout.criteria, words, mark=("mark",), printed=())
        else:
            reading.take(number, cells)
    return layout


def folded(text: str) -> str:
    """A heading without accidents of spacing and capitals."""
    return " ".join(text.casefold().split())


def decimal(text: str) -> Fraction | None:
    """An exact decimal, also with a comma or in powers of ten; None when it is none."""
    try:
        read = Decimal(re.sub(r"^(-?[0-9]+),([0-9]+)$", r"\1.\2", text.strip()))
    except InvalidOperation:
        return None
    return Fraction(read) if read.is_finite() and abs(read.adjusted()) < 20 else None


def _begins(words: Sequence[str], heading: str) -> bool:
    return bool(words) and words[0].startswith(heading)


def _headed(number: int, cells: Sequence[str], words: Sequence[str]) -> tuple[Block, dict[str, int]]:
    columns: dict[str, int] = {}
    for at, word in enumerate(words):
        for start, meaning in _STARTS.items():
            if word.startswith(start):
                columns.setdefault(meaning, at)
    criterion = next((word for word in cells if re.fullmatch(r"(?i)criterion\s+\S+", word)), "")
    total = next((cells[at + 1] for at, word in enumerate(words[:-1]) if word == "total mark"), "")
    lacking = tuple(meaning for meaning in NEEDED if meaning not in columns)
    return Block(number, criterion.split()[-1].upper() if criterion else "", total, lacking), columns


class _Nothing:
    """Above the first block: titles."""

    def take(self, number: int, cells: Sequence[str]) -> None:
        """Leave a row alone."""


class _Lines(_Nothing):
    """The table of the Standards or of the Criteria; it ends with the first row that has no id."""

    def __init__(
        self, lines: list[Line], words: Sequence[str], *, mark: Sequence[str], printed: Sequence[str]
    ) -> None:
        self.lines = lines
        self.mark = next((words.index(word) for word in mark if word in words), -1)
        self.printed = next((words.index(word) for word in printed if word in words), -1)
        self.over = False

    def take(self, number: int, cells: Sequence[str]) -> None:
        """Read a row of the table."""
        if not cells or not cells[0] or folded(cells[0]) == "total":
            self.over = self.over or bool(self.lines)
        if not self.over and cells and cells[0]:
            name = next((cell for cell in cells[1:] if cell and decimal(cell) is None), "")
            self.lines.append(Line(number, cells[0], name, _cell(cells, self.mark), _cell(cells, self.printed)))


class _Forms(_Nothing):
    """The forms and aspects of one criterion."""

    def __init__(self, block: Block, columns: dict[str, int]) -> None:
        self.block, self.columns = block, columns

    def take(self, number: int, cells: Sequence[str]) -> None:
        """Say what a row is, by the columns that are filled."""
        if self.block.lacking:
            return
        forms = self.block.forms
        id_, name, type_, aspect, score, extra, most = (self.text(cells, word) for word in NEEDED)
        last = forms[-1].aspects[-1] if forms and forms[-1].aspects else None
        if type_:
            self.aspect(number, cells)
        elif score and not most:
            if last is None:
                self.block.strays.append((number, "descriptor_alone"))
            else:
                last.descriptors.append((number, score, extra))
        elif id_ and name:
            forms.append(SubCriterion(number, id_.upper(), name))
        elif aspect or most:
            self.block.strays.append((number, "type_missing"))

    def aspect(self, number: int, cells: Sequence[str]) -> None:
        """Read the row of an aspect."""
        if not self.block.forms:
            self.block.strays.append((number, "aspect_alone"))
            return
        self.block.forms[-1].aspects.append(
            AspectLine(
                row=number,
                type=self.text(cells, "type"),
                name=self.text(cells, "aspect"),
                extra=self.text(cells, "extra"),
                requirement=self.text(cells, "requirement"),
                section=self.text(cells, "section"),
                calculation=self.text(cells, "calculation"),
                max=self.text(cells, "max"),
            )
        )

    def text(self, cells: Sequence[str], word: str) -> str:
        """What stands in the column of a heading."""
        return _cell(cells, self.columns.get(word, -1))


def _cell(cells: Sequence[str], at: int) -> str:
    text = cells[at] if 0 <= at < len(cells) else ""
    return "" if text in (FORMULA, BROKEN) else text
