"""Seasons, contests, events and stages: what is held."""

from __future__ import annotations

from litestar import Controller, delete, get, patch, post

from contest.actions import announcing, planning
from contest.actions.announcing import ContestChanges, NewContest, NewSeason, SeasonChanges
from contest.actions.planning import EventChanges, EventLine, NewEvent, NewStage, StageChanges
from contest.http.guards import ANYWHERE, WITHIN
from contest.model.access import Act, Person
from contest.model.contest import Contest, Event, Season, Stage
from contest.model.ids import ContestId, EventId, SeasonId, StageId
from contest.store.open import Store
from contest.store.queries import plans


class Seasons(Controller):
    """A year's plan of contests."""

    path = "/api/seasons"
    tags = ("planning",)

    @get(opt={"act": Act.SEE_PLAN, "scope": ANYWHERE}, summary="List the seasons")
    async def seasons(self, store: Store) -> list[Season]:
        """List the seasons, the newest first."""
        return await plans.seasons(store)

    @post(opt={"act": Act.ADMINISTER}, summary="Plan a season")
    async def plan(self, data: NewSeason, store: Store) -> Season:
        """Plan a season."""
        return await announcing.plan_season(store, data)

    @patch("/{season:str}", opt={"act": Act.ADMINISTER}, summary="Change a season")
    async def change(self, season: str, data: SeasonChanges, store: Store) -> Season:
        """Change a season."""
        return await announcing.change_season(store, SeasonId(season), data)

    @delete("/{season:str}", opt={"act": Act.ADMINISTER}, summary="Take a season back")
    async def drop(self, season: str, store: Store) -> None:
        """Take a season back that has no contests."""
        await announcing.drop_season(store, SeasonId(season))


class Contests(Controller):
    """Contests."""

    path = "/api/contests"
    tags = ("planning",)

    @get(opt={"act": Act.SEE_PLAN, "scope": ANYWHERE}, summary="List my contests")
    async def contests(self, store: Store, person: Person) -> list[Contest]:
        """List the contests in which I have a role, the newest first."""
        return await announcing.contests_of(store, person)

    @post(opt={"act": Act.ADMINISTER}, summary="Plan a contest")
    async def plan(self, data: NewContest, store: Store) -> Contest:
        """Plan a contest."""
        return await announcing.plan_contest(store, data)

    @get("/{contest:str}", opt={"act": Act.SEE_PLAN, "scope": WITHIN}, summary="One contest")
    async def contest(self, contest: str, store: Store) -> Contest:
        """Show a contest."""
        return await plans.contest(store, ContestId(contest))

    @patch("/{contest:str}", opt={"act": Act.PLAN}, summary="Change a contest")
    async def change(self, contest: str, data: ContestChanges, store: Store) -> Contest:
        """Change a contest."""
        return await announcing.change_contest(store, ContestId(contest), data)

    @delete("/{contest:str}", opt={"act": Act.ADMINISTER}, summary="Take a contest back")
    async def drop(self, contest: str, store: Store) -> None:
        """Take a contest back that has neither events nor people."""
        await announcing.drop_contest(store, ContestId(contest))

    @get("/{contest:str}/events", opt={"act": Act.SEE_PLAN, "scope": WITHIN}, summary="List a contest's events")
    async def events(self, contest: str, store: Store, person: Person) -> list[EventLine]:
        """List the events of a contest that I may see, in their order, with the state of their results."""
        return await planning.events_of(store, person, ContestId(contest))

    @post("/{contest:str}/events", opt={"act": Act.PLAN}, summary="Plan an event")
    async def plan_event(self, contest: str, data: NewEvent, store: Store) -> Event:
        """Plan an event; it begins with one stage, «决赛»."""
        return await planning.plan_event(store, ContestId(contest), data)


class Events(Controller):
    """Events and their stages."""

    path = "/api/events/{event:str}"
    tags = ("planning",)

    @get(opt={"act": Act.SEE_PLAN}, summary="One event")
    async def event(self, event: str, store: Store) -> Event:
        """Show an event."""
        return await plans.event(store, EventId(event))

    @patch(opt={"act": Act.PLAN}, summary="Change an event")
    async def change(self, event: str, data: EventChanges, store: Store) -> Event:
        """Change an event; who may see what stays as it is once marking has started."""
        return await planning.change_event(store, EventId(event), data)

    @delete(opt={"act": Act.PLAN}, summary="Take an event back")
    async def drop(self, event: str, store: Store) -> None:
        """Take an event back that has no entries, panels or sessions."""
        await planning.drop_event(store, EventId(event))

    @get("/stages", opt={"act": Act.SEE_PLAN}, summary="List an event's stages")
    async def stages(self, event: str, store: Store) -> list[Stage]:
        """List the stages of an event in their order."""
        return await plans.stages_of_event(store, EventId(event))

    @post("/stages", opt={"act": Act.PLAN}, summary="Add a stage")
    async def plan_stage(self, event: str, data: NewStage, store: Store) -> Stage:
        """Add a stage to an event."""
        return await planning.plan_stage(store, EventId(event), data)


class Stages(Controller):
    """One stage."""

    path = "/api/stages/{stage:str}"
    tags = ("planning",)

    @patch(opt={"act": Act.PLAN}, summary="Change a stage")
    async def change(self, stage: str, data: StageChanges, store: Store) -> Stage:
        """Change a stage."""
        return await planning.change_stage(store, StageId(stage), data)

    @delete(opt={"act": Act.PLAN}, summary="Take a stage back")
    async def drop(self, stage: str, store: Store) -> None:
        """Take a stage back that has no sessions."""
        await planning.drop_stage(store, StageId(stage))


CONTROLLERS = (Seasons, Contests, Events, Stages)
