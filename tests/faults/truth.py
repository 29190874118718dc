"""What must follow from the facts, computed without the product: who may see what, and which mark counts.

Written from the laws and the page on the ledger, for the small contest of `tests.builders`: one session, a panel
aspect whose mean is a whole number, and a deduction that is entered once for the whole panel.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

PANEL, FAULTS, WHOLE_PANEL = "panel", "faults", "*"
Rows = dict[str, list[Any]]
Place = tuple[str, str, str]


@dataclass
class Truth:
    """Follows the facts of one contest."""

    seats: list[str]
    entries: list[str]
    holders: dict[str, str | None] = field(default_factory=dict)
    open: bool = False
    locked: bool = False
    frozen: bool = False
    counting: dict[Place, dict[str, Any]] = field(default_factory=dict)
    pending: dict[str, dict[str, Any]] = field(default_factory=dict)
    statuses: dict[str, str] = field(default_factory=dict)
    visible: list[Rows] = field(default_factory=list)
    """Every state of the board that somebody outside may have seen, the newest last."""
    problems: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, facts: Iterable[Mapping[str, Any]], seats: list[str], entries: list[str]) -> Truth:
        """Follow stored facts from the first to the last."""
        truth = cls(seats, entries)
        for row in sorted(facts, key=lambda row: row["seq"]):
            truth.follow(json.loads(row["content"])["body"])
        return truth

    def follow(self, body: Mapping[str, Any]) -> None:
        """Let one more fact take effect."""
        match body["fact"]:
            case "seat_taken":
                self.holders[body["seat"]] = body["device"]
            case "device_revoked" if self.holders.get(body["seat"]) == body["device"]:
                self.holders[body["seat"]] = None
            case "gate_passed":
                self._gate(body["line"], body["gate"])
            case "line_reopened" if body["line"] == "session":
                self.open = self.locked = False
            case "mark_entered":
                self._entered(dict(body))
            case "mark_settled":
                mark = self.pending.pop(body["mark"])
                if body["accepted"]:
                    self._count(mark)
            case "entry_ruled":
                self.statuses[body["entry"]] = body["status"]
        if not self.frozen:
            self.visible.append(self.rows())

    def _gate(self, line: str, gate: str) -> None:
        if line == "session":
            self.open, self.locked = True, gate != "opened"
        elif line == "view":
            if gate == "frozen":
                # The freeze itself is seen, and what stood then.
                self.visible.append(self.rows())
            self.frozen = gate == "frozen"

    def _entered(self, mark: dict[str, Any]) -> None:
        standing, because = self._verdict(mark)
        if not self.open:
            self.problems.append(f"law: {mark['mark']} was stored before the session was opened")
        if (mark["standing"], mark["because"]) != (standing, because):
            said = f"{mark['standing']} {mark['because']}"
            self.problems.append(f"law: {mark['mark']} stands as {said} and not as {standing} {because}")
        if mark["standing"] == "counts":
            self._count(mark)
        else:
            self.pending[mark["mark"]] = mark

    def _verdict(self, mark: Mapping[str, Any]) -> tuple[str, str]:
        before = self.counting.get(_place(mark))
        if mark["device"] not in self.holders.values():
            return "pending", "seat_revoked"
        if self.locked:
            return "pending", "session_locked"
        if mark["replaces"] != (before["mark"] if before else None):
            return "pending", "not_newest"
        return "counts", ""

    def _count(self, mark: dict[str, Any]) -> None:
        self.counting[_place(mark)] = mark

    def rows(self) -> Rows:
        """Each entry with its points so far and how many aspects are complete."""
        return {entry: self._row(entry) for entry in self.entries}

    def _row(self, entry: str) -> list[Any]:
        given = [self._value(entry, PANEL, seat) for seat in self.seats]
        taken = self._value(entry, FAULTS, WHOLE_PANEL)
        panel = [] if None in given else [Fraction(sum(v for v in given if v is not None), len(given) * 1000)]
        faults = [] if taken is None else [Fraction(-taken, 1000)]
        points = sum(panel + faults, Fraction(0))
        return [str(points), len(panel) + len(faults), self.statuses.get(entry, "entered")]

    def _value(self, entry: str, aspect: str, seat: str) -> int | None:
        mark = self.counting.get((entry, aspect, seat))
        return int(mark["value"]) if mark and mark["kind"] == "entered" else None


def seen_of(row: Mapping[str, Any]) -> list[Any]:
    """The same of a row that a viewer was shown."""
    return [str(Fraction(row["points"])), row["complete"], row["status"]]


def _place(mark: Mapping[str, Any]) -> Place:
    return (mark["entry"], mark["aspect"], mark["seat"])
