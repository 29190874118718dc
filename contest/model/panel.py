"""Panels, their seats, and how a tablet comes to hold one."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from contest.model.ids import AccountId, ContestId, EventId, PanelId, SeatId


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """A judge's place in a panel, held by one device at a time. `number` counts from 1 within the panel."""

    id: SeatId
    contest: ContestId
    event: EventId
    panel: PanelId
    number: int
    judge_name: str = ""
    judge: AccountId | None = None


class Panel(msgspec.Struct, frozen=True, kw_only=True):
    """The seated group of judges that marks sessions of one event."""

    id: PanelId
    contest: ContestId
    event: EventId
    name: str
    seats: tuple[Seat, ...] = ()


class PairingState(StrEnum):
    """How far an invitation of a tablet to a seat has come."""

    WAITING = "waiting"
    """No tablet has used it yet."""
    CLAIMED = "claimed"
    """A tablet has used it; both screens show the same number."""
    CONFIRMED = "confirmed"
    """The organiser has compared the numbers; the tablet holds the seat."""
    EXPIRED = "expired"
    """Too old, ended, or replaced by a newer one."""
