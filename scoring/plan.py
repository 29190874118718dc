"""A scheme laid out for computing: which rows hold which node, over which denominators, with which steps.

A plan is made once per scheme and panel size. It knows the largest number that can appear in any step; where that
does not fit 64 bits the same steps run on Python's own integers.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from scoring import bounds, combining
from scoring.combining import Combining
from scoring.exact import THOUSAND, exact, thousandths
from scoring.finish import Finish, Passing, finish_of, passing
from scoring.kinds import ByPanel, Composed, Node, Single, Veto
from scoring.kinds.kernel import Kernel, ToBest
from scoring.kinds.part import AspectPart
from scoring.kinds.standard import Standard
from scoring.panel import PanelKernel
from scoring.scheme import Scheme

SAFE = 2**62
"""No step of an int64 plan reaches this."""
NARROW = 2**31


class Group(NamedTuple):
    """Aspects that follow exactly the same rule and are computed together."""

    aspects: tuple[str, ...]
    rows: slice
    """Their rows among all nodes."""
    columns: slice
    """Their rows in the sheet's arrays."""
    rule: PanelKernel | Kernel | ToBest
    finish: Finish
    fills: tuple[int, int]
    """The lowest and highest a missing mark can turn out, in thousandths."""
    reach: tuple[int, int]
    """The lowest and highest raw score, over the rule's denominator."""
    optional: bool
    spread: int | None
    """Marks of one panel farther apart than so many thousandths are asked for again."""
    standard: Standard | None
    adds: bool
    """The rule adds marks and does not average them."""


class Plan(NamedTuple):
    """Everything `tally` needs to know of a scheme for panels of at most `judges` seats."""

    judges: int
    rows: dict[str, int]
    denominators: tuple[int, ...]
    panels: tuple[Group, ...]
    singles: tuple[Group, ...]
    combined: tuple[Combining, ...]
    passing: tuple[Passing, ...]
    """What the pass marks and vetoes of aspects do; those of other nodes stand with their steps."""
    vetoes: tuple[Veto, ...]
    attributes: tuple[str, ...]
    peak: int
    dtype: type
    entrywise: bool
    """Nobody is measured by others, excluded or passed: every entry is computed for itself alone."""
    narrow: bool
    """The marks of every panel and their sums fit 32 bits."""
    panel_columns: Mapping[str, int]
    """Where each aspect of the panel stands in the sheet's arrays."""
    single_columns: Mapping[str, int]
    """Where each aspect that is marked once stands in the sheet's arrays."""
    as_in_scheme: tuple[npt.NDArray[np.intp] | None, npt.NDArray[np.intp] | None]
    """For the rows of both arrays their numbers among such aspects of the scheme; None where the order is that."""


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
        order = self.scheme.laid.order
        aspects = [node for node in order if isinstance(node, AspectPart)]
        panels = self.groups([node for node in aspects if node.judged])
        singles = self.groups([node for node in aspects if not node.judged])
        passes = tuple(one for one in (self.passing(node) for node in aspects) if one is not None)
        combined = tuple(self.combined(node) for node in order if isinstance(node, Composed))
        standards = [group.standard for group in panels] + [one.standard for one in combined]
        return Plan(
            judges=self.judges,
            rows=self.rows,
            denominators=tuple(self.denominators),
            panels=panels,
            singles=singles,
            combined=combined,
            passing=passes,
            vetoes=tuple(node for node in aspects if isinstance(node, Veto)),
            attributes=tuple({one.by: None for one in standards if one is not None and one.by}),
            peak=self.peak,
            dtype=np.int64 if self.peak < SAFE else object,
            entrywise=not passes
            and not any(isinstance(node, Veto) for node in aspects)
            and all(isinstance(one.rule, PanelKernel) and one.standard is None for one in panels)
            and all(isinstance(one.rule, Kernel) for one in singles)
            and all(one.standard is None and one.passing is None for one in combined),
            narrow=all(max(map(abs, one.fills)) * max(self.judges, 2) < NARROW for one in panels),
            panel_columns=_columns(panels),
            single_columns=_columns(singles),
            as_in_scheme=(
                _as_in_scheme(_columns(panels), self.scheme),
                _as_in_scheme(_columns(singles), self.scheme),
            ),
        )

    def groups(self, aspects: list[AspectPart]) -> tuple[Group, ...]:
        """Gather aspects that differ in nothing but their names and places in the tree."""
        alike: dict[AspectPart, list[AspectPart]] = {}
        for node in aspects:
            bare = {"id": "x", "name": "x", "name_en": "", "hint": "", "hint_en": "", "unit": "", "unit_en": ""}
            shape = msgspec.structs.replace(node, **bare, weight="1", sign="plus", counts=True, pass_mark=None)
            if hasattr(shape, "descriptors"):
                shape = msgspec.structs.replace(shape, descriptors=("", "", "", ""), descriptors_en=())
            alike.setdefault(shape, []).append(node)
        made, column = [], 0
        for shape, nodes in alike.items():
            made.append(self.group(shape, tuple(node.id for node in nodes), column))
            column += len(nodes)
        return tuple(made)

    def group(self, shape: AspectPart, ids: tuple[str, ...], column: int) -> Group:
        low, high = (int(edge * THOUSAND) for edge in shape.limits()[:2])
        farthest = max(abs(low), abs(high))
        rule: PanelKernel | Kernel | ToBest
        standard, spread = None, None
        if isinstance(shape, ByPanel):
            rule = shape.panel_kernel(self.judges, farthest)
            standard, spread = shape.standardise, shape.spread
        else:
            assert isinstance(shape, Single)
            rule = shape.kernel(farthest)
        raw = shape.raw_span().with_zero()
        if bounds.rounds_itself(shape):
            raw = raw.times(exact(shape.factor))
        reach = (int(raw.low * rule.denominator), int(raw.high * rule.denominator) + 1)
        if (raw.high * rule.denominator).denominator == 1:
            reach = (reach[0], reach[1] - 1)
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
            optional=getattr(shape, "optional", False),
            spread=None if spread is None else thousandths(spread),
            standard=standard,
            adds=getattr(shape, "adds", False),
        )

    def combined(self, node: Composed) -> Combining:
        """The step of a node that is made of others."""
        rows = {id_: self.rows[id_] for id_ in node.needs()}
        sizes = {id_: self.sizes[row] for id_, row in rows.items()}
        over = {id_: self.denominators[row] for id_, row in rows.items()}
        raw = combining.raw(node, rows, sizes, over)
        # Twice, so that what stands behind every value has room too.
        self.peak = max(self.peak, 2 * raw.size)
        finish, size = self.finish(node, raw.denominator, raw.size)
        row = self.row(node.id, finish.denominator, size)
        return Combining(node.id, row, raw, finish, self.passing(node))

    def passing(self, node: Node) -> Passing | None:
        struck = self.scheme.laid.struck.get(node.id, ())
        return passing(node, self.rows[node.id], self.denominators[self.rows[node.id]], struck)

    def row(self, id_: str, denominator: int, size: int) -> int:
        self.rows[id_] = len(self.denominators)
        self.denominators.append(denominator)
        self.sizes.append(size)
        return self.rows[id_]

    def finish(self, node: Node, denominator: int, size: int) -> tuple[Finish, int]:
        made, size, peak = finish_of(node, denominator, size, rounded=bounds.rounds_itself(node))
        self.peak = max(self.peak, peak)
        return made, size


def _columns(groups: tuple[Group, ...]) -> dict[str, int]:
    return {aspect: at for at, aspect in enumerate(aspect for group in groups for aspect in group.aspects)}


def _as_in_scheme(columns: Mapping[str, int], scheme: Scheme) -> npt.NDArray[np.intp] | None:
    numbers = {id_: number for number, id_ in enumerate(id_ for id_ in scheme.aspects if id_ in columns)}
    order = [numbers[id_] for id_ in columns]
    return None if order == sorted(order) else np.array(order, dtype=np.intp)
