"""CIS workbooks in their real layout, built from the two published schemes, whole or broken on purpose."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

CASES = Path(__file__).resolve().parents[2] / "cases" / "worldskills-schemes"
HEADINGS = (
    "Sub\nCriterion\nID",
    "Sub Criterion\nName or Description",
    "Day of Marking",
    "Aspect\nType\nM = Meas\nJ = Judg",
    "Aspect - Description",
    "Judg Score",
    "Extra Aspect Description (Meas or Judg)\nOR\nJudgement Score Description (Judg only)",
    "Requirement\n(Measurement Only)",
    "WSOS Section",
    "Calculation Row\n(Export only)",
    "Max\nMark",
)
Row = list[Any]


def rows(name: str, scheme: str) -> list[dict[str, str]]:
    with (CASES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["scheme"] == scheme]


def sheet_rows(scheme: str) -> Iterator[Row]:
    totals, aspects = rows("totals", scheme), rows("aspects", scheme)
    yield [f"17 Web Technologies ({scheme})"]
    yield []
    yield ["WorldSkills Occupational Standards"]
    yield ["Section", *[None] * 7, "WSOS\nMarks", "Aspect\nMarks", "Variation"]
    standards = [row for row in totals if row["kind"] == "wsos"]
    for row in standards:
        numbers = (float(row["mark"]), float(row["aspect_marks"]), float(row["variation"]))
        yield [int(row["id"]), row["name"], *[None] * 6, *numbers]
    yield [*[None] * 9, "Total\nVariation", sum(float(row["variation"]) for row in standards)]
    yield []
    yield ["Criteria"]
    yield ["ID", "Name", *[None] * 8, "Mark"]
    criteria = [row for row in totals if row["kind"] == "criterion"]
    for row in criteria:
        yield [row["id"], row["name"], *[None] * 8, float(row["mark"])]
    yield []
    for row in criteria:
        yield [*HEADINGS, f"Criterion {row['id']}", "Total\nMark", float(row["mark"])]
        yield from _forms([one for one in aspects if one["criterion"] == row["id"]])
        yield []
    yield [*[None] * 11, "Competition", "Total\nMark", 100]


def _forms(aspects: list[dict[str, str]]) -> Iterator[Row]:
    form = ""
    for one in aspects:
        if one["sub_id"] != form:
            form = one["sub_id"]
            yield [form, one["sub_name"], int(one["day"])]
        calculation = int(one["calc_row"]) if one["calc_row"] else None
        yield [
            *[None] * 3,
            one["aspect_type"],
            one["aspect"],
            None,
            one["extra_or_rule"] or None,
            one["requirement"] or None,
            int(one["wsos"]),
            calculation,
            float(one["max_mark"]),
        ]
        if one["aspect_type"] == "J":
            for score in range(4):
                yield [*[None] * 5, score, one[f"j{score}"]]


def calculation_rows(scheme: str) -> Iterator[Row]:
    found = rows("calculations", scheme)
    if found:
        yield ["Row", "Name", "Type", "Active", "Parameters"]
    for row in found:
        number, active = int(row["row"]), row["active"] == "True"
        yield [number, row["name"] or None, row["type"], active, row["params"] or None]


def workbook(
    scheme: str = "ES2025_17",
    *,
    broken: Callable[[list[Row]], object] | None = None,
    calculations: Callable[[list[Row]], object] | None = None,
) -> bytes:
    """The scheme as CIS exports it; `broken` may change the rows of its sheet, `calculations` the other's."""
    book = Workbook()
    book.remove(book.worksheets[0])
    _write(book.create_sheet("CIS Marking Scheme Import"), list(sheet_rows(scheme)), broken)
    _write(book.create_sheet("Calculations"), list(calculation_rows(scheme)), calculations)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write(sheet: Worksheet, made: list[Row], change: Callable[[list[Row]], object] | None) -> None:
    if change is not None:
        change(made)
    for row in made:
        sheet.append(row)


def find(made: list[Row], name: str) -> int:
    """Where a row with this text stands, from 0."""
    return next(at for at, row in enumerate(made) if name in row)
