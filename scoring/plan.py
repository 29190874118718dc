"""A scheme laid out for computing: which rows hold which node, over which denominators, with which steps.

A plan is made once per scheme and panel size. It knows the largest number that can appear in any step; where that
does not fit 64 bits the same steps run on Python's own integers.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from scoring import bounds, convert, panel
from scoring.convert import Whole
from scoring.document import AnyAspect, Judgement, Node, Panel, Sum
from scoring.exact import THOUSAND, exact
from scoring.scheme import Scheme

SAFE = 2**62
"""No step of an int64 plan reaches this."""


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

    def of(self, raw: Whole, seen: list[tuple[str, Whole, int]] | None = None) -> Whole:
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
        if self.unit is not None:
            # Half up, and the same for what is taken away: −2.5 becomes −3.
            size = (abs(value) * (2 * self.unit) + self.before) // (2 * self.before)
            value = np.where(value < 0, -size, size)
        return value


class Group(NamedTuple):
    """Aspects that follow exactly the same rule and are computed together."""

    aspects: tuple[str, ...]
    rows: slice
    """Their rows among all nodes."""
    columns: slice
    """Their rows in the sheet's arrays."""
    rule: panel.PanelKernel | convert.Kernel
    finish: Finish
    fills: tuple[int, int]
    """The lowest and highest a missing mark can turn out, in thousandths."""
    reach: tuple[int, int]
    """The lowest and highest raw score, over the rule's denominator."""


class Adding(NamedTuple):
    """A criterion: rows that are added and rows that are taken away, each with its whole-number weight."""

    node: str
    row: int
    plus: npt.NDArray[np.intp]
    plus_weights: Whole
    minus: npt.NDArray[np.intp]
    minus_weights: Whole
    denominator: int
    finish: Finish


class Plan(NamedTuple):
    """Everything `tally` needs to know of a scheme for panels of at most `judges` seats."""

    judges: int
    rows: dict[str, int]
    denominators: tuple[int, ...]
    panels: tuple[Group, ...]
    singles: tuple[Group, ...]
    sums: tuple[Adding, ...]
    peak: int
    dtype: type

    @property
    def panel_columns(self) -> dict[str, int]:
        """Where each aspect of the panel stands in the sheet's arrays."""
        return {
            aspect: at for at, aspect in enumerate(aspect for group in self.panels for aspect in group.aspects)
        }

    @property
    def single_columns(self) -> dict[str, int]:
        """Where each aspect that is marked once stands in the sheet's arrays."""
        return {
            aspect: at for at, aspect in enumerate(aspect for group in self.singles for aspect in group.aspects)
        }


@lru_cache(maxsize=64)
def plan(scheme: Scheme, judges: int) -> Plan:
    """Lay a scheme out for panels of at most so many judges."""
    return _Layout(scheme, judges).plan()


class _Layout:
    def __init__(self, scheme: Scheme, judges: int) -> None:
        self.scheme, self.judges = scheme, judges
        self.rows: dict[str, int] = {}
        self.denominators: list[int] = []
        self.sizes: list[int] = []
        """The largest numerator of each row."""
        self.peak = 0

    def plan(self) -> Plan:
        aspects = [one.node for one in self.scheme.nodes.values() if not isinstance(one.node, Sum)]
        panels = self.groups([node for node in aspects if isinstance(node, Panel | Judgement)])
        singles = self.groups([node for node in aspects if not isinstance(node, Panel | Judgement)])
        sums: list[Adding] = []
        self.add_up(self.scheme.root, sums)
        dtype = np.int64 if self.peak < SAFE else object
        return Plan(
            judges=self.judges,
            rows=self.rows,
            denominators=tuple(self.denominators),
            panels=panels,
            singles=singles,
            sums=tuple(
                one._replace(
                    plus_weights=one.plus_weights.astype(dtype), minus_weights=one.minus_weights.astype(dtype)
                )
                for one in sums
            ),
            peak=self.peak,
            dtype=dtype,
        )

    def groups(self, aspects: list[AnyAspect]) -> tuple[Group, ...]:
        """Gather aspects that differ in nothing but their names and places in the tree."""
        alike: dict[AnyAspect, list[AnyAspect]] = {}
        for node in aspects:
            bare = {"id": "x", "name": "x", "name_en": "", "hint": "", "hint_en": "", "unit": "", "unit_en": ""}
            shape = msgspec.structs.replace(node, **bare, weight="1", sign="plus", counts=True)
            if isinstance(shape, Judgement):
                shape = msgspec.structs.replace(shape, descriptors=(), descriptors_en=())
            alike.setdefault(shape, []).append(node)
        made, column = [], 0
        for shape, nodes in alike.items():
            made.append(self.group(shape, tuple(node.id for node in nodes), column))
            column += len(nodes)
        return tuple(made)

    def group(self, shape: AnyAspect, ids: tuple[str, ...], column: int) -> Group:
        low, high = (int(edge * THOUSAND) for edge in bounds.limits(shape)[:2])
        farthest = max(abs(low), abs(high))
        rule: panel.PanelKernel | convert.Kernel
        if isinstance(shape, Panel | Judgement):
            rule = panel.kernel(shape, self.judges, farthest)
        else:
            rule = convert.kernel(shape, farthest)
        raw = bounds.raw_span(shape)
        reach = (int(raw.low * rule.denominator), int(raw.high * rule.denominator))
        self.peak = max(self.peak, rule.peak, *map(abs, reach))
        finish, size = self.finish(shape, rule.denominator, max(map(abs, reach)))
        first = len(self.denominators)
        for id_ in ids:
            self.row(id_, finish.denominator, size)
        return Group(
            aspects=ids,
            rows=slice(first, first + len(ids)),
            columns=slice(column, column + len(ids)),
            rule=rule,
            finish=finish,
            fills=(min(low, 0), max(high, 0)),
            reach=reach,
        )

    def add_up(self, node: Sum, sums: list[Adding]) -> None:
        for part in node.parts:
            if isinstance(part, Sum):
                self.add_up(part, sums)
        counted = [part for part in node.parts if part.counts]
        weights = {part.id: exact(part.weight) / self.denominators[self.rows[part.id]] for part in counted}
        denominator = math.lcm(*(weight.denominator for weight in weights.values()))
        largest = sum(int(weights[part.id] * denominator) * self.sizes[self.rows[part.id]] for part in counted)
        self.peak = max(self.peak, largest)
        finish, size = self.finish(node, denominator, largest)
        plus, plus_weights = self.terms([part for part in counted if part.sign == "plus"], weights, denominator)
        minus, minus_weights = self.terms([part for part in counted if part.sign == "minus"], weights, denominator)
        row = self.row(node.id, finish.denominator, size)
        sums.append(Adding(node.id, row, plus, plus_weights, minus, minus_weights, denominator, finish))

    def terms(
        self, parts: list[Node], weights: dict[str, Fraction], denominator: int
    ) -> tuple[npt.NDArray[np.intp], Whole]:
        rows = np.array([self.rows[part.id] for part in parts], dtype=np.intp)
        return rows, np.array([int(weights[part.id] * denominator) for part in parts], dtype=object)

    def row(self, id_: str, denominator: int, size: int) -> int:
        self.rows[id_] = len(self.denominators)
        self.denominators.append(denominator)
        self.sizes.append(size)
        return self.rows[id_]

    def finish(self, node: Node, denominator: int, size: int) -> tuple[Finish, int]:
        """Turn a node's factor, cap, floor and rounding into whole numbers; also how large it can become."""
        factor = exact(node.factor)
        cap = None if node.cap is None else exact(node.cap)
        floor = None if node.floor is None else exact(node.floor)
        edges = [edge for edge in (cap, floor) if edge is not None]
        before = math.lcm(denominator * factor.denominator, *(edge.denominator for edge in edges))
        times = int(factor * before / denominator)
        size = max(size * times, *(int(abs(edge) * before) for edge in edges), 0)
        unit = None if node.places is None else int(10**node.places)
        self.peak = max(self.peak, size, 2 * size * (unit or 1) + before)
        if unit is not None:
            size = (2 * size * unit + before) // (2 * before)
        return Finish(
            times=times,
            cap=None if cap is None else int(cap * before),
            floor=None if floor is None else int(floor * before),
            unit=unit,
            before=before,
            denominator=unit or before,
        ), size
