"""A time, distance, count or weight that a rule turns into points."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, ClassVar

import msgspec
import numpy as np

from scoring.exact import THOUSAND, common_grain, exact
from scoring.kinds.kernel import COUNTED, Counting, Kernel, Span, ToBest, Whole, among, table, units
from scoring.kinds.part import FARTHEST, Limits, Mark, SinglePart
from scoring.kinds.ratio import LOWER, Ratio, ToTheBest
from scoring.saying import Said, SchemeProblem
from scoring.words import Number


class Linear(msgspec.Struct, frozen=True, kw_only=True, tag_field="by", tag="linear", forbid_unknown_fields=True):
    """`points` at `at`; changed by `over` for each `per` above it and by `under` for each `per` below it."""

    at: Number
    points: Number
    per: Number = "1"
    over: Number = "0"
    under: Number = "0"
    count: Counting = "exact"
    least: Number = "0"
    most: Number

    def rises(self) -> bool:
        """More above, less below."""
        return exact(self.over) >= 0 >= exact(self.under)

    def span(self, entered: Span) -> Span:
        """Monotone on either side of `at`, so the ends and the middle tell all."""
        middle = min(max(exact(self.at), entered.low), entered.high)
        ends = [self._points(value) for value in (entered.low, middle, entered.high)]
        parts = Fraction(1)
        if self.count == "exact":
            parts = common_grain([entered.grain, exact(self.at)]) / exact(self.per)
        edges = [exact(self.points), exact(self.least), exact(self.most)]
        rates = [exact(self.over) * parts, exact(self.under) * parts]
        return Span(min(ends), max(ends), common_grain([*edges, *rates]))

    def _points(self, value: Fraction) -> Fraction:
        rule = self.kernel(abs(int(value * THOUSAND)))
        points = rule.points(np.array([int(value * THOUSAND)], dtype=object))
        return Fraction(int(points[0]), rule.denominator)

    def kernel(self, farthest: int) -> Kernel:
        """A rate over and a rate under, between two limits."""
        at, start = exact(self.at), exact(self.points)
        over_rate, under_rate = exact(self.over), exact(self.under)
        least, most = exact(self.least), exact(self.most)
        scale = math.lcm(THOUSAND, at.denominator)
        middle = int(at * scale)
        by, below, in_units = units(exact(self.per), self.count, scale)
        denominator = math.lcm(
            below * over_rate.denominator,
            below * under_rate.denominator,
            *(one.denominator for one in (start, least, most)),
        )
        first, low, high, over, under = (
            int(one * denominator) for one in (start, least, most, over_rate / below, under_rate / below)
        )
        spread = (farthest * (scale // THOUSAND) + abs(middle)) * by

        def points(marks: Whole) -> Whole:
            distance = marks * (scale // THOUSAND) - middle
            change = np.where(distance > 0, over, under).astype(marks.dtype)
            reached: Whole = np.minimum(np.maximum(first + change * in_units(abs(distance)), low), high)
            return reached

        rate = max(abs(over), abs(under), 1)
        return Kernel(denominator, max(abs(first) + rate * spread, abs(low), abs(high)), points)

    def said(self, mark: Mark) -> Said:
        """What it is worth at `at`, and what the side the number stands on changes."""
        said = Said(f"{self.at} 处 {self.points} 分", f"{self.points} points at {self.at}")
        above = mark.number > exact(self.at)
        rate = self.over if above else self.under
        if mark.number == exact(self.at) or exact(rate) == 0:
            return said
        said = said.then(
            f"，每{'多' if above else '少'} {self.per} 变 {rate}",
            f", {rate} for each {self.per} {'above' if above else 'below'}",
        ).then(*COUNTED[self.count])
        if mark.points == exact(self.least):
            return said.then(f"，不低于 {self.least}", f", at least {self.least}")
        if mark.points == exact(self.most):
            return said.then(f"，不超过 {self.most}", f", at most {self.most}")
        return said


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Up to and including `to`: so many points."""

    to: Number
    points: Number


class Lookup(msgspec.Struct, frozen=True, kw_only=True, tag_field="by", tag="table", forbid_unknown_fields=True):
    """The points of the first row whose `to` is not below the quantity; `beyond` after the last row."""

    rows: Annotated[tuple[Step, ...], msgspec.Meta(min_length=1, max_length=500)]
    beyond: Number = "0"

    def rises(self) -> bool:
        """Each row is worth no less than the one before."""
        return all(one <= other for one, other in pairwise(self._worths()))

    def span(self, entered: Span) -> Span:  # noqa: ARG002 -- the rows bound it
        """The points of a row."""
        return among(self._worths())

    def _worths(self) -> list[Fraction]:
        return [*(exact(row.points) for row in self.rows), exact(self.beyond)]

    def kernel(self, farthest: int) -> Kernel:
        """A row of the table."""
        edges = [exact(row.to) for row in self.rows]
        scale = math.lcm(THOUSAND, *(edge.denominator for edge in edges))
        steps = [int(edge * scale) for edge in edges]

        def place(marks: Whole) -> Whole:
            # The first row whose `to` is not below the quantity.
            return np.searchsorted(np.array(steps, dtype=marks.dtype), marks * (scale // THOUSAND), side="left")

        looked_up = table(self._worths(), place)
        peak = max(looked_up.peak, farthest * (scale // THOUSAND), *map(abs, steps))
        return looked_up._replace(peak=peak)

    def said(self, mark: Mark) -> Said:
        """Which row it is, by its end."""
        for row in self.rows:
            if mark.number <= exact(row.to):
                return Said(f"查表，不超过 {row.to}", f"by table, up to {row.to}")
        return Said(f"查表，超过 {self.rows[-1].to}", f"by table, beyond {self.rows[-1].to}")


class Quantity(SinglePart, frozen=True, kw_only=True, tag="quantity"):
    """A time, distance, count or weight that a rule turns into points."""

    view: ClassVar[str] = "amount"

    convert: Linear | Lookup | Ratio | ToTheBest
    low: Number = "0"
    high: Number | None = None
    step: Number = "1"

    def rises(self) -> bool:
        """Whether more is never worth less."""
        return self.convert.rises()

    @property
    def rounds_itself(self) -> bool:
        """Whether its points may never end as a decimal, so that they are rounded as they are made."""
        rule = self.convert
        return isinstance(rule, ToTheBest) or (isinstance(rule, Ratio) and rule.better == LOWER)

    def problems(self) -> Iterator[SchemeProblem]:
        """What makes no sense in this node's own words."""
        match self.convert:
            case Linear() as linear:
                if exact(linear.per) <= 0 or exact(linear.least) > exact(linear.most):
                    yield self.wrong("换算的单位或上下限不对。", "The rule's unit or its limits do not fit.")
            case Lookup(rows=rows):
                steps = [exact(row.to) for row in rows]
                if any(later <= earlier for earlier, later in pairwise(steps)):
                    yield self.wrong("换算表要由小到大。", "The rows of a table go from small to large.")
            case Ratio() | ToTheBest():
                yield from self._ratio_problems(self.convert)

    def _ratio_problems(self, rule: Ratio | ToTheBest) -> Iterator[SchemeProblem]:
        numbers = [rule.points, rule.to, rule.most or "1"] if isinstance(rule, Ratio) else [rule.points]
        if any(exact(number) <= 0 for number in numbers):
            yield self.wrong("比例的数必须大于零。", "The numbers of a ratio must be above zero.")
        if rule.better == LOWER and exact(self.low) <= 0:
            yield self.wrong("越少越好的比例，下限必须大于零。", "Where less is better, low must be above zero.")
        if isinstance(rule, ToTheBest) and exact(self.low) < 0:
            yield self.wrong("与最好成绩之比，下限不能为负。", "A ratio to the best takes nothing below zero.")
        if self.rounds_itself and self.places is None:
            yield self.wrong(
                "这种换算除不尽，要写明位数 places。", "This rule may never end as a decimal: name its places."
            )

    def limits(self) -> Limits:
        """What may be entered."""
        high = Fraction(FARTHEST) if self.high is None else exact(self.high)
        return Limits(exact(self.low), high, exact(self.step))

    def raw_span(self) -> Span:
        """As far as the rule reaches."""
        low, high, step = self.limits()
        return self.convert.span(Span(low, high, common_grain([low, step])))

    def kernel(self, farthest: int) -> Kernel | ToBest:
        """The rule; with the node's factor and places where it rounds itself."""
        rule = self.convert
        if isinstance(rule, Linear | Lookup):
            return rule.kernel(farthest)
        return rule.kernel(farthest, exact(self.factor), None if self.places is None else 10**self.places)

    def said(self, mark: Mark) -> Said:
        """What was recorded, and by which rule it counts."""
        how = self.convert.said(mark)
        return Said(f"记录 {mark.shown.zh}，{how.zh}", f"{mark.shown.en}, {how.en}")
