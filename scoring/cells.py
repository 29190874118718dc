"""Laying a sheet out: every mark into its cell, checked against the scheme, as arrays of whole thousandths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from scoring.exact import THOUSAND
from scoring.kinds.part import FARTHEST
from scoring.plan import Plan
from scoring.scheme import Scheme
from scoring.sheet import (
    ABSENT,
    ABSENT_STATE,
    BLANK_STATE,
    ENTERED,
    ENTERED_STATE,
    IN_COMPETITION,
    NOT_ATTEMPTED,
    NOT_ATTEMPTED_STATE,
    Grid,
    Marks,
    Sheet,
    SheetProblem,
)

_STATES = {ENTERED: ENTERED_STATE, ABSENT: ABSENT_STATE, NOT_ATTEMPTED: NOT_ATTEMPTED_STATE}


def grid(scheme: Scheme, layout: Plan, sheet: Sheet) -> Grid:
    """Lay a sheet out as arrays.

    Raises SheetProblem when it does not fit its scheme.
    """
    places = {entry: at for at, entry in enumerate(sheet.entries)}
    if len(places) != len(sheet.entries):
        raise SheetProblem("an entry stands twice")
    panels, singles = layout.panel_columns, layout.single_columns
    seats = np.zeros((len(panels) + len(singles), len(places)), dtype=np.int64)
    seats[: len(panels)] = [sheet.seats.get(entry, 0) for entry in sheet.entries]
    for (entry, aspect), judges in sheet.panels.items():
        if aspect in panels and entry in places:
            seats[panels[aspect], places[entry]] = judges
    cells, states, values = _cells(scheme, layout, _columns(scheme, sheet, places), seats)
    width = len(panels) * len(places)
    split = layout.judges * width
    size = split + len(singles) * len(places)
    all_values, all_states = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.uint8)
    all_values[cells], all_states[cells] = values, states
    if np.count_nonzero(all_states) != len(cells):
        raise SheetProblem("two marks for one cell")
    panel, single = (layout.judges, len(panels), len(places)), (len(singles), len(places))
    return Grid(
        entries=sheet.entries,
        panel=all_values[:split].reshape(panel),
        panel_states=all_states[:split].reshape(panel),
        seats=seats[: len(panels)],
        single=all_values[split:].reshape(single),
        single_states=all_states[split:].reshape(single),
        competing=np.array(
            [sheet.statuses.get(entry, IN_COMPETITION) == IN_COMPETITION for entry in sheet.entries],
            dtype=np.bool_,
        ),
        groups={name: _codes(sheet, name) for name in layout.attributes},
    )


def _competing(sheet: Sheet) -> npt.NDArray[np.bool_]:
    statuses = [sheet.statuses.get(entry, IN_COMPETITION) for entry in sheet.entries]
    return np.array([status == IN_COMPETITION for status in statuses], dtype=np.bool_)


def _codes(sheet: Sheet, attribute: str) -> npt.NDArray[np.int64]:
    column = sheet.attributes.get(attribute, {})
    values = [column.get(entry, "") for entry in sheet.entries]
    numbers = {value: number for number, value in enumerate(sorted(set(values)))}
    return np.array([numbers[value] for value in values], dtype=np.int64)


_NOTHING = -(2**62)
"""Stands for a value that is not there; no aspect allows it."""


def _columns(scheme: Scheme, sheet: Sheet, places: Mapping[str, int]) -> Marks:
    """The marks of a sheet as columns."""
    if isinstance(sheet.marks, Marks):
        return _checked(sheet.marks, len(scheme.aspects), len(places))
    aspects = {aspect: at for at, aspect in enumerate(scheme.aspects)}
    try:
        aspect = np.array([aspects[mark[1]] for mark in sheet.marks], dtype=np.int64)
        entry = np.array([places[mark[0]] for mark in sheet.marks], dtype=np.int64)
        state = np.array([_STATES[mark[3]] for mark in sheet.marks], dtype=np.uint8)
    except KeyError as unknown:
        raise SheetProblem(f"neither the scheme nor the list of entries knows {unknown}") from None
    seat = np.array([mark[2] for mark in sheet.marks], dtype=np.int64)
    value = np.array([_NOTHING if mark[4] is None else mark[4] for mark in sheet.marks], dtype=np.int64)
    return Marks(entry, aspect, seat, state, value)


def _checked(marks: Marks, aspects: int, entries: int) -> Marks:
    for column, most in ((marks.entry, entries), (marks.aspect, aspects)):
        if len(column) and not 0 <= int(column.min()) <= int(column.max()) < most:
            raise SheetProblem("neither the scheme nor the list of entries knows one of the marks")
    if (
        len(marks.state)
        and not BLANK_STATE < int(marks.state.min()) <= int(marks.state.max()) <= NOT_ATTEMPTED_STATE
    ):
        raise SheetProblem("a mark is neither entered, absent nor not attempted")
    return marks


def _cells(
    scheme: Scheme, layout: Plan, marks: Marks, seats: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """For every mark its cell in the arrays, its state and its value."""
    panels = layout.panel_columns
    ids = [*panels, *layout.single_columns]
    rows = {aspect: row for row, aspect in enumerate(ids)}
    row = np.array([rows[aspect] for aspect in scheme.aspects], dtype=np.int64)[marks.aspect]
    _check_values(scheme, ids, row, marks.state, marks.value)
    single = row >= len(panels)
    seat, column, entries = marks.seat, marks.entry, seats.shape[1]
    if np.any(np.where(single, seat != 0, (seat < 1) | (seat > seats[row, column]))):
        raise SheetProblem("a mark comes from a seat that the panel does not have")
    width = len(panels) * entries
    within = row * entries + column
    cell = np.where(single, (layout.judges - 1) * width + within, (seat - 1) * width + within)
    return cell, marks.state, np.where(marks.state == ENTERED_STATE, marks.value, 0)


def _check_values(
    scheme: Scheme,
    ids: Sequence[str],
    row: npt.NDArray[np.int64],
    state: npt.NDArray[np.uint8],
    value: npt.NDArray[np.int64],
) -> None:
    # The proof that nothing overflows rests on the document's limits, so they are asked again here.
    farthest = FARTHEST * THOUSAND
    aspects = [scheme.aspects[id_] for id_ in ids]
    low = np.array([-farthest if one.low is None else one.low for one in aspects], dtype=np.int64)
    high = np.array([farthest if one.high is None else one.high for one in aspects], dtype=np.int64)
    step = np.array([one.step for one in aspects], dtype=np.int64)
    wrong = (value < low[row]) | (value > high[row]) | ((value - low[row]) % step[row] != 0)
    wrong &= state == ENTERED_STATE
    if np.any(wrong):
        raise SheetProblem(f"a mark for {ids[row[np.argmax(wrong)]]} is outside its limits")
