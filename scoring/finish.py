"""What happens to every node's own value: factor, cap, floor, rounding, and then pass marks and vetoes."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from scoring.exact import exact, half_up
from scoring.kinds import Node
from scoring.kinds.kernel import Whole

Trace = list[tuple[str, Whole, int]]
"""What each step of a rule made: the step, numerators, their denominator."""


class Finish(NamedTuple):
    """Factor, cap, floor and rounding of a node, in whole numbers."""

    times: int
    cap: int | None
    floor: int | None
    unit: int | None
    """10 to the places of the rounding."""
    before: int
    """The denominator before the rounding."""
    denominator: int
    """The denominator of the result."""

    def of(self, raw: Whole, seen: Trace | None = None) -> Whole:
        """Finish a node's raw numbers; `seen` collects what each step made, for explaining."""
        value = raw * self.times if self.times != 1 else raw
        if seen is not None:
            seen.append(("factor", value, self.before))
        if self.cap is not None:
            value = np.minimum(value, self.cap)
        if self.floor is not None:
            value = np.maximum(value, self.floor)
        if seen is not None:
            seen.append(("limits", value, self.before))
        if self.unit is not None and self.unit != self.before:
            # Half up, and the same for what is taken away: −2.5 becomes −3.
            below_zero = value < 0
            value = value * (2 * self.unit)
            value += self.before
            value -= below_zero
            value //= 2 * self.before
        if seen is not None:
            seen.append(("rounded", value, self.denominator))
        return value


def finish_of(node: Node, denominator: int, size: int, *, rounded: bool) -> tuple[Finish, int, int]:
    """Turn a node's factor, cap, floor and rounding into whole numbers.

    `size` bounds the raw numerators. `rounded`: the raw value has its factor and is rounded already. Returns also
    how large the result can become, and the largest number on the way.
    """
    factor = exact("1" if rounded else node.factor)
    edges = [None if edge is None else exact(edge) for edge in (node.cap, node.floor)]
    if rounded:
        assert node.places is not None
        edges = [None if edge is None else half_up(edge, node.places) for edge in edges]
    named = [edge for edge in edges if edge is not None]
    before = math.lcm(denominator * factor.denominator, *(edge.denominator for edge in named))
    times = int(factor * before / denominator)
    size = max(size * times, *(int(abs(edge) * before) for edge in named), 0)
    unit = None if node.places is None else int(10**node.places)
    peak = max(size, 2 * size * (unit or 1) + before)
    if unit is not None:
        size = (2 * size * unit + before) // (2 * before)
    cap, floor = (None if edge is None else int(edge * before) for edge in edges)
    return Finish(times, cap, floor, unit, before, unit or before), size, peak


class Passing(NamedTuple):
    """What a pass mark and vetoes do to a node."""

    node: str
    row: int
    mark: int | None
    """Below it, over the node's denominator, the node is not passed."""
    failing: str
    vetoes: tuple[str, ...]


def passing(node: Node, row: int, denominator: int, vetoes: tuple[str, ...]) -> Passing | None:
    """The pass mark and the vetoes of a node; None where it has none."""
    if node.pass_mark is None and not vetoes:
        return None
    mark = None if node.pass_mark is None else math.ceil(exact(node.pass_mark) * denominator)
    return Passing(node.id, row, mark, node.failing, vetoes)
