"""What an organiser decides by hand, handed in beside the placings; each decision has its reason."""

from __future__ import annotations

from typing import Annotated

import msgspec

from scoring.team.words import Count, Holding, Ref
from scoring.words import Id, Name, Number, Words


class Given(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A group is given one of the table's bonuses so many times, or an amount of its own, for a reason."""

    group: Ref
    bonus: Id | None = None
    points: Number | None = None
    times: Count = 1
    reason: Name
    reason_en: Words = ""


class Struck(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An entry does not count for its group."""

    event: Ref
    entry: Ref
    place: Holding = "keep"
    reason: Name
    reason_en: Words = ""


class Outside(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A group is listed without a rank, beside the quota (东道主不占名额); `awards` are given to it besides.

    Its entries keep their places and their points are shown; or they give way and count nothing.
    """

    group: Annotated[str, msgspec.Meta(max_length=100)]
    """"" stands for the entries that belong to no group."""
    place: Holding = "keep"
    awards: Annotated[tuple[Id, ...], msgspec.Meta(max_length=50)] = ()
    reason: Name
    reason_en: Words = ""


class Rulings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was decided by hand and recorded: bonuses, exclusions, and the lots that were drawn."""

    given: tuple[Given, ...] = ()
    struck: tuple[Struck, ...] = ()
    outside: tuple[Outside, ...] = ()
    lots: dict[str, int] = {}
