"""States as lines of gates: each gate a time and a person, or not passed yet; the word is derived.

Reopening starts a new numbered round of the line; earlier rounds stay in the ledger.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from contest.errors import GateOutOfOrder


class Line(StrEnum):
    """A line of gates that a session or an event passes in order."""

    SESSION = "session"
    RESULTS = "results"
    VIEW = "view"
    IDENTITY = "identity"


ORDER: dict[Line, tuple[str, ...]] = {
    Line.SESSION: ("opened", "locked", "confirmed"),
    Line.RESULTS: ("started", "ended", "provisional", "official"),
    Line.VIEW: ("frozen", "thawed"),
    Line.IDENTITY: ("unblinded",),
}

PLANNED = "planned"
"""The word for a line of which no gate of the current round is passed."""


class Passed(msgspec.Struct, frozen=True, kw_only=True):
    """A gate that was passed: when, by whom, with whose consent, as which fact."""

    gate: str
    at: str
    by: str
    second: str = ""
    seq: int = 0


class GateLine(msgspec.Struct, frozen=True, kw_only=True):
    """The current round of one line of one session or event."""

    line: Line
    subject: str
    round: int = 1
    passed: tuple[Passed, ...] = ()

    @property
    def state(self) -> str:
        """The gate passed last, or `planned`."""
        return self.passed[-1].gate if self.passed else PLANNED

    def has(self, gate: str) -> bool:
        """Say whether the gate is passed in this round."""
        return gate in [passed.gate for passed in self.passed]

    @property
    def next(self) -> str | None:
        """The gate that may be passed now."""
        order = ORDER[self.line]
        return order[len(self.passed)] if len(self.passed) < len(order) else None

    def through(self, passed: Passed) -> GateLine:
        """Return the line with one more gate passed; GateOutOfOrder when it is not that gate's turn."""
        if passed.gate != self.next:
            raise GateOutOfOrder(gate=passed.gate, state=self.state)
        return msgspec.structs.replace(self, passed=(*self.passed, passed))

    def reopened(self) -> GateLine:
        """Return the next round of the line, with no gate passed."""
        return GateLine(line=self.line, subject=self.subject, round=self.round + 1)
