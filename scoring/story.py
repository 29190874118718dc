"""The numbers of one entry, looked up where the computation noted them, and said for each node."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from scoring.document import Judgement, Node, Panel, Sum
from scoring.exact import exact, plain, printed
from scoring.prizes import Key
from scoring.reasons import (
    Cell,
    Said,
    finish_reason,
    missing_reason,
    panel_reason,
    single_reason,
)
from scoring.results import Computed
from scoring.sheet import ENTERED_STATE
from scoring.total import POINTS, Seen


class Story:
    """What was computed of one entry, as sentences. `trace` holds what every step made."""

    def __init__(self, computed: Computed, trace: Mapping[str, Seen], column: int) -> None:
        self.computed, self.trace, self.column = computed, trace, column
        # The trace of aspects that are computed together stands under the first of them.
        self._traced = {
            aspect: (group.aspects[0], at)
            for group in (*computed.plan.panels, *computed.plan.singles)
            for at, aspect in enumerate(group.aspects)
        }

    def said(self, node: Node) -> Said:
        """How a node came to its value, or why it has none yet."""
        score = self.score(node.id)
        if score is None:
            return self._unknown(node)
        stages = self._stages(node)
        raw = stages[0][1]
        match node:
            case Sum():
                said = self._adding(node, raw)
            case Panel() | Judgement():
                said = panel_reason(node, self.computed.scheme.aspects[node.id], self._panel_cells(node.id), raw)
            case _:
                said = single_reason(node, self.computed.scheme.aspects[node.id], self._cell(node.id), raw)
        return finish_reason(said, node, stages, score)

    def score(self, node: str) -> str | None:
        """A node's own value, printed; None while it is unknown. What is taken away says so in words."""
        row = self.computed.plan.rows[node]
        return self.points(node) if self.computed.tally.known[row, self.column] else None

    def points(self, node: str) -> str:
        """A node's value so far, printed; the same as its score once it is known."""
        row = self.computed.plan.rows[node]
        value = int(self.computed.tally.values[row, POINTS, self.column])
        return printed(value, self.computed.plan.denominators[row], self.computed.scheme.nodes[node].places)

    def answer(self, key: Key) -> str | None:
        """What this entry answers to a ranking key; None when nothing was measured."""
        if key.node in self.computed.plan.single_columns:
            cell = self._cell(key.node)
            if cell.state != ENTERED_STATE:
                return None
            if key.of == "mark":
                return self.computed.scheme.aspects[key.node].shown(cell.value)
        return self.score(key.node)

    def _unknown(self, node: Node) -> Said:
        if not isinstance(node, Sum):
            return missing_reason(int(self.computed.tally.missing[self.computed.plan.rows[node.id], self.column]))
        so_far = self.points(node.id)
        return Said(f"尚有打分未齐，目前 {so_far}", f"marks are missing; {so_far} so far")

    def _adding(self, node: Sum, raw: Fraction) -> Said:
        said = Said("", "")
        for part in node.parts:
            if part.counts:
                sign = "− " if part.sign == "minus" else "+ " if said.zh else ""
                weight = "" if exact(part.weight) == 1 else f" × {part.weight}"
                score = self.score(part.id)
                said = said.then(
                    f"{sign}{part.name} {score}{weight} ", f"{sign}{part.name_en or part.name} {score}{weight} "
                )
        return said.then(f"= {plain(raw)}", f"= {plain(raw)}")

    def _stages(self, node: Node) -> list[tuple[str, Fraction]]:
        first, at = (node.id, POINTS) if isinstance(node, Sum) else self._traced[node.id]
        return [(step, Fraction(int(numbers[at, self.column]), over)) for step, numbers, over in self.trace[first]]

    def _panel_cells(self, aspect: str) -> list[Cell]:
        at, grid = self.computed.plan.panel_columns[aspect], self.computed.grid
        return [
            Cell(int(grid.panel_states[seat, at, self.column]), int(grid.panel[seat, at, self.column]))
            for seat in range(int(grid.seats[at, self.column]))
        ]

    def _cell(self, aspect: str) -> Cell:
        at, grid = self.computed.plan.single_columns[aspect], self.computed.grid
        return Cell(int(grid.single_states[at, self.column]), int(grid.single[at, self.column]))
