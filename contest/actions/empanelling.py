"""Empanelling: judges are put together in panels, each on a numbered seat.

A seat keeps its id whoever sits on it, so renaming a judge changes nothing that was marked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, UnsetType

from contest.actions.changing import row
from contest.errors import AlreadyExists, NotFound
from contest.model.ids import EventId, PanelId, SeatId
from contest.model.panel import Panel, Seat
from contest.model.text import Key, Name, Short
from contest.store.holding import in_no_session, panel_open, seats_free
from contest.store.ids import new_id
from contest.store.open import Store
from contest.store.queries import plans
from contest.store.tables import PanelRow, SeatRow
from contest.store.work import Work


class SeatWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A seat with its judge; `seat` names one that is there already."""

    judge_name: Short = ""
    seat: Key | None = None


Seats = Annotated[list[SeatWanted], msgspec.Meta(max_length=30)]


class NewPanel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A panel to be put together; seats are numbered from 1 in this order."""

    name: Name
    seats: Seats = []


class PanelChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change of a panel. `seats` is the whole list.

    Where any of them names a `seat`, those are meant and the others are new; where none does, the list is read by
    number: the first judge sits on seat 1.
    """

    name: Name | UnsetType = UNSET
    seats: Seats | UnsetType = UNSET


async def empanel(store: Store, event: EventId, new: NewPanel) -> Panel:
    """Put a panel together."""
    contest = (await plans.event(store, event)).contest
    if any(wanted.seat for wanted in new.seats):
        raise NotFound(what="seat")
    key = PanelId(new_id())
    bare = Panel(id=key, contest=contest, event=event, name=new.name)
    seats = tuple(_seat(bare, number, wanted) for number, wanted in enumerate(new.seats, 1))
    panel = msgspec.structs.replace(bare, seats=seats)
    await store.apply(
        PanelRow.insert(row(PanelRow, msgspec.to_builtins(panel))),
        *(SeatRow.insert(row(SeatRow, msgspec.to_builtins(seat))) for seat in seats),
    )
    return panel


async def change_panel(store: Store, panel: PanelId, changes: PanelChanges) -> Panel:
    """Change a panel: rename it or its judges, add seats, or take seats away before anything is marked."""
    before = await plans.panel(store, panel)
    name = before.name if changes.name is UNSET else changes.name
    seats = list(before.seats) if changes.seats is UNSET else _seated(before, changes.seats)
    gone = [seat.id for seat in before.seats if seat.id not in {kept.id for kept in seats}]
    added = [seat for seat in seats if seat.id not in {known.id for known in before.seats}]

    def given() -> Work[None]:
        if gone:
            yield from seats_free(before.contest, before.event, panel, gone)
        if gone or added:
            yield from panel_open(before.contest, before.event, panel)

    await store.apply(
        PanelRow.update({PanelRow.name: name}).where(PanelRow.id == panel),
        *(SeatRow.delete().where(SeatRow.id == seat) for seat in gone),
        *_written(before, seats),
        given=given,
    )
    return msgspec.structs.replace(before, name=name, seats=tuple(seats))


def _seated(before: Panel, wanted: Sequence[SeatWanted]) -> list[Seat]:
    """Known seats keep their order and move up where others went; new ones come after them."""
    if not any(seat.seat for seat in wanted):
        wanted = [
            SeatWanted(judge_name=seat.judge_name, seat=before.seats[at].id if at < len(before.seats) else None)
            for at, seat in enumerate(wanted)
        ]
    named = [seat.seat for seat in wanted if seat.seat is not None]
    if len(set(named)) < len(named):
        raise AlreadyExists(what="seat", name=next(seat for seat in named if named.count(seat) > 1))
    if not {seat.id for seat in before.seats}.issuperset(named):
        raise NotFound(what="seat")
    judges = {seat.seat: seat.judge_name for seat in wanted if seat.seat is not None}
    kept = [
        msgspec.structs.replace(seat, judge_name=judges[seat.id]) for seat in before.seats if seat.id in judges
    ]
    fresh = [_seat(before, 0, seat) for seat in wanted if seat.seat is None]
    return [msgspec.structs.replace(seat, number=number) for number, seat in enumerate([*kept, *fresh], 1)]


def _seat(panel: Panel, number: int, wanted: SeatWanted) -> Seat:
    return Seat(
        id=SeatId(new_id()),
        contest=panel.contest,
        event=panel.event,
        panel=panel.id,
        number=number,
        judge_name=wanted.judge_name,
    )


def _written(before: Panel, seats: Sequence[Seat]) -> list[Any]:
    """In the order of their numbers: a seat moves up only into a place that is free by then."""
    known = {seat.id: seat for seat in before.seats}
    return [_write(seat, new=seat.id not in known) for seat in seats if known.get(seat.id) != seat]


def _write(seat: Seat, *, new: bool) -> Any:
    if new:
        return SeatRow.insert(row(SeatRow, msgspec.to_builtins(seat)))
    values: dict[Any, Any] = {SeatRow.number: seat.number, SeatRow.judge_name: seat.judge_name}
    return SeatRow.update(values).where(SeatRow.id == seat.id)


async def drop_panel(store: Store, panel: PanelId) -> None:
    """Take a panel back that marks no session and has marked nothing."""
    before = await plans.panel(store, panel)
    seats = [seat.id for seat in before.seats]

    def given() -> Work[None]:
        yield from in_no_session(before.contest, before.event, "panel", panel)
        yield from seats_free(before.contest, before.event, panel, seats)

    await store.apply(
        SeatRow.delete().where(SeatRow.panel == panel),
        PanelRow.delete().where(PanelRow.id == panel),
        given=given,
    )
