"""Accounts and grants as administrators keep them."""

import pytest

from contest.actions import signing_in
from contest.actions.accounts import make_administrator
from contest.actions.signing_in import Revoked
from contest.errors import PasswordTooShort
from contest.model.access import Role
from contest.store.open import Store
from contest.store.queries import accounts
from tests.contest.http import world
from tests.contest.http.world import Asking, account_for, token_for

ADMINISTRATOR = token_for(Role.ADMINISTRATOR, "own contest")
LI = {"login": "Li.Na", "name": "李娜", "password": "a good password", "language": "en"}


async def made(ask: Asking) -> dict[str, object]:
    answer = await ask(ADMINISTRATOR).post("/api/accounts", json=LI)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_an_account_is_made_listed_and_signs_in_under_any_case(ask: Asking):
    account = await made(ask)
    assert {key: account[key] for key in ("login", "name", "language", "disabled")} == {
        "login": "li.na",
        "name": "李娜",
        "language": "en",
        "disabled": False,
    }
    assert account in (await ask(ADMINISTRATOR).get("/api/accounts")).json()
    answer = await ask().post("/api/sign-in", json={"login": "LI.NA", "password": LI["password"]})
    assert (answer.status_code, answer.json()["grants"]) == (200, [])


async def test_no_answer_carries_a_password(ask: Asking):
    await made(ask)
    listed = (await ask(ADMINISTRATOR).get("/api/accounts")).text
    assert "argon2" not in listed
    assert "password" not in listed


async def test_a_login_is_taken_once(ask: Asking):
    await made(ask)
    again = await ask(ADMINISTRATOR).post("/api/accounts", json={**LI, "login": "LI.na"})
    assert (again.status_code, again.json()["code"]) == (409, "already_exists")


async def test_a_weak_password_makes_no_account(ask: Asking):
    refused = await ask(ADMINISTRATOR).post("/api/accounts", json={**LI, "password": "woaini1314"})
    assert (refused.status_code, refused.json()["code"]) == (422, "password_too_common")


@pytest.mark.parametrize("change", [{"disabled": True}, {"password": "another good one"}])
async def test_ending_the_use_of_an_account_ends_its_sign_ins(planted: Store, change: dict[str, object]):
    app = world.make_app(planted)
    rung: list[Revoked] = []
    app.state.revocations.heard(rung.append)
    async with world.asking(app) as ask:
        account = await made(ask)
        token = (await ask().post("/api/sign-in", json={**_sign_in(LI), "bearer": True})).json()["token"]
        changed = await ask(ADMINISTRATOR).patch(f"/api/accounts/{account['account']}", json=change)
        assert changed.status_code == 200
        assert (await ask(token).get("/api/me")).status_code == 401
        assert (await ask().post("/api/sign-in", json=_sign_in(LI))).status_code == 401
    assert rung == [Revoked("account", str(account["account"]))]


def _sign_in(account: dict[str, str]) -> dict[str, str]:
    return {"login": account["login"], "password": account["password"]}


async def test_a_disabled_account_can_be_used_again(ask: Asking):
    account = await made(ask)
    address = f"/api/accounts/{account['account']}"
    for disabled, status in ((True, 401), (False, 200)):
        await ask(ADMINISTRATOR).patch(address, json={"disabled": disabled, "name": "李"})
        assert (await ask().post("/api/sign-in", json=_sign_in(LI))).status_code == status


async def test_nobody_disables_their_own_account(ask: Asking):
    mine = account_for(Role.ADMINISTRATOR, "own contest")
    answer = await ask(ADMINISTRATOR).patch(f"/api/accounts/{mine}", json={"disabled": True})
    assert answer.json()["code"] == "still_in_use"


async def test_an_administrators_password_stays_long(ask: Asking):
    mine = account_for(Role.ADMINISTRATOR, "own contest")
    answer = await ask(ADMINISTRATOR).patch(f"/api/accounts/{mine}", json={"password": "ten chars!"})
    assert answer.json()["params"] == {"least": 15, "most": 128}


async def test_an_account_that_is_not_there_is_not_found(ask: Asking):
    client = ask(ADMINISTRATOR)
    assert (await client.patch("/api/accounts/nobody", json={"name": "x"})).status_code == 404
    granted = {"account": "nobody", "role": "auditor"}
    assert (await client.post("/api/contests/contestA/grants", json=granted)).status_code == 404
    assert (await client.delete("/api/grants/nothing")).status_code == 404


async def test_giving_a_role_twice_is_giving_it_once(ask: Asking):
    granted = {"account": "somebody", "role": "auditor", "event": "eventA1"}
    client = ask(ADMINISTRATOR)
    first, second = [(await client.post("/api/contests/contestA/grants", json=granted)).json() for _ in range(2)]
    assert first == second
    listed = (await client.get("/api/contests/contestA/grants")).json()
    assert listed.count(first) == 1
    assert (first["login"], first["role"], first["event"]) == ("somebody", "auditor", "eventA1")


async def test_the_language_that_is_chosen_is_kept(ask: Asking):
    client = ask(ADMINISTRATOR)
    assert (await client.patch("/api/me", json={"language": "en"})).json()["language"] == "en"
    assert (await client.get("/api/me")).json()["language"] == "en"
    assert (await client.patch("/api/me", json={"language": "fr"})).status_code == 400


async def test_the_first_administrator_is_made_and_a_lost_password_replaced(store: Store):
    first = await make_administrator(store, "Chen", "the first long password")
    old = await signing_in.sign_in(store, "chen", "the first long password", hours=1)
    again = await make_administrator(store, "chen", "the second long password")
    assert again == first
    assert await accounts.administrators(store) == {first.account}
    assert await signing_in.person_of_token(store, old.token, hours=1) is None
    (grant,) = (await signing_in.sign_in(store, "chen", "the second long password", hours=1)).person.grants
    assert (grant.role, grant.contest, grant.event) == (Role.ADMINISTRATOR, None, None)
    with pytest.raises(PasswordTooShort):
        await make_administrator(store, "li", "fourteen chars")
