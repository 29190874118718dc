"""How the seats of an event are doing: which tablet holds each, whether it is there, what it says of itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from contest.model.ids import DeviceId, EventId, PanelId, SeatId
from contest.store import clock
from contest.store.open import Store
from contest.store.queries import plans
from contest.store.queries.devices import Hold, hold_between
from contest.store.tables import DeviceRow, PairingRow, SeatStateRow

ROLL_SECONDS = 10.0
"""How often a process writes down the tablets that are connected to it."""

SKEW_MS = 60_000
"""A clock farther off is shown to the chief judge; it is never corrected and orders nothing."""


class SeatNow(msgspec.Struct, frozen=True, kw_only=True):
    """One seat of a panel and the tablet that holds it, as last written down by whichever process serves it.

    `heard_at` is when it last was known to be there, `connected` whether that was a moment ago. `lag_ms` is how
    long its last marks waited for their receipts, `unsent` how many it still keeps to itself, `skew_ms` how far
    its clock is ahead. `asks` is an invitation by which another tablet wants the seat: it needs the chief judge.
    """

    seat: SeatId
    panel: PanelId
    panel_name: str
    number: int
    judge_name: str
    device: DeviceId | None = None
    device_name: str = ""
    held_since: str = ""
    connected: bool = False
    heard_at: str = ""
    lag_ms: int | None = None
    unsent: int | None = None
    build: str = ""
    battery: int | None = None
    skew_ms: int | None = None
    clock_off: bool = False
    asks: Asking | None = None


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation of another tablet to a seat that is held."""

    pairing: str
    device_name: str
    expires_at: str
    agreed: bool


class Attended(NamedTuple):
    """Of a tablet that is connected somewhere: by which connection last, and whether it holds its seat."""

    line: str
    hold: Hold


async def attended(store: Store, devices: Iterable[str]) -> dict[str, Attended]:
    """How it stands with these devices, asked for all of them at once."""
    wanted = sorted(devices)
    if not wanted:
        return {}
    asked = f"""
        SELECT "device"."id", "device"."revoked_at", "seat"."device" AS "holder", "seat_state"."line"
        FROM "device"
        LEFT JOIN "seat" ON "seat"."id" = "device"."seat"
        LEFT JOIN "seat_state" ON "seat_state"."id" = "device"."id"
        WHERE "device"."id" IN ({", ".join(["{}"] * len(wanted))})
    """  # noqa: S608 -- as many placeholders as there are devices
    return {
        row["id"]: Attended(row["line"] or "", hold_between(row["id"], row["revoked_at"], row["holder"]))
        for row in await store.select(DeviceRow.raw(asked, *wanted))
    }


async def seats_now(store: Store, event: EventId) -> list[SeatNow]:
    """The seats of an event with what is known of their tablets, panel by panel."""
    devices = await store.select(
        DeviceRow.select().where((DeviceRow.event == event) & (DeviceRow.revoked_at.is_null()))
    )
    said = {row["id"]: row for row in await store.select(SeatStateRow.select().where(SeatStateRow.event == event))}
    asking = await _asking(store, event)
    lately = clock.later(-3 * ROLL_SECONDS)
    by_seat = {row["seat"]: row for row in devices}
    found = []
    for panel in await plans.panels_of_event(store, event):
        for seat in panel.seats:
            blank = SeatNow(
                seat=seat.id,
                panel=panel.id,
                panel_name=panel.name,
                number=seat.number,
                judge_name=seat.judge_name,
            )
            device = by_seat.get(seat.id)
            if device is None:
                found.append(blank)
                continue
            held = msgspec.structs.replace(
                blank,
                device=DeviceId(device["id"]),
                device_name=device["name"],
                held_since=device["paired_at"],
                asks=asking.get(seat.id),
            )
            row = said.get(device["id"])
            found.append(held if row is None else _as_said(held, row, lately))
    return found


def _as_said(seat: SeatNow, row: dict[str, object], lately: str) -> SeatNow:
    told = {name: row[name] for name in ("heard_at", "lag_ms", "unsent", "build", "battery", "skew_ms")}
    found = msgspec.convert({**msgspec.structs.asdict(seat), **told}, SeatNow)
    return msgspec.structs.replace(
        found,
        connected=bool(row["here"]) and found.heard_at >= lately,
        clock_off=abs(found.skew_ms or 0) > SKEW_MS,
    )


async def _asking(store: Store, event: EventId) -> dict[str, Asking]:
    """The invitations of an event that still stand, by seat; the newest where there are several."""
    standing = (PairingRow.expires_at > clock.onward()) & (PairingRow.confirmed_at.is_null())
    rows = await store.select(
        PairingRow.select().where((PairingRow.event == event) & standing).order_by(PairingRow.made_at)
    )
    return {
        row["seat"]: Asking(
            pairing=row["id"],
            device_name=row["device_name"],
            expires_at=row["expires_at"],
            agreed=row["agreed_by"] is not None,
        )
        for row in rows
        if row["claimed_at"] is not None
    }
