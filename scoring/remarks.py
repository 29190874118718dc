"""Marks that the rules ask for again: too far apart within a panel, or entered twice and not alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Literal, NamedTuple

import msgspec
import numpy as np

from scoring.aspects import DualCounted
from scoring.exact import THOUSAND, plain
from scoring.kinds.kernel import Flags, Whole
from scoring.panel import BEYOND, PanelKernel
from scoring.plan import Group, Plan, plan
from scoring.scheme import Scheme
from scoring.sheet import BLANK_STATE, ENTERED_STATE, STATES, Grid

Reason = Literal["spread", "differs"]


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """An aspect of an entry that should be marked again, once all of its panel have marked it.

    `spread`: the highest and the lowest mark are so far apart (printed). `differs`: those who entered it
    independently do not say the same.
    """

    entry: str
    aspect: str
    reason: Reason
    spread: str


class _Found(NamedTuple):
    aspect: str
    column: int
    reason: Reason
    spread: int


class Panelled(NamedTuple):
    """What one panel has marked of one aspect of one entry: what each mark says, and how many seats there are."""

    aspect: str
    seats: int
    marks: tuple[tuple[str, int | None], ...]
    """Kind and value, as on a sheet; who has not marked is left out."""


def asked_again(scheme: Scheme, places: Sequence[Panelled]) -> list[Reason | None]:
    """Say of each place whether its panel should mark it again: `remarks` for a few places instead of a sheet."""
    judges = max((place.seats for place in places), default=1)
    groups = _groups(scheme, judges)
    alike: defaultdict[int, list[int]] = defaultdict(list)
    for at, place in enumerate(places):
        if len(place.marks) < place.seats:
            continue  # a panel is asked for nothing before all of it have marked
        alike[groups[place.aspect].rows.start].append(at)
    found: list[Reason | None] = [None] * len(places)
    for members in alike.values():
        mine = [places[at] for at in members]
        # Like aspects follow one rule, so that each place may stand as another entry of the first of them.
        group = groups[mine[0].aspect]._replace(aspects=("",), columns=slice(0, 1))
        for one in _of(group, _few(mine, judges)):
            found[members[one.column]] = one.reason
    return found


@lru_cache(maxsize=64)
def _groups(scheme: Scheme, judges: int) -> dict[str, Group]:
    return {aspect: group for group in plan(scheme, judges).panels for aspect in group.aspects}


@lru_cache(maxsize=64)
def watched(scheme: Scheme) -> frozenset[str]:
    """The aspects whose marks may be asked for again."""
    groups = plan(scheme, 2).panels
    asking = (group for group in groups if group.spread is not None or not isinstance(group.rule, PanelKernel))
    return frozenset(aspect for group in asking for aspect in group.aspects)


def _few(places: Sequence[Panelled], judges: int) -> Grid:
    """A sheet of one aspect on which every place is an entry."""
    shape = (judges, 1, len(places))
    values, states = np.zeros(shape, dtype=np.int64), np.full(shape, BLANK_STATE, dtype=np.uint8)
    for at, place in enumerate(places):
        for seat, (kind, value) in enumerate(place.marks):
            states[seat, 0, at], values[seat, 0, at] = STATES[kind], value or 0
    nothing = np.zeros((0, len(places)), dtype=np.int64)
    return Grid(
        entries=("",) * len(places),
        panel=values,
        panel_states=states,
        seats=np.array([[place.seats for place in places]], dtype=np.int64),
        single=nothing,
        single_states=nothing.astype(np.uint8),
        competing=np.ones(len(places), dtype=np.bool_),
        groups={},
        whole=False,
    )


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


def _where(group: Group, flags: Flags, apart: Whole, reason: Reason) -> Iterator[_Found]:
    for at, column in np.argwhere(flags).tolist():
        yield _Found(group.aspects[at], column, reason, int(apart[at, column]))
