"""What can be asked of the book: each is decided as a whole, inside one of its transactions."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from contest.model.ids import AccountId, ContestId, DeviceId, EventId, SeatId
from contest.model.mark import EnterMark
from contest.model.ruling import Ruling
from contest.store.work import Run, Work

Given = Callable[[], Work[None]]
"""What must still be so under the lock; it raises the rule that is broken, and then nothing is written."""


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
    given: Given | None = None


class TakeSeat(msgspec.Struct, frozen=True, kw_only=True):
    """A tablet was confirmed for a seat. `token` is the SHA-256 of what the tablet keeps."""

    contest: ContestId
    seat: SeatId
    device: DeviceId
    name: str
    token: str
    by: AccountId
    also: tuple[Run, ...] = ()
    given: Given | None = None


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
    given: Given | None = None


Official = Rule | TakeSeat | RevokeDevice | AdoptScheme
Command = EnterMarks | Official


def given_of(command: Command) -> Given | None:
    """What a command asks for under the lock; it is then settled alone, for it does not see a draft."""
    return command.given if isinstance(command, Rule | TakeSeat | AdoptScheme) else None
