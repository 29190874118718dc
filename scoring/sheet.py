"""The sheet: every mark that counts in an event, as people entered them and as arrays of whole thousandths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

ENTERED, ABSENT, NOT_ATTEMPTED = "entered", "absent", "not_attempted"
IN_COMPETITION = "entered"
"""The status of an entry that takes part; every other status is listed last, without a rank."""

WHOLE_PANEL = 0


class SheetMark(NamedTuple):
    """One mark that counts. `seat` is 0 for aspects marked once for the whole panel; `value` in thousandths."""

    entry: str
    aspect: str
    seat: int
    kind: str
    value: int | None


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """All marks of an event with its entries.

    `statuses` names entries that do not simply take part (withdrawn, not_started, …); who is not named is
    `entered`. `seats` says how many judges mark each entry; `panels` the same for single aspects of an entry
    that another panel marks. Blank is where no mark is.
    """

    entries: tuple[str, ...]
    marks: Sequence[SheetMark]
    seats: Mapping[str, int]
    statuses: Mapping[str, str] = {}
    panels: Mapping[tuple[str, str], int] = {}


class SheetProblem(ValueError):
    """A sheet does not fit its scheme: an unknown entry or aspect, a seat outside the panel, two marks for one."""
