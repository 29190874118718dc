"""What waits for a second person: listed, consented to, declined."""

from __future__ import annotations

from litestar import get, post

from contest.actions import consenting
from contest.http.guards import WITHIN
from contest.model.access import Act, Person, may
from contest.model.ids import ContestId
from contest.model.ruling import Recorded
from contest.store.open import Store
from contest.store.queries import consents as questions
from contest.store.queries.consents import ConsentLine


@get("/api/contests/{contest:str}/consents", opt={"act": Act.SEE_PLAN, "scope": WITHIN})
async def consents(contest: str, store: Store, person: Person, language: str) -> list[ConsentLine]:
    """List what waits for a second person, and what became of what did; of the events that the person may see."""
    lines = await questions.consents_of_contest(store, ContestId(contest), language)
    return [
        line for line in lines if may(person.grants, Act.SEE_PLAN, contest=ContestId(contest), event=line.event)
    ]


@post("/api/consents/{consent:str}/give", opt={"act": None}, status_code=200)
async def give(consent: str, store: Store, person: Person) -> Recorded:
    """Consent to what another person asked for. Who may do the act may consent to it."""
    return await consenting.give(store, consent, person)


@post("/api/consents/{consent:str}/decline", opt={"act": None}, status_code=204)
async def decline(consent: str, store: Store, person: Person) -> None:
    """Decline what was asked for."""
    await consenting.decline(store, consent, person)


CONTROLLERS = (consents, give, decline)
