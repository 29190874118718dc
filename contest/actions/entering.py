"""Entering: competitors, teams, units and projects are entered in an event.

New entries join the sessions that hold every entry of the event so far, so that whoever is entered late is not
forgotten; an event that runs in heats places its entries by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET, UnsetType
from piccolo.query.base import Query
from piccolo.table import Table

from contest.actions.changing import change, changes_in, repeated, row
from contest.errors import BadInput, NotFound
from contest.model.access import Act, Person, may
from contest.model.contest import Event
from contest.model.ids import EntryId, EventId, OrganisationId
from contest.model.people import Entry, EntryKind, behind_station
from contest.model.text import Key, Name, Number
from contest.store.holding import (
    entered_once,
    nobody_misses,
    none_marked,
    not_ended,
    still_unlocked,
)
from contest.store.ids import new_id
from contest.store.open import Store
from contest.store.queries import people, plans, results
from contest.store.tables import EntryRow, SessionEntryRow
from contest.store.work import Work

_Row = TypeVar("_Row", bound=Table)

_ROWS_AT_ONCE = 500
"""PostgreSQL takes 32,767 parameters in one statement."""


class NewEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An entry to be made. A competitor, team or unit brings its name; a project has a name of its own."""

    kind: EntryKind = EntryKind.COMPETITOR
    subject: Key | None = None
    name: Name | None = None
    organisation: Key | None = None
    bib: Number = ""
    station: Number = ""


class EntryChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change of an entry; its status changes by a ruling only."""

    name: Name | UnsetType = UNSET
    organisation: Key | UnsetType | None = UNSET
    bib: Number | UnsetType = UNSET
    station: Number | UnsetType = UNSET


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """Who or what may be entered, as it is known to the contest."""

    name: str
    organisation: OrganisationId | None


async def entries_seen_by(store: Store, person: Person, event: EventId) -> list[Entry]:
    """The entries of an event as a person may see them: while it is blind, behind their station numbers."""
    entries = await people.entries_of_event(store, event)
    return entries if await knows_names(store, event, person) else by_station(entries)


def by_station(entries: Iterable[Entry]) -> list[Entry]:
    """Entries behind their stations, in an order that says nothing of who they are."""
    return sorted((behind_station(entry) for entry in entries), key=lambda entry: (entry.station, entry.id))


async def knows_names(store: Store, event: EventId, person: Person) -> bool:
    """Say whether a person may read names beside the station numbers of an event now."""
    gates = await results.gates_of_event(store, event)
    return sees_names(await plans.event(store, event), person, unblinded=gates.unblinded)


def sees_names(event: Event, person: Person, *, unblinded: bool) -> bool:
    """Say whether a person may read names beside station numbers: whoever drew the numbers knows them anyhow."""
    if not event.blind or unblinded:
        return True
    return may(person.grants, Act.PLAN, contest=event.contest, event=event.id)


async def enter(store: Store, event: EventId, new: NewEntry) -> Entry:
    """Enter one competitor, team, unit or project in an event."""
    return (await enter_all(store, event, [new]))[0]


async def enter_all(store: Store, event: EventId, new: Sequence[NewEntry]) -> list[Entry]:
    """Enter all of these in an event, or none."""
    return await repeated(lambda: _enter_all(store, event, new))


async def _enter_all(store: Store, event: EventId, new: Sequence[NewEntry]) -> list[Entry]:
    planned = await plans.event(store, event)
    subjects = await _subjects(store, planned, new)
    organisations = {organisation.id for organisation in await people.organisations(store)}
    entered: list[Entry] = []
    for wanted in new:
        entry = _entry(planned, wanted, subjects)
        if entry.organisation is not None and entry.organisation not in organisations:
            raise NotFound(what="organisation")
        entered.append(entry)
    joined = await places_for(store, event, [entry.id for entry in entered])

    def given() -> Work[None]:
        yield from not_ended(planned.contest, event)
        yield from entered_once(planned.contest, event, entered)
        yield from still_unlocked(planned.contest, {str(place.session) for place in joined})

    rows = [row(EntryRow, msgspec.to_builtins(entry)) for entry in entered]
    await store.apply(*_in_parts(EntryRow, rows), *_in_parts(SessionEntryRow, joined), given=given)
    return entered


def _in_parts(table: type[_Row], rows: Sequence[_Row]) -> list[Query[Any, Any]]:
    return [table.insert(*rows[start : start + _ROWS_AT_ONCE]) for start in range(0, len(rows), _ROWS_AT_ONCE)]


def _entry(event: Event, wanted: NewEntry, subjects: Mapping[str, Subject]) -> Entry:
    if wanted.kind is EntryKind.PROJECT:
        if wanted.subject is not None or wanted.name is None:
            raise BadInput(field="name", problem="项目有名称、无 subject / a project has a name, no subject")
        known = Subject(name=wanted.name, organisation=None)
    elif wanted.subject is None:
        raise BadInput(field="subject", problem="必填 / required")
    elif wanted.subject not in subjects:
        raise NotFound(what="organisation" if wanted.kind is EntryKind.UNIT else wanted.kind.value)
    else:
        known = subjects[wanted.subject]
    organisation = OrganisationId(wanted.organisation) if wanted.organisation else known.organisation
    return Entry(
        id=EntryId(new_id()),
        contest=event.contest,
        event=event.id,
        kind=wanted.kind,
        name=wanted.name or known.name,
        subject=wanted.subject,
        organisation=organisation,
        bib=wanted.bib,
        station=wanted.station,
    )


async def _subjects(store: Store, event: Event, new: Sequence[NewEntry]) -> dict[str, Subject]:
    """Who of this contest could be entered, by the kinds that are wanted."""
    kinds = {wanted.kind for wanted in new}
    found: dict[str, Subject] = {}
    if EntryKind.COMPETITOR in kinds:
        for competitor in await people.competitors_of_contest(store, event.contest):
            found[competitor.id] = Subject(name=competitor.name, organisation=competitor.organisation)
    if EntryKind.TEAM in kinds:
        for team in await people.teams_of_contest(store, event.contest):
            found[team.id] = Subject(name=team.name, organisation=team.organisation)
    if EntryKind.UNIT in kinds:
        for unit in await people.organisations(store):
            found[unit.id] = Subject(name=unit.name, organisation=unit.id)
    return found


async def places_for(store: Store, event: EventId, entered: Sequence[EntryId]) -> list[SessionEntryRow]:
    """Find the places of new entries in the sessions that hold every entry of the event so far.

    Where several such sessions mark the same aspect (heats that are still empty), nobody can say which is meant.
    A session that is locked stays as it was marked; whoever comes later than that is placed by hand.
    """
    everybody = {entry.id for entry in await people.entries_of_event(store, event)} - set(entered)
    sessions = await plans.sessions_of_event(store, event)
    gates = await results.gates_of_event(store, event)
    growing = [session for session in sessions if not gates.session(session.id).has("locked")]
    whole = [session for session in growing if set(session.entries) == everybody]
    clear = [
        session
        for session in whole
        if not any(set(session.aspects) & set(other.aspects) for other in whole if other.id != session.id)
    ]
    return [
        SessionEntryRow(id=new_id(), session=session.id, entry=entry, position=len(everybody) + number)
        for session in clear
        for number, entry in enumerate(entered)
    ]


async def change_entry(store: Store, entry: EntryId, changes: EntryChanges) -> Entry:
    """Change how an entry is called and numbered; behind a blind event's station, marks hold the number fast."""
    before = await people.entry(store, entry)
    event = await plans.event(store, before.event)
    named = changes_in(changes)
    if changes.organisation:
        await people.organisation(store, OrganisationId(changes.organisation))
    after = msgspec.convert({**msgspec.to_builtins(before), **named}, Entry)
    moved = [(entry, before.name)] if event.blind and after.station != before.station else []

    def given() -> Work[None]:
        yield from entered_once(before.contest, before.event, [after])
        yield from none_marked(before.contest, before.event, moved)

    return await change(store, EntryRow, before, named, given=given)


async def drop_entry(store: Store, entry: EntryId) -> None:
    """Take an entry back that has no marks, before a session that lists it is locked."""
    before = await people.entry(store, entry)
    await store.apply(
        SessionEntryRow.delete().where(SessionEntryRow.entry == entry),
        EntryRow.delete().where(EntryRow.id == entry),
        given=lambda: nobody_misses(before.contest, before.event, entry, before.name),
    )
