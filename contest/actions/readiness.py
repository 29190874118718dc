"""Readiness: whether an event's numbers are such that they may be published.

Gates and pending marks are decided by the book itself; only what must be computed is asked here: whether a mark
is missing and whether a tie is open. It is asked again when a second person consents.
"""

from __future__ import annotations

from contest.actions.results import results_of
from contest.errors import GateOutOfOrder, MarksMissing, TieOpen
from contest.model.gate import Line
from contest.model.ruling import PassGate, ReopenLine, Ruling
from contest.store.commands import Given
from contest.store.holding import entries_stand
from contest.store.open import Store
from contest.store.queries.plans import sessions_of_event
from contest.store.queries.results import gates_of_event, pending_marks


async def check_ready(store: Store, command: Ruling) -> Given | None:
    """Refuse to publish unknown totals or open ties; return what must still be so under the lock."""
    match command:
        case PassGate(line=Line.RESULTS, gate="provisional" | "official"):
            gates = await gates_of_event(store, command.event)
            if command.gate == "official" and gates.results.next != "official":
                raise GateOutOfOrder(gate=command.gate, state=gates.results.state)
            sessions = await sessions_of_event(store, command.event)
            signed = all(gates.line(Line.SESSION, session.id).has("confirmed") for session in sessions)
            if not sessions or not signed or await pending_marks(store, command.event):
                return None  # the book refuses this, and says why
            computed = await results_of(store, command.event)
            if computed.results.missing:
                raise MarksMissing(count=computed.results.missing)
            if computed.results.open_ties:
                raise TieOpen(count=computed.results.open_ties)
            # Every session is signed, so nothing but who competes can still move these numbers.
            statuses = {key: entry.status.value for key, entry in computed.entries.items()}
            return lambda: entries_stand(computed.contest.id, command.event, statuses)
        case ReopenLine():
            line = (await gates_of_event(store, command.event)).line(command.line, command.subject)
            if not line.has("locked" if command.line is Line.SESSION else "provisional"):
                raise GateOutOfOrder(gate="reopened", state=line.state)
        case _:
            pass
    return None
