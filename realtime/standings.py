"""Where an event stands, now and at the moment of its freeze, as the boards need it.

Now comes from `results_of`, the one function behind every workbook. At the freeze comes from the ledger up to the
fact of the freeze, through the same sheet and the same engine, so that a process that starts during a freeze
shows what one that ran all the time shows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import msgspec

from contest.actions.results import EventResults, results_of, sheet_of
from contest.actions.showing import AwardName
from contest.errors import SchemeMissing
from contest.model.gate import GateLine, Line
from contest.model.ids import EntryId, EventId, OrganisationId
from contest.model.mark import Standing as MarkStanding
from contest.model.people import Entry, EntryStatus, behind_station, label_of
from contest.store.open import Store
from contest.store.projections import Projection
from contest.store.queries import live, people, plans, schemes
from contest.store.queries.results import EventGates, MarkOnRecord, gates_of_event
from realtime.hub import Seen
from realtime.protocol import Column, Row
from realtime.views import Standing
from scoring import Result, results
from scoring.scheme import NodeLine


class Standings:
    """Answers where events stand; remembers of each frozen event the one standing that the public sees."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._frozen: dict[EventId, tuple[int, Standing]] = {}

    async def stand(self, event: str) -> Seen:
        """Where an event stands; NotFound when there is none."""
        key = EventId(event)
        names = await self._names()
        # Asked before the gates, so that no mark behind a freeze can lend its time to a board in front of it.
        newest = await live.newest_mark_at(self._store, key)
        try:
            computed = await results_of(self._store, key)
        except SchemeMissing:
            return await self._unmarked(key)
        now = _standing(computed, names, newest)
        return Seen(computed.contest.id, now, await self._at_freeze(computed, names))

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

    async def _at_freeze(self, computed: EventResults, names: Mapping[OrganisationId, str]) -> Standing | None:
        event = computed.event.id
        view = computed.gates.line(Line.VIEW, event)
        if view.state != "frozen":
            self._frozen.pop(event, None)
            return None
        seq = view.passed[-1].seq
        known = self._frozen.get(event)
        if known is None or known[0] != seq:
            known = self._frozen[event] = (seq, await self._rebuilt(computed, names, seq))
        return known[1]

    async def _rebuilt(self, computed: EventResults, names: Mapping[OrganisationId, str], seq: int) -> Standing:
        """Compute the standing of the moment of the freeze from the facts up to it."""
        event = computed.event
        then = Projection()
        for fact in await live.facts_of_event_until(self._store, event.contest, event.id, seq):
            then.fold(fact)
        marks = msgspec.convert(
            [row for row in then.marks.values() if row["standing"] == MarkStanding.COUNTS], list[MarkOnRecord]
        )
        entries = [
            msgspec.structs.replace(entry, status=EntryStatus(then.statuses.get(entry.id, EntryStatus.ENTERED)))
            for entry in computed.entries.values()
        ]
        scheme = await schemes.scheme_of_event(self._store, event.id)
        sheet = sheet_of(
            scheme,
            entries,
            await plans.sessions_of_event(self._store, event.id),
            await plans.panels_of_event(self._store, event.id),
            marks,
        )
        at_freeze = msgspec.structs.replace(
            computed,
            gates=gates_until(computed.gates, seq),
            entries={entry.id: entry for entry in entries},
            sheet=sheet,
            results=await asyncio.to_thread(results, scheme, sheet),
        )
        return _standing(at_freeze, names, max((mark.at for mark in marks), default=""))


def gates_until(gates: EventGates, seq: int) -> EventGates:
    """The lines of gates as they stood when the ledger had reached a number; an untouched first round stays."""
    rounds = []
    for line in gates.rounds:
        passed = tuple(gate for gate in line.passed if gate.seq <= seq)
        if passed or line.round == 1:
            rounds.append(msgspec.structs.replace(line, passed=passed))
    return EventGates(event=gates.event, rounds=tuple(rounds))


def _standing(computed: EventResults, names: Mapping[OrganisationId, str], newest: str) -> Standing:
    event, line = computed.event, computed.gates.results
    behind = event.blind and not computed.gates.unblinded
    columns = (*computed.columns, *computed.scheme.details)
    rows = tuple(
        _row(result, computed.entries[EntryId(result.entry)], names, columns, behind=behind)
        for result in computed.results.rows
    )
    return Standing(
        event=event.id,
        event_name=event.name,
        contest=computed.contest.id,
        contest_name=computed.contest.name,
        state=line.state,
        blind=event.blind,
        unblinded=computed.gates.unblinded,
        public_view=event.public_view,
        as_of=max(newest, _passed_at(line)),
        complete=sum(row.complete for row in rows),
        aspects=sum(row.aspects for row in rows),
        columns=tuple(
            Column(node=node.id, name=node.name, name_en=node.name_en, depth=node.depth) for node in columns
        ),
        awards=tuple(
            AwardName(award=award.id, name=award.name, name_en=award.name_en) for award in computed.results.awards
        ),
        rows=rows,
    )


def _passed_at(line: GateLine) -> str:
    return max((gate.at for gate in line.passed), default="")


def _row(
    result: Result,
    entry: Entry,
    names: Mapping[OrganisationId, str],
    columns: Sequence[NodeLine],
    *,
    behind: bool,
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
    )
