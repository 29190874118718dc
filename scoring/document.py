"""The words of the scheme language: a marking scheme as a document, exactly as it stands in JSON.

Decimals are strings, choices are closed tagged unions. This module knows the shape of a document; whether a
document makes sense is asked in `problems`.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from scoring.prizes import Award, Ranking
from scoring.words import Dropped, Id, Judges, Name, Number, Places, Words


class Part(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", forbid_unknown_fields=True):
    """What every node has. Its own value × `factor`, then `cap` and `floor`, then rounded to `places` if named.

    The node above adds value × `weight`, or takes it away when `sign` is minus. A node with `counts` false is
    recorded, may break ties, and is never part of a total.
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


class Sum(Part, frozen=True, kw_only=True, tag="sum"):
    """A criterion: the weighted sum of its parts."""

    parts: Annotated[tuple[Node, ...], msgspec.Meta(min_length=1, max_length=500)]


class AspectPart(Part, frozen=True, kw_only=True):
    """What every aspect has besides."""

    unit: Annotated[str, msgspec.Meta(max_length=16)] = ""
    unit_en: Annotated[str, msgspec.Meta(max_length=16)] = ""
    hint: Words = ""
    hint_en: Words = ""


# ---- marked by every judge of the panel ---------------------------------------------------------------------


class Mean(msgspec.Struct, frozen=True, kw_only=True, tag_field="take", tag="mean", forbid_unknown_fields=True):
    """The mean of all marks."""


class Trimmed(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="take", tag="trimmed", forbid_unknown_fields=True
):
    """The mean without so many lowest and highest marks."""

    low: Dropped = 1
    high: Dropped = 1


class Median(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="take", tag="median", forbid_unknown_fields=True
):
    """The middle mark, or the mean of the two middle ones."""


class Total(msgspec.Struct, frozen=True, kw_only=True, tag_field="take", tag="sum", forbid_unknown_fields=True):
    """The sum of all marks."""


Rule = Mean | Trimmed | Median | Total


class Panel(AspectPart, frozen=True, kw_only=True, tag="panel"):
    """Every judge marks from `low` to `high` in steps; absent judges are left out before anything is dropped."""

    low: Number = "0"
    high: Number
    step: Number = "1"
    rule: Rule = Mean()
    min_judges: Judges | None = None


class Judgement(AspectPart, frozen=True, kw_only=True, tag="judgement"):
    """Every judge says 0 to 3 by descriptors; worth max × Σ / (3 × judges)."""

    max: Number
    descriptors: Annotated[tuple[Words, ...], msgspec.Meta(min_length=4, max_length=4)]
    descriptors_en: Annotated[tuple[Words, ...], msgspec.Meta(max_length=4)] = ()
    min_judges: Judges | None = None


# ---- marked once for the panel ------------------------------------------------------------------------------


class PassFail(AspectPart, frozen=True, kw_only=True, tag="pass_fail"):
    """Passed is worth `max`, failed nothing."""

    max: Number


class Completed(AspectPart, frozen=True, kw_only=True, tag="completed"):
    """How many of `possible` were done; worth max × done / possible."""

    max: Number
    possible: Annotated[int, msgspec.Meta(ge=1, le=10_000)]


class Difference(AspectPart, frozen=True, kw_only=True, tag="difference"):
    """`max` less `deduction` for each `per` of difference from `target`, never below zero.

    `count` says how a part of a `per` counts: exactly, as a whole one once started, or not before it is whole.
    """

    max: Number
    target: Number = "0"
    per: Number = "1"
    deduction: Number
    count: Literal["exact", "started", "whole"] = "exact"
    low: Number = "0"
    high: Number | None = None
    step: Number = "1"


class Option(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One labelled answer and what it is worth."""

    label: Name
    label_en: Words = ""
    points: Number


class Choice(AspectPart, frozen=True, kw_only=True, tag="choice"):
    """One of the labelled options. The mark is the number of the option, from 1."""

    options: Annotated[tuple[Option, ...], msgspec.Meta(min_length=2, max_length=50)]


class Range(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From `below` under the target to `above` over it, both included."""

    below: Number = "0"
    above: Number = "0"
    points: Number


class Tolerance(AspectPart, frozen=True, kw_only=True, tag="tolerance"):
    """Worth the points of the first range around `target` that holds the measured value, otherwise nothing."""

    target: Number
    ranges: Annotated[tuple[Range, ...], msgspec.Meta(min_length=1, max_length=50)]
    low: Number = "0"
    high: Number | None = None
    step: Number = "0.001"


class Imported(AspectPart, frozen=True, kw_only=True, tag="imported"):
    """A number that comes from elsewhere, such as a theory paper; worth itself."""

    low: Number = "0"
    high: Number
    step: Number = "0.001"


class Amount(AspectPart, frozen=True, kw_only=True, tag="amount"):
    """A number worth itself: a bonus, running points of a quiz, or a time that is only recorded."""

    low: Number = "0"
    high: Number | None = None
    step: Number = "1"


class Penalty(AspectPart, frozen=True, kw_only=True, tag="penalty"):
    """Points taken away: the amount itself, or a count × `each`. Its own value is positive, its sign minus."""

    sign: Literal["plus", "minus"] = "minus"
    each: Number | None = None
    low: Number = "0"
    high: Number
    step: Number = "1"


class Linear(msgspec.Struct, frozen=True, kw_only=True, tag_field="by", tag="linear", forbid_unknown_fields=True):
    """`points` at `at`; changed by `over` for each `per` above it and by `under` for each `per` below it."""

    at: Number
    points: Number
    per: Number = "1"
    over: Number = "0"
    under: Number = "0"
    count: Literal["exact", "started", "whole"] = "exact"
    least: Number = "0"
    most: Number


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Up to and including `to`: so many points."""

    to: Number
    points: Number


class Lookup(msgspec.Struct, frozen=True, kw_only=True, tag_field="by", tag="table", forbid_unknown_fields=True):
    """The points of the first row whose `to` is not below the quantity; `beyond` after the last row."""

    rows: Annotated[tuple[Step, ...], msgspec.Meta(min_length=1, max_length=500)]
    beyond: Number = "0"


class Quantity(AspectPart, frozen=True, kw_only=True, tag="quantity"):
    """A time, distance, count or weight that a rule turns into points."""

    convert: Linear | Lookup
    low: Number = "0"
    high: Number | None = None
    step: Number = "1"


ByPanel = Panel | Judgement
Single = PassFail | Completed | Difference | Choice | Tolerance | Imported | Amount | Penalty | Quantity
AnyAspect = ByPanel | Single
Node = Sum | AnyAspect


class Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A marking scheme with its ranking and awards. `scheme` is the number of the language."""

    scheme: Literal[1] = 1
    root: Sum
    ranking: Ranking = Ranking()
    awards: Annotated[tuple[Award, ...], msgspec.Meta(max_length=50)] = ()
    shows: Places = 2
    """Places printed for numbers that are not rounded and do not end within four places."""
