"""The ledger as an auditor reads it: numbered facts with their links, and never a name inside."""

from __future__ import annotations

import msgspec

from contest.model.fact import FactBody, read_fact
from contest.model.ids import ContestId
from contest.store.open import Store
from contest.store.queries.facts import fact_rows_after


class FactLine(msgspec.Struct, frozen=True, kw_only=True):
    """A fact with its number and link. `link` covers `prev` and exactly the text in `content`."""

    seq: int
    at: str
    type: str
    by: str
    body: FactBody
    content: str
    prev: str
    link: str


async def facts_listed(store: Store, contest: ContestId, *, after: int, limit: int) -> list[FactLine]:
    """The facts of a contest after a number, in order."""
    lines = []
    for row in await fact_rows_after(store, contest, after, limit):
        fact = read_fact(row["content"], row["prev"], row["link"])
        lines.append(
            FactLine(
                seq=fact.seq,
                at=fact.at,
                type=row["kind"],
                by=getattr(fact.body, "by", ""),
                body=fact.body,
                content=row["content"],
                prev=fact.prev,
                link=fact.link,
            )
        )
    return lines
