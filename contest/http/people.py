"""Organisations, competitors, teams and what of theirs is entered: who takes part."""

from __future__ import annotations

from random import SystemRandom
from typing import Annotated

from litestar import Controller, delete, get, patch, post
from litestar.params import Parameter

from contest.actions import entering, numbering, registering, ruling
from contest.actions.entering import EntryChanges, NewEntry
from contest.actions.numbering import NumbersWanted
from contest.actions.registering import (
    CompetitorChanges,
    NewCompetitor,
    NewOrganisation,
    NewTeam,
    OrganisationChanges,
    TeamChanges,
)
from contest.actions.ruling import EntryRuling
from contest.http.guards import ANYWHERE
from contest.model.access import Act, Person
from contest.model.ids import CompetitorId, ContestId, EntryId, EventId, OrganisationId, TeamId
from contest.model.people import Competitor, Entry, Organisation, Team
from contest.store.open import Store
from contest.store.queries import people
from contest.store.queries.people import CompetitorPage

Search = Annotated[str, Parameter(max_length=100)]
Offset = Annotated[int, Parameter(ge=0, le=1_000_000)]
Limit = Annotated[int, Parameter(ge=1, le=500)]


class Organisations(Controller):
    """The tree of organisations."""

    path = "/api/organisations"
    tags = ("people",)

    @get(opt={"act": Act.SEE_PLAN, "scope": ANYWHERE}, summary="List the organisations")
    async def organisations(self, store: Store) -> list[Organisation]:
        """List all organisations; `parent` makes the tree."""
        return await people.organisations(store)

    @post(opt={"act": Act.PLAN, "scope": ANYWHERE}, summary="Register an organisation")
    async def register(self, data: NewOrganisation, store: Store) -> Organisation:
        """Register an organisation; whoever organises any contest may."""
        return await registering.register_organisation(store, data)

    @patch("/{organisation:str}", opt={"act": Act.ADMINISTER}, summary="Change an organisation")
    async def change(self, organisation: str, data: OrganisationChanges, store: Store) -> Organisation:
        """Change an organisation or move it in the tree."""
        return await registering.change_organisation(store, OrganisationId(organisation), data)

    @delete("/{organisation:str}", opt={"act": Act.ADMINISTER}, summary="Take an organisation back")
    async def drop(self, organisation: str, store: Store) -> None:
        """Take an organisation back that nobody belongs to."""
        await registering.drop_organisation(store, OrganisationId(organisation))


class ContestPeople(Controller):
    """The competitors and teams of a contest."""

    path = "/api/contests/{contest:str}"
    tags = ("people",)

    @get("/competitors", opt={"act": Act.SEE_PLAN}, summary="Search the competitors")
    async def competitors(
        self, contest: str, store: Store, search: Search = "", offset: Offset = 0, limit: Limit = 100
    ) -> CompetitorPage:
        """List a page of the competitors whose name, number or organisation contains the words."""
        return await people.competitors_found(store, ContestId(contest), search=search, offset=offset, limit=limit)

    @post("/competitors", opt={"act": Act.PLAN}, summary="Register a competitor")
    async def register_competitor(self, contest: str, data: NewCompetitor, store: Store) -> Competitor:
        """Register a competitor."""
        return await registering.register_competitor(store, ContestId(contest), data)

    @get("/teams", opt={"act": Act.SEE_PLAN}, summary="List the teams")
    async def teams(self, contest: str, store: Store) -> list[Team]:
        """List the teams of a contest."""
        return await people.teams_of_contest(store, ContestId(contest))

    @post("/teams", opt={"act": Act.PLAN}, summary="Register a team")
    async def register_team(self, contest: str, data: NewTeam, store: Store) -> Team:
        """Register a team of this contest's competitors."""
        return await registering.register_team(store, ContestId(contest), data)


class Competitors(Controller):
    """One competitor."""

    path = "/api/competitors/{competitor:str}"
    tags = ("people",)

    @patch(opt={"act": Act.PLAN}, summary="Change a competitor")
    async def change(self, competitor: str, data: CompetitorChanges, store: Store) -> Competitor:
        """Change a competitor; the entries follow."""
        return await registering.change_competitor(store, CompetitorId(competitor), data)

    @delete(opt={"act": Act.PLAN}, summary="Take a competitor back")
    async def drop(self, competitor: str, store: Store) -> None:
        """Take a competitor back who is neither entered nor in a team."""
        await registering.drop_competitor(store, CompetitorId(competitor))


class Teams(Controller):
    """One team."""

    path = "/api/teams/{team:str}"
    tags = ("people",)

    @patch(opt={"act": Act.PLAN}, summary="Change a team")
    async def change(self, team: str, data: TeamChanges, store: Store) -> Team:
        """Change a team; the entries follow."""
        return await registering.change_team(store, TeamId(team), data)

    @delete(opt={"act": Act.PLAN}, summary="Take a team back")
    async def drop(self, team: str, store: Store) -> None:
        """Take a team back that is not entered."""
        await registering.drop_team(store, TeamId(team))


class EventEntries(Controller):
    """The entries of an event."""

    path = "/api/events/{event:str}/entries"
    tags = ("people",)

    @get(opt={"act": Act.SEE_PLAN}, summary="List the entries")
    async def entries(self, event: str, store: Store, person: Person) -> list[Entry]:
        """List the entries of an event; behind station numbers where it is blind and I did not draw them."""
        return await entering.entries_seen_by(store, person, EventId(event))

    @post(opt={"act": Act.PLAN}, summary="Enter somebody")
    async def enter(self, event: str, data: NewEntry, store: Store) -> Entry:
        """Enter a competitor, team, unit or project."""
        return await entering.enter(store, EventId(event), data)

    @post("/numbers", opt={"act": Act.PLAN}, summary="Draw the numbers", status_code=200)
    async def number(self, event: str, data: NumbersWanted, store: Store) -> list[Entry]:
        """Give everyone without one a bib, by lot or in the order of the list, and a station by lot."""
        return await numbering.number_entries(store, EventId(event), data, SystemRandom().shuffle)


class Entries(Controller):
    """One entry."""

    path = "/api/entries/{entry:str}"
    tags = ("people",)

    @patch(opt={"act": Act.PLAN}, summary="Change an entry")
    async def change(self, entry: str, data: EntryChanges, store: Store) -> Entry:
        """Change an entry's name and numbers."""
        return await entering.change_entry(store, EntryId(entry), data)

    @delete(opt={"act": Act.PLAN}, summary="Take an entry back")
    async def drop(self, entry: str, store: Store) -> None:
        """Take an entry back that has no marks."""
        await entering.drop_entry(store, EntryId(entry))

    @post("/ruling", opt={"act": Act.RULE_ON_MARKS}, summary="Rule on an entry", status_code=200)
    async def rule(self, entry: str, data: EntryRuling, store: Store, person: Person) -> Entry:
        """Rule an entry not started, disqualified and so on, with a reason."""
        return await ruling.rule_entry(store, EntryId(entry), data, person)


CONTROLLERS = (Organisations, ContestPeople, Competitors, Teams, EventEntries, Entries)
