"""L7: marks over the network of a hall, through a proxy that is told how bad it is: none is lost, none doubled."""

from __future__ import annotations

import asyncio
import random
import socket

import pytest

from tests.faults.checker import check, stored_sqlite
from tests.faults.history import History, seed_of
from tests.faults.on_air import OnAir
from tests.faults.proxy import proxied
from tests.realtime.house import open_house, paired
from tests.realtime.sockets import until

NAMELESS = "nowhere"
SEVERAL = 8
"""Connections that a torn network must have broken."""


@pytest.fixture
def store_url(sqlite_url):
    return sqlite_url


class Hall:
    """Tablets behind a proxy in front of a served live part."""

    def __init__(self, air, proxy, dice):
        self.air, self.proxy, self.dice = air, proxy, dice

    async def marking(self, marks):
        """Every judge makes so many marks, whatever the network does meanwhile."""
        for _ in range(marks):
            for tablet in self.air.tablets:
                self.air.mark(tablet)
            await asyncio.sleep(0.02)

    def torn(self, wanted):
        """Whether tablets had to connect so often; whoever is connected by luck is cut off."""
        if all(tablet.connected for tablet in self.air.tablets):
            self.proxy.cut()
        return self.air.attempts >= wanted

    async def back(self):
        """The network is good again; return how long it took until nothing waited any more."""
        self.proxy.turn()
        self.air.online()
        return await self.air.drained()


async def through(store, at, *weathers, marks=10, silence=1.5, seed=20_261_120):
    """Mark through one weather after the other, come back, and let the judge of runs say what is wrong."""
    seed, names = seed_of(seed), []
    history, dice = History(seed), random.Random(seed)
    async with open_house(store) as house, proxied(house.port, seed) as proxy:

        def address():
            if names:
                raise socket.gaierror("no such name")
            return f"ws://127.0.0.1:{proxy.port}/live/seat"

        air = OnAir(at, address, history, dice, silence=silence)
        hall = Hall(air, proxy, dice)
        async with air.running():
            await until(lambda: all(tablet.connected for tablet in air.tablets))
            for weather in weathers:
                names[:] = [NAMELESS] if weather == NAMELESS else []
                proxy.turn(**({} if weather == NAMELESS else weather))
                torn = weather != NAMELESS and weather.keys() & {"resets", "reset_after"}
                before = air.attempts
                if torn or weather == NAMELESS or weather.get("gone") or weather.get("captive"):
                    proxy.cut()
                await hall.marking(marks)
                if torn:
                    await until(lambda wanted=before + SEVERAL: hall.torn(wanted))
                elif weather == NAMELESS or not weather.get("latency", weather.get("rate")):
                    await until(lambda: air.unsent > 0)
                    await until(lambda: not any(tablet.connected for tablet in air.tablets))
            names.clear()
            took = await hall.back()
    print(f"{air.connections} connections, drained {took:.2f} s after the return; {sorted(air.trouble)}")
    marked = sum(len(tablet.kept) for tablet in air.tablets)
    assert marked == marks * len(weathers) * len(air.tablets)
    assert check(history.lines, stored_sqlite(at.store.engine.path)) == []
    return air


SLOW = {"latency": 0.3, "jitter": 0.2, "resets": 0.2}
TORN = {"latency": 0.1, "jitter": 0.1, "resets": 0.8}


@pytest.mark.parametrize(
    "weather",
    [{"black_hole": True}, {"captive": True}, {"gone": True}, {"stop_reading": True}, NAMELESS],
    ids=["black-out", "captive portal", "refused", "one way only", "no name"],
)
async def test_an_outage_keeps_marks_on_the_tablets_and_they_arrive_once_after_it(store, weather):
    air = await through(store, await paired(store), weather, marks=5, silence=0.5)
    assert all(kept.state != "saved" for tablet in air.tablets for kept in tablet.kept.values())


async def test_a_slow_network_that_resets_connections_loses_and_doubles_nothing(store):
    await through(store, await paired(store), TORN, SLOW, silence=5.0)


async def test_a_connection_that_ends_after_any_number_of_bytes_leaves_no_mark_behind(store):
    cuts = [{"reset_after": bytes_} for bytes_ in (300, 900)]
    await through(store, await paired(store), *cuts, marks=3, silence=0.5)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(3))
async def test_black_outs_of_half_a_minute_and_all_weathers_at_length(store, seed):
    at = await paired(store, judges=7)
    black, weathers = {"black_hole": True}, [SLOW, {"captive": True}, {"gone": True}, NAMELESS, {"rate": 2000.0}]
    random.Random(seed).shuffle(weathers)
    await through(store, at, *weathers, black, SLOW, marks=40, silence=21.0, seed=seed)
