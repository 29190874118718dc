"""What a tablet is shown: its seat and sessions, and the sheet of one session with its own marks.

While an event is blind, entries stand behind their station numbers here as everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from contest.errors import SchemeMissing, SheetNotYours
from contest.model.contest import Session
from contest.model.ids import EntryId, EventId, OrganisationId, PanelId, SeatId
from contest.model.panel import Seat
from contest.model.people import Entry, behind_station, label_of
from contest.store import clock
from contest.store.checkpoints import backed_up
from contest.store.open import Store
from contest.store.queries import live, people, plans, schemes
from contest.store.queries.devices import Holder
from contest.store.queries.results import EventGates, MarkOnRecord, gates_of_event
from realtime.protocol import AspectCard, Choice, EntryLine, MarkLine, SessionLine, Sheet, Welcome
from scoring.kinds.veto import Veto
from scoring.scheme import Aspect, Scheme


async def welcome_for(store: Store, holder: Holder, *, beat_seconds: int) -> Welcome:
    """What a tablet is told when it is known: whose seat it holds and which sessions that seat marks.

    One that no longer holds its seat learns nothing but which of its marks are wanted.
    """
    contest = await plans.contest(store, holder.contest)
    event = await plans.event(store, holder.event)
    numbers = await live.numbers_of(store, holder.device)
    return Welcome(
        device=holder.device,
        seat=holder.seat,
        seat_number=holder.seat_number,
        judge_name=holder.judge_name if holder.holds else "",
        panel=(await plans.panel(store, holder.panel)).name if holder.holds else "",
        contest=contest.id,
        contest_name=contest.name,
        event=event.id,
        event_name=event.name,
        sessions=await sessions_of(store, holder) if holder.holds else [],
        next_device_seq=numbers.next,
        send_from=numbers.send_from,
        backed_up=await backed_up(store, holder.contest),
        holds=holder.holds,
        at=clock.now(),
        beat_seconds=beat_seconds,
    )


async def sessions_of(store: Store, holder: Holder) -> list[SessionLine]:
    """The sessions that a seat marks, with their states."""
    gates = await gates_of_event(store, holder.event)
    return [
        _session_line(session, gates.session(session.id).state)
        for session in await plans.sessions_of_event(store, holder.event)
        if session.panel == holder.panel
    ]


def _session_line(session: Session, state: str) -> SessionLine:
    return SessionLine(
        session=session.id, name=session.name, room=session.room, starts_at=session.starts_at, state=state
    )


async def sheet_for(store: Store, holder: Holder, wanted: str) -> Sheet:
    """The sheet of a session for one seat; SheetNotYours when that seat does not mark there."""
    sessions = await plans.sessions_of_event(store, holder.event)
    session = next((known for known in sessions if known.id == wanted and known.panel == holder.panel), None)
    if session is None:
        raise SheetNotYours()
    blank = (await _ground(store, holder.event)).sheet(session)
    marks = await live.marks_for_seat(store, session.id, holder.seat)
    return msgspec.structs.replace(blank, marks=[_line(mark) for mark in marks])


class _Ground(NamedTuple):
    """What all sheets of an event rest on."""

    blind: bool
    scheme: Scheme
    gates: EventGates
    entries: Mapping[EntryId, Entry]
    organisations: Mapping[OrganisationId, str]

    def sheet(self, session: Session) -> Sheet:
        """The sheet of a session without any mark."""
        aspects = self.scheme.aspects
        lines = [self._line(self.entries[key]) for key in session.entries if key in self.entries]
        return Sheet(
            session=session.id,
            name=session.name,
            state=self.gates.session(session.id).state,
            blind=self.blind,
            # The order of the plan could say who is who.
            entries=sorted(lines, key=lambda line: (line.label, line.entry)) if self.blind else lines,
            aspects=[_card(self.scheme, aspects[aspect]) for aspect in session.aspects if aspect in aspects],
            marks=[],
        )

    def _line(self, entry: Entry) -> EntryLine:
        shown = behind_station(entry) if self.blind else entry
        return EntryLine(
            entry=shown.id,
            label=label_of(shown),
            name=shown.name,
            organisation=self.organisations.get(shown.organisation, "") if shown.organisation else "",
            status=shown.status,
        )


async def _ground(store: Store, key: EventId) -> _Ground:
    event = await plans.event(store, key)
    gates = await gates_of_event(store, key)
    return _Ground(
        blind=event.blind and not gates.unblinded,
        scheme=await schemes.scheme_of_event(store, key),
        gates=gates,
        entries={entry.id: entry for entry in await people.entries_of_event(store, key)},
        organisations={known.id: known.name for known in await people.organisations(store)},
    )


class PanelPlan(NamedTuple):
    """What the tablets of a panel are shown of the plan."""

    top: bytes
    """Everything that stands in a `Welcome` and is no state."""
    seats: Mapping[SeatId, Seat]
    sheets: Mapping[str, Sheet]
    """The sheets of its sessions, without marks."""


async def panels_as_planned(store: Store, key: EventId) -> dict[PanelId, PanelPlan]:
    """What the tablets of all panels of an event are shown of the plan now."""
    event = await plans.event(store, key)
    contest = await plans.contest(store, event.contest)
    panels = await plans.panels_of_event(store, key)
    sessions = await plans.sessions_of_event(store, key)
    try:
        ground = await _ground(store, key)
    except SchemeMissing:
        ground = None
    planned = {}
    for panel in panels:
        mine = [session for session in sessions if session.panel == panel.id]
        top = (contest.name, event.name, panel, [_session_line(session, "") for session in mine])
        planned[panel.id] = PanelPlan(
            top=msgspec.json.encode(top),
            seats={seat.id: seat for seat in panel.seats},
            sheets={session.id: ground.sheet(session) for session in mine} if ground else {},
        )
    return planned


def _card(scheme: Scheme, aspect: Aspect) -> AspectCard:
    node, above = scheme.nodes[aspect.id].node, scheme.nodes[aspect.id].above
    veto = node if isinstance(node, Veto) else None
    struck = scheme.nodes[veto.node or above].node if veto and veto.effect == "zero" else None
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
        optional=aspect.optional,
        veto=veto.effect if veto else "",
        strikes=struck.name if struck else "",
        strikes_en=struck.name_en if struck else "",
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
