"""Scheduling: judges are seated in panels, and sessions say who is marked where, by whom and on what.

A session may be changed while it is marked, but it loses nothing that has marks: that is asked once more inside
the writing transaction. No aspect of an entry stands in two sessions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, UnsetType

from contest.actions.changing import change, changes_in, row
from contest.errors import NotFound
from contest.model.contest import Session
from contest.model.ids import AspectId, EntryId, EventId, PanelId, SessionId, StageId
from contest.model.panel import Seat
from contest.model.people import Entry, label_of
from contest.model.text import Key, Moment, Name, Position, Short
from contest.store.holding import never_opened, not_ended, nothing_lost, scheduled_once, still_there
from contest.store.ids import new_id
from contest.store.open import Store
from contest.store.queries import people, plans, schemes
from contest.store.tables import SessionEntryRow, SessionRow
from contest.store.work import Work
from scoring.scheme import Scheme

Aspects = Annotated[list[Key], msgspec.Meta(max_length=1000)]
Entries = Annotated[list[Key], msgspec.Meta(max_length=5000)]


class NewSession(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A session to be planned.

    Without `stage` it belongs to the event's first, without `aspects` it marks all that is entered on tablets,
    without `entries` everyone.
    """

    name: Name
    stage: Key | None = None
    panel: Key | None = None
    room: Short = ""
    starts_at: Moment = ""
    aspects: Aspects = []
    entries: Entries = []
    position: Position | None = None


class SessionChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change of a session; lists are whole lists."""

    name: Name | UnsetType = UNSET
    stage: Key | UnsetType = UNSET
    panel: Key | UnsetType | None = UNSET
    room: Short | UnsetType = UNSET
    starts_at: Moment | UnsetType = UNSET
    aspects: Aspects | UnsetType = UNSET
    entries: Entries | UnsetType = UNSET
    position: Position | UnsetType = UNSET


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """What of an event a session is made from."""

    scheme: Scheme
    stages: frozenset[StageId]
    panels: Mapping[PanelId, tuple[Seat, ...]]
    """The seats of each panel."""
    entries: Mapping[EntryId, Entry]
    sessions: Sequence[Session]


async def plan_session(store: Store, event: EventId, new: NewSession) -> Session:
    """Plan a session."""
    planned = await plans.event(store, event)
    frame = await _frame(store, event)
    stages = await plans.stages_of_event(store, event)
    last = max((session.position for session in frame.sessions), default=0)
    session = Session(
        id=SessionId(new_id()),
        contest=planned.contest,
        event=event,
        stage=StageId(new.stage or (stages[0].id if stages else "")),
        name=new.name,
        panel=PanelId(new.panel) if new.panel else None,
        room=new.room,
        starts_at=new.starts_at,
        aspects=tuple(AspectId(key) for key in new.aspects or tablet_aspects(frame.scheme)),
        entries=tuple(EntryId(key) for key in new.entries or frame.entries),
        position=last + 1 if new.position is None else new.position,
    )
    session = _once(session)
    _check(session, frame)

    def given() -> Work[None]:
        yield from not_ended(planned.contest, event)
        yield from still_there(session)
        yield from scheduled_once(session, _names(frame))

    await store.apply(
        SessionRow.insert(row(SessionRow, msgspec.to_builtins(session))),
        *_placing(session.id, session.entries),
        given=given,
    )
    return session


async def change_session(store: Store, session: SessionId, changes: SessionChanges) -> Session:
    """Change a session; while it is marked it may grow, and once it is locked it stays as it was marked."""
    before = await plans.session(store, session)
    named = changes_in(changes)
    after = _once(msgspec.convert({**msgspec.to_builtins(before), **named}, Session))
    frame = await _frame(store, before.event)
    _check(after, frame)
    seats = [seat.id for seat in frame.panels[after.panel]] if after.panel else []
    placing = []
    if after.entries != before.entries:
        placing = [SessionEntryRow.delete().where(SessionEntryRow.session == session)]
        placing += _placing(session, after.entries)
    values = msgspec.to_builtins(after)
    own = {field: values[field] for field in ("name", *named) if field != "entries"}

    def given() -> Work[None]:
        yield from still_there(after)
        if _marked(after) != _marked(before):
            yield from nothing_lost(after, seats, _names(frame))
            yield from scheduled_once(after, _names(frame))

    await change(store, SessionRow, before, own, *placing, given=given)
    return after


def _once(session: Session) -> Session:
    """Return the session with everything named once."""
    aspects, entries = tuple(dict.fromkeys(session.aspects)), tuple(dict.fromkeys(session.entries))
    return msgspec.structs.replace(session, aspects=aspects, entries=entries)


def _marked(session: Session) -> tuple[object, ...]:
    """What of a session decides about marks."""
    return (set(session.aspects), set(session.entries), session.panel)


async def drop_session(store: Store, session: SessionId) -> None:
    """Take a session back that was never opened."""
    before = await plans.session(store, session)
    await store.apply(
        SessionEntryRow.delete().where(SessionEntryRow.session == session),
        SessionRow.delete().where(SessionRow.id == session),
        given=lambda: never_opened(before.contest, session),
    )


def tablet_aspects(scheme: Scheme) -> list[str]:
    """The aspects that judges enter; imported ones get a session of their own."""
    return [key for key, aspect in scheme.aspects.items() if aspect.view != "imported"]


async def _frame(store: Store, event: EventId) -> Frame:
    panels = await plans.panels_of_event(store, event)
    return Frame(
        scheme=await schemes.scheme_of_event(store, event),
        stages=frozenset(stage.id for stage in await plans.stages_of_event(store, event)),
        panels={panel.id: panel.seats for panel in panels},
        entries={entry.id: entry for entry in await people.entries_of_event(store, event)},
        sessions=await plans.sessions_of_event(store, event),
    )


def _check(session: Session, frame: Frame) -> None:
    """Everything a session names lies in its event."""
    if session.stage not in frame.stages:
        raise NotFound(what="stage")
    if session.panel is not None and session.panel not in frame.panels:
        raise NotFound(what="panel")
    for aspect in session.aspects:
        if aspect not in frame.scheme.aspects:
            raise NotFound(what=aspect)
    for entry in session.entries:
        if entry not in frame.entries:
            raise NotFound(what="entry")


def _names(frame: Frame) -> dict[str, str]:
    """What people call the aspects, entries and seats of the event."""
    aspects: dict[str, str] = {key: aspect.name for key, aspect in frame.scheme.aspects.items()}
    entries: dict[str, str] = {key: label_of(entry) for key, entry in frame.entries.items()}
    return {seat.id: str(seat.number) for seats in frame.panels.values() for seat in seats} | aspects | entries


def _placing(session: SessionId, entries: Sequence[EntryId]) -> list[Any]:
    rows = [
        SessionEntryRow(id=new_id(), session=session, entry=entry, position=number)
        for number, entry in enumerate(entries)
    ]
    return [SessionEntryRow.insert(*rows[start : start + 1000]) for start in range(0, len(rows), 1000)]
