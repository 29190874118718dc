"""Ruling: the chief judge settles marks that wait and says what became of an entry."""

from __future__ import annotations

import msgspec

from contest.actions.entering import knows_names
from contest.model.access import Person
from contest.model.ids import EntryId, MarkId
from contest.model.people import Entry, EntryStatus, behind_station
from contest.model.ruling import RuleEntry, SettleMark
from contest.model.text import Reason
from contest.store.open import Store
from contest.store.queries import people, results
from contest.store.queries.results import MarkOnRecord


class EntryRuling(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What becomes of an entry, and why."""

    status: EntryStatus
    reason: Reason = ""


class Settlement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether a pending mark counts, and why."""

    accept: bool
    reason: Reason = ""


async def rule_entry(store: Store, entry: EntryId, ruling: EntryRuling, person: Person) -> Entry:
    """Rule an entry not started, not finished, disqualified, out of competition, withdrawn, or entered again."""
    known = await people.entry(store, entry)
    command = RuleEntry(
        event=known.event, entry=entry, status=ruling.status.value, by=person.account, reason=ruling.reason
    )
    await store.book.record(known.contest, command, text=ruling.reason)
    ruled = msgspec.structs.replace(known, status=ruling.status)
    return ruled if await knows_names(store, known.event, person) else behind_station(ruled)


async def settle_mark(store: Store, mark: MarkId, settlement: Settlement, person: Person) -> MarkOnRecord:
    """Accept or decline a pending mark."""
    pending = await results.mark(store, mark)
    command = SettleMark(
        event=pending.event,
        session=pending.session,
        mark=mark,
        accept=settlement.accept,
        by=person.account,
        reason=settlement.reason,
    )
    await store.book.record(pending.contest, command, text=settlement.reason)
    return await results.mark(store, mark)
