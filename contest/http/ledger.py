"""The ledger for auditors: numbered facts with their links; names are never inside."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, get
from litestar.params import Parameter

from contest.model.access import Act
from contest.model.ids import ContestId
from contest.store.open import Store
from contest.store.queries.ledger import FactLine, facts_listed

After = Annotated[int, Parameter(ge=0, le=2**53 - 1)]
Limit = Annotated[int, Parameter(ge=1, le=1000)]


class Ledger(Controller):
    """The facts of a contest."""

    path = "/api/contests/{contest:str}/facts"
    tags = ("ledger",)

    @get(opt={"act": Act.SEE_LEDGER}, summary="Facts in order")
    async def facts(self, contest: str, store: Store, after: After = 0, limit: Limit = 200) -> list[FactLine]:
        """List the facts after a number, in order, each with the link that chains it to the one before."""
        return await facts_listed(store, ContestId(contest), after=after, limit=limit)


CONTROLLERS = (Ledger,)
