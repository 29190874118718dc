"""Laying a sheet out: every mark into its cell, checked against the scheme, as arrays of whole thousandths."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from scoring.blocks import blocks
from scoring.exact import THOUSAND
from scoring.kinds.kernel import Whole
from scoring.kinds.part import FARTHEST
from scoring.placing import States, Values, cells, everywhere, states_of
from scoring.plan import Group, Plan
from scoring.scheme import Scheme
from scoring.sheet import BLANK_STATE, ENTERED_STATE, IN_COMPETITION, Grid, Sheet, SheetProblem


def grid(scheme: Scheme, layout: Plan, sheet: Sheet) -> Grid:
    """Lay a sheet out as arrays.

    Raises SheetProblem when it does not fit its scheme.
    """
    if not _all_different(sheet.entries):
        raise SheetProblem("an entry stands twice")
    seats = _seats(layout, sheet)
    laid = cells(scheme, layout, sheet)
    _check_seats(layout, seats, laid.panel_states)
    for group in layout.panels:
        _check_values(scheme, group, laid.panel[:, group.columns], _part(laid.panel_states, group))
    for group in layout.singles:
        states = None if laid.single_states is None else laid.single_states[group.columns]
        _check_values(scheme, group, laid.single[group.columns], states)
    return Grid(
        entries=sheet.entries,
        panel=laid.panel,
        panel_states=states_of(laid.panel, laid.panel_states),
        seats=seats,
        single=laid.single,
        single_states=states_of(laid.single, laid.single_states),
        competing=_competing(sheet),
        groups={name: _codes(sheet, name) for name in layout.attributes},
        whole=laid.panel_states is None and laid.single_states is None,
    )


@lru_cache(maxsize=128)
def _all_different(entries: tuple[str, ...]) -> bool:
    # The same entries are asked for after every mark.
    return len(set(entries)) == len(entries)


def _seats(layout: Plan, sheet: Sheet) -> Values:
    """How many judges mark each aspect of each entry."""
    shape = (len(layout.panel_columns), len(sheet.entries))
    if isinstance(sheet.seats, int):
        seats: Values = everywhere(sheet.seats, shape, np.int64)
    else:
        seats = np.broadcast_to(np.array([sheet.judges(entry) for entry in sheet.entries], dtype=np.int64), shape)
    if sheet.panels:
        seats = seats.copy()
        places = {entry: at for at, entry in enumerate(sheet.entries)}
        for (entry, aspect), judges in sheet.panels.items():
            if aspect in layout.panel_columns and entry in places:
                seats[layout.panel_columns[aspect], places[entry]] = judges
    return seats


def _competing(sheet: Sheet) -> npt.NDArray[np.bool_]:
    if not sheet.statuses:
        return np.ones(len(sheet.entries), dtype=np.bool_)
    statuses = [sheet.statuses.get(entry, IN_COMPETITION) for entry in sheet.entries]
    return np.array([status == IN_COMPETITION for status in statuses], dtype=np.bool_)


def _codes(sheet: Sheet, attribute: str) -> Values:
    column = sheet.attributes.get(attribute, {})
    values = [column.get(entry, "") for entry in sheet.entries]
    numbers = {value: number for number, value in enumerate(sorted(set(values)))}
    return np.array([numbers[value] for value in values], dtype=np.int64)


def _part(states: States | None, group: Group) -> States | None:
    return None if states is None else states[:, group.columns]


# ---- does it fit? ---------------------------------------------------------------------------------------------


def _check_seats(layout: Plan, seats: Values, states: States | None) -> None:
    """Nobody marks from a seat that the panel of this aspect of this entry does not have."""
    # One number for all need not be looked for everywhere.
    fewest = seats[:1, :1] if seats.strides == (0, 0) else seats
    if not seats.size or int(fewest.min()) == layout.judges:
        return
    if int(seats.min()) < 0:
        raise SheetProblem("a panel of fewer judges than none")
    beyond = np.arange(layout.judges).reshape(-1, 1, 1) >= seats
    if states is None or (states[beyond] != BLANK_STATE).any():
        raise SheetProblem("a mark comes from a seat that the panel does not have")


def _check_values(scheme: Scheme, group: Group, values: Whole, states: States | None) -> None:
    # The proof that nothing overflows rests on the document's limits, so they are asked again here.
    aspect = scheme.aspects[group.aspects[0]]
    farthest = FARTHEST * THOUSAND
    low = -farthest if aspect.low is None else aspect.low
    high = farthest if aspect.high is None else aspect.high
    entries = values.shape[-1]
    parts = blocks(entries, values.size // max(entries, 1))
    if not values.size or all(_fit(values[..., at], low, high, aspect.step) for at in parts):
        return
    wrong = (values < low) | (values > high) | ((values - low) % aspect.step != 0)
    if states is not None:
        wrong &= states == ENTERED_STATE
    if wrong.any():
        at = int(np.argwhere(wrong)[0, -2])
        raise SheetProblem(f"a mark for {group.aspects[at]} is outside its limits")


def _fit(values: Whole, low: int, high: int, step: int) -> bool:
    """Whether all values are within limits and on a step; a blank counts as 0."""
    if not low <= int(values.min()) <= int(values.max()) <= high:
        return False
    if step == 1:
        return True
    steps = (values if low % step == 0 else values - low) // step
    steps *= step
    on_step: npt.NDArray[np.bool_] = steps == (values if low % step == 0 else values - low)
    return bool(on_step.all())
