"""From marks to the scores of aspects: what is missing, what is void, and what like aspects are worth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from scoring import panel
from scoring.counting import Counted, Counts, Lanes, PanelCounted, StandardPanel, WholePanel
from scoring.exact import THOUSAND
from scoring.finish import Trace
from scoring.kinds.kernel import Flags, Kernel, ToBest, Whole
from scoring.panel import PanelKernel
from scoring.plan import Group, Plan
from scoring.sheet import BLANK_STATE, ENTERED_STATE, NOT_ATTEMPTED_STATE, Grid

States = npt.NDArray[np.uint8]


class Agreed(NamedTuple):
    """What all who entered a mark independently agree on, for each entry; blank where they do not."""

    states: States
    marks: Whole


class WholeSingle(Counted):
    """Aspects that are marked once, where all are entered and nobody is measured by others."""

    whole = True

    def raw(self, _lanes: int, dtype: type) -> Lanes:
        """What the rule makes of the marks."""
        assert isinstance(self.group.rule, Kernel)
        score = self.group.rule.points(self.grid.single[self.group.columns].astype(dtype, copy=False))
        return Lanes(score, score, score)


class SingleCounted(Counted):
    """Aspects that are marked once, or on which several who mark independently agree."""

    def __init__(self, group: Group, grid: Grid, agreed: Agreed, missing: Counts) -> None:
        super().__init__(group, grid)
        self.states, self.marks = agreed
        self.missing = missing
        self.neutral = np.zeros(missing.shape, dtype=np.bool_)
        if group.optional:
            # Only what nobody has touched was not given; a half-entered one is missing.
            self.neutral = (self.states == BLANK_STATE) & self._untouched()
            self.missing = np.where(self.neutral, 0, missing)
        self.own = self.missing == 0
        self.known = self.own
        if isinstance(group.rule, ToBest):
            open_ = (~self.own & grid.competing).any(axis=1, keepdims=True)
            self.known = self.own & (~open_ | self.neutral)
        self.entered = self.states == ENTERED_STATE
        self.void = self.known & (self.states == NOT_ATTEMPTED_STATE)

    def _untouched(self) -> Flags:
        untouched: Flags = np.ones(self.missing.shape, dtype=np.bool_)
        return untouched

    def _so_far(self) -> Flags:
        own: Flags = self.own
        return own

    def raw(self, lanes: int, dtype: type) -> Lanes:
        """What the rule makes of the marks; nothing where it was not attempted."""
        marks: Whole = self.marks.astype(dtype, copy=False)
        rule = self.group.rule
        if isinstance(rule, ToBest):
            worth = self._to_best(rule, marks)
        else:
            assert isinstance(rule, Kernel)
            worth = rule.points(marks)
        raw: Whole = np.where(self.entered, worth, 0)
        if lanes == 1:
            return Lanes(raw, raw, raw)
        low, high = self.group.reach
        return Lanes(raw, np.where(self.known, raw, low), np.where(self.known, raw, high))

    def _to_best(self, rule: ToBest, marks: Whole) -> Whole:
        measuring = self.entered & self.grid.competing
        if rule.high_is_better:
            best = np.where(measuring, marks, 0).max(axis=1, keepdims=True, initial=0)
        else:
            far = rule.farthest + 1
            best = np.where(measuring, marks, far).min(axis=1, keepdims=True, initial=far)
            best = np.where(best == far, 0, best)
        self._best = np.broadcast_to(best, marks.shape)
        return rule.of(marks, self._best)

    def noted(self) -> Trace:
        """The best mark of all, where others are measured by it."""
        return [("best", self._best, THOUSAND)] if isinstance(self.group.rule, ToBest) else []


class DualCounted(SingleCounted):
    """Aspects that several enter independently: worth something once all say the same."""

    def __init__(self, group: Group, grid: Grid) -> None:
        states, seats = grid.panel_states[:, group.columns], grid.seats[group.columns]
        marks = grid.panel[:, group.columns].astype(np.int64, copy=False)
        there = (states & 1) == 1
        present = there.sum(axis=0)
        self.blanks = seats - (states != BLANK_STATE).sum(axis=0)
        self.untouched: Flags = ~np.logical_or.reduce(there, axis=0)
        entered = (states == ENTERED_STATE).sum(axis=0)
        highest = np.where(there, marks, -panel.BEYOND).max(axis=0, initial=-panel.BEYOND)
        lowest = np.where(there, marks, panel.BEYOND).min(axis=0, initial=panel.BEYOND)
        alike = (highest == lowest) & ((entered == present) | (entered == 0))
        agree = alike & (present >= 2) & (self.blanks == 0)
        kind = np.where(entered > 0, ENTERED_STATE, NOT_ATTEMPTED_STATE)
        agreed = Agreed(
            np.where(agree, kind, BLANK_STATE).astype(np.uint8), np.where(agree & (entered > 0), highest, 0)
        )
        self.differ = (self.blanks == 0) & (present >= 2) & ~alike
        missing = np.where(agree, 0, np.maximum(self.blanks, 1))
        super().__init__(group, grid, agreed, missing)

    def _untouched(self) -> Flags:
        return self.untouched


class AllCounted(NamedTuple):
    """All aspects of a sheet, group by group."""

    groups: tuple[tuple[slice, Counted], ...]
    agreed: Mapping[str, Agreed]


def counted(plan: Plan, grid: Grid) -> AllCounted:
    """Look at every mark once: what is missing, void, or not given."""
    groups: list[tuple[slice, Counted]] = []
    agreed: dict[str, Agreed] = {}
    for group in plan.panels:
        one = _panel(group, grid)
        groups.append((group.rows, one))
        if isinstance(one, DualCounted):
            agreed |= {aspect: Agreed(one.states[at], one.marks[at]) for at, aspect in enumerate(group.aspects)}
    for group in plan.singles:
        if grid.whole and isinstance(group.rule, Kernel):
            groups.append((group.rows, WholeSingle(group, grid)))
            continue
        states = grid.single_states[group.columns]
        # Only a panel goes on without a judge who is absent.
        missing = ((states & 1) == 0).astype(np.int64)
        groups.append(
            (group.rows, SingleCounted(group, grid, Agreed(states, grid.single[group.columns]), missing))
        )
    return AllCounted(tuple(groups), agreed)


def _panel(group: Group, grid: Grid) -> Counted:
    if not isinstance(group.rule, PanelKernel):
        return DualCounted(group, grid)
    if group.standard is not None:
        return StandardPanel(group, grid)
    if grid.whole and len(grid.panel) >= group.rule.fewest:
        return WholePanel(group, grid)
    return PanelCounted(group, grid)
