"""What can be wrong with the ranking, the stages and the awards of a document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from scoring.document import Document
from scoring.exact import exact
from scoring.kinds import Best, Node, Sum, Veto
from scoring.kinds.part import AspectPart, SinglePart
from scoring.prizes import (
    Award,
    Condition,
    Everyone,
    Heats,
    Key,
    Limits,
    Medal,
    RankBand,
    Ratio,
    Threshold,
)
from scoring.saying import Said, SchemeProblem

Nodes = Mapping[str, Node]


def found_in_ranking(document: Document, nodes: Nodes) -> Iterator[SchemeProblem]:
    """Everything in ranking, stages and awards that makes no sense; `nodes` as they are after expanding."""
    yield from _keys(document.ranking.keys, nodes, "ranking")
    yield from _stages(document, nodes)
    yield from _awards(document, nodes)


def _not_there(at: str, node: str) -> SchemeProblem:
    return SchemeProblem(at, f"节点“{node}”不存在。", f"The node “{node}” is not there.")


# ---- keys ---------------------------------------------------------------------------------------------------


def _keys(keys: Iterable[Key], nodes: Nodes, at: str) -> Iterator[SchemeProblem]:
    """`at` names what the keys belong to, where a key names no node."""
    for key in keys:
        if key.of in ("lot", "attribute"):
            yield from _beside_the_tree(key, at)
        elif key.node not in nodes:
            yield SchemeProblem(
                key.node or at, "名次依据的节点不存在。", "A ranking key names a node that is not there."
            )
        elif key.attribute:
            yield SchemeProblem(key.node, "依据节点的不写 attribute。", "A key of a node names no attribute.")
        elif (wrong := _misasked(key, nodes[key.node])) is not None:
            yield SchemeProblem(key.node, *wrong)


def _beside_the_tree(key: Key, at: str) -> Iterator[SchemeProblem]:
    if key.node:
        yield SchemeProblem(key.node, "抽签和名单属性不指节点。", "A lot or an attribute names no node.")
    if (key.of == "attribute") != bool(key.attribute):
        yield SchemeProblem(
            at,
            "按名单属性比较时（且仅此时）写明 attribute。",
            "A key of an attribute names it, and no other key does.",
        )


def _misasked(key: Key, node: Node) -> Said | None:
    """Why a node cannot be asked what a key asks it."""
    if isinstance(node, Veto):
        return Said("一票否决不能作名次依据。", "A veto cannot be a ranking key.")
    match key.of:
        case "mark" if not isinstance(node, SinglePart):
            return Said(
                "只有单一记录的评分点才能按原始记录排。", "Only an aspect with one mark ranks by its mark."
            )
        case "attempts" if not isinstance(node, Best):
            return Said(
                "只有 best 或 attempts 才能按单次成绩比较。", "Only the best of several ranks by its attempts."
            )
        case "places" if not isinstance(node, Sum | Best):
            return Said(
                "只有 sum、best 或 attempts 才能按各部分的名次倒数。",
                "Only a node with parts counts back over them.",
            )
        case "place_marks" if not _holds_places(node):
            return Said(
                "place_marks 的每个部分都要是单一记录、从零起的整数名次。",
                "Every part that place_marks counts is an aspect with one mark, a whole number from 0.",
            )
        case _:
            return None


def _holds_places(node: Node) -> bool:
    if not isinstance(node, Sum | Best):
        return False
    return all(isinstance(part, SinglePart) and _whole(part) for part in node.parts if part.counts)


def _whole(part: AspectPart) -> bool:
    low, _, step = part.limits()
    return low >= 0 and low.denominator == 1 and step.denominator == 1


# ---- stages -------------------------------------------------------------------------------------------------


def _stages(document: Document, nodes: Nodes) -> Iterator[SchemeProblem]:
    yield from _twice([stage.id for stage in document.stages], Said("阶段", "stage"))
    for stage in document.stages:
        if stage.node not in nodes:
            yield _not_there(stage.id, stage.node)
        elif isinstance(nodes[stage.node], Veto):
            yield SchemeProblem(stage.id, "阶段不能按一票否决排。", "A stage cannot be ranked by a veto.")
        yield from _keys(stage.keys, nodes, stage.id)
        match stage.advance:
            case Ratio() as rule:
                yield from _ratio(stage.id, rule)
            case Threshold() as rule:
                yield from _limits(stage.id, rule, nodes)
            case Heats(to=to, also=also) if to + also == 0:
                yield SchemeProblem(stage.id, "分组晋级至少取一名。", "By heats at least one goes on.")
            case Heats(attribute=""):
                yield SchemeProblem(stage.id, "要写明分组的属性。", "Name the attribute that holds the heat.")
            case _:
                pass
    if document.stages and document.stages[-1].order != document.ranking.order:
        last = document.stages[-1].id
        yield SchemeProblem(
            last, "最后阶段与总名次的高低次序要一致。", "The last stage is ordered as the ranking is, high or low."
        )


def _twice(ids: list[str], what: Said) -> Iterator[SchemeProblem]:
    seen: set[str] = set()
    for id_ in ids:
        if id_ in seen:
            yield SchemeProblem(id_, f"{what.zh}编号重复。", f"The {what.en}'s id is used twice.")
        seen.add(id_)


# ---- awards -------------------------------------------------------------------------------------------------


def _awards(document: Document, nodes: Nodes) -> Iterator[SchemeProblem]:
    yield from _twice([award.id for award in document.awards], Said("奖项", "award"))
    for award in document.awards:
        yield from _rule(award, nodes)
        yield from _keys(award.keys, nodes, award.id)
        for condition in (*award.all_of, *award.any_of):
            yield from _condition(award.id, condition, nodes)


def _rule(award: Award, nodes: Nodes) -> Iterator[SchemeProblem]:
    match award.rule:
        case RankBand(from_=first, to=last) if first > last:
            yield SchemeProblem(award.id, "名次段倒了。", "The band of ranks is the wrong way round.")
        case Ratio() as rule:
            yield from _ratio(award.id, rule)
        case Threshold() as rule:
            yield from _limits(award.id, rule, nodes)
        case Medal(window=window) if exact(window) < 0:
            yield SchemeProblem(award.id, "奖牌分差不能为负。", "The window of a medal cannot be below zero.")
        case _:
            pass
    if award.keys and isinstance(award.rule, Threshold | Everyone | Medal):
        yield SchemeProblem(
            award.id,
            "没有名次切线的奖项不写 keys。",
            "An award without a cut in the list has no use for keys.",
        )


def _ratio(at: str, rule: Ratio) -> Iterator[SchemeProblem]:
    if not 0 < exact(rule.ratio) <= 1:
        yield SchemeProblem(at, "比例要在 0 与 1 之间。", "A ratio is above 0 and at most 1.")


def _condition(at: str, condition: Condition, nodes: Nodes) -> Iterator[SchemeProblem]:
    if not condition.attribute:
        if condition.is_:
            yield SchemeProblem(at, "is 要与 attribute 一起写。", "“is” stands with an attribute.")
        yield from _limits(at, condition, nodes)
    elif not condition.is_:
        yield SchemeProblem(at, "要写明属性等于什么（is）。", "Say what the attribute must be (is).")
    elif (condition.node, condition.at_least, condition.at_most) != (None, None, None):
        yield SchemeProblem(
            at, "名单属性的条件不带节点和分数线。", "A condition on an attribute names no node and no limits."
        )


def _limits(at: str, limits: Limits, nodes: Nodes) -> Iterator[SchemeProblem]:
    if limits.node is not None and limits.node not in nodes:
        yield _not_there(at, limits.node)
    edges = [None if edge is None else exact(edge) for edge in (limits.at_least, limits.at_most)]
    if edges == [None, None]:
        yield SchemeProblem(at, "分数线要写 at_least 或 at_most。", "A limit names at_least, at_most or both.")
    elif None not in edges and Fraction(edges[0] or 0) > Fraction(edges[1] or 0):
        yield SchemeProblem(at, "分数线的下限高于上限。", "at_least is above at_most.")
