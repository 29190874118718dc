"""Facts: what happened, numbered and chained per contest, with no personal data in them.

A fact's body is canonical JSON (sorted keys). `link` = SHA-256 over the previous link and the fact, so that a
changed, missing, doubled or swapped fact breaks every later link. Free text stands beside the chain; the fact
holds a salted commitment to it.
"""

from __future__ import annotations

import hashlib

import msgspec

from contest.model.ids import AspectId, ContestId, DeviceId, EntryId, EventId, MarkId, SeatId, SessionId

FIRST_LINK = "0" * 64


class MarkEntered(msgspec.Struct, frozen=True, kw_only=True, tag_field="fact", tag="mark_entered", gc=False):
    """A judge's mark was stored. `seat` is `*` for aspects that are marked once for the whole panel.

    `value` counts thousandths of the aspect's unit and is None unless `kind` is `entered`. `standing` is
    `counts` or `pending`; `because` names the reason for pending.
    """

    mark: MarkId
    event: EventId
    session: SessionId
    entry: EntryId
    aspect: AspectId
    seat: SeatId
    kind: str
    value: int | None
    revision: int
    replaces: MarkId | None
    standing: str
    because: str
    device: DeviceId
    device_seq: int
    by: str
    made_at: str
    reason: str = ""


class MarkSettled(msgspec.Struct, frozen=True, kw_only=True, tag_field="fact", tag="mark_settled"):
    """The chief judge accepted or declined a pending mark."""

    mark: MarkId
    event: EventId
    session: SessionId
    accepted: bool
    by: str
    reason: str = ""


class KeyReused(msgspec.Struct, frozen=True, kw_only=True, tag_field="fact", tag="key_reused"):
    """A device's number, or the id of a mark, came again with another mark; that mark was refused.

    `digest` is that of what was refused. `entry` and `aspect` are empty where the session has none of that name.
    """

    mark: MarkId
    event: EventId
    session: SessionId
    entry: EntryId
    aspect: AspectId
    kind: str
    value: int | None
    device: DeviceId
    device_seq: int
    digest: str
    by: str


class GatePassed(msgspec.Struct, frozen=True, kw_only=True, tag_field="fact", tag="gate_passed"):
    """A session or an event passed a gate."""

    line: str
    subject: str
    event: EventId
    round: int
    gate: str
    by: str
    second: str = ""
    reason: str = ""


class LineReopened(msgspec.Struct, frozen=True, kw_only=True, tag_field="fact", tag="line_reopened"):
    """A line of gates starts a new round."""

    line: str
    subject: str
    event: EventId
    round: int
    by: str
    second: str = ""
    reason: str = ""


class EntryRuled(msgspec.Struct, frozen=True, kw_only=True, tag_field="fact", tag="entry_ruled"):
    """An entry's status was ruled: not started, disqualified, and so on."""

    entry: EntryId
    event: EventId
    status: str
    by: str
    reason: str = ""


class TieDecided(msgspec.Struct, frozen=True, kw_only=True, tag_field="fact", tag="tie_decided"):
    """Entries that were tied were put in this order, by lot (`drawn`, `lot`) or by decision (`decided`).

    `replaces` is the number of the decision about the same entries that was in force before, 0 for none.
    """

    event: EventId
    entries: tuple[EntryId, ...]
    how: str
    replaces: int
    by: str
    reason: str = ""


class RemarkCalled(msgspec.Struct, frozen=True, kw_only=True, tag_field="fact", tag="remark_called"):
    """The rules ask these seats to mark again: `spread` (too far apart) or `differs` (entered twice, not alike).

    Recorded in the commit that brought the marks there, once; it stands until `RemarkEnded`.
    """

    event: EventId
    session: SessionId
    entry: EntryId
    aspect: AspectId
    reason: str
    seats: tuple[SeatId, ...]


class RemarkEnded(msgspec.Struct, frozen=True, kw_only=True, tag_field="fact", tag="remark_ended"):
    """The marks as they are now need no marking again. It is a fact, so that folding needs no arithmetic."""

    event: EventId
    session: SessionId
    entry: EntryId
    aspect: AspectId
    seats: tuple[SeatId, ...]


class SeatTaken(msgspec.Struct, frozen=True, kw_only=True, tag_field="fact", tag="seat_taken"):
    """A device was confirmed for a seat; whichever held it before no longer does."""

    seat: SeatId
    event: EventId
    device: DeviceId
    by: str


class DeviceRevoked(msgspec.Struct, frozen=True, kw_only=True, tag_field="fact", tag="device_revoked"):
    """A device may no longer mark."""

    device: DeviceId
    seat: SeatId
    event: EventId
    by: str


class SchemeAdopted(msgspec.Struct, frozen=True, kw_only=True, tag_field="fact", tag="scheme_adopted"):
    """A version of an event's marking scheme is in force; `digest` is the SHA-256 of its document."""

    event: EventId
    version: int
    digest: str
    by: str


FactBody = (
    MarkEntered
    | MarkSettled
    | KeyReused
    | GatePassed
    | LineReopened
    | EntryRuled
    | TieDecided
    | RemarkCalled
    | RemarkEnded
    | SeatTaken
    | DeviceRevoked
    | SchemeAdopted
)


class Content(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What is hashed of a fact."""

    contest: ContestId
    seq: int
    at: str
    body: FactBody


class Fact(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One numbered link of a contest's chain. `at` is the server's time, ISO 8601 in UTC."""

    contest: ContestId
    seq: int
    at: str
    body: FactBody
    prev: str
    link: str


_CONTENT = msgspec.json.Decoder(Content)
_encode = msgspec.json.Encoder(order="sorted").encode


def canonical(contest: ContestId, seq: int, at: str, body: FactBody) -> bytes:
    """Return the bytes that are stored and hashed for a fact: JSON with sorted keys."""
    return _encode(Content(contest=contest, seq=seq, at=at, body=body))


def read_fact(content: str | bytes, prev: str, link: str) -> Fact:
    """Read a fact back from what was stored; nothing is checked but its shape."""
    read = _CONTENT.decode(content)
    return Fact(contest=read.contest, seq=read.seq, at=read.at, body=read.body, prev=prev, link=link)


def link_of(prev: str, content: bytes) -> str:
    """Chain one fact to its predecessor."""
    return hashlib.sha256(bytes.fromhex(prev) + content).hexdigest()


def commitment(salt: str, text: str) -> str:
    """Return what the chain holds of a free text: nothing readable, and nothing that could be guessed."""
    return hashlib.sha256(bytes.fromhex(salt) + text.encode()).hexdigest() if text else ""
