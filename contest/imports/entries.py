"""Who stands in an event, from a table: entries with their status, number, lot and what else is known of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

import msgspec

from contest.imports.columns import Table
from contest.imports.findings import Findings
from contest.imports.rows import Rows, Said, rows_of
from contest.imports.workbooks import BROKEN, FORMULA

COLUMNS: dict[str, tuple[str, ...]] = {
    "entry": ("参赛者",),
    "organisation": ("单位",),
    "status": ("状态",),
    "label": ("bib", "参赛号", "号码"),
    "lot": ("抽签号", "抽签"),
}
"""Field → other headings it has. Every other column is an attribute under its own heading."""

Meant = TypeVar("Meant")

_STATUSES = {
    "": "entered",
    "entered": "entered",
    "参赛": "entered",
    "withdrawn": "withdrawn",
    "弃权": "withdrawn",
    "退赛": "withdrawn",
    "not_started": "not_started",
    "未参赛": "not_started",
    "not_finished": "not_finished",
    "未完成": "not_finished",
    "disqualified": "disqualified",
    "取消资格": "disqualified",
    "out_of_competition": "out_of_competition",
    "不计名次": "out_of_competition",
    "表演": "out_of_competition",
}


class Entries(msgspec.Struct, frozen=True, kw_only=True):
    """The entries of an event; `attributes` by attribute and entry."""

    names: tuple[str, ...]
    statuses: dict[str, str] = {}
    labels: dict[str, str] = {}
    lots: dict[str, int] = {}
    attributes: dict[str, dict[str, str]] = {}


def read_entries(table: Table, found: Findings) -> Entries:
    """Read the table of entries; `found` gets everything that is wrong with it."""
    rows = rows_of(table, COLUMNS, ("entry",), found, others=True)
    if rows is None:
        return Entries(names=())
    names = rows.texts("entry")
    _check_names(rows, names)
    _check_cells(rows)
    others = [field for field in rows.columns if field not in ("entry", "status", "label", "lot")]
    statuses = {name: text for name, text in _filled(rows, names, "status", _status) if text != "entered"}
    return Entries(
        names=tuple(dict.fromkeys(name for name in names if name)),
        statuses=statuses,
        labels=dict(_filled(rows, names, "label", str)),
        lots=dict(_filled(rows, names, "lot", int)) if _lots_are_numbers(rows) else {},
        attributes={field: dict(_filled(rows, names, field, str)) for field in others},
    )


def _check_names(rows: Rows, names: list[str]) -> None:
    first: dict[str, int] = {}
    for name, row in zip(names, rows.table.rows.tolist(), strict=True):
        if not name:
            rows.say("entry_missing", ("缺少参赛者。", "The entry is missing."), row)
        elif first.setdefault(name, row) != row:
            said = (
                f"参赛者“{name}”已在第 {first[name]} 行。",
                f"The entry “{name}” already stands in row {first[name]}.",
            )
            rows.say("entry_doubled", said, row)


def _check_cells(rows: Rows) -> None:
    unknown = rows.each("status", lambda text: int(text.casefold() not in _STATUSES)) == 1
    rows.name(
        unknown,
        "unknown_entry_status",
        rows.quoting("status", "不认识状态“{}”。", "“{}” is no status of an entry."),
    )
    for field in rows.columns:
        broken = rows.each(field, lambda text: int(text in (FORMULA, BROKEN))) == 1
        rows.name(broken, "cell_not_plain", _not_plain)


def _not_plain(_: int) -> Said:
    return "这里是公式或错误值，请改为数值或文字。", "This is a formula or an error: put its value here."


def _lots_are_numbers(rows: Rows) -> bool:
    wrong = rows.each("lot", lambda text: int(re.fullmatch("[0-9]{0,9}", text) is None)) == 1
    rows.name(
        wrong, "lot_not_a_number", rows.quoting("lot", "抽签号“{}”不是整数。", "The lot “{}” is no whole number.")
    )
    return not wrong.any()


def _status(text: str) -> str:
    return _STATUSES.get(text.casefold(), "entered")


def _filled(rows: Rows, names: list[str], field: str, meaning: Callable[[str], Meant]) -> list[tuple[str, Meant]]:
    if field not in rows.columns:
        return []
    return [(name, meaning(text)) for name, text in zip(names, rows.texts(field), strict=True) if name and text]
