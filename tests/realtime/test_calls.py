"""Seats are called to mark again: those concerned, without a word of what others marked, on every node."""

import asyncio

import pytest

from contest.actions.signing_in import digest
from contest.store.open import open_store
from contest.store.tables import DeviceRow
from tests.contest.store.test_calling import CRAFT, panel_of
from tests.realtime.house import open_house, token_of


async def seated(store, **changes):
    """A panel whose marks may be asked for again, its tablets with tokens of their own."""
    at = await panel_of(store, **changes)
    for number, device in enumerate(at.devices):
        token = digest(token_of(at, number))
        await store.apply(DeviceRow.update({DeviceRow.token: token}).where(DeviceRow.id == device))
    return at


def call(at, **changes) -> dict:
    place = {"session": at.session, "entry": at.entries[0], "aspect": CRAFT}
    return {"type": "remark_called", **place, "reason": "spread", "open": True} | changes


async def heard(peer) -> dict:
    said = await peer.hear("remark_called")
    assert said.pop("at") > "2026"
    return said


async def test_the_seats_concerned_are_called_nobody_else_and_until_the_marks_need_it_no_longer(store):
    at = await seated(store)
    async with open_house(store) as house, house.tablet(at, 0) as one, house.tablet(at, 2) as absent:
        for tablet in (one, absent):
            await tablet.hear("welcome")
        far = at.mark(3000, aspect=CRAFT, seat=1)
        await at.stored(at.mark(0, aspect=CRAFT), far, at.mark(None, aspect=CRAFT, seat=2, kind="absent"))
        assert await heard(one) == call(at)
        async with house.tablet(at, 1) as late:
            await late.hear("welcome")
            assert await heard(late) == call(at), "a call that stands is told to who comes later"
            await late.enter(at, at.mark(1000, aspect=CRAFT, seat=1, replaces=far.mark))
            assert await heard(late) == await heard(one) == call(at, open=False, reason="")
        await absent.heard_nothing()


async def test_a_call_reaches_the_seats_of_a_node_that_did_not_store_the_mark(postgres_url):
    here, there = await open_store(postgres_url), await open_store(postgres_url)
    try:
        at = await seated(here, judges=2)
        async with (
            open_house(here) as one,
            open_house(there) as two,
            one.tablet(at, 0) as first,
            two.tablet(at, 1) as second,
        ):
            await asyncio.gather(first.hear("welcome"), second.hear("welcome"))
            await first.enter(at, at.mark(0, aspect=CRAFT))
            await second.enter(at, at.mark(3000, aspect=CRAFT, seat=1))
            assert await heard(first) == await heard(second) == call(at)
    finally:
        await there.close()
        await here.close()


async def test_what_a_panel_has_signed_for_is_called_no_more(store):
    at = await seated(store)
    await at.stored(*(at.mark(value, aspect=CRAFT, seat=n) for n, value in enumerate((0, 1000, 3000))))
    for gate in ("locked", "confirmed"):
        await at.pass_gate(gate)
    async with open_house(store) as house, house.tablet(at, 0) as tablet:
        await tablet.hear("welcome")
        await tablet.heard_nothing()


@pytest.mark.parametrize("role", ["public", "seat"])
async def test_no_mark_of_others_and_no_call_reaches_whom_it_does_not_concern(store, role):
    at = await seated(store)
    async with open_house(store) as house, house.tablet(at, 0) as seat, house.board(at.event) as board:
        await asyncio.gather(seat.hear("welcome"), board.hear("reset"))
        await at.stored(*(at.mark(value, aspect=CRAFT, seat=n) for n, value in enumerate((0, 1000, 3000))))
        if role == "seat":
            assert set(await heard(seat)) == {"type", "session", "entry", "aspect", "reason", "open"}
        else:
            await house.shown(at.event)
            await board.say({"type": "watch", "event": at.event})
            assert "remark" not in str(await board.hear("reset"))
