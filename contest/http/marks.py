"""Marks as officials see them, marks that come over the desk, and marks that wait for the chief judge."""

from __future__ import annotations

from litestar import Controller, get, post

from contest.actions import marking, ruling
from contest.actions.marking import DeskMarks, SessionMarks
from contest.actions.ruling import Settlement
from contest.model.access import Act, Person
from contest.model.ids import MarkId, SessionId
from contest.model.mark import Receipt
from contest.store.open import Store
from contest.store.queries.results import MarkOnRecord


class Marks(Controller):
    """The marks of a session."""

    path = "/api"
    tags = ("marks",)

    @get("/sessions/{session:str}/marks", opt={"act": Act.SEE_MARKS}, summary="All marks of a session")
    async def marks(self, session: str, store: Store, person: Person) -> SessionMarks:
        """List every revision of every mark, with its standing, seat and reason."""
        return await marking.marks_seen_by(store, person, SessionId(session))

    @post(
        "/sessions/{session:str}/marks",
        opt={"act": Act.IMPORT_MARKS},
        summary="Enter marks at the desk",
        status_code=200,
        request_max_body_size=512 * 1024,
    )
    async def enter(self, session: str, data: DeskMarks, store: Store, person: Person) -> list[Receipt]:
        """Store theory and other marks from outside; sending the same again gives the same receipts."""
        return await marking.enter_at_desk(store, SessionId(session), data.marks, person)

    @post("/marks/{mark:str}/settle", opt={"act": Act.RULE_ON_MARKS}, summary="Settle a mark", status_code=200)
    async def settle(self, mark: str, data: Settlement, store: Store, person: Person) -> MarkOnRecord:
        """Accept or decline a mark that waits."""
        return await ruling.settle_mark(store, MarkId(mark), data, person)


CONTROLLERS = (Marks,)
