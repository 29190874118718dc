"""The engine under the stop watch: what a caller does who has arrays, and its answer in the form of the peers."""

from __future__ import annotations

from functools import cache

import numpy as np

from bench.scoring.peers import Outcome
from bench.scoring.shapes import JUDGES, MEDALS, Shape, criterion, scheme
from scoring import Sheet
from scoring.plan import plan
from scoring.ranking import order
from scoring.results import Computed
from scoring.sheet import ENTERED_STATE, Grid
from scoring.titles import awarded
from scoring.total import tally


@cache
def known(shape: Shape):
    return scheme(shape)


@cache
def names(entries: int) -> tuple[str, ...]:
    return tuple(f"e{number:06d}" for number in range(entries))


@cache
def empty(shape: Shape) -> Sheet:
    ids = names(shape.entries)
    return Sheet(entries=ids, marks=(), seats=dict.fromkeys(ids, JUDGES))


@cache
def states(shape: Shape) -> tuple[np.ndarray, np.ndarray]:
    panel = (JUDGES, shape.aspects, shape.entries)
    return np.full(panel, ENTERED_STATE, dtype=np.uint8), np.full(panel[1:], JUDGES, dtype=np.int64)


def dense(marks: np.ndarray, shape: Shape) -> Computed:
    """An event from marks that lie judge by judge, aspect by aspect."""
    one, sheet = known(shape), empty(shape)
    layout = plan(one, JUDGES)
    entered, seats = states(shape)
    nothing = np.zeros((0, shape.entries), dtype=np.int64)
    grid = Grid(sheet.entries, marks, entered, seats, nothing, nothing.astype(np.uint8))
    values = tally(layout, grid)
    ordered = order(one, layout, grid, values, sheet)
    computed = Computed(one, sheet, layout, grid, values, ordered, {})
    return computed._replace(awards=awarded(one.awards, ordered, computed.score))


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
