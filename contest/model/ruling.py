"""Commands of officials: gates, pending marks, rulings; and what becomes of them.

Each is decided inside the book's batch against the `Scene` of the events concerned, like marks are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from contest.errors import (
    BadInput,
    GateOutOfOrder,
    MarksPending,
    NotFound,
    ResultsEnded,
    RoundOver,
    SchemeMissing,
    SessionsNotConfirmed,
)
from contest.errors import (
    MarkSettled as AlreadySettled,
)
from contest.model.fact import EntryRuled, FactBody, GatePassed, LineReopened, MarkSettled
from contest.model.gate import GateLine, Line, Passed
from contest.model.ids import ContestId, EntryId, EventId, MarkId, SessionId
from contest.model.people import EntryStatus
from contest.model.tie import DecideTie, decide


class PassGate(msgspec.Struct, frozen=True, kw_only=True, tag_field="ruling", tag="pass_gate"):
    """Open, lock or confirm a session; publish, freeze, thaw or unblind an event."""

    event: EventId
    line: Line
    subject: str
    """The session's or the event's id."""
    gate: str
    by: str
    second: str = ""
    round: int = 0
    """The round of the line that is meant; 0: whichever it is in."""


class ReopenLine(msgspec.Struct, frozen=True, kw_only=True, tag_field="ruling", tag="reopen_line"):
    """Start a new round: open a locked session again, or take published results back for review."""

    event: EventId
    line: Line
    subject: str
    by: str
    second: str = ""
    reason: str = ""
    round: int = 0
    """The round that is meant to end; 0: whichever it is in."""


class SettleMark(msgspec.Struct, frozen=True, kw_only=True, tag_field="ruling", tag="settle_mark"):
    """Accept or decline a pending mark."""

    event: EventId
    session: SessionId
    mark: MarkId
    accept: bool
    by: str
    reason: str = ""


class RuleEntry(msgspec.Struct, frozen=True, kw_only=True, tag_field="ruling", tag="rule_entry"):
    """Rule an entry not started, not finished, disqualified, out of competition, or entered again."""

    event: EventId
    entry: EntryId
    status: str
    by: str
    reason: str = ""


Ruling = PassGate | ReopenLine | SettleMark | RuleEntry | DecideTie


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a ruling: the numbers under which its facts stand."""

    contest: ContestId
    seqs: tuple[int, ...]
    at: str


class EventScene(msgspec.Struct, frozen=True, kw_only=True):
    """One event as the book holds it under the lock."""

    event: EventId
    contest: ContestId
    blind: bool
    lines: Mapping[Line, GateLine]
    """The event's own lines: results, view, identity."""
    sessions: Mapping[SessionId, GateLine]
    pending: Mapping[MarkId, SessionId]
    """Marks that wait for the chief judge, by session."""
    has_scheme: bool = True

    @property
    def marking_started(self) -> bool:
        """Whether a session was ever opened: from then on the marking scheme stays as it is."""
        results = self.lines[Line.RESULTS]
        return results.round > 1 or results.has("started")


def rule(command: Ruling, event: EventScene) -> Sequence[FactBody]:
    """Decide about an official's command: return the facts to record, or raise the rule it breaks."""
    match command:
        case PassGate():
            return _pass(command, event)
        case ReopenLine():
            return _reopen(command, event)
        case SettleMark():
            return _settle(command, event)
        case RuleEntry():
            if command.status not in set(EntryStatus):
                raise BadInput(field="status", problem=command.status)
            if event.lines[Line.RESULTS].has("ended"):
                # One person alone moves no rank that the public has read.
                raise ResultsEnded()
            return [EntryRuled(entry=command.entry, event=event.event, status=command.status, by=command.by)]
        case DecideTie():
            return [decide(command, event.lines[Line.RESULTS], event.sessions.values())]


def _line(command: PassGate | ReopenLine, event: EventScene) -> GateLine:
    if command.line is Line.SESSION:
        line = event.sessions.get(SessionId(command.subject))
    else:
        line = event.lines.get(command.line) if command.subject == event.event else None
    if line is None:
        raise NotFound(what="session" if command.line is Line.SESSION else "event")
    if command.round not in (0, line.round):
        raise RoundOver(round=command.round, now=line.round)
    return line


def _passed(command: PassGate, line: GateLine) -> GatePassed:
    line.through(Passed(gate=command.gate, at="", by=command.by))
    return GatePassed(
        line=command.line,
        subject=command.subject,
        event=command.event,
        round=line.round,
        gate=command.gate,
        by=command.by,
        second=command.second,
    )


def _pass(command: PassGate, event: EventScene) -> Sequence[FactBody]:
    line = _line(command, event)
    facts: list[FactBody] = []
    results = event.lines[Line.RESULTS]
    match command.line, command.gate:
        case Line.SESSION, "opened":
            if not event.has_scheme:
                raise SchemeMissing()
            if results.has("ended"):
                raise GateOutOfOrder(gate=command.gate, state=results.state)
            if not results.has("started"):
                facts.append(_event_gate(command, results, "started"))
        case Line.SESSION, "confirmed":
            waiting = sum(session == command.subject for session in event.pending.values())
            if waiting:
                raise MarksPending(count=waiting)
        case Line.RESULTS, "provisional":
            _all_confirmed(event)
            if not results.has("ended"):
                ended = _event_gate(command, results, "ended")
                facts.append(ended)
                line = line.through(Passed(gate="ended", at="", by=command.by))
        case (Line.IDENTITY, _) | (Line.RESULTS, "official"):
            _all_confirmed(event)
        case Line.VIEW, "frozen" if line.has("thawed"):
            # A second freeze is a new round of the line.
            line = line.reopened()
            facts.append(
                LineReopened(
                    line=Line.VIEW, subject=event.event, event=event.event, round=line.round, by=command.by
                )
            )
        case _:
            pass
    return [*facts, _passed(command, line)]


def _event_gate(command: PassGate, results: GateLine, gate: str) -> GatePassed:
    return GatePassed(
        line=Line.RESULTS,
        subject=command.event,
        event=command.event,
        round=results.round,
        gate=gate,
        by=command.by,
    )


def _all_confirmed(event: EventScene) -> None:
    open_sessions = sum(not line.has("confirmed") for line in event.sessions.values())
    if open_sessions or not event.sessions:
        raise SessionsNotConfirmed(count=open_sessions)
    if event.pending:
        raise MarksPending(count=len(event.pending))


def _reopen(command: ReopenLine, event: EventScene) -> Sequence[FactBody]:
    line = _line(command, event)
    if not line.has("locked" if command.line is Line.SESSION else "provisional"):
        raise GateOutOfOrder(gate="reopened", state=line.state)
    facts: list[FactBody] = []
    if command.line is Line.SESSION:
        results = event.lines[Line.RESULTS]
        if results.has("official"):
            raise GateOutOfOrder(gate="reopened", state=results.state)
        if results.has("ended"):
            # Published numbers are about to change: the event's results go back to «started».
            facts += _new_round(command, results, "started")
        return [*facts, *_new_round(command, line, "opened")]
    return _new_round(command, line, "started")


def _new_round(command: ReopenLine, line: GateLine, gate: str) -> list[FactBody]:
    after = line.reopened()
    return [
        LineReopened(
            line=line.line,
            subject=line.subject,
            event=command.event,
            round=after.round,
            by=command.by,
            second=command.second,
        ),
        GatePassed(
            line=line.line,
            subject=line.subject,
            event=command.event,
            round=after.round,
            gate=gate,
            by=command.by,
            second=command.second,
        ),
    ]


def _settle(command: SettleMark, event: EventScene) -> Sequence[FactBody]:
    if command.mark not in event.pending:
        raise AlreadySettled()
    session = event.pending[command.mark]
    line = event.sessions[session]
    if command.accept and line.has("confirmed"):
        # The panel has signed these numbers; they change only after the session is reopened.
        raise GateOutOfOrder(gate="accepted", state=line.state)
    return [
        MarkSettled(
            mark=command.mark,
            event=event.event,
            session=session,
            accepted=command.accept,
            by=command.by,
        )
    ]
