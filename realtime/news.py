"""What a seat is told without having asked: changes, gaps, calls, the loss of its seat, the end."""

from __future__ import annotations

import msgspec

from realtime.message import Message


class SessionChanged(Message, frozen=True, kw_only=True, tag="session_changed"):
    """Something that stands on a sheet of this seat has changed: ask for the sheet again if it is open.

    The session was opened, locked, confirmed or reopened; its entries, aspects or names changed; somebody else
    marked for the whole panel or decided on a pending mark.
    """

    session: str
    name: str
    state: str


class SendFrom(Message, frozen=True, kw_only=True, tag="send_from"):
    """A number was jumped: send everything you hold from this one on, acknowledged or not. What came is stored."""

    device_seq: int


class BackedUp(Message, frozen=True, kw_only=True, tag="backed_up"):
    """Facts of the contest up to `seq` are in a verified copy elsewhere: no tablet need keep what they say."""

    seq: int


class SeatLost(Message, frozen=True, kw_only=True, tag="seat_lost"):
    """The tablet no longer holds its seat. It marks no more; what it still holds it may deliver, as pending marks.

    `reason`: `handed_over` (another tablet holds the seat now; the connection stays) or `revoked` (it is closed).
    """

    reason: str
    at: str


class RemarkCalled(Message, frozen=True, kw_only=True, tag="remark_called"):
    """The rules ask this seat to mark again: its panel's marks are too far apart, or differ where they must not.

    `reason` is `spread` or `differs`; nothing here says what others marked. While `open` the call stands; it comes
    once more with `open` false when new marks no longer need it.
    """

    session: str
    entry: str
    aspect: str
    reason: str
    at: str
    open: bool = True


class Refused(Message, frozen=True, kw_only=True, tag="refused"):
    """A message could not be understood or is not allowed; the socket stays."""

    code: str
    params: dict[str, str | int] = msgspec.field(default_factory=dict)


class Goodbye(Message, frozen=True, kw_only=True, tag="goodbye"):
    """The server closes the socket after this, and says why.

    `restarting` and `silent`: connect again after a random wait. `too_many_requests`: the same, after a minute.
    `not_signed_in`, `update`: do not connect again before somebody has acted. `seat_revoked`: connect again only
    to deliver what is left.
    `opened_elsewhere`: the same tablet has connected anew; this page stays closed, or the two would fight.
    """

    code: str
