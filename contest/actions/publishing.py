"""Publishing: results become provisional and official, the public view freezes and thaws, names come out."""

from __future__ import annotations

from contest.actions import consenting
from contest.actions.locking import GateState, named_line, named_lines
from contest.actions.readiness import check_ready
from contest.model.access import Act, Person
from contest.model.gate import Line
from contest.model.ids import EventId
from contest.model.ruling import PassGate, ReopenLine
from contest.store.open import Store
from contest.store.queries import plans
from contest.store.queries.results import gates_of_event


async def publish(store: Store, event: EventId, person: Person) -> GateState:
    """Publish provisional results: every session confirmed, no mark missing or pending, no tie open."""
    return await _pass(store, event, Line.RESULTS, "provisional", person)


async def freeze(store: Store, event: EventId, person: Person) -> GateState:
    """Stop the public view where it stands."""
    return await _pass(store, event, Line.VIEW, "frozen", person)


async def thaw(store: Store, event: EventId, person: Person) -> GateState:
    """Let the public view go on."""
    return await _pass(store, event, Line.VIEW, "thawed", person)


async def unblind(store: Store, event: EventId, person: Person) -> GateState:
    """Let names stand beside station numbers, after every session is confirmed."""
    return await _pass(store, event, Line.IDENTITY, "unblinded", person)


async def ask_official(store: Store, event: EventId, person: Person) -> str:
    """Ask a second person's consent to make the results official; return the request's id."""
    contest = (await plans.event(store, event)).contest
    turn = (await gates_of_event(store, event)).results.round
    command = PassGate(
        event=event, line=Line.RESULTS, subject=event, gate="official", by=person.account, round=turn
    )
    await check_ready(store, command)
    return await consenting.request(store, person, Act.MAKE_OFFICIAL, command, contest=contest)


async def ask_supersede(store: Store, event: EventId, person: Person, reason: str) -> str:
    """Ask a second person's consent to take published results back for review; return the request's id."""
    contest = (await plans.event(store, event)).contest
    turn = (await gates_of_event(store, event)).results.round
    command = ReopenLine(
        event=event, line=Line.RESULTS, subject=event, by=person.account, reason=reason, round=turn
    )
    await check_ready(store, command)
    return await consenting.request(store, person, Act.MAKE_OFFICIAL, command, contest=contest, reason=reason)


async def gates_of(store: Store, event: EventId) -> list[GateState]:
    """Show every line of gates of an event and its sessions, in all rounds."""
    contest = (await plans.event(store, event)).contest
    gates = await gates_of_event(store, event)
    subjects = [(line, event) for line in (Line.RESULTS, Line.VIEW, Line.IDENTITY)]
    subjects += [(Line.SESSION, EventId(session.id)) for session in await plans.sessions_of_event(store, event)]
    return await named_lines(
        store,
        contest,
        [
            known
            for line, subject in subjects
            for known in (gates.rounds_of(line, subject) or [gates.line(line, subject)])
        ],
    )


async def _pass(store: Store, event: EventId, line: Line, gate: str, person: Person) -> GateState:
    contest = (await plans.event(store, event)).contest
    command = PassGate(event=event, line=line, subject=event, gate=gate, by=person.account)
    await store.book.record(contest, command, given=await check_ready(store, command))
    return await named_line(store, contest, (await gates_of_event(store, event)).line(line, event))
