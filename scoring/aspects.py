"""From marks to the scores of aspects: what is missing, what is void, and what like aspects are worth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from scoring import panel, scale
from scoring.combining import LEAST, MOST, POINTS
from scoring.finish import Trace
from scoring.kinds.kernel import Flags, Kernel, ToBest, Whole
from scoring.panel import PanelKernel
from scoring.plan import Group, Plan
from scoring.sheet import ABSENT_STATE, BLANK_STATE, ENTERED_STATE, NOT_ATTEMPTED_STATE, Grid

Counts = npt.NDArray[np.int64]
States = npt.NDArray[np.uint8]


class Agreed(NamedTuple):
    """What all who entered a mark independently agree on, for each entry; blank where they do not."""

    states: States
    marks: Whole


class Lanes(NamedTuple):
    """What a group is worth: as far as it is known, at least and at most; raw, over its rule's denominator."""

    points: Whole
    least: Whole
    most: Whole


class Counted:
    """One group of aspects as it stands on a sheet; all arrays are (aspects, entries).

    `whole`: everything is entered, so nothing is missing, void or not given, and there is no array to say so.
    """

    whole = False

    def __init__(self, group: Group, grid: Grid) -> None:
        self.group, self.grid = group, grid
        self.missing: Counts
        self.known: Flags
        self.entered: Flags
        """There is a mark that says something, so it cannot turn out to have no result."""
        self.void: Flags
        self.neutral: Flags

    def raw(self, lanes: int, dtype: type) -> Lanes:
        """What the rule makes of the marks."""
        raise NotImplementedError

    def scores(self, lanes: int, dtype: type, seen: Trace | None) -> Whole:
        """The finished scores: (aspects, lanes, entries)."""
        raw, finish, rule = self.raw(lanes, dtype), self.group.finish, self.group.rule
        if seen is not None:
            seen.append(("raw", raw.points, rule.denominator))
        points = finish.of(raw.points, seen)
        if not self.whole and self.neutral.any():
            points = np.where(self.neutral, 0, points)
        if lanes == 1:
            return points[:, np.newaxis]
        scores: Whole = np.empty((len(points), lanes, points.shape[1]), dtype=dtype)
        if raw.points is raw.most:
            scores[:] = points[:, np.newaxis]
            return scores
        scores[:, LEAST], scores[:, MOST] = (
            np.where(self.neutral, 0, finish.of(lane)) for lane in (raw.least, raw.most)
        )
        scores[:, POINTS] = np.where(self._so_far(), points, 0)
        return scores

    def _so_far(self) -> Flags:
        """Whose points mean something: the known ones, and with others missing those whose own marks are there."""
        return self.known


class WholePanel(Counted):
    """Aspects that every judge marks, where all have and nobody is measured by others."""

    whole = True

    def raw(self, _lanes: int, dtype: type) -> Lanes:
        """What the rule makes of the marks."""
        assert isinstance(self.group.rule, PanelKernel)
        score = panel.whole(self.group.rule, self.grid.panel[:, self.group.columns], dtype)
        return Lanes(score, score, score)


class WholeSingle(Counted):
    """Aspects that are marked once, where all are entered and nobody is measured by others."""

    whole = True

    def raw(self, _lanes: int, dtype: type) -> Lanes:
        """What the rule makes of the marks."""
        assert isinstance(self.group.rule, Kernel)
        score = self.group.rule.points(self.grid.single[self.group.columns].astype(dtype, copy=False))
        return Lanes(score, score, score)


class PanelCounted(Counted):
    """Aspects that every judge marks."""

    def __init__(self, group: Group, grid: Grid) -> None:
        super().__init__(group, grid)
        assert isinstance(group.rule, PanelKernel)
        states, seats = grid.panel_states[:, group.columns], grid.seats[group.columns]
        self.states, self.seats, self.rule = states, seats, group.rule
        self.present = seats - how_many(states == ABSENT_STATE)
        blanks = seats - how_many(states != BLANK_STATE)
        short = self.rule.fewest - self.present
        self.missing = np.maximum(np.maximum(blanks, short), 0)
        self.known = self.missing == 0
        self.entered = (states == ENTERED_STATE).any(axis=0)
        not_attempted = how_many(states == NOT_ATTEMPTED_STATE)
        self.void = self.known & (not_attempted == self.present) & (self.present > 0)
        self.neutral = np.zeros_like(self.void)

    def raw(self, lanes: int, dtype: type) -> Lanes:
        """What the rule makes of the marks; a missing one counts as the lowest, then as the highest."""
        marks: Whole = self.grid.panel[:, self.group.columns].astype(dtype, copy=False)
        states, rule = self.states, self.rule
        if (states & 1).all() and self.known.all():
            score = panel.score(rule, marks, None, self.present)
            return Lanes(score, score, score)
        blank = (states == BLANK_STATE) & (np.arange(len(states)).reshape(-1, 1, 1) < self.seats)
        seated = blank | ((states & 1) == 1)
        if lanes == 1:
            score = panel.score(rule, marks, seated, self.present)
            return Lanes(score, score, score)
        # A judge who turns out to be absent leaves a mean between the two. A panel that is too small can still
        # become anything.
        enough = self.present >= rule.fewest
        least, most = (
            np.where(enough, panel.score(rule, np.where(blank, fill, marks), seated, self.present), reach)
            for fill, reach in zip(self.group.fills, self.group.reach, strict=True)
        )
        if not self.group.adds:
            return Lanes(least, least, most)
        # A sum grows with every judge, so between nobody more and everybody only these two ends count.
        fewer = seated & ~(blank & (np.cumsum(blank, axis=0) > rule.fewest - (self.present - blank.sum(axis=0))))
        left = fewer.sum(axis=0)
        lower, upper = (
            np.where(enough, panel.score(rule, np.where(blank, fill, marks), fewer, left), reach)
            for fill, reach in zip(self.group.fills, self.group.reach, strict=True)
        )
        return Lanes(least, np.minimum(least, lower), np.maximum(most, upper))


class StandardPanel(PanelCounted):
    """Aspects of which each judge's marks are put on one scale first."""

    def __init__(self, group: Group, grid: Grid) -> None:
        super().__init__(group, grid)
        assert group.standard is not None
        self.standard = group.standard
        self.own = self.known
        self.groups = scale.groups_of(grid.groups.get(self.standard.by), len(grid.entries))
        seated = np.arange(len(self.states)).reshape(-1, 1, 1) < self.seats
        self.waiting = seated & (self.states == BLANK_STATE) & grid.competing
        self.known = self.own.copy()
        for together in self.groups:
            # Judge by judge: who still waits for a mark of somebody leaves all others open too.
            open_seats = self.waiting[:, :, together].any(axis=2)
            measured = (open_seats[:, :, np.newaxis] & seated[:, :, together]).any(axis=0)
            self.known[:, together] &= ~measured
        self.void &= self.known

    def _so_far(self) -> Flags:
        return self.own

    def raw(self, lanes: int, dtype: type) -> Lanes:
        """The rule over standardised marks; where somebody is missing, anything the scale allows."""
        marks: Whole = self.grid.panel[:, self.group.columns].astype(dtype, copy=False)
        there = (self.states & 1) == 1
        standard: Whole = np.zeros_like(marks)
        for together in self.groups:
            for seat, aspect in np.ndindex(*marks.shape[:2]):
                counted = there[seat, aspect] & together
                if counted.any():
                    measuring = marks[seat, aspect, counted & self.grid.competing].astype(object)
                    by = scale.measured(self.standard, measuring, 1000)
                    standard[seat, aspect, counted] = scale.standardised(
                        self.standard, marks[seat, aspect, counted], 1000, by
                    )
        score = panel.score(self.rule, standard, there, there.sum(axis=0))
        score = np.where(self.own, score, 0)
        if lanes == 1:
            return Lanes(score, score, score)
        low, high = self.group.reach
        return Lanes(score, np.where(self.known, score, low), np.where(self.known, score, high))


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
        return rule.of(marks, np.broadcast_to(best, marks.shape))


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


def how_many(flags: Flags) -> Counts:
    """For each aspect and entry, how many seats it is true of."""
    # Bytes are added many times faster than flags, and no panel has as many as 256 seats.
    counted: Counts = np.add.reduce(flags.view(np.uint8), axis=0, dtype=np.uint8).astype(np.int64)
    return counted


def _panel(group: Group, grid: Grid) -> Counted:
    if not isinstance(group.rule, PanelKernel):
        return DualCounted(group, grid)
    if group.standard is not None:
        return StandardPanel(group, grid)
    if grid.whole and len(grid.panel) >= group.rule.fewest:
        return WholePanel(group, grid)
    return PanelCounted(group, grid)
