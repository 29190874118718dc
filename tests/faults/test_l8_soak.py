"""L8: days of a hall in a row: whoever left leaves nothing behind, and what is held does not grow."""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from realtime.wires import sockets_allowed
from tests.faults.besieged import asking, siege
from tests.faults.checker import check, stored_sqlite
from tests.faults.crowds import Crowd, handshake, masked, watch
from tests.faults.history import History, seed_of
from tests.faults.on_air import OnAir
from tests.realtime.house import Peer, paired, token_of
from tests.realtime.sockets import PATIENCE, connect, until

VIEWERS, SEATS = 300, 50
"""Cycles of coming and leaving."""
NOISE = 20
"""So many more objects of a kind say nothing: what is kept for each who came is kept dozens of times."""
WAL_MIB = 64
MINUTES = 6.0
MARKS_AN_HOUR = 200_000 / 24
"""A contest of three days, day and night."""
SLOPE_KIB, MOST_NOISE_KIB = 1024, 6 * 1024


@pytest.fixture
def store_url(sqlite_url):
    return sqlite_url


class Strangers:
    """Who comes and leaves, in every way one can leave."""

    def __init__(self, served, at):
        self.served, self.at = served, at
        self.dice = random.Random(1)
        self.newest = {}
        self.ways = Counter()

    async def view(self, number):
        """Come, watch, leave."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.served.port)
        port, board = self.served.port, handshake("/live/board", self.served.port)
        way = ("close", "end", "reset", "unseen", "half a head", "no board", "page", "nothing")[number % 8]
        try:
            if way == "half a head":
                writer.write(board[: self.dice.randrange(len(board))])
            elif way == "page":
                writer.write(asking("/api/public/contests", port))
                await reader.readuntil(b"\r\n\r\n")
            elif way != "nothing":
                writer.write(board)
                await reader.readuntil(b"\r\n\r\n")
                event = "no-such-event" if way == "no board" else self.at.event
                writer.write(masked(watch(event)))
                if way != "unseen":
                    await reader.readexactly(40)
                if way == "close":
                    writer.write(masked(b"\x03\xe8", 8))
                    await reader.read()
                elif way == "end":
                    writer.write_eof()
                    await reader.read()
            self.ways[way] += 1
        finally:
            if way in ("reset", "unseen"):
                writer.transport.abort()
            writer.close()

    async def mark(self, number):
        """Take a seat, mark, have the receipt, leave."""
        seat, entry = number % len(self.at.seats), number % len(self.at.entries)
        mark = self.at.mark(100 * (number % 101), seat=seat, entry=entry, replaces=self.newest.get((seat, entry)))
        async with connect(f"ws://127.0.0.1:{self.served.port}/live/seat", close_timeout=PATIENCE) as socket:
            peer = Peer(socket)
            await peer.say({"type": "hello", "token": token_of(self.at, seat)})
            await peer.hear("welcome")
            assert (await peer.enter(self.at, mark))["receipts"][0]["standing"] == "counts"
            self.newest[seat, entry] = mark.mark
            if number % 2:
                socket.transport.abort()

    async def come_and_go(self, viewers, seats, together=20):
        """So many come and leave, some at a time."""
        for start in range(0, viewers, together):
            await asyncio.gather(*(self.view(start + number) for number in range(together)))
            for number in range(start * seats // viewers, (start + together) * seats // viewers):
                await self.mark(number)


class Held:
    """What a server holds at a moment."""

    @classmethod
    async def by(cls, served):
        held = cls()
        held.alive = await served.alive()
        held.sockets, held.descriptors, held.threads = served.sockets, served.descriptors, served.threads
        return held

    def leaks_since(self, before):
        """What there is more of than there was."""
        found = {
            name: (before.alive[name], count)
            for name, count in self.alive.items()
            if count > before.alive[name] + NOISE and not name.startswith("contest.")
        }
        for name in ("sockets", "descriptors", "threads"):
            was, now = getattr(before, name), getattr(self, name)
            if now > was + (4 if name == "threads" else 2):
                found[name] = (was, now)
        return found


async def left_behind(served, before, seconds=PATIENCE):
    """What is still held when everybody has had time to go; {} as soon as nothing is."""
    end = time.monotonic() + seconds
    while True:
        leaks = (await Held.by(served)).leaks_since(before)
        if not leaks or time.monotonic() >= end:
            return leaks
        await asyncio.sleep(0.2)


async def test_hundreds_come_and_leave_and_nothing_of_them_is_kept(store, store_url, tmp_path):
    at = await paired(store)
    await store.close()
    quick = {"QuickHead.HEAD_SECONDS": 2.0}
    async with siege(store_url, tmp_path, deadlines=quick, options={"timeout_keep_alive": 1}) as served:
        strangers = Strangers(served, at)
        await strangers.come_and_go(40, 6)
        await until(lambda: served.sockets < 20)
        before = await Held.by(served)
        await strangers.come_and_go(VIEWERS, SEATS)
        assert await left_behind(served, before) == {}
        assert await served.metric("jiangsai_viewers") == 0
        assert await served.metric("jiangsai_seats") == 0
        assert set(strangers.ways.values()) != {0}
        assert len(strangers.ways) == 8
        # The same look must find what is kept: here because they are still there.
        crowd = Crowd(served.port, at.event, NOISE + 5, random.Random(1))
        async with crowd.watching():
            await until(lambda: crowd.here == NOISE + 5)
            kept = await left_behind(served, before, seconds=0)
            assert {"realtime.transport.FanOut", "realtime.watching.Viewer", "tasks", "sockets"} <= kept.keys()


class Days:
    """A hall that is served for days: marks all the time, viewers who come and go, backups, new keys."""

    def __init__(self, served, url, folder, air, crowd):
        self.served, self.air, self.crowd, self.folder = served, air, crowd, folder
        self.environment = {**os.environ, "DATABASE_URL": url, "JIANGSAI_SIGNING_KEY": str(folder / "signing.pem")}
        (folder / "copies").mkdir()
        self.samples = []

    async def run(self, *words):
        """A command of the product, beside the server."""
        command = [sys.executable, "-m", "contest.cli", *words]
        program = await asyncio.create_subprocess_exec(
            *command, env=self.environment, cwd=Path(__file__).parents[2], stdout=asyncio.subprocess.DEVNULL
        )
        assert await program.wait() == 0, words

    async def day(self, strangers):
        """One day."""
        for number in range(40):
            for tablet in self.air.tablets:
                self.air.mark(tablet)
                self.air.mark(tablet)
            if number % 10 == 0:
                self.crowd.cut()
                await strangers.come_and_go(40, 0)
            await asyncio.sleep(0.05)
        await self.air.drained(4 * PATIENCE)
        await self.run("backup", "--to", str(self.folder / "copies"), "--keep", "3")
        await until(lambda: self.crowd.here == len(self.crowd.everybody), 4 * PATIENCE)

    async def sample(self):
        """What is held in the evening."""
        held = await Held.by(self.served)
        held.kib = self.served.kib
        held.marks = sum(len(tablet.kept) for tablet in self.air.tablets)
        held.wal = (self.folder / "jiangsai.db-wal").stat().st_size / 2**20
        self.samples.append(held)


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_after_days_of_a_full_hall_no_more_is_held_than_after_the_first(store, store_url, tmp_path):
    sockets_allowed()
    at = await paired(store, judges=10, entries=50)
    await store.close()
    history, dice = History(seed_of(20_261_120)), random.Random(1)
    quick = {"QuickHead.HEAD_SECONDS": 2.0}
    async with siege(store_url, tmp_path, deadlines=quick, options={"timeout_keep_alive": 1}) as served:
        address = f"ws://127.0.0.1:{served.port}/live/seat"
        air = OnAir(at, lambda: address, history, dice, silence=PATIENCE)
        crowd = Crowd(served.port, at.event, 200, dice)
        days = Days(served, store_url, tmp_path, air, crowd)
        began = time.monotonic()
        async with air.running(), crowd.watching():
            await until(lambda: all(tablet.connected for tablet in air.tablets))
            while time.monotonic() < began + 60 * MINUTES or len(days.samples) < 9:
                await days.day(Strangers(served, at))
                await days.sample()
    judged(days.samples)
    assert check(history.lines, stored_sqlite(tmp_path / "jiangsai.db")) == []


def judged(samples):
    """Compare the last third of the days with the second; the first is for warming up."""
    third = len(samples) // 3
    middle, last = samples[third : 2 * third], samples[-third:]
    for name in ("kib", "descriptors", "threads", "sockets", "wal"):
        print(f"{name:12} {' '.join(f'{getattr(held, name):.0f}' for held in samples)}")
    hours = (last[third // 2].marks - middle[third // 2].marks) / MARKS_AN_HOUR
    growth = statistics.median(held.kib for held in last) - statistics.median(held.kib for held in middle)
    print(f"{samples[-1].marks} marks; {growth:.0f} KiB more in {hours:.2f} hours of a contest")
    assert growth <= SLOPE_KIB * hours + MOST_NOISE_KIB
    assert max(held.wal for held in samples) <= WAL_MIB
    for name in ("descriptors", "threads", "sockets"):
        assert max(getattr(held, name) for held in last) <= max(getattr(held, name) for held in middle) + 8
    tasks = [statistics.median(held.alive["tasks"] for held in some) for some in (middle, last)]
    assert tasks[1] <= tasks[0] + NOISE
