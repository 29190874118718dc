"""What every node of a scheme has, and what each kind of node must be able to say of itself.

A kind is one file: its words as they stand in the document, what may be entered, how far its value reaches, its
kernel, and the sentence that explains it. The rest of the engine asks these questions and knows no kind by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Annotated, ClassVar, Literal, NamedTuple

import msgspec

from scoring.exact import exact
from scoring.kinds.kernel import Kernel, Span, ToBest
from scoring.saying import Said, SchemeProblem
from scoring.words import Id, Judges, Name, Number, Places, Words

FARTHEST = 10**9
"""No mark is farther from zero than this many units; the wire allows no more."""
MOST_JUDGES = 30


class Limits(NamedTuple):
    """What may be entered: lowest, highest, step."""

    low: Fraction
    high: Fraction
    step: Fraction


class Option(NamedTuple):
    """One answer a judge may pick: the entered number it stands for, and its words."""

    number: int
    label: str
    label_en: str


class Mark(NamedTuple):
    """One entered mark, to be told: as it reads in both languages, as a number, with its points and the best."""

    shown: Said
    number: Fraction
    points: Fraction
    best: Fraction | None = None


class Part(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", forbid_unknown_fields=True):
    """What every node has.

    Its own value × `factor`, then `cap` and `floor`, then rounded to `places` if named; below `pass_mark` it is
    worth nothing, or the entry has no rank, or takes no award (`failing`). The node above adds value × `weight`,
    or takes it away when `sign` is minus. A node with `counts` false is recorded, may break ties, and is never
    part of a total.
    """

    id: Id
    name: Name
    name_en: Words = ""
    weight: Number = "1"
    sign: Literal["plus", "minus"] = "plus"
    counts: bool = True
    factor: Number = "1"
    cap: Number | None = None
    floor: Number | None = None
    places: Places | None = None
    pass_mark: Number | None = None
    failing: Literal["zero", "unranked", "no_award"] = "zero"

    def rises(self) -> bool:
        """Whether a higher mark never makes this node worth less."""
        return True

    def problems(self) -> Iterator[SchemeProblem]:
        """What makes no sense in this node's own words."""
        yield from ()

    def wrong(self, zh: str, en: str) -> SchemeProblem:
        """Say what is wrong here."""
        return SchemeProblem(self.id, zh, en)


class AspectPart(Part, frozen=True, kw_only=True):
    """What every aspect has besides: it is what judges mark."""

    unit: Annotated[str, msgspec.Meta(max_length=16)] = ""
    unit_en: Annotated[str, msgspec.Meta(max_length=16)] = ""
    hint: Words = ""
    hint_en: Words = ""

    view: ClassVar[str]
    """How it is marked on a tablet: panel, judgement, pass_fail, count, choice, amount or imported."""

    def viewed(self) -> str:
        """How this one is marked on a tablet."""
        return self.view

    @property
    def judged(self) -> bool:
        """Whether every judge of the panel marks it."""
        raise NotImplementedError

    def limits(self) -> Limits:
        """What may be entered."""
        raise NotImplementedError

    def raw_span(self) -> Span:
        """What it can be worth before factor, cap, floor and rounding, when it is attempted."""
        raise NotImplementedError

    def options(self) -> tuple[Option, ...]:
        """The labelled answers, where there are some."""
        return ()


class PanelPart(AspectPart, frozen=True, kw_only=True):
    """An aspect that every judge of the panel marks."""

    min_judges: Judges | None = None

    @property
    def judged(self) -> bool:
        """Whether every judge of the panel marks it."""
        return True


class SinglePart(AspectPart, frozen=True, kw_only=True):
    """An aspect that is marked once for the panel, or by all of it independently (`dual`): then all must agree.

    `optional`: a blank means that none was given, and nothing is missing.
    """

    optional: bool = False
    dual: bool = False

    @property
    def judged(self) -> bool:
        """Whether every judge of the panel marks it."""
        return self.dual

    def kernel(self, farthest: int) -> Kernel | ToBest:
        """The rule from entered thousandths to points; `farthest` bounds the thousandths."""
        raise NotImplementedError

    def said(self, mark: Mark) -> Said:
        """How the entered mark became points, up to and without «= points»."""
        raise NotImplementedError


class Composite(Part, frozen=True, kw_only=True):
    """A node that is made of others."""

    def needs(self) -> tuple[str, ...]:
        """The nodes whose values this one is made of."""
        raise NotImplementedError

    def raw_span(self, spans: Mapping[str, Span]) -> Span:
        """What it can be worth before factor, cap, floor and rounding, by the spans of what it is made of."""
        raise NotImplementedError


def factored(text: str) -> Fraction | None:
    """A number of the document where it changes anything."""
    value = exact(text)
    return None if value == 1 else value
