"""One of several labelled answers."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Annotated, ClassVar

import msgspec
import numpy as np

from scoring.exact import THOUSAND, exact
from scoring.kinds import part
from scoring.kinds.kernel import Kernel, Span, Whole, among, table
from scoring.kinds.part import Limits, Mark, SinglePart
from scoring.saying import Said
from scoring.words import Name, Number, Words


class Option(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One labelled answer and what it is worth."""

    label: Name
    label_en: Words = ""
    points: Number


class Choice(SinglePart, frozen=True, kw_only=True, tag="choice"):
    """One of the labelled options. The mark is the number of the option, from 1 (CIS: CHOICE)."""

    view: ClassVar[str] = "choice"

    answers: Annotated[tuple[Option, ...], msgspec.Meta(min_length=2, max_length=50)] = msgspec.field(
        name="options"
    )

    def rises(self) -> bool:
        """Only where later options are never worth less."""
        return all(exact(one.points) <= exact(other.points) for one, other in pairwise(self.answers))

    def limits(self) -> Limits:
        """The numbers of the options."""
        return Limits(Fraction(1), Fraction(len(self.answers)), Fraction(1))

    def raw_span(self) -> Span:
        """The points of an option."""
        return among([exact(one.points) for one in self.answers])

    def options(self) -> tuple[part.Option, ...]:
        """The labelled answers."""
        return tuple(part.Option(at, one.label, one.label_en) for at, one in enumerate(self.answers, 1))

    def kernel(self, farthest: int) -> Kernel:  # noqa: ARG002 -- the table bounds it
        """The points of the chosen option."""
        # Option 1 is the mark 1.000: its number is its place in the table.
        return table([Fraction(0), *(exact(one.points) for one in self.answers)], _place)

    def said(self, mark: Mark) -> Said:
        """Which option was chosen."""
        chosen = self.answers[int(mark.number) - 1]
        return Said(f"选“{chosen.label}”", f"“{chosen.label_en or chosen.label}”")


def _place(marks: Whole) -> Whole:
    return (marks // THOUSAND).astype(np.intp)
