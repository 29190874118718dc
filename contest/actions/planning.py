"""Planning: the events of a contest and their stages are planned, changed and taken back.

Nothing here knows of marks but this: what spectators and judges may see of an event is settled before marking
starts. Everything that is planned can be changed until something rests on it.
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from contest.actions.changing import change, changes_in, row
from contest.errors import AlreadyExists
from contest.model.access import Act, Person, may
from contest.model.contest import Event, PublicView, Stage
from contest.model.gate import PLANNED
from contest.model.ids import ContestId, EventId, StageId
from contest.model.text import Code, Name, Position, folded
from contest.store.holding import event_empty, in_no_session, not_started
from contest.store.ids import new_id
from contest.store.open import Store
from contest.store.queries import plans
from contest.store.queries.results import states_of_results
from contest.store.tables import EventRow, GrantRow, StageRow
from contest.store.work import Work

FIRST_STAGE = "决赛"
"""The stage that every new event begins with, so that a small contest never needs to think of stages."""


class NewEvent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An event to be planned."""

    code: Code
    name: Name
    blind: bool = False
    public_view: PublicView = PublicView.LIVE
    position: Position | None = None


class EventChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change of an event."""

    code: Code | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    blind: bool | UnsetType = UNSET
    public_view: PublicView | UnsetType = UNSET
    position: Position | UnsetType = UNSET


class NewStage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stage to be planned."""

    name: Name
    position: Position | None = None


class StageChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change of a stage."""

    name: Name | UnsetType = UNSET
    position: Position | UnsetType = UNSET


# ---- events ----------------------------------------------------------------------------------------------


class EventLine(Event, frozen=True, kw_only=True):
    """An event as a list shows it. `state`: how far its results have come."""

    state: str = PLANNED


async def events_of(store: Store, person: Person, contest: ContestId) -> list[EventLine]:
    """The events of a contest whose plan a person may read."""
    events = await plans.events_of_contest(store, contest)
    seen = [event for event in events if may(person.grants, Act.SEE_PLAN, contest=contest, event=event.id)]
    states = await states_of_results(store, [event.id for event in seen])
    return [EventLine(**msgspec.structs.asdict(event), state=states.get(event.id, PLANNED)) for event in seen]


async def plan_event(store: Store, contest: ContestId, new: NewEvent) -> Event:
    """Plan an event; it begins with one stage, «决赛»."""
    there = await plans.events_of_contest(store, contest)
    _code_is_free(there, new.code)
    last = max((event.position for event in there), default=0)
    event = Event(
        id=EventId(new_id()),
        contest=contest,
        code=new.code,
        name=new.name,
        blind=new.blind,
        public_view=new.public_view,
        position=last + 1 if new.position is None else new.position,
    )
    stage = Stage(id=StageId(new_id()), contest=contest, event=event.id, name=FIRST_STAGE, position=1)
    await store.apply(
        EventRow.insert(row(EventRow, msgspec.to_builtins(event))),
        StageRow.insert(row(StageRow, msgspec.to_builtins(stage))),
    )
    return event


async def change_event(store: Store, event: EventId, changes: EventChanges) -> Event:
    """Change an event; who may see what stays as it is once marking has started."""
    before = await plans.event(store, event)
    named = changes_in(changes)
    if "code" in named:
        others = await plans.events_of_contest(store, before.contest)
        _code_is_free([other for other in others if other.id != event], named["code"])
    fixed = [
        field
        for field in ("blind", "public_view")
        if named.get(field, getattr(before, field)) != getattr(before, field)
    ]

    def given() -> Work[None]:
        if fixed:
            yield from not_started(before.contest, event, fixed[0])

    return await change(store, EventRow, before, named, given=given)


async def drop_event(store: Store, event: EventId) -> None:
    """Take an event back that nobody is entered in; its scheme stays with the ledger that names it."""
    before = await plans.event(store, event)
    await store.apply(
        StageRow.delete().where(StageRow.event == event),
        GrantRow.delete().where(GrantRow.event == event),
        EventRow.delete().where(EventRow.id == event),
        given=lambda: event_empty(before.contest, event),
    )


def _code_is_free(events: list[Event], code: str) -> None:
    if any(folded(event.code) == folded(code) for event in events):
        raise AlreadyExists(what="event", name=code)


# ---- stages ----------------------------------------------------------------------------------------------


async def plan_stage(store: Store, event: EventId, new: NewStage) -> Stage:
    """Add a stage to an event."""
    contest = (await plans.event(store, event)).contest
    last = max((stage.position for stage in await plans.stages_of_event(store, event)), default=0)
    position = last + 1 if new.position is None else new.position
    stage = Stage(id=StageId(new_id()), contest=contest, event=event, name=new.name, position=position)
    await store.apply(StageRow.insert(row(StageRow, msgspec.to_builtins(stage))))
    return stage


async def change_stage(store: Store, stage: StageId, changes: StageChanges) -> Stage:
    """Change a stage."""
    return await change(store, StageRow, await plans.stage(store, stage), changes_in(changes))


async def drop_stage(store: Store, stage: StageId) -> None:
    """Take a stage back that has no sessions."""
    before = await plans.stage(store, stage)
    await store.apply(
        StageRow.delete().where(StageRow.id == stage),
        given=lambda: in_no_session(before.contest, before.event, "stage", stage),
    )
