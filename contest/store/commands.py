"""What can be asked of the book: each is decided as a whole, inside one of its transactions."""

from __future__ import annotations

import msgspec

from contest.model.ids import AccountId, ContestId, DeviceId, EventId, SeatId
from contest.model.mark import EnterMark
from contest.model.ruling import Ruling
from contest.store.work import Run


class EnterMarks(msgspec.Struct, frozen=True, kw_only=True):
    """Marks on their way in, in the order they were made."""

    contest: ContestId
    marks: tuple[EnterMark, ...]


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """An official's command, with the reason that was given."""

    contest: ContestId
    ruling: Ruling
    text: str = ""
    also: tuple[Run, ...] = ()
    """Rows of registration to write in the same commit."""


class TakeSeat(msgspec.Struct, frozen=True, kw_only=True):
    """A tablet was confirmed for a seat. `token` is the SHA-256 of what the tablet keeps."""

    contest: ContestId
    seat: SeatId
    device: DeviceId
    name: str
    token: str
    by: AccountId
    also: tuple[Run, ...] = ()


class RevokeDevice(msgspec.Struct, frozen=True, kw_only=True):
    """A tablet may no longer mark."""

    contest: ContestId
    device: DeviceId
    by: AccountId
    also: tuple[Run, ...] = ()


class AdoptScheme(msgspec.Struct, frozen=True, kw_only=True):
    """A new version of an event's marking scheme takes force."""

    contest: ContestId
    event: EventId
    document: str
    digest: str
    by: AccountId
    also: tuple[Run, ...] = ()


Official = Rule | TakeSeat | RevokeDevice | AdoptScheme
Command = EnterMarks | Official
