"""A second person consents: never the first, only who may do the act, only for a day, and with both names."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest

from contest.actions import consenting
from contest.model.access import Act, Grant, Person, Role
from contest.model.gate import Line
from contest.model.ids import AccountId, ContestId, EventId
from contest.model.ruling import PassGate, ReopenLine
from contest.store import clock
from contest.store.open import Store
from contest.store.queries import consents
from contest.store.queries.consents import Consent, ConsentState, consent
from contest.store.tables import AccountRow, ConsentRow, GateRow, GrantRow
from tests.contest.http.world import Asking, account_for, token_for

CHIEF = account_for(Role.CHIEF_JUDGE, "own contest")
SUPERVISOR = account_for(Role.SUPERVISOR, "own event")
CHIEF_TOKEN = token_for(Role.CHIEF_JUDGE, "own contest")
SUPERVISOR_TOKEN = token_for(Role.SUPERVISOR, "own event")
CONTEST, EVENT = ContestId("contestA"), EventId("eventA1")


def person(role: Role, where: str) -> Person:
    return Person(
        account=AccountId(account_for(role, where)), name="", grants=(Grant(role=role, contest=CONTEST),)
    )


async def locked(store: Store) -> None:
    """A session that was opened and locked, so that there is something to reopen."""
    for gate in ("opened", "locked"):
        command = PassGate(event=EVENT, line=Line.SESSION, subject="sessionA1", gate=gate, by=CHIEF)
        await store.book.record(CONTEST, command)


@pytest.fixture
async def reopening(planted: Store) -> str:
    """The chief judge's request to reopen the session."""
    await planted.apply(ConsentRow.delete(force=True))
    await _adopt_scheme(planted)
    await locked(planted)
    command = ReopenLine(event=EVENT, line=Line.SESSION, subject="sessionA1", by=CHIEF, reason="看错一项")
    return await consenting.request(
        planted,
        person(Role.CHIEF_JUDGE, "own contest"),
        Act.REOPEN_SESSION,
        command,
        contest=CONTEST,
        reason="看错一项",
    )


async def _adopt_scheme(store: Store) -> None:
    document = (
        '{"scheme": 1, "root": {"kind": "sum", "id": "total", "name": "总分", "parts": '
        '[{"kind": "imported", "id": "theory", "name": "理论", "high": "100", "weight": "1"}]}}'
    )
    await store.book.adopt_scheme(CONTEST, event=EVENT, document=document, by=AccountId("somebody"))


async def rounds(store: Store) -> list[tuple[int, str, str, str]]:
    rows = await store.select(GateRow.select().where(GateRow.subject == "sessionA1").order_by(GateRow.seq))
    return [(row["round"], row["gate"], row["passed_by"], row["second"]) for row in rows]


async def test_it_happens_when_a_second_person_consents_and_both_are_named(
    ask: Asking, planted: Store, reopening: str
):
    assert (await rounds(planted))[-1][:2] == (1, "locked")
    answer = await ask(SUPERVISOR_TOKEN).post(f"/api/consents/{reopening}/give")
    assert answer.status_code == 200, answer.text
    assert answer.json()["contest"] == "contestA"
    assert (await rounds(planted))[-1] == (2, "opened", CHIEF, SUPERVISOR)
    assert (await consent(planted, reopening)).state is ConsentState.GIVEN
    assert (await consent(planted, reopening)).settled_by == SUPERVISOR


async def test_nobody_consents_to_their_own_request(ask: Asking, planted: Store, reopening: str):
    answer = await ask(CHIEF_TOKEN).post(f"/api/consents/{reopening}/give")
    assert (answer.status_code, answer.json()["code"]) == (403, "consent_not_yours")
    assert (await rounds(planted))[-1][:2] == (1, "locked")


@pytest.mark.parametrize(
    ("role", "where"),
    [
        (Role.ORGANISER, "own contest"),  # may not reopen
        (Role.SUPERVISOR, "other event"),
        (Role.SUPERVISOR, "other contest"),
        (Role.JUDGE, "own event"),
    ],
)
async def test_only_who_may_do_the_act_consents(ask: Asking, reopening: str, role: Role, where: str):
    answer = await ask(token_for(role, where)).post(f"/api/consents/{reopening}/give")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


async def test_it_happens_once_however_many_consent_at_once(ask: Asking, planted: Store, reopening: str):
    others = [token_for(Role.SUPERVISOR, "own contest"), SUPERVISOR_TOKEN]
    answers = await asyncio.gather(*(ask(token).post(f"/api/consents/{reopening}/give") for token in others))
    assert sorted(answer.status_code for answer in answers) in ([200, 403], [200, 409])
    assert [line[:2] for line in await rounds(planted)] == [(1, "opened"), (1, "locked"), (2, "opened")]
    again = await ask(SUPERVISOR_TOKEN).post(f"/api/consents/{reopening}/give")
    assert again.json()["code"] == "consent_not_yours"


async def test_a_declined_request_is_settled(ask: Asking, planted: Store, reopening: str):
    assert (await ask(SUPERVISOR_TOKEN).post(f"/api/consents/{reopening}/decline")).status_code == 204
    assert (await ask(SUPERVISOR_TOKEN).post(f"/api/consents/{reopening}/give")).status_code == 403
    assert (await consent(planted, reopening)).state is ConsentState.DECLINED
    assert (await rounds(planted))[-1][:2] == (1, "locked")


async def test_a_request_ends_after_a_day(ask: Asking, planted: Store, reopening: str):
    found = await consent(planted, reopening)
    assert clock.later(86_000) < found.expires_at <= clock.later(86_400)
    await planted.apply(
        ConsentRow.update({ConsentRow.expires_at: clock.later(-1)}).where(ConsentRow.id == reopening)
    )
    answer = await ask(SUPERVISOR_TOKEN).post(f"/api/consents/{reopening}/give")
    assert answer.json()["code"] == "consent_expired"
    (line,) = (await ask(CHIEF_TOKEN).get("/api/contests/contestA/consents")).json()
    assert line["state"] == "expired"


def lose_role(store: Store) -> Awaitable[None]:
    return store.apply(GrantRow.delete().where(GrantRow.account == CHIEF))


def lose_account(store: Store) -> Awaitable[None]:
    return store.apply(AccountRow.update({AccountRow.disabled_at: clock.now()}).where(AccountRow.id == CHIEF))


def lose_second_role(store: Store) -> Awaitable[None]:
    return store.apply(GrantRow.delete().where(GrantRow.account == SUPERVISOR))


def be_declined(store: Store) -> Awaitable[None]:
    declined = {ConsentRow.state: ConsentState.DECLINED.value}
    return store.apply(ConsentRow.update(declined).where(ConsentRow.subject == "sessionA1"))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lose_role, "not_allowed"),
        (lose_account, "not_allowed"),
        (lose_second_role, "not_allowed"),
        (be_declined, "consent_not_yours"),
    ],
)
async def test_what_changes_at_the_last_moment_is_seen_under_the_lock(
    ask: Asking,
    planted: Store,
    reopening: str,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[Store], Awaitable[None]],
    code: str,
):
    record = planted.book.record

    async def late(*asked: Any, **more: Any) -> Any:
        await change(planted)
        return await record(*asked, **more)

    monkeypatch.setattr(planted.book, "record", late)
    answer = await ask(SUPERVISOR_TOKEN).post(f"/api/consents/{reopening}/give")
    assert answer.json()["code"] == code
    assert (await rounds(planted))[-1][:2] == (1, "locked")


async def test_what_has_happened_cannot_be_declined(ask: Asking, planted: Store, reopening: str):
    found = consents.consent

    async def seen_before(store: Store, wanted: str) -> Consent:
        return msgspec.structs.replace(await found(store, wanted), state=ConsentState.WAITING)

    await ask(SUPERVISOR_TOKEN).post(f"/api/consents/{reopening}/give")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(consents, "consent", seen_before)
        answer = await ask(CHIEF_TOKEN).post(f"/api/consents/{reopening}/decline")
    assert (answer.status_code, answer.json()["code"]) == (403, "consent_not_yours")
    assert (await consent(planted, reopening)).state is ConsentState.GIVEN


async def test_a_request_is_for_the_round_in_which_it_was_made(ask: Asking, planted: Store):
    await planted.apply(ConsentRow.delete(force=True))
    await _adopt_scheme(planted)
    early = await ask(CHIEF_TOKEN).post("/api/sessions/sessionA1/reopen", json={"reason": ""})
    assert (early.status_code, early.json()["code"]) == (409, "gate_out_of_order")
    await locked(planted)
    requests = [
        (await ask(token).post("/api/sessions/sessionA1/reopen", json={"reason": "看错一项"})).json()["consent"]
        for token in (CHIEF_TOKEN, token_for(Role.SUPERVISOR, "own contest"))
    ]
    assert (await ask(SUPERVISOR_TOKEN).post(f"/api/consents/{requests[0]}/give")).status_code == 200
    lock = PassGate(event=EVENT, line=Line.SESSION, subject="sessionA1", gate="locked", by=CHIEF)
    await planted.book.record(CONTEST, lock)
    answer = await ask(SUPERVISOR_TOKEN).post(f"/api/consents/{requests[1]}/give")
    assert (answer.status_code, answer.json()["code"]) == (409, "round_over")
    assert (await rounds(planted))[-1][:2] == (2, "locked")
    anew = await ask(token_for(Role.SUPERVISOR, "own contest")).post(
        "/api/sessions/sessionA1/reopen", json={"reason": "又看错一项"}
    )
    assert anew.json()["consent"] not in requests
    assert (await ask(SUPERVISOR_TOKEN).post(f"/api/consents/{anew.json()['consent']}/give")).status_code == 200
    assert (await rounds(planted))[-1][:2] == (3, "opened")


@pytest.mark.parametrize("loss", ["role", "account"])
async def test_who_asked_must_still_be_allowed_to(ask: Asking, planted: Store, reopening: str, loss: str):
    await (lose_role if loss == "role" else lose_account)(planted)
    answer = await ask(SUPERVISOR_TOKEN).post(f"/api/consents/{reopening}/give")
    assert answer.json()["code"] == "not_allowed"
    assert (await rounds(planted))[-1][:2] == (1, "locked")


async def test_what_breaks_a_rule_stays_waiting(ask: Asking, planted: Store, reopening: str):
    reopened = ReopenLine(event=EVENT, line=Line.SESSION, subject="sessionA1", by=CHIEF)
    await planted.book.record(CONTEST, reopened)
    answer = await ask(SUPERVISOR_TOKEN).post(f"/api/consents/{reopening}/give")
    assert (answer.status_code, answer.json()["code"]) == (409, "gate_out_of_order")
    assert (await consent(planted, reopening)).state is ConsentState.WAITING


async def test_asking_twice_is_asking_once(planted: Store, reopening: str):
    command = ReopenLine(event=EVENT, line=Line.SESSION, subject="sessionA1", by=CHIEF)
    chief = person(Role.CHIEF_JUDGE, "own contest")
    again = await consenting.request(planted, chief, Act.REOPEN_SESSION, command, contest=CONTEST)
    assert again == reopening


async def test_the_list_says_in_words_what_will_happen_and_to_whom_it_concerns(ask: Asking, reopening: str):
    (line,) = (await ask(SUPERVISOR_TOKEN).get("/api/contests/contestA/consents")).json()
    assert (line["consent"], line["act"], line["state"]) == (reopening, "reopen_session", "waiting")
    assert (line["summary"], line["reason"]) == ("重新开放场次：赛项A1 · 上午", "看错一项")
    assert (line["requested_by"], line["requested_by_name"]) == (CHIEF, CHIEF)
    english = await ask(SUPERVISOR_TOKEN, accept_language="en").get("/api/contests/contestA/consents")
    assert english.json()[0]["summary"] == "Reopen the session: 赛项A1 · 上午"
    other = await ask(token_for(Role.SUPERVISOR, "other event")).get("/api/contests/contestA/consents")
    assert other.json() == []
