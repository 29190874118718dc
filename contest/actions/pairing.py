"""A tablet takes a seat: invited by the organiser, claimed by the tablet, confirmed by comparing a number.

The invitation is a secret of 128 bits in a QR code, or eight letters to type. It works once and for ten minutes.
Whoever claims it gets nothing yet: both screens show four digits, and only after the organiser has found them
equal may that tablet, and no other, collect its token. What is kept of every secret is its digest.
"""

from __future__ import annotations

import secrets

import msgspec

from contest.actions.signing_in import Revocations, digest
from contest.errors import Overtaken, PairingNumberDiffers, PairingRefused, SeatHeld
from contest.model.access import Act, Person, may
from contest.model.ids import ContestId, DeviceId, EventId, SeatId
from contest.model.panel import PairingState
from contest.store import clock
from contest.store.ids import new_id
from contest.store.open import Store
from contest.store.queries import devices
from contest.store.tables import DeviceRow, PairingRow, SeatRow
from contest.store.work import Find, Work

MINUTES = 10
"""How long an invitation stands."""

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""Letters of a code: no vowels, so no words; none that are read as digits (RFC 8628, section 6.1)."""

CODE_LENGTH = 8


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """What the organiser shows to one tablet; the secret and the code are known here and nowhere else."""

    pairing: str
    secret: str
    code: str
    expires_at: str


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """What the tablet learns: the number to show, and with what to ask for its token."""

    pairing: str
    number: str
    claim: str


class Collected(msgspec.Struct, frozen=True, kw_only=True):
    """What the tablet keeps once the organiser has confirmed it."""

    token: str
    device: DeviceId
    seat: SeatId


async def invite(store: Store, contest: ContestId, event: EventId, seat: SeatId, person: Person) -> Invitation:
    """Invite one tablet to a seat; an earlier invitation to the seat that nobody confirmed ends."""
    secret = secrets.token_urlsafe(16)
    code = "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
    made = clock.onward()
    invitation = Invitation(pairing=new_id(), secret=secret, code=code, expires_at=clock.later(MINUTES * 60))
    await store.apply(
        PairingRow.update({PairingRow.expires_at: made}).where(
            (PairingRow.seat == seat) & (PairingRow.expires_at > made) & (PairingRow.confirmed_at.is_null())
        ),
        PairingRow.insert(
            PairingRow(
                id=invitation.pairing,
                contest=contest,
                event=event,
                seat=seat,
                secret=digest(secret),
                code=digest(code),
                number="",
                made_by=person.account,
                made_at=made,
                expires_at=invitation.expires_at,
            )
        ),
    )
    return invitation


async def claim(store: Store, *, secret: str = "", code: str = "", device_name: str) -> Claimed:
    """Use an invitation, once; PairingRefused does not say what was wrong with it."""
    typed = "".join(letter for letter in code.upper() if letter.isalpha())
    found = await devices.pairing_to_claim(
        store, secret=digest(secret) if secret else "", code="" if secret else digest(typed)
    )
    if found is None:
        raise PairingRefused()
    claimed = Claimed(
        pairing=found.pairing, number=f"{secrets.randbelow(10_000):04}", claim=secrets.token_urlsafe(32)
    )
    at = clock.onward()
    await store.apply(
        PairingRow.update(
            {
                PairingRow.claimed_at: at,
                PairingRow.claim: digest(claimed.claim),
                PairingRow.number: claimed.number,
                PairingRow.device_name: device_name,
            }
        ).where(PairingRow.id == found.pairing),
        given=lambda: _in_state(found.pairing, PairingState.WAITING, at),
    )
    return claimed


async def confirm(store: Store, pairing: str, number: str, person: Person, *, hand_over: bool = False) -> DeviceId:
    """Let the tablet that shows this number take the seat; with another number the invitation ends.

    A seat that another tablet holds is handed over only with the consent of the event's chief judge: given before
    (`agree`), or by `hand_over` where the chief judge confirms. Otherwise SeatHeld; the invitation still stands.
    """
    found = await devices.pairing(store, pairing)
    at = clock.onward()
    if found.state(at) is not PairingState.CLAIMED:
        raise PairingRefused()
    if not secrets.compare_digest(number.encode(), found.number.encode()):
        await store.apply(PairingRow.update({PairingRow.expires_at: at}).where(PairingRow.id == pairing))
        raise PairingNumberDiffers()
    judges = may(person.grants, Act.RULE_ON_MARKS, contest=found.contest, event=found.event)
    device = DeviceId(new_id())
    await store.book.take_seat(
        found.contest,
        seat=found.seat,
        device=device,
        name=found.device_name,
        # Nobody knows a token of this digest: the real one is made when the tablet collects it.
        token=digest(secrets.token_urlsafe(32)),
        by=person.account,
        also=[
            PairingRow.update({PairingRow.confirmed_at: at, PairingRow.device: device}).where(
                PairingRow.id == pairing
            )
        ],
        given=lambda: _may_be_taken(found, at, agreed=hand_over and judges),
    )
    return device


async def agree(store: Store, pairing: str, person: Person) -> None:
    """Agree, as the chief judge, that the tablet of this invitation takes the seat from the one that holds it.

    Overtaken when no tablet asks by it any more.
    """
    found = await devices.pairing(store, pairing)
    at = clock.onward()
    if found.state(at) is not PairingState.CLAIMED:
        raise Overtaken()
    await store.apply(
        PairingRow.update({PairingRow.agreed_by: person.account, PairingRow.agreed_at: at}).where(
            PairingRow.id == found.pairing
        ),
        given=lambda: _in_state(pairing, PairingState.CLAIMED, at),
    )


async def collect(store: Store, pairing: str, claim: str) -> Collected | None:
    """Hand the tablet its token, once and only to the one that claimed; None while the organiser compares."""
    at = clock.onward()
    found = await devices.pairing_of_claim(store, pairing, digest(claim))
    if found is None or found.state(at) is PairingState.EXPIRED:
        raise PairingRefused()
    if found.device is None:
        return None
    token = secrets.token_urlsafe(32)
    await store.apply(
        DeviceRow.update({DeviceRow.token: digest(token)}).where(DeviceRow.id == found.device),
        PairingRow.update({PairingRow.collected_at: at}).where(PairingRow.id == pairing),
        given=lambda: _not_collected(pairing),
    )
    return Collected(token=token, device=found.device, seat=found.seat)


async def revoke(
    store: Store, contest: ContestId, device: DeviceId, person: Person, revocations: Revocations
) -> None:
    """Let a tablet mark no longer."""
    await store.book.revoke_device(contest, device=device, by=person.account)
    revocations.ring("device", device)


def _in_state(pairing: str, state: PairingState, at: str) -> Work[None]:
    """Refuse when somebody was faster."""
    rows = yield Find(PairingRow, ("id",), [(pairing,)], lock=True)
    if not rows or devices.pairing_in(rows[0]).state(at) is not state:
        raise PairingRefused()


def _may_be_taken(pairing: devices.Pairing, at: str, *, agreed: bool) -> Work[None]:
    """Refuse when somebody was faster, or the seat is held and nobody agreed to hand it over."""
    yield from _in_state(pairing.pairing, PairingState.CLAIMED, at)
    seats = yield Find(SeatRow, ("id",), [(pairing.seat,)], columns=("number", "device"), lock=True)
    held = yield Find(DeviceRow, ("id",), [(row["device"],) for row in seats if row["device"]])
    asked = yield Find(PairingRow, ("id",), [(pairing.pairing,)], columns=("agreed_by",))
    if held and not agreed and asked[0]["agreed_by"] is None:
        device = held[0]
        raise SeatHeld(number=seats[0]["number"], device=device["name"], since=clock.local(device["paired_at"]))


def _not_collected(pairing: str) -> Work[None]:
    """Refuse when the token was handed out already."""
    rows = yield Find(PairingRow, ("id",), [(pairing,)], lock=True)
    if not rows or rows[0]["collected_at"] is not None:
        raise PairingRefused()
