"""L4: heads and bodies that drip, lines that say nothing, networks that go silent: judges notice nothing of it."""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import pytest

from realtime.wires import sockets_allowed
from tests.faults.besieged import asking, siege
from tests.faults.checker import check, stored_sqlite
from tests.faults.crowds import Crowd, handshake, masked
from tests.faults.history import History, seed_of
from tests.faults.on_air import OnAir
from tests.faults.proxy import proxied
from tests.realtime.house import paired
from tests.realtime.sockets import PATIENCE, until

SOON = {"QuickHead.HEAD_SECONDS": 1.0, "QuickHead.BODY_SECONDS": 1.5, "FanOut.LINGER_SECONDS": 0.2}
PINGS = {"ws_ping_interval": 0.5, "ws_ping_timeout": 1.0, "timeout_keep_alive": 1}
KEPT = {"ws_ping_interval": 3600.0, "timeout_keep_alive": 3600}
DRIP = 0.1
"""Seconds between two bytes."""


@pytest.fixture
def store_url(sqlite_url):
    return sqlite_url


@dataclass
class Slow:
    """A way to be slow: what is said at once, and what drips behind it."""

    at_once: bytes
    drip: bytes = b""


def ways(port, event):
    """The ways in which strangers hold connections."""
    head = asking("/", port)[:-2]
    body = ("Content-Type: application/json", "Content-Length: 60000")
    upgrade = handshake("/live/board", port)
    watching = upgrade + masked(b'{"type":"watch","event":"%s"}' % event)
    return {
        "says nothing": Slow(b""),
        "a head that drips": Slow(head, b"X-Slow: " + b"x" * 10_000),
        "a request line that drips": Slow(b"", b"GET /" + b"x" * 10_000),
        "blank lines that drip": Slow(b"", b"\r\n" * 5_000),
        "a body that drips": Slow(asking("/api/sign-in", port, *body, method="POST"), b" " * 10_000),
        "a chunk that drips": Slow(
            asking("/api/sign-in", port, body[0], "Transfer-Encoding: chunked", method="POST") + b"ffff\r\n",
            b" " * 10_000,
        ),
        "a second head that drips": Slow(asking("/health", port) + head, b"X-Slow: " + b"x" * 10_000),
        "an upgrade that drips": Slow(upgrade[:-2], b"X-Slow: " + b"x" * 10_000),
        "an upgraded line that never answers": Slow(watching),
        "a frame that drips": Slow(watching, b"\x81\xfe\xea\x60" + bytes(9_996)),
    }


class Strangers:
    """Connections that are slow in every way."""

    def __init__(self, served, event, each):
        self.open = {}
        self.bytes = 0
        self._port, self._each = served.port, each
        self.ways = ways(served.port, event.encode())

    @asynccontextmanager
    async def holding(self):
        """Hold connections, and drip into them."""
        holding = [self._hold(name, slow) for name, slow in self.ways.items() for _ in range(self._each)]
        tasks = [asyncio.create_task(one) for one in holding]
        await until(lambda: len(self.open) == len(tasks))
        try:
            yield self
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def _hold(self, name, slow):
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        self.open[writer] = name
        reading = asyncio.create_task(reader.read())  # whatever comes
        try:
            writer.write(slow.at_once)
            for byte in slow.drip:
                writer.write(bytes([byte]))
                self.bytes += 1
                await asyncio.sleep(DRIP)
                if reading.done():
                    break
            with suppress(OSError):
                await reading
        finally:
            reading.cancel()
            with suppress(OSError, asyncio.CancelledError):
                await reading
            writer.close()
            del self.open[writer]


@asynccontextmanager
async def at_work(store, store_url, folder, **about):
    """A served hall whose judges mark all the while."""
    sockets_allowed()
    at = await paired(store, judges=3, entries=6)
    await store.close()
    history = History(seed_of(20_261_120))
    async with siege(store_url, folder, **about) as served:
        air = OnAir(
            at, lambda: f"ws://127.0.0.1:{served.port}/live/seat", history, random.Random(1), silence=PATIENCE
        )
        async with air.running():
            await until(lambda: all(tablet.connected for tablet in air.tablets))
            yield served, air, served.sockets
    assert check(history.lines, stored_sqlite(folder / "jiangsai.db")) == []
    if "options" not in about:  # a test's short pings may also find a test slow
        assert air.connections == len(air.tablets), "no judge was cut off"


async def go_on(air, over):
    """Let every judge mark and be answered until it is over; how often."""
    rounds = 0
    async with asyncio.timeout(4 * PATIENCE):
        while not over():
            for tablet in air.tablets:
                air.mark(tablet)
            await until(lambda: all(tablet.drained for tablet in air.tablets))
            await asyncio.sleep(0.1)
            rounds += 1
    return rounds


async def slow_ones_go(store, store_url, folder, *, each, **about):
    async with at_work(store, store_url, folder, **about) as (served, air, before):
        async with Strangers(served, air.at.event, each).holding() as strangers:
            assert served.sockets > before
            rounds = await go_on(air, lambda: served.sockets == before)
            print(f"all gone after {rounds} rounds of marks and {strangers.bytes} drops")
        assert rounds > 1


async def test_whoever_sends_slowly_in_any_way_is_let_go_and_judges_are_answered(store, store_url, tmp_path):
    await slow_ones_go(store, store_url, tmp_path, each=4, deadlines=SOON, options=PINGS)


async def test_uvicorns_own_protocols_hold_them(store, store_url, tmp_path):
    async with at_work(store, store_url, tmp_path, stock=True, options=KEPT) as (served, air, before):
        strangers = Strangers(served, air.at.event, 2)
        until_then = time.monotonic() + 3 * max(SOON.values())
        async with strangers.holding():
            await go_on(air, lambda: time.monotonic() > until_then)
            assert served.sockets - before >= 2 * (len(strangers.ways) - 2)
            assert set(strangers.open.values()) >= {"says nothing", "a head that drips", "a body that drips"}


async def half_open(store, store_url, folder, *, many, **about):
    """Viewers and tablets behind a network that swallows everything from one moment on."""
    async with (
        at_work(store, store_url, folder, **about) as (served, air, before),
        proxied(served.port, 1) as proxy,
    ):
        crowd = Crowd(proxy.port, air.at.event, many, random.Random(2), back_off=3600.0)
        async with crowd.watching():
            await until(lambda: crowd.here == many, 4 * PATIENCE)
            assert served.sockets == before + many
            proxy.turn(black_hole=True)
            rounds = await go_on(air, lambda: served.sockets == before)
            print(f"all gone after {rounds} rounds of marks")
            assert await served.metric("jiangsai_viewers") == 0


async def test_whoever_a_network_swallowed_is_let_go_within_the_time_of_a_ping(store, store_url, tmp_path):
    await half_open(store, store_url, tmp_path, many=10, deadlines=SOON, options=PINGS)


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_hundreds_are_let_go_by_the_deadlines_of_the_product(store, store_url, tmp_path):
    await slow_ones_go(store, store_url, tmp_path, each=100)


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_two_hundred_half_open_lines_are_let_go_by_the_pings_of_the_product(store, store_url, tmp_path):
    await half_open(store, store_url, tmp_path, many=200)
