"""What a tablet's connection asks to be done, as plain values, and the limits within which it lives."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import msgspec

from contest.model.mark import EnterMark
from realtime.protocol import ToSeat

CLOSES = {
    "not_signed_in": 4401,
    "seat_revoked": 4403,
    "opened_elsewhere": 4409,
    "update": 4426,
    "too_many_requests": 4429,
    "silent": 4408,
    "restarting": 1012,
}
"""Why the server closes, and the websocket close code that says it once more."""


class Moment(NamedTuple):
    """When something happened: on a clock that only goes forward, and on the wall."""

    steady: float
    wall: datetime


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How long and how fast."""

    hello_seconds: float = 10.0
    beat_seconds: int = 10
    silent_beats: int = 3
    """Beats without a word from the tablet before it counts as gone."""
    messages_at_once: float = 300.0
    messages_per_second: float = 30.0
    delivering_at_once: float = 60.0
    delivering_per_second: float = 1.0
    """How fast a tablet delivers that no longer holds its seat: 3,000 marks at once, then 50 to 100 a second."""
    delivered_at_once: float = 20_000.0
    delivered_per_second: float = 0.2
    """How many marks it delivers in all: more than any judge makes, and then so few that they fill no disk."""


class Allowance:
    """So many messages at once and so many a second; what fills with time may be overdrawn once as deep."""

    def __init__(self, at_once: float, per_second: float, now: float) -> None:
        self._most = at_once
        self._rate = per_second
        self._left = at_once
        self._counted = now

    def take(self, now: float) -> bool:
        """Take one; False when there is none left."""
        self._left = min(self._most, self._left + (now - self._counted) * self._rate) - 1
        self._counted = now
        return self._left >= 0

    def spend(self, many: int, now: float) -> bool:
        """Take as many as that, or none and return False."""
        self._left = min(self._most, self._left + (now - self._counted) * self._rate)
        self._counted = now
        if self._left < many:
            return False
        self._left -= many
        return True

    @property
    def overdrawn(self) -> bool:
        """Whether whoever draws from this does not listen to refusals either."""
        return self._left < -self._most

    @property
    def seconds(self) -> int:
        """In how many seconds there is one again."""
        return 1 + int(max(0.0, -self._left) / self._rate)


class Rates:
    """How fast one tablet may speak, on all of its connections together: to connect again buys nothing."""

    def __init__(self, limits: Limits, now: float) -> None:
        self.marking = Allowance(limits.messages_at_once, limits.messages_per_second, now)
        self.delivering = Allowance(limits.delivering_at_once, limits.delivering_per_second, now)
        """Of messages, once it no longer holds its seat."""
        self.delivered = Allowance(limits.delivered_at_once, limits.delivered_per_second, now)
        """Of marks in them."""


class Say(NamedTuple):
    """Send this to the tablet."""

    message: ToSeat


class Identify(NamedTuple):
    """Find out whose token this is; answer with `welcome`, `leave` or `not_answered`."""

    token: str


class ShowSheet(NamedTuple):
    """Look up the sheet; answer with `show` or `not_answered`."""

    session: str


class Enter(NamedTuple):
    """Give these to the book; answer with `stored` after the commit, or `not_answered`."""

    marks: list[EnterMark]


class Close(NamedTuple):
    """End the connection."""

    code: int


Deed = Say | Identify | ShowSheet | Enter | Close
