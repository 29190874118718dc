"""The marks of an event in the cells of its sheet, kept there while they change one by one.

A large event has 84,000 marks of which a tick changes a few: only these are looked at again.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from contest.actions.results import Layout
from contest.model.mark import MarkKind, Slot
from scoring import Sheet, SheetProblem
from scoring.sheet import BLANK_STATE, STATES, WHOLE_PANEL, Block

Counting = tuple[str, int | None]
"""Kind and value of a mark that counts."""


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

    def keep(self, marks: Mapping[Slot, Counting]) -> None:
        """Take in the marks that count now in these slots; one that was taken back leaves its cell blank.

        Raises SheetProblem when two slots have the same cell, or a mark comes from a seat that its aspect has not.
        """
        seat_number, held, states = self._layout.seat_number, self._held, self._states.data
        placed = []
        for slot, mark in marks.items():
            number = None if mark[0] == MarkKind.ERASED else seat_number(*slot[1:])
            if number is not None:
                placed.append((slot, number, mark))
            elif slot in held:
                states[held.pop(slot)] = BLANK_STATE
        values = self._values.data
        for slot, number, (kind, value) in placed:
            cell = held.get(slot)
            if cell is None:
                cell = held[slot] = self._free_cell(slot, number)
            values[cell], states[cell] = value or 0, STATES[kind]

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

    def _free_cell(self, slot: Slot, number: int) -> int:
        _, entry, aspect, _ = slot
        if (number != WHOLE_PANEL) != self._layout.aspects[aspect].by_panel:
            raise SheetProblem("a mark comes from a seat that the panel does not have")
        cell = self._first[aspect] + number * self._layer + self._columns[entry]
        if self._states[cell] != BLANK_STATE:
            raise SheetProblem("two marks for one cell")
        return cell
