"""Remarking: where the rules ask judges to mark again, for the chief judge alone to settle."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from contest.actions.results import EventResults, results_of
from contest.model.contest import Session
from contest.model.ids import AspectId, EntryId, SessionId
from contest.model.people import EntryStatus
from contest.store.open import Store
from contest.store.queries import live, plans
from scoring.remarks import Remark


class RemarkLine(msgspec.Struct, frozen=True, kw_only=True):
    """An aspect of an entry on which judges differ by more than allowed, or two entries of a mark do.

    `spread` is the highest mark less the lowest; `reason` is `spread` or `differs`. `called_at` is when its judges
    were called to mark again; empty in lists that do not say.
    """

    entry: str
    aspect: str
    name: str
    name_en: str
    reason: str
    spread: str
    called_at: str = ""


def remarks_in(computed: EventResults) -> list[RemarkLine]:
    """Everything in an event that should be marked again, the farthest apart first."""
    return [_line(computed, remark) for remark in computed.results.remarks]


def _line(computed: EventResults, remark: Remark) -> RemarkLine:
    aspect = computed.scheme.aspects[remark.aspect]
    return RemarkLine(
        entry=remark.entry,
        aspect=remark.aspect,
        name=aspect.name,
        name_en=aspect.name_en,
        reason=remark.reason,
        spread=remark.spread,
    )


def remarks_due(session: Session, computed: EventResults) -> Sequence[Remark]:
    """What of a session should be marked again, of entries that are in competition."""
    return [
        remark
        for remark in computed.results.remarks
        if remark.aspect in session.aspects
        and remark.entry in session.entries
        and computed.entries[EntryId(remark.entry)].status is EntryStatus.ENTERED
    ]


async def remarks_of_session(store: Store, session: SessionId) -> list[RemarkLine]:
    """What of a session should be marked again before it is confirmed, and since when its judges know.

    What should be is computed from the marks as they are now; the ledger says when the call was made.
    """
    planned = await plans.session(store, session)
    computed = await results_of(store, planned.event)
    calls = await live.remarks_standing(store, planned.event)
    called = {(call.entry, call.aspect): call.at for call in calls if call.session == session}
    return [
        msgspec.structs.replace(
            _line(computed, remark), called_at=called.get((EntryId(remark.entry), AspectId(remark.aspect)), "")
        )
        for remark in remarks_due(planned, computed)
    ]
