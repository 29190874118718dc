"""Announcing: a year's seasons and their contests are announced, changed and taken back."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from contest.actions.changing import change, changes_in, row
from contest.errors import StillInUse
from contest.model.access import Person
from contest.model.contest import Contest, ContestKind, Level, Season
from contest.model.ids import ContestId, OrganisationId, SeasonId
from contest.model.text import Day, Key, Name, Short
from contest.store.clock import now
from contest.store.ids import new_id
from contest.store.open import Store
from contest.store.queries import people, plans
from contest.store.tables import ContestRow, GrantRow, SeasonRow

Year = Annotated[int, msgspec.Meta(ge=1900, le=2999)]


class NewSeason(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A season to be planned."""

    name: Name
    year: Year | None = None
    organiser: Key | None = None


class SeasonChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change of a season."""

    name: Name | UnsetType = UNSET
    year: Year | UnsetType = UNSET
    organiser: Key | UnsetType | None = UNSET


class NewContest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A contest to be planned."""

    name: Name
    level: Level = Level.COUNTY
    kind: ContestKind = ContestKind.SKILLS
    season: Key | None = None
    organiser: Key | None = None
    starts_on: Day = ""
    ends_on: Day = ""
    place: Short = ""


class ContestChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change of a contest."""

    name: Name | UnsetType = UNSET
    level: Level | UnsetType = UNSET
    kind: ContestKind | UnsetType = UNSET
    season: Key | UnsetType | None = UNSET
    organiser: Key | UnsetType | None = UNSET
    starts_on: Day | UnsetType = UNSET
    ends_on: Day | UnsetType = UNSET
    place: Short | UnsetType = UNSET


async def _check_organiser(store: Store, organiser: str | UnsetType | None) -> None:
    if organiser:
        await people.organisation(store, OrganisationId(organiser))


# ---- seasons ---------------------------------------------------------------------------------------------


async def plan_season(store: Store, new: NewSeason) -> Season:
    """Plan a year's contests of one organising body."""
    await _check_organiser(store, new.organiser)
    year = new.year or int(now()[:4])
    season = Season(id=SeasonId(new_id()), name=new.name, year=year, organiser=_organisation(new.organiser))
    await store.apply(SeasonRow.insert(row(SeasonRow, msgspec.to_builtins(season))))
    return season


async def change_season(store: Store, season: SeasonId, changes: SeasonChanges) -> Season:
    """Change a season."""
    before = await plans.season(store, season)
    await _check_organiser(store, changes.organiser)
    return await change(store, SeasonRow, before, changes_in(changes))


async def drop_season(store: Store, season: SeasonId) -> None:
    """Take a season back; its contests must be gone or belong to another."""
    await plans.season(store, season)
    if any(contest.season == season for contest in await plans.contests(store)):
        raise StillInUse(what="season")
    await store.apply(SeasonRow.delete().where(SeasonRow.id == season))


# ---- contests --------------------------------------------------------------------------------------------


async def contests_of(store: Store, person: Person) -> list[Contest]:
    """The contests in which a person has any role."""
    everywhere = any(grant.contest is None for grant in person.grants)
    theirs = {grant.contest for grant in person.grants}
    return [contest for contest in await plans.contests(store) if everywhere or contest.id in theirs]


async def plan_contest(store: Store, new: NewContest) -> Contest:
    """Plan a contest."""
    await _check_organiser(store, new.organiser)
    if new.season:
        await plans.season(store, SeasonId(new.season))
    contest = msgspec.convert({"id": new_id(), **msgspec.to_builtins(new)}, Contest)
    announced = row(ContestRow, {**msgspec.to_builtins(contest), "created_at": now()})
    await store.apply(ContestRow.insert(announced))
    return contest


async def change_contest(store: Store, contest: ContestId, changes: ContestChanges) -> Contest:
    """Change a contest."""
    before = await plans.contest(store, contest)
    await _check_organiser(store, changes.organiser)
    if changes.season:
        await plans.season(store, SeasonId(changes.season))
    return await change(store, ContestRow, before, changes_in(changes))


async def drop_contest(store: Store, contest: ContestId) -> None:
    """Take a contest back that has neither events nor people."""
    await plans.contest(store, contest)
    if (
        await plans.events_of_contest(store, contest)
        or await people.teams_of_contest(store, contest)
        or (await people.competitors_found(store, contest, limit=1)).total
    ):
        raise StillInUse(what="contest")
    await store.apply(
        ContestRow.delete().where(ContestRow.id == contest), GrantRow.delete().where(GrantRow.contest == contest)
    )


def _organisation(key: str | None) -> OrganisationId | None:
    return OrganisationId(key) if key else None
