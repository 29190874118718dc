"""Simulated judges against the real service."""

import asyncio

import pytest

from contest.store.tables import MarkRow
from realtime.deeds import Limits
from realtime.protocol import RefusedMark
from seed import judges
from seed.judges import Dismissed, Draft, SimulatedJudge
from seed.panel import run_panel
from tests.builders import PANEL, standings, unbroken
from tests.realtime.house import open_house, paired, token_of
from tests.realtime.sockets import PATIENCE, until


@pytest.fixture
async def at(store):
    return await paired(store)


def address(house) -> str:
    return f"http://127.0.0.1:{house.port}"


async def test_a_judge_sends_marks_in_order_and_gets_a_verdict_for_each(store, at):
    async with open_house(store) as house:
        judge = SimulatedJudge(address(house), token_of(at, 0))
        async with judge.seated() as welcome:
            assert welcome.seat == at.seats[0]
            drafts = [Draft(at.session, entry, PANEL, 7000) for entry in at.entries]
            drafts[1] = drafts[1]._replace(value=99_000)
            verdicts = await judge.enter(drafts)
            assert [getattr(verdict, "standing", verdict) for verdict in verdicts][::2] == ["counts", "counts"]
            assert isinstance(verdicts[1], RefusedMark)
            assert verdicts[1].code == "mark_out_of_range"
            assert [verdict.device_seq for verdict in verdicts] == [1, 2, 3, 4]


async def test_whatever_happens_to_the_connection_each_mark_is_stored_exactly_once(store, at, monkeypatch):
    monkeypatch.setattr(judges, "AT_ONCE", 5)
    monkeypatch.setattr(judges, "ON_THE_WAY", 10)
    async with open_house(store) as house:
        judge = SimulatedJudge(address(house), token_of(at, 0))
        async with judge.seated():
            entering = asyncio.create_task(
                judge.enter([Draft(at.session, at.entries[0], PANEL, 100 * n) for n in range(60)])
            )
            for drops in range(1, 5):
                await until(lambda drops=drops: len(judge._outbox) <= 60 - 10 * drops)
                await judge.drop()
                await until(lambda drops=drops: judge.connections > drops)
            async with asyncio.timeout(PATIENCE):
                verdicts = await entering
        assert judge.connections == 5
        assert len({verdict.seq for verdict in verdicts}) == 60
    rows = await store.select(MarkRow.select(MarkRow.device_seq))
    assert sorted(row["device_seq"] for row in rows) == list(range(1, 61))
    assert await unbroken(at)


async def test_a_tablet_that_was_offline_all_day_delivers_three_thousand_marks_at_once(store):
    at = await paired(store, entries=8)  # one place takes five hundred
    async with open_house(store) as house:
        judge = SimulatedJudge(address(house), token_of(at, 0))
        async with judge.seated():
            drafts = [Draft(at.session, at.entries[n % 8], PANEL, 100 * (n % 100)) for n in range(3000)]
            verdicts = await judge.enter(drafts)
        assert [verdict.device_seq for verdict in verdicts] == list(range(1, 3001))
        assert house.count("jiangsai_live_refused_total", code="too_many_requests") == 0
        assert judge.connections == 1
    assert len(await store.select(MarkRow.select(MarkRow.id))) == 3000


async def test_a_panel_marks_everything_it_is_shown(store, at):
    async with open_house(store) as house:
        tokens = [token_of(at, seat) for seat in range(3)]
        stored = await run_panel(address(house), tokens, seconds_per_mark=0.001)
        # Four entries: one aspect by each of three judges, one deduction by the first; theory comes from outside.
        assert stored == 4 * 3 + 4
        assert set((await standings(store)).values()) == {"counts"}
        assert await run_panel(address(house), tokens, seconds_per_mark=0.001) == 0


async def test_a_judge_whose_tablet_is_revoked_is_dismissed(store, at):
    async with open_house(store) as house:
        judge = SimulatedJudge(address(house), token_of(at, 0))
        async with judge.seated():
            await store.book.revoke_device(at.contest, device=at.devices[0], by="chief")

            async def go_on() -> None:
                while True:
                    [late] = await judge.enter([Draft(at.session, at.entries[0], PANEL, 7000)])
                    assert (late.standing, late.because) == ("pending", "seat_revoked")

            with pytest.raises(Dismissed, match="seat_revoked"):
                async with asyncio.timeout(PATIENCE):
                    await go_on()


async def test_a_judge_with_nothing_to_mark_says_in_time_that_it_is_there(store, at):
    async with open_house(store, limits=Limits(beat_seconds=1, silent_beats=60)) as house:
        judge = SimulatedJudge(address(house), token_of(at, 0))
        async with judge.seated():
            [attendance] = house.live.attending._all
            for _ in range(3):
                heard = attendance.line._heard
                await until(lambda heard=heard: attendance.line._heard > heard)
            assert judge.connections == 1
            assert house.count("jiangsai_seats") == 1
