"""L1: the server is killed under a full hall and starts again: everybody comes back, and judges are answered."""

from __future__ import annotations

import asyncio
import random
import signal

import pytest

from realtime.wires import sockets_allowed
from tests.faults.besieged import Besieged
from tests.faults.checker import check, stored_sqlite
from tests.faults.crowds import Crowd, board_rows
from tests.faults.history import History, seed_of
from tests.faults.on_air import OnAir
from tests.realtime.house import paired
from tests.realtime.sockets import PATIENCE, until

RECEIPTS = 3
"""So often each seat is answered while viewers still come back."""
WAVES = 2


@pytest.fixture
def store_url(sqlite_url):
    return sqlite_url


def answers_of(history):
    """How many marks each tablet got an answer for."""
    found = {}
    for line in history.lines:
        if line["kind"] == "answered":
            found[line["client"]] = found.get(line["client"], 0) + 1
    return found


async def stormed(store, store_url, folder, *, viewers, judges, kib, seed):
    """Fill a hall, kill its server, start it again, and keep the storm up until every seat was answered in it."""
    sockets_allowed()
    at = await paired(store, judges=judges, entries=12)
    await store.close()
    history, dice = History(seed), random.Random(seed)
    with Besieged() as nursery:
        served = nursery.open(store_url, folder)
        await until(served.answers)
        await board_rows(served, at.event)
        air = OnAir(at, lambda: f"ws://127.0.0.1:{served.port}/live/seat", history, dice, silence=PATIENCE)
        crowd = Crowd(served.port, at.event, viewers, dice)

        async def marking():
            while True:
                for tablet in air.tablets:
                    air.mark(tablet)
                await asyncio.sleep(0.5)

        async with air.running():
            judging = asyncio.create_task(marking())
            await until(lambda: len(answers_of(history)) == judges)
            empty = served.kib
            async with crowd.watching():
                await until(lambda: crowd.here == viewers, 4 * PATIENCE)
                await asyncio.to_thread(nursery.close, served, signal.SIGKILL)
                served = nursery.open(store_url, folder, port=served.port)
                for _ in range(WAVES):
                    await in_a_storm(crowd, history, judges)
                await until(lambda: crowd.here == viewers, 4 * PATIENCE)
                judging.cancel()
                await asyncio.wait([judging])
                await air.drained(4 * PATIENCE)
                shown = await crowd.all_see(served)
                each = (served.kib - empty) / viewers
            await until(lambda: crowd.here == 0)
        await asyncio.to_thread(nursery.close, served)
    print(f"{crowd.comings} comings of {viewers}, {air.connections} of {judges} tablets, {each:.1f} KiB a viewer")
    assert each <= kib
    assert len(shown) == 12
    assert not crowd.turned_away
    assert set(crowd.said) <= {"restarting"}
    assert check(history.lines, stored_sqlite(folder / "jiangsai.db")) == []
    return history, air


async def in_a_storm(crowd, history, judges):
    """Let viewers come back again and again until every seat was answered meanwhile."""
    before = answers_of(history)
    while True:
        now = answers_of(history)
        if len(now) == judges and all(now[seat] >= before.get(seat, 0) + RECEIPTS for seat in now):
            return
        if crowd.here == len(crowd.everybody):
            crowd.cut()
        await asyncio.sleep(0.05)


async def test_everybody_comes_back_after_a_kill_and_every_seat_is_answered_meanwhile(store, store_url, tmp_path):
    seed = seed_of(20_261_120)
    history, air = await stormed(store, store_url, tmp_path, viewers=300, judges=8, kib=160, seed=seed)
    assert air.connections >= 2 * len(air.tablets)
    assert {line["verdict"] for line in history.lines if line["kind"] == "answered"} <= {"stored", "pending"}


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_five_thousand_come_back_beside_as_many_judges_as_a_panel_may_have(store, store_url, tmp_path):
    await stormed(store, store_url, tmp_path, viewers=5000, judges=30, kib=64, seed=seed_of(20_261_120))
