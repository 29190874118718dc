"""Who marks whom: judges by name become the seats of a panel, the same for every order of the rows.

Where the judges are not given, those who marked an aspect form panels: two judges who marked the same entry sit in
one panel, and whom one of them marked is marked by all of it. So panels that share no entry stay apart, and a mark
that is missing is missed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from contest.imports.columns import Table
from contest.imports.findings import Finding, Findings
from contest.imports.marks import Marks, name_marks
from contest.imports.rows import Mask, Numbers, rows_of
from scoring import Scheme
from scoring.bounds import MOST_JUDGES

COLUMNS: dict[str, tuple[str, ...]] = {"judge": ("裁判",), "aspect": ("评分点",), "entry": ("参赛者",)}


EVERY = -1


class Duty(NamedTuple):
    """A judge marks an aspect of an entry; EVERY for all aspects that judges mark, or for all entries."""

    judge: int
    aspect: int
    entry: int


class Seating(NamedTuple):
    """Seats of marks (0: marked once), how many judges mark each entry, and single aspects where it is another."""

    seat: Numbers
    seats: dict[str, int]
    panels: dict[tuple[str, str], int]


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A key that puts «裁判 2» before «裁判 10»."""
    parts = re.findall(r"[0-9]+|[^0-9]+", text)
    return tuple((0, int(part), part) if part.isdecimal() else (1, 0, part) for part in parts)


def read_judges(
    scheme: Scheme, table: Table, entries: Sequence[str], found: Findings
) -> tuple[tuple[str, ...], tuple[Duty, ...]]:
    """The judges of an event and what each of them marks; `found` gets what is wrong with their table."""
    rows = rows_of(table, COLUMNS, ("judge",), found)
    if rows is None:
        return (), ()
    names = rows.texts("judge")
    judges = {name: place for place, name in enumerate(sorted({name for name in names if name}, key=natural))}
    aspects = {id_: place for place, (id_, one) in enumerate(scheme.aspects.items()) if one.by_panel}
    places = {name: place for place, name in enumerate(entries)}
    judge = rows.each("judge", lambda text: judges.get(text, -2))
    aspect = rows.each("aspect", lambda text: aspects.get(text, -2) if text else EVERY)
    entry = rows.each("entry", lambda text: places.get(text, -2) if text else EVERY)
    rows.name(judge == -2, "judge_missing", lambda _: ("缺少裁判。", "The judge is missing."))
    unknown = rows.quoting(
        "aspect", "没有由每位裁判打分的评分点“{}”。", "No aspect “{}” is marked by every judge."
    )
    rows.name(aspect == -2, "unknown_aspect", unknown)
    rows.name(entry == -2, "unknown_entry", rows.quoting("entry", "没有参赛者“{}”。", "There is no entry “{}”."))
    duties = zip(judge.tolist(), aspect.tolist(), entry.tolist(), strict=True)
    return tuple(judges), tuple(Duty(*duty) for duty in duties)


def seated(
    scheme: Scheme, marks: Marks, entries: Sequence[str], duties: Sequence[Duty] | None, found: Findings
) -> Seating:
    """Give every mark its seat; `found` gets panels of an impossible size, and marks by who was not to mark.

    Without `duties` the panels are found in the marks themselves.
    """
    ranks = np.zeros(len(marks.judges) + 1, dtype=np.int64)
    ranks[sorted(range(len(marks.judges)), key=lambda one: natural(marks.judges[one]))] = np.arange(len(ranks) - 1)
    judge = ranks[marks.judge]
    seat = np.zeros(len(judge), dtype=np.int64)
    sizes: dict[str, Numbers] = {}
    for place, id_, lines in _by_aspect(scheme, marks):
        here = None if duties is None else [one for one in duties if one.aspect in (EVERY, place)]
        sitting = np.union1d(judge[lines], [] if here is None else [one.judge for one in here]).astype(np.int64)
        column = np.searchsorted(sitting, judge[lines])
        marked = np.zeros((len(entries), len(sitting)), dtype=np.bool_)
        marked[marks.entry[lines], column] = True
        expected = _joined(marked) if here is None else _told(here, sitting, marked)
        strange = np.zeros(len(judge), dtype=np.bool_)
        strange[lines] = ~expected[marks.entry[lines], column]
        name_marks(marks, strange, "judge_not_seated", lambda at: _not_seated(scheme, marks, entries, at), found)
        seat[lines] = np.cumsum(expected, axis=1)[marks.entry[lines], column]
        sizes[id_] = expected.sum(axis=1)
        _check_size(scheme, id_, sizes[id_], entries, found)
    return _as_sheets_say(scheme, seat, sizes, entries)


def _by_aspect(scheme: Scheme, marks: Marks) -> Iterator[tuple[int, str, Numbers]]:
    """For every aspect that judges mark, the lines that name an entry and a judge, after one sorting of all."""
    usable = np.flatnonzero((marks.judge >= 0) & (marks.entry >= 0) & (marks.aspect >= 0))
    order = usable[np.argsort(marks.aspect[usable], kind="stable")]
    edges = np.searchsorted(marks.aspect[order], np.arange(len(scheme.aspects) + 1))
    for place, (id_, aspect) in enumerate(scheme.aspects.items()):
        if aspect.by_panel:
            yield place, id_, order[edges[place] : edges[place + 1]]


def _joined(marked: Mask) -> Mask:
    """(entries, judges): who is to mark whom, when judges who marked the same entry sit in one panel."""
    if marked.all():
        return marked
    kinds, inverse = np.unique(marked, axis=0, return_inverse=True)
    panels: list[Mask] = []
    for kind in kinds:
        together, apart = kind, []
        for panel in panels:
            if np.any(panel & together):
                together = together | panel
            else:
                apart.append(panel)
        panels = [*apart, together]
    whole = [next((panel for panel in panels if np.any(panel & kind)), kind) for kind in kinds]
    return np.array(whole, dtype=np.bool_).reshape(kinds.shape)[inverse.reshape(-1)]


def _told(duties: Sequence[Duty], sitting: Numbers, marked: Mask) -> Mask:
    expected = np.zeros_like(marked)
    for duty in duties:
        rows = slice(None) if duty.entry == EVERY else duty.entry
        expected[rows, np.searchsorted(sitting, duty.judge)] = True
    return expected


def _not_seated(scheme: Scheme, marks: Marks, entries: Sequence[str], at: int) -> tuple[str, str]:
    aspect = list(scheme.aspects.values())[marks.aspect[at]]
    judge, entry = marks.judges[marks.judge[at]], entries[marks.entry[at]]
    return (
        f"裁判“{judge}”不给参赛者“{entry}”打“{aspect.name}”。",
        f"The judge “{judge}” does not mark “{aspect.name_en or aspect.name}” of the entry “{entry}”.",
    )


def _check_size(scheme: Scheme, id_: str, sizes: Numbers, entries: Sequence[str], found: Findings) -> None:
    name, name_en = scheme.aspects[id_].name, scheme.aspects[id_].name_en or scheme.aspects[id_].name
    least = scheme.judges_needed([id_])
    for size in np.unique(sizes[sizes > 0]).tolist():
        entry = entries[int(np.argmax(sizes == size))]
        if size > MOST_JUDGES:
            zh = f"“{name}”有 {size} 名裁判给“{entry}”打分，最多 {MOST_JUDGES} 名。"
            en = f"{size} judges mark “{name_en}” of “{entry}”; {MOST_JUDGES} are the most."
            found.add(Finding(code="panel_too_large", zh=zh, en=en))
        elif size < least:
            zh = f"“{name}”只有 {size} 名裁判给“{entry}”打分，评分标准要求至少 {least} 名。"
            en = f"{size} judges mark “{name_en}” of “{entry}”; the scheme asks for at least {least}."
            found.add(Finding(code="panel_too_small", zh=zh, en=en))


def _as_sheets_say(scheme: Scheme, seat: Numbers, sizes: dict[str, Numbers], entries: Sequence[str]) -> Seating:
    """A panel nobody has marked with yet is as large as the others of its aspect, or of the event."""
    largest = max((int(size.max(initial=0)) for size in sizes.values()), default=0)
    for id_, size in sizes.items():
        usual = int(size.max(initial=0)) or max(largest, scheme.judges_needed([id_]), 1)
        sizes[id_] = np.where(size == 0, usual, size)
    most = np.max(list(sizes.values()), axis=0) if sizes else np.zeros(len(entries), dtype=np.int64)
    panels = {
        (entries[place], id_): int(size[place])
        for id_, size in sizes.items()
        for place in np.flatnonzero(size != most).tolist()
    }
    return Seating(seat, dict(zip(entries, most.tolist(), strict=True)), panels)
