"""The rules of marking once more, in plain Python: written from the laws and the handbook's page on the ledger.

It imports nothing of the product. It knows one event with two sessions of one panel (panel marks and deductions;
imported marks) and says of every command what must come of it: the code of the broken rule, or how many facts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

WHOLE_PANEL = "*"
SESSION_GATES = ("opened", "locked", "confirmed")
RESULT_GATES = ("started", "ended", "provisional", "official")
VIEW_GATES = ("frozen", "thawed")
ORDER = {"session": SESSION_GATES, "results": RESULT_GATES, "view": VIEW_GATES, "identity": ("unblinded",)}
STATUSES = ("entered", "not_started", "not_finished", "disqualified", "out_of_competition")

Mark = Mapping[str, Any]
Place = tuple[str, str, str, str]


class Broken(Exception):
    """A rule does not allow it; the text is its code."""


@dataclass(frozen=True)
class Ground:
    """What was planned and does not change."""

    event: str
    sessions: Mapping[str, frozenset[str]]
    """The aspects of each session."""
    entries: frozenset[str]
    by_panel: frozenset[str]
    imported: frozenset[str]
    most: Mapping[str, int]


@dataclass
class Answer:
    """What a mark got; the same again for the same mark under the same number."""

    verdict: str
    because: str = ""
    seq: int | None = None


@dataclass
class Reference:
    """One contest as the laws say it must be."""

    ground: Ground
    seq: int
    holders: dict[str, str | None]
    """The device that holds each seat."""
    seat_of: dict[str, str]
    """The seat that each device ever had."""
    gates: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    rounds: dict[tuple[str, str], int] = field(default_factory=dict)
    statuses: dict[str, str] = field(default_factory=dict)
    answers: dict[str, tuple[Mark, Answer]] = field(default_factory=dict)
    told: set[tuple[str, str]] = field(default_factory=set)
    marks: dict[str, Mark] = field(default_factory=dict)
    standing: dict[str, str] = field(default_factory=dict)
    counting: dict[Place, str] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)
    decisions: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    ever: set[str] = field(default_factory=set)
    """Every gate that was passed in any round."""

    # ---- marks ----------------------------------------------------------------------------------------------

    def enter(self, mark: Mark) -> Answer:
        """A mark arrives."""
        key, said = f"{mark['device']}:{mark['device_seq']}", {k: v for k, v in mark.items() if k != "by"}
        if key in self.answers:
            first, answer = self.answers[key]
            return answer if first == said else self._reused(key, mark, said)
        if mark["mark"] in self.marks:
            answer = self._reused(key, mark, said)
        else:
            try:
                answer = self._stored(mark)
            except Broken as broken:
                answer = Answer("refused", str(broken))
        self.answers[key] = said, answer
        return answer

    def _reused(self, key: str, mark: Mark, said: Mark) -> Answer:
        content = key, repr(sorted(said.items(), key=lambda pair: pair[0]))
        if content not in self.told:
            self.told.add(content)
            known = mark["device"].startswith("desk:") or mark["device"] in self.seat_of
            # On record only where it can be said whose it was and where it belongs.
            self.seq += known and mark["session"] in self.ground.sessions
        return Answer("refused", "key_reused")

    def _stored(self, mark: Mark) -> Answer:
        device, aspect, ground = mark["device"], mark["aspect"], self.ground
        at_desk = device.startswith("desk:")
        if not at_desk and device not in self.seat_of:
            raise Broken("seat_revoked")
        if aspect not in ground.sessions.get(mark["session"], ()) or mark["entry"] not in ground.entries:
            raise Broken("mark_not_for_seat")
        if (aspect in ground.imported and not at_desk) or (aspect in ground.by_panel and at_desk):
            raise Broken("mark_not_for_seat")
        self._check_value(mark)
        if not self._gates("session", mark["session"]):
            raise Broken("session_not_open")
        place = self._place(mark)
        because = self._why_pending(mark, place, at_desk)
        self.seq += 1
        self.marks[mark["mark"]] = mark
        if because:
            self.standing[mark["mark"]] = "pending"
            return Answer("pending", because, self.seq)
        self._count(mark)
        return Answer("stored", "", self.seq)

    def _check_value(self, mark: Mark) -> None:
        aspect, kind, value = mark["aspect"], mark["kind"], mark["value"]
        if kind == "absent" and aspect not in self.ground.by_panel:
            raise Broken("bad_input")
        if (kind == "entered") == (value is None):
            raise Broken("mark_out_of_range")
        if value is not None and not 0 <= value <= self.ground.most[aspect]:
            raise Broken("mark_out_of_range")

    def _why_pending(self, mark: Mark, place: Place, at_desk: bool) -> str:
        device = mark["device"]
        if not at_desk and self.holders[self.seat_of[device]] != device:
            return "seat_revoked"
        if "locked" in self._gates("session", mark["session"]):
            return "session_locked"
        return "" if mark["replaces"] == self.counting.get(place) else "not_newest"

    def _place(self, mark: Mark) -> Place:
        seat = self.seat_of.get(mark["device"], WHOLE_PANEL)
        seat = seat if mark["aspect"] in self.ground.by_panel else WHOLE_PANEL
        return (mark["session"], mark["entry"], mark["aspect"], seat)

    def _count(self, mark: Mark) -> None:
        place = self._place(mark)
        if place in self.counting:
            self.standing[self.counting[place]] = "superseded"
        self.counting[place] = mark["mark"]
        self.standing[mark["mark"]] = "counts"

    def pending(self, session: str | None = None) -> list[str]:
        """Marks that wait for the chief judge, the oldest first."""
        waiting = (name for name, standing in self.standing.items() if standing == "pending")
        return [name for name in waiting if session in (None, self.marks[name]["session"])]

    # ---- officials ------------------------------------------------------------------------------------------

    def settle(self, name: str, *, accept: bool) -> None:
        """The chief judge lets a pending mark count, or declines it."""
        if self.standing.get(name) != "pending":
            raise Broken("mark_settled")
        mark = self.marks[name]
        if accept and "confirmed" in self._gates("session", mark["session"]):
            raise Broken("gate_out_of_order")
        self.seq += 1
        if accept:
            self._count(mark)
        else:
            self.standing[name] = "declined"

    def take_seat(self, seat: str, device: str) -> None:
        """Another tablet gets a seat."""
        if device in self.seat_of:
            raise Broken("already_exists")
        before = self.holders[seat]
        if before:
            self.revoked.add(before)
        self.holders[seat], self.seat_of[device] = device, seat
        self.seq += 1

    def revoke(self, device: str) -> None:
        """A tablet loses its right."""
        if device not in self.seat_of:
            raise Broken("not_found")
        if device in self.revoked:
            raise Broken("seat_revoked")
        self.revoked.add(device)
        if self.holders[self.seat_of[device]] == device:
            self.holders[self.seat_of[device]] = None
        self.seq += 1

    def rule_entry(self, entry: str, status: str) -> None:
        """An entry is ruled."""
        if entry not in self.ground.entries:
            raise Broken("not_found")
        if status not in STATUSES:
            raise Broken("bad_input")
        if "ended" in self._gates("results", self.ground.event):
            raise Broken("results_ended")
        self.statuses[entry] = status
        self.seq += 1

    def decide_tie(self, entries: Sequence[str], before: int, replaces: int, reason: str) -> None:
        """Entries that are tied are put in an order; a decision `before` is named, and then there is a reason."""
        if "ended" in self._gates("results", self.ground.event):
            raise Broken("results_ended")
        lines = [self._gates("session", session) for session in self.ground.sessions]
        if any(line and "confirmed" not in line for line in lines):
            raise Broken("tie_too_early")
        if len(set(entries)) != len(entries):
            raise Broken("bad_input")
        if replaces != before:
            raise Broken("overtaken")
        if before and not reason:
            raise Broken("reason_missing")
        self.seq += 1
        self.decisions.append((self.seq, tuple(entries)))

    def decision(self, entries: Sequence[str]) -> int:
        """The number of the decision in force about these entries, 0 for none."""
        about = [seq for seq, others in self.decisions if set(entries) <= set(others)]
        return max(about, default=0)

    # ---- gates ----------------------------------------------------------------------------------------------

    def _gates(self, line: str, subject: str) -> list[str]:
        return self.gates.setdefault((line, subject), [])

    def state(self, line: str, subject: str) -> str:
        """The gate that was passed last."""
        return (self._gates(line, subject) or ["planned"])[-1]

    def pass_gate(self, line: str, subject: str, gate: str) -> None:
        """A session or the event passes a gate."""
        event, passed = self.ground.event, list(self._gates(line, subject))
        results = list(self._gates("results", event))
        also: list[str] = []
        if line == "session" and gate == "opened":
            if "ended" in results:
                raise Broken("gate_out_of_order")
            also = [] if "started" in results else ["started"]
        elif line == "session" and gate == "confirmed" and self.pending(subject):
            raise Broken("marks_pending")
        elif (line, gate) in (("results", "provisional"), ("results", "official")) or line == "identity":
            self._everything_confirmed()
            if gate == "provisional" and "ended" not in results:
                also = ["ended"]
        elif line == "view" and gate == "frozen" and "thawed" in passed:
            self._next_round(line, subject)
            self._pass(line, subject, gate)
            return
        for before in also:
            self._check_turn("results", results, before)
        self._check_turn(line, passed + (also if line == "results" else []), gate)
        for before in also:
            self._pass("results", event, before)
        self._pass(line, subject, gate)

    def _check_turn(self, line: str, passed: Sequence[str], gate: str) -> None:
        if [*passed, gate] != list(ORDER[line][: len(passed) + 1]):
            raise Broken("gate_out_of_order")

    def _everything_confirmed(self) -> None:
        if any("confirmed" not in self._gates("session", session) for session in self.ground.sessions):
            raise Broken("sessions_not_confirmed")
        if self.pending():
            raise Broken("marks_pending")

    def _pass(self, line: str, subject: str, gate: str) -> None:
        self._gates(line, subject).append(gate)
        self.ever.add(gate)
        self.seq += 1

    def _next_round(self, line: str, subject: str) -> None:
        self.gates[line, subject] = []
        self.rounds[line, subject] = self.rounds.get((line, subject), 1) + 1
        self.seq += 1

    def reopen(self, line: str, subject: str) -> None:
        """A locked session is opened again; published results go back for review, also because a session does."""
        results, event = self._gates("results", self.ground.event), self.ground.event
        if ("locked" if line == "session" else "provisional") not in self._gates(line, subject):
            raise Broken("gate_out_of_order")
        if line == "session":
            if "official" in results:
                raise Broken("gate_out_of_order")
            if "ended" in results:
                self._next_round("results", event)
                self._pass("results", event, "started")
        self._next_round(line, subject)
        self._pass(line, subject, "opened" if line == "session" else "started")
