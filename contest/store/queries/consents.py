"""Which acts wait for a second person, and what became of those that did."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec
from piccolo.columns.combination import Where

from contest.model.access import Act
from contest.model.ids import AccountId, ContestId, EventId
from contest.model.ruling import PassGate, ReopenLine
from contest.store import clock
from contest.store.open import Store
from contest.store.queries.plans import row_of
from contest.store.tables import AccountRow, ConsentRow, EventRow, SessionRow


class ConsentState(StrEnum):
    """How far a request for consent has come."""

    WAITING = "waiting"
    GIVEN = "given"
    DECLINED = "declined"
    EXPIRED = "expired"


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """An act of one person that takes effect when a second one consents."""

    consent: str
    contest: ContestId
    event: EventId
    act: Act
    subject: str
    command: PassGate | ReopenLine
    reason: str
    requested_by: AccountId
    requested_at: str
    expires_at: str
    settled_by: AccountId | None
    settled_at: str | None
    state: ConsentState


class ConsentLine(msgspec.Struct, frozen=True, kw_only=True):
    """A request for consent as the desk lists it. `summary` says in words what will happen."""

    consent: str
    act: Act
    event: EventId
    subject: str
    summary: str
    reason: str
    requested_by: AccountId
    requested_by_name: str
    requested_at: str
    expires_at: str
    settled_by_name: str | None
    settled_at: str | None
    state: ConsentState


async def consent(store: Store, wanted: str) -> Consent:
    """One request for consent."""
    return consent_in(await row_of(store, ConsentRow, wanted, "consent"), clock.onward())


def consent_in(row: Mapping[str, object], at: str) -> Consent:
    """Read a request from its row, as it stands at that time."""
    command = msgspec.json.decode(str(row["command"]), type=PassGate | ReopenLine)
    late = row["state"] == ConsentState.WAITING.value and str(row["expires_at"]) <= at
    state = ConsentState.EXPIRED if late else row["state"]
    return msgspec.convert({**row, "consent": row["id"], "command": command, "state": state}, Consent)


async def waiting_for(
    store: Store, act: Act, command: PassGate | ReopenLine, requested_by: AccountId
) -> str | None:
    """The request that the same person has already made for the same thing and that still waits."""
    rows = await store.select(
        ConsentRow.select().where(
            (ConsentRow.act == act.value)
            & (ConsentRow.subject == command.subject)
            & (ConsentRow.requested_by == requested_by)
            & (ConsentRow.state == ConsentState.WAITING.value)
            & (ConsentRow.expires_at > clock.onward())
        )
    )
    # One act may ask for opposite things: to make results official, and to take them back.
    same = [row for row in rows if _asks(consent_in(row, clock.onward()).command) == _asks(command)]
    return str(same[0]["id"]) if same else None


def _asks(command: PassGate | ReopenLine) -> tuple[str, str, int]:
    return command.line.value, command.gate if isinstance(command, PassGate) else "reopened", command.round


async def consents_of_contest(store: Store, contest: ContestId, language: str) -> list[ConsentLine]:
    """Every request for consent in a contest, the newest first."""
    rows = await store.select(
        ConsentRow.select().where(ConsentRow.contest == contest).order_by(ConsentRow.requested_at, ascending=False)
    )
    at = clock.onward()
    found = [consent_in(row, at) for row in rows]
    people = {one.requested_by for one in found} | {one.settled_by for one in found if one.settled_by}
    accounts = await store.select(AccountRow.select(AccountRow.id, AccountRow.name).where(_among(people)))
    names = {row["id"]: str(row["name"]) for row in accounts}
    called = await _names(store, contest)
    return [_line(one, names, called, language) for one in found]


def _among(people: set[AccountId]) -> Where:
    return AccountRow.id.is_in(sorted(people) or [""])


async def _names(store: Store, contest: ContestId) -> dict[str, str]:
    events = await store.select(EventRow.select(EventRow.id, EventRow.name).where(EventRow.contest == contest))
    sessions = await store.select(
        SessionRow.select(SessionRow.id, SessionRow.name).where(SessionRow.contest == contest)
    )
    return {row["id"]: str(row["name"]) for row in (*events, *sessions)}


def _line(one: Consent, names: dict[str, str], called: dict[str, str], language: str) -> ConsentLine:
    return ConsentLine(
        consent=one.consent,
        act=one.act,
        event=one.event,
        subject=one.subject,
        summary=_summary(one, called, language),
        reason=one.reason,
        requested_by=one.requested_by,
        requested_by_name=names.get(one.requested_by, ""),
        requested_at=one.requested_at,
        expires_at=one.expires_at,
        settled_by_name=names.get(one.settled_by) if one.settled_by else None,
        settled_at=one.settled_at,
        state=one.state,
    )


_SENTENCES = {
    ("official", "zh"): "公布官方成绩：{what}",
    ("official", "en"): "Make the results official: {what}",
    ("session", "zh"): "重新开放场次：{what}",
    ("session", "en"): "Reopen the session: {what}",
    ("results", "zh"): "撤回已公布的成绩复核：{what}",
    ("results", "en"): "Take the published results back for review: {what}",
}


def _summary(one: Consent, called: dict[str, str], language: str) -> str:
    kind = one.command.gate if isinstance(one.command, PassGate) else one.command.line.value
    event, subject = called.get(one.event, ""), called.get(one.subject, "")
    what = event if one.subject == one.event else f"{event} · {subject}"
    sentence = _SENTENCES.get((kind, language), f"{kind}: {{what}}")
    return sentence.format(what=what)
