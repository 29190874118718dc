"""A tablet takes a seat: once, in ten minutes, after two people saw the same number; and nobody guesses a code."""

import asyncio
import re

import pytest

from contest.actions import pairing as acts
from contest.actions.signing_in import Revoked, digest
from contest.errors import PairingRefused, SeatHeld
from contest.model.access import Grant, Person, Role
from contest.model.ids import AccountId
from contest.store import clock
from contest.store.open import Store
from contest.store.queries.devices import device_of
from contest.store.tables import DeviceRow, PairingRow, SeatRow
from tests.contest.http import world
from tests.contest.http.world import Asking, token_for

ORGANISER = token_for(Role.ORGANISER, "own contest")
CHIEF = token_for(Role.CHIEF_JUDGE, "own event")
TABLET = {"device_name": "Chrome 126, Android"}


async def invited(ask: Asking) -> dict[str, str]:
    answer = await ask(ORGANISER).post("/api/seats/seatA1/pairing")
    assert answer.status_code == 201, answer.text
    return answer.json()


async def claimed(ask: Asking, **by: str) -> dict[str, str]:
    answer = await ask().post("/api/pairing/claim", json={**TABLET, **by})
    assert answer.status_code == 200, answer.text
    return answer.json()


def secret_in(invitation: dict[str, str]) -> str:
    return invitation["url"].partition("/judge#pair=")[2]


async def confirm(ask: Asking, pairing: str, number: str, *, agreed: bool = True):
    """The organiser confirms; the seat is held in this world, so the chief judge agrees first."""
    if agreed:
        await ask(CHIEF).post(f"/api/pairings/{pairing}/agree")
    return await ask(ORGANISER).post(f"/api/pairings/{pairing}/confirm", json={"number": number})


async def collect(ask: Asking, claim: dict[str, str]):
    return await ask().post("/api/pairing/collect", json={"pairing": claim["pairing"], "claim": claim["claim"]})


async def test_a_tablet_takes_a_seat(ask: Asking, planted: Store):
    invitation = await invited(ask)
    seen = (await ask(ORGANISER).get(f"/api/pairings/{invitation['pairing']}")).json()
    assert (seen["state"], seen["number"]) == ("waiting", "")

    claim = await claimed(ask, secret=secret_in(invitation))
    seen = (await ask(ORGANISER).get(f"/api/pairings/{invitation['pairing']}")).json()
    assert (seen["state"], seen["number"], seen["device_name"]) == (
        "claimed",
        claim["number"],
        TABLET["device_name"],
    )
    assert (await collect(ask, claim)).json() == {"state": "waiting"}

    confirmed = await confirm(ask, claim["pairing"], claim["number"])
    assert confirmed.status_code == 200
    collected = (await collect(ask, claim)).json()
    assert collected["state"] == "confirmed"
    assert (collected["device"], collected["seat"]) == (confirmed.json()["device"], "seatA1")

    holder = await device_of(planted, digest(collected["token"]))
    assert holder is not None
    assert (holder.device, holder.seat, holder.seat_number, holder.judge_name, holder.event, holder.name) == (
        collected["device"],
        "seatA1",
        1,
        "甲",
        "eventA1",
        TABLET["device_name"],
    )
    lines = (await ask(ORGANISER).get("/api/contests/contestA/devices")).json()
    assert {line["device"]: line["holds"] for line in lines} == {collected["device"]: True, "deviceA1": False}


async def test_the_invitation_is_a_qr_code_with_the_secret_behind_the_hash(planted: Store):
    async with world.asking(world.make_app(planted, public_url="https://jiangsai.example")) as ask:
        invitation = await invited(ask)
    assert re.fullmatch(r"https://jiangsai\.example/judge#pair=[\w-]{22}", invitation["url"])
    assert re.fullmatch("[BCDFGHJKLMNPQRSTVWXZ]{8}", invitation["code"])
    assert invitation["qr_svg"].startswith("<svg")
    assert invitation["expires_at"] <= clock.later(600)
    (row,) = await planted.select(PairingRow.select().where(PairingRow.id == invitation["pairing"]))
    assert not {secret_in(invitation), invitation["code"]} & set(map(str, row.values()))


async def test_a_code_may_be_typed_in_small_letters_and_with_gaps(ask: Asking):
    code = (await invited(ask))["code"].lower()
    assert (await claimed(ask, code=f"{code[:4]}-{code[4:]} "))["number"].isdigit()


async def test_an_invitation_works_once(ask: Asking):
    invitation = await invited(ask)
    await claimed(ask, secret=secret_in(invitation))
    for by in ({"secret": secret_in(invitation)}, {"code": invitation["code"]}):
        answer = await ask().post("/api/pairing/claim", json={**TABLET, **by})
        assert (answer.status_code, answer.json()["code"]) == (403, "pairing_refused")


async def test_two_tablets_at_once_and_one_of_them_gets_it(planted: Store, ask: Asking):
    secret = secret_in(await invited(ask))
    both = [acts.claim(planted, secret=secret, device_name=name) for name in ("one", "two")]
    outcomes = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Claimed", "PairingRefused"]


async def test_an_invitation_ends_after_ten_minutes(ask: Asking, planted: Store):
    invitation = await invited(ask)
    claim = await claimed(ask, secret=secret_in(invitation))
    late = await invited(ask)
    await planted.apply(
        PairingRow.update({PairingRow.expires_at: clock.later(-1)}).where(
            PairingRow.id.is_in([invitation["pairing"], late["pairing"]])
        )
    )
    assert (await ask().post("/api/pairing/claim", json={**TABLET, "code": late["code"]})).status_code == 403
    assert (await confirm(ask, claim["pairing"], claim["number"])).json()["code"] == "pairing_refused"
    assert (await collect(ask, claim)).status_code == 403
    assert (await ask(ORGANISER).get(f"/api/pairings/{late['pairing']}")).json()["state"] == "expired"


async def test_a_new_invitation_replaces_the_one_before(ask: Asking):
    first, second = await invited(ask), await invited(ask)
    assert (await ask().post("/api/pairing/claim", json={**TABLET, "code": first["code"]})).status_code == 403
    assert (await claimed(ask, code=second["code"]))["pairing"] == second["pairing"]


async def test_with_another_number_the_pairing_ends(ask: Asking):
    claim = await claimed(ask, secret=secret_in(await invited(ask)))
    other = f"{(int(claim['number']) + 1) % 10000:04}"
    assert (await confirm(ask, claim["pairing"], other)).json()["code"] == "pairing_number_differs"
    assert (await confirm(ask, claim["pairing"], claim["number"])).json()["code"] == "pairing_refused"
    assert (await collect(ask, claim)).status_code == 403


async def test_nothing_is_confirmed_before_a_tablet_claimed_it_or_twice(ask: Asking):
    invitation = await invited(ask)
    assert (await confirm(ask, invitation["pairing"], "0000")).status_code == 403
    claim = await claimed(ask, secret=secret_in(invitation))
    assert (await confirm(ask, claim["pairing"], claim["number"])).status_code == 200
    assert (await confirm(ask, claim["pairing"], claim["number"])).status_code == 403


async def test_the_token_is_handed_out_once_and_only_to_who_claimed(ask: Asking):
    claim = await claimed(ask, secret=secret_in(await invited(ask)))
    await confirm(ask, claim["pairing"], claim["number"])
    assert (await collect(ask, {**claim, "claim": "somebody else"})).status_code == 403
    assert (await collect(ask, claim)).json()["state"] == "confirmed"
    assert (await collect(ask, claim)).status_code == 403


async def test_another_tablet_on_the_seat_ends_the_first(ask: Asking, planted: Store):
    assert await device_of(planted, digest("tablet-A1")) is not None
    claim = await claimed(ask, secret=secret_in(await invited(ask)))
    await confirm(ask, claim["pairing"], claim["number"])
    assert await device_of(planted, digest("tablet-A1")) is None


async def test_a_held_seat_is_handed_over_only_with_the_chief_judges_consent(ask: Asking, planted: Store):
    claim = await claimed(ask, secret=secret_in(await invited(ask)))
    pairing, number = claim["pairing"], claim["number"]
    refused = await confirm(ask, pairing, number, agreed=False)
    assert (refused.status_code, refused.json()["code"]) == (409, "seat_held")
    assert set(refused.json()["params"]) == {"number", "device", "since"}
    pushed = await ask(ORGANISER).post(
        f"/api/pairings/{pairing}/confirm", json={"number": number, "hand_over": True}
    )
    assert pushed.json()["code"] == "seat_held", "an organiser is not the chief judge"
    assert await device_of(planted, digest("tablet-A1")) is not None
    for somebody in (ORGANISER, token_for(Role.CHIEF_JUDGE, "other event")):
        assert (await ask(somebody).post(f"/api/pairings/{pairing}/agree")).status_code == 403
    assert (await ask(CHIEF).get("/api/events/eventA1/seats")).json()[0]["asks"]["agreed"] is False
    assert (await ask(CHIEF).post(f"/api/pairings/{pairing}/agree")).status_code == 204
    assert (await ask(ORGANISER).get(f"/api/pairings/{pairing}")).json()["agreed"] is True
    assert (await confirm(ask, pairing, number, agreed=False)).status_code == 200
    assert await device_of(planted, digest("tablet-A1")) is None
    assert (await ask(CHIEF).post(f"/api/pairings/{pairing}/agree")).json()["code"] == "overtaken"


async def test_a_chief_judge_who_also_organises_hands_a_seat_over_by_saying_so(planted: Store, ask: Asking):
    invitation = await invited(ask)
    claim = await claimed(ask, secret=secret_in(invitation))
    both = Person(
        account=AccountId("both"),
        name="",
        grants=(Grant(role=Role.ORGANISER), Grant(role=Role.CHIEF_JUDGE, contest="contestA", event="eventA1")),
    )
    with pytest.raises(SeatHeld):
        await acts.confirm(planted, claim["pairing"], claim["number"], both)
    device = await acts.confirm(planted, claim["pairing"], claim["number"], both, hand_over=True)
    (seat,) = await planted.select(SeatRow.select().where(SeatRow.id == "seatA1"))
    assert seat["device"] == device


async def test_consent_is_to_a_tablet_that_is_there(ask: Asking):
    invitation = await invited(ask)
    answer = await ask(CHIEF).post(f"/api/pairings/{invitation['pairing']}/agree")
    assert answer.json()["code"] == "overtaken"


async def test_a_revoked_tablet_holds_nothing_and_it_rings(planted: Store):
    app = world.make_app(planted)
    rung: list[Revoked] = []
    app.state.revocations.heard(rung.append)
    async with world.asking(app) as ask:
        assert (await ask(ORGANISER).post("/api/devices/deviceA1/revoke")).status_code == 204
        assert (await ask(ORGANISER).post("/api/devices/deviceA1/revoke")).json()["code"] == "seat_revoked"
    assert rung == [Revoked("device", "deviceA1")]
    assert await device_of(planted, digest("tablet-A1")) is None
    (device,) = await planted.select(DeviceRow.select().where(DeviceRow.id == "deviceA1"))
    (seat,) = await planted.select(SeatRow.select().where(SeatRow.id == "seatA1"))
    assert (device["revoked_at"] is not None, seat["device"]) == (True, None)


async def test_guessing_codes_is_stopped_by_address_and_for_all(planted: Store):
    app = world.make_app(planted, pairings_per_minute=4, pairings_per_minute_in_all=6)
    async with world.asking(app) as ask:
        code = (await invited(ask))["code"]

        async def guess(address: str, code: str) -> int:
            answer = await ask(address=address).post("/api/pairing/claim", json={**TABLET, "code": code})
            return answer.status_code

        assert [await guess("10.0.0.1", "BBBBBBBB") for _ in range(5)] == [403] * 4 + [429]
        assert [await guess(f"10.0.1.{number}", "BBBBBBBB") for number in range(3)] == [403, 403, 429]
        assert await guess("10.0.2.1", code) == 429, "while codes are guessed even the right one waits"


async def test_a_code_stands_against_guessing():
    chances = len(acts.LETTERS) ** acts.CODE_LENGTH
    guesses = 60 * acts.MINUTES  # the limit for all together, in the time an invitation stands
    assert guesses / chances < 1e-6
    assert len(set(acts.LETTERS)) == 20


@pytest.mark.parametrize("by", [{}, {"secret": "x", "code": "y"}, {"secret": ""}])
async def test_a_claim_names_a_secret_or_a_code(ask: Asking, by: dict[str, str]):
    answer = await ask().post("/api/pairing/claim", json={**TABLET, **by})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_input")


async def test_an_empty_secret_finds_nothing(planted: Store):
    with pytest.raises(PairingRefused):
        await acts.claim(planted, secret="", code="", device_name="")
