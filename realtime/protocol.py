"""Every message of the live part, both directions: tagged unions, encoded as JSON text frames.

Seats speak at `/live/seat`, boards at `/live/board`. A message that fits none of these is answered by `Refused`
and the socket stays open. Numbers that a person reads are strings, printed by the server as the scheme says;
marks travel as whole thousandths of the aspect's unit. The AsyncAPI document and the browser's types are made
from these classes.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from contest.actions.showing import AwardName, StageName
from contest.model.signing import SignedHead
from realtime.message import Key, Message, Text, Thousandths
from realtime.news import BackedUp, Goodbye, Refused, RemarkCalled, SeatLost, SendFrom, SessionChanged

PROTOCOL = 1
"""Raised when an old tablet could misunderstand; a tablet of another number is told to update."""

__all__ = ["BackedUp", "Goodbye", "Message", "Refused", "RemarkCalled", "SeatLost", "SendFrom", "SessionChanged"]

# ---- from a seat ------------------------------------------------------------------------------------------


class Hello(Message, frozen=True, kw_only=True, tag="hello"):
    """First message of a tablet, within 10 seconds: who it is. The token never stands in an address."""

    token: Annotated[str, msgspec.Meta(min_length=16, max_length=128)]
    protocol: int = PROTOCOL
    build: Annotated[str, msgspec.Meta(max_length=64)] = ""


class OpenSheet(Message, frozen=True, kw_only=True, tag="open_sheet"):
    """The tablet asks for the sheet of one of its sessions; the answer is a `Sheet`."""

    session: Key


class MarkEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """One mark as the tablet made it. `mark` and `device_seq` are made once, at the tap, and never again."""

    mark: Key
    device_seq: Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]
    session: Key
    entry: Key
    aspect: Key
    kind: str = "entered"
    value: Thousandths | None = None
    replaces: Key | None = None
    reason: Text = ""
    made_at: Annotated[str, msgspec.Meta(max_length=40)] = ""


class EnterMarks(Message, frozen=True, kw_only=True, tag="enter_marks"):
    """Marks to store, in the order they were made."""

    marks: Annotated[list[MarkEntry], msgspec.Meta(min_length=1, max_length=100)]


class Beat(Message, frozen=True, kw_only=True, tag="beat"):
    """Either side is alive; `at` is the sender's clock."""

    at: Annotated[str, msgspec.Meta(max_length=40)] = ""
    unsent: int = 0
    """How many marks wait on the tablet."""
    battery: int | None = None
    skew_ms: int | None = None
    """From the server: how far the receiver's clock is ahead of the server's, as measured by its last beat."""


FromSeat = Hello | OpenSheet | EnterMarks | Beat

# ---- to a seat --------------------------------------------------------------------------------------------


class SessionLine(msgspec.Struct, frozen=True, kw_only=True):
    """One session in a tablet's list. `state` is planned, opened, locked or confirmed."""

    session: str
    name: str
    room: str
    starts_at: str
    state: str


class Welcome(Message, frozen=True, kw_only=True, tag="welcome"):
    """The tablet is known: its seat and the sessions that seat marks. Comes again when these are planned anew.

    A tablet that no longer `holds` its seat may only deliver what it holds: it gets no sessions and no sheets, and
    its marks wait for the chief judge.
    """

    device: str
    seat: str
    seat_number: int
    judge_name: str
    panel: str
    contest: str
    contest_name: str
    event: str
    event_name: str
    sessions: list[SessionLine]
    next_device_seq: int
    """The number from which on the book has seen none from this device."""
    send_from: int
    """The lowest number of this device that the book has not seen; `next_device_seq` when there is no gap."""
    backed_up: int
    """Facts up to this number of the contest are in a verified copy elsewhere; 0 for none."""
    holds: bool
    at: str
    beat_seconds: int


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One answer the judge may pick: the value it stands for (thousandths) and its words."""

    value: int
    label: str
    label_en: str = ""


class AspectCard(msgspec.Struct, frozen=True, kw_only=True):
    """An aspect as a judge sees it.

    `view` says which input to show: `panel` (number between low and high in steps), `judgement` (0–3 with the
    four descriptors as choices), `pass_fail`, `count` (number completed, or errors), `choice`, `amount` (a plain
    number such as a time or a deduction) or `imported` (shown, not entered here).
    """

    aspect: str
    name: str
    name_en: str
    group: str
    group_en: str
    view: str
    low: int | None
    high: int | None
    step: int
    places: int
    unit: str
    by_panel: bool
    choices: list[Choice]
    hint: str = ""
    unit_en: str = ""
    hint_en: str = ""
    optional: bool = False
    """May stay blank: there was no case for it."""
    veto: str = ""
    """What a veto costs: `zero` (`strikes` is worth nothing) or `unranked`; empty for what is no veto."""
    strikes: str = ""
    strikes_en: str = ""


class EntryLine(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as a judge may see it: behind its station number where the event is blind."""

    entry: str
    label: str
    name: str
    organisation: str
    status: str


class MarkLine(msgspec.Struct, frozen=True, kw_only=True):
    """A mark that stands on the server for this seat."""

    mark: str
    entry: str
    aspect: str
    kind: str
    value: int | None
    standing: str
    revision: int
    seq: int
    at: str


class Sheet(Message, frozen=True, kw_only=True, tag="sheet"):
    """Everything a seat needs to mark one session, with its own marks so far."""

    session: str
    name: str
    state: str
    blind: bool
    entries: list[EntryLine]
    aspects: list[AspectCard]
    marks: list[MarkLine]


class StoredMark(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The receipt of one mark: its number and link in the contest's chain. `standing`: counts or pending.

    `head` is the `seq` of the signed head that covers it, `path` leads from the link to that head's root.
    """

    mark: str
    device_seq: int
    seq: int
    link: str
    at: str
    standing: str
    because: str = ""
    head: int = 0
    path: tuple[str, ...] = ()


class MarksStored(Message, frozen=True, kw_only=True, tag="marks_stored"):
    """These marks are durable. Sent only after the commit, with the signed heads that cover them."""

    receipts: list[StoredMark]
    heads: list[SignedHead] = msgspec.field(default_factory=list)


class RefusedMark(msgspec.Struct, frozen=True, kw_only=True):
    """A mark that breaks a rule; it stays on the tablet with its reason and blocks nothing."""

    mark: str
    device_seq: int
    code: str
    params: dict[str, str | int]


class MarksRefused(Message, frozen=True, kw_only=True, tag="marks_refused"):
    """These marks were not stored, and why."""

    refusals: list[RefusedMark]


ToSeat = (
    Welcome
    | Sheet
    | MarksStored
    | MarksRefused
    | SessionChanged
    | SendFrom
    | BackedUp
    | SeatLost
    | RemarkCalled
    | Refused
    | Beat
    | Goodbye
)

# ---- boards -----------------------------------------------------------------------------------------------


class Watch(Message, frozen=True, kw_only=True, tag="watch"):
    """A spectator or official wants to follow an event's board, from `version` of `epoch` if it has one."""

    event: Key
    epoch: Annotated[str, msgspec.Meta(max_length=32)] = ""
    version: int = 0


FromBoard = Watch | Beat


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A column of scores: a criterion or aspect directly below the total (depth 1) or further down.

    Those of depth 1 come first; the deeper ones are for whoever opens a row.
    """

    node: str
    name: str
    name_en: str
    depth: int = 1


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One entry on the board. `place` is its row from 1; `rank` is None while the rule does not rank it.

    `points` are those of complete panels so far, `total` is None until every counting aspect is complete;
    `best` and `worst` are the totals still possible. `scores` stand in the order of the columns, `awards` are ids
    of the head's. `gap` is how far the row is behind the first; None for the first and for who has no rank.
    """

    entry: str
    place: int
    rank: int | None
    shared: bool
    label: str
    name: str
    organisation: str
    status: str
    total: str | None
    points: str
    complete: int
    aspects: int
    best: str | None
    worst: str | None
    scores: list[str | None]
    awards: list[str]
    gap: str | None = None
    unranked: str = ""
    """Why an entry in competition has no rank and will get none: `no_result` or `barred`; else empty."""
    advance: str = ""
    """Whether it goes on from the head's `stage`: `through`, `possible` or `out`; empty without stages."""


class BoardHead(msgspec.Struct, frozen=True, kw_only=True):
    """What stands above the rows: the event, the words for its state, how much is marked.

    `state` is planned, started, ended, provisional or official; `view` is live, frozen, blind or unpublished.
    `awards` names the prizes of the scheme, in its order, where rows may carry them.
    """

    event: str
    event_name: str
    contest: str
    contest_name: str
    state: str
    view: str
    audience: str
    as_of: str
    complete: int
    aspects: int
    entries: int
    columns: list[Column]
    awards: list[AwardName]
    stage: StageName | None = None
    """The stage from which rows go on or not: the first that is not decided, else the last."""


class Reset(Message, frozen=True, kw_only=True, tag="reset"):
    """The whole board; whatever the viewer had before is void."""

    epoch: str
    version: int
    head: BoardHead
    rows: list[Row]


class Moved(Message, frozen=True, kw_only=True, tag="moved"):
    """Rows that changed since version `after`; a viewer at another version asks again with `Watch`."""

    after: int
    version: int
    head: BoardHead | None
    rows: list[Row]
    gone: list[str]


ToBoard = Reset | Moved | Refused | Beat | Goodbye
