"""Signing in: what the cookie is, who a token names, and when it ends."""

import asyncio

import pytest

from contest.actions import signing_in
from contest.actions.accounts import make_administrator
from contest.actions.signing_in import Revoked, digest
from contest.model.access import Role
from contest.store import clock
from contest.store.open import Store
from contest.store.tables import AccountRow, GrantRow, TokenRow
from tests.contest.http import world
from tests.contest.http.world import Asking, account_for, token_for

LOGIN = {"login": "chen", "password": "a long enough password"}


@pytest.fixture
async def chen(planted: Store) -> str:
    account = await make_administrator(planted, LOGIN["login"], LOGIN["password"])
    return account.account


def cookie_in(answer) -> str:
    return answer.headers["set-cookie"].split(";")[0].partition("=")[2]


async def test_the_cookie_is_bound_to_the_host_and_out_of_reach_of_scripts(ask: Asking, chen: str):
    answer = await ask().post("/api/sign-in", json=LOGIN)
    name, *attributes = answer.headers["set-cookie"].split("; ")
    assert answer.status_code == 200
    assert name.startswith("__Host-jiangsai=")
    assert {part.lower() for part in attributes if not part.startswith("Max-Age")} == {
        "httponly",
        "path=/",
        "samesite=strict",
        "secure",
    }
    assert "token" not in answer.json()


async def test_a_program_gets_the_token_and_no_cookie(ask: Asking, chen: str):
    answer = await ask().post("/api/sign-in", json={**LOGIN, "bearer": True})
    assert "set-cookie" not in answer.headers
    assert (await ask(answer.json()["token"]).get("/api/me")).json()["account"] == chen


async def test_only_the_digest_of_a_token_is_kept(ask: Asking, chen: str, planted: Store):
    token = cookie_in(await ask().post("/api/sign-in", json=LOGIN))
    kept = {row["id"] for row in await planted.select(TokenRow.select())}
    assert len(token) >= 43
    assert digest(token) in kept
    assert token not in kept


async def test_wrong_name_and_wrong_password_are_answered_alike(ask: Asking, chen: str):
    answers = [
        await ask().post("/api/sign-in", json={**LOGIN, "password": "not this one"}),
        await ask().post("/api/sign-in", json={**LOGIN, "login": "nobody"}),
    ]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].json() == answers[1].json()


async def test_an_unknown_login_costs_a_verification_too(ask: Asking, chen: str, monkeypatch: pytest.MonkeyPatch):
    verified = []
    monkeypatch.setattr(signing_in, "_matches", lambda stored, password: verified.append(stored) or False)
    await ask().post("/api/sign-in", json=LOGIN)
    await ask().post("/api/sign-in", json={**LOGIN, "login": "nobody"})
    assert len(verified) == 2


async def test_a_disabled_account_cannot_sign_in(ask: Asking, chen: str, planted: Store):
    await planted.apply(AccountRow.update({AccountRow.disabled_at: clock.now()}).where(AccountRow.id == chen))
    assert (await ask().post("/api/sign-in", json=LOGIN)).status_code == 401


async def test_a_token_chosen_by_somebody_else_is_never_taken_over(ask: Asking, chen: str, planted: Store):
    answer = await ask(cookie="attackerchosen").post("/api/sign-in", json=LOGIN)
    assert cookie_in(answer) != "attackerchosen"
    assert (await ask("attackerchosen").get("/api/me")).status_code == 401


async def test_signing_in_again_ends_the_sign_in_before(ask: Asking, chen: str):
    first = cookie_in(await ask().post("/api/sign-in", json=LOGIN))
    second = cookie_in(await ask(cookie=first).post("/api/sign-in", json=LOGIN))
    assert (await ask(first).get("/api/me")).status_code == 401
    assert (await ask(second).get("/api/me")).status_code == 200


async def test_a_slow_request_does_not_bring_an_ended_sign_in_back(planted: Store, chen: str):
    signed_in = await signing_in.sign_in(planted, **LOGIN, hours=1)
    long_ago = TokenRow.update({TokenRow.seen_at: clock.later(-1800)}).where(
        TokenRow.id == digest(signed_in.token)
    )
    await planted.apply(long_ago)
    slow = asyncio.create_task(signing_in.person_of_token(planted, signed_in.token, hours=1))
    await asyncio.sleep(0)
    await signing_in.sign_out(planted, signed_in.token, signing_in.Revocations())
    await slow
    assert await signing_in.person_of_token(planted, signed_in.token, hours=1) is None
    assert not await planted.select(TokenRow.select().where(TokenRow.id == digest(signed_in.token)))


async def test_a_sign_in_slides_on_with_use_and_ends_without(planted: Store, chen: str):
    signed_in = await signing_in.sign_in(planted, **LOGIN, hours=1)
    mine = TokenRow.id == digest(signed_in.token)
    await planted.apply(
        TokenRow.update({TokenRow.seen_at: clock.later(-1800), TokenRow.expires_at: clock.later(1800)}).where(mine)
    )
    assert await signing_in.person_of_token(planted, signed_in.token, hours=1) is not None
    (row,) = await planted.select(TokenRow.select().where(mine))
    assert row["expires_at"] > clock.later(3500)
    await planted.apply(TokenRow.update({TokenRow.expires_at: clock.later(-1)}).where(mine))
    assert await signing_in.person_of_token(planted, signed_in.token, hours=1) is None


async def test_signing_out_ends_the_sign_in_and_rings(planted: Store, chen: str):
    app = world.make_app(planted)
    rung: list[Revoked] = []
    app.state.revocations.heard(rung.append)
    async with world.asking(app) as ask:
        token = cookie_in(await ask().post("/api/sign-in", json=LOGIN))
        answer = await ask(cookie=token).post("/api/sign-out")
        assert answer.status_code == 204
        assert "Max-Age=0" in answer.headers["set-cookie"]
        assert (await ask(token).get("/api/me")).status_code == 401
    assert rung == [Revoked("token", digest(token))]


async def test_a_role_that_is_taken_back_ends_at_the_next_request(ask: Asking, planted: Store):
    organiser = ask(token_for(Role.ORGANISER, "own contest"))
    assert (await organiser.get("/api/contests/contestA/devices")).status_code == 200
    account = account_for(Role.ORGANISER, "own contest")
    (grant,) = await planted.select(GrantRow.select().where(GrantRow.account == account))
    administrator = ask(token_for(Role.ADMINISTRATOR, "own contest"))
    assert (await administrator.delete(f"/api/grants/{grant['id']}")).status_code == 204
    assert (await organiser.get("/api/contests/contestA/devices")).status_code == 403


async def test_a_role_that_is_given_holds_from_the_next_request(ask: Asking):
    somebody = ask(token_for(None))
    assert (await somebody.get("/api/events/eventA1/stages")).status_code == 403
    administrator = ask(token_for(Role.ADMINISTRATOR, "own contest"))
    given = {"account": account_for(None), "role": "auditor", "event": "eventA1"}
    assert (await administrator.post("/api/contests/contestA/grants", json=given)).status_code == 201
    assert (await somebody.get("/api/events/eventA1/stages")).status_code == 200
    assert (await somebody.get("/api/events/eventA2/stages")).status_code == 403


async def test_the_last_administrator_stays(ask: Asking, planted: Store, chen: str):
    grants = await planted.select(GrantRow.select().where(GrantRow.role == "administrator"))
    client = ask((await signing_in.sign_in(planted, **LOGIN, hours=1)).token)
    others = [grant for grant in grants if grant["account"] != chen]
    mine = next(grant for grant in grants if grant["account"] == chen)
    for grant in others:
        assert (await client.delete(f"/api/grants/{grant['id']}")).status_code == 204
    assert (await client.delete(f"/api/grants/{mine['id']}")).json()["code"] == "still_in_use"


async def test_an_event_of_another_contest_cannot_be_granted(ask: Asking):
    administrator = ask(token_for(Role.ADMINISTRATOR, "own contest"))
    given = {"account": "somebody", "role": "auditor", "event": "eventB1"}
    assert (await administrator.post("/api/contests/contestA/grants", json=given)).status_code == 404


async def test_administrators_are_not_made_by_a_grant(ask: Asking):
    administrator = ask(token_for(Role.ADMINISTRATOR, "own contest"))
    given = {"account": "somebody", "role": "administrator"}
    assert (await administrator.post("/api/contests/contestA/grants", json=given)).json()["code"] == "bad_input"


async def test_a_new_password_ends_every_other_sign_in(ask: Asking, planted: Store, chen: str):
    kept, other = [(await signing_in.sign_in(planted, **LOGIN, hours=1)).token for _ in range(2)]
    change = {"old": LOGIN["password"], "new": "another long password"}
    wrong = await ask(kept).post("/api/me/password", json={**change, "old": "guess"})
    assert wrong.status_code == 401
    assert (await ask(other).get("/api/me")).status_code == 200
    assert (await ask(kept).post("/api/me/password", json=change)).status_code == 204
    assert (await ask(kept).get("/api/me")).status_code == 200
    assert (await ask(other).get("/api/me")).status_code == 401
    assert (await ask().post("/api/sign-in", json={**LOGIN, "password": change["new"]})).status_code == 200


@pytest.mark.parametrize(
    ("password", "administrator", "code"),
    [
        ("short1234", False, "password_too_short"),
        ("fourteen chars", True, "password_too_short"),
        ("x" * 129, False, "password_too_short"),
        ("1234567890", False, "password_too_common"),
        ("Password123", False, "password_too_common"),
        ("aaaaaaaaaaaabb", False, "password_too_common"),
        ("chen-chen-1", False, "password_too_common"),
        ("ten chars!", False, None),
        ("fifteen letters", True, None),
        ("一二三四五六七八九十", False, None),
    ],
)
def test_passwords_that_would_be_guessed_are_refused(password: str, administrator: bool, code: str | None):
    try:
        signing_in.check_password(password, login="chen", administrator=administrator)
        found = None
    except signing_in.PasswordTooShort as error:
        found = error.code
    except signing_in.PasswordTooCommon as error:
        found = error.code
    assert found == code


async def test_guessing_passwords_is_stopped_by_address_and_by_login(planted: Store, chen: str):
    async with world.asking(world.make_app(planted, sign_ins_per_minute=2)) as ask:

        async def guess(address: str, **changes: str) -> int:
            answer = await ask(address=address).post("/api/sign-in", json={**LOGIN, **changes})
            return answer.status_code

        wrong = {"password": "guessed again"}
        assert [await guess("10.0.0.1", login=f"guess{number}") for number in range(3)] == [401, 401, 429]
        assert await guess("10.0.0.1") == 429, "even the right one waits where guesses came from"
        assert await guess("10.0.0.2") == 200, "and nobody else does"
        everywhere = [await guess(f"10.0.1.{number}", **wrong) for number in range(21)]
        assert everywhere == [401] * 20 + [429], "one login cannot be tried from everywhere"


async def test_many_guesses_at_once_are_no_way_around(planted: Store, chen: str):
    async with world.asking(world.make_app(planted, sign_ins_per_minute=3)) as ask:
        guesses = [{"login": f"guess{number}", "password": "guessed again"} for number in range(8)]
        answers = await asyncio.gather(*(ask().post("/api/sign-in", json=guess) for guess in guesses))
    assert sorted(answer.status_code for answer in answers) == [401] * 3 + [429] * 5


async def test_one_login_may_not_keep_the_hashing_busy(planted: Store, chen: str):
    async with world.asking(world.make_app(planted, sign_ins_per_minute=2)) as ask:
        answers = [await ask().post("/api/sign-in", json=LOGIN) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[-1].headers["retry-after"]) > 0


async def test_a_whole_hall_may_sign_in_at_once_from_one_address(planted: Store, chen: str):
    for number in range(4):
        await make_administrator(planted, f"chen{number}", LOGIN["password"])
    async with world.asking(world.make_app(planted, sign_ins_per_minute=2)) as ask:
        answers = [
            await ask().post("/api/sign-in", json={**LOGIN, "login": f"chen{number}"}) for number in range(4)
        ]
    assert [answer.status_code for answer in answers] == [200] * 4


async def test_an_old_hash_is_replaced_at_the_next_sign_in(planted: Store, chen: str):
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(LOGIN["password"])
    await planted.apply(AccountRow.update({AccountRow.password: weak}).where(AccountRow.id == chen))
    await signing_in.sign_in(planted, **LOGIN, hours=1)
    (row,) = await planted.select(AccountRow.select().where(AccountRow.id == chen))
    assert row["password"] != weak
    assert "m=47104,t=1,p=1" in row["password"]
