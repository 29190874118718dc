"""Which marks a session still lacks: pure, and without knowing what a mark is worth."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from contest.model.contest import Session
from contest.model.ids import AspectId, EntryId, SeatId
from contest.model.mark import WHOLE_PANEL
from contest.model.people import Entry, EntryStatus
from scoring.scheme import Aspect

Place = tuple[EntryId, AspectId, SeatId]
"""Where a mark belongs in a session."""
Said = tuple[str, int | None]
"""What a mark says: its kind, and its value in thousandths."""


def missing_marks(
    session: Session,
    *,
    needed: Mapping[EntryId, Mapping[str, Aspect]],
    entries: Sequence[Entry],
    seats: Collection[SeatId],
    marked: Collection[Place],
) -> Iterator[Place]:
    """Every place without a mark of an aspect that its rank needs, for entries that are in competition."""
    competing = {entry.id for entry in entries if entry.status is EntryStatus.ENTERED}
    for entry in session.entries:
        if entry not in competing:
            continue
        for key in session.aspects:
            aspect = needed.get(entry, {}).get(key)
            if aspect is None or aspect.optional:
                continue
            for seat in seats if aspect.by_panel else (WHOLE_PANEL,):
                if (entry, key, seat) not in marked:
                    yield entry, key, seat
