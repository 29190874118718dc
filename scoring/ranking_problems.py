"""What can be wrong with the ranking and the awards of a document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scoring.document import Document
from scoring.exact import exact
from scoring.kinds import Node
from scoring.kinds.part import SinglePart
from scoring.prizes import RankBand, Ratio, Threshold
from scoring.saying import SchemeProblem


def found_in_ranking(document: Document, nodes: Mapping[str, Node]) -> Iterator[SchemeProblem]:
    """Everything in ranking and awards that makes no sense."""
    for key in document.ranking.keys:
        node = nodes.get(key.node)
        if node is None:
            yield SchemeProblem(
                key.node, "名次依据的节点不存在。", "A ranking key names a node that is not there."
            )
        elif key.of == "mark" and not isinstance(node, SinglePart):
            yield SchemeProblem(
                key.node,
                "只有单一记录的评分点才能按原始记录排。",
                "Only an aspect with one mark ranks by its mark.",
            )
    yield from _awards(document, nodes)


def _awards(document: Document, nodes: Mapping[str, Node]) -> Iterator[SchemeProblem]:
    seen: set[str] = set()
    for award in document.awards:
        if award.id in seen:
            yield SchemeProblem(award.id, "奖项编号重复。", "The award's id is used twice.")
        seen.add(award.id)
        match award.rule:
            case RankBand(from_=first, to=last) if first > last:
                yield SchemeProblem(award.id, "名次段倒了。", "The band of ranks is the wrong way round.")
            case Ratio(ratio=ratio) if not 0 < exact(ratio) <= 1:
                yield SchemeProblem(award.id, "比例要在 0 与 1 之间。", "A ratio is above 0 and at most 1.")
            case _:
                pass
        own = (award.rule,) if isinstance(award.rule, Threshold) else ()
        for condition in (*award.all_of, *award.any_of, *own):
            if condition.node is not None and condition.node not in nodes:
                yield SchemeProblem(
                    award.id, f"节点“{condition.node}”不存在。", f"The node “{condition.node}” is not there."
                )
