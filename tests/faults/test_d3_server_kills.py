"""D3: the whole server is killed, again and again, while tablets mark: no answer is taken back."""

from __future__ import annotations

import asyncio
import os
import random
import signal

import pytest

from tests.faults.checker import check, stored_sqlite
from tests.faults.children import Nursery
from tests.faults.history import History, seed_of
from tests.faults.on_air import OnAir
from tests.journeys.running import free_port
from tests.realtime.house import paired
from tests.realtime.sockets import until

KILLS, NIGHTS_KILLS, PARTS = 3, 3000, 10


@pytest.fixture
def store_url(sqlite_url):
    return sqlite_url


async def killed(store, store_url, folder, *, seed, kills, judges, path=None):
    """Let tablets mark while their server is killed so often; return how many marks and answers there were."""
    at = await paired(store, judges=judges, entries=12)
    await store.close()
    history, dice, port = History(seed, path), random.Random(seed), free_port()
    air = OnAir(at, lambda: f"ws://127.0.0.1:{port}/live/seat", history, dice, silence=10.0)

    async def marking():
        while True:
            air.mark(dice.choice(air.tablets))
            await asyncio.sleep(0.4 / judges)

    with Nursery() as nursery:
        server = nursery.start("serve", url=store_url, port=port, folder=str(folder))
        async with air.running():
            judging = asyncio.create_task(marking())
            for _ in range(kills):
                await until(lambda: sum(tablet.connected for tablet in air.tablets) > judges // 2)
                until_then = len(history.lines) + dice.randint(0, 4 * judges)
                await until(lambda lines=until_then: len(history.lines) >= lines)
                os.kill(server, signal.SIGKILL)
                assert await asyncio.to_thread(nursery.wait, server) == -signal.SIGKILL
                server = nursery.start("serve", url=store_url, port=port, folder=str(folder))
            judging.cancel()
            await asyncio.wait([judging])
            await air.drained()
        os.kill(server, signal.SIGTERM)
        await asyncio.to_thread(nursery.wait, server)
    return history, air


def _answered(history):
    return sum(line["kind"] == "answered" for line in history.lines)


async def test_a_server_killed_under_the_load_of_forty_tablets_takes_nothing_back(store, store_url, tmp_path):
    seed = seed_of(20_261_120)
    history, air = await killed(store, store_url, tmp_path, seed=seed, kills=KILLS, judges=40)
    print(f"{KILLS} kills, {_answered(history)} answers, {air.connections} connections")
    assert check(history.lines, stored_sqlite(tmp_path / "jiangsai.db")) == []
    assert any(line["kind"] == "unknown" for line in history.lines)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("part", range(PARTS))
async def test_a_night_of_kills(store, store_url, tmp_path, part):
    seed, kills = seed_of(1000) + part, NIGHTS_KILLS // PARTS
    history, _ = await killed(store, store_url, tmp_path, seed=seed, kills=kills, judges=40)
    assert check(history.lines, stored_sqlite(tmp_path / "jiangsai.db")) == []
