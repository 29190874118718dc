"""Panels, seats and the devices that hold them."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from contest.model.ids import AccountId, ContestId, DeviceId, EventId, PanelId, SeatId


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


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A tablet that holds, or held, a seat. `name` is what the organiser reads («Chrome 126, Android»)."""

    id: DeviceId
    contest: ContestId
    seat: SeatId
    name: str
    paired_at: str
    confirmed_at: str | None = None
    revoked_at: str | None = None


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
