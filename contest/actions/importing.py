"""Importing: competitors come in from a spreadsheet, all of them or none, after a look at what would change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

import msgspec
from piccolo.query.base import Query
from piccolo.table import Table

from contest import errors
from contest.actions import entering
from contest.actions.changing import row
from contest.imports.competitors import Known, Line, Plan, plan
from contest.imports.reader import Grid
from contest.model.ids import CompetitorId, ContestId, EntryId, EventId, OrganisationId
from contest.model.people import Competitor, Entry, EntryKind
from contest.offload import offload
from contest.store.holding import entered_once, not_ended
from contest.store.ids import new_id
from contest.store.open import Store
from contest.store.queries import people, plans
from contest.store.tables import CompetitorRow, EntryRow, OrganisationRow, SessionEntryRow
from contest.store.work import Work

_AT_ONCE = 2_000
"""Rows in one INSERT; both databases bound the parameters of a statement."""

_Row = TypeVar("_Row", bound=Table)


class ImportLine(msgspec.Struct, frozen=True, kw_only=True):
    """A competitor as the sheet has it."""

    row: int
    name: str
    organisation: str
    number: str
    events: list[str]
    bib: str


class ImportChange(msgspec.Struct, frozen=True, kw_only=True):
    """A known competitor before and after."""

    row: int
    competitor: str
    before: dict[str, str]
    after: dict[str, str]


class ImportFault(msgspec.Struct, frozen=True, kw_only=True):
    """A wrong cell with the sentence for a person."""

    sheet: str
    row: int
    column: str
    code: str
    message: str
    value: str


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What an import would do or did. `applied` is true only when every row was written."""

    dry_run: bool
    applied: bool
    rows: int
    added: list[ImportLine]
    changed: list[ImportChange]
    unchanged: int
    entered: int
    """Entries that come to the events named in the rows."""
    organisations_added: list[str]
    errors: list[ImportFault]


async def import_competitors(
    store: Store, contest: ContestId, content: bytes, *, dry_run: bool, language: str
) -> Imported:
    """Compare a spreadsheet with the contest's competitors, and write it if it has no fault and is no dry run."""
    grid = msgspec.json.decode(await offload("contest.imports.reader", content, seconds=30), type=Grid)
    if grid.refused:
        raise _named(grid.refused)
    there = await _Contest.gather(store, contest)
    found = plan(grid, there.known(), there.bibs(), language=language)
    writes = _Writes(there)
    for line in found.added:
        writes.add(line)
    for change in found.changed:
        writes.alter(CompetitorId(change.known.id), change.line)
    for same in found.unchanged:
        writes.enter(CompetitorId(same.known.id), same.line)
    apply = not dry_run and not found.faults
    if apply:
        placed = await writes.places(store)
        await store.apply(*writes.queries(), *_inserts(SessionEntryRow, placed), given=writes.hold)
    return _told(found, writes, language, dry_run=dry_run, applied=apply)


def _named(code: str) -> errors.ContestError:
    from contest.imports.reader import COLUMNS, ROWS

    if code == errors.FileTooLong.code:
        return errors.FileTooLong(rows=ROWS, columns=COLUMNS)
    return errors.FileUnreadable()


class _Contest(msgspec.Struct, kw_only=True):
    """What the contest has before the import."""

    contest: ContestId
    competitors: list[Competitor]
    organisations: dict[str, OrganisationId]
    entries: dict[str, list[Entry]]
    """By event code."""
    events: dict[str, str]
    """Event code to id."""

    @classmethod
    async def gather(cls, store: Store, contest: ContestId) -> _Contest:
        events = await plans.events_of_contest(store, contest)
        return cls(
            contest=contest,
            competitors=await people.competitors_of_contest(store, contest),
            organisations={one.name: one.id for one in reversed(await people.organisations(store))},
            entries={event.code: await people.entries_of_event(store, event.id) for event in events},
            events={event.code: event.id for event in events},
        )

    def known(self) -> list[Known]:
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
        return {
            code: {entry.bib: entry.subject or entry.id for entry in entries if entry.bib}
            for code, entries in self.entries.items()
        }


class _Writes:
    """The rows an import writes, collected so that they go into one transaction."""

    def __init__(self, there: _Contest) -> None:
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

    def queries(self) -> list[Query[Any, Any]]:
        """Everything in the order in which it must be written."""
        return [
            *_inserts(OrganisationRow, self._rows),
            *_inserts(CompetitorRow, self._competitors),
            *_inserts(EntryRow, [row(EntryRow, msgspec.to_builtins(entry)) for entry in self._entries]),
            *self._updates,
        ]

    async def places(self, store: Store) -> list[SessionEntryRow]:
        """Find the sessions that the new entries join, as those do that are entered by hand."""
        return [
            place
            for event, entries in self._by_event().items()
            for place in await entering.places_for(store, event, [entry.id for entry in entries])
        ]

    def hold(self) -> Work[None]:
        """Refuse, inside the transaction, what no entry may do: join published results, or take a number twice."""
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


def _told(found: Plan, writes: _Writes, language: str, *, dry_run: bool, applied: bool) -> Imported:
    return Imported(
        dry_run=dry_run,
        applied=applied,
        rows=found.rows,
        added=[
            ImportLine(
                row=line.row,
                name=line.name,
                organisation=line.organisation,
                number=line.number,
                events=list(line.events),
                bib=line.bib,
            )
            for line in found.added
        ],
        changed=[
            ImportChange(
                row=change.line.row,
                competitor=change.known.id,
                before={
                    "name": change.known.name,
                    "organisation": change.known.organisation,
                    "number": change.known.number,
                },
                after={
                    "name": change.line.name,
                    "organisation": change.line.organisation,
                    "number": change.line.number or change.known.number,
                },
            )
            for change in found.changed
        ],
        unchanged=len(found.unchanged),
        entered=writes.entries,
        organisations_added=writes.new_organisations,
        errors=[
            ImportFault(
                sheet=fault.sheet,
                row=fault.row,
                column=fault.column,
                code=fault.broken.code,
                message=fault.broken.sentence(language),
                value=fault.value,
            )
            for fault in found.faults
        ],
    )
