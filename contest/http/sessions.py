"""Panels and sessions: who marks whom on what, and the gates that a session passes."""

from __future__ import annotations

import msgspec
from litestar import Controller, delete, get, patch, post

from contest.actions import empanelling, locking, remarking, scheduling
from contest.actions.empanelling import NewPanel, PanelChanges
from contest.actions.locking import GateState, SessionView
from contest.actions.remarking import RemarkLine
from contest.actions.scheduling import NewSession, SessionChanges
from contest.model.access import Act, Person
from contest.model.ids import EventId, PanelId, SessionId
from contest.model.panel import Panel
from contest.model.text import Reason
from contest.store.open import Store
from contest.store.queries import plans

LISTS_LIMIT = 256 * 1024
"""Bytes of a session with all its entries and aspects."""


class Because(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why something is asked for."""

    reason: Reason = ""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The request that now waits for a second person."""

    consent: str


class EventPanels(Controller):
    """The panels of an event."""

    path = "/api/events/{event:str}/panels"
    tags = ("sessions",)

    @get(opt={"act": Act.SEE_PLAN}, summary="List the panels")
    async def panels(self, event: str, store: Store) -> list[Panel]:
        """List the panels of an event with their seats."""
        return await plans.panels_of_event(store, EventId(event))

    @post(opt={"act": Act.PLAN}, summary="Put a panel together")
    async def empanel(self, event: str, data: NewPanel, store: Store) -> Panel:
        """Put a panel together; seats are numbered from 1 in this order."""
        return await empanelling.empanel(store, EventId(event), data)


class Panels(Controller):
    """One panel."""

    path = "/api/panels/{panel:str}"
    tags = ("sessions",)

    @patch(opt={"act": Act.PLAN}, summary="Change a panel")
    async def change(self, panel: str, data: PanelChanges, store: Store) -> Panel:
        """Rename a panel or its judges, add seats, or take seats away before anything is marked."""
        return await empanelling.change_panel(store, PanelId(panel), data)

    @delete(opt={"act": Act.PLAN}, summary="Take a panel back")
    async def drop(self, panel: str, store: Store) -> None:
        """Take a panel back that marks no session."""
        await empanelling.drop_panel(store, PanelId(panel))


class EventSessions(Controller):
    """The sessions of an event."""

    path = "/api/events/{event:str}/sessions"
    tags = ("sessions",)

    @get(opt={"act": Act.SEE_PLAN}, summary="List the sessions")
    async def sessions(self, event: str, store: Store, person: Person) -> list[SessionView]:
        """List the sessions of an event with their gates."""
        return await locking.views_of(store, EventId(event), person)

    @post(opt={"act": Act.PLAN}, summary="Plan a session", request_max_body_size=LISTS_LIMIT)
    async def plan(self, event: str, data: NewSession, store: Store, person: Person) -> SessionView:
        """Plan a session; without aspects it marks all that is entered on tablets, without entries everyone."""
        session = await scheduling.plan_session(store, EventId(event), data)
        return await locking.view_of(store, session.id, person)


class Sessions(Controller):
    """One session and its gates."""

    path = "/api/sessions/{session:str}"
    tags = ("sessions",)

    @get(opt={"act": Act.SEE_PLAN}, summary="One session")
    async def session(self, session: str, store: Store, person: Person) -> SessionView:
        """Show a session with its gates."""
        return await locking.view_of(store, SessionId(session), person)

    @patch(opt={"act": Act.PLAN}, summary="Change a session", request_max_body_size=LISTS_LIMIT)
    async def change(self, session: str, data: SessionChanges, store: Store, person: Person) -> SessionView:
        """Change a session; it loses nothing that has marks, and nothing at all once it is locked."""
        await scheduling.change_session(store, SessionId(session), data)
        return await locking.view_of(store, SessionId(session), person)

    @delete(opt={"act": Act.PLAN}, summary="Take a session back")
    async def drop(self, session: str, store: Store) -> None:
        """Take a session back that was never opened."""
        await scheduling.drop_session(store, SessionId(session))

    @post("/open", opt={"act": Act.OPEN_SESSION}, summary="Open for marking", status_code=200)
    async def open(self, session: str, store: Store, person: Person) -> GateState:
        """Open a session for marking."""
        return await locking.open_session(store, SessionId(session), person)

    @post("/lock", opt={"act": Act.LOCK_SESSION}, summary="Lock", status_code=200)
    async def lock(self, session: str, store: Store, person: Person) -> GateState:
        """Lock a session; the answer says how many marks are missing or wait for the chief judge."""
        return await locking.lock_session(store, SessionId(session), person)

    @post("/confirm", opt={"act": Act.CONFIRM_SESSION}, summary="Confirm", status_code=200)
    async def confirm(self, session: str, store: Store, person: Person, data: Because | None = None) -> GateState:
        """Confirm a locked session as its panel's signature; refused while marks are missing or pending.

        Where judges differ by more than the scheme allows, only with a reason.
        """
        reason = data.reason if data is not None else ""
        return await locking.confirm_session(store, SessionId(session), person, reason)

    @get("/remarks", opt={"act": Act.SEE_MARKS}, summary="What should be marked again")
    async def remarks(self, session: str, store: Store) -> list[RemarkLine]:
        """List where judges differ by more than the scheme allows; a written reason lets that stand."""
        return await remarking.remarks_of_session(store, SessionId(session))

    @post("/reopen", opt={"act": Act.REOPEN_SESSION}, summary="Ask to reopen", status_code=202)
    async def reopen(self, session: str, data: Because, store: Store, person: Person) -> Asked:
        """Ask a second person's consent to open a locked session again."""
        consent = await locking.ask_to_reopen(store, SessionId(session), person, data.reason)
        return Asked(consent=consent)


CONTROLLERS = (EventPanels, Panels, EventSessions, Sessions)
