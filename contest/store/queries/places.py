"""Where a thing lies: which contest, and which event of it, the id in a path belongs to."""

from __future__ import annotations

from typing import Any

import msgspec
from piccolo.table import Table

from contest.model.ids import ContestId, EventId
from contest.store.open import Store
from contest.store.tables import (
    CompetitorRow,
    ConsentRow,
    ContestRow,
    DeviceRow,
    EntryRow,
    EventRow,
    GrantRow,
    MarkRow,
    PairingRow,
    PanelRow,
    SeatRow,
    SessionRow,
    StageRow,
    TeamRow,
)


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """The contest and, where it is narrower, the event in which something lies; neither: it lies nowhere."""

    contest: ContestId | None
    event: EventId | None


_LIES: dict[str, tuple[type[Table], str, str]] = {
    "contest": (ContestRow, "id", ""),
    "event": (EventRow, "contest", "id"),
    "stage": (StageRow, "contest", "event"),
    "session": (SessionRow, "contest", "event"),
    "panel": (PanelRow, "contest", "event"),
    "seat": (SeatRow, "contest", "event"),
    "entry": (EntryRow, "contest", "event"),
    "competitor": (CompetitorRow, "contest", ""),
    "team": (TeamRow, "contest", ""),
    "device": (DeviceRow, "contest", "event"),
    "pairing": (PairingRow, "contest", "event"),
    "consent": (ConsentRow, "contest", "event"),
    "grant": (GrantRow, "contest", "event"),
    "mark": (MarkRow, "contest", "event"),
}
"""What has a place: its table, and the columns that name contest and event."""


async def place_of(store: Store, kind: str, key: str) -> Place | None:
    """Where the thing of that kind with that id lies; None when there is none."""
    table, contest, event = _LIES[kind]
    columns: list[Any] = [table._meta.get_column_by_name(name) for name in (contest, event) if name]
    rows = await store.select(table.select(*columns).where(table._meta.primary_key == key))
    if not rows:
        return None
    return Place(contest=rows[0][contest], event=rows[0][event] if event else None)
