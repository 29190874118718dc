"""Where an event stands, now and at the moment of its freeze, as the boards need it.

Both come from `computed`, the one function behind every workbook, over the marks that the ledger counts: now up
to its newest fact, at the freeze up to the fact of the freeze. So a process that starts during a freeze shows what
one that ran all the time shows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from contest.actions.results import EventPlan, computed, plan_of
from contest.actions.showing import AwardName, stages_of
from contest.errors import SchemeMissing
from contest.model.gate import GateLine, Line
from contest.model.ids import EntryId, EventId, OrganisationId
from contest.model.people import Entry, EntryStatus, behind_station, label_of
from contest.store.open import Store
from contest.store.queries import live, people, plans
from contest.store.queries.results import EventGates, gates_of_event
from realtime.hub import Seen
from realtime.marks import EventMarks
from realtime.protocol import Column, Row
from realtime.views import Standing
from scoring import Result, Results
from scoring.scheme import NodeLine


class Frozen(NamedTuple):
    """The standing of a freeze, and what it rests on besides the facts up to then."""

    seq: int
    plan: EventPlan
    names: Mapping[OrganisationId, str]
    standing: Standing


class Ground(NamedTuple):
    """What a standing rests on besides marks. It is read again when its age is no longer the age of things."""

    age: tuple[int, int]
    """The version of the plan, and how much but marks had happened, before it was read."""
    plan: EventPlan
    names: Mapping[OrganisationId, str]
    gates: EventGates


class Standings:
    """Answers where events stand; keeps the marks of those that are watched, and what a freeze shows."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._marks: dict[EventId, EventMarks] = {}
        self._grounds: dict[EventId, Ground] = {}
        self._frozen: dict[EventId, Frozen] = {}

    async def stand(self, event: str) -> Seen:
        """Where an event stands; NotFound when there is none."""
        key = EventId(event)
        marks, ground = self._marks.get(key) or EventMarks(key), self._grounds.get(key)
        version = await live.plan_version(self._store)
        await marks.follow(self._store)
        age = (version, marks.others)
        if ground is None or ground.age != age:
            try:
                ground = await self._ground(key, age, marks)
            except SchemeMissing:
                return await self._unmarked(key)
            self._marks[key], self._grounds[key] = marks, ground
        _, plan, names, gates = ground
        now = await asyncio.to_thread(_standing, plan, gates, marks, names)
        return Seen(plan.contest.id, now, await self._at_freeze(plan, gates, names))

    def forget(self, event: str) -> None:
        """Nobody watches an event any more."""
        key = EventId(event)
        self._marks.pop(key, None)
        self._grounds.pop(key, None)
        self._frozen.pop(key, None)

    async def _ground(self, key: EventId, age: tuple[int, int], marks: EventMarks) -> Ground:
        names = await self._names()
        plan = await plan_of(self._store, key)
        await marks.follow(self._store)
        # Asked after the marks, so that no mark behind a freeze can come to a board in front of it.
        return Ground(age, plan, names, await gates_of_event(self._store, key))

    async def _names(self) -> Mapping[OrganisationId, str]:
        return {known.id: known.name for known in await people.organisations(self._store)}

    async def _unmarked(self, key: EventId) -> Seen:
        """An event without a scheme: nothing can be marked, so there is nothing to show but its name."""
        event = await plans.event(self._store, key)
        contest = await plans.contest(self._store, event.contest)
        gates = await gates_of_event(self._store, key)
        standing = Standing(
            event=event.id,
            event_name=event.name,
            contest=contest.id,
            contest_name=contest.name,
            state=gates.results.state,
            blind=event.blind,
            unblinded=gates.unblinded,
            public_view=event.public_view,
            as_of="",
            complete=0,
            aspects=0,
            columns=(),
            awards=(),
            rows=(),
        )
        return Seen(contest.id, standing, None)

    async def _at_freeze(
        self, plan: EventPlan, gates: EventGates, names: Mapping[OrganisationId, str]
    ) -> Standing | None:
        """The standing of the moment of the freeze: of what is planned now, and of the facts up to then alone."""
        event = plan.event.id
        view = gates.line(Line.VIEW, event)
        if view.state != "frozen":
            self._frozen.pop(event, None)
            return None
        seq = view.passed[-1].seq
        unruled = msgspec.structs.replace(plan, entries=_with_statuses(plan.entries, {}))
        known = self._frozen.get(event)
        if known is None or known[:3] != (seq, unruled, names):
            marks = EventMarks(event)
            await marks.follow(self._store, until=seq)
            then = msgspec.structs.replace(plan, entries=_with_statuses(plan.entries, marks.statuses))
            standing = await asyncio.to_thread(_standing, then, gates_until(gates, seq), marks, names)
            known = self._frozen[event] = Frozen(seq, unruled, names, standing)
        return known.standing


def _with_statuses(entries: Sequence[Entry], statuses: Mapping[EntryId, str]) -> list[Entry]:
    return [
        msgspec.structs.replace(entry, status=EntryStatus(statuses.get(entry.id, EntryStatus.ENTERED)))
        for entry in entries
    ]


def gates_until(gates: EventGates, seq: int) -> EventGates:
    """The lines of gates as they stood when the ledger had reached a number; an untouched first round stays."""
    rounds = []
    for line in gates.rounds:
        passed = tuple(gate for gate in line.passed if gate.seq <= seq)
        if passed or line.round == 1:
            rounds.append(msgspec.structs.replace(line, passed=passed))
    return EventGates(event=gates.event, rounds=tuple(rounds))


def _standing(
    plan: EventPlan, gates: EventGates, marks: EventMarks, names: Mapping[OrganisationId, str]
) -> Standing:
    """Compute where an event stands. Not on the event loop: a large event takes tens of milliseconds."""
    found = computed(plan, gates, marks.sheet(plan), tuple(marks.decisions))
    event, line = plan.event, gates.results
    behind = event.blind and not gates.unblinded
    # In the order of the tree: what an attempt is made of stands below it.
    places = {node: place for place, node in enumerate(plan.scheme.nodes)}
    columns = (*found.columns, *sorted(plan.scheme.details, key=lambda node: places[node.id]))
    at = stage_shown(found.results)
    rows = tuple(
        _row(result, found.entries[EntryId(result.entry)], names, columns, behind=behind, stage=at)
        for result in found.results.rows
    )
    return Standing(
        event=event.id,
        event_name=event.name,
        contest=plan.contest.id,
        contest_name=plan.contest.name,
        state=line.state,
        blind=event.blind,
        unblinded=gates.unblinded,
        public_view=event.public_view,
        as_of=max(marks.newest, _passed_at(line)),
        complete=sum(row.complete for row in rows),
        aspects=sum(row.aspects for row in rows),
        columns=tuple(
            Column(node=node.id, name=node.name, name_en=node.name_en, depth=node.depth) for node in columns
        ),
        awards=tuple(
            AwardName(award=award.id, name=award.name, name_en=award.name_en) for award in found.results.awards
        ),
        rows=rows,
        stage=None if at is None else stages_of(found)[at],
    )


def stage_shown(found: Results) -> int | None:
    """The stage whose outcome a board shows: the first that is not decided, else the last that leads on."""
    leading = [at for at in range(len(found.stages)) if any(row.advances[at] for row in found.rows)]
    undecided = [at for at in leading if not found.stages[at].decided]
    return undecided[0] if undecided else leading[-1] if leading else None


def _advance(result: Result, stage: int | None) -> str:
    if stage is None:
        return ""
    before = result.advances[: stage + 1]
    return "out" if "out" in before else before[-1]


def _unranked(result: Result) -> str:
    """Say in a word why there is no rank; by what exactly an entry is barred is for officials to read."""
    if not result.excluded:
        return ""
    return "no_result" if result.excluded == ("no_result",) else "barred"


def _passed_at(line: GateLine) -> str:
    return max((gate.at for gate in line.passed), default="")


def _row(
    result: Result,
    entry: Entry,
    names: Mapping[OrganisationId, str],
    columns: Sequence[NodeLine],
    *,
    behind: bool,
    stage: int | None,
) -> Row:
    shown = behind_station(entry) if behind else entry
    return Row(
        entry=result.entry,
        place=result.place,
        rank=result.rank,
        shared=result.shared,
        label=label_of(shown),
        name=shown.name,
        organisation=names.get(shown.organisation, "") if shown.organisation else "",
        status=result.status,
        total=result.total,
        points=result.points,
        complete=result.complete,
        aspects=result.aspects,
        best=result.best,
        worst=result.worst,
        scores=[result.scores.get(column.id) for column in columns],
        awards=list(result.awards),
        gap=result.gap,
        unranked=_unranked(result),
        advance=_advance(result, stage),
    )
