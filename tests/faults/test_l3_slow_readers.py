"""L3: viewers who read nothing, or a thousand bytes a second, are cut off, and nobody else notices them."""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import ExitStack, asynccontextmanager

import pytest

from bench.live.kernel import kernel_kib
from realtime.wires import sockets_allowed
from tests.faults.besieged import siege
from tests.faults.checker import check, stored_sqlite
from tests.faults.crowds import Crowd, closing, unreading, watch
from tests.faults.history import History, seed_of
from tests.faults.on_air import OnAir
from tests.realtime.house import paired
from tests.realtime.sockets import PATIENCE, until

SOON = {"FanOut.STALL_SECONDS": 1.0, "FanOut.LOOK_SECONDS": 0.25}
NEVER = {"FanOut.STALL_SECONDS": 10.0**9, "FanOut.LOOK_SECONDS": 0.25}
UNASKED = {"ws_ping_interval": 3600.0, "ws_ping_timeout": 3600.0}
"""Nobody is pinged: who goes, goes because they do not read."""
PROCESS_KIB, KERNEL_KIB = 112, 128
"""What one costs at most for whom a whole board of 30 KB waits twice, in the process and in the kernel; without
bounds it were megabytes. With steps of usual size it is a third of that (`bench.live.stalled`)."""
ENTRIES = 200
BOARDS_ASKED = 8
"""So often each asks for the whole board of some 30 KB, and takes none of it."""


@pytest.fixture
def store_url(sqlite_url):
    return sqlite_url


class Trickle:
    """Sockets of which so many bytes a second are read, and no more."""

    def __init__(self, sockets, rate):
        self.sockets, self.rate = list(sockets), rate

    async def read(self, every=0.25):
        """Read for ever; who is cut off is forgotten."""
        while True:
            for one in tuple(self.sockets):
                try:
                    if not one.recv(int(self.rate * every)):
                        self.sockets.remove(one)
                except BlockingIOError:
                    pass
                except OSError:
                    self.sockets.remove(one)
            await asyncio.sleep(every)


@asynccontextmanager
async def stalled(store, store_url, folder, *, each, quick, deadlines, options=UNASKED):
    """A hall at work, and in it some who read nothing, as many who read slowly, and some who read everything."""
    sockets_allowed()
    at = await paired(store, judges=3, entries=ENTRIES)
    await store.close()
    history, dice = History(seed_of(20_261_120)), random.Random(1)
    async with siege(store_url, folder, deadlines=deadlines, options=options) as served:
        air = OnAir(at, lambda: f"ws://127.0.0.1:{served.port}/live/seat", history, dice, silence=PATIENCE)
        crowd = Crowd(served.port, at.event, quick, dice)
        async with air.running(), crowd.watching():
            await until(lambda: crowd.here == quick and all(tablet.connected for tablet in air.tablets))
            hall = Hall(served, air, crowd, at)
            await hall.marked(5)
            await until(lambda: all(one.steps for one in crowd.everybody))
            hall.before = served.kib, kernel_kib(served.port), served.sockets
            asked = [watch(at.event)] * BOARDS_ASKED

            def strangers():
                return [unreading(served.port, *asked) for _ in range(each)]

            with ExitStack() as stack:
                hall.silent = stack.enter_context(closing(await asyncio.to_thread(strangers)))
                hall.trickle = Trickle(stack.enter_context(closing(await asyncio.to_thread(strangers))), 1000)
                reading = asyncio.create_task(hall.trickle.read())
                try:
                    yield hall
                finally:
                    reading.cancel()
                    await asyncio.wait([reading])
        await until(lambda: crowd.here == 0)
    assert check(history.lines, stored_sqlite(folder / "jiangsai.db")) == []


class Hall:
    """What goes on beside those who do not read."""

    def __init__(self, served, air, crowd, at):
        self.served, self.air, self.crowd, self.at = served, air, crowd, at
        self.rounds, self.process, self.kernel = 0, 0.0, 0.0
        """Rounds of marks, and the most MiB that strangers cost in the process and, on its side, in the kernel."""

    async def marked(self, rounds):
        """Each judge makes a mark, and is answered, so often."""
        for _ in range(rounds):
            for tablet in self.air.tablets:
                self.air.mark(tablet)
            await until(lambda: all(tablet.drained for tablet in self.air.tablets))
            self.rounds += 1

    @property
    def strangers(self):
        """How many of those who do not read are still there."""
        return self.served.sockets - self.before[2]

    async def go_on(self, over):
        """Let judges be answered and boards go out until it is over."""
        while not over():
            await self.marked(1)
            process, kernel = self.served.kib - self.before[0], kernel_kib(self.served.port) - self.before[1]
            self.process, self.kernel = max(self.process, process / 1024), max(self.kernel, kernel / 1024)
            await asyncio.sleep(0.05)

    async def all_saw(self):
        """Return when all who read have the board, without ever having missed a step."""
        await self.crowd.all_see(self.served)
        assert self.crowd.comings == len(self.crowd.everybody), "nobody who reads was cut off"
        assert {(one.boards, one.gaps) for one in self.crowd.everybody} == {(1, 0)}
        assert min(one.steps for one in self.crowd.everybody) >= 2


async def test_who_reads_nothing_or_hardly_anything_is_cut_off_and_nobody_else_notices(store, store_url, tmp_path):
    async with stalled(store, store_url, tmp_path, each=20, quick=20, deadlines=SOON) as hall:
        assert hall.strangers > 0
        async with asyncio.timeout(4 * PATIENCE):
            await hall.go_on(lambda: hall.strangers == 0)
        await hall.all_saw()
        print(f"{hall.rounds} rounds of marks meanwhile, {hall.process:.1f} and {hall.kernel:.1f} MiB")
        assert hall.process <= 2 * 20 * 2 * PROCESS_KIB / 1024  # few of them: what else goes on counts as much
        assert hall.kernel <= 2 * 20 * KERNEL_KIB / 1024


async def test_without_the_clock_that_cuts_them_off_they_stay(store, store_url, tmp_path):
    async with stalled(store, store_url, tmp_path, each=5, quick=2, deadlines=NEVER) as hall:
        began, rounds = time.monotonic(), hall.rounds
        await hall.go_on(lambda: time.monotonic() > began + 3 and hall.rounds > rounds + 5)
        assert hall.strangers == 10


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_two_hundred_of_each_cost_little_and_are_gone_by_the_deadlines_of_the_product(
    store, store_url, tmp_path
):
    async with stalled(store, store_url, tmp_path, each=200, quick=200, deadlines={}, options={}) as hall:
        async with asyncio.timeout(4 * PATIENCE):
            await hall.go_on(lambda: hall.strangers == 0)
        await hall.all_saw()
        print(f"{hall.rounds} rounds of marks meanwhile, {hall.process:.1f} and {hall.kernel:.1f} MiB")
        assert hall.process <= 2 * 200 * PROCESS_KIB / 1024
        assert hall.kernel <= 2 * 200 * KERNEL_KIB / 1024
