"""Questions about ties: what was decided about them, with the reasons that were given."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from contest.model.ids import ContestId, EntryId, EventId
from contest.model.tie import How, TieDecision
from contest.store.open import Store
from contest.store.tables import TieRow, WordsRow


async def tie_decisions(store: Store, key: EventId) -> list[TieDecision]:
    """What was decided about ties of an event, in the order of the ledger."""
    rows = await store.select(TieRow.select().where(TieRow.event == key).order_by(TieRow.seq))
    return [_decision(row) for row in rows]


def _decision(row: Mapping[str, Any]) -> TieDecision:
    return TieDecision(
        entries=msgspec.json.decode(row["entries"], type=tuple[EntryId, ...]),
        how=How(row["how"]),
        by=row["made_by"],
        at=row["at"],
        seq=row["seq"],
    )


async def words_of(store: Store, contest: ContestId, seqs: Collection[int]) -> dict[int, str]:
    """The free texts that were given with these facts; what had none, or was erased, is left out."""
    if not seqs:
        return {}
    where = (WordsRow.contest == contest) & WordsRow.seq.is_in(sorted(seqs))
    rows = await store.select(WordsRow.select(WordsRow.seq, WordsRow.text).where(where))
    return {row["seq"]: row["text"] for row in rows}
