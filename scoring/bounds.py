"""How small and how large each node of a scheme can become, exactly: what proves that whole numbers suffice."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple, assert_never

from scoring.convert import linear_points
from scoring.document import (
    Amount,
    AnyAspect,
    Choice,
    Completed,
    Difference,
    Imported,
    Judgement,
    Linear,
    Lookup,
    Node,
    Panel,
    PassFail,
    Penalty,
    Quantity,
    Single,
    Sum,
    Tolerance,
    Total,
    Trimmed,
)
from scoring.exact import common_grain, exact, half_up

FARTHEST = 10**9
"""No mark is farther from zero than this many units; the wire allows no more."""

MOST_JUDGES = 30
ZERO = Fraction(0)


class Span(NamedTuple):
    """Least and greatest value, and a number of which every value is a whole multiple (0: none is known)."""

    low: Fraction
    high: Fraction
    grain: Fraction

    def with_zero(self) -> Span:
        """What was not attempted is worth nothing, so nothing is always possible."""
        return Span(min(self.low, ZERO), max(self.high, ZERO), self.grain)


def limits(aspect: AnyAspect) -> tuple[Fraction, Fraction, Fraction]:
    """What may be entered: lowest, highest, step."""
    match aspect:
        case Judgement():
            return ZERO, Fraction(3), Fraction(1)
        case PassFail():
            return ZERO, Fraction(1), Fraction(1)
        case Completed(possible=possible):
            return ZERO, Fraction(possible), Fraction(1)
        case Choice(options=options):
            return Fraction(1), Fraction(len(options)), Fraction(1)
        case Panel() | Imported() | Penalty():
            return exact(aspect.low), exact(aspect.high), exact(aspect.step)
        case Difference() | Tolerance() | Amount() | Quantity():
            high = Fraction(FARTHEST) if aspect.high is None else exact(aspect.high)
            return exact(aspect.low), high, exact(aspect.step)
        case _:
            assert_never(aspect)


def span(node: Node) -> Span:
    """What a node can become, after its factor, cap, floor and rounding."""
    return finished(node, raw_span(node))


def finished(node: Node, raw: Span) -> Span:
    """Carry factor, cap, floor and rounding through a span; all four never turn order round."""
    factor = exact(node.factor)
    low, high, grain = raw.low * factor, raw.high * factor, raw.grain * factor
    edges = []
    if node.cap is not None:
        edges.append(exact(node.cap))
        low, high = min(low, edges[-1]), min(high, edges[-1])
    if node.floor is not None:
        edges.append(exact(node.floor))
        low, high = max(low, edges[-1]), max(high, edges[-1])
    if grain or not factor:
        grain = common_grain([grain, *edges])
    if node.places is not None:
        unit = Fraction(1, 10**node.places)
        low, high = half_up(low, node.places), half_up(high, node.places)
        grain = common_grain([grain, unit]) if grain and (grain / unit).denominator == 1 else unit
    return Span(low, high, grain)


def raw_span(node: Node) -> Span:
    """What a node can become before its factor, cap, floor and rounding."""
    if isinstance(node, Sum):
        low = high = ZERO
        grains = []
        for part in node.parts:
            if part.counts:
                inner, weight = span(part), exact(part.weight)
                ends = (inner.low * weight, inner.high * weight)
                low, high = (
                    (low + ends[0], high + ends[1]) if part.sign == "plus" else (low - ends[1], high - ends[0])
                )
                grains.append(inner.grain * weight)
        return Span(low, high, common_grain(grains) if all(grains) else ZERO)
    return _aspect_span(node).with_zero()


def _aspect_span(aspect: AnyAspect) -> Span:
    low, high, step = limits(aspect)
    entered = common_grain([low, step])
    if isinstance(aspect, Panel):
        if isinstance(aspect.rule, Total):
            return Span(min(low, ZERO) * MOST_JUDGES, max(high, ZERO) * MOST_JUDGES, entered)
        return Span(low, high, ZERO)
    if isinstance(aspect, Judgement):
        return Span(ZERO, exact(aspect.max), ZERO)
    return _single_span(aspect, Span(low, high, entered))


def _single_span(aspect: Single, entered: Span) -> Span:
    match aspect:
        case PassFail(max=most):
            reach = _times(Span(ZERO, Fraction(1), Fraction(1)), exact(most))
        case Completed(max=most, possible=possible):
            reach = _times(Span(ZERO, Fraction(possible), Fraction(1)), exact(most) / possible)
        case Difference(max=most):
            reach = Span(ZERO, exact(most), common_grain([exact(most), _rate_grain(aspect, entered)]))
        case Choice(options=options):
            reach = _among([exact(option.points) for option in options])
        case Tolerance(ranges=ranges):
            reach = _among([exact(one.points) for one in ranges])
        case Imported() | Amount():
            reach = entered
        case Penalty(each=each):
            reach = _times(entered, exact(each or "1"))
        case Quantity(convert=Linear() as linear):
            reach = _linear_span(linear, entered)
        case Quantity(convert=convert):
            assert isinstance(convert, Lookup)
            reach = _among([exact(convert.beyond), *(exact(row.points) for row in convert.rows)])
        case _:
            assert_never(aspect)
    return reach


def _times(reach: Span, by: Fraction) -> Span:
    return Span(reach.low * by, reach.high * by, reach.grain * by)


def _rate_grain(aspect: Difference, entered: Span) -> Fraction:
    """What one more step of difference changes."""
    if aspect.count != "exact":
        return exact(aspect.deduction)
    parts = common_grain([entered.grain, exact(aspect.target)]) / exact(aspect.per)
    return exact(aspect.deduction) * parts


def _among(points: list[Fraction]) -> Span:
    return Span(min(points), max(points), common_grain(points))


def _linear_span(convert: Linear, entered: Span) -> Span:
    # Monotone on either side of `at`, so the ends and the middle tell all.
    middle = min(max(exact(convert.at), entered.low), entered.high)
    ends = [linear_points(convert, value) for value in (entered.low, middle, entered.high)]
    parts = Fraction(1)
    if convert.count == "exact":
        parts = common_grain([entered.grain, exact(convert.at)]) / exact(convert.per)
    edges = [exact(convert.points), exact(convert.least), exact(convert.most)]
    rates = [exact(convert.over) * parts, exact(convert.under) * parts]
    return Span(min(ends), max(ends), common_grain([*edges, *rates]))


def dropped(aspect: Panel | Judgement) -> tuple[int, int]:
    """How many lowest and highest marks the rule of a panel leaves out."""
    rule = aspect.rule if isinstance(aspect, Panel) else None
    return (rule.low, rule.high) if isinstance(rule, Trimmed) else (0, 0)


def fewest(aspect: Panel | Judgement) -> int:
    """How many judges must be present for the panel's score to exist."""
    return aspect.min_judges or sum(dropped(aspect)) + 1
