"""The words of a table of teams or organisations, exactly as they stand in JSON.

Decimals are strings, choices are closed tagged unions. The shape only; sense is asked in `problems`. Ids of
events, entries and groups belong to the contest and may be any short text.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from scoring.prizes import Award
from scoring.words import Id, Name, Number, Places, Words

Ref = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]
"""The id of an event, an entry or a group."""
Count = Annotated[int, msgspec.Meta(ge=1, le=100_000)]
Holding = Literal["keep", "give_way"]
"""What becomes of the place of an entry that does not count: it is kept, or the entries behind move up."""
Ties = Literal["same", "average"]
"""Entries with equal places all take the points of that place, or the exact mean of the places they fill."""
Among = Literal["entries", "ranked"]
"""How many an event has: its entries but for the withdrawn and those out of competition, or the ranked only."""

# ---- what one entry brings its group ------------------------------------------------------------------------


class ByTotal(msgspec.Struct, frozen=True, kw_only=True, tag_field="by", tag="total", forbid_unknown_fields=True):
    """The total of the entry, or the score of a named node."""

    node: Id | None = None


class Band(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The places after the list or the band before, up to and including `to`: so many points each."""

    to: Count
    points: Number


class ByPlace(msgspec.Struct, frozen=True, kw_only=True, tag_field="by", tag="place", forbid_unknown_fields=True):
    """Points for the first, second, third … place; then bands; `others` for every other ranked entry.

    `one_less` 8: with at most 8 entries one place less is taken (减一录取), the last takes what `others` take.
    """

    points: Annotated[tuple[Number, ...], msgspec.Meta(min_length=1, max_length=1000)]
    bands: Annotated[tuple[Band, ...], msgspec.Meta(max_length=50)] = ()
    others: Number = "0"
    ties: Ties = "same"
    one_less: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 0
    among: Among = "entries"


class Falling(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="by", tag="falling", forbid_unknown_fields=True
):
    """N for the first of N, one `step` less for each place, `last` for the last."""

    last: Number = "1"
    step: Number = "1"
    ties: Ties = "same"
    among: Among = "ranked"


class ByRank(msgspec.Struct, frozen=True, kw_only=True, tag_field="by", tag="rank", forbid_unknown_fields=True):
    """The place itself: 1 for the first, 2 for the second; few points are good (`order` low)."""

    ties: Ties = "same"


class AwardPoints(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one award is worth."""

    award: Id
    points: Number


class ByAward(msgspec.Struct, frozen=True, kw_only=True, tag_field="by", tag="award", forbid_unknown_fields=True):
    """Points for awards: of several the first in this list, or the sum; `others` for a ranked entry with none."""

    points: Annotated[tuple[AwardPoints, ...], msgspec.Meta(min_length=1, max_length=100)]
    others: Number = "0"
    take: Literal["first", "sum"] = "first"


class ByEntry(msgspec.Struct, frozen=True, kw_only=True, tag_field="by", tag="entry", forbid_unknown_fields=True):
    """The same for every ranked entry: who takes part counts."""

    points: Number = "1"


Points = ByTotal | ByPlace | Falling | ByRank | ByAward | ByEntry


class EventWords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An event with a weight of its own (a relay counts double), or with points of its own."""

    event: Ref
    weight: Number = "1"
    points: Points | None = None


class Unplaced(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an entry outside the ranking of its event is worth: one point for who did not finish."""

    status: Name
    points: Number


# ---- which entries count ------------------------------------------------------------------------------------


class EventQuota(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of each group the best so many by rank count in an event; the rest score nothing.

    `rest` says whether they keep their places, or give way to the entries behind them.
    """

    entries: Count
    rest: Holding = "keep"


class Pick(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The best `take` by points count (all when none is named).

    A group with fewer than `need` takes the sum of what there is, nothing, or has no rank in the table.
    """

    take: Count | None = None
    need: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 0
    fewer: Literal["sum", "nothing", "unranked"] = "sum"


# ---- what is added by hand ----------------------------------------------------------------------------------


class Bonus(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Points that are given by hand, each time with a reason: a record, a fault (below zero)."""

    id: Id
    name: Name
    name_en: Words = ""
    points: Number


# ---- the order of groups ------------------------------------------------------------------------------------


class Asked(msgspec.Struct, frozen=True, kw_only=True, tag_field="of", forbid_unknown_fields=True):
    """A question to groups that are equal so far."""


class PointsKey(Asked, frozen=True, kw_only=True, tag="points"):
    """The points of the table, in the table's `order`."""


class PlacesAsked(Asked, frozen=True, kw_only=True):
    """A question about the places of entries: of those that counted, or of all that hold a place.

    Only `events` are asked when any is named, and never those in `without` (sprints).
    """

    over: Literal["counted", "all"] = "counted"
    events: Annotated[tuple[Ref, ...], msgspec.Meta(max_length=1000)] = ()
    without: Annotated[tuple[Ref, ...], msgspec.Meta(max_length=1000)] = ()


class Countback(PlacesAsked, frozen=True, kw_only=True, tag="countback"):
    """More first places, then more second, third …; places after `to` are not asked."""

    to: Count | None = None


class BestKey(PlacesAsked, frozen=True, kw_only=True, tag="best"):
    """The best single place."""


class AwardsKey(PlacesAsked, frozen=True, kw_only=True, tag="awards"):
    """How many of these awards the group's entries have; more is better."""

    awards: Annotated[tuple[Id, ...], msgspec.Meta(min_length=1, max_length=100)]


class SumKey(Asked, frozen=True, kw_only=True, tag="sum"):
    """The sum of totals, or of a node such as the time, over the entries that counted."""

    node: Id | None = None
    order: Literal["high", "low"] = "low"


class BonusKey(Asked, frozen=True, kw_only=True, tag="bonuses"):
    """How many of these bonuses were given: records; more is better."""

    bonuses: Annotated[tuple[Id, ...], msgspec.Meta(min_length=1, max_length=100)]


class EventKey(Asked, frozen=True, kw_only=True, tag="event"):
    """The best place in a named event; who has none stands behind."""

    event: Ref


class EntriesKey(Asked, frozen=True, kw_only=True, tag="entries"):
    """How many entries counted."""

    order: Literal["high", "low"] = "high"


class LotKey(Asked, frozen=True, kw_only=True, tag="lot"):
    """The lot that was drawn, smaller first; who drew none stands behind."""


TeamKey = PointsKey | Countback | BestKey | AwardsKey | SumKey | BonusKey | EventKey | EntriesKey | LotKey

# ---- the table ----------------------------------------------------------------------------------------------


class TeamTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of groups over one or many events.

    `event_ties` says how events count the ranks after a tie: shared is 1-1-3, dense 1-1-2. An event with fewer
    than `min_entries` does not count. `each_event` picks within an event, `over_all` among
    what is left. `then` makes their points one number: the sum, or its mean per entry that counted or per event
    entered; bonuses are added, then it is rounded half up to `places` if named. `zero` unranked gives groups
    without points no rank. `ties` shared is 1-1-3, dense 1-1-2; must_break is 1-1-3, asks the lots after all keys
    and names what is still open. `rank_incomplete` ranks by the points so far while results are still missing.
    """

    id: Id
    name: Name
    name_en: Words = ""
    points: Points = ByTotal()
    events: Annotated[tuple[EventWords, ...], msgspec.Meta(max_length=1000)] = ()
    other_events: bool = True
    event_ties: Literal["shared", "dense"] = "shared"
    min_entries: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 0
    unplaced: Annotated[tuple[Unplaced, ...], msgspec.Meta(max_length=20)] = ()
    quota: EventQuota | None = None
    each_event: Pick = Pick()
    over_all: Pick = Pick()
    then: Literal["sum", "per_entry", "per_event"] = "sum"
    places: Places | None = None
    bonuses: Annotated[tuple[Bonus, ...], msgspec.Meta(max_length=100)] = ()
    order: Literal["high", "low"] = "high"
    keys: Annotated[tuple[TeamKey, ...], msgspec.Meta(min_length=1, max_length=50)] = (PointsKey(),)
    ties: Literal["shared", "dense", "must_break"] = "shared"
    zero: Literal["ranked", "unranked"] = "ranked"
    rank_incomplete: bool = False
    awards: Annotated[tuple[Award, ...], msgspec.Meta(max_length=50)] = ()
    shows: Places = 2
    """Places printed for numbers that are not rounded and do not end within four places."""
