"""The sheet: every mark that counts in an event, as people entered them and as arrays of whole thousandths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from scoring.bounds import FARTHEST, MOST_JUDGES
from scoring.exact import THOUSAND
from scoring.plan import Plan
from scoring.scheme import Scheme

ENTERED, ABSENT, NOT_ATTEMPTED = "entered", "absent", "not_attempted"
IN_COMPETITION = "entered"
"""The status of an entry that takes part; every other status is listed last, without a rank."""

WHOLE_PANEL = 0


class SheetMark(NamedTuple):
    """One mark that counts. `seat` is 0 for aspects marked once for the whole panel; `value` in thousandths."""

    entry: str
    aspect: str
    seat: int
    kind: str
    value: int | None


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """All marks of an event with its entries.

    `statuses` names entries that do not simply take part (withdrawn, not_started, …); who is not named is
    `entered`. `seats` says how many judges mark each entry; `panels` the same for single aspects of an entry
    that another panel marks. Blank is where no mark is. `labels` are the numbers that lists print; where rows are
    equal in everything, they stand in this order, and nothing else depends on it.
    """

    entries: tuple[str, ...]
    marks: Sequence[SheetMark]
    seats: Mapping[str, int]
    statuses: Mapping[str, str] = {}
    panels: Mapping[tuple[str, str], int] = {}
    labels: Mapping[str, str] = {}


class SheetProblem(ValueError):
    """A sheet does not fit its scheme: an unknown entry or aspect, a seat outside the panel, two marks for one."""


BLANK_STATE, ENTERED_STATE, ABSENT_STATE, NOT_ATTEMPTED_STATE = 0, 1, 2, 3
"""How a cell of the arrays stands; odd states carry a number."""

_STATES = {ENTERED: ENTERED_STATE, ABSENT: ABSENT_STATE, NOT_ATTEMPTED: NOT_ATTEMPTED_STATE}


class Grid(NamedTuple):
    """The sheet as arrays: (judges, aspects, entries) for panels, (aspects, entries) for what is marked once."""

    entries: tuple[str, ...]
    panel: npt.NDArray[np.int64]
    panel_states: npt.NDArray[np.uint8]
    seats: npt.NDArray[np.int64]
    """How many judges mark each aspect of each entry."""
    single: npt.NDArray[np.int64]
    single_states: npt.NDArray[np.uint8]


def judges_of(sheet: Sheet) -> int:
    """The largest panel of a sheet."""
    most = max((*sheet.seats.values(), *sheet.panels.values(), 1))
    if most > MOST_JUDGES:
        raise SheetProblem(f"a panel of {most} judges; {MOST_JUDGES} are the most")
    return most


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
    cells, states, values = _cells(scheme, layout, sheet, places, seats)
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
    )


_NOTHING = -(2**62)
"""Stands for a value that is not there; no aspect allows it."""


def _cells(
    scheme: Scheme, layout: Plan, sheet: Sheet, places: Mapping[str, int], seats: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """For every mark its cell in the arrays, its state and its value."""
    panels = layout.panel_columns
    ids = [*panels, *layout.single_columns]
    rows = {aspect: row for row, aspect in enumerate(ids)}
    try:
        row = np.array([rows[mark[1]] for mark in sheet.marks], dtype=np.int64)
        column = np.array([places[mark[0]] for mark in sheet.marks], dtype=np.int64)
        state = np.array([_STATES[mark[3]] for mark in sheet.marks], dtype=np.uint8)
    except KeyError as unknown:
        raise SheetProblem(f"neither the scheme nor the list of entries knows {unknown}") from None
    seat = np.array([mark[2] for mark in sheet.marks], dtype=np.int64)
    value = np.array([_NOTHING if mark[4] is None else mark[4] for mark in sheet.marks], dtype=np.int64)
    _check_values(scheme, ids, row, state, value)
    single = row >= len(panels)
    if np.any(np.where(single, seat != 0, (seat < 1) | (seat > seats[row, column]))):
        raise SheetProblem("a mark comes from a seat that the panel does not have")
    width = len(panels) * len(places)
    within = row * len(places) + column
    cell = np.where(single, (layout.judges - 1) * width + within, (seat - 1) * width + within)
    return cell, state, np.where(state == ENTERED_STATE, value, 0)


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
