"""How small and how large each node of a scheme can become, exactly: what proves that whole numbers suffice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from scoring.exact import common_grain, exact, half_up
from scoring.kinds import Node
from scoring.kinds.kernel import ZERO, Span
from scoring.kinds.part import FARTHEST, MOST_JUDGES, AspectPart, Composite, SinglePart
from scoring.kinds.quantity import Quantity

__all__ = ["FARTHEST", "MOST_JUDGES", "finished", "raw_span", "spans"]


def spans(ordered: Iterable[Node], struck: Mapping[str, object]) -> dict[str, Span]:
    """What every node can become, after its factor, cap, floor, rounding, pass mark and vetoes.

    `ordered`: each node after those it is made of. `struck`: the nodes that a veto can make worth nothing.
    """
    found: dict[str, Span] = {}
    for node in ordered:
        span = finished(node, raw_span(node, found))
        zero = node.pass_mark is not None or node.id in struck or isinstance(node, Composite)
        found[node.id] = span.with_zero() if zero or getattr(node, "optional", False) else span
    return found


def raw_span(node: Node, found: Mapping[str, Span]) -> Span:
    """What a node can become before its factor, cap, floor and rounding."""
    if isinstance(node, AspectPart):
        return node.raw_span().with_zero()
    assert isinstance(node, Composite)
    return node.raw_span(found)


def rounds_itself(node: Node) -> bool:
    """Whether a node's raw value already has its factor, and is rounded to its places."""
    return isinstance(node, SinglePart) and isinstance(node, Quantity) and node.rounds_itself


def finished(node: Node, raw: Span) -> Span:
    """Carry factor, cap, floor and rounding through a span; all four never turn order round."""
    low, high, grain = raw.times(exact(node.factor))
    edges = []
    if node.cap is not None:
        edges.append(exact(node.cap))
        low, high = min(low, edges[-1]), min(high, edges[-1])
    if node.floor is not None:
        edges.append(exact(node.floor))
        low, high = max(low, edges[-1]), max(high, edges[-1])
    if grain or low == high == ZERO:
        grain = common_grain([grain, *edges])
    if node.places is not None:
        unit = Fraction(1, 10**node.places)
        low, high = half_up(low, node.places), half_up(high, node.places)
        grain = common_grain([grain, unit]) if grain and (grain / unit).denominator == 1 else unit
    return Span(low, high, grain)
