"""The engine under the stop watch: what a caller does who has arrays, and its answer in the form of the peers."""

from __future__ import annotations

from functools import cache

import numpy as np

from bench.scoring.peers import Long, Outcome
from bench.scoring.shapes import JUDGES, MEDALS, Shape, criterion, scheme
from scoring import Sheet
from scoring.results import Computed, compute
from scoring.sheet import ENTERED_STATE, Block, Marks


@cache
def known(shape: Shape):
    return scheme(shape)


@cache
def names(entries: int) -> tuple[str, ...]:
    return tuple(f"e{number:06d}" for number in range(entries))


def columns(marks: Long) -> Marks:
    """The long table of one event, as the engine takes it."""
    states = np.full(len(marks.value), ENTERED_STATE, dtype=np.uint8)
    return Marks(marks.entry, marks.aspect, marks.judge, states, marks.value)


def block(marks: np.ndarray, states: np.ndarray | None = None) -> Block:
    """Marks that lie judge by judge, as the live part keeps them."""
    return Block(marks, states, np.zeros((0, marks.shape[2]), dtype=np.int64), None)


def computed(marks: Marks | Block, shape: Shape) -> Computed:
    """An event from its marks."""
    return compute(known(shape), Sheet(entries=names(shape.entries), marks=marks, seats=JUDGES))


def dense(marks: np.ndarray, shape: Shape) -> Computed:
    """An event from an array (judges, aspects, entries)."""
    return computed(block(marks), shape)


def outcome(found: Computed, shape: Shape) -> Outcome:
    rows = found.plan.rows
    totals = found.tally.values[rows["total"], 0]
    assert found.plan.denominators[rows["total"]] == found.plan.denominators[rows[criterion(0)]] == 100
    ranks, medals = np.zeros(shape.entries, dtype=np.int64), np.zeros(shape.entries, dtype=np.int64)
    skilled = np.zeros(shape.entries, dtype=np.bool_)
    for one in found.order.standings:
        ranks[one.column] = one.rank
    numbers = {id_: number for number, (id_, _) in enumerate(MEDALS, 1)}
    for column, given in found.awards.items():
        medals[column] = next((numbers[id_] for id_ in given if id_ in numbers), 0)
        skilled[column] = "skill" in given
    return Outcome(totals, ranks, medals, skilled)
