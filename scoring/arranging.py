"""Entries in order: by one number first, then by the keys where that ties, then as a list prints them.

Only those who tie are asked a key, so an event without ties costs one sort.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scoring.field import Columns, Field, Integers
from scoring.keys import answers, sortable
from scoring.kinds.kernel import Whole
from scoring.prizes import Direction, Keys
from scoring.total import POINTS, Flags

TIED = -1
FIRST = 0


class Question(NamedTuple):
    """What entries are ordered by: a node, high or low, and the keys asked where it ties."""

    node: str
    order: Direction
    keys: Keys

    def worth(self, field: Field, lane: int = POINTS) -> Whole:
        """The node's numbers in a lane, smaller the better."""
        values = field.values(self.node, lane)
        return sortable(-values if self.order == "high" else values)


class Arranged(NamedTuple):
    """Entries best first. Where everything ties they stand as a list prints them."""

    sequence: Columns
    deciders: Integers
    """What tells a position apart from the one above: 0 the group or the node, k the k-th key, TIED nothing."""

    @property
    def starts(self) -> Columns:
        """The first position of every tie, counted from 0."""
        return np.flatnonzero(self.deciders != TIED)

    def ties(self) -> tuple[Columns, Columns]:
        """For every position the first of its tie, counted from 0, and one past the last."""
        starts = self.starts
        ends = np.append(starts[1:], len(self.sequence))[: len(starts)]
        sizes = ends - starts
        return np.repeat(starts, sizes), np.repeat(ends, sizes)


def arranged(field: Field, question: Question, columns: Columns, groups: Integers | None = None) -> Arranged:
    """Put entries in order, group after group; who is equal in everything ties."""
    worth = question.worth(field)[columns]
    sequence = sorted_by(worth) if groups is None else sorted_by(groups, worth)
    sorted_worth = worth[sequence]
    apart = sorted_worth[1:] != sorted_worth[:-1]
    if groups is not None:
        apart |= groups[sequence][1:] != groups[sequence][:-1]
    deciders = np.full(len(sequence), TIED)
    deciders[:1] = FIRST
    deciders[1:][apart] = FIRST
    sequence = columns[sequence]
    if not apart.all():
        split(field, question.keys, sequence, deciders)
    return Arranged(sequence, deciders)


FEW = 500
"""So few are sorted as they are; packing them first would take longer."""


def sorted_by(*columns: Whole) -> Columns:
    """The places of rows of numbers compared column after column, smallest first; equal rows stand as before."""
    packed = _packed(columns) if len(columns[0]) > FEW else None
    if packed is None:
        return np.lexsort(columns[::-1])
    # Numbers with their places behind them sort many times faster than places by their numbers.
    packed.sort()
    packed &= (1 << len(packed).bit_length()) - 1
    return packed


def _packed(columns: tuple[Whole, ...]) -> Integers | None:
    """Each row as one number with its place behind it; None where 62 bits are too few."""
    count = len(columns[0])
    packed, bits = np.zeros(count, dtype=np.int64), count.bit_length()
    for column in columns:
        if column.dtype == object:
            return None
        lowest = int(column.min())
        reach = (int(column.max()) - lowest).bit_length()
        bits += reach
        if bits > 62:
            return None
        packed <<= reach
        packed |= column.astype(np.int64, copy=False) - lowest
    packed <<= count.bit_length()
    packed |= np.arange(count)
    return packed


def split(field: Field, keys: Keys, sequence: Columns, deciders: Integers, first: int = 1) -> None:
    """Ask those who tie the keys in their order, in place; the k-th key is numbered from `first`."""
    for number, key in enumerate(keys, first):
        at, runs = _tied(deciders)
        if not len(at):
            return
        asked = sequence[at]
        columns = answers(field, key, asked)
        order = sorted_by(runs, *columns)
        sequence[at] = asked[order]
        differs = np.zeros(len(at) - 1, dtype=np.bool_)
        for column in columns:
            answer = column[order]
            differs |= answer[1:] != answer[:-1]
        differs &= runs[1:] == runs[:-1]
        deciders[at[1:][differs]] = number
    at, runs = _tied(deciders)
    if len(at):
        asked = sequence[at]
        sequence[at] = asked[sorted_by(runs, field.listed()[asked])]


def _tied(deciders: Integers) -> tuple[Columns, Integers]:
    """The positions that tie with another, and the number of their tie."""
    tied: Flags = deciders == TIED
    tied[:-1] |= tied[1:]
    at = np.flatnonzero(tied)
    return at, np.cumsum(deciders != TIED)[at]
