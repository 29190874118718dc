"""Calls to mark again, decided at the end of a batch and recorded in its commit.

What the rules say of a panel's marks depends on all of them, whichever node stored them. So they are read under
the lock of the contest, together with what the batch itself brings.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from contest.model.fact import MarkEntered, MarkSettled
from contest.model.ids import AspectId, ContestId, EntryId, EventId, SeatId, SessionId
from contest.model.mark import WHOLE_PANEL, MarkKind, Standing
from contest.model.remark import PanelScene, Saying, decide
from contest.store.draft import Draft
from contest.store.projections import remark_key
from contest.store.tables import MarkRow, RemarkRow, SeatRow
from contest.store.work import Find, Row, Work
from scoring.remarks import Panelled, asked_again, watched
from scoring.scheme import Scheme

_PLACE = ("session", "entry", "aspect")
_SEATS = msgspec.json.Decoder(tuple[SeatId, ...])

Place = tuple[SessionId, EntryId, AspectId]


def call_remarks(draft: Draft) -> Work[None]:
    """Record where the marks of this batch call a panel to mark again, or end such a call."""
    places = sorted(set(_touched(draft)))
    if not places:
        return
    seats = yield from _seats(draft, {session for session, _, _ in places})
    counting = yield from _counting(draft, places)
    standing = yield from _standing(draft, places)
    for event in sorted({draft.sessions[session]["event"] for session, _, _ in places}):
        scenes = [
            _scene(draft, place, seats[place[0]], counting, standing)
            for place in places
            if draft.sessions[place[0]]["event"] == event
        ]
        _decide(draft, draft.schemes[event], scenes, seats)


def _touched(draft: Draft) -> Iterator[Place]:
    """The places whose counting marks the batch has changed, of those that may be asked for again."""
    # Once for all marks: to find a scheme among those that are remembered means to read the whole of it.
    asked = {event: watched(scheme) for event, scheme in draft.schemes.items()}
    for fact in draft.facts:
        body = fact.body
        if isinstance(body, MarkSettled) and body.accepted:
            row = draft.projection.marks[body.mark]
            place, seat = _place(row), row["seat"]
        elif isinstance(body, MarkEntered) and body.standing == Standing.COUNTS:
            place, seat = (body.session, body.entry, body.aspect), body.seat
        else:
            continue
        if seat != WHOLE_PANEL and place[2] in asked.get(body.event, ()):
            yield place


def _seats(draft: Draft, sessions: set[SessionId]) -> Work[dict[SessionId, frozenset[SeatId]]]:
    panels = {session: draft.sessions[session]["panel"] for session in sessions}
    unread = sorted({panel for panel in panels.values() if panel and panel not in draft.panels})
    for row in (yield Find(SeatRow, ("panel",), [(panel,) for panel in unread], ("id", "panel"))):
        draft.panels[row["panel"]] = draft.panels.get(row["panel"], frozenset()) | {SeatId(row["id"])}
    return {session: draft.panels.get(panel, frozenset()) for session, panel in panels.items()}


def _counting(draft: Draft, places: list[Place]) -> Work[dict[Place, dict[SeatId, Saying]]]:
    """What counts in these places when the batch is done."""
    columns = ("id", *_PLACE, "seat", "kind", "value", "standing")
    known = draft.projection.marks
    found: dict[Place, dict[SeatId, Saying]] = {place: {} for place in places}
    rows = {row["id"]: row for row in (yield Find(MarkRow, _PLACE, places, columns))}
    for row in (rows | {key: row for key, row in known.items() if key in rows or _place(row) in found}).values():
        if row["standing"] == Standing.COUNTS and row["kind"] != MarkKind.ERASED:
            found[_place(row)][SeatId(row["seat"])] = (row["kind"], row["value"])
    return found


def _place(row: Row) -> Place:
    return SessionId(row["session"]), EntryId(row["entry"]), AspectId(row["aspect"])


def _standing(draft: Draft, places: list[Place]) -> Work[dict[str, tuple[SeatId, ...]]]:
    """The calls that stand in these places, with whom they called."""
    keys = [(remark_key(*place),) for place in places]
    for row in (yield Find(RemarkRow, ("id",), keys)):
        draft.projection.remarks[row["id"]] = row
    return {
        key: _SEATS.decode(row["seats"])
        for key, row in draft.projection.remarks.items()
        if row["standing"] == "called"
    }


def _scene(
    draft: Draft,
    place: Place,
    seats: frozenset[SeatId],
    counting: dict[Place, dict[SeatId, Saying]],
    standing: dict[str, tuple[SeatId, ...]],
) -> PanelScene:
    session, entry, aspect = place
    return PanelScene(
        event=EventId(draft.sessions[session]["event"]),
        session=session,
        entry=entry,
        aspect=aspect,
        # A seat that was planned away marks nothing any more.
        marks={seat: said for seat, said in counting[place].items() if seat in seats},
        called=standing.get(remark_key(*place)),
    )


def _decide(
    draft: Draft, scheme: Scheme, scenes: list[PanelScene], seats: dict[SessionId, frozenset[SeatId]]
) -> None:
    panelled = [Panelled(one.aspect, len(seats[one.session]), tuple(one.marks.values())) for one in scenes]
    for scene, reason in zip(scenes, asked_again(scheme, panelled), strict=True):
        fact = decide(scene, reason)
        if fact is not None:
            draft.record(ContestId(draft.sessions[scene.session]["contest"]), fact)
