"""Pairing of tablets with seats: the organiser's half, and the tablet's half, which needs no sign-in."""

from __future__ import annotations

import io
from typing import Annotated, Any

import msgspec
import segno
from litestar import Request, get, post

from contest.actions import pairing as acts
from contest.actions.signing_in import Revocations
from contest.errors import BadInput, PairingRefused
from contest.http.guards import address_of, place_in
from contest.http.limits import Limits
from contest.model.access import Act, Person
from contest.model.ids import ContestId, DeviceId, EventId, SeatId
from contest.model.panel import PairingState
from contest.model.text import Key, Short
from contest.settings import Settings
from contest.store import clock
from contest.store.open import Store
from contest.store.queries import devices as questions
from contest.store.queries.devices import DeviceLine
from contest.store.queries.seats import SeatNow, seats_now

_PLAN = {"act": Act.PLAN}
_Secret = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]


class Invited(msgspec.Struct, frozen=True, kw_only=True):
    """What the desk shows for one tablet: a QR code, or letters to type."""

    pairing: str
    code: str
    url: str
    qr_svg: str
    expires_at: str


class PairingNow(msgspec.Struct, frozen=True, kw_only=True):
    """How far an invitation has come. `number` is there once a tablet has claimed it."""

    pairing: str
    state: PairingState
    number: str
    device_name: str
    expires_at: str
    agreed: bool = False
    """The chief judge has agreed that this tablet takes a seat that another holds."""


class Confirmation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The number that the organiser found on the tablet."""

    number: Annotated[str, msgspec.Meta(pattern="^[0-9]{4}$")]
    hand_over: bool = False
    """The chief judge, who confirms, takes the seat from the tablet that holds it."""


class Confirmed(msgspec.Struct, frozen=True, kw_only=True):
    """The tablet that holds the seat now."""

    device: DeviceId


class Claim(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A tablet's use of an invitation: by its secret, or by its code."""

    device_name: Short
    secret: _Secret | None = None
    code: _Secret | None = None


class Collect(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A tablet's question whether it was confirmed."""

    pairing: Key
    claim: _Secret


class Collection(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`waiting`, or `confirmed` with what the tablet keeps."""

    state: PairingState
    token: str | None = None
    device: DeviceId | None = None
    seat: SeatId | None = None


@post("/api/seats/{seat:str}/pairing", opt=_PLAN)
async def invite(
    *, seat: str, store: Store, person: Person, settings: Settings, request: Request[Any, Any, Any]
) -> Invited:
    """Invite one tablet to a seat."""
    place = place_in(request)
    invitation = await acts.invite(
        store, ContestId(str(place.contest)), EventId(str(place.event)), SeatId(seat), person
    )
    own = settings.public_url or f"{request.scope['scheme']}://{request.headers['host']}"
    # The secret stands behind the «#»: browsers send it to no server and keep it out of every log.
    url = f"{own}/judge#pair={invitation.secret}"
    return Invited(
        pairing=invitation.pairing,
        code=invitation.code,
        url=url,
        qr_svg=_qr(url),
        expires_at=invitation.expires_at,
    )


def _qr(url: str) -> str:
    drawn = io.BytesIO()
    segno.make(url, error="m", micro=False).save(drawn, kind="svg", xmldecl=False, scale=8, omitsize=True)
    return drawn.getvalue().decode()


@get("/api/pairings/{pairing:str}", opt=_PLAN)
async def pairing(pairing: str, store: Store) -> PairingNow:
    """Say how far an invitation has come."""
    found = await questions.pairing(store, pairing)
    return PairingNow(
        pairing=pairing,
        state=found.state(clock.onward()),
        number=found.number,
        device_name=found.device_name,
        expires_at=found.expires_at,
        agreed=found.agreed_by is not None,
    )


@post("/api/pairings/{pairing:str}/agree", opt={"act": Act.RULE_ON_MARKS}, status_code=204)
async def agree(pairing: str, store: Store, person: Person) -> None:
    """Agree, as the chief judge, that this tablet takes the seat from the one that holds it."""
    await acts.agree(store, pairing, person)


@post("/api/pairings/{pairing:str}/confirm", opt=_PLAN, status_code=200)
async def confirm(pairing: str, data: Confirmation, store: Store, person: Person) -> Confirmed:
    """Let the tablet with this number take the seat; one that another holds needs the chief judge."""
    return Confirmed(device=await acts.confirm(store, pairing, data.number, person, hand_over=data.hand_over))


@post("/api/pairing/claim", opt={"public": True}, status_code=200)
async def claim(data: Claim, store: Store, limits: Limits, request: Request[Any, Any, Any]) -> acts.Claimed:
    """Use an invitation from a tablet."""
    if (data.secret is None) == (data.code is None):
        raise BadInput(field="code", problem="secret | code")
    with limits.pairings.missing(PairingRefused, address=address_of(request)):
        return await acts.claim(
            store, secret=data.secret or "", code=data.code or "", device_name=data.device_name
        )


@post("/api/pairing/collect", opt={"public": True}, status_code=200)
async def collect(data: Collect, store: Store) -> Collection:
    """Hand a confirmed tablet its token, once."""
    found = await acts.collect(store, data.pairing, data.claim)
    if found is None:
        return Collection(state=PairingState.WAITING)
    return Collection(state=PairingState.CONFIRMED, token=found.token, device=found.device, seat=found.seat)


@get("/api/contests/{contest:str}/devices", opt=_PLAN)
async def devices(contest: str, store: Store) -> list[DeviceLine]:
    """List the tablets of a contest."""
    return await questions.devices_of_contest(store, ContestId(contest))


@get("/api/events/{event:str}/seats", opt={"act": Act.SEE_PLAN})
async def seats(event: str, store: Store) -> list[SeatNow]:
    """Say of every seat of an event which tablet holds it and how that is doing."""
    return await seats_now(store, EventId(event))


@post("/api/devices/{device:str}/revoke", opt=_PLAN, status_code=204)
async def revoke(
    *, device: str, store: Store, person: Person, revocations: Revocations, request: Request[Any, Any, Any]
) -> None:
    """Let a tablet mark no longer, from this moment."""
    await acts.revoke(store, ContestId(str(place_in(request).contest)), DeviceId(device), person, revocations)


CONTROLLERS = (invite, pairing, agree, confirm, claim, collect, devices, seats, revoke)
