"""Registering: organisations, competitors and teams become known to the system."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, UnsetType
from piccolo.query.base import Query

from contest.actions.changing import change, changed_columns, changes_in, row
from contest.errors import AlreadyExists, NotFound, OrganisationInCircle, StillInUse
from contest.model.ids import CompetitorId, ContestId, OrganisationId, TeamId
from contest.model.people import Competitor, EntryKind, Organisation, OrganisationKind, Team
from contest.model.text import Key, Name, Number
from contest.store.holding import number_free
from contest.store.ids import new_id
from contest.store.open import Store
from contest.store.queries import people
from contest.store.tables import CompetitorRow, EntryRow, OrganisationRow, TeamRow

Members = Annotated[list[Key], msgspec.Meta(max_length=200)]


class NewOrganisation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An organisation to be registered, below `parent` or at the top."""

    name: Name
    kind: OrganisationKind = OrganisationKind.ENTERPRISE
    code: Number = ""
    parent: Key | None = None


class OrganisationChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change of an organisation; `parent` null moves it to the top."""

    name: Name | UnsetType = UNSET
    kind: OrganisationKind | UnsetType = UNSET
    code: Number | UnsetType = UNSET
    parent: Key | UnsetType | None = UNSET


class NewCompetitor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A competitor to be registered; `number` is the organiser's own."""

    name: Name
    organisation: Key | None = None
    number: Number = ""


class CompetitorChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change of a competitor."""

    name: Name | UnsetType = UNSET
    organisation: Key | UnsetType | None = UNSET
    number: Number | UnsetType = UNSET


class NewTeam(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A team to be registered."""

    name: Name
    organisation: Key | None = None
    members: Members = []


class TeamChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change of a team; `members` is the whole list."""

    name: Name | UnsetType = UNSET
    organisation: Key | UnsetType | None = UNSET
    members: Members | UnsetType = UNSET


# ---- organisations ---------------------------------------------------------------------------------------


async def register_organisation(store: Store, new: NewOrganisation) -> Organisation:
    """Register an organisation; a name stands once below one parent."""
    there = await people.organisations(store)
    organisation = msgspec.convert({"id": new_id(), **msgspec.to_builtins(new)}, Organisation)
    _fits(organisation, there)
    await store.apply(OrganisationRow.insert(row(OrganisationRow, msgspec.to_builtins(organisation))))
    return organisation


async def change_organisation(
    store: Store, organisation: OrganisationId, changes: OrganisationChanges
) -> Organisation:
    """Change an organisation or move it in the tree; what units are entered as follows its name."""
    before = await people.organisation(store, organisation)
    named = changes_in(changes)
    after = msgspec.convert({**msgspec.to_builtins(before), **named}, Organisation)
    _fits(after, await people.organisations(store))
    units = (EntryRow.subject == organisation) & (EntryRow.kind == EntryKind.UNIT.value)
    follow = EntryRow.update({EntryRow.name: after.name}).where(units)
    return await change(store, OrganisationRow, before, named, follow)


async def drop_organisation(store: Store, organisation: OrganisationId) -> None:
    """Take an organisation back that nobody belongs to."""
    await people.organisation(store, organisation)
    if await people.organisation_is_used(store, organisation):
        raise StillInUse(what="organisation")
    await store.apply(OrganisationRow.delete().where(OrganisationRow.id == organisation))


def _fits(organisation: Organisation, there: Collection[Organisation]) -> None:
    """Refuse an organisation that would stand above itself, below nothing known, or twice under one name."""
    parents = {known.id: known.parent for known in there} | {organisation.id: organisation.parent}
    above, passed = organisation.parent, {organisation.id}
    while above is not None:
        if above not in parents:
            raise NotFound(what="organisation")
        if above in passed:
            raise OrganisationInCircle()
        passed.add(above)
        above = parents[above]
    for known in there:
        if known.id != organisation.id and known.parent == organisation.parent and known.name == organisation.name:
            raise AlreadyExists(what="organisation", name=organisation.name)


async def _check_organisation(store: Store, organisation: str | UnsetType | None) -> None:
    if organisation:
        await people.organisation(store, OrganisationId(organisation))


# ---- competitors -----------------------------------------------------------------------------------------


async def register_competitor(store: Store, contest: ContestId, new: NewCompetitor) -> Competitor:
    """Register a competitor in a contest."""
    await _check_organisation(store, new.organisation)
    competitor = msgspec.convert({"id": new_id(), "contest": contest, **msgspec.to_builtins(new)}, Competitor)
    await store.apply(
        CompetitorRow.insert(row(CompetitorRow, msgspec.to_builtins(competitor))),
        given=lambda: number_free(contest, competitor.id, competitor.number),
    )
    return competitor


async def change_competitor(store: Store, competitor: CompetitorId, changes: CompetitorChanges) -> Competitor:
    """Change a competitor; the entries of the competitor follow."""
    before = await people.competitor(store, competitor)
    named = changes_in(changes)
    await _check_organisation(store, changes.organisation)
    shown: dict[str, Any] = {field: named[field] for field in ("name", "organisation") if field in named}
    return await change(
        store,
        CompetitorRow,
        before,
        named,
        *_entries_follow(competitor, shown),
        given=lambda: number_free(before.contest, competitor, named.get("number", "")),
    )


async def drop_competitor(store: Store, competitor: CompetitorId) -> None:
    """Take a competitor back who is neither entered nor in a team."""
    before = await people.competitor(store, competitor)
    teams = await people.teams_of_contest(store, before.contest)
    if await people.entries_of_subject(store, competitor) or any(competitor in team.members for team in teams):
        raise StillInUse(what="competitor")
    await store.apply(CompetitorRow.delete().where(CompetitorRow.id == competitor))


# ---- teams -----------------------------------------------------------------------------------------------


async def register_team(store: Store, contest: ContestId, new: NewTeam) -> Team:
    """Register a team of a contest's competitors."""
    await _check_organisation(store, new.organisation)
    await _check_members(store, contest, new.members)
    team = msgspec.convert({"id": new_id(), "contest": contest, **msgspec.to_builtins(new)}, Team)
    await store.apply(TeamRow.insert(row(TeamRow, msgspec.to_builtins(team))))
    return team


async def change_team(store: Store, team: TeamId, changes: TeamChanges) -> Team:
    """Change a team; the entries of the team follow."""
    before = await people.team(store, team)
    named = changes_in(changes)
    await _check_organisation(store, changes.organisation)
    await _check_members(store, before.contest, named.get("members", []))
    shown: dict[str, Any] = {field: named[field] for field in ("name", "organisation") if field in named}
    return await change(store, TeamRow, before, named, *_entries_follow(team, shown))


async def drop_team(store: Store, team: TeamId) -> None:
    """Take a team back that is not entered."""
    await people.team(store, team)
    if await people.entries_of_subject(store, team):
        raise StillInUse(what="team")
    await store.apply(TeamRow.delete().where(TeamRow.id == team))


async def _check_members(store: Store, contest: ContestId, members: list[str]) -> None:
    """Only competitors of the same contest form a team, each once."""
    if len(set(members)) < len(members):
        raise AlreadyExists(what="competitor", name=next(key for key in members if members.count(key) > 1))
    known = (
        {competitor.id for competitor in await people.competitors_of_contest(store, contest)} if members else set()
    )
    if not known.issuperset(members):
        raise NotFound(what="competitor")


def _entries_follow(subject: str, shown: Mapping[str, Any]) -> list[Query[Any, Any]]:
    """Entries carry the name and organisation of what is entered."""
    if not shown:
        return []
    return [EntryRow.update(changed_columns(EntryRow, shown)).where(EntryRow.subject == subject)]
