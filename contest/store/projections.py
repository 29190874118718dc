"""What follows from the facts of a contest, as rows: a pure fold.

It is the same when the book writes and when anyone rebuilds the rows from the ledger. It knows marks with their
standing, gates, rounds, the status of entries and who holds a seat. It does not know where the facts come from
nor where the rows go.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import assert_never

import msgspec

from contest.model.fact import (
    DeviceRevoked,
    EntryRuled,
    Fact,
    GatePassed,
    KeyReused,
    LineReopened,
    MarkEntered,
    MarkSettled,
    RemarkCalled,
    RemarkEnded,
    SchemeAdopted,
    SeatTaken,
    TieDecided,
)
from contest.model.gate import ORDER, GateLine, Line, Passed
from contest.model.ids import AspectId, EntryId, MarkId, SeatId, SessionId
from contest.model.mark import EMPTY, Slot, SlotState, Standing
from contest.store.work import Row


@dataclass(slots=True)
class Projection:
    """The projected rows that are known, and which of them the facts folded so far made or changed."""

    marks: dict[str, Row] = field(default_factory=dict)
    slots: dict[Slot, SlotState] = field(default_factory=dict)
    gates: dict[str, Row] = field(default_factory=dict)
    lines: dict[tuple[str, str], list[Row]] = field(default_factory=dict)
    """The passed gates of each line, in all rounds."""
    rounds: dict[str, Row] = field(default_factory=dict)
    statuses: dict[str, str] = field(default_factory=dict)
    holders: dict[str, str | None] = field(default_factory=dict)
    """The device that holds each seat."""
    revoked: dict[str, str | None] = field(default_factory=dict)
    """When each device lost its seat, or None while it holds it."""
    reused: dict[str, Row] = field(default_factory=dict)
    """Marks that were refused because their number had brought another."""

    ties: dict[str, Row] = field(default_factory=dict)
    """What was decided about ties."""

    remarks: dict[str, Row] = field(default_factory=dict)
    """Places where panels are, or were, asked to mark again."""

    new_marks: set[str] = field(default_factory=set)
    changed_marks: set[str] = field(default_factory=set)
    new_gates: set[str] = field(default_factory=set)
    changed_rounds: set[str] = field(default_factory=set)
    changed_statuses: set[str] = field(default_factory=set)
    changed_seats: set[str] = field(default_factory=set)
    changed_devices: set[str] = field(default_factory=set)
    changed_remarks: set[str] = field(default_factory=set)

    def know_mark(self, row: Row) -> None:
        """Take in a mark that is stored already."""
        if row["id"] not in self.marks:
            self.marks[row["id"]] = row
            slot = slot_of_row(row)
            before = self.slots.get(slot, EMPTY)
            self.slots[slot] = SlotState(
                newest=row["id"] if row["standing"] == Standing.COUNTS else before.newest,
                revisions=max(before.revisions, row["revision"]),
            )

    def know_gate(self, row: Row) -> None:
        """Take in a passed gate."""
        if row["id"] not in self.gates:
            self.gates[row["id"]] = row
            self.lines.setdefault((row["line"], row["subject"]), []).append(row)

    def line(self, line: Line, subject: str) -> GateLine:
        """The current round of a line of gates."""
        known = self.rounds.get(f"{line}:{subject}")
        current = known["round"] if known else 1
        passed = [
            Passed(gate=row["gate"], at=row["at"], by=row["passed_by"], second=row["second"], seq=row["seq"])
            for row in self.lines.get((line, subject), ())
            if row["round"] == current
        ]
        passed.sort(key=lambda gate: ORDER[line].index(gate.gate))
        return GateLine(line=line, subject=subject, round=current, passed=tuple(passed))

    def fold(self, fact: Fact) -> None:  # noqa: PLR0912 -- one line a fact
        """Let one more fact take effect."""
        body = fact.body
        match body:
            case MarkEntered():
                self._entered(fact, body)
            case MarkSettled():
                self._settled(body)
            case KeyReused():
                self.reused[f"{fact.contest}:{fact.seq}"] = _reused_row(fact, body)
            case GatePassed():
                self._passed(fact, body)
            case LineReopened():
                self._reopened(fact, body)
            case EntryRuled():
                self.statuses[body.entry] = body.status
                self.changed_statuses.add(body.entry)
            case TieDecided():
                self.ties[f"{fact.contest}:{fact.seq}"] = _tie_row(fact, body)
            case RemarkCalled() | RemarkEnded():
                self._remark(fact, body)
            case SeatTaken():
                self._taken(fact, body)
            case DeviceRevoked():
                self._lose(body.device, fact.at)
                if self.holders.get(body.seat) == body.device:
                    self._hold(body.seat, None)
            case SchemeAdopted():
                pass  # the scheme's row is the document itself, written with the fact
            case _:
                assert_never(body)

    def _entered(self, fact: Fact, body: MarkEntered) -> None:
        row = _mark_row(fact, body)
        self.marks[body.mark] = row
        self.new_marks.add(body.mark)
        slot = (body.session, body.entry, body.aspect, body.seat)
        before = self.slots.get(slot, EMPTY)
        newest = before.newest
        if body.standing == Standing.COUNTS:
            if newest:
                self._stand(newest, Standing.SUPERSEDED)
            newest = body.mark
        self.slots[slot] = SlotState(newest=newest, revisions=max(before.revisions, body.revision))

    def _settled(self, body: MarkSettled) -> None:
        if body.accepted:
            self._let_count(body.mark)
        else:
            self._stand(body.mark, Standing.DECLINED)

    def _let_count(self, mark: MarkId) -> None:
        slot = slot_of_row(self.marks[mark])
        before = self.slots[slot]
        if before.newest and before.newest != mark:
            self._stand(before.newest, Standing.SUPERSEDED)
        self.slots[slot] = SlotState(newest=mark, revisions=before.revisions)
        self._stand(mark, Standing.COUNTS)

    def _stand(self, mark: MarkId, standing: Standing) -> None:
        self.marks[mark]["standing"] = str(standing)
        if mark not in self.new_marks:
            self.changed_marks.add(mark)

    def _remark(self, fact: Fact, body: RemarkCalled | RemarkEnded) -> None:
        key = remark_key(body.session, body.entry, body.aspect)
        if isinstance(body, RemarkCalled):
            self.remarks[key] = _remark_row(fact, body)
        else:
            self.remarks[key] = self.remarks[key] | {"standing": "ended", "seq": fact.seq, "at": fact.at}
        self.changed_remarks.add(key)

    def _passed(self, fact: Fact, body: GatePassed) -> None:
        key = f"{fact.contest}:{fact.seq}"
        row: Row = {
            "id": key,
            "contest": fact.contest,
            "event": body.event,
            "line": str(body.line),
            "subject": body.subject,
            "round": body.round,
            "gate": body.gate,
            "at": fact.at,
            "passed_by": body.by,
            "second": body.second,
            "seq": fact.seq,
        }
        self.know_gate(row)
        self.new_gates.add(key)

    def _reopened(self, fact: Fact, body: LineReopened) -> None:
        key = f"{body.line}:{body.subject}"
        self.rounds[key] = {
            "id": key,
            "contest": fact.contest,
            "event": body.event,
            "line": str(body.line),
            "subject": body.subject,
            "round": body.round,
        }
        self.changed_rounds.add(key)

    def _taken(self, fact: Fact, body: SeatTaken) -> None:
        before = self.holders.get(body.seat)
        if before and before != body.device:
            self._lose(before, fact.at)
        self.revoked[body.device] = None
        self.changed_devices.add(body.device)
        self._hold(body.seat, body.device)

    def _hold(self, seat: SeatId, device: str | None) -> None:
        self.holders[seat] = device
        self.changed_seats.add(seat)

    def _lose(self, device: str, at: str) -> None:
        self.revoked[device] = at
        self.changed_devices.add(device)


def slot_of_row(row: Row) -> Slot:
    """The slot that a stored mark fills."""
    return (SessionId(row["session"]), EntryId(row["entry"]), AspectId(row["aspect"]), SeatId(row["seat"]))


def _mark_row(fact: Fact, body: MarkEntered) -> Row:
    return {
        "id": body.mark,
        "contest": fact.contest,
        "event": body.event,
        "session": body.session,
        "entry": body.entry,
        "aspect": body.aspect,
        "seat": body.seat,
        "kind": str(body.kind),
        "value": body.value,
        "revision": body.revision,
        "replaces": body.replaces,
        "standing": str(body.standing),
        "because": body.because,
        "device": body.device,
        "device_seq": body.device_seq,
        "made_by": body.by,
        "made_at": body.made_at,
        "seq": fact.seq,
        "at": fact.at,
    }


def _reused_row(fact: Fact, body: KeyReused) -> Row:
    return {
        "id": f"{fact.contest}:{fact.seq}",
        "contest": fact.contest,
        "event": body.event,
        "session": body.session,
        "mark": body.mark,
        "entry": body.entry,
        "aspect": body.aspect,
        "kind": body.kind,
        "value": body.value,
        "device": body.device,
        "device_seq": body.device_seq,
        "digest": body.digest,
        "made_by": body.by,
        "seq": fact.seq,
        "at": fact.at,
    }


def _tie_row(fact: Fact, body: TieDecided) -> Row:
    return {
        "id": f"{fact.contest}:{fact.seq}",
        "contest": fact.contest,
        "event": body.event,
        "entries": msgspec.json.encode(body.entries).decode(),
        "how": str(body.how),
        "made_by": body.by,
        "seq": fact.seq,
        "at": fact.at,
    }


def remark_key(session: SessionId, entry: EntryId, aspect: AspectId) -> str:
    """The id of a place where a panel may be asked to mark again."""
    return f"{session}:{entry}:{aspect}"


def _remark_row(fact: Fact, body: RemarkCalled) -> Row:
    return {
        "id": remark_key(body.session, body.entry, body.aspect),
        "contest": fact.contest,
        "event": body.event,
        "session": body.session,
        "entry": body.entry,
        "aspect": body.aspect,
        "reason": body.reason,
        "seats": msgspec.json.encode(body.seats).decode(),
        "standing": "called",
        "seq": fact.seq,
        "at": fact.at,
    }
