"""Results as officials see them, and the gates by which they become public."""

from __future__ import annotations

from random import SystemRandom

from litestar import Controller, get, post

from contest.actions import agreeing, publishing, showing, tying
from contest.actions.agreeing import AgreementSheet
from contest.actions.locking import GateState
from contest.actions.showing import ResultSheet
from contest.actions.tying import NewDecision, TieLine
from contest.http.sessions import Asked, Because
from contest.model.access import Act, Person
from contest.model.ids import EntryId, EventId
from contest.store.open import Store
from scoring.explain import Step


class EventResults(Controller):
    """The results of an event."""

    path = "/api/events/{event:str}"
    tags = ("results",)

    @get("/results", opt={"act": Act.SEE_MARKS}, summary="Results for officials")
    async def results(self, event: str, store: Store, person: Person) -> ResultSheet:
        """Show the results as they stand, before anything is public; blind events by station."""
        return await showing.officials_results(store, EventId(event), person)

    @get("/results/{entry:str}/why", opt={"act": Act.SEE_MARKS}, summary="Why this result")
    async def why(self, event: str, entry: str, store: Store, person: Person) -> tuple[Step, ...]:
        """Explain an entry's result, step by step."""
        return await showing.why(store, EventId(event), EntryId(entry), person)

    @get("/agreement", opt={"act": Act.SEE_MARKS}, summary="How far judges agree")
    async def agreement(self, event: str, store: Store) -> AgreementSheet:
        """Say how far the judges of an event agree, in sentences and numbers; for information only."""
        return await agreeing.agreement_of(store, EventId(event))

    @post("/ties", opt={"act": Act.RULE_ON_MARKS}, summary="Break a tie")
    async def decide(self, event: str, data: NewDecision, store: Store, person: Person) -> list[TieLine]:
        """Put tied entries in an order: lots that are drawn here, lots drawn in public, or a decision."""
        return await tying.decide_tie(store, EventId(event), data, person, SystemRandom().shuffle)

    @get("/gates", opt={"act": Act.SEE_PLAN}, summary="Gates in all rounds")
    async def gates(self, event: str, store: Store) -> list[GateState]:
        """List the gates of an event and of its sessions, in all rounds."""
        return await publishing.gates_of(store, EventId(event))

    @post("/publish", opt={"act": Act.PUBLISH}, summary="Publish provisional results", status_code=200)
    async def publish(self, event: str, store: Store, person: Person) -> GateState:
        """Publish provisional results; refused while anything is unconfirmed, missing, pending or tied."""
        return await publishing.publish(store, EventId(event), person)

    @post("/official", opt={"act": Act.MAKE_OFFICIAL}, summary="Ask to make results official", status_code=202)
    async def official(self, event: str, store: Store, person: Person) -> Asked:
        """Ask a second person's consent to make the provisional results official."""
        return Asked(consent=await publishing.ask_official(store, EventId(event), person))

    @post("/freeze", opt={"act": Act.PUBLISH}, summary="Freeze the public view", status_code=200)
    async def freeze(self, event: str, store: Store, person: Person) -> GateState:
        """Stop the public view where it stands."""
        return await publishing.freeze(store, EventId(event), person)

    @post("/thaw", opt={"act": Act.PUBLISH}, summary="Thaw the public view", status_code=200)
    async def thaw(self, event: str, store: Store, person: Person) -> GateState:
        """Let the public view go on."""
        return await publishing.thaw(store, EventId(event), person)

    @post("/unblind", opt={"act": Act.PUBLISH}, summary="Unblind", status_code=200)
    async def unblind(self, event: str, store: Store, person: Person) -> GateState:
        """Let names stand beside station numbers, after every session is confirmed."""
        return await publishing.unblind(store, EventId(event), person)

    @post("/supersede", opt={"act": Act.MAKE_OFFICIAL}, summary="Ask to take results back", status_code=202)
    async def supersede(self, event: str, data: Because, store: Store, person: Person) -> Asked:
        """Ask a second person's consent to take published results back for review."""
        return Asked(consent=await publishing.ask_supersede(store, EventId(event), person, data.reason))


CONTROLLERS = (EventResults,)
