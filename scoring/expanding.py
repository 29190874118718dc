"""What is written short is written out: attempts become as many parts, rounds become as many amounts.

Nothing after this knows the short words, so that a tablet, a ranking or an explanation meets only plain nodes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from scoring.document import Document
from scoring.kinds import Amount, Attempts, Best, Node, Running, Standardised, Sum, Veto
from scoring.kinds.part import AspectPart, Part
from scoring.saying import SchemeProblem

MOST_NODES = 1000
LONGEST_ID = 32
DEEPEST = 10


def expanded(document: Document) -> Document:
    """Write a document out.

    Raises SchemeProblem when it becomes too large, or an id too long.
    """
    writer = _Writer()
    root = writer.written(document.root, 1)
    assert isinstance(root, Sum)
    return document if root is document.root else msgspec.structs.replace(document, root=root)


def below(node: Node) -> tuple[Node, ...]:
    """The nodes directly below one, as they are written."""
    if isinstance(node, Attempts | Standardised):
        return (node.of,)
    return getattr(node, "parts", ())


def tree(node: Node) -> Iterator[Node]:
    """A node and everything below it, in document order."""
    yield node
    for part in below(node):
        yield from tree(part)


class _Writer:
    def __init__(self) -> None:
        self.nodes = 0

    def written(self, node: Node, depth: int) -> Node:
        self.nodes += 1
        if self.nodes > MOST_NODES or depth > DEEPEST:
            raise SchemeProblem(node.id, "层数或节点太多。", "There are too many levels or nodes.")
        if isinstance(node, Running):
            self.nodes += node.times
            return _rounds(node)
        if isinstance(node, Attempts):
            copies = (_numbered(node.of, at) for at in range(1, node.times + 1))
            parts = tuple(self.written(copy, depth + 1) for copy in copies)
            words = _shared(node, Part)
            return Best(**words, parts=parts, take=node.take, from_=node.from_, then=node.then)
        if isinstance(node, Standardised):
            inner = self.written(node.of, depth + 1)
            return node if inner is node.of else msgspec.structs.replace(node, of=inner)
        parts = getattr(node, "parts", ())
        written = tuple(self.written(part, depth + 1) for part in parts)
        if any(one is not other for one, other in zip(parts, written, strict=True)):
            return msgspec.structs.replace(node, parts=written)
        return node


def _shared(node: Node, kind: type[msgspec.Struct]) -> dict[str, Any]:
    """The words that a node has of a wider kind."""
    return {name: getattr(node, name) for name in kind.__struct_fields__}


def _rounds(node: Running) -> Sum:
    for problem in node.problems():
        raise problem
    aspect = {name: getattr(node, name) for name in AspectPart.__struct_fields__ if name not in _OWN}
    parts = tuple(
        Amount(
            id=_id(node.id, f".{at}"),
            name=f"{node.name} 第 {at} 轮",
            name_en=f"{node.name_en or node.name}, round {at}",
            optional=True,
            low=node.low,
            high=node.high,
            step=node.step,
            **aspect,
        )
        for at in range(1, node.times + 1)
    )
    return Sum(**_shared(node, Part), base=node.base, parts=parts)


_OWN = Part.__struct_fields__
"""What a round does not take over from the node that writes it."""


def _numbered(node: Node, at: int) -> Node:
    """One attempt: everything below with its number."""
    inside = frozenset(one.id for one in tree(node))
    return _renamed(node, at, inside, first=True)


def _renamed(node: Node, at: int, inside: frozenset[str], *, first: bool = False) -> Node:
    changes: dict[str, Any] = {"id": _id(node.id, f".{at}")}
    if first or isinstance(node, AspectPart):
        changes["name"] = f"{node.name} 第 {at} 次"
        changes["name_en"] = f"{node.name_en or node.name}, attempt {at}"
    if isinstance(node, Attempts | Standardised):
        changes["of"] = _renamed(node.of, at, inside)
    elif hasattr(node, "parts"):
        changes["parts"] = tuple(_renamed(part, at, inside) for part in node.parts)
    if getattr(node, "node", None) in inside:
        assert isinstance(node, Veto) or hasattr(node, "node")
        changes["node"] = f"{node.node}.{at}"
    return msgspec.structs.replace(node, **changes)


def _id(id_: str, suffix: str) -> str:
    if len(id_ + suffix) > LONGEST_ID:
        zh, en = f"编号加上“{suffix}”后太长。", f"The id is too long with “{suffix}”."
        raise SchemeProblem(id_, zh, en)
    return id_ + suffix


def original(id_: str) -> str:
    """The id as it stands in the document, without the numbers of attempts and rounds."""
    return re.sub(r"(\.\d+)+$", "", id_)
