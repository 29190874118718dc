"""The ledger for auditors: numbered facts with their links, and all of it as a file; names are never inside."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from litestar import Controller, get
from litestar.datastructures.state import State
from litestar.params import Parameter
from litestar.response import Stream

from contest.actions.checking import LedgerChecked, LedgerWatch
from contest.http.guards import WITHIN
from contest.model.access import Act
from contest.model.ids import ContestId
from contest.store.bundle import bundle
from contest.store.open import Store
from contest.store.queries.ledger import FactLine, facts_listed

After = Annotated[int, Parameter(ge=0, le=2**53 - 1)]
Limit = Annotated[int, Parameter(ge=1, le=1000)]


class Ledger(Controller):
    """The facts of a contest."""

    path = "/api/contests/{contest:str}"
    tags = ("ledger",)

    @get("/facts", opt={"act": Act.SEE_LEDGER}, summary="Facts in order")
    async def facts(self, contest: str, store: Store, after: After = 0, limit: Limit = 200) -> list[FactLine]:
        """List the facts after a number, in order, each with the link that chains it to the one before."""
        return await facts_listed(store, ContestId(contest), after=after, limit=limit)

    @get(
        "/ledger/bundle",
        opt={"act": Act.SEE_LEDGER},
        summary="The ledger as a file",
        media_type="application/x-ndjson",
    )
    async def bundle(self, contest: str, store: Store, words: bool = False) -> Stream:
        """Save the whole ledger as a sealed file that anybody can check offline; `words` adds the free texts."""
        pieces = bundle(store, ContestId(contest), store.key, words=words)
        first = await anext(pieces)
        return Stream(
            _going_on(first, pieces),
            media_type="application/x-ndjson",
            headers={
                "Content-Disposition": f'attachment; filename="ledger-{_plain(contest)}.jsonl"',
                "Cache-Control": "no-store",
            },
        )

    @get("/ledger/check", opt={"act": Act.SEE_MARKS, "scope": WITHIN}, summary="Whether the ledger is sound")
    async def check(self, contest: str, state: State) -> LedgerChecked:
        """Say what the checks in the background found wrong with the ledger, if anything."""
        watch: LedgerWatch = state.ledger_watch
        return watch.found(ContestId(contest))


async def _going_on(first: bytes, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in pieces:
        yield piece


def _plain(contest: str) -> str:
    return "".join(letter for letter in contest if letter.isascii() and letter.isalnum())[:32] or "contest"


CONTROLLERS = (Ledger,)
