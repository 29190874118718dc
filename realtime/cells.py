"""The marks of an event in the cells of its sheet, kept there while they change one by one.

A large event has 84,000 marks of which a tick changes a few: only these are looked at again.
"""

from __future__ import annotations

import numpy as np

from contest.actions.results import Layout
from contest.model.mark import Slot
from contest.store.queries.results import CountedMark
from scoring import Sheet, SheetMark, SheetProblem
from scoring.sheet import BLANK_STATE, STATES, WHOLE_PANEL, Block


class Cells:
    """Cells for every seat, aspect and entry of a layout, blank at first."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        aspects = layout.aspects
        judged = [id_ for id_, aspect in aspects.items() if aspect.by_panel]
        once = [id_ for id_, aspect in aspects.items() if not aspect.by_panel]
        self._columns: dict[str, int] = {entry: column for column, entry in enumerate(layout.entries)}
        self._shapes = (layout.most, len(judged), len(self._columns)), (len(once), len(self._columns))
        self._layer = len(judged) * len(self._columns)
        """How many cells the aspects of one seat have."""
        self._split = layout.most * self._layer
        """Before it the cells of panels, behind it those of what is marked once."""
        self._first = {id_: row * len(self._columns) - self._layer for row, id_ in enumerate(judged)}
        self._first |= {id_: row * len(self._columns) + self._split for row, id_ in enumerate(once)}
        """The cell that the first entry would have with seat 0."""
        size = self._split + len(once) * len(self._columns)
        self._values, self._states = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.uint8)
        self._held: dict[Slot, int] = {}

    def keep(self, marks: dict[Slot, CountedMark]) -> None:
        """Take in the marks that count now in these slots; one that was taken back leaves its cell blank.

        Raises SheetProblem when two slots have the same cell, or a mark comes from a seat that its aspect has not.
        """
        placed = {slot: self._layout.place(mark) for slot, mark in marks.items()}
        for slot, mark in placed.items():
            if mark is None and slot in self._held:
                self._states[self._held.pop(slot)] = BLANK_STATE
        for slot, mark in placed.items():
            if mark is not None:
                self._put(slot, mark)

    def sheet(self) -> Sheet:
        """The sheet as it stands; what is kept later does not change it."""
        values, states, split = self._values.copy(), self._states.copy(), self._split
        panel, once = self._shapes
        return self._layout.sheet(
            Block(
                panel=values[:split].reshape(panel),
                panel_states=states[:split].reshape(panel),
                single=values[split:].reshape(once),
                single_states=states[split:].reshape(once),
            )
        )

    def _put(self, slot: Slot, mark: SheetMark) -> None:
        cell = self._held.get(slot)
        if cell is None:
            if (mark.seat != WHOLE_PANEL) != self._layout.aspects[mark.aspect].by_panel:
                raise SheetProblem("a mark comes from a seat that the panel does not have")
            cell = self._first[mark.aspect] + mark.seat * self._layer + self._columns[mark.entry]
            if self._states[cell] != BLANK_STATE:
                raise SheetProblem("two marks for one cell")
            self._held[slot] = cell
        self._values[cell], self._states[cell] = mark.value or 0, STATES[mark.kind]
