"""Exporting: the results that boards show, laid out as workbooks and text tables."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from contest.actions.results import EventResults, results_of
from contest.errors import NotAllowed, SchemeMissing, StillBlind
from contest.exports.awards import (
    EventSheet,
    ScoreColumn,
    Standing,
    award_list,
    contest_awards,
    event_awards,
    event_scores,
    score_summary,
)
from contest.exports.grouped import GroupSheet, GroupStanding
from contest.exports.tables import Workbook, csv_bytes
from contest.exports.template import competitor_template as template
from contest.model.access import Act, Person, may
from contest.model.ids import ContestId, EntryId, EventId, OrganisationId
from contest.model.people import Entry
from contest.offload import offload
from contest.store.clock import local, now
from contest.store.open import Store
from contest.store.queries import facts, people, plans
from scoring import Result

DRAFT = "draft"
"""What a file says of results that are not published."""

_LOOKS = 3
"""How often to compute anew while other events of the contest are being marked."""


async def awards_workbook(store: Store, event: EventId, person: Person, language: str) -> tuple[str, bytes]:
    """The award list and score summary of an event: the file's name and its .xlsx."""
    return await _workbook(event_awards(await _sheet(store, event, person, language), language))


async def scores_workbook(store: Store, event: EventId, person: Person, language: str) -> tuple[str, bytes]:
    """The score summary of an event with every criterion and aspect: the file's name and its .xlsx."""
    return await _workbook(event_scores(await _sheet(store, event, person, language), language))


async def awards_text(store: Store, event: EventId, person: Person, language: str) -> tuple[str, bytes]:
    """The award list of an event as CSV."""
    table = award_list(sheet := await _sheet(store, event, person, language), language)
    return f"{sheet.code} {sheet.event} {table.sheet}.csv", csv_bytes(table)


async def scores_text(store: Store, event: EventId, person: Person, language: str) -> tuple[str, bytes]:
    """The score summary of an event as CSV."""
    table = score_summary(sheet := await _sheet(store, event, person, language), language)
    return f"{sheet.code} {sheet.event} {table.sheet}.csv", csv_bytes(table)


async def contest_workbook(store: Store, contest: ContestId, person: Person, language: str) -> tuple[str, bytes]:
    """All awards of a contest, across its events; what is blind, hidden or without a scheme is left out."""
    sheets = []
    for event in await plans.events_of_contest(store, contest):
        try:
            sheets.append(await _sheet(store, event.id, person, language))
        except (StillBlind, SchemeMissing, NotAllowed):
            continue
    book = contest_awards(sheets, language)
    return await _workbook(book if sheets else msgspec.structs.replace(book, name="awards"))


async def competitor_template(store: Store, contest: ContestId, language: str) -> bytes:
    """The empty spreadsheet for a contest's competitors."""
    planned = await plans.contest(store, contest)
    events = [(event.code, event.name) for event in await plans.events_of_contest(store, contest)]
    _, content = await _workbook(template(planned.name, events, language))
    return content


async def _workbook(book: Workbook) -> tuple[str, bytes]:
    content = await offload("contest.exports.workbook", msgspec.json.encode(book))
    return f"{book.name}.xlsx", content


async def _sheet(store: Store, event: EventId, person: Person, language: str) -> EventSheet:
    """Gather an event's results for paper.

    StillBlind while names must not stand beside numbers; NotAllowed for whoever may see numbers only once they
    are published.
    """
    found, seq = await _as_of(store, event)
    if found.event.blind and not found.gates.unblinded:
        raise StillBlind()
    state = _state(found)
    if state == DRAFT and not may(person.grants, Act.SEE_MARKS, contest=found.contest.id, event=event):
        raise NotAllowed(act=Act.SEE_MARKS.value)
    organisations = {one.id: one.name for one in await people.organisations(store)}
    names = {award.id: _named(award.name, award.name_en, language) for award in found.results.awards}
    settled = {
        entry: tie.decision.how.value for tie in found.ties if tie.decision is not None for entry in tie.entries
    }
    return EventSheet(
        contest=found.contest.name,
        event=found.event.name,
        code=found.event.code,
        state=state,
        as_of=local(now()),
        seq=seq,
        places=found.scheme.places,
        columns=_columns(found, [node.id for node in found.columns], language),
        details=_columns(found, [node for node in found.scheme.nodes if node != found.scheme.root.id], language),
        standings=tuple(
            msgspec.structs.replace(
                _standing(result, found.entries[EntryId(result.entry)], organisations, names),
                excluded=_excluded(found, result, language),
                settled=settled.get(EntryId(result.entry), ""),
                stopped=_stopped(found, result, language),
            )
            for result in found.results.rows
        ),
        dense=found.scheme.ranking.ties == "dense",
        groups=_groups(found, language),
    )


def _groups(found: EventResults, language: str) -> tuple[GroupSheet, ...]:
    tables = {one.table.id: one.table for one in found.scheme.document.teams}
    sheets = []
    for result in found.results.teams:
        table = tables[result.table]
        awards = {award.id: _named(award.name, award.name_en, language) for award in table.awards}
        standings = tuple(
            GroupStanding(
                rank=row.rank,
                group=row.group,
                points=row.points,
                counted=row.counted,
                awards=tuple(awards[award] for award in row.awards),
                unranked=row.unranked,
            )
            for row in result.rows
        )
        places = max((len(one.points.partition(".")[2]) for one in standings if one.points), default=0)
        name = _named(table.name, table.name_en, language)
        sheets.append(GroupSheet(name=name, places=places, dense=table.ties == "dense", standings=standings))
    return tuple(sheets)


def _stopped(found: EventResults, result: Result, language: str) -> str:
    """The name of the stage from which an entry did not go on, if there is one."""
    if "out" not in result.advances:
        return ""
    stage = found.results.stages[result.advances.index("out")]
    return _named(stage.name, stage.name_en, language)


def _excluded(found: EventResults, result: Result, language: str) -> tuple[str, ...]:
    """What keeps an entry out of the ranking, by name; an empty one where there is no result to rank."""
    nodes = [found.scheme.nodes[id_].node if id_ in found.scheme.nodes else None for id_ in result.excluded]
    return tuple("" if node is None else _named(node.name, node.name_en, language) for node in nodes)


def _state(found: EventResults) -> str:
    for state in ("official", "provisional"):
        if found.gates.results.has(state):
            return state
    return DRAFT


async def _as_of(store: Store, event: EventId) -> tuple[EventResults, int]:
    """The results of an event and the number in the ledger that they rest on, as the file will say."""
    contest = (await plans.event(store, event)).contest
    for _ in range(_LOOKS):
        before = await _head(store, contest)
        found = await results_of(store, event)
        if await _head(store, contest) == before:
            break  # nothing came while we computed
    return found, before


async def _head(store: Store, contest: ContestId) -> int:
    return max((head.seq for head in await facts.heads(store, [contest])), default=0)


def _columns(found: EventResults, nodes: list[str], language: str) -> tuple[ScoreColumn, ...]:
    placed = found.scheme.nodes
    return tuple(
        ScoreColumn(
            node=node,
            name=_named(placed[node].node.name, placed[node].node.name_en, language),
            places=placed[node].places,
        )
        for node in nodes
    )


def _standing(
    result: Result, entry: Entry, organisations: Mapping[OrganisationId, str], awards: Mapping[str, str]
) -> Standing:
    return Standing(
        rank=result.rank,
        awards=tuple(awards[award] for award in result.awards),
        bib=entry.bib,
        name=entry.name,
        organisation=organisations.get(entry.organisation, "") if entry.organisation else "",
        total=result.total,
        status=result.status,
        complete=result.complete,
        aspects=result.aspects,
        scores=dict(result.scores),
    )


def _named(chinese: str, english: str, language: str) -> str:
    return english if language == "en" and english else chinese
