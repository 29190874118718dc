"""A second person consents: what one person asks for, another who may do it lets happen, with both names.

The command is kept as it was asked for and carried out as it was kept. Who asked must still be allowed to when it
is carried out; who consents is never the one who asked. A request stands for a day.
"""

from __future__ import annotations

from typing import Any

import msgspec
from piccolo.query.base import Query

from contest.actions.readiness import check_ready
from contest.errors import ConsentExpired, ConsentNotYours, NotAllowed
from contest.model.access import NEEDS_SECOND_PERSON, Act, Grant, Person, may
from contest.model.ids import AccountId, ContestId
from contest.model.ruling import PassGate, Recorded, ReopenLine
from contest.store import clock
from contest.store.ids import new_id
from contest.store.open import Store
from contest.store.queries import accounts, consents
from contest.store.queries.consents import Consent, ConsentState
from contest.store.tables import AccountRow, ConsentRow, GrantRow
from contest.store.work import Find, Work

HOURS = 24
"""How long a request stands."""


async def request(
    store: Store,
    person: Person,
    act: Act,
    command: PassGate | ReopenLine,
    *,
    contest: ContestId,
    reason: str = "",
) -> str:
    """Ask for a second person's consent to a command; return the request's id. Asking twice is asking once."""
    assert act in NEEDS_SECOND_PERSON
    waiting = await consents.waiting_for(store, act, command, person.account)
    if waiting is not None:
        return waiting
    consent = new_id()
    await store.apply(
        ConsentRow.insert(
            ConsentRow(
                id=consent,
                contest=contest,
                event=command.event,
                act=act.value,
                subject=command.subject,
                command=msgspec.json.encode(command).decode(),
                reason=reason,
                requested_by=person.account,
                requested_at=clock.now(),
                expires_at=clock.later(HOURS * 3600),
            )
        )
    )
    return consent


async def give(store: Store, consent: str, person: Person) -> Recorded:
    """Consent to what another person asked for: it happens now, with both names."""
    found = await _to_settle(store, consent, person)
    if found.requested_by == person.account:
        raise ConsentNotYours()
    first = await accounts.person(store, found.requested_by)
    if first is None or not _may(first, found):
        raise NotAllowed(act=found.act.value)
    command = msgspec.structs.replace(found.command, by=found.requested_by, second=person.account)
    ready = await check_ready(store, command)  # a day may lie between

    def given() -> Work[None]:
        yield from _still_waiting(found)
        for account in (found.requested_by, person.account):
            yield from _still_allowed(found, account)
        if ready is not None:
            yield from ready()

    return await store.book.record(
        found.contest,
        command,
        text=found.reason,
        also=[_settled(consent, ConsentState.GIVEN, person.account)],
        given=given,
    )


async def decline(store: Store, consent: str, person: Person) -> None:
    """Refuse what was asked for; who asked may take it back in the same way."""
    found = await _to_settle(store, consent, person)
    settled = _settled(consent, ConsentState.DECLINED, person.account)
    await store.apply(settled, given=lambda: _still_waiting(found))


async def _to_settle(store: Store, consent: str, person: Person) -> Consent:
    found = await consents.consent(store, consent)
    if not _may(person, found):
        raise NotAllowed(act=found.act.value)
    _check_waiting(found)
    return found


def _check_waiting(found: Consent) -> None:
    if found.state is ConsentState.EXPIRED:
        raise ConsentExpired()
    if found.state is not ConsentState.WAITING:
        raise ConsentNotYours()


def _may(person: Person, found: Consent) -> bool:
    return may(person.grants, found.act, contest=found.contest, event=found.event)


def _still_waiting(found: Consent) -> Work[None]:
    """Refuse, inside the transaction, what somebody settled a moment ago."""
    rows = yield Find(ConsentRow, ("id",), [(found.consent,)], lock=True)
    _check_waiting(consents.consent_in(rows[0], clock.onward()))


def _still_allowed(found: Consent, account: AccountId) -> Work[None]:
    """Refuse, inside the transaction, when one of the two lost the right a moment ago."""
    people = yield Find(AccountRow, ("id",), [(account,)], columns=("disabled_at",))
    rows = yield Find(GrantRow, ("account",), [(account,)])
    grants = [msgspec.convert(row, Grant) for row in rows]
    enabled = any(row["disabled_at"] is None for row in people)
    if not enabled or not may(grants, found.act, contest=found.contest, event=found.event):
        raise NotAllowed(act=found.act.value)


def _settled(consent: str, state: ConsentState, by: AccountId) -> Query[Any, Any]:
    return ConsentRow.update(
        {ConsentRow.state: state.value, ConsentRow.settled_by: by, ConsentRow.settled_at: clock.now()}
    ).where((ConsentRow.id == consent) & (ConsentRow.state == ConsentState.WAITING.value))
