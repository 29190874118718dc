"""What an import brings in: what the contest has already, and the rows that come, for one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

import msgspec
from piccolo.query.base import Query
from piccolo.table import Table

from contest.actions import entering
from contest.actions.changing import row
from contest.imports.competitors import Known, Line
from contest.model.ids import CompetitorId, ContestId, EntryId, EventId, OrganisationId
from contest.model.people import Competitor, Entry, EntryKind
from contest.store.holding import entered_once, names_free, not_ended, registered_stand, still_unlocked
from contest.store.ids import new_id
from contest.store.open import Store
from contest.store.queries import people, plans
from contest.store.tables import CompetitorRow, EntryRow, OrganisationRow, SessionEntryRow
from contest.store.work import Work

_AT_ONCE = 2_000
"""Rows in one INSERT; both databases bound the parameters of a statement."""

_Row = TypeVar("_Row", bound=Table)


class Registered(msgspec.Struct, kw_only=True):
    """What a contest has before an import."""

    contest: ContestId
    competitors: list[Competitor]
    organisations: dict[str, OrganisationId]
    entries: dict[str, list[Entry]]
    """By event code."""
    events: dict[str, str]
    """Event code to id."""

    @classmethod
    async def gather(cls, store: Store, contest: ContestId) -> Registered:
        """Read what is there."""
        events = await plans.events_of_contest(store, contest)
        return cls(
            contest=contest,
            competitors=await people.competitors_of_contest(store, contest),
            organisations={one.name: one.id for one in reversed(await people.organisations(store))},
            entries={event.code: await people.entries_of_event(store, event.id) for event in events},
            events={event.code: event.id for event in events},
        )

    def known(self) -> list[Known]:
        """The competitors as rows would say them."""
        names = {key: name for name, key in self.organisations.items()}
        return [
            Known(
                id=one.id,
                name=one.name,
                organisation=names.get(one.organisation, "") if one.organisation else "",
                number=one.number,
            )
            for one in self.competitors
        ]

    def bibs(self) -> dict[str, dict[str, str]]:
        """The bibs of each event and whose they are."""
        return {
            code: {entry.bib: entry.subject or entry.id for entry in entries if entry.bib}
            for code, entries in self.entries.items()
        }

    def all_entries(self) -> dict[EventId, list[Entry]]:
        """The entries of each event."""
        return {EventId(self.events[code]): entries for code, entries in self.entries.items()}


class TakingIn:
    """The rows an import writes, collected so that they go into one transaction."""

    def __init__(self, there: Registered) -> None:
        self._there = there
        self._organisations = dict(there.organisations)
        self._entered = {
            (code, entry.subject): entry for code, entries in there.entries.items() for entry in entries
        }
        self.new_organisations: list[str] = []
        self.entries = 0
        self._rows: list[OrganisationRow] = []
        self._competitors: list[CompetitorRow] = []
        self._entries: list[Entry] = []
        self._updates: list[Query[Any, Any]] = []

    def add(self, line: Line) -> None:
        """Register a competitor."""
        competitor = CompetitorId(new_id())
        self._competitors.append(
            CompetitorRow(
                id=competitor,
                contest=self._there.contest,
                name=line.name,
                organisation=self._organisation(line.organisation),
                number=line.number,
            )
        )
        self.enter(competitor, line)

    def alter(self, competitor: CompetitorId, line: Line) -> None:
        """Let a known competitor be what the row says."""
        organisation = self._organisation(line.organisation)
        changes: dict[Any, Any] = {CompetitorRow.name: line.name, CompetitorRow.organisation: organisation}
        if line.number:
            changes[CompetitorRow.number] = line.number
        shown: dict[Any, Any] = {EntryRow.name: line.name, EntryRow.organisation: organisation}
        self._updates += [
            CompetitorRow.update(changes).where(CompetitorRow.id == competitor),
            EntryRow.update(shown).where(EntryRow.subject == competitor),
        ]
        self.enter(competitor, line)

    def enter(self, competitor: CompetitorId, line: Line) -> None:
        """Enter the competitor in the events of the row; an entry that is there keeps all but a new bib."""
        for code in line.events:
            entry = self._entered.get((code, competitor))
            if entry is None and code in self._there.events:
                self.entries += 1
                self._entries.append(self._entry(code, competitor, line))
            elif entry is not None and line.bib and entry.bib != line.bib:
                self._updates.append(EntryRow.update({EntryRow.bib: line.bib}).where(EntryRow.id == entry.id))

    def _entry(self, code: str, competitor: CompetitorId, line: Line) -> Entry:
        return Entry(
            id=EntryId(new_id()),
            contest=self._there.contest,
            event=EventId(self._there.events[code]),
            kind=EntryKind.COMPETITOR,
            subject=competitor,
            name=line.name,
            organisation=self._organisation(line.organisation),
            bib=line.bib,
        )

    def _organisation(self, name: str) -> OrganisationId | None:
        if not name:
            return None
        if name not in self._organisations:
            key = OrganisationId(new_id())
            self._organisations[name] = key
            self.new_organisations.append(name)
            self._rows.append(OrganisationRow(id=key, name=name, kind="enterprise", code="", parent=None))
        return self._organisations[name]

    async def write(self, store: Store) -> None:
        """Write all of it or nothing; Overtaken when it was decided on what is no longer so."""
        # New entries join the sessions that those join who are entered by hand.
        placed = [
            place
            for event, entries in self._by_event().items()
            for place in await entering.places_for(store, event, [entry.id for entry in entries])
        ]
        sessions = {str(place.session) for place in placed}
        await store.apply(*self._queries(), *_inserts(SessionEntryRow, placed), given=lambda: self._hold(sessions))

    def _queries(self) -> list[Query[Any, Any]]:
        """Everything in the order in which it must be written."""
        return [
            *_inserts(OrganisationRow, self._rows),
            *_inserts(CompetitorRow, self._competitors),
            *_inserts(EntryRow, [row(EntryRow, msgspec.to_builtins(entry)) for entry in self._entries]),
            *self._updates,
        ]

    def _hold(self, sessions: Collection[str]) -> Work[None]:
        """Refuse, inside the transaction, when anything came in between, and what no entry may do."""
        yield from registered_stand(self._there.contest, self._there.competitors, self._there.all_entries())
        yield from names_free(self.new_organisations)
        yield from still_unlocked(self._there.contest, sessions)
        for event, entries in self._by_event().items():
            yield from not_ended(self._there.contest, event)
            yield from entered_once(self._there.contest, event, entries)

    def _by_event(self) -> dict[EventId, list[Entry]]:
        found: dict[EventId, list[Entry]] = {}
        for entry in self._entries:
            found.setdefault(entry.event, []).append(entry)
        return found


def _inserts(table: type[_Row], rows: Sequence[_Row]) -> Iterator[Query[Any, Any]]:
    left = iter(rows)
    while some := list(islice(left, _AT_ONCE)):
        yield table.insert(*some)
