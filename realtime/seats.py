"""One tablet's connection as a state machine without sockets, clocks or a database.

It knows who is connected and since when, what a message asks for, and how fast messages may come. It refuses to
know the contest: whether a mark counts is decided in the book. What arrives goes in with the moment of its
arrival; what is to be done comes out as deeds, in order.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import Enum

import msgspec

from contest.errors import (
    BadInput,
    ContestError,
    HelloAgain,
    HelloExpected,
    MessageBinary,
    MessageNotUnderstood,
    TooManyRequests,
)
from contest.model.ids import AspectId, DeviceId, EntryId, MarkId, SeatId, SessionId
from contest.model.mark import EnterMark, MarkKind, Receipt, Standing
from contest.store.clock import stamp
from realtime.deeds import CLOSES, Allowance, Close, Deed, Enter, Identify, Limits, Moment, Say, ShowSheet
from realtime.protocol import (
    PROTOCOL,
    Beat,
    EnterMarks,
    FromSeat,
    Goodbye,
    Hello,
    MarkEntry,
    MarksRefused,
    MarksStored,
    OpenSheet,
    Refused,
    RefusedMark,
    SessionChanged,
    Sheet,
    StoredMark,
    Welcome,
)

_decode = msgspec.json.Decoder(FromSeat).decode


class Phase(Enum):
    """How far the connection has come, in the order of its life."""

    NEW = "new"
    ASKING = "asking"
    SEATED = "seated"
    OVER = "over"


class SeatLine:
    """One tablet's connection, from its first word to its last."""

    def __init__(self, now: Moment, *, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.phase = Phase.NEW
        self.device = DeviceId("")
        self.seat = SeatId("")
        self.skew_ms: int | None = None
        """How far the tablet's clock is ahead of ours: evidence, never order."""
        self.unsent = 0
        self.battery: int | None = None
        self._changed: list[SessionChanged] = []
        """What happened between the question who this is and the welcome."""
        self._began = now.steady
        self._heard = now.steady
        self._spoke = now.steady
        limits = self.limits
        self._allowance = Allowance(limits.messages_at_once, limits.messages_per_second, now.steady)

    # ---- what the tablet does -----------------------------------------------------------------------------

    def receive(self, text: str | bytes, now: Moment) -> list[Deed]:
        """Take one message and return what it asks for; what fits no message is refused by name."""
        if self.phase is Phase.OVER:
            return []
        self._heard = now.steady
        if not self._allowance.take(now.steady):
            return self._too_fast()
        if isinstance(text, bytes):
            return [self.refuse(MessageBinary())]
        try:
            message: FromSeat = _decode(text)
        except msgspec.ValidationError as problem:
            return [self.refuse(MessageNotUnderstood(problem=str(problem)[:200]))]
        except (msgspec.DecodeError, RecursionError):
            return [self.refuse(MessageNotUnderstood(problem="JSON"))]
        return self._understood(message, now)

    def _understood(self, message: FromSeat, now: Moment) -> list[Deed]:  # noqa: PLR0911 -- one line a message
        match message:
            case Beat():
                return self._beat(message, now)
            case Hello() if self.phase is not Phase.NEW:
                return [self.refuse(HelloAgain())]
            case Hello() if message.protocol != PROTOCOL:
                return self.leave("update")
            case Hello():
                self.phase = Phase.ASKING
                return [Identify(message.token)]
            case _ if self.phase is not Phase.SEATED:
                return [self.refuse(HelloExpected())]
            case OpenSheet():
                return [ShowSheet(message.session)]
            case EnterMarks():
                return self._enter(message)

    def _enter(self, message: EnterMarks) -> list[Deed]:
        known = {kind.value for kind in MarkKind}
        entered = [entry for entry in message.marks if entry.kind in known]
        strange = [
            RefusedMark(
                mark=entry.mark,
                device_seq=entry.device_seq,
                code=BadInput.code,
                params={"field": "kind", "problem": entry.kind[:40]},
            )
            for entry in message.marks
            if entry.kind not in known
        ]
        deeds: list[Deed] = [Say(MarksRefused(refusals=strange))] if strange else []
        if entered:
            deeds.append(Enter([_command(entry, self.device) for entry in entered]))
        return deeds

    def _beat(self, beat: Beat, now: Moment) -> list[Deed]:
        self.unsent = max(0, beat.unsent)
        self.battery = beat.battery
        self.skew_ms = _skew(beat.at, now.wall)
        return [self._own_beat(now)]

    # ---- what becomes of it -------------------------------------------------------------------------------

    def welcome(self, welcome: Welcome) -> list[Deed]:
        """The token is good: the tablet is seated."""
        if self.phase is Phase.OVER:
            return []
        self.phase = Phase.SEATED
        self.device, self.seat = DeviceId(welcome.device), SeatId(welcome.seat)
        changed, self._changed = self._changed, []
        return [Say(welcome), *map(Say, changed)]

    def welcome_again(self, welcome: Welcome) -> list[Deed]:
        """What the tablet was told of its seat and its sessions has changed."""
        return [Say(welcome)] if self.phase is Phase.SEATED else []

    def show(self, sheet: Sheet) -> list[Deed]:
        """The sheet that was asked for."""
        return [Say(sheet)] if self.phase is Phase.SEATED else []

    def stored(self, receipts: Iterable[Receipt]) -> list[Deed]:
        """The book has answered, which it does only after the commit."""
        if self.phase is not Phase.SEATED:
            return []
        kept, refused = split(receipts)
        deeds: list[Deed] = [Say(MarksStored(receipts=kept))] if kept else []
        return [*deeds, Say(MarksRefused(refusals=refused))] if refused else deeds

    def not_answered(self, broken: ContestError) -> list[Deed]:
        """What was asked is not allowed, or the store is away: nothing is acknowledged, the tablet sends again."""
        if self.phase is Phase.ASKING:
            return self.leave("restarting")
        return [self.refuse(broken)] if self.phase is Phase.SEATED else []

    def session_changed(self, session: str, name: str, state: str) -> list[Deed]:
        """A session of this seat has passed a gate or was planned anew."""
        changed = SessionChanged(session=session, name=name, state=state)
        if self.phase is Phase.ASKING:
            self._changed.append(changed)
        return [Say(changed)] if self.phase is Phase.SEATED else []

    def refuse(self, broken: ContestError) -> Say:
        """Say which rule a message broke; the socket stays."""
        return Say(Refused(code=broken.code, params=broken.params))

    def leave(self, code: str) -> list[Deed]:
        """Say why, and end the connection."""
        if self.phase is Phase.OVER:
            return []
        self.phase = Phase.OVER
        return [Say(Goodbye(code=code)), Close(CLOSES[code])]

    # ---- time ---------------------------------------------------------------------------------------------

    def tick(self, now: Moment) -> list[Deed]:
        """Time has passed: beat, or give up a tablet that says nothing."""
        if self.phase is Phase.NEW and now.steady - self._began >= self.limits.hello_seconds:
            # Not «not signed in»: a tablet behind a bad network must come again without anybody's help.
            return self.leave("silent")
        if now.steady - self._heard >= self.limits.beat_seconds * self.limits.silent_beats:
            return self.leave("silent")
        if self.phase is Phase.SEATED and now.steady - self._spoke >= self.limits.beat_seconds:
            return [self._own_beat(now)]
        return []

    def _own_beat(self, now: Moment) -> Say:
        self._spoke = now.steady
        return Say(Beat(at=stamp(now.wall), skew_ms=self.skew_ms))

    def _too_fast(self) -> list[Deed]:
        if self._allowance.overdrawn:
            return self.leave("too_many_requests")
        return [self.refuse(TooManyRequests(seconds=self._allowance.seconds))]


def split(receipts: Iterable[Receipt]) -> tuple[list[StoredMark], list[RefusedMark]]:
    """What the book kept, pending or not, and what broke a rule."""
    kept, refused = [], []
    for receipt in receipts:
        if receipt.verdict == "refused" or receipt.seq is None:
            refused.append(
                RefusedMark(
                    mark=receipt.mark,
                    device_seq=receipt.device_seq,
                    code=receipt.because,
                    params=receipt.params,
                )
            )
            continue
        pending = receipt.verdict == "pending"
        kept.append(
            StoredMark(
                mark=receipt.mark,
                device_seq=receipt.device_seq,
                seq=receipt.seq,
                link=receipt.link,
                at=receipt.at,
                standing=Standing.PENDING if pending else Standing.COUNTS,
                because=receipt.because,
            )
        )
    return kept, refused


def _command(entry: MarkEntry, device: DeviceId) -> EnterMark:
    return EnterMark(
        device=device,
        device_seq=entry.device_seq,
        mark=MarkId(entry.mark),
        session=SessionId(entry.session),
        entry=EntryId(entry.entry),
        aspect=AspectId(entry.aspect),
        kind=MarkKind(entry.kind),
        value=entry.value,
        replaces=MarkId(entry.replaces) if entry.replaces is not None else None,
        reason=entry.reason,
        made_at=entry.made_at,
    )


def _skew(at: str, wall: datetime) -> int | None:
    """Milliseconds by which a tablet's clock is ahead; None when it says no readable time."""
    try:
        told = datetime.fromisoformat(at)
    except ValueError:
        return None
    if told.tzinfo is None:
        told = told.replace(tzinfo=UTC)
    return round((told - wall).total_seconds() * 1000)
