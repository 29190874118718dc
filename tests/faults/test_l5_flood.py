"""L5: a flood of people who look at public pages: they are served or told when to come again, and judges first."""

from __future__ import annotations

import asyncio
import random
from collections import Counter

import pytest

from realtime.wires import sockets_allowed
from tests.faults.besieged import answered, asking, siege
from tests.faults.checker import check, stored_sqlite
from tests.faults.history import History, seed_of
from tests.faults.on_air import OnAir
from tests.realtime.house import paired
from tests.realtime.sockets import PATIENCE, until

KNOWN = {200, 304, 404}
COME_AGAIN = {429, 503}


@pytest.fixture
def store_url(sqlite_url):
    return sqlite_url


class Flood:
    """Connections from many addresses that ask for public pages as fast as they are answered."""

    def __init__(self, port, event):
        board = f"/api/public/events/{event}/board"
        self.port, self.pages = (
            port,
            (board, board, board, "/api/public/contests", "/", "/no-such-page", "/errors"),
        )
        self.answers, self.bad = Counter(), []

    async def ask(self, number):
        """One connection, for ever; who is cut off comes again."""
        local = (f"127.0.1.{1 + number % 200}", 0)
        while True:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=local)
            try:
                await self._on(reader, writer, random.Random(number))
            except (OSError, asyncio.IncompleteReadError) as broken:
                self.bad.append(repr(broken))
            finally:
                writer.close()

    async def _on(self, reader, writer, dice):
        tags = {}
        while True:
            page = dice.choice(self.pages)
            fields = [f"If-None-Match: {tags[page]}"] if page in tags and dice.random() < 0.5 else []
            writer.write(asking(page, self.port, *fields))
            status, headers, _ = await answered(reader)
            self.answers[status] += 1
            if "etag" in headers:
                tags[page] = headers["etag"]
            if status not in KNOWN | COME_AGAIN or (status in COME_AGAIN and int(headers["retry-after"]) < 1):
                self.bad.append((page, status, headers))

    @property
    def many(self):
        return self.answers.total()


async def flooded(store, store_url, folder, *, connections, answers, judges, rounds, in_all):
    """Let so many connections flood a hall whose judges mark, until so many answers and rounds of marks."""
    sockets_allowed()
    at = await paired(store, judges=judges, entries=12)
    await store.close()
    history = History(seed_of(20_261_120))
    async with siege(store_url, folder, settings={"requests_per_minute_in_all": in_all}) as served:
        address = f"ws://127.0.0.1:{served.port}/live/seat"
        air = OnAir(at, lambda: address, history, random.Random(1), silence=PATIENCE)
        flood = Flood(served.port, at.event)
        async with air.running():
            await until(lambda: all(tablet.connected for tablet in air.tablets))
            tasks = [asyncio.create_task(flood.ask(number)) for number in range(connections)]
            done, health = 0, Counter()
            async with asyncio.timeout(10 * PATIENCE):
                while done < rounds or flood.many < answers or not flood.answers[429]:
                    for tablet in air.tablets:
                        air.mark(tablet)
                    await until(lambda: all(tablet.drained for tablet in air.tablets))
                    health[(await served.get("/health"))[0]] += 1
                    done += 1
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            figures = await served.metric("jiangsai_live_faults_total")
    print(f"{done} rounds of marks in a flood of {dict(flood.answers)}; health {dict(health)}")
    assert flood.bad == []
    assert health.keys() == {200}, "whoever watches the service is not mistaken for the flood"
    assert {200, 304, 429} <= flood.answers.keys()
    assert figures == 0
    assert air.connections == judges, "no judge was cut off"
    assert check(history.lines, stored_sqlite(folder / "jiangsai.db")) == []


async def test_a_flood_is_served_or_told_when_to_come_again_and_every_mark_is_answered(store, store_url, tmp_path):
    await flooded(store, store_url, tmp_path, connections=40, answers=1500, judges=4, rounds=5, in_all=600)


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_two_thousand_connections_flood_a_hall_of_thirty_judges(store, store_url, tmp_path):
    await flooded(
        store, store_url, tmp_path, connections=2000, answers=150_000, judges=30, rounds=60, in_all=60_000
    )
