"""Ranking and awards as they stand in a scheme document."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from scoring.words import Id, Name, Number, Words

# ---- ranking ------------------------------------------------------------------------------------------------


class Key(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A further question to entries with equal answers so far: the value of a node, high or low first.

    `of` mark asks for the number that was entered (a time) instead of the points it is worth.
    """

    node: Id
    order: Literal["high", "low"] = "high"
    of: Literal["score", "mark"] = "score"


class Ranking(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By total, then by the keys in their order; who is equal in all shares a rank and the next is skipped.

    `must_break` shares it too, but counts the tie as open. `rank_incomplete` gives ranks by the points so far
    while marks are missing; without it only entries with all their marks are ranked, among themselves.
    """

    order: Literal["high", "low"] = "high"
    keys: Annotated[tuple[Key, ...], msgspec.Meta(max_length=50)] = ()
    ties: Literal["shared", "must_break"] = "shared"
    rank_incomplete: bool = False


# ---- awards -------------------------------------------------------------------------------------------------


class RankBand(msgspec.Struct, frozen=True, kw_only=True, tag_field="by", tag="rank", forbid_unknown_fields=True):
    """Ranks `from` to `to`."""

    from_: Annotated[int, msgspec.Meta(ge=1)] = msgspec.field(name="from", default=1)
    to: Annotated[int, msgspec.Meta(ge=1)]
    ties: Literal["extend", "trim"] = "extend"


class Ratio(msgspec.Struct, frozen=True, kw_only=True, tag_field="by", tag="ratio", forbid_unknown_fields=True):
    """The next share of the entries after the awards above; `of` entries counts those who did not finish too."""

    ratio: Number
    of: Literal["ranked", "entries"] = "ranked"
    rounding: Literal["floor", "round", "ceil"] = "round"
    ties: Literal["extend", "trim"] = "extend"


class FirstHalf(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="by", tag="first_half", forbid_unknown_fields=True
):
    """Everyone in the first half of the list who has none of the awards above."""

    of: Literal["ranked", "entries"] = "ranked"
    rounding: Literal["floor", "round", "ceil"] = "floor"
    ties: Literal["extend", "trim"] = "extend"


class Condition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A node (the total when none is named) reaches a value."""

    node: Id | None = None
    at_least: Number


class Threshold(Condition, frozen=True, kw_only=True, tag_field="by", tag="score", forbid_unknown_fields=True):
    """Everyone whose node reaches a value."""


class Everyone(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="by", tag="everyone", forbid_unknown_fields=True
):
    """Everyone who is ranked and fulfils the conditions."""


class Award(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A prize. An entry takes the first it earns, and further ones only where `besides` is true."""

    id: Id
    name: Name
    name_en: Words = ""
    rule: RankBand | Ratio | FirstHalf | Threshold | Everyone
    all_of: Annotated[tuple[Condition, ...], msgspec.Meta(max_length=50)] = ()
    any_of: Annotated[tuple[Condition, ...], msgspec.Meta(max_length=50)] = ()
    besides: bool = False
