"""A seat changes hands: the tablet that had it is told, marks no more, and still delivers what it holds."""

import asyncio

import pytest
from websockets.exceptions import ConnectionClosed

from contest.actions.signing_in import digest
from contest.store.open import open_store
from contest.store.queries.seats import seats_now
from contest.store.tables import MarkRow, SeatStateRow
from realtime import rolls, telling
from realtime.deeds import Limits
from tests.builders import standings, unbroken
from tests.realtime.house import ONLY_BY_BELL, QUICK, open_house, paired, wire_form
from tests.realtime.sockets import PATIENCE, until


@pytest.fixture
async def at(store, monkeypatch):
    monkeypatch.setattr(rolls, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(telling, "COPIES_SECONDS", 0.05)
    return await paired(store)


async def take(at, seat: int = 0, device: str = "another") -> None:
    await at.store.book.take_seat(
        at.contest,
        seat=at.seats[seat],
        device=device,
        name="新平板",
        token=digest(f"token-of-{device}"),
        by="chief",
    )


async def first_seat(at, wanted):
    """The first seat of the event as it is written down, once it is as wanted."""
    async with asyncio.timeout(PATIENCE):
        while True:
            seat = (await seats_now(at.store, at.event))[0]
            if wanted(seat):
                return seat
            await asyncio.sleep(0.02)


async def test_the_tablet_that_had_the_seat_is_told_sees_no_sheet_and_delivers_as_pending(store, at):
    async with open_house(store) as house, house.tablet(at) as before:
        assert (await before.hear("welcome"))["holds"] is True
        await take(at)
        lost = await before.hear("seat_lost")
        assert (lost["reason"], lost["at"] > "2026") == ("handed_over", True)
        await before.say({"type": "open_sheet", "session": at.session})
        assert (await before.hear())["code"] == "seat_revoked"
        [receipt] = (await before.enter(at, at.mark()))["receipts"]
        assert (receipt["standing"], receipt["because"]) == ("pending", "seat_revoked")
        async with house.tablet(at) as again:
            welcome = await again.hear("welcome")
            assert (welcome["holds"], welcome["sessions"], welcome["judge_name"]) == (False, [], "")
            assert welcome["next_device_seq"] == welcome["send_from"] == 2
        assert house.count("jiangsai_seats") == 0
    assert await unbroken(at)


async def test_a_mark_that_is_sent_in_the_moment_of_the_hand_over_counts_or_waits_and_is_never_lost(store, at):
    async with open_house(store) as house, house.tablet(at) as before:
        await before.hear("welcome")
        await take(at)
        [receipt] = (await before.enter(at, at.mark()))["receipts"]
        assert receipt["because"] == "seat_revoked"
        async with house.tablet(at, seat=1) as other:
            await other.hear("welcome")
            await other.enter(at, at.mark(seat=1))
    assert sorted((await standings(store)).values()) == ["counts", "pending"]


async def test_a_revoked_tablet_is_closed_and_comes_again_only_to_deliver(store, at):
    limits = Limits(delivering_at_once=3, delivering_per_second=0.001)
    async with open_house(store, limits=limits) as house:
        async with house.tablet(at) as tablet:
            await tablet.hear("welcome")
            await store.book.revoke_device(at.contest, device=at.devices[0], by="chief")
            assert (await tablet.hear("seat_lost"))["reason"] == "revoked"
            assert (await tablet.hear("goodbye"))["code"] == "seat_revoked"
            with pytest.raises(ConnectionClosed) as closed:
                await tablet.socket.recv()
            assert closed.value.rcvd.code == 4403
        async with house.tablet(at) as tablet:
            assert (await tablet.hear("welcome"))["holds"] is False
            [receipt] = (await tablet.enter(at, at.mark()))["receipts"]
            assert (receipt["standing"], receipt["because"]) == ("pending", "seat_revoked")
            for _ in range(2):
                await tablet.enter(at, at.mark())
            assert (await tablet.enter(at, at.mark()))["code"] == "too_many_requests"
        async with house.tablet(at) as tablet:
            await tablet.hear("welcome")
            again = await tablet.enter(at, at.mark())
            assert again["code"] == "too_many_requests", "to connect again buys nothing"


async def test_a_revoked_tablet_cannot_fill_the_disk_however_often_it_comes(store, at):
    limits = Limits(delivered_at_once=3, delivered_per_second=0.0001)
    await store.book.revoke_device(at.contest, device=at.devices[0], by="chief")
    stored = []
    async with open_house(store, limits=limits) as house:
        for _ in range(4):
            async with house.tablet(at) as tablet:
                await tablet.hear("welcome")
                stored += [(await tablet.enter(at, at.mark()))["type"] for _ in range(2)]
    assert stored == ["marks_stored"] * 3 + ["refused"] * 5


async def test_a_token_that_nobody_ever_had_is_sent_away(store, at):
    async with open_house(store) as house, house.tablet(at) as peer:
        await peer.hear("welcome")
        async with house.board(at.event):
            pass
    at.devices[0] = "never-paired"
    async with open_house(store) as house, house.tablet(at) as peer:
        assert (await peer.hear())["code"] == "not_signed_in"


async def test_what_one_node_revokes_hands_over_or_seats_anew_another_hears_of_from_the_ledger(
    postgres_url, monkeypatch
):
    monkeypatch.setattr(rolls, "LOOK_SECONDS", 0.05)
    here, there = await open_store(postgres_url), await open_store(postgres_url)
    try:
        at = await paired(here)
        async with (
            open_house(here) as one,
            open_house(there, pace=QUICK) as two,
            two.tablet(at, 0) as first,
            two.tablet(at, 1) as second,
            two.tablet(at, 2) as third,
        ):
            for tablet in (first, second, third):
                await tablet.hear("welcome")
            await here.book.revoke_device(at.contest, device=at.devices[0], by="chief")
            await take(at, seat=1)
            assert (await first.hear("seat_lost"))["reason"] == "revoked"
            assert (await first.hear("goodbye"))["code"] == "seat_revoked"
            assert (await second.hear("seat_lost"))["reason"] == "handed_over"
            [receipt] = (await second.enter(at, at.mark(seat=1)))["receipts"]
            assert receipt["because"] == "seat_revoked"
            await until(lambda: at.devices[2] in two.live.attending._rolls._here)
            async with one.tablet(at, 2) as moved:
                await moved.hear("welcome")
                assert (await third.hear("goodbye"))["code"] == "opened_elsewhere"
                await moved.heard_nothing()
    finally:
        await there.close()
        await here.close()


async def test_a_process_that_hears_of_nothing_finds_out_by_asking(store, at):
    """Without a bell, and with a ledger that is not read for an hour: the question of every second tells it."""
    async with open_house(store, pace=ONLY_BY_BELL) as house, house.tablet(at) as tablet:
        await tablet.hear("welcome")
        house.live.hub._bell.set = lambda: None
        await until(lambda: at.devices[0] in house.live.attending._rolls._here)
        await store.book.revoke_device(at.contest, device=at.devices[0], by="chief")
        assert (await tablet.hear("seat_lost"))["reason"] == "revoked"


async def test_the_roll_says_who_is_there_and_how_it_is_doing(store, at):
    async with open_house(store) as house:
        async with house.tablet(at) as tablet:
            await tablet.hear("welcome")
            beat = {"type": "beat", "at": "2020-01-01T00:00:00Z", "unsent": 3, "battery": 41}
            await tablet.say(beat)
            await tablet.hear("beat")
            await tablet.enter(at, at.mark())
            house.live.attending._rolls._written = float("-inf")
            await until(lambda: house.live.attending._rolls._written > 0)

            now = await first_seat(at, lambda seat: seat.battery is not None)
            assert (now.number, now.connected, now.unsent, now.battery, now.clock_off) == (1, True, 3, 41, True)
            assert (now.device, now.lag_ms is not None, now.asks) == (at.devices[0], True, None)
            assert (await seats_now(store, at.event))[1].connected is False
        assert (await first_seat(at, lambda seat: not seat.connected)).heard_at
    [row] = await store.select(SeatStateRow.select())
    assert row["here"] == 0


async def test_a_tablet_learns_from_which_number_on_to_send_and_brings_everything_back(store, at):
    async with open_house(store) as house, house.tablet(at) as tablet:
        await tablet.hear("welcome")
        first, lost, third = at.mark(), at.mark(), at.mark()
        await tablet.enter(at, first)
        await tablet.say({"type": "enter_marks", "marks": [wire_form(third)]})
        assert (await tablet.hear("send_from"))["device_seq"] == lost.device_seq
        assert (await tablet.hear("marks_stored"))["receipts"][0]["mark"] == third.mark
        async with house.tablet(at) as again:
            welcome = await again.hear("welcome")
            assert (welcome["send_from"], welcome["next_device_seq"]) == (lost.device_seq, third.device_seq + 1)
            stored = await again.enter(at, lost, third)
            assert len(stored["receipts"]) == 2
            assert {head["seq"] for head in stored["heads"]} == {receipt["head"] for receipt in stored["receipts"]}
    assert len(await store.select(MarkRow.select(MarkRow.id))) == 3


async def test_tablets_are_told_how_far_their_contest_is_backed_up(store, at, monkeypatch):
    reached = {"seq": 0}

    async def backed_up(_store, contest):
        assert contest == at.contest
        return reached["seq"]

    monkeypatch.setattr(telling, "backed_up", backed_up)
    async with open_house(store) as house, house.tablet(at) as tablet:
        assert (await tablet.hear("welcome"))["backed_up"] == 0
        reached["seq"] = 4
        assert (await tablet.hear("backed_up"))["seq"] == 4
        await tablet.heard_nothing()
