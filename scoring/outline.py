"""A scheme in rows, for pages and people; and the JSON Schema of the language."""

from __future__ import annotations

from typing import Any

import msgspec

from scoring.document import Document
from scoring.exact import printed
from scoring.scheme import Placed, Scheme


class OutlineRow(msgspec.Struct, frozen=True, kw_only=True):
    """One node of a scheme as a person reads it. `max` is the most it can be worth, before its weight."""

    node: str
    depth: int
    name: str
    name_en: str
    weight: str
    max: str
    kind: str
    sign: str
    counts: bool


def outline(scheme: Scheme) -> tuple[OutlineRow, ...]:
    """Every node in document order."""
    return tuple(_row(placed) for placed in scheme.nodes.values())


def _row(placed: Placed) -> OutlineRow:
    node, most = placed.node, placed.span.high
    return OutlineRow(
        node=node.id,
        depth=placed.depth,
        name=node.name,
        name_en=node.name_en,
        weight=node.weight,
        max=printed(most.numerator, most.denominator, placed.places),
        kind=str(node.__struct_config__.tag),
        sign=node.sign,
        counts=placed.counts,
    )


def schema() -> dict[str, Any]:
    """The JSON Schema of a scheme document."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(Document)}
