"""Which tablet holds which seat, and which invitations to a seat still stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from contest.model.ids import ContestId, DeviceId, EventId, PanelId, SeatId
from contest.model.panel import PairingState
from contest.store import clock
from contest.store.open import Store
from contest.store.queries.plans import row_of
from contest.store.tables import DeviceRow, PairingRow, SeatRow


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """A tablet that holds a seat at this moment, or once held it and may deliver what it still has."""

    device: DeviceId
    name: str
    contest: ContestId
    event: EventId
    panel: PanelId
    seat: SeatId
    seat_number: int
    judge_name: str
    holds: bool = True


class Hold(NamedTuple):
    """Whether a tablet holds its seat; if not, since when and why: `handed_over` or `revoked`."""

    holds: bool
    reason: str = ""
    at: str = ""


class DeviceLine(msgspec.Struct, frozen=True, kw_only=True):
    """A tablet as the desk lists it. `holds`: it may mark at this moment."""

    device: DeviceId
    name: str
    event: EventId
    panel: PanelId
    seat: SeatId
    seat_number: int
    judge_name: str
    paired_at: str
    seen_at: str | None
    revoked_at: str | None
    holds: bool


class Pairing(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation of a tablet to a seat; secrets stay in the table."""

    pairing: str
    contest: ContestId
    event: EventId
    seat: SeatId
    number: str
    claim: str | None
    device_name: str
    device: DeviceId | None
    expires_at: str
    claimed_at: str | None
    confirmed_at: str | None
    collected_at: str | None
    agreed_by: str | None = None

    def state(self, at: str) -> PairingState:
        """Say how far the invitation has come by that time."""
        if self.confirmed_at is not None:
            return PairingState.CONFIRMED
        if self.expires_at <= at:
            return PairingState.EXPIRED
        return PairingState.WAITING if self.claimed_at is None else PairingState.CLAIMED


async def device_of(store: Store, digest: str) -> Holder | None:
    """The tablet whose token has that SHA-256, if it holds its seat; None when it never did or no longer does."""
    found = await tablet_of(store, digest)
    return found if found is not None and found.holds else None


async def tablet_of(store: Store, digest: str) -> Holder | None:
    """The tablet whose token has that SHA-256, whether or not it still holds its seat; None for none."""
    rows = await store.select(DeviceRow.select().where(DeviceRow.token == digest))
    if not rows:
        return None
    device = rows[0]
    seats = await store.select(SeatRow.select().where(SeatRow.id == device["seat"]))
    # A seat that was planned away leaves a tablet that can only deliver.
    seat = seats[0] if seats else None
    return Holder(
        device=device["id"],
        name=device["name"],
        contest=device["contest"],
        event=device["event"],
        panel=seat["panel"] if seat else PanelId(""),
        seat=device["seat"],
        seat_number=seat["number"] if seat else 0,
        judge_name=seat["judge_name"] if seat else "",
        holds=device["revoked_at"] is None and seat is not None and seat["device"] == device["id"],
    )


async def hold_of(store: Store, device: DeviceId) -> Hold:
    """Whether a tablet may mark at this moment, and why not."""
    rows = await store.select(DeviceRow.select(DeviceRow.seat, DeviceRow.revoked_at).where(DeviceRow.id == device))
    if not rows:
        return Hold(False, "revoked")
    seats = await store.select(SeatRow.select(SeatRow.device).where(SeatRow.id == rows[0]["seat"]))
    return hold_between(device, rows[0]["revoked_at"], seats[0]["device"] if seats else None)


def hold_between(device: str, revoked_at: str | None, holder: str | None) -> Hold:
    """Whether a device holds its seat, by when it was revoked and which device holds the seat."""
    if revoked_at is None and holder == device:
        return Hold(True)
    return Hold(False, "handed_over" if holder not in (None, device) else "revoked", revoked_at or "")


async def devices_of_contest(store: Store, contest: ContestId) -> list[DeviceLine]:
    """Every tablet that was ever confirmed in a contest, the newest first."""
    rows = await store.select(
        DeviceRow.select().where(DeviceRow.contest == contest).order_by(DeviceRow.paired_at, ascending=False)
    )
    seats = await store.select(SeatRow.select().where(SeatRow.contest == contest))
    by_id = {seat["id"]: seat for seat in seats}
    return [_line(row, by_id[row["seat"]]) for row in rows if row["seat"] in by_id]


def _line(row: dict[str, object], seat: dict[str, object]) -> DeviceLine:
    holds = row["revoked_at"] is None and seat["device"] == row["id"]
    found = {
        **row,
        "device": row["id"],
        "panel": seat["panel"],
        "seat_number": seat["number"],
        "judge_name": seat["judge_name"],
        "holds": holds,
    }
    return msgspec.convert(found, DeviceLine)


async def pairing(store: Store, wanted: str) -> Pairing:
    """One invitation."""
    return pairing_in(await row_of(store, PairingRow, wanted, "pairing"))


async def pairing_to_claim(store: Store, *, secret: str = "", code: str = "") -> Pairing | None:
    """The invitation that nobody has claimed yet and whose secret or code has that SHA-256."""
    named = (PairingRow.secret == secret) if secret else (PairingRow.code == code)
    standing = (PairingRow.claimed_at.is_null()) & (PairingRow.expires_at > clock.onward())
    rows = await store.select(PairingRow.select().where(named & standing))
    return pairing_in(rows[0]) if rows else None


async def pairing_of_claim(store: Store, wanted: str, claim: str) -> Pairing | None:
    """The invitation that was claimed with what has that SHA-256."""
    rows = await store.select(PairingRow.select().where((PairingRow.id == wanted) & (PairingRow.claim == claim)))
    return pairing_in(rows[0]) if rows else None


def pairing_in(row: Mapping[str, object]) -> Pairing:
    """Read an invitation from its row."""
    return msgspec.convert({**row, "pairing": row["id"]}, Pairing)
