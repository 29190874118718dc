"""Marks from long tables, one row each: whose, for what, by whom, which attempt, how much, or why nothing.

Several files are one sheet. Every row is checked against the scheme and the entries, all wrong rows are named, and
nothing of a file with a wrong row is used. Values are read as whole thousandths; no binary float takes part.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from contest.imports.columns import Column, Table
from contest.imports.findings import KEPT, Finding, Findings
from contest.imports.rows import NO_VALUE, NOT_DECIMAL, Mask, Numbers, Rows, Said, milli, rows_of
from scoring import Aspect, Scheme
from scoring.bounds import FARTHEST
from scoring.exact import THOUSAND

COLUMNS: dict[str, tuple[str, ...]] = {
    "entry": ("参赛者",),
    "aspect": ("评分点",),
    "judge": ("裁判",),
    "attempt": ("次数",),
    "value": ("分值",),
    "status": ("状态",),
}
"""Field → its Chinese heading; the English one is the field."""

BLANK, ENTERED, ABSENT, NOT_ATTEMPTED = range(4)
"""How a mark stands, numbered as the scoring engine does."""

_BY_VALUE = -2
"""The status is empty: entered where there is a value, otherwise blank."""
_STATES = {
    "": _BY_VALUE,
    "blank": BLANK,
    "空白": BLANK,
    "未打": BLANK,
    "entered": ENTERED,
    "已打": ENTERED,
    "absent": ABSENT,
    "缺席": ABSENT,
    "not_attempted": NOT_ATTEMPTED,
    "not attempted": NOT_ATTEMPTED,
    "未做": NOT_ATTEMPTED,
}
NO_JUDGE, UNKNOWN_JUDGE = -1, -2


class Marks(NamedTuple):
    """Marks as arrays, row by row of the files; `file` and `row` say where each stands.

    `entry` and `aspect` are places among the entries and the scheme's aspects, `judge` among `judges`, `value`
    whole thousandths. A place of −1 is wrong and has been named; for judges it is an aspect marked once.
    """

    entry: Numbers
    aspect: Numbers
    judge: Numbers
    state: Numbers
    value: Numbers
    file: Numbers
    row: Numbers
    judges: tuple[str, ...]
    files: tuple[tuple[str, str], ...]
    """The name and sheet of each file."""


def read_marks(
    scheme: Scheme,
    tables: Sequence[Table],
    *,
    entries: Sequence[str],
    judges: Sequence[str] | None,
    found: Findings,
) -> Marks:
    """Check marks against the scheme, the entries and, where they are named, the judges.

    `found` gets everything that is wrong. Without `judges` everyone who marked is one.
    """
    known = _Known(
        scheme=scheme,
        entries={text: place for place, text in enumerate(entries)},
        judges={text: place for place, text in enumerate(judges or ())},
        growing=judges is None,
    )
    parts: list[tuple[Numbers, ...]] = []
    for file, table in enumerate(tables):
        rows = rows_of(table, COLUMNS, ("entry", "aspect", "value"), found)
        if rows is not None:
            parts.append((*_read(rows, known), np.full(len(table.rows), file, dtype=np.int64), table.rows))
    parts = parts or [(np.empty(0, dtype=np.int64),) * 7]
    entry, aspect, judge, state, value, origin, row = (
        np.concatenate(several) for several in zip(*parts, strict=True)
    )
    files = tuple((table.file, table.sheet) for table in tables)
    marks = Marks(entry, aspect, judge, state, value, origin, row, tuple(known.judges), files)
    _check_twice(marks, len(scheme.aspects), found)
    return marks


def name_marks(marks: Marks, wrong: Mask, code: str, said: Callable[[int], Said], found: Findings) -> None:
    """Name the marks where `wrong` is true, in whichever file they stand."""
    places = np.flatnonzero(wrong)
    for place in places[:KEPT].tolist():
        zh, en = said(place)
        file, sheet = marks.files[marks.file[place]]
        found.add(Finding(code=code, file=file, sheet=sheet, row=int(marks.row[place]), zh=zh, en=en))
    found.uncounted(code, max(len(places) - KEPT, 0))


def _check_twice(marks: Marks, aspects: int, found: Findings) -> None:
    """Of all rows for one entry, aspect and judge the first stands and the others are named."""
    usable = (marks.entry >= 0) & (marks.aspect >= 0) & (marks.judge >= NO_JUDGE)
    cell = (marks.entry * aspects + marks.aspect) * (len(marks.judges) + 1) + marks.judge + 1
    cell = np.where(usable, cell, -1 - np.arange(len(cell)))
    order = np.argsort(cell, kind="stable")
    again = np.zeros(len(cell), dtype=np.bool_)
    again[order[1:]] = cell[order[1:]] == cell[order[:-1]]
    if not again.any():
        return
    first = np.zeros(len(cell), dtype=np.int64)
    starts = np.flatnonzero(~again[order])
    first[order] = order[starts][np.cumsum(~again[order]) - 1]

    def said(at: int) -> Said:
        before = int(first[at])
        file, row = marks.files[marks.file[before]][0], int(marks.row[before])
        return (
            f"这个打分已在 {file} 第 {row} 行。",
            f"This mark already stands in {file}, row {row}.",
        )

    name_marks(marks, again, "mark_doubled", said, found)


class _Known(NamedTuple):
    """What rows may name."""

    scheme: Scheme
    entries: Mapping[str, int]
    judges: dict[str, int]
    growing: bool

    def judge(self, text: str) -> int:
        if not text:
            return NO_JUDGE
        return (
            self.judges.setdefault(text, len(self.judges))
            if self.growing
            else self.judges.get(text, UNKNOWN_JUDGE)
        )


def _read(rows: Rows, known: _Known) -> tuple[Numbers, ...]:
    entry = rows.each("entry", lambda text: known.entries.get(text, -1))
    aspect = _aspects(known.scheme, rows)
    judge = rows.each("judge", known.judge)
    status = rows.each("status", lambda text: _STATES.get(text.casefold(), -1))
    value = rows.each("value", milli)
    filled = value != NO_VALUE
    state = np.where(status == _BY_VALUE, np.where(filled, ENTERED, BLANK), status)
    rows.name(entry < 0, "unknown_entry", rows.quoting("entry", "没有参赛者“{}”。", "There is no entry “{}”."))
    rows.name(aspect < 0, "unknown_aspect", lambda at: _unknown_aspect(rows, at))
    rows.name(
        state < 0, "unknown_status", rows.quoting("status", "不认识状态“{}”。", "“{}” is no status of a mark.")
    )
    odd = filled & (state != ENTERED) & (state >= 0)
    beside = rows.quoting("status", "状态为“{}”的行不能有分值。", "A row that is “{}” cannot have a value.")
    rows.name(odd, "value_beside_status", beside)
    rows.name(~filled & (state == ENTERED), "value_missing", lambda _: ("缺少分值。", "The value is missing."))
    _check_values(rows, list(known.scheme.aspects.values()), aspect, value)
    _check_judges(rows, list(known.scheme.aspects.values()), aspect, judge)
    return entry, aspect, judge, state, value


def _aspects(scheme: Scheme, rows: Rows) -> Numbers:
    """The place of each row's aspect in the scheme; with an attempt n it is the aspect's n-th one."""
    known = {id_: place for place, id_ in enumerate(scheme.aspects)}
    aspect, attempt = rows.columns["aspect"], rows.columns.get("attempt")
    if attempt is None:
        return rows.each("aspect", lambda text: known.get(text, -1))
    several = max(len(attempt.texts), 1)
    pairs, inverse = np.unique(aspect.codes * several + attempt.codes, return_inverse=True)
    meant = []
    for pair in pairs.tolist():
        id_, turn = _pair(aspect, attempt, pair // several, pair % several)
        meant.append(known.get(f"{id_}.{turn}" if turn else id_, -1))
    return np.array(meant, dtype=np.int64)[inverse]


def _pair(aspect: Column, attempt: Column, first: int, second: int) -> tuple[str, str]:
    return aspect.texts[first], attempt.texts[second]


def _unknown_aspect(rows: Rows, at: int) -> Said:
    aspect, turn = rows.quote("aspect", at), rows.quote("attempt", at)
    if turn:
        return f"没有评分点“{aspect}”的第 {turn} 次。", f"There is no aspect “{aspect}” with an attempt {turn}."
    return f"没有评分点“{aspect}”。", f"There is no aspect “{aspect}”."


def _check_values(rows: Rows, aspects: Sequence[Aspect], aspect: Numbers, value: Numbers) -> None:
    farthest = FARTHEST * THOUSAND
    # An aspect that is not there has the place −1: the last of each array, which allows everything.
    low = np.array([-farthest if one.low is None else one.low for one in aspects] + [NO_VALUE], dtype=np.int64)
    high = np.array([farthest if one.high is None else one.high for one in aspects] + [-NO_VALUE], dtype=np.int64)
    step = np.array([one.step for one in aspects] + [1], dtype=np.int64)
    start = np.array([one.low or 0 for one in aspects] + [0], dtype=np.int64)

    def limits(at: int) -> Said:
        one, shown = aspects[aspect[at]], rows.quote("value", at)
        least, most, unit = one.limits["low"], one.limits["high"], one.limits["step"]
        return (
            f"“{one.name}”的分值 {shown} 不在 {least} 到 {most}、步长 {unit} 之内。",
            f"{shown} for “{one.name_en or one.name}” is not between {least} and {most} in steps of {unit}.",
        )

    unread = value == NOT_DECIMAL
    said = "分值“{}”不是最多三位小数的数。", "The value “{}” is not a decimal with at most three places."
    rows.name(unread, "not_a_number", rows.quoting("value", *said))
    off = (value < low[aspect]) | (value > high[aspect]) | ((value - start[aspect]) % step[aspect] != 0)
    rows.name(off & ~unread & (value != NO_VALUE) & (aspect >= 0), "off_scale", limits)


def _check_judges(rows: Rows, aspects: Sequence[Aspect], aspect: Numbers, judge: Numbers) -> None:
    by_panel: Mask = np.array([one.by_panel for one in aspects] + [False], dtype=np.bool_)[aspect]
    said: Callable[..., Callable[[int], Said]] = rows.quoting
    unknown = said("judge", "没有裁判“{}”。", "There is no judge “{}”.")
    rows.name(judge == UNKNOWN_JUDGE, "unknown_judge", unknown)
    lacking = said("aspect", "“{}”由每位裁判打分，要写裁判。", "Every judge marks “{}”: name the judge.")
    rows.name(by_panel & (judge == NO_JUDGE), "judge_missing", lacking)
    once = said(
        "judge", "全组只记一次的评分点不写裁判（“{}”）。", "This aspect is marked once: leave out the judge “{}”."
    )
    rows.name((aspect >= 0) & ~by_panel & (judge != NO_JUDGE), "judge_not_asked", once)
