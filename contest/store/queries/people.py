"""Questions about organisations, competitors, teams and entries."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import msgspec
from piccolo.columns.combination import WhereRaw
from piccolo.query.functions.aggregate import Count

from contest.model.ids import CompetitorId, ContestId, EntryId, EventId, OrganisationId, TeamId
from contest.model.people import Competitor, Entry, Organisation, Team
from contest.store.open import Store
from contest.store.queries.plans import row_of
from contest.store.tables import (
    AccountRow,
    CompetitorRow,
    ContestRow,
    EntryRow,
    OrganisationRow,
    SeasonRow,
    TeamRow,
)


async def organisations(store: Store) -> list[Organisation]:
    """All organisations, by name."""
    query = OrganisationRow.select().order_by(OrganisationRow.code, OrganisationRow.name)
    return msgspec.convert(await store.select(query), list[Organisation])


async def organisation(store: Store, key: OrganisationId) -> Organisation:
    """One organisation."""
    return msgspec.convert(await row_of(store, OrganisationRow, key, "organisation"), Organisation)


async def organisation_is_used(store: Store, key: OrganisationId) -> bool:
    """Whether anything stands below the organisation or belongs to it."""
    uses = (
        OrganisationRow.select(OrganisationRow.id).where(OrganisationRow.parent == key),
        SeasonRow.select(SeasonRow.id).where(SeasonRow.organiser == key),
        ContestRow.select(ContestRow.id).where(ContestRow.organiser == key),
        CompetitorRow.select(CompetitorRow.id).where(CompetitorRow.organisation == key),
        TeamRow.select(TeamRow.id).where(TeamRow.organisation == key),
        EntryRow.select(EntryRow.id).where((EntryRow.organisation == key) | (EntryRow.subject == key)),
    )
    for use in uses:
        if await store.select(use.limit(1)):
            return True
    return False


class CompetitorPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a long list, and how long the list is."""

    total: int
    rows: list[Competitor]


async def competitors_found(
    store: Store, key: ContestId, *, search: str = "", offset: int = 0, limit: int = 100
) -> CompetitorPage:
    """Competitors of a contest whose name, number or organisation contains the words, by number and name."""
    where: Any = CompetitorRow.contest == key
    if search.strip():
        where = where & _containing(search.strip())
    counted = await store.select(CompetitorRow.select(Count()).where(where))
    query = (
        CompetitorRow.select().where(where).order_by(CompetitorRow.number, CompetitorRow.name, CompetitorRow.id)
    )
    rows = await store.select(query.offset(offset).limit(limit))
    return CompetitorPage(total=counted[0]["count"], rows=msgspec.convert(rows, list[Competitor]))


def _containing(words: str) -> WhereRaw:
    """A condition that takes `%` and `_` as the letters they are."""
    literal = words.lower().replace("!", "!!").replace("%", "!%").replace("_", "!_")
    pattern = f"%{literal}%"
    return WhereRaw(
        "(lower(name) LIKE {} ESCAPE '!' OR lower(number) LIKE {} ESCAPE '!' OR organisation IN"
        " (SELECT id FROM organisation WHERE lower(name) LIKE {} ESCAPE '!'))",
        pattern,
        pattern,
        pattern,
    )


async def competitors_of_contest(store: Store, key: ContestId) -> list[Competitor]:
    """All competitors of a contest."""
    query = CompetitorRow.select().where(CompetitorRow.contest == key)
    rows = await store.select(query.order_by(CompetitorRow.number, CompetitorRow.name, CompetitorRow.id))
    return msgspec.convert(rows, list[Competitor])


async def competitor(store: Store, key: CompetitorId) -> Competitor:
    """One competitor."""
    return msgspec.convert(await row_of(store, CompetitorRow, key, "competitor"), Competitor)


async def teams_of_contest(store: Store, key: ContestId) -> list[Team]:
    """The teams of a contest, by name."""
    rows = await store.select(TeamRow.select().where(TeamRow.contest == key).order_by(TeamRow.name, TeamRow.id))
    return [_team(row) for row in rows]


async def team(store: Store, key: TeamId) -> Team:
    """One team."""
    return _team(await row_of(store, TeamRow, key, "team"))


def _team(row: Mapping[str, Any]) -> Team:
    return msgspec.convert({**row, "members": msgspec.json.decode(row["members"])}, Team)


async def entries_of_event(store: Store, key: EventId) -> list[Entry]:
    """The entries of an event, by drawn number, station and name."""
    query = EntryRow.select().where(EntryRow.event == key)
    rows = await store.select(query.order_by(EntryRow.bib, EntryRow.station, EntryRow.name, EntryRow.id))
    return msgspec.convert(rows, list[Entry])


async def entry(store: Store, key: EntryId) -> Entry:
    """One entry."""
    return msgspec.convert(await row_of(store, EntryRow, key, "entry"), Entry)


async def entries_of_subject(store: Store, subject: str) -> list[Entry]:
    """What a competitor, team or organisation is entered in."""
    rows = await store.select(EntryRow.select().where(EntryRow.subject == subject))
    return msgspec.convert(rows, list[Entry])


async def names_of_accounts(store: Store, keys: Collection[str]) -> dict[str, str]:
    """What the people behind these accounts are called; unknown ones are left out."""
    if not keys:
        return {}
    query = AccountRow.select(AccountRow.id, AccountRow.name).where(AccountRow.id.is_in(sorted(keys)))
    return {row["id"]: row["name"] for row in await store.select(query)}
