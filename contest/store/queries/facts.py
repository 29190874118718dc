"""Questions about the ledger: how far it reaches, and what came after a number."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec
from piccolo.query import Select

from contest.model.fact import Fact, read_fact
from contest.model.ids import ContestId
from contest.store.open import Store
from contest.store.tables import FactRow, HeadRow

MOST = 5000
"""The most facts in one answer."""


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The newest number and link of a contest's chain."""

    contest: ContestId
    seq: int
    link: str


async def heads(store: Store, contests: Collection[ContestId] | None = None) -> list[Head]:
    """How far the chains reach: of these contests, or of all that have facts."""
    if contests is not None and not contests:
        return []
    query = HeadRow.select()
    if contests is not None:
        query = query.where(HeadRow.id.is_in(list(contests)))
    rows = await store.select(query.order_by(HeadRow.id))
    return [Head(contest=row["id"], seq=row["seq"], link=row["link"]) for row in rows]


async def facts_after(store: Store, contest: ContestId, seq: int, limit: int = MOST) -> list[Fact]:
    """The facts of a contest that follow number `seq`, in order, at most `limit` of them."""
    query = FactRow.select(FactRow.content, FactRow.prev, FactRow.link)
    rows = await store.select(_after(query, contest, seq, limit))
    return [read_fact(row["content"], row["prev"], row["link"]) for row in rows]


async def fact_rows_after(store: Store, contest: ContestId, seq: int, limit: int = MOST) -> list[dict[str, Any]]:
    """The same as they are stored, for whoever checks the chain."""
    rows: list[dict[str, Any]] = await store.select(_after(FactRow.select(), contest, seq, limit))
    return rows


def _after(query: Select[Any], contest: ContestId, seq: int, limit: int) -> Select[Any]:
    query = query.where((FactRow.contest == contest) & (FactRow.seq > seq))
    return query.order_by(FactRow.seq).limit(min(limit, MOST))
