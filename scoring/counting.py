"""What every group of like aspects can say of a sheet, and what panels say: with marks missing, or all there."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from scoring import panel, scale
from scoring.finish import Trace
from scoring.kinds.kernel import Flags, Whole
from scoring.panel import PanelKernel
from scoring.parts import LEAST, MOST, POINTS
from scoring.plan import Group
from scoring.sheet import ABSENT_STATE, BLANK_STATE, ENTERED_STATE, NOT_ATTEMPTED_STATE, Grid

Counts = npt.NDArray[np.int64]


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
            seen += [*self.noted(), ("raw", raw.points, rule.denominator)]
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

    def noted(self) -> Trace:
        """What the rule looked up on the way, for explaining."""
        return []

    def _so_far(self) -> Flags:
        """Whose points mean something: the known ones, and with others missing those whose own marks are there."""
        return self.known


def how_many(flags: Flags) -> Counts:
    """For each aspect and entry, how many seats it is true of."""
    # Bytes are added many times faster than flags, and no panel has as many as 256 seats.
    counted: Counts = np.add.reduce(flags.view(np.uint8), axis=0, dtype=np.uint8).astype(np.int64)
    return counted


class WholePanel(Counted):
    """Aspects that every judge marks, where all have and nobody is measured by others."""

    whole = True

    def raw(self, _lanes: int, dtype: type) -> Lanes:
        """What the rule makes of the marks."""
        assert isinstance(self.group.rule, PanelKernel)
        score = panel.whole(self.group.rule, self.grid.panel[:, self.group.columns], dtype)
        return Lanes(score, score, score)


class PanelCounted(Counted):
    """Aspects that every judge marks."""

    def __init__(self, group: Group, grid: Grid) -> None:
        super().__init__(group, grid)
        assert isinstance(group.rule, PanelKernel)
        states, seats = grid.panel_states[:, group.columns], grid.seats[group.columns]
        self.states, self.seats, self.rule = states, seats, group.rule
        self.present = seats - how_many(states == ABSENT_STATE)
        self.blanks = seats - how_many(states != BLANK_STATE)
        short = self.rule.fewest - self.present
        self.missing = np.maximum(np.maximum(self.blanks, short), 0)
        self.known = self.missing == 0
        self.entered = (states == ENTERED_STATE).any(axis=0)
        not_attempted = how_many(states == NOT_ATTEMPTED_STATE)
        self.void = self.known & (not_attempted == self.present) & (self.present > 0)
        self.neutral = np.zeros_like(self.void)

    def raw(self, lanes: int, dtype: type) -> Lanes:
        """What the rule makes of the marks; a missing one counts as the lowest, then as the highest."""
        if not self.rule.by_middle and not self.group.adds and max(self.rule.low, self.rule.high) <= 1:
            return self._between_ends(lanes, dtype)
        marks: Whole = self.grid.panel[:, self.group.columns].astype(dtype, copy=False)
        states, rule = self.states, self.rule
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

    def _between_ends(self, lanes: int, dtype: type) -> Lanes:
        """The same where the rule asks of a panel no more than its sum, its lowest and its highest mark."""
        marks, there = self.grid.panel[:, self.group.columns], (self.states & 1) == 1
        ends = panel.ends(self.rule, marks, there, dtype)
        if lanes == 1:
            score = panel.filled(self.rule, ends, self.blanks, 0, self.present)
            return Lanes(score, score, score)
        enough = self.present >= self.rule.fewest
        least, most = (
            np.where(enough, panel.filled(self.rule, ends, self.blanks, fill, self.present), reach)
            for fill, reach in zip(self.group.fills, self.group.reach, strict=True)
        )
        return Lanes(least, least, most)


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
        self._standard = standard
        score = panel.score(self.rule, standard, there, there.sum(axis=0))
        score = np.where(self.own, score, 0)
        if lanes == 1:
            return Lanes(score, score, score)
        low, high = self.group.reach
        return Lanes(score, np.where(self.known, score, low), np.where(self.known, score, high))

    def noted(self) -> Trace:
        """The marks on their scale, seat by seat."""
        over = 10**self.standard.places
        return [(f"seat {seat}", marks, over) for seat, marks in enumerate(self._standard, 1)]
