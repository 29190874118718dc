"""Every mark into its cell: from single marks, from columns and from blocks."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from scoring.blocks import blocks
from scoring.kinds.kernel import Whole
from scoring.plan import Plan
from scoring.scheme import Scheme
from scoring.sheet import (
    BLANK_STATE,
    ENTERED_STATE,
    NOT_ATTEMPTED_STATE,
    STATES,
    WHOLE_PANEL,
    Block,
    Marks,
    Sheet,
    SheetProblem,
)

Values = npt.NDArray[np.int64]
PanelValues = npt.NDArray[np.int64] | npt.NDArray[np.int32]
States = npt.NDArray[np.uint8]


class Cells(NamedTuple):
    """Values and states in the order of the plan; 0 where nothing is entered. States are None where all is."""

    panel: PanelValues
    panel_states: States | None
    single: Values
    single_states: States | None


def cells(scheme: Scheme, layout: Plan, sheet: Sheet) -> Cells:
    """The marks of a sheet in their cells.

    Raises SheetProblem when one has no cell, or two have the same.
    """
    if isinstance(sheet.marks, Block):
        return _lying(layout, sheet.marks, len(sheet.entries))
    return _scattered(scheme, layout, columns(scheme, sheet), len(sheet.entries))


def states_of(values: Whole, states: States | None) -> States:
    """How every cell stands."""
    return everywhere(ENTERED_STATE, values.shape, np.uint8) if states is None else states


@lru_cache(maxsize=256)
def everywhere(number: int, shape: tuple[int, ...], kind: type) -> npt.NDArray[Any]:
    """The same number in every cell, in the memory of one; nobody can write to it."""
    return np.broadcast_to(kind(number), shape)


# ---- marks one by one, or as columns --------------------------------------------------------------------------


_NOTHING = -(2**62)
"""Stands for a value that is not there; no aspect allows it."""


def columns(scheme: Scheme, sheet: Sheet) -> Marks:
    """The marks of a sheet as columns, whatever form they have.

    Raises SheetProblem when there is a mark for an unknown entry or aspect.
    """
    if isinstance(sheet.marks, Marks):
        return sheet.marks
    if isinstance(sheet.marks, Block):
        return _gathered(scheme, sheet.marks)
    places = {entry: at for at, entry in enumerate(sheet.entries)}
    aspects = {aspect: at for at, aspect in enumerate(scheme.aspects)}
    try:
        aspect = np.array([aspects[mark[1]] for mark in sheet.marks], dtype=np.int64)
        entry = np.array([places[mark[0]] for mark in sheet.marks], dtype=np.int64)
        state = np.array([STATES[mark[3]] for mark in sheet.marks], dtype=np.uint8)
        seat = np.array([mark[2] for mark in sheet.marks], dtype=np.int64)
        value = np.array([_NOTHING if mark[4] is None else mark[4] for mark in sheet.marks], dtype=np.int64)
    except KeyError as unknown:
        raise SheetProblem(f"neither the scheme nor the list of entries knows {unknown}") from None
    except OverflowError:
        raise SheetProblem("a mark has a seat or a value that no panel and no aspect allows") from None
    return Marks(entry, aspect, seat, state, value)


def _scattered(scheme: Scheme, layout: Plan, marks: Marks, entries: int) -> Cells:
    """Every mark into its cell."""
    all_entered = _check_columns(marks, len(scheme.aspects), entries)
    _check_seat_numbers(scheme, layout, marks)
    panels, singles = layout.panel_columns, layout.single_columns
    width = len(panels) * entries
    split = layout.judges * width
    size = split + len(singles) * entries
    # Seat 1 is the first layer; what is marked once stands behind all layers and has seat 0.
    first = [
        panels[id_] * entries - width if id_ in panels else split + singles[id_] * entries
        for id_ in scheme.aspects
    ]
    firsts = np.array(first, dtype=np.int64)

    def put(target: Whole, given: Whole) -> None:
        for at in blocks(len(given), 4):
            cells = firsts[marks.aspect[at]]
            cells += marks.entry[at]
            cells += np.multiply(marks.seat[at], width, dtype=np.int64)
            target[cells] = given[at]

    given: Whole = marks.value if all_entered else np.where(marks.state == ENTERED_STATE, marks.value, 0)
    given = given.astype(np.int64, copy=False) if singles else _narrowed(layout, given)
    # Stands in a cell that no mark has reached; no aspect allows it.
    empty = np.iinfo(given.dtype).min
    values = np.full(size, empty, dtype=given.dtype)
    put(values, given)
    blank = values == empty
    blanks = int(np.count_nonzero(blank))
    if size - blanks != len(given):
        raise SheetProblem("two marks for one cell")
    states: States | None = None
    if blanks or not all_entered:
        values[blank] = 0
        states = np.zeros(size, dtype=np.uint8)
        put(states, marks.state)
    panel, single = (layout.judges, len(panels), entries), (len(singles), entries)
    return Cells(
        panel=_narrowed(layout, values[:split].reshape(panel)),
        panel_states=None if states is None else states[:split].reshape(panel),
        single=values[split:].reshape(single).astype(np.int64, copy=False),
        single_states=None if states is None else states[split:].reshape(single),
    )


def _check_columns(marks: Marks, aspects: int, entries: int) -> bool:
    """Whether all marks are entered; they may be in no other columns than there are."""
    if len({len(column) for column in marks}) > 1:
        raise SheetProblem("the columns of the marks are not of one length")
    if not len(marks.value):
        return True
    for column, most in ((marks.entry, entries), (marks.aspect, aspects)):
        if not 0 <= int(column.min()) <= int(column.max()) < most:
            raise SheetProblem("neither the scheme nor the list of entries knows one of the marks")
    lowest, highest = int(marks.state.min()), int(marks.state.max())
    if not BLANK_STATE < lowest <= highest <= NOT_ATTEMPTED_STATE:
        raise SheetProblem("a mark is neither entered, absent nor not attempted")
    return lowest == highest == ENTERED_STATE


def _check_seat_numbers(scheme: Scheme, layout: Plan, marks: Marks) -> None:
    """Panels are marked from seat 1 up to the largest, what is marked once from none; more is asked later."""
    if not len(marks.seat):
        return
    lowest, highest = int(marks.seat.min()), int(marks.seat.max())
    if not layout.single_columns:
        fits = lowest >= 1
    elif not layout.panel_columns:
        fits = highest == WHOLE_PANEL
    else:
        once = np.array([id_ in layout.single_columns for id_ in scheme.aspects])
        fits = bool((once[marks.aspect] == (marks.seat == WHOLE_PANEL)).all())
    if not fits or not 0 <= lowest <= highest <= layout.judges:
        raise SheetProblem("a mark comes from a seat that the panel does not have")


# ---- marks that lie in their cells ----------------------------------------------------------------------------


def _lying(layout: Plan, block: Block, entries: int) -> Cells:
    """The cells of a block, in the order of the plan."""
    shapes = (layout.judges, len(layout.panel_columns), entries), (len(layout.single_columns), entries)
    if (block.panel.shape, block.single.shape) != shapes:
        raise SheetProblem("a block does not have a cell for every seat, aspect and entry")
    panel, panel_states = _entered(_narrowed(layout, block.panel), block.panel_states)
    single, single_states = _entered(block.single.astype(np.int64, copy=False), block.single_states)
    by_panel, once = layout.as_in_scheme
    if by_panel is not None:
        panel = panel[:, by_panel]
        panel_states = None if panel_states is None else panel_states[:, by_panel]
    if once is not None:
        single = single[once]
        single_states = None if single_states is None else single_states[once]
    return Cells(panel, panel_states, single, single_states)


def _narrowed(layout: Plan, values: PanelValues) -> PanelValues:
    """The marks of panels in 32 bits where every sum fits; what does not is refused as beyond its limits."""
    if layout.narrow and values.size and values.dtype != np.int32:
        kind = np.iinfo(np.int32)
        fits = kind.min <= int(values.min()) and int(values.max()) <= kind.max
        return values.astype(np.int32) if fits else values
    return values if layout.narrow else values.astype(np.int64, copy=False)


def _entered(values: Whole, states: States | None) -> tuple[Whole, States | None]:
    """Values with 0 where nothing is entered."""
    if states is None or not states.size:
        return values, None
    if states.shape != values.shape or int(states.max()) > NOT_ATTEMPTED_STATE:
        raise SheetProblem("a mark is neither entered, absent nor not attempted")
    entered = states == ENTERED_STATE
    return (values, None) if entered.all() else (np.where(entered, values, 0), states)


def _gathered(scheme: Scheme, block: Block) -> Marks:
    """The marks of a block as columns."""
    judged, once = (
        np.array(
            [at for at, one in enumerate(scheme.aspects.values()) if one.by_panel is by_panel], dtype=np.int64
        )
        for by_panel in (True, False)
    )
    states = states_of(block.panel, block.panel_states), states_of(block.single, block.single_states)
    seat, row, entry = np.nonzero(states[0])
    row_once, entry_once = np.nonzero(states[1])
    return Marks(
        entry=np.concatenate([entry, entry_once]),
        aspect=np.concatenate([judged[row], once[row_once]]),
        seat=np.concatenate([seat + 1, np.full(len(row_once), WHOLE_PANEL)]),
        state=np.concatenate([states[0][seat, row, entry], states[1][row_once, entry_once]]),
        value=np.concatenate([block.panel[seat, row, entry], block.single[row_once, entry_once]]),
    )
