"""From the arrays of a sheet to the value of every node of every entry, with what is known and still possible.

There is one computation. While marks are missing it runs in three lanes at once: the points of what is complete,
the least and the most that every node can still become.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from scoring import panel
from scoring.convert import Kernel, Whole
from scoring.panel import PanelKernel
from scoring.plan import Adding, Group, Plan
from scoring.sheet import ABSENT_STATE, BLANK_STATE, NOT_ATTEMPTED_STATE, Grid

POINTS, LEAST, MOST = 0, 1, 2
"""The lanes of a tally. Where nothing is missing there is one lane, and it is all three."""

Seen = list[tuple[str, Whole, int]]
"""What each step of a rule made: the step, numerators, their denominator."""
Flags = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]


class Tally(NamedTuple):
    """All values of all entries, as numerators over the plan's denominators: (nodes, lanes, entries)."""

    values: Whole
    known: Flags
    """For each node and entry: nothing below it is missing."""
    missing: Counts
    """For each aspect's row and entry: how many marks are missing."""

    def lane(self, row: int, lane: int) -> Whole:
        """One node in one lane."""
        values: Whole = self.values[row, lane if self.values.shape[1] > 1 else POINTS]
        return values


def tally(plan: Plan, grid: Grid, trace: dict[str, Seen] | None = None) -> Tally:
    """Compute every node of every entry. `trace` collects what each step made, by a group's first node."""
    shape = (len(plan.denominators), len(grid.entries))
    missing = np.zeros(shape, dtype=np.int64)
    present = grid.seats - (grid.panel_states == ABSENT_STATE).sum(axis=0)
    blanks = grid.seats - (grid.panel_states != BLANK_STATE).sum(axis=0)
    for group in plan.panels:
        assert isinstance(group.rule, PanelKernel)
        short = group.rule.fewest - present[group.columns]
        missing[group.rows] = np.maximum(np.maximum(blanks[group.columns], short), 0)
    for group in plan.singles:
        missing[group.rows] = _unmarked(grid.single_states[group.columns])
    known = missing == 0
    values: Whole = np.zeros((shape[0], 1 if known.all() else 3, shape[1]), dtype=plan.dtype)
    for group in plan.panels:
        _panel(group, grid, present[group.columns], values, _seen(trace, group.aspects[0]))
    for group in plan.singles:
        _single(group, grid, values, _seen(trace, group.aspects[0]))
    if values.shape[1] > 1:
        aspects = len(grid.panel[0]) + len(grid.single)
        values[:aspects, POINTS] = np.where(known[:aspects], values[:aspects, LEAST], 0)
    for adding in plan.sums:
        _add(adding, known, values, _seen(trace, adding.node))
    return Tally(values, known, missing)


def _seen(trace: dict[str, Seen] | None, node: str) -> Seen | None:
    return None if trace is None else trace.setdefault(node, [])


def _panel(group: Group, grid: Grid, present: Counts, values: Whole, seen: Seen | None) -> None:
    assert isinstance(group.rule, PanelKernel)
    marks = grid.panel[:, group.columns].astype(values.dtype, copy=False)
    states = grid.panel_states[:, group.columns]
    if (states & 1).all():
        raw = panel.score(group.rule, marks, None, present)
        _finish(group, raw, raw, values, seen)
        return
    blank = (states == BLANK_STATE) & (np.arange(len(states)).reshape(-1, 1, 1) < grid.seats[group.columns])
    seated = blank | ((states & 1) == 1)
    enough = present >= group.rule.fewest
    # A missing mark counts as the lowest, then as the highest it can turn out; a judge who turns out to be absent
    # leaves a mean between the two. A panel that is too small can still become anything.
    least, most = (
        np.where(enough, panel.score(group.rule, np.where(blank, fill, marks), seated, present), reach)
        for fill, reach in zip(group.fills, group.reach, strict=True)
    )
    _finish(group, least, most, values, seen)


def _single(group: Group, grid: Grid, values: Whole, seen: Seen | None) -> None:
    assert isinstance(group.rule, Kernel)
    marks = grid.single[group.columns].astype(values.dtype, copy=False)
    states = grid.single_states[group.columns]
    attempted = states != NOT_ATTEMPTED_STATE
    raw = np.where(attempted, group.rule.points(marks), 0)
    unmarked = _unmarked(states)
    least, most = (np.where(unmarked, reach, raw) for reach in group.reach)
    _finish(group, least, most, values, seen)


def _unmarked(states: npt.NDArray[np.uint8]) -> Flags:
    """Where what is marked once has no number. Only a panel goes on without a judge who is absent."""
    unmarked: Flags = (states & 1) == 0
    return unmarked


def _finish(group: Group, least: Whole, most: Whole, values: Whole, seen: Seen | None) -> None:
    assert isinstance(group.rule, Kernel | PanelKernel)
    if seen is not None:
        seen.append(("raw", least, group.rule.denominator))
    scores = group.finish.of(least, seen)
    if values.shape[1] == 1:
        values[group.rows, POINTS] = scores
    else:
        values[group.rows, LEAST] = scores
        values[group.rows, MOST] = group.finish.of(most)


def _add(adding: Adding, known: Flags, values: Whole, seen: Seen | None) -> None:
    plus = values[adding.plus]
    raw = (plus * adding.plus_weights[:, np.newaxis, np.newaxis]).sum(axis=0)
    if len(adding.minus):
        minus = (values[adding.minus] * adding.minus_weights[:, np.newaxis, np.newaxis]).sum(axis=0)
        # What can be taken away at most makes the least, and the other way round.
        raw = raw - (minus if len(minus) == 1 else minus[[POINTS, MOST, LEAST]])
    if seen is not None:
        seen.append(("raw", raw, adding.denominator))
    values[adding.row] = adding.finish.of(raw, seen)
    known[adding.row] = known[adding.plus].all(axis=0) & known[adding.minus].all(axis=0)
