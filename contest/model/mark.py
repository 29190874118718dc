"""Marks: what a judge enters, and the one decision whether it counts.

The decision is made inside the book's batch against a `Scene`, the state read under the contest's lock. Nothing
else in the system decides about a mark.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Set
from enum import StrEnum

import msgspec

from contest.errors import (
    BadInput,
    ContestError,
    MarkNotForSeat,
    MarkOutOfRange,
    SessionNotOpen,
    TooManyRevisions,
)
from contest.model.fact import MarkEntered
from contest.model.gate import GateLine
from contest.model.ids import (
    AspectId,
    ContestId,
    DeviceId,
    EntryId,
    EventId,
    MarkId,
    SeatId,
    SessionId,
)
from contest.model.signing import SignedHead
from scoring.scheme import Aspect, problem_with

WHOLE_PANEL = SeatId("*")
"""The seat of aspects that are marked once for the whole panel: measurements, imported marks, deductions."""

MOST_REVISIONS = 1000
"""Of one place, from tablets: every revision is read again with the next, and nobody may make all others wait."""

DESK = "desk:"
"""Prefix of device ids that are a signed-in person at the desk and no tablet."""


_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?", re.ASCII)
"""How a tablet writes its time; anything else is not kept, for the ledger holds no free text."""


class MarkKind(StrEnum):
    """What a mark says. A blank is the absence of a mark and never a zero."""

    ENTERED = "entered"
    ABSENT = "absent"
    """The judge was absent; the panel rule goes on without this seat."""
    NOT_ATTEMPTED = "not_attempted"
    """The competitor did not attempt this; it is worth nothing, and that is known."""
    ERASED = "erased"
    """The earlier mark is taken back; the place is blank again."""


class Standing(StrEnum):
    """What became of a stored mark."""

    COUNTS = "counts"
    PENDING = "pending"
    SUPERSEDED = "superseded"
    DECLINED = "declined"


class EnterMark(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A mark on its way into the book. Its key is (`device`, `device_seq`), made once and kept for ever.

    `value` counts thousandths of the aspect's unit. `made_at` is the tablet's clock: evidence, never order.
    """

    device: DeviceId
    device_seq: int
    mark: MarkId
    session: SessionId
    entry: EntryId
    aspect: AspectId
    kind: MarkKind = MarkKind.ENTERED
    value: int | None = None
    replaces: MarkId | None = None
    reason: str = ""
    made_at: str = ""
    by: str = ""
    """The account at the desk; a tablet's marks are by its seat, which the server fills in."""

    @property
    def digest(self) -> str:
        """SHA-256 of the content: the same key with another digest is refused and reported."""
        return _digest(msgspec.structs.replace(self, by="") if self.by else self)

    @property
    def digest_without_words(self) -> str:
        """The same without the free text, which the ledger must not let anybody guess."""
        return _digest(msgspec.structs.replace(self, by="", reason=""))


_encode = msgspec.json.Encoder(order="sorted").encode


def _digest(content: EnterMark) -> str:
    return hashlib.sha256(_encode(content)).hexdigest()


class Receipt(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The answer to one mark: stored under a number and link, pending, or refused with the reason.

    `head` is what the commit signed, `path` shows that the link stands under it; a refusal has neither. The same
    key and content always get this same receipt again.
    """

    mark: MarkId
    device_seq: int
    verdict: str
    """`stored`, `pending` or `refused`."""
    seq: int | None = None
    link: str = ""
    at: str = ""
    because: str = ""
    params: dict[str, str | int] = {}
    head: SignedHead | None = None
    path: tuple[str, ...] = ()


Slot = tuple[SessionId, EntryId, AspectId, SeatId]
"""The place a mark fills: one seat's mark (or the panel's one mark) for an aspect of an entry in a session."""


class SlotState(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What stands in a slot: the mark that counts, if any, and how many revisions there were."""

    newest: MarkId | None = None
    revisions: int = 0


EMPTY = SlotState()
"""A slot that nobody has filled."""


class SessionScene(msgspec.Struct, frozen=True, kw_only=True):
    """One session as the book holds it under the lock."""

    session: SessionId
    contest: ContestId
    event: EventId
    gates: GateLine
    aspects: Mapping[AspectId, Aspect]
    entries: Set[EntryId]
    seats: frozenset[SeatId]


class DeviceScene(msgspec.Struct, frozen=True, kw_only=True):
    """A device as the book holds it: its seat, and whether it still holds it."""

    device: DeviceId
    seat: SeatId
    holds_seat: bool


def slot_of(command: EnterMark, aspect: Aspect, seat: SeatId) -> Slot:
    """The slot that a mark fills."""
    return (command.session, command.entry, command.aspect, seat if aspect.by_panel else WHOLE_PANEL)


def enter(
    command: EnterMark, session: SessionScene, device: DeviceScene, slots: Mapping[Slot, SlotState]
) -> MarkEntered:
    """Decide about a mark: return the fact to record, or raise the rule it breaks.

    A mark that is well-formed and comes from someone who once had the right is never thrown away: when the
    session is locked, the seat was handed over, or a newer mark stands where it expected another, the fact's
    standing is `pending` and it waits for the chief judge.

    Raises MarkNotForSeat, MarkOutOfRange, BadInput, SessionNotOpen or TooManyRevisions.
    """
    aspect = session.aspects.get(command.aspect)
    at_desk = command.device.startswith(DESK)
    if (
        aspect is None
        or (aspect.view == "imported" and not at_desk)
        or command.entry not in session.entries
        or (not at_desk and device.seat not in session.seats)
        or (at_desk and aspect.by_panel)
    ):
        raise MarkNotForSeat()
    _check_value(command, aspect)
    if not session.gates.passed:
        raise SessionNotOpen()
    slot = slot_of(command, aspect, device.seat)
    before = slots.get(slot, EMPTY)
    if before.revisions >= MOST_REVISIONS and not at_desk:
        raise TooManyRevisions(n=MOST_REVISIONS)
    because = _why_pending(command, session, device, before)
    return MarkEntered(
        mark=command.mark,
        event=session.event,
        session=command.session,
        entry=command.entry,
        aspect=command.aspect,
        seat=slot[3],
        kind=command.kind,
        value=command.value,
        revision=before.revisions + 1,
        replaces=command.replaces,
        standing=Standing.PENDING if because else Standing.COUNTS,
        because=because,
        device=command.device,
        device_seq=command.device_seq,
        by=command.by if at_desk else device.seat,
        made_at=command.made_at if _TIME.fullmatch(command.made_at) else "",
    )


def _check_value(command: EnterMark, aspect: Aspect) -> None:
    if command.kind == MarkKind.ABSENT and not aspect.by_panel:
        # A panel goes on without one of its judges; a time that nobody took is simply missing.
        raise BadInput(field="kind", problem=command.kind.value)
    if command.kind != MarkKind.ENTERED:
        if command.value is not None:
            raise MarkOutOfRange(**aspect.limits)
        return
    if command.value is None or problem_with(aspect, command.value):
        raise MarkOutOfRange(**aspect.limits)


def _why_pending(command: EnterMark, session: SessionScene, device: DeviceScene, before: SlotState) -> str:
    if not device.holds_seat:
        return "seat_revoked"
    if session.gates.has("locked"):
        return "session_locked"
    if command.replaces != before.newest:
        return "not_newest"
    return ""


def refusal(command: EnterMark, broken: ContestError) -> Receipt:
    """The receipt of a mark that breaks a rule."""
    return Receipt(
        mark=command.mark,
        device_seq=command.device_seq,
        verdict="refused",
        because=broken.code,
        params=broken.params,
    )
