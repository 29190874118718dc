"""The numbers of one entry, looked up where the computation noted them, and said for each node."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import assert_never

from scoring import bounds
from scoring.exact import THOUSAND, exact, in_full, printed
from scoring.kinds import Best, ByPanel, Carried, Composed, Node, Product, Single, Standardised, Sum, Veto
from scoring.kinds.part import AspectPart, Mark
from scoring.reasons import (
    Cell,
    few_reason,
    finish_reason,
    listed,
    measured_reason,
    missing_reason,
    shown,
    standard_reason,
    struck_reason,
)
from scoring.results import Computed
from scoring.saying import Said
from scoring.sheet import BLANK_STATE, NOT_ATTEMPTED_STATE
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
        if isinstance(node, ByPanel | Single):
            said, told = self._aspect(node)
        else:
            assert isinstance(node, Composed)
            said, told = self._composed(node)
        if told:
            said = finish_reason(said, node, self._stages(node))
        return struck_reason(said, node, self.computed, self.column)

    def score(self, node: str) -> str | None:
        """A node's own value, printed; None while it is unknown. What is taken away says so in words."""
        row = self.computed.plan.rows[node]
        return self.points(node) if self.computed.tally.known[row, self.column] else None

    def points(self, node: str) -> str:
        """A node's value so far, printed; the same as its score once it is known."""
        row = self.computed.plan.rows[node]
        value = int(self.computed.tally.values[row, POINTS, self.column])
        return printed(value, self.computed.plan.denominators[row], self.computed.scheme.nodes[node].places)

    def told(self, node: str) -> str:
        """A node's own value as others calculate with it: in full where the printed places do not say it all."""
        value = self._exact(node)
        places = self.computed.scheme.nodes[node].places
        return self.points(node) if (value * 10**places).denominator == 1 else in_full(value)

    def _exact(self, node: str) -> Fraction:
        row = self.computed.plan.rows[node]
        return Fraction(
            int(self.computed.tally.values[row, POINTS, self.column]), self.computed.plan.denominators[row]
        )

    def void(self, node: str) -> bool:
        """Whether it is known that there is no result."""
        return bool(self.computed.tally.void[self.computed.plan.rows[node], self.column])

    # ---- aspects ----------------------------------------------------------------------------------------------

    def _aspect(self, node: ByPanel | Single) -> tuple[Said, bool]:
        """What was marked and what became of it; and whether factor, cap, floor and rounding followed."""
        aspect = self.computed.scheme.aspects[node.id]
        raw = dict(self._stages(node))["raw"]
        if isinstance(node, ByPanel):
            cells = self._panel_cells(node.id)
            said = listed(cells, aspect)
            marks = sorted(cell.value for cell in cells if cell.state & 1)
            listed_marks = [aspect.shown(mark) for mark in marks]
            if node.standardise is not None:
                said = said.then("；", "; ").then(*standard_reason(node.standardise))
                listed_marks = self._on_the_scale(node, cells)
                said = said.then(f"：{'、'.join(listed_marks)}", f": {', '.join(listed_marks)}")
                listed_marks.sort(key=Fraction)
            return said.then(*node.said(listed_marks, raw)), True
        cell = self._cell(node.id)
        if cell.state == BLANK_STATE:
            return Said("没有给出", "none given"), False
        if cell.state == NOT_ATTEMPTED_STATE:
            return Said("未做，不得分", "not attempted, worth nothing"), True
        mark = Mark(shown(cell.value, aspect), Fraction(cell.value, THOUSAND), raw, self._noted(node, "best"))
        said = node.said(mark)
        if bounds.rounds_itself(node):
            # A ratio may never end, so the factor is in it and it is rounded at once.
            factor = "" if exact(node.factor) == 1 else f" × {node.factor}"
            said = said.then(factor, factor)
        else:
            said = said.then(f" = {in_full(raw)}", f" = {in_full(raw)}")
        if node.dual:
            said = Said("各自独立录入，一致：", "entered independently, alike: ").then(*said)
        return said, True

    def _on_the_scale(self, node: ByPanel, cells: list[Cell]) -> list[str]:
        """The marks of a panel on their standard scale, seat by seat."""
        assert node.standardise is not None
        noted = dict(self._stages(node))
        return [
            printed(value.numerator, value.denominator, node.standardise.places)
            for seat, cell in enumerate(cells, 1)
            for value in (noted[f"seat {seat}"],)
            if cell.state & 1
        ]

    def _noted(self, node: Node, step: str) -> Fraction | None:
        """A number the rule noted on the way, where it did."""
        return dict(self._stages(node)).get(step)

    def _panel_cells(self, aspect: str) -> list[Cell]:
        at, grid = self.computed.plan.panel_columns[aspect], self.computed.grid
        return [
            Cell(int(grid.panel_states[seat, at, self.column]), int(grid.panel[seat, at, self.column]))
            for seat in range(int(grid.seats[at, self.column]))
        ]

    def _cell(self, aspect: str) -> Cell:
        agreed = self.computed.tally.agreed.get(aspect)
        if agreed is not None:
            return Cell(int(agreed.states[self.column]), int(agreed.marks[self.column]))
        at, grid = self.computed.plan.single_columns[aspect], self.computed.grid
        return Cell(int(grid.single_states[at, self.column]), int(grid.single[at, self.column]))

    def _unknown(self, node: Node) -> Said:
        if isinstance(node, AspectPart):
            missing = int(self.computed.tally.missing[self.computed.plan.rows[node.id], self.column])
            if not missing:
                return Said(
                    "要等所有参赛者都有打分，得分未定",
                    "waits for the marks of all entries, the score is not known yet",
                )
            if isinstance(node, ByPanel):
                cells = self._panel_cells(node.id)
                if all(cell.state != BLANK_STATE for cell in cells):
                    return few_reason(sum(cell.state & 1 for cell in cells), node.fewest)
            return missing_reason(missing, differs=self._differs(node))
        so_far = self.points(node.id)
        return Said(f"尚有打分未齐，目前 {so_far}", f"marks are missing; {so_far} so far")

    def _differs(self, node: AspectPart) -> bool:
        cells = self._panel_cells(node.id) if isinstance(node, Single) and node.dual else []
        there = {cell for cell in cells if cell.state & 1}
        return len(there) > 1 and all(cell.state != BLANK_STATE for cell in cells)

    # ---- nodes that are made of others ------------------------------------------------------------------------

    def _composed(self, node: Composed) -> tuple[Said, bool]:
        if self.void(node.id):
            return Said("没有成绩", "no result"), False
        raw = in_full(dict(self._stages(node))["raw"])
        match node:
            case Sum():
                said = self._adding(node)
            case Product():
                scores = " × ".join(self.told(part.id) for part in node.parts)
                said = Said(f"{scores} ", f"{scores} ")
            case Best():
                said = self._choosing(node)
            case Carried():
                other = self.computed.scheme.nodes[node.node].node
                said = Said(f"取自“{other.name}” ", f"carried from “{other.name_en or other.name}” ")
            case Standardised():
                plainly = exact(node.factor) == 1 and node.cap is None and node.floor is None
                return self._standing_in_its_group(node), not plainly
            case _:
                assert_never(node)
        return said.then(f"= {raw}", f"= {raw}"), True

    def _adding(self, node: Sum) -> Said:
        said = Said("", "") if exact(node.base) == 0 else Said(f"{node.base} ", f"{node.base} ")
        for part in (one for one in node.counting if not isinstance(one, Veto)):
            sign = "− " if part.sign == "minus" else "+ " if said.zh else ""
            weight = "" if exact(part.weight) == 1 else f" × {part.weight}"
            score = self.told(part.id)
            said = said.then(
                f"{sign}{part.name} {score}{weight} ", f"{sign}{part.name_en or part.name} {score}{weight} "
            )
        return said

    def _standing_in_its_group(self, node: Standardised) -> Said:
        """The value, what its group is measured by, and the place on the scale that this makes."""
        noted, inner = dict(self._stages(node)), self.told(node.of.id)
        said = Said(f"{node.of.name} {inner}，", f"{node.of.name_en or node.of.name} {inner}, ")
        said = said.then(*measured_reason(node.standard, self._exact(node.of.id), noted["middle"], noted["sigma"]))
        raw = printed(noted["raw"].numerator, noted["raw"].denominator, node.places or 0)
        return said.then(f"，四舍五入到 {node.places} 位 {raw}", f", rounded to {node.places} places {raw}")

    def _choosing(self, node: Best) -> Said:
        scores = [("无成绩", "none") if self.void(part.id) else (self.told(part.id),) * 2 for part in node.parts]
        zh, en = "、".join(one[0] for one in scores), ", ".join(one[1] for one in scores)
        which = ("最高", "highest") if node.from_ == "high" else ("最低", "lowest")
        then = ("平均", "mean") if node.then == "mean" else ("合计", "sum")
        if node.take == 1:
            return Said(f"{zh} 中取{which[0]} ", f"the {which[1]} of {en} ")
        return Said(
            f"{zh} 中取{which[0]}的 {node.take} 个，{then[0]} ", f"the {node.take} {which[1]} of {en}, {then[1]} "
        )

    def _stages(self, node: Node) -> list[tuple[str, Fraction]]:
        if isinstance(node, AspectPart):
            first, at = self._traced[node.id]
        else:
            first, at = node.id, POINTS
        return [(step, Fraction(int(numbers[at, self.column]), over)) for step, numbers, over in self.trace[first]]
