"""What a tablet is shown: its seat and sessions, and the sheet of one session with its own marks.

While an event is blind, entries stand behind their station numbers here as everywhere.
"""

from __future__ import annotations

from contest.errors import SheetNotYours
from contest.model.gate import Line
from contest.model.ids import EntryId, SessionId
from contest.model.people import behind_station, label_of
from contest.store import clock
from contest.store.open import Store
from contest.store.queries import live, people, plans, schemes
from contest.store.queries.devices import Holder
from contest.store.queries.results import MarkOnRecord, gates_of_event
from realtime.protocol import AspectCard, Choice, EntryLine, MarkLine, SessionLine, Sheet, Welcome
from scoring.scheme import Aspect


async def welcome_for(store: Store, holder: Holder, *, beat_seconds: int) -> Welcome:
    """What a tablet is told when it is known: whose seat it holds and which sessions that seat marks."""
    contest = await plans.contest(store, holder.contest)
    event = await plans.event(store, holder.event)
    panel = await plans.panel(store, holder.panel)
    return Welcome(
        device=holder.device,
        seat=holder.seat,
        seat_number=holder.seat_number,
        judge_name=holder.judge_name,
        panel=panel.name,
        contest=contest.id,
        contest_name=contest.name,
        event=event.id,
        event_name=event.name,
        sessions=await sessions_of(store, holder),
        next_device_seq=await live.next_device_seq(store, holder.device),
        at=clock.now(),
        beat_seconds=beat_seconds,
    )


async def sessions_of(store: Store, holder: Holder) -> list[SessionLine]:
    """The sessions that a seat marks, with their states."""
    gates = await gates_of_event(store, holder.event)
    return [
        SessionLine(
            session=session.id,
            name=session.name,
            room=session.room,
            starts_at=session.starts_at,
            state=gates.line(Line.SESSION, session.id).state,
        )
        for session in await plans.sessions_of_event(store, holder.event)
        if session.panel == holder.panel
    ]


async def sheet_for(store: Store, holder: Holder, wanted: str) -> Sheet:
    """The sheet of a session for one seat; SheetNotYours when that seat does not mark there."""
    sessions = await plans.sessions_of_event(store, holder.event)
    session = next((known for known in sessions if known.id == wanted and known.panel == holder.panel), None)
    if session is None:
        raise SheetNotYours()
    event = await plans.event(store, holder.event)
    scheme = await schemes.scheme_of_event(store, holder.event)
    gates = await gates_of_event(store, holder.event)
    blind = event.blind and not gates.unblinded
    marks = await live.marks_for_seat(store, SessionId(session.id), holder.seat)
    return Sheet(
        session=session.id,
        name=session.name,
        state=gates.line(Line.SESSION, session.id).state,
        blind=blind,
        entries=await _entries(store, holder, session.entries, blind=blind),
        aspects=[_card(scheme.aspects[aspect]) for aspect in session.aspects if aspect in scheme.aspects],
        marks=[_line(mark) for mark in marks],
    )


async def _entries(store: Store, holder: Holder, wanted: tuple[EntryId, ...], *, blind: bool) -> list[EntryLine]:
    entries = {entry.id: entry for entry in await people.entries_of_event(store, holder.event)}
    names = {} if blind else {known.id: known.name for known in await people.organisations(store)}
    lines = []
    for key in wanted:
        if key in entries:
            entry = behind_station(entries[key]) if blind else entries[key]
            lines.append(
                EntryLine(
                    entry=entry.id,
                    label=label_of(entry),
                    name=entry.name,
                    organisation=names.get(entry.organisation, "") if entry.organisation else "",
                    status=entry.status,
                )
            )
    # The order of the plan could say who is who.
    return sorted(lines, key=lambda line: (line.label, line.entry)) if blind else lines


def _card(aspect: Aspect) -> AspectCard:
    return AspectCard(
        aspect=aspect.id,
        name=aspect.name,
        name_en=aspect.name_en,
        group=aspect.group,
        group_en=aspect.group_en,
        view=aspect.view,
        low=aspect.low,
        high=aspect.high,
        step=aspect.step,
        places=aspect.places,
        unit=aspect.unit,
        by_panel=aspect.by_panel,
        choices=[Choice(value=one.value, label=one.label, label_en=one.label_en) for one in aspect.choices],
        hint=aspect.hint,
        unit_en=aspect.unit_en,
        hint_en=aspect.hint_en,
    )


def _line(mark: MarkOnRecord) -> MarkLine:
    return MarkLine(
        mark=mark.id,
        entry=mark.entry,
        aspect=mark.aspect,
        kind=mark.kind,
        value=mark.value,
        standing=mark.standing,
        revision=mark.revision,
        seq=mark.seq,
        at=mark.at,
    )
