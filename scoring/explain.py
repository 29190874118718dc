"""Why: the way from the marks of one entry to its place and prizes, told by the computation itself.

`explain` runs the same computation as `results` and lets it note what every step made; nothing is calculated here.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scoring.document import Node, Sum
from scoring.ranking import Order, Standing
from scoring.reasons import Said, award_reason, status_reason
from scoring.results import compute
from scoring.scheme import Scheme
from scoring.sheet import IN_COMPETITION, Sheet, SheetProblem
from scoring.story import Story
from scoring.total import Seen


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence of an explanation; `depth` grows from the place to the single mark."""

    depth: int
    node: str
    zh: str
    en: str


def explain(scheme: Scheme, sheet: Sheet, entry: str) -> tuple[Step, ...]:
    """Tell why an entry stands where it stands.

    Raises SheetProblem when the sheet does not have the entry, or does not fit the scheme.
    """
    if entry not in sheet.entries:
        raise SheetProblem(f"no entry {entry}")
    trace: dict[str, Seen] = {}
    computed = compute(scheme, sheet, trace)
    column = sheet.entries.index(entry)
    standing = next(one for one in computed.order.standings if one.column == column)
    story = Story(computed, trace, column)
    status = sheet.statuses.get(entry, IN_COMPETITION)
    steps = [_step(0, scheme.root.id, _place(standing, computed.order, status))]
    if standing.rival is not None:
        steps.append(_tie(scheme, standing, story, Story(computed, trace, standing.rival)))
    given = computed.awards.get(column, ())
    steps += [_step(0, award.id, award_reason(award, scheme)) for award in scheme.awards if award.id in given]
    return (*steps, *_tree(scheme.root, 0, story))


def _step(depth: int, node: str, said: Said) -> Step:
    return Step(depth=depth, node=node, zh=said.zh, en=said.en)


def _place(standing: Standing, order: Order, status: str) -> Said:
    if status != IN_COMPETITION:
        return status_reason(status)
    if standing.rank is None:
        return Said(
            f"按目前得分列第 {standing.place} 行；本参赛者的打分未齐，暂不排名",
            f"row {standing.place} by the points so far; marks of this entry are missing, so it is not ranked yet",
        )
    shared = Said("并列", "shared ") if standing.shared else Said("", "")
    so_far = (
        Said("", "")
        if order.complete
        else Said("（其余打分未齐，名次可能变化）", " (others incomplete, may change)")
    )
    return shared.then(
        f"第 {standing.rank} 名，共 {order.ranked} 名；有 {standing.rank - 1} 名更优{so_far.zh}",
        f"rank {standing.rank} of {order.ranked}; {standing.rank - 1} strictly better{so_far.en}",
    )


def _tie(scheme: Scheme, standing: Standing, own: Story, rival: Story) -> Step:
    """The numbers that decided between equal totals. The other entry is not named: the event may be blind."""
    key = next(key for key in scheme.ranking.keys if key.node == standing.broken_by)
    node = scheme.nodes[key.node].node
    total = own.points(scheme.root.id)
    said = Said(
        f"总分同为 {total}，并列由“{node.name}”",
        f"equal totals of {total}, the tie is broken by “{node.name_en or node.name}”",
    )
    ours, theirs = own.answer(key), rival.answer(key)
    if ours is None or theirs is None:
        who = (
            Said("本参赛者未测得", "not measured here")
            if ours is None
            else Said("对方未测得", "the other not measured")
        )
        return _step(0, node.id, said.then(f"决出：{who.zh}", f": {who.en}"))
    rival_place = next(one.place for one in own.computed.order.standings if one.column == rival.column)
    sign = ">" if (standing.place < rival_place) == (key.order == "high") else "<"
    return _step(0, node.id, said.then(f" {ours} {sign} {theirs} 决出", f" {ours} {sign} {theirs}"))


def _tree(node: Node, depth: int, story: Story) -> Iterator[Step]:
    said = story.said(node)
    aside = Said("", "") if node.counts else Said("（只记录，不计分）", " (recorded only)")
    yield Step(
        depth=depth,
        node=node.id,
        zh=f"{node.name}{aside.zh}：{said.zh}",
        en=f"{node.name_en or node.name}{aside.en}: {said.en}",
    )
    for part in node.parts if isinstance(node, Sum) else ():
        yield from _tree(part, depth + 1, story)
