"""A second scorer, written from docs/scoring-rules.md alone: slow, exact fractions, plain JSON in, no numpy.

It shares no line with the engine. Where the two differ, one of them is wrong.
"""

from typing import Any, NamedTuple

from tests.scoring.oracle.awards import Giving
from tests.scoring.oracle.numbers import r, shown
from tests.scoring.oracle.ranking import Order, needed_aspects
from tests.scoring.oracle.remarks import remarks
from tests.scoring.oracle.tree import Tree, taken_away
from tests.scoring.oracle.values import Values

__all__ = ["Facts", "Outcome", "Tree", "judge", "needed_aspects", "r", "shown", "taken_away"]


class Facts(NamedTuple):
    """What is known of an event. marks: {entry: {(aspect, seat): (kind, thousandths or None)}}."""

    entries: tuple[str, ...]
    marks: dict[str, dict[tuple[str, int], tuple[str, Any]]]
    seats: dict[str, int]
    statuses: dict[str, str] = {}
    panels: dict[tuple[str, str], int] = {}
    lots: dict[str, int] = {}
    attributes: dict[str, dict[str, str]] = {}
    labels: dict[str, str] = {}

    def panel(self, aspect, entry):
        """The marks of a panel, seat by seat; None is blank."""
        seats = self.panels.get((entry, aspect), self.seats.get(entry, 0))
        return [self.marks[entry].get((aspect, seat)) for seat in range(1, seats + 1)]


class Outcome(NamedTuple):
    """Everything the rules say of an event."""

    tree: Tree
    values: Values
    order: Order
    awards: dict[str, list[str]]
    remarks: list
    missing: int

    def marked(self, entry):
        """Of how many aspects that a rank needs nothing is missing, and how many there are."""
        needed = [
            one
            for one in needed_aspects(self.tree, self.order.levels[entry])
            if not self.tree.nodes[one].get("optional", self.tree.nodes[one]["kind"] in ("veto", "adjustment"))
        ]
        return sum(not self.values.missing(one)[entry] for one in needed), len(needed)


def judge(document, facts):
    """Score, rank and award an event."""
    tree = Tree(document)
    values = Values(tree, facts)
    order = Order(values)
    missing = sum(
        values.missing(one)[entry]
        for entry in order.competing
        for one in needed_aspects(tree, order.levels[entry])
    )
    return Outcome(tree, values, order, Giving(values, order).found, remarks(values), missing)
