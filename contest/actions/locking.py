"""Locking: a session is opened for marking, locked, and confirmed by the chief judge; or opened again by two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from contest.actions import consenting
from contest.actions.entering import by_station, sees_names
from contest.actions.readiness import check_ready
from contest.actions.remarking import remarks_due
from contest.actions.results import EventResults, results_of
from contest.errors import MarksMissing, PanelTooSmall, RemarksOpen, SessionNotReady
from contest.model.access import Act, Person
from contest.model.contest import Event, Session
from contest.model.gate import GateLine, Line
from contest.model.ids import ContestId, EntryId, EventId, SeatId, SessionId
from contest.model.mark import MarkKind
from contest.model.missing import Place, Said, missing_marks
from contest.model.ruling import PassGate, ReopenLine
from contest.store.commands import Given
from contest.store.holding import marks_stand
from contest.store.open import Store
from contest.store.queries import people, plans, schemes
from contest.store.queries.people import names_of_accounts
from contest.store.queries.results import gates_of_event, marks_that_count, pending_in_session
from contest.store.queries.ties import words_of
from scoring import Aspect, Result, Scheme
from scoring.ranking import needed


class PassedGate(msgspec.Struct, frozen=True, kw_only=True):
    """A gate that was passed: when, by whom, with whose consent, as which fact."""

    gate: str
    at: str
    by: str
    by_name: str
    second: str
    second_name: str
    seq: int
    reason: str = ""
    """What was written down with it: why marks stand on which judges differ."""


class GateState(msgspec.Struct, frozen=True, kw_only=True):
    """One round of a line of gates with its word and what may come next."""

    line: Line
    subject: str
    round: int
    state: str
    next: str | None
    passed: list[PassedGate]
    missing: int | None = None
    """After locking: how many counting marks a session still lacks."""
    pending: int | None = None
    """After locking: how many marks wait for the chief judge."""


class SessionView(msgspec.Struct, frozen=True, kw_only=True):
    """A session with where it stands."""

    id: str
    contest: str
    event: str
    stage: str
    name: str
    panel: str | None
    room: str
    starts_at: str
    aspects: list[str]
    entries: list[str]
    position: int
    gates: GateState


async def named_line(store: Store, contest: ContestId, line: GateLine) -> GateState:
    """Show a line of gates with the names of those who passed them."""
    return (await named_lines(store, contest, [line]))[0]


async def named_lines(store: Store, contest: ContestId, lines: list[GateLine]) -> list[GateState]:
    """Show lines of gates with the names of those who passed them, and what they wrote down."""
    reasons = await words_of(store, contest, {passed.seq for line in lines for passed in line.passed})
    accounts = {name for line in lines for passed in line.passed for name in (passed.by, passed.second) if name}
    names = await names_of_accounts(store, accounts)
    return [
        GateState(
            line=line.line,
            subject=line.subject,
            round=line.round,
            state=line.state,
            next=line.next,
            passed=[
                PassedGate(
                    gate=passed.gate,
                    at=passed.at,
                    by=passed.by,
                    by_name=names.get(passed.by, ""),
                    second=passed.second,
                    second_name=names.get(passed.second, ""),
                    seq=passed.seq,
                    reason=reasons.get(passed.seq, ""),
                )
                for passed in line.passed
            ],
        )
        for line in lines
    ]


async def view_of(store: Store, session: SessionId, person: Person) -> SessionView:
    """Show a session with its gates."""
    planned = await plans.session(store, session)
    return (await _views(store, await plans.event(store, planned.event), [planned], person))[0]


async def views_of(store: Store, event: EventId, person: Person) -> list[SessionView]:
    """Show the sessions of an event with their gates."""
    sessions = await plans.sessions_of_event(store, event)
    return await _views(store, await plans.event(store, event), sessions, person)


async def _views(store: Store, event: Event, sessions: Sequence[Session], person: Person) -> list[SessionView]:
    gates = await gates_of_event(store, event.id)
    if not sees_names(event, person, unblinded=gates.unblinded):
        # The order of the plan could say who is who.
        stations = [entry.id for entry in by_station(await people.entries_of_event(store, event.id))]
        sessions = [_in_order(session, stations) for session in sessions]
    lines = await named_lines(store, event.contest, [gates.line(Line.SESSION, session.id) for session in sessions])
    return [
        msgspec.convert({**msgspec.to_builtins(session), "gates": msgspec.to_builtins(line)}, SessionView)
        for session, line in zip(sessions, lines, strict=True)
    ]


def _in_order(session: Session, entries: Sequence[EntryId]) -> Session:
    there = set(session.entries)
    return msgspec.structs.replace(session, entries=tuple(entry for entry in entries if entry in there))


async def open_session(store: Store, session: SessionId, person: Person) -> GateState:
    """Open a session for marking; it must have what it marks, and a panel large enough for its scheme."""
    planned = await plans.session(store, session)
    scheme = await schemes.scheme_of_event(store, planned.event)
    if not planned.aspects:
        raise SessionNotReady(what="aspect")
    if not planned.entries:
        raise SessionNotReady(what="entry")
    seats, judges = len(await _seats(store, planned)), scheme.judges_needed(planned.aspects)
    if judges and not seats:
        raise SessionNotReady(what="seat")
    if seats < judges:
        raise PanelTooSmall(seats=seats, needed=judges)
    return await _pass(store, planned, "opened", person)


async def lock_session(store: Store, session: SessionId, person: Person) -> GateState:
    """Lock a session: later marks wait for the chief judge. The answer says what is missing."""
    planned = await plans.session(store, session)
    line = await _pass(store, planned, "locked", person)
    return msgspec.structs.replace(
        line, missing=len(await missing_in(store, planned)), pending=await pending_in_session(store, session)
    )


async def confirm_session(store: Store, session: SessionId, person: Person, reason: str = "") -> GateState:
    """Confirm a locked session as its panel's signature.

    MarksMissing while anything that counts is missing; RemarksOpen where judges differ by more than the scheme
    allows and no reason is given why that stands.
    """
    planned = await plans.session(store, session)
    line = (await gates_of_event(store, planned.event)).line(Line.SESSION, session)
    looked = await _look(store, planned)
    if line.next == "confirmed":
        due = remarks_due(planned, looked.computed)
        # What was entered twice and not alike is no number yet: no reason makes it one.
        differing = sum(remark.reason == "differs" for remark in due)
        if looked.missing or differing:
            raise MarksMissing(count=len(looked.missing) + differing)
        if due and not reason.strip():
            raise RemarksOpen(count=len(due))
    return await _pass(
        store,
        planned,
        "confirmed",
        person,
        text=reason,
        given=lambda: marks_stand(planned, looked.statuses, looked.marked),
    )


async def ask_to_reopen(store: Store, session: SessionId, person: Person, reason: str) -> str:
    """Ask a second person's consent to open a locked session again; return the request's id."""
    planned = await plans.session(store, session)
    turn = (await gates_of_event(store, planned.event)).session(session).round
    command = ReopenLine(
        event=planned.event,
        line=Line.SESSION,
        subject=session,
        by=person.account,
        reason=reason,
        round=turn,
    )
    await check_ready(store, command)
    return await consenting.request(
        store, person, Act.REOPEN_SESSION, command, contest=planned.contest, reason=reason
    )


class _Looked(NamedTuple):
    """What a session lacks, and what that was found from."""

    missing: list[Place]
    marked: Mapping[Place, Said]
    computed: EventResults
    statuses: Mapping[EntryId, str]


async def missing_in(store: Store, session: Session) -> list[Place]:
    """The counting marks that a session still lacks."""
    return (await _look(store, session)).missing


async def _look(store: Store, session: Session) -> _Looked:
    # Marks before numbers: what changes after this is found by whoever asks whether these marks stand.
    marks = await marks_that_count(store, session.event)
    computed = await results_of(store, session.event)
    entries = list(computed.entries.values())
    marked = {
        (mark.entry, mark.aspect, mark.seat): (mark.kind, mark.value)
        for mark in marks
        if mark.session == session.id and mark.kind != MarkKind.ERASED
    }
    levels = {EntryId(row.entry): _level(row) for row in computed.results.rows}
    wanted = {level: _wanted(computed.scheme, level) for level in set(levels.values())}
    needs = {entry: wanted[level] for entry, level in levels.items()}
    seats = await _seats(store, session)
    missing = missing_marks(session, needed=needs, entries=entries, seats=seats, marked=marked)
    statuses = {entry.id: entry.status.value for entry in entries}
    return _Looked(list(missing), marked, computed, statuses)


def _level(row: Result) -> int:
    """The last stage that an entry may still reach, counted from 0; −1 for all there are."""
    return row.advances.index("out") if "out" in row.advances else -1


def _wanted(scheme: Scheme, level: int) -> Mapping[str, Aspect]:
    return {aspect: scheme.aspects[aspect] for aspect in needed(scheme, level)}


async def _seats(store: Store, session: Session) -> list[SeatId]:
    if session.panel is None:
        return []
    return [seat.id for seat in (await plans.panel(store, session.panel)).seats]


async def _pass(
    store: Store, session: Session, gate: str, person: Person, *, text: str = "", given: Given | None = None
) -> GateState:
    command = PassGate(event=session.event, line=Line.SESSION, subject=session.id, gate=gate, by=person.account)
    await store.book.record(session.contest, command, text=text, given=given)
    gates = await gates_of_event(store, session.event)
    return await named_line(store, session.contest, gates.line(Line.SESSION, session.id))
