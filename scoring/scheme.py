"""A marking scheme, read and proved: `parse` turns a document into a `Scheme` or names the node that is wrong.

Aspects are what judges mark; contest and live part know a scheme only through them, its outline and its results.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from fractions import Fraction
from types import MappingProxyType

import msgspec

from scoring import bounds, problems
from scoring import document as words
from scoring.bounds import Span
from scoring.document import (
    AnyAspect,
    AspectPart,
    Completed,
    Document,
    Imported,
    Judgement,
    Node,
    Panel,
    PassFail,
    Penalty,
    Sum,
)
from scoring.exact import THOUSAND, common_grain, decimals, exact, printed
from scoring.prizes import Award, Ranking
from scoring.problems import SchemeProblem

__all__ = [
    "Aspect",
    "Choice",
    "NodeLine",
    "Placed",
    "Scheme",
    "SchemeProblem",
    "canonical",
    "parse",
    "problem_with",
]


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One answer a judge may pick: the value it stands for in thousandths, and its words."""

    value: int
    label: str
    label_en: str = ""


class Aspect(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is marked, as judges and the book need to know it. Numbers are thousandths."""

    id: str
    name: str
    name_en: str
    group: str
    group_en: str
    by_panel: bool
    counts: bool
    low: int | None
    high: int | None
    step: int
    places: int
    unit: str
    view: str
    choices: tuple[Choice, ...] = ()
    hint: str = ""
    unit_en: str = ""
    hint_en: str = ""

    @property
    def limits(self) -> dict[str, str | int]:
        """What may be entered, printed for people."""
        return {
            "aspect": self.name,
            "low": "−∞" if self.low is None else self.shown(self.low),
            "high": "∞" if self.high is None else self.shown(self.high),
            "step": self.shown(self.step),
        }

    def shown(self, value: int) -> str:
        """Print a mark with the places of its step."""
        return printed(value, THOUSAND, self.places)


def problem_with(aspect: Aspect, value: int) -> str | None:
    """Say why a mark of this many thousandths is not allowed: `too_low`, `too_high`, `off_step`; None if it is."""
    if value < (-bounds.FARTHEST * THOUSAND if aspect.low is None else aspect.low):
        return "too_low"
    if value > (bounds.FARTHEST * THOUSAND if aspect.high is None else aspect.high):
        return "too_high"
    return "off_step" if (value - (aspect.low or 0)) % aspect.step else None


MOST_DETAILS = 40
"""So many scores of one entry a spectator can still take in."""


class Placed(msgspec.Struct, frozen=True, eq=False):
    """A node where it stands in the tree, with what it can become."""

    node: Node
    depth: int
    above: str
    counts: bool
    """The node and everything above it count."""
    span: Span
    places: int
    """Places its value is printed with."""


class NodeLine(msgspec.Struct, frozen=True, kw_only=True):
    """A node in words: id and names, and how deep below the total it stands."""

    id: str
    name: str
    name_en: str
    depth: int = 1


class Scheme(msgspec.Struct, frozen=True, eq=False, weakref=True, kw_only=True):
    """A marking scheme that can be computed with. Made by `parse` and by nothing else."""

    document: Document
    nodes: Mapping[str, Placed]
    aspects: Mapping[str, Aspect]
    places: int

    @property
    def root(self) -> Sum:
        """The node whose value is the total."""
        return self.document.root

    @property
    def ranking(self) -> Ranking:
        """How entries are ordered."""
        return self.document.ranking

    @property
    def awards(self) -> tuple[Award, ...]:
        """The prizes, in the order in which they are given."""
        return self.document.awards

    @property
    def columns(self) -> tuple[NodeLine, ...]:
        """The nodes directly below the total."""
        return tuple(NodeLine(id=part.id, name=part.name, name_en=part.name_en) for part in self.root.parts)

    def judges_needed(self, aspects: Iterable[str]) -> int:
        """How many judges a panel must have so that each of these aspects can have a score."""
        parts = (self.nodes[aspect].node for aspect in aspects if aspect in self.nodes)
        return max((bounds.fewest(part) for part in parts if isinstance(part, Panel | Judgement)), default=0)

    @property
    def details(self) -> tuple[NodeLine, ...]:
        """The nodes further down that count, level by level, as long as they are few enough to be read."""
        found: list[NodeLine] = []
        for depth in range(2, 1 + max(placed.depth for placed in self.nodes.values())):
            level = [
                NodeLine(id=id_, name=placed.node.name, name_en=placed.node.name_en, depth=depth)
                for id_, placed in self.nodes.items()
                if placed.depth == depth and placed.counts
            ]
            if len(found) + len(level) > MOST_DETAILS:
                break
            found += level
        return tuple(found)


def parse(document: bytes | str) -> Scheme:
    """Read a scheme document and prove that it makes sense.

    Raises SchemeProblem for the first thing that is wrong; `problems.found` lists them all.
    """
    read = problems.read(document)
    for problem in problems.found(read):
        raise problem
    nodes = _placed(read)
    aspects = {
        id_: _aspect(placed, nodes[placed.above].node)
        for id_, placed in nodes.items()
        if isinstance(placed.node, AspectPart)
    }
    return Scheme(
        document=read,
        nodes=MappingProxyType(nodes),
        aspects=MappingProxyType(aspects),
        places=nodes[read.root.id].places,
    )


def canonical(document: bytes | str) -> bytes:
    """The document's bytes without accidents of spacing and order, for a digest that stays the same."""
    problems.read(document)
    return json.dumps(json.loads(document), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _placed(document: Document) -> dict[str, Placed]:
    """Every node by its id, in document order."""
    nodes: dict[str, Placed] = {}
    waiting: list[tuple[Node, int, str, bool]] = [(document.root, 0, "", True)]
    while waiting:
        node, depth, above, counts = waiting.pop()
        reach = bounds.span(node)
        needed = decimals(reach.grain.denominator, 4) if reach.grain else 5
        places = needed if needed <= 4 else document.shows
        nodes[node.id] = Placed(node, depth, above, counts and node.counts, reach, places)
        if isinstance(node, Sum):
            waiting += [(part, depth + 1, node.id, counts and node.counts) for part in reversed(node.parts)]
    return nodes


def _aspect(placed: Placed, above: Node) -> Aspect:
    part = placed.node
    assert not isinstance(part, Sum)
    low, high, step = bounds.limits(part)
    grain = common_grain([low, step])
    bare = getattr(part, "high", "") is None
    return Aspect(
        id=part.id,
        name=part.name,
        name_en=part.name_en,
        # The total itself is no criterion: what stands directly below it has no heading of its own.
        group=above.name if placed.depth > 1 else "",
        group_en=above.name_en if placed.depth > 1 else "",
        by_panel=isinstance(part, Panel | Judgement),
        counts=placed.counts,
        low=_milli(low),
        high=None if bare else _milli(high),
        step=_milli(step),
        places=decimals(grain.denominator, 3),
        unit=part.unit,
        view=_view(part),
        choices=_choices(part),
        hint=part.hint,
        unit_en=part.unit_en,
        hint_en=part.hint_en,
    )


def _milli(value: Fraction) -> int:
    return int(value * THOUSAND)


_VIEWS: dict[type, str] = {
    Panel: "panel",
    Judgement: "judgement",
    PassFail: "pass_fail",
    Completed: "count",
    words.Choice: "choice",
    Imported: "imported",
}


def _view(part: AnyAspect) -> str:
    if isinstance(part, Penalty) and part.each is not None and exact(part.step) == 1:
        return "count"
    return _VIEWS.get(type(part), "amount")


def _choices(part: AnyAspect) -> tuple[Choice, ...]:
    match part:
        case words.Choice(options=options):
            return tuple(
                Choice(value=number * THOUSAND, label=option.label, label_en=option.label_en)
                for number, option in enumerate(options, 1)
            )
        case Judgement():
            english = (*part.descriptors_en, "", "", "", "")
            return tuple(
                Choice(value=number * THOUSAND, label=words, label_en=english[number])
                for number, words in enumerate(part.descriptors)
            )
        case PassFail():
            return (
                Choice(value=0, label="不合格", label_en="Failed"),
                Choice(value=THOUSAND, label="合格", label_en="Passed"),
            )
        case _:
            return ()
