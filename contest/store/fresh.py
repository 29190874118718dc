"""What this process has just committed, kept for those who follow the ledger at its heels.

They get the same bytes as from the database, without asking it for what was in our hands a moment ago. Nothing is
kept before its commit; whoever is further behind, or follows what other processes write, asks the database.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from itertools import islice

from contest.model.fact import Fact, read_fact

MOST = 2000
"""Facts that are kept of each contest: two of the largest commits."""

_Kept = tuple[int, bytes, str, str]
"""Number, content, the link before and its own."""


class Fresh:
    """The newest facts of each contest, without a hole between them."""

    def __init__(self) -> None:
        self._kept: dict[str, deque[_Kept]] = {}

    def keep(self, committed: Iterable[tuple[Fact, bytes]]) -> None:
        """Take in the facts of a commit with what was hashed of each, once it is durable."""
        for fact, content in committed:
            kept = self._kept.setdefault(fact.contest, deque(maxlen=MOST))
            if kept and kept[-1][0] + 1 != fact.seq:
                kept.clear()  # others wrote in between, or nobody knew whether a commit had succeeded
            kept.append((fact.seq, content, fact.prev, fact.link))

    def after(self, contest: str, seq: int, limit: int) -> list[Fact]:
        """The facts that follow number `seq`, at most `limit`; none when the next of them is not kept."""
        kept = self._kept.get(contest)
        start = seq + 1 - kept[0][0] if kept else -1
        if kept is None or start < 0:
            return []
        return [read_fact(content, prev, link) for _, content, prev, link in islice(kept, start, start + limit)]
