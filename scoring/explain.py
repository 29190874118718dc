"""Why: the way from the marks of one entry to its place and prizes, told by the computation itself.

`explain` runs the same computation as `results` and lets it note what every step made; nothing is calculated here.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import msgspec

from scoring.document import Judgement, Node, Panel, Sum
from scoring.exact import exact, plain, printed
from scoring.ranking import Standing
from scoring.reasons import (
    Cell,
    Said,
    finish_reason,
    missing_reason,
    panel_reason,
    single_reason,
)
from scoring.results import Computed, compute
from scoring.scheme import Scheme
from scoring.sheet import BLANK_STATE, IN_COMPETITION, Sheet, SheetProblem
from scoring.total import POINTS, Seen


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence of an explanation; `depth` grows from the place to the single mark."""

    depth: int
    node: str
    zh: str
    en: str


def explain(scheme: Scheme, sheet: Sheet, entry: str) -> tuple[Step, ...]:
    """Tell why an entry stands where it stands.

    Raises SheetProblem when the sheet does not have the entry.
    """
    if entry not in sheet.entries:
        raise SheetProblem(f"no entry {entry}")
    trace: dict[str, Seen] = {}
    computed = compute(scheme, sheet, trace)
    telling = _Telling(computed, trace, sheet.entries.index(entry))
    return (*telling.place(), *telling.tree(scheme.root, 0))


class _Telling:
    def __init__(self, computed: Computed, trace: dict[str, Seen], column: int) -> None:
        self.computed, self.trace, self.column = computed, trace, column
        self.scheme = computed.scheme
        self.first: dict[str, tuple[str, int]] = {}
        """For each aspect the first of its group, under which the trace stands, and its place in the group."""
        for group in (*computed.plan.panels, *computed.plan.singles):
            for at, aspect in enumerate(group.aspects):
                self.first[aspect] = (group.aspects[0], at)

    # ---- place ---------------------------------------------------------------------------------------------

    def place(self) -> Iterator[Step]:
        order, root = self.computed.order, self.scheme.root.id
        standing = next(one for one in order.standings if one.column == self.column)
        status = self.computed.sheet.statuses.get(self.computed.sheet.entries[self.column], IN_COMPETITION)
        if status != IN_COMPETITION:
            zh, en = _STATUSES.get(status, (status, status))
            yield Step(depth=0, node=root, zh=f"{zh}，不参加排名", en=f"{en}, not ranked")
        elif standing.rank is None:
            zh, en = "尚有打分未齐，暂不排名", "marks are missing, so nobody is ranked yet"
            yield Step(
                depth=0,
                node=root,
                zh=f"按目前得分列第 {standing.place} 行；{zh}",
                en=f"row {standing.place}; {en}",
            )
        else:
            shared_zh, shared_en = ("并列", "shared ") if standing.shared else ("", "")
            zh = f"{shared_zh}第 {standing.rank} 名，共 {order.ranked} 名；有 {standing.rank - 1} 名更优"
            en = f"{shared_en}rank {standing.rank} of {order.ranked}; {standing.rank - 1} are strictly better"
            yield Step(depth=0, node=root, zh=zh, en=en)
        if standing.rival is not None:
            yield self.tie(standing)
        for award in self.scheme.awards:
            if award.id in self.computed.awards.get(self.column, ()):
                name_en = award.name_en or award.name
                yield Step(depth=0, node=award.id, zh=f"获“{award.name}”", en=f"awarded “{name_en}”")

    def tie(self, standing: Standing) -> Step:
        rival = standing.rival
        assert rival is not None
        key = next(key for key in self.scheme.ranking.keys if key.node == standing.broken_by)
        node = self.scheme.nodes[key.node].node
        ours, theirs = (self.key_value(key.node, key.of, column) for column in (self.column, rival))
        above = self.place_of(self.column) < self.place_of(rival)
        sign = ">" if above == (key.order == "high") else "<"
        total = self.score(self.scheme.root.id)
        name_en = node.name_en or node.name
        return Step(
            depth=0,
            node=node.id,
            zh=f"总分同为 {total}，并列由“{node.name}” {ours} {sign} {theirs} 决出",
            en=f"equal totals of {total}, the tie is broken by “{name_en}” {ours} {sign} {theirs}",
        )

    def place_of(self, column: int) -> int:
        return next(one.place for one in self.computed.order.standings if one.column == column)

    def key_value(self, node: str, of: str, column: int) -> str:
        at = self.computed.plan.single_columns.get(node)
        if at is not None and of == "mark":
            if self.computed.grid.single_states[at, column] == BLANK_STATE:
                return "–"
            return self.scheme.aspects[node].shown(int(self.computed.grid.single[at, column]))
        return self.score(node, column) or "–"

    # ---- numbers -------------------------------------------------------------------------------------------

    def tree(self, node: Node, depth: int) -> Iterator[Step]:
        said = self.said(node)
        name_en = node.name_en or node.name
        aside_zh, aside_en = ("", "") if node.counts else ("（只记录，不计分）", " (recorded only)")
        yield Step(
            depth=depth,
            node=node.id,
            zh=f"{node.name}{aside_zh}：{said.zh}",
            en=f"{name_en}{aside_en}: {said.en}",
        )
        for part in node.parts if isinstance(node, Sum) else ():
            yield from self.tree(part, depth + 1)

    def said(self, node: Node) -> Said:
        score = self.score(node.id)
        if score is None:
            return self.unknown(node)
        stages = self.stages(node)
        raw = stages[0][1]
        match node:
            case Sum():
                said = self.adding(node, raw)
            case Panel() | Judgement():
                said = panel_reason(node, self.scheme.aspects[node.id], self.cells(node.id), raw)
            case _:
                at = self.computed.plan.single_columns[node.id]
                grid = self.computed.grid
                cell = Cell(int(grid.single_states[at, self.column]), int(grid.single[at, self.column]))
                said = single_reason(node, self.scheme.aspects[node.id], cell, raw)
        return finish_reason(said, node, stages, score)

    def unknown(self, node: Node) -> Said:
        row = self.computed.plan.rows[node.id]
        if not isinstance(node, Sum):
            return missing_reason(int(self.computed.tally.missing[row, self.column]))
        points = int(self.computed.tally.values[row, POINTS, self.column])
        so_far = printed(points, self.computed.plan.denominators[row], self.scheme.nodes[node.id].places)
        return Said(f"尚有打分未齐，目前 {so_far}", f"marks are missing; {so_far} so far")

    def adding(self, node: Sum, raw: Fraction) -> Said:
        terms_zh, terms_en = "", ""
        for part in node.parts:
            if part.counts:
                sign = "−" if part.sign == "minus" else "+" if terms_zh else ""
                weight = "" if exact(part.weight) == 1 else f" × {part.weight}"
                term = f" {self.score(part.id)}{weight} "
                terms_zh += f"{sign} {part.name}{term}" if sign else f"{part.name}{term}"
                terms_en += (
                    f"{sign} {part.name_en or part.name}{term}" if sign else f"{part.name_en or part.name}{term}"
                )
        return Said(f"{terms_zh}= {plain(raw)}", f"{terms_en}= {plain(raw)}")

    def stages(self, node: Node) -> list[tuple[str, Fraction]]:
        """What each step of this node made for this entry."""
        if isinstance(node, Sum):
            return [
                (step, Fraction(int(numbers[POINTS, self.column]), over))
                for step, numbers, over in self.trace[node.id]
            ]
        first, at = self.first[node.id]
        return [(step, Fraction(int(numbers[at, self.column]), over)) for step, numbers, over in self.trace[first]]

    def cells(self, aspect: str) -> list[Cell]:
        at = self.computed.plan.panel_columns[aspect]
        grid = self.computed.grid
        return [
            Cell(int(grid.panel_states[seat, at, self.column]), int(grid.panel[seat, at, self.column]))
            for seat in range(int(grid.seats[at, self.column]))
        ]

    def score(self, node: str, column: int | None = None) -> str | None:
        at = self.column if column is None else column
        row = self.computed.plan.rows[node]
        if not self.computed.tally.known[row, at]:
            return None
        value = int(self.computed.tally.values[row, POINTS, at])
        return printed(value, self.computed.plan.denominators[row], self.scheme.nodes[node].places)


_STATUSES = {
    "withdrawn": ("退赛", "withdrawn"),
    "not_started": ("未参赛", "not started"),
    "not_finished": ("未完成", "not finished"),
    "disqualified": ("取消资格", "disqualified"),
    "out_of_competition": ("表演（不计名次）", "out of competition"),
}
