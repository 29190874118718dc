"""Ranking, stages and awards as they stand in a scheme document."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from scoring.words import Id, Name, Number, Words

IdOrNone = Annotated[str, msgspec.Meta(pattern=r"^([A-Za-z][A-Za-z0-9_.\-]{0,31})?$(?!\n)")]
Attribute = Annotated[str, msgspec.Meta(max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]
"""The name of a column of the list of entries: heat, born, sex, …"""
Direction = Literal["high", "low"]
AtTheCut = Literal["extend", "trim"]
"""What happens to a tie that reaches over a cut: taken in whole, or left in whole."""
Counting = Literal["ranked", "entries"]
Rounding = Literal["floor", "round", "ceil"]

# ---- ranking ------------------------------------------------------------------------------------------------


class Key(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A further question to entries with equal answers so far.

    `score` asks for the value of a node, `mark` for the number that was entered (a time) instead of its points.
    `places` counts back over the parts of a node: more first places, then more second places, …; a part's place is
    1 + the number of entries in competition that did better there. `place_marks` is the same where the marks
    entered for the parts are places themselves. `attempts` compares the best attempt of a node, then the next
    best. `lot` asks for the lot that was drawn, `attribute` for a column of the list of entries.
    """

    node: IdOrNone = ""
    order: Direction = "high"
    of: Literal["score", "mark", "places", "place_marks", "attempts", "lot", "attribute"] = "score"
    attribute: Attribute = ""

    @property
    def name(self) -> str:
        """What the key is called in results: its node, its attribute, or `lot`."""
        return self.node or self.attribute or self.of


Keys = Annotated[tuple[Key, ...], msgspec.Meta(max_length=50)]


class Ranking(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By total, then by the keys in their order; who is equal in all shares a rank.

    After a shared rank the next ones are skipped (`shared`, 1-1-3) or not (`dense`, 1-1-2). `must_break` skips
    them too and names the ties as open until lots are recorded, which it asks for after all keys.
    `rank_incomplete` gives ranks by the points so far while marks are missing; without it only entries with all
    their marks are ranked, among themselves.
    """

    order: Direction = "high"
    keys: Keys = ()
    ties: Literal["shared", "dense", "must_break"] = "shared"
    rank_incomplete: bool = False


# ---- how far a prize or a way to the next stage reaches -----------------------------------------------------


class RankBand(msgspec.Struct, frozen=True, kw_only=True, tag_field="by", tag="rank", forbid_unknown_fields=True):
    """Ranks `from` to `to`."""

    from_: Annotated[int, msgspec.Meta(ge=1)] = msgspec.field(name="from", default=1)
    to: Annotated[int, msgspec.Meta(ge=1)]
    ties: AtTheCut = "extend"


class Ratio(msgspec.Struct, frozen=True, kw_only=True, tag_field="by", tag="ratio", forbid_unknown_fields=True):
    """The next share of the entries after the awards above; `of` entries counts those who did not finish too."""

    ratio: Number
    of: Counting = "ranked"
    rounding: Rounding = "round"
    ties: AtTheCut = "extend"


class FirstHalf(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="by", tag="first_half", forbid_unknown_fields=True
):
    """Everyone in the first half of the list who has none of the awards above."""

    of: Counting = "ranked"
    rounding: Rounding = "floor"
    ties: AtTheCut = "extend"


class Quota(msgspec.Struct, frozen=True, kw_only=True, tag_field="by", tag="quota", forbid_unknown_fields=True):
    """The next so many of those who fulfil the conditions and have none of the awards above."""

    count: Annotated[int, msgspec.Meta(ge=1)]
    ties: AtTheCut = "extend"


class Medal(msgspec.Struct, frozen=True, kw_only=True, tag_field="by", tag="medal", forbid_unknown_fields=True):
    """A medal by the WorldSkills rule: totals within the `window` of the first share its medal."""

    medal: Literal["gold", "silver", "bronze"]
    window: Number = "2"


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A node (the total, or what a stage is ranked by, when none is named) stands within limits."""

    node: Id | None = None
    at_least: Number | None = None
    at_most: Number | None = None


class Threshold(Limits, frozen=True, kw_only=True, tag_field="by", tag="score", forbid_unknown_fields=True):
    """Everyone whose node reaches a value."""


class Everyone(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="by", tag="everyone", forbid_unknown_fields=True
):
    """Everyone who is ranked and fulfils the conditions."""


class Condition(Limits, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A node stands within limits, or an attribute of the entry is a text."""

    attribute: Attribute = ""
    is_: Words = msgspec.field(name="is", default="")


# ---- awards -------------------------------------------------------------------------------------------------


class Award(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A prize. An entry takes the first it earns, and further ones only where `besides` is true.

    `keys` are asked only of a tie that reaches over the cut. With fewer than `min_entries` ranked entries it is
    not given at all.
    """

    id: Id
    name: Name
    name_en: Words = ""
    rule: RankBand | Ratio | FirstHalf | Quota | Medal | Threshold | Everyone
    all_of: Annotated[tuple[Condition, ...], msgspec.Meta(max_length=50)] = ()
    any_of: Annotated[tuple[Condition, ...], msgspec.Meta(max_length=50)] = ()
    besides: bool = False
    keys: Keys = ()
    min_entries: Annotated[int, msgspec.Meta(ge=0)] = 0


# ---- stages -------------------------------------------------------------------------------------------------


class FirstPlaces(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="by", tag="rank", forbid_unknown_fields=True
):
    """The first so many go on."""

    to: Annotated[int, msgspec.Meta(ge=1)]
    ties: AtTheCut = "extend"


class Heats(msgspec.Struct, frozen=True, kw_only=True, tag_field="by", tag="heats", forbid_unknown_fields=True):
    """The first `to` of each heat and the `also` next best of all; `attribute` names the heat of an entry."""

    attribute: Attribute = "heat"
    to: Annotated[int, msgspec.Meta(ge=0)]
    also: Annotated[int, msgspec.Meta(ge=0)] = 0
    ties: AtTheCut = "extend"


Cut = FirstPlaces | Ratio | FirstHalf | Threshold | Heats


class Stage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One stage: the node it is ranked by, and who goes on to the next; without `advance` everybody does.

    Who did not go on stands behind all who did, ranked by the node and keys of the stage reached last. What ties
    in the last stage is asked the keys of the ranking after its own.
    """

    id: Id
    name: Name
    name_en: Words = ""
    node: Id
    order: Direction = "high"
    keys: Keys = ()
    advance: Cut | None = None
