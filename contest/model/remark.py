"""Calls to mark again: what becomes of them when a panel's marks change.

Whether the rules ask for it is arithmetic and belongs to `scoring.remarks`; here is decided what is recorded. A
call stands from the marks that made it necessary to the marks that no longer do, and is not made twice meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from contest.model.fact import RemarkCalled, RemarkEnded
from contest.model.ids import AspectId, EntryId, EventId, SeatId, SessionId
from contest.model.mark import MarkKind

Saying = tuple[str, int | None]
"""What a mark says: its kind, and its value where it has one."""


class PanelScene(msgspec.Struct, frozen=True, kw_only=True):
    """One aspect of one entry as its panel has marked it: what counts, by seat, and whether a call stands."""

    event: EventId
    session: SessionId
    entry: EntryId
    aspect: AspectId
    marks: Mapping[SeatId, Saying]
    called: tuple[SeatId, ...] | None = None
    """The seats of the call that stands; None for none."""


def decide(scene: PanelScene, reason: str | None) -> RemarkCalled | RemarkEnded | None:
    """Say what is to be recorded when the rules ask for a new marking (`reason`), or do not (None)."""
    event, session, entry, aspect = scene.event, scene.session, scene.entry, scene.aspect
    if reason is not None and scene.called is None:
        said = tuple(sorted(seat for seat, (kind, _) in scene.marks.items() if kind != MarkKind.ABSENT))
        return RemarkCalled(event=event, session=session, entry=entry, aspect=aspect, reason=reason, seats=said)
    if reason is None and scene.called is not None:
        return RemarkEnded(event=event, session=session, entry=entry, aspect=aspect, seats=scene.called)
    return None
