"""Showing: results as officials read them before and after they are public, and why each is what it is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

import msgspec

from contest.actions.entering import sees_names
from contest.actions.grouping import TeamTableLine, team_tables
from contest.actions.remarking import RemarkLine, remarks_in
from contest.actions.results import EventResults, results_of
from contest.actions.tying import TieLine, ties_shown
from contest.errors import NotFound
from contest.model.access import Person
from contest.model.gate import Line
from contest.model.ids import EntryId, EventId
from contest.model.people import Entry, behind_station, label_of
from contest.model.tie import How
from contest.store.clock import now
from contest.store.open import Store
from contest.store.queries import people
from scoring import Result
from scoring.explain import Step, explain
from scoring.scheme import NodeLine


class ResultRow(msgspec.Struct, frozen=True, kw_only=True):
    """One entry as officials read it. `scores` stand in the order of the columns."""

    entry: str
    place: int
    rank: int | None
    shared: bool
    label: str
    name: str
    organisation: str
    status: str
    total: str | None
    points: str
    complete: int
    aspects: int
    best: str | None
    worst: str | None
    scores: list[str | None]
    awards: list[str]
    tie_broken_by: str = ""
    excluded: list[str] = []
    """Why the entry has no rank although it competes: nodes that bar it, or `no_result`."""
    advances: list[str] = []
    """For every stage whether the entry goes on: `through`, `possible`, `out`, or empty where it is not in it."""


class ResultHead(msgspec.Struct, frozen=True, kw_only=True):
    """What stands above the rows."""

    event: str
    event_name: str
    contest: str
    contest_name: str
    state: str
    round: int
    view: str
    as_of: str
    complete: int
    aspects: int
    entries: int


class NodeName(msgspec.Struct, frozen=True, kw_only=True):
    """A column of the table."""

    node: str
    name: str
    name_en: str


class AwardName(msgspec.Struct, frozen=True, kw_only=True):
    """An award that the scheme gives."""

    award: str
    name: str
    name_en: str


class StageName(msgspec.Struct, frozen=True, kw_only=True):
    """A stage of the scheme; `places` lead on from it, where that is a number."""

    stage: str
    name: str
    name_en: str
    decided: bool
    places: int | None


class ResultSheet(msgspec.Struct, frozen=True, kw_only=True):
    """An event's results as officials read them before and after they are public."""

    head: ResultHead
    columns: list[NodeName]
    rows: list[ResultRow]
    open_ties: int
    missing: int
    awards: list[AwardName]
    ties: list[TieLine] = []
    """Who shares a rank by marks alone where the scheme wants that decided: open ones, and those decided."""
    remarks: list[RemarkLine] = []
    """Where judges should mark again."""
    barriers: list[NodeName] = []
    """The nodes that take somebody out of the ranking, by the names in `excluded`."""
    stages: list[StageName] = []
    teams: list[TeamTableLine] = []
    """Tables of teams and organisations; none while names must not be read."""


async def officials_results(store: Store, event: EventId, person: Person) -> ResultSheet:
    """Show the results of an event to an official; while it is blind, behind station numbers."""
    computed = await results_of(store, event)
    named = sees_names(computed.event, person, unblinded=computed.gates.unblinded)
    organisations = {known.id: known.name for known in await people.organisations(store)} if named else {}
    rows = []
    for result in computed.results.rows:
        entry = computed.entries[EntryId(result.entry)]
        shown = entry if named else behind_station(entry)
        organisation = organisations.get(shown.organisation, "") if shown.organisation else ""
        rows.append(_row(result, shown, organisation, computed.columns))
    return ResultSheet(
        head=_head(computed, rows),
        columns=[NodeName(node=node.id, name=node.name, name_en=node.name_en) for node in computed.columns],
        rows=rows,
        open_ties=computed.results.open_ties,
        missing=computed.results.missing,
        awards=[
            AwardName(award=award.id, name=award.name, name_en=award.name_en) for award in computed.scheme.awards
        ],
        ties=await ties_shown(store, computed),
        remarks=remarks_in(computed),
        barriers=_barriers(computed),
        stages=stages_of(computed),
        teams=team_tables(computed) if named else [],
    )


def stages_of(computed: EventResults) -> list[StageName]:
    """The stages of an event, the first first."""
    return [
        StageName(stage=one.id, name=one.name, name_en=one.name_en, decided=one.decided, places=one.places)
        for one in computed.results.stages
    ]


def _barriers(computed: EventResults) -> list[NodeName]:
    barring = {id_ for row in computed.results.rows for id_ in row.excluded}
    nodes = [placed.node for id_, placed in computed.scheme.nodes.items() if id_ in barring]
    return [NodeName(node=node.id, name=node.name, name_en=node.name_en) for node in nodes]


def _row(result: Result, entry: Entry, organisation: str, columns: Sequence[NodeLine]) -> ResultRow:
    return ResultRow(
        entry=result.entry,
        place=result.place,
        rank=result.rank,
        shared=result.shared,
        label=label_of(entry),
        name=entry.name,
        organisation=organisation,
        status=result.status,
        total=result.total,
        points=result.points,
        complete=result.complete,
        aspects=result.aspects,
        best=result.best,
        worst=result.worst,
        scores=[result.scores.get(column.id) for column in columns],
        awards=list(result.awards),
        tie_broken_by=result.tie_broken_by,
        excluded=list(result.excluded),
        advances=list(result.advances),
    )


def _head(computed: EventResults, rows: Sequence[ResultRow]) -> ResultHead:
    view = computed.gates.line(Line.VIEW, computed.event.id)
    line = computed.gates.results
    return ResultHead(
        event=computed.event.id,
        event_name=computed.event.name,
        contest=computed.contest.id,
        contest_name=computed.contest.name,
        state=line.state,
        round=line.round,
        view="frozen" if view.state == "frozen" else computed.event.public_view.value,
        as_of=now(),
        complete=sum(row.complete for row in rows),
        aspects=sum(row.aspects for row in rows),
        entries=len(rows),
    )


async def why(store: Store, event: EventId, entry: EntryId, person: Person) -> tuple[Step, ...]:
    """Explain an entry's result step by step, by the code that computed it."""
    computed = await results_of(store, event)
    if entry not in computed.entries:
        raise NotFound(what="entry")
    steps = await asyncio.to_thread(explain, computed.scheme, computed.sheet, entry)
    told = (*steps[:1], *_lot(computed, entry), *steps[1:])  # after the place itself
    if sees_names(computed.event, person, unblinded=computed.gates.unblinded):
        return told
    return tuple(_behind_station(step, computed) for step in told)


_LOTS = {
    How.DRAWN: ("由系统抽签", "lots drawn by the system"),
    How.LOT: ("由现场抽签", "lots drawn in public"),
    How.DECIDED: ("由裁判长决定", "a decision of the chief judge"),
}


def _lot(computed: EventResults, entry: EntryId) -> Iterator[Step]:
    """Say by which decision an entry stands where it stands among equals."""
    for tie in computed.ties:
        if tie.decision is not None and entry in tie.entries:
            place, many = tie.entries.index(entry) + 1, len(tie.entries)
            zh, en = _LOTS[tie.decision.how]
            yield Step(
                depth=0,
                node=computed.scheme.root.id,
                zh=f"{many} 个并列的先后{zh}定为第 {place} 位（台账第 {tie.decision.seq} 号）",
                en=f"number {place} of {many} tied, by {en} (fact {tie.decision.seq})",
            )


_NAMES = ("organisation", "team")
"""Attributes that say who somebody is."""


def _behind_station(step: Step, computed: EventResults) -> Step:
    """A step without what says who is meant, for those who read a blind event."""
    attributes = computed.sheet.attributes
    names = {text for attribute in _NAMES for text in attributes.get(attribute, {}).values()}
    zh, en = step.zh, step.en
    for name in sorted(names, key=len, reverse=True):
        zh, en = zh.replace(name, "〔盲评〕"), en.replace(name, "[blind]")
    return msgspec.structs.replace(step, zh=zh, en=en)
