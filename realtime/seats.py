"""One tablet's connection as a state machine without sockets, clocks or a database.

It knows who is connected and since when, what a message asks for, and how fast messages may come. It refuses to
know the contest: whether a mark counts is decided in the book. What arrives goes in with the moment of its
arrival; what is to be done comes out as deeds, in order.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

import msgspec

from contest.errors import (
    BadInput,
    ContestError,
    HelloAgain,
    HelloExpected,
    MessageBinary,
    MessageNotUnderstood,
    SeatRevoked,
    TooManyRequests,
)
from contest.model.ids import DeviceId, SeatId
from contest.model.mark import Receipt
from contest.store.clock import stamp
from realtime.deeds import CLOSES, Allowance, Close, Deed, Enter, Identify, Limits, Moment, Rates, Say, ShowSheet
from realtime.protocol import (
    PROTOCOL,
    BackedUp,
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
    RemarkCalled,
    SeatLost,
    SendFrom,
    SessionChanged,
    Sheet,
    Welcome,
)
from realtime.translating import KINDS, command_of, heads_of, skew_of, split

MOST_UNSENT = 10**6
"""A tablet that says it holds more is not believed: numbers must fit where they are written down."""

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
        self.holds = True
        """Whether the tablet may mark, or only deliver what it holds."""
        self.build = ""
        self.skew_ms: int | None = None
        """How far the tablet's clock is ahead of ours: evidence, never order."""
        self.unsent = 0
        self.battery: int | None = None
        self._changed: list[SessionChanged] = []
        """What happened between the question who this is and the welcome."""
        self._copied = 0
        """How far the contest was backed up when the tablet was told last."""
        self._next = 1
        """The number from which on nothing came from this device."""
        self._began = now.steady
        self._heard = now.steady
        self._spoke = now.steady
        self.rates = Rates(self.limits, now.steady)
        """Those of the tablet, once it is known which one this is."""

    # ---- what the tablet does -----------------------------------------------------------------------------

    def receive(self, text: str | bytes, now: Moment) -> list[Deed]:
        """Take one message and return what it asks for; what fits no message is refused by name."""
        if self.phase is Phase.OVER:
            return []
        self._heard = now.steady
        if not self._rate.take(now.steady):
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
                # Told to others and written down: without what no database keeps.
                self.phase, self.build = (
                    Phase.ASKING,
                    message.build.replace("\0", "").encode(errors="ignore").decode(),
                )
                return [Identify(message.token)]
            case _ if self.phase is not Phase.SEATED:
                return [self.refuse(HelloExpected())]
            case OpenSheet():
                return [ShowSheet(message.session) if self.holds else self.refuse(SeatRevoked())]
            case EnterMarks():
                return self._enter(message, now)

    def _enter(self, message: EnterMarks, now: Moment) -> list[Deed]:
        if not self.holds and not self.rates.delivered.spend(len(message.marks), now.steady):
            return [self.refuse(TooManyRequests(seconds=60))]
        entered = [entry for entry in message.marks if entry.kind in KINDS]
        strange = [
            RefusedMark(
                mark=entry.mark,
                device_seq=entry.device_seq,
                code=BadInput.code,
                params={"field": "kind", "problem": entry.kind[:40]},
            )
            for entry in message.marks
            if entry.kind not in KINDS
        ]
        deeds: list[Deed] = [*self._jumped(message.marks)]
        if strange:
            deeds.append(Say(MarksRefused(refusals=strange)))
        if entered:
            deeds.append(Enter([command_of(entry, self.device) for entry in entered]))
        return deeds

    def _jumped(self, marks: Iterable[MarkEntry]) -> list[Say]:
        """Ask for the numbers that are missing before these; each gap is asked for once on a connection."""
        missing = None
        for entry in marks:
            if entry.device_seq > self._next and missing is None:
                missing = self._next
            self._next = max(self._next, entry.device_seq + 1)
        return [] if missing is None else [Say(SendFrom(device_seq=missing))]

    def _beat(self, beat: Beat, now: Moment) -> list[Deed]:
        self.unsent = min(max(0, beat.unsent), MOST_UNSENT)
        self.battery = None if beat.battery is None else min(max(0, beat.battery), 100)
        self.skew_ms = skew_of(beat.at, now.wall)
        return [self._own_beat(now)]

    # ---- what becomes of it -------------------------------------------------------------------------------

    def welcome(self, welcome: Welcome) -> list[Deed]:
        """The token is good: the tablet is seated, or may deliver what it holds."""
        if self.phase is Phase.OVER:
            return []
        self.phase = Phase.SEATED
        self.device, self.seat = DeviceId(welcome.device), SeatId(welcome.seat)
        self._next = max(self._next, welcome.next_device_seq)
        self._copied = welcome.backed_up
        if not welcome.holds:
            self.holds = False
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
        receipts = list(receipts)
        kept, refused = split(receipts)
        deeds: list[Deed] = [Say(MarksStored(receipts=kept, heads=heads_of(receipts)))] if kept else []
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

    def lose(self, reason: str, at: str) -> list[Deed]:
        """The tablet no longer holds its seat: it may deliver what it holds, and nothing else.

        One whose seat another tablet took goes on doing so on this connection; a revoked one is sent away first.
        """
        if self.phase is not Phase.SEATED or not self.holds:
            return []
        self.holds = False
        lost = Say(SeatLost(reason=reason, at=at))
        return [lost, *self.leave("seat_revoked")] if reason == "revoked" else [lost]

    @property
    def _rate(self) -> Allowance:
        return self.rates.marking if self.holds else self.rates.delivering

    def backed_up(self, seq: int) -> list[Deed]:
        """Facts up to this number are in a verified copy elsewhere; a tablet that knows is not told again."""
        if self.phase is not Phase.SEATED or seq == self._copied:
            return []
        self._copied = seq
        return [Say(BackedUp(seq=seq))]

    def remark(self, called: RemarkCalled) -> list[Deed]:
        """The rules ask this seat to mark again, or no longer do."""
        return [Say(called)] if self.phase is Phase.SEATED and self.holds else []

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
        if self._rate.overdrawn:
            return self.leave("too_many_requests")
        return [self.refuse(TooManyRequests(seconds=self._rate.seconds))]
