"""L2: a hall full of viewers while results come: everybody gets every step, and whoever missed one catches up."""

from __future__ import annotations

import asyncio
import random
import time

import pytest

from realtime.wires import sockets_allowed
from tests.faults.besieged import siege
from tests.faults.checker import check, stored_sqlite
from tests.faults.crowds import Crowd
from tests.faults.history import History, seed_of
from tests.faults.on_air import OnAir
from tests.realtime.house import paired
from tests.realtime.sockets import PATIENCE, until

A_SECOND = 5
"""Results a second."""
LEAVERS = 10
"""One in so many is cut off in between and comes back."""


@pytest.fixture
def store_url(sqlite_url):
    return sqlite_url


async def broadcast(store, store_url, folder, *, viewers, seconds, skipping=False):
    """Let results come for so long while so many watch and some come and go.

    `skipping`: the viewers may be slower than the server, so that it leaves steps out and sends them whole boards.
    """
    sockets_allowed()
    at = await paired(store, judges=A_SECOND, entries=30)
    await store.close()
    history, dice = History(seed_of(20_261_120)), random.Random(1)
    async with siege(store_url, folder) as served:
        address = f"ws://127.0.0.1:{served.port}/live/seat"
        air = OnAir(at, lambda: address, history, dice, silence=PATIENCE)
        crowd = Crowd(served.port, at.event, viewers, dice)
        watched = crowd.everybody[0]
        recorded(watched, history, at.event)
        async with air.running(), crowd.watching():
            await until(lambda: crowd.here == viewers, 4 * PATIENCE)
            leavers, began = crowd.everybody[1::LEAVERS], time.monotonic()
            while time.monotonic() < began + seconds or watched.steps < max(5, seconds // 4):
                for tablet in air.tablets:
                    air.mark(tablet)
                    await asyncio.sleep(1 / A_SECOND)
                dice.choice(leavers).transport.abort()
            await air.drained(4 * PATIENCE)
            rows = await crowd.all_see(served)
        steps = [one.steps for one in crowd.everybody]
    print(f"{sum(steps)} steps to {viewers} viewers, {crowd.comings} comings")
    history.write("may_see", viewer="watched", event=at.event, rows=rows)
    assert sum(one.gaps for one in crowd.everybody) == 0, "a step follows what was there, also after catching up"
    stayed = [one for one in crowd.everybody if one not in leavers]
    if not skipping:
        assert {one.boards for one in stayed} == {1}
        assert len({one.steps for one in stayed}) == 1, "who stays gets each step"
    assert crowd.comings > viewers
    assert not crowd.turned_away
    assert not crowd.said
    assert check(history.lines, stored_sqlite(folder / "jiangsai.db")) == []


def recorded(onlooker, history, event):
    """Write down what one viewer is told, for the judge of runs."""
    hear = onlooker.hear

    def heard(told):
        if told.type in ("reset", "moved"):
            rows = {row.entry: row.points for row in told.rows}
            fields = {"message": told.type, "epoch": told.epoch, "after": told.after, "version": told.version}
            history.write("saw", viewer="watched", event=event, rows=rows, gone=told.gone, **fields)
        hear(told)

    onlooker.hear = heard


async def test_each_of_a_hundred_and_fifty_gets_every_step(store, store_url, tmp_path):
    await broadcast(store, store_url, tmp_path, viewers=150, seconds=4)


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_each_of_five_thousand_gets_every_step(store, store_url, tmp_path):
    await broadcast(store, store_url, tmp_path, viewers=5000, seconds=120, skipping=True)
