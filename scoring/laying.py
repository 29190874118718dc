"""A tree laid out for computing: which node comes after which, what each can become, which vetoes strike it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from scoring import bounds
from scoring.expanding import below, tree
from scoring.kinds import Node, Sum, Veto
from scoring.kinds.kernel import Span
from scoring.kinds.part import Composite


class Laid(NamedTuple):
    """The tree of a scheme in the order of computing: each node after those it is made of."""

    order: tuple[Node, ...]
    spans: Mapping[str, Span]
    struck: Mapping[str, tuple[str, ...]]
    """The vetoes that can make a node worth nothing."""
    counting: frozenset[str]
    """The nodes of which the total is made."""


def laid_out(root: Sum) -> Laid:
    """Find the order of computing, and what every node can become."""
    nodes = {node.id: node for node in tree(root)}
    struck = _struck(root)
    order = in_order(root)
    counting: set[str] = set()
    waiting = [root.id]
    while waiting:
        id_ = waiting.pop()
        if id_ not in counting:
            counting.add(id_)
            waiting += _needs(nodes[id_], struck)
    return Laid(order, bounds.spans(order, struck), struck, frozenset(counting))


def in_order(root: Sum) -> tuple[Node, ...]:
    """All nodes in the order of computing: each after those it is made of, and after the vetoes that strike it."""
    nodes = {node.id: node for node in tree(root)}
    struck = _struck(root)
    order: dict[str, Node] = {}
    for start in nodes:
        # A score may be carried on a thousand times, so no function calls itself here.
        waiting = [start]
        while waiting:
            id_ = waiting[-1]
            needed = [one for one in _needs(nodes[id_], struck) if one not in order]
            if id_ in order or not needed:
                order[waiting.pop()] = nodes[id_]
            else:
                waiting += reversed(needed)
    return tuple(order.values())


def _needs(node: Node, struck: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    parts = node.needs() if isinstance(node, Composite) else ()
    return (*parts, *struck.get(node.id, ()))


def _struck(root: Sum) -> dict[str, tuple[str, ...]]:
    struck: dict[str, tuple[str, ...]] = {}
    for node in tree(root):
        for part in below(node):
            if isinstance(part, Veto) and part.effect == "zero":
                target = part.node or node.id
                struck[target] = (*struck.get(target, ()), part.id)
    return struck
