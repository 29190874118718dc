"""Questions about what is planned: seasons, contests, events, stages, panels and sessions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from piccolo.table import Table

from contest.errors import NotFound
from contest.model.contest import Contest, Event, Season, Session, Stage
from contest.model.ids import ContestId, EventId, PanelId, SeasonId, SessionId, StageId
from contest.model.panel import Panel, Seat
from contest.store.open import Store
from contest.store.tables import (
    ContestRow,
    EventRow,
    PanelRow,
    SeasonRow,
    SeatRow,
    SessionEntryRow,
    SessionRow,
    StageRow,
)

_Noun = TypeVar("_Noun", bound=msgspec.Struct)


async def row_of(store: Store, table: type[Table], key: str, what: str) -> Mapping[str, Any]:
    """The row with that id; NotFound names what was looked for."""
    rows = await store.select(table.select().where(table._meta.primary_key == key))
    if not rows:
        raise NotFound(what=what)
    found: Mapping[str, Any] = rows[0]
    return found


async def seasons(store: Store) -> list[Season]:
    """All seasons, the newest year first."""
    query = SeasonRow.select().order_by(SeasonRow.year, ascending=False).order_by(SeasonRow.name)
    return msgspec.convert(await store.select(query), list[Season])


async def season(store: Store, key: SeasonId) -> Season:
    """One season."""
    return msgspec.convert(await row_of(store, SeasonRow, key, "season"), Season)


async def contests(store: Store) -> list[Contest]:
    """All contests, the newest first."""
    query = ContestRow.select().order_by(ContestRow.created_at, ascending=False)
    return msgspec.convert(await store.select(query), list[Contest])


async def contest(store: Store, key: ContestId) -> Contest:
    """One contest."""
    return msgspec.convert(await row_of(store, ContestRow, key, "contest"), Contest)


async def events_of_contest(store: Store, key: ContestId) -> list[Event]:
    """The events of a contest in their order."""
    query = EventRow.select().where(EventRow.contest == key).order_by(EventRow.position, EventRow.code)
    return msgspec.convert(await store.select(query), list[Event])


async def contests_of(store: Store, events: Collection[str]) -> dict[EventId, ContestId]:
    """To which contest each of these events belongs; one that is no more is left out."""
    if not events:
        return {}
    query = EventRow.select(EventRow.id, EventRow.contest).where(EventRow.id.is_in(list(events)))
    return {EventId(row["id"]): ContestId(row["contest"]) for row in await store.select(query)}


async def event(store: Store, key: EventId) -> Event:
    """One event."""
    return msgspec.convert(await row_of(store, EventRow, key, "event"), Event)


async def stages_of_event(store: Store, key: EventId) -> list[Stage]:
    """The stages of an event in their order."""
    query = StageRow.select().where(StageRow.event == key).order_by(StageRow.position, StageRow.name)
    return msgspec.convert(await store.select(query), list[Stage])


async def stage(store: Store, key: StageId) -> Stage:
    """One stage."""
    return msgspec.convert(await row_of(store, StageRow, key, "stage"), Stage)


async def panels_of_event(store: Store, key: EventId) -> list[Panel]:
    """The panels of an event with their seats."""
    rows = await store.select(PanelRow.select().where(PanelRow.event == key).order_by(PanelRow.name, PanelRow.id))
    seats = await store.select(SeatRow.select().where(SeatRow.event == key).order_by(SeatRow.number))
    seated = msgspec.convert(seats, list[Seat])
    return [_panel(row, seated) for row in rows]


async def panel(store: Store, key: PanelId) -> Panel:
    """One panel with its seats."""
    row = await row_of(store, PanelRow, key, "panel")
    seats = await store.select(SeatRow.select().where(SeatRow.panel == key).order_by(SeatRow.number))
    return _panel(row, msgspec.convert(seats, list[Seat]))


def _panel(row: Mapping[str, Any], seats: list[Seat]) -> Panel:
    mine = tuple(seat for seat in seats if seat.panel == row["id"])
    return Panel(id=row["id"], contest=row["contest"], event=row["event"], name=row["name"], seats=mine)


async def sessions_of_event(store: Store, key: EventId) -> list[Session]:
    """The sessions of an event with their aspects and entries, in their order."""
    query = SessionRow.select().where(SessionRow.event == key)
    rows = await store.select(query.order_by(SessionRow.position, SessionRow.starts_at, SessionRow.name))
    mine = SessionRow.select(SessionRow.id).where(SessionRow.event == key)
    placed = SessionEntryRow.select().where(SessionEntryRow.session.is_in(mine))
    entries = await store.select(placed.order_by(SessionEntryRow.position))
    return [_session(row, entries) for row in rows]


async def session(store: Store, key: SessionId) -> Session:
    """One session with its aspects and entries."""
    row = await row_of(store, SessionRow, key, "session")
    placed = SessionEntryRow.select().where(SessionEntryRow.session == key)
    return _session(row, await store.select(placed.order_by(SessionEntryRow.position)))


def _session(row: Mapping[str, Any], placed: Sequence[Mapping[str, Any]]) -> Session:
    entries = tuple(place["entry"] for place in placed if place["session"] == row["id"])
    aspects = msgspec.json.decode(row["aspects"], type=list[str])
    return msgspec.convert({**row, "aspects": aspects, "entries": entries}, Session)
