"""Who may still stand before whom, and who certainly does, from the best and worst totals still possible.

Every entry is a stretch from its best to its worst number. Stretches that do not overlap are in order for certain;
entries of which everything is known are compared exactly, keys and all. Nothing here guesses: what is called
certain holds in every completion of the marks, and for plain numbers what holds in every completion is found.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from scoring.arranging import Arranged, Question, arranged
from scoring.field import Columns, Field, Integers
from scoring.keys import parts, sortable
from scoring.kinds import Sum, Veto
from scoring.total import LEAST, MOST, POINTS, Flags


class Outlook(NamedTuple):
    """Those who take part, or may, with how well each can still do. All arrays are by place in `columns`."""

    columns: Columns
    surely: Flags
    """Takes part for certain, and nothing that is still open can take it out of the order."""
    known: Flags
    best: Integers
    """The best number still possible; smaller is better."""
    worst: Integers
    ambiguous: bool
    """Equal numbers may still be told apart by a key."""
    exact: Arranged
    """The order of those that are known, as places in `columns`."""
    firsts: Integers
    """For who is known, the first position of its tie among the known, counted from 0."""
    ends: Integers
    """For who is known, one past the last position of its tie."""

    def before(self, rivals: Flags, *, certainly: bool, level: bool) -> Integers:
        """How many of the rivals stand before each: certainly, or at most; `level` counts those who tie too."""
        known = self._exactly(rivals & self.known, level=level)
        reach, own = (self.worst, self.best) if certainly else (self.best, self.worst)
        # Equal numbers: a key may still decide for either, so they may be before, but are so for certain only
        # where there is no key and a tie counts.
        touching = (level and not self.ambiguous) if certainly else (level or self.ambiguous)
        side: Literal["left", "right"] = "right" if touching else "left"
        unknown = np.searchsorted(np.sort(reach[rivals & ~self.known]), own, side=side)
        against_known = np.searchsorted(np.sort(reach[rivals & self.known]), own, side=side)
        itself = rivals & ~self.known & ((reach <= own) if touching else (reach < own))
        counts: Integers = unknown + np.where(self.known, known, against_known) - itself
        return counts

    def _exactly(self, rivals: Flags, *, level: bool) -> Integers:
        sequence = self.exact.sequence
        so_far = np.concatenate([[0], np.cumsum(rivals[sequence])])
        counts: Integers = so_far[self.ends] - rivals if level else so_far[self.firsts]
        return counts


def outlook(
    field: Field,
    question: Question,
    *,
    certain: Flags,
    possible: Flags,
    members: Flags,
    removable: Flags,
    ready: Flags,
) -> Outlook:
    """Look at who takes part for certain or possibly; `ready` is everything known that the order asks for.

    `members` are those and who is out by now. `removable` may still lose its place by a mark that is missing. All
    flags are by column of the sheet.
    """
    columns = np.flatnonzero(certain | possible)
    best, worst = _stretches(field, question, columns)
    known = ready[columns]
    asked = {part for key in question.keys if key.of == "places" for part in parts(field, key.node)}
    if not all(field.known(part)[members].all() for part in asked):
        # A place in a part depends on everybody's marks there, also of those who go out here.
        known = np.zeros_like(known)
    exact = arranged(field, question, columns[known])
    at = np.zeros(len(field.columns), dtype=np.int64)
    at[columns] = np.arange(len(columns))
    firsts, ends = np.zeros(len(columns), dtype=np.int64), np.zeros(len(columns), dtype=np.int64)
    places = at[exact.sequence]
    firsts[places], ends[places] = exact.ties()
    return Outlook(
        columns=columns,
        surely=(certain & ~removable)[columns],
        known=known,
        best=best,
        worst=worst,
        ambiguous=bool(question.keys),
        exact=exact._replace(sequence=places),
        firsts=firsts,
        ends=ends,
    )


def _stretches(field: Field, question: Question, columns: Columns) -> tuple[Integers, Integers]:
    sign = -1 if question.order == "high" else 1
    known = field.known(question.node)[columns]
    now = sign * field.values(question.node, POINTS)[columns]
    best, worst = (
        np.where(known, now, sign * field.values(question.node, lane)[columns])
        for lane in ((MOST, LEAST) if question.order == "high" else (LEAST, MOST))
    )
    # One numbering for both ends, so that they compare.
    both = sortable(np.concatenate([best, worst]))
    return both[: len(columns)], both[len(columns) :]


def removable(field: Field, nodes: tuple[str, ...]) -> Flags:
    """Whom a mark that is missing may take out of the ranking, by a pass mark or veto at one of the nodes."""
    found: Flags = np.zeros(len(field.columns), dtype=np.bool_)
    for id_ in nodes:
        found |= ~field.known(id_)
    return found


def excluding(field: Field) -> tuple[str, ...]:
    """The nodes that can take an entry out of the ranking."""
    return tuple(
        id_
        for id_, placed in field.scheme.nodes.items()
        if (placed.node.pass_mark is not None and placed.node.failing == "unranked")
        or (isinstance(placed.node, Veto) and placed.node.effect == "unranked")
    )


def may_be_void(field: Field, node: str) -> Flags:
    """Who may turn out to have no result at a node: everything there may still be not attempted."""
    unknown: Flags = ~field.known(node)
    kind = field.scheme.nodes[node].node
    if isinstance(kind, Sum):
        for part in kind.parts:
            if part.counts:
                unknown = unknown & ~field.answered(part.id)
    return unknown
