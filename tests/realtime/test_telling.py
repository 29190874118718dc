"""What tablets hear of that they did not do themselves, on real sockets."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from types import SimpleNamespace

import msgspec
import pytest

from contest.model.gate import Line
from contest.store.queries import plans
from contest.store.tables import (
    EntryRow,
    EventRow,
    PanelRow,
    SeasonRow,
    SeatRow,
    SessionEntryRow,
    SessionRow,
)
from realtime import telling
from tests.builders import FAULTS, PANEL, hall
from tests.realtime.house import open_house, paired
from tests.realtime.sockets import until


@pytest.fixture
async def at(store, monkeypatch):
    monkeypatch.setattr(telling, "MARKS_SECONDS", 0.05)
    return await paired(store)


@asynccontextmanager
async def tablets(store, at, *seats):
    """Tablets of these seats, welcomed, after the first look at the plan."""
    async with open_house(store) as house, AsyncExitStack() as connected:
        peers = [await connected.enter_async_context(house.tablet(at, seat)) for seat in seats]
        for peer in peers:
            await peer.hear("welcome")
        await until(lambda: house.live.hub._plan is not None)
        yield house, *peers


async def sheet_of(tablet, session) -> dict:
    await tablet.say({"type": "open_sheet", "session": session})
    return await tablet.hear("sheet")


async def test_an_entry_that_comes_late_and_an_aspect_that_goes_are_told_and_seen(store, at):
    async with tablets(store, at, 0) as (_, tablet):
        await store.apply(
            EntryRow.insert(
                EntryRow(id="late", contest=at.contest, event=at.event, kind="competitor", name="迟到")
            ),
            SessionEntryRow.insert(SessionEntryRow(id="place", session=at.session, entry="late", position=9)),
        )
        told = await tablet.hear()
        assert told == {"type": "session_changed", "session": at.session, "name": "第一场", "state": "opened"}
        assert [line["name"] for line in (await sheet_of(tablet, at.session))["entries"]] == [*at.entries, "迟到"]
        aspects = msgspec.json.encode([PANEL]).decode()
        await store.apply(SessionRow.update({SessionRow.aspects: aspects}).where(SessionRow.id == at.session))
        assert (await tablet.hear())["type"] == "session_changed"
        assert [card["aspect"] for card in (await sheet_of(tablet, at.session))["aspects"]] == [PANEL]


async def test_what_concerns_others_is_not_told(store, at):
    other = await hall(store, name="c2", opened=False)
    async with tablets(store, at, 0) as (house, tablet):
        await store.apply(
            EntryRow.update({EntryRow.name: "别人"}).where(EntryRow.id == other.entries[0]),
            SeasonRow.insert(SeasonRow(id="s", name="年度", year=2026)),
        )
        await other.pass_gate("opened")
        await at.stored(at.mark(8000, seat=1))
        await house.told(at)
        await tablet.heard_nothing()


async def test_a_session_that_goes_to_another_panel_leaves_one_tablet_and_comes_to_the_other(store, at):
    here = {"contest": at.contest, "event": at.event}
    await store.apply(
        PanelRow.insert(PanelRow(id="second", name="二组", **here)),
        SessionRow.insert(SessionRow(id="moving", stage="c1-stage", name="第二场", panel="c1-panel", **here)),
    )
    await store.apply(SeatRow.update({SeatRow.panel: "second"}).where(SeatRow.id == at.seats[2]))
    async with tablets(store, at, 0, 2) as (house, first, second):
        await store.apply(
            SessionRow.update({SessionRow.panel: "second", SessionRow.room: "乙室"}).where(
                SessionRow.id == "moving"
            )
        )
        assert [line["session"] for line in (await first.hear("welcome"))["sessions"]] == [at.session]
        lines = (await second.hear("welcome"))["sessions"]
        assert [(line["session"], line["room"], line["state"]) for line in lines] == [
            ("moving", "乙室", "planned")
        ]
        assert (await second.hear())["session"] == "moving"
        await first.say({"type": "open_sheet", "session": "moving"})
        assert (await first.hear())["code"] == "sheet_not_yours"
        await house.told(at)
        await first.heard_nothing()


async def test_a_judge_who_is_renamed_reads_the_new_name_and_marks_on(store, at):
    async with tablets(store, at, 0, 1) as (_, first, second):
        await store.apply(SeatRow.update({SeatRow.judge_name: "新裁判"}).where(SeatRow.id == at.seats[0]))
        assert (await first.hear())["judge_name"] == "新裁判"
        assert (await second.hear("welcome"))["judge_name"] == ""
        assert (await first.enter(at, at.mark(8000)))["type"] == "marks_stored"


async def test_a_seat_that_is_no_more_is_told_so(store, at):
    async with tablets(store, at, 0) as (_, tablet):
        await store.apply(SeatRow.delete().where(SeatRow.id == at.seats[0]))
        assert await tablet.hear() == {"type": "goodbye", "code": "seat_revoked"}


async def test_what_one_seat_marks_for_the_panel_the_others_hear_and_see_and_that_seat_does_not(store, at):
    async with tablets(store, at, 0, 1) as (house, first, second):
        mark = at.mark(1000, aspect=FAULTS)
        assert (await first.enter(at, mark))["type"] == "marks_stored"
        assert (await second.hear())["type"] == "session_changed"
        assert [line["mark"] for line in (await sheet_of(second, at.session))["marks"]] == [mark.mark]
        await house.told(at)
        await first.heard_nothing()
        [replaced] = await at.stored(at.mark(2000, aspect=FAULTS, seat=1, replaces=mark.mark))
        assert (await first.hear())["type"] == "session_changed"
        assert [line["mark"] for line in (await sheet_of(first, at.session))["marks"]] == [replaced.mark]


async def test_a_hundred_marks_for_the_panel_are_told_together_when_it_is_time(store, at, monkeypatch):
    pauses, go_on = [], asyncio.Semaphore(0)

    async def pause(seconds: float) -> None:
        if seconds == telling.COPIES_SECONDS:
            await asyncio.Event().wait()  # news of copies are none of this
        pauses.append(seconds)
        await go_on.acquire()

    monkeypatch.setattr(telling, "asyncio", SimpleNamespace(Event=asyncio.Event, sleep=pause))
    async with tablets(store, at, 1) as (house, tablet):
        newest = None
        for number in range(100):
            mark = at.mark(1000 * (number % 10), aspect=FAULTS, replaces=newest)
            [receipt] = await at.stored(mark)
            newest = mark.mark
        await until(lambda: house.live.hub._followed[at.contest] >= receipt.seq)
        await tablet.heard_nothing()
        go_on.release()
        assert (await tablet.hear())["type"] == "session_changed"
        await house.told(at)
        go_on.release()
        await until(lambda: len(pauses) == 3)
        await tablet.heard_nothing()
        assert set(pauses) == {telling.MARKS_SECONDS}
        assert [line["mark"] for line in (await sheet_of(tablet, at.session))["marks"]] == [newest]


async def test_what_the_chief_judge_decides_on_a_mark_is_told(store, at):
    await at.stored(at.mark(8000))
    waiting = at.mark(9000)
    await at.enter(waiting)
    async with tablets(store, at, 0) as (_, tablet):
        await at.settle(waiting.mark, accept=True)
        assert (await tablet.hear())["type"] == "session_changed"
        assert [(line["mark"], line["standing"]) for line in (await sheet_of(tablet, at.session))["marks"]] == [
            (waiting.mark, "counts")
        ]


async def test_a_ruling_and_the_names_that_come_out_are_told(store, at):
    await store.apply(EventRow.update({EventRow.blind: True}).where(EventRow.id == at.event))
    async with tablets(store, at, 0) as (_, tablet):
        await at.rule_entry(0, "disqualified")
        assert (await tablet.hear("session_changed"))["state"] == "opened"
        statuses = [line["status"] for line in (await sheet_of(tablet, at.session))["entries"]]
        assert sorted(statuses) == ["disqualified", "entered", "entered", "entered"]
        for gate in ("locked", "confirmed"):
            await at.pass_gate(gate)
            assert (await tablet.hear())["state"] == gate
        await at.pass_gate("unblinded", Line.IDENTITY)
        assert (await tablet.hear())["state"] == "confirmed"
        assert [line["name"] for line in (await sheet_of(tablet, at.session))["entries"]] == at.entries


async def test_a_reopened_session_is_told(store, at):
    await at.pass_gate("locked")
    async with tablets(store, at, 0) as (_, tablet):
        await at.reopen()
        assert (await tablet.hear())["state"] == "opened"


async def test_a_fault_delays_news_and_loses_none(store, at, monkeypatch):
    monkeypatch.setattr("realtime.supervising.AGAIN_SECONDS", 0.05)
    session, asked = plans.session, []

    async def broken(*args):
        asked.append(args)
        if len(asked) == 1:
            raise OSError("the database is away")
        return await session(*args)

    async with tablets(store, at, 0) as (_, tablet):
        monkeypatch.setattr(plans, "session", broken)
        await at.pass_gate("locked")
        await at.pass_gate("confirmed")
        assert [(await tablet.hear())["state"] for _ in range(2)] == ["locked", "confirmed"]


async def test_a_plan_that_changes_while_a_welcome_is_written_is_in_it(store, at, monkeypatch):
    write, written, go_on = telling.welcome_for, asyncio.Event(), asyncio.Event()

    async def slow(*args, **kwargs):
        welcome = await write(*args, **kwargs)
        written.set()
        await go_on.wait()
        return welcome

    monkeypatch.setattr("realtime.attending.welcome_for", slow)
    async with open_house(store) as house, house.tablet(at) as tablet:
        await written.wait()
        known = house.live.attending._telling
        await until(lambda: house.live.hub._plan is not None and not known._news)
        turn = known.turn
        await store.apply(SeatRow.update({SeatRow.judge_name: "新裁判"}).where(SeatRow.id == at.seats[0]))
        await until(lambda: known.turn == turn + 1)
        go_on.set()
        assert (await tablet.hear("welcome"))["judge_name"] == "新裁判"


async def test_nothing_is_kept_of_panels_whose_tablets_have_gone(store, at):
    async with open_house(store) as house:
        async with house.tablet(at) as tablet:
            await tablet.hear("welcome")
            assert house.live.attending._telling._panels
        await until(lambda: house.count("jiangsai_seats") == 0)
        await store.apply(EntryRow.delete().where(EntryRow.id == "nobody"))
        await until(lambda: not house.live.attending._telling._panels)
