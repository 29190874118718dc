"""Marks that the rules ask for again: too far apart within a panel, or entered twice and not alike."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Literal, NamedTuple

import msgspec
import numpy as np

from scoring.aspects import DualCounted
from scoring.exact import THOUSAND, plain
from scoring.kinds.kernel import Flags, Whole
from scoring.panel import BEYOND, PanelKernel
from scoring.plan import Group, Plan
from scoring.sheet import BLANK_STATE, ENTERED_STATE, Grid


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """An aspect of an entry that should be marked again, once all of its panel have marked it.

    `spread`: the highest and the lowest mark are so far apart (printed). `differs`: those who entered it
    independently do not say the same.
    """

    entry: str
    aspect: str
    reason: Literal["spread", "differs"]
    spread: str


class _Found(NamedTuple):
    aspect: str
    column: int
    reason: Literal["spread", "differs"]
    spread: int


def remarks(plan: Plan, grid: Grid) -> tuple[Remark, ...]:
    """Everything that should be marked again, the farthest apart first."""
    found = [one for group in plan.panels for one in _of(group, grid)]
    found.sort(key=lambda one: (-one.spread, grid.entries[one.column], one.aspect))
    return tuple(
        Remark(
            entry=grid.entries[one.column],
            aspect=one.aspect,
            reason=one.reason,
            spread=plain(Fraction(one.spread, THOUSAND)),
        )
        for one in found
    )


def _of(group: Group, grid: Grid) -> Iterator[_Found]:
    if isinstance(group.rule, PanelKernel) and group.spread is None:
        return
    entered = grid.panel_states[:, group.columns] == ENTERED_STATE
    marks = grid.panel[:, group.columns].astype(np.int64, copy=False)
    highest = np.where(entered, marks, -BEYOND).max(axis=0, initial=-BEYOND)
    lowest = np.where(entered, marks, BEYOND).min(axis=0, initial=BEYOND)
    apart = np.where(entered.any(axis=0), highest - lowest, 0)
    if isinstance(group.rule, PanelKernel):
        assert group.spread is not None
        blanks = grid.seats[group.columns] - (grid.panel_states[:, group.columns] != BLANK_STATE).sum(axis=0)
        yield from _where(group, (apart > group.spread) & (blanks == 0), apart, "spread")
    else:
        yield from _where(group, DualCounted(group, grid).differ, apart, "differs")


def _where(group: Group, flags: Flags, apart: Whole, reason: Literal["spread", "differs"]) -> Iterator[_Found]:
    for at, column in np.argwhere(flags).tolist():
        yield _Found(group.aspects[at], column, reason, int(apart[at, column]))
