"""From the arrays of a sheet to the value of every node of every entry, with what is known and still possible.

There is one computation. While marks are missing it runs in three lanes at once: the points of what is complete,
the least and the most that every node can still become.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from scoring import aspects
from scoring.aspects import Agreed
from scoring.blocks import blocks
from scoring.combining import Adding, Combining
from scoring.finish import Passing, Trace
from scoring.kinds import Veto
from scoring.kinds.kernel import Flags, Whole
from scoring.parts import LEAST, MOST, POINTS, Parts
from scoring.placing import everywhere
from scoring.plan import Plan
from scoring.sheet import ENTERED_STATE, Grid
from scoring.standardising import Standardising

__all__ = ["LEAST", "MOST", "POINTS", "Flags", "Seen", "Tally", "tally"]

Seen = Trace
Counts = npt.NDArray[np.int64]


class Tally(NamedTuple):
    """All values of all entries, as numerators over the plan's denominators: (nodes, lanes, entries)."""

    values: Whole
    known: Flags
    """For each node and entry: nothing it is made of is missing."""
    missing: Counts
    """For each aspect's row and entry: how many marks are missing."""
    void: Flags
    """For each node and entry: it is known that there is no result."""
    neutral: Flags
    """For each aspect's row and entry: nothing was given where nothing had to be, or it is a veto."""
    excluded: Mapping[str, Flags]
    """The pass marks and vetoes that take entries out of the ranking, by their node."""
    barred: Mapping[str, Flags]
    """The pass marks that keep entries from awards, by their node."""
    struck: Mapping[str, Flags]
    """The vetoes that happened, by their node."""
    agreed: Mapping[str, Agreed]
    """For aspects that several enter independently: what they agree on."""

    def lane(self, row: int, lane: int) -> Whole:
        """One node in one lane."""
        values: Whole = self.values[row, lane if self.values.shape[1] > 1 else POINTS]
        return values


def tally(plan: Plan, grid: Grid, trace: dict[str, Seen] | None = None) -> Tally:
    """Compute every node of every entry. `trace` collects what each step made, by a group's first node."""
    if trace is None and grid.whole and plan.entrywise:
        parts = tuple(blocks(len(grid.entries), grid.panel[:, :, :1].size + len(grid.single)))
        if len(parts) > 1 and (found := _part_by_part(plan, grid, parts)) is not None:
            return found
    return _Counting(plan, grid, trace).tally()


def _part_by_part(plan: Plan, grid: Grid, parts: Iterable[slice]) -> Tally | None:
    """The same for very many entries; None where a panel turns out to be too small after all."""
    shape = (len(plan.denominators), len(grid.entries))
    values: Whole = np.empty((shape[0], 1, shape[1]), dtype=plan.dtype)
    for at in parts:
        one = _Counting(plan, grid.part(at), None).tally()
        if one.values.shape[1] > 1:
            return None
        values[:, :, at] = one.values
    nowhere: Flags = everywhere(False, shape, np.bool_)
    return Tally(
        values=values,
        known=everywhere(True, shape, np.bool_),
        missing=everywhere(0, shape, np.int64),
        void=nowhere,
        neutral=nowhere,
        excluded={},
        barred={},
        struck={},
        agreed={},
    )


class _Counting:
    """The arrays while they are being filled."""

    def __init__(self, plan: Plan, grid: Grid, trace: dict[str, Seen] | None) -> None:
        self.plan, self.grid, self.trace = plan, grid, trace
        shape = (len(plan.denominators), len(grid.entries))
        self.known, self.void = np.ones(shape, dtype=np.bool_), np.zeros(shape, dtype=np.bool_)
        self.neutral, self.may_be_void = np.zeros(shape, dtype=np.bool_), np.zeros(shape, dtype=np.bool_)
        self.missing = np.zeros(shape, dtype=np.int64)
        self.excluded: dict[str, Flags] = {}
        self.barred: dict[str, Flags] = {}
        self.struck: dict[str, Flags] = {}

    def tally(self) -> Tally:
        counted = aspects.counted(self.plan, self.grid)
        self.whole = not self.plan.vetoes and all(one.whole for _, one in counted.groups)
        for rows, one in counted.groups:
            if one.whole:
                continue
            self.known[rows], self.missing[rows] = one.known, one.missing
            self.void[rows], self.neutral[rows] = one.void, one.neutral
            if one.missing.any() or not one.known.all():
                self.may_be_void[rows] = ~one.known & ~one.entered
        lanes = 1 if self.whole or self.known.all() else 3
        self.values: Whole = np.zeros((len(self.known), lanes, self.known.shape[1]), dtype=self.plan.dtype)
        for rows, one in counted.groups:
            self.values[rows] = one.scores(lanes, self.plan.dtype, self._seen(one.group.aspects[0]))
        for veto in self.plan.vetoes:
            self._veto(veto, counted.agreed)
        for passing in self.plan.passing:
            self._pass(passing)
        for step in self.plan.combined:
            self._combine(step)
        return Tally(
            self.values,
            self.known,
            self.missing,
            self.void,
            self.neutral,
            self.excluded,
            self.barred,
            self.struck,
            counted.agreed,
        )

    def _seen(self, node: str) -> Seen | None:
        return None if self.trace is None else self.trace.setdefault(node, [])

    def _veto(self, veto: Veto, agreed: Mapping[str, Agreed]) -> None:
        if veto.id in agreed:
            states, marks = agreed[veto.id]
        else:
            column = self.plan.single_columns[veto.id]
            states, marks = self.grid.single_states[column], self.grid.single[column]
        happened = (states == ENTERED_STATE) & (marks > 0)
        self.struck[veto.id] = happened
        self.neutral[self.plan.rows[veto.id]] = True
        if veto.effect == "unranked" and happened.any():
            self.excluded[veto.id] = happened

    def _pass(self, passing: Passing) -> None:
        row = passing.row
        values, known = self.values[row], self.known[row]
        if passing.mark is not None:
            below = values < passing.mark
            failed = below[POINTS] & known
            if passing.failing == "zero":
                below[POINTS] &= known
                self.values[row] = np.where(below, 0, values)
            elif failed.any():
                (self.excluded if passing.failing == "unranked" else self.barred)[passing.node] = failed
        for veto in passing.vetoes:
            open_ = ~self.known[self.plan.rows[veto]]
            self.values[row] = np.where(self.struck[veto], 0, self.values[row])
            self._reach_zero(row, open_)
            known &= ~open_

    def _reach_zero(self, row: int, where: Flags) -> None:
        """What may still be worth nothing has nothing between its least and its most."""
        if self.values.shape[1] > 1 and where.any():
            values = self.values[row]
            values[LEAST] = np.where(where, np.minimum(values[LEAST], 0), values[LEAST])
            values[MOST] = np.where(where, np.maximum(values[MOST], 0), values[MOST])

    def _combine(self, step: Combining) -> None:
        row, seen = step.row, self._seen(step.node)
        parts = Parts(self.values, self.known, self.void, self.neutral, self.may_be_void, self.grid)
        if self.whole and isinstance(step.raw, Adding):
            # Everything is known, and nothing without a result.
            raw = step.raw.summed(parts)
            if seen is not None:
                seen.append(("raw", raw, step.raw.denominator))
            self.values[row] = step.finish.of(raw, seen)
            if step.passing is not None:
                self._pass(step.passing)
            return
        raw, void = step.raw.of(parts)
        if seen is not None:
            seen += [*step.raw.noted(parts)] if isinstance(step.raw, Standardising) else []
            seen.append(("raw", raw, step.raw.denominator))
        if isinstance(step.raw, Standardising):
            self.known[row] = step.raw.known(parts)
        else:
            np.logical_and.reduce(self.known[step.raw.rows], axis=0, out=self.known[row])
        finished = step.finish.of(raw, seen)
        self.void[row] = void & self.known[row]
        self.values[row] = np.where(void, 0, finished) if void.any() else finished
        if finished.shape[0] > 1:
            self.may_be_void[row] = ~self.known[row] & step.raw.may_be_void(parts)
            self._reach_zero(row, self.may_be_void[row])
        if step.passing is not None:
            self._pass(step.passing)
