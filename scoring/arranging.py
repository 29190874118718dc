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
    sequence = sorted_by(worth) if groups is None else np.lexsort((worth, groups))
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


def sorted_by(worth: Whole) -> Columns:
    """The places of numbers, the smallest first; who is equal stands as before."""
    count, lowest = len(worth), int(worth.min(initial=0))
    bits = count.bit_length()
    if (int(worth.max(initial=0)) - lowest) >> (62 - bits):
        return np.argsort(worth, kind="stable")
    # Numbers with their places behind them sort many times faster than places by their numbers.
    packed = (worth - lowest) << bits
    packed |= np.arange(count)
    packed.sort()
    packed &= (1 << bits) - 1
    return packed


def split(field: Field, keys: Keys, sequence: Columns, deciders: Integers, first: int = 1) -> None:
    """Ask those who tie the keys in their order, in place; the k-th key is numbered from `first`."""
    for number, key in enumerate(keys, first):
        at, runs = _tied(deciders)
        if not len(at):
            return
        asked = sequence[at]
        columns = answers(field, key, asked)
        order = np.lexsort((*reversed(columns), runs))
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
        sequence[at] = asked[np.lexsort((field.listed()[asked], runs))]


def _tied(deciders: Integers) -> tuple[Columns, Integers]:
    """The positions that tie with another, and the number of their tie."""
    tied: Flags = deciders == TIED
    tied[:-1] |= tied[1:]
    at = np.flatnonzero(tied)
    return at, np.cumsum(deciders != TIED)[at]
