"""D13 of the fault programme: Redis is away for a second, for twelve, for ever, forgets all, or stands still.

Scoring does not notice; the bell is heard again within three seconds after it is back; nothing that waits for it
grows; and nothing but numbers ever goes through it.
"""

from __future__ import annotations

import asyncio
import re
import statistics

import pytest
import redis.asyncio as redis

from contest.store.postgres import CHANNEL
from tests.faults.province import at_work, heard

pytestmark = pytest.mark.xdist_group("province")

BACK_SECONDS = 3.0
OUTAGES = [
    1,
    pytest.param(12, marks=pytest.mark.long),
    # Twice five minutes: longer than a test may usually take.
    pytest.param(300, marks=[pytest.mark.long, pytest.mark.timeout(1800)]),
]


@pytest.mark.parametrize("seconds", OUTAGES)
async def test_an_outage_of_redis_delays_nothing_that_counts(cluster, seconds):
    assert cluster.redis is not None
    back = []
    async with at_work(cluster, f"away{seconds}") as everybody:
        for end in (cluster.redis.kill, cluster.redis.stop)[: 1 if seconds == 1 else 2]:
            await asyncio.to_thread(end)
            await heard(cluster, "redis", 0.0)
            await asyncio.sleep(seconds)
            await everybody.go_on()
            await asyncio.to_thread(cluster.redis.start)
            back.append(await heard(cluster, "redis", 1.0))
            await everybody.go_on()
    print(f"heard again after {', '.join(f'{took:.2f}' for took in back)} s")
    assert statistics.median_low(back) <= BACK_SECONDS


async def test_a_redis_that_forgets_all_or_stands_still_delays_nothing_that_counts(cluster):
    assert cluster.redis is not None
    async with at_work(cluster, "forgets") as everybody:
        async with redis.from_url(f"redis://127.0.0.1:{cluster.redis_port}/0") as client:
            await client.flushall()
            await client.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
            await client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        await everybody.go_on()
        cluster.redis.freeze()
        await everybody.go_on()
        cluster.redis.thaw()
        await heard(cluster, "redis", 1.0)


async def test_nothing_but_numbers_goes_through_the_bell(cluster):
    heard_there: list[bytes] = []
    async with (
        redis.from_url(f"redis://127.0.0.1:{cluster.redis_port}/0") as client,
        client.monitor() as all_of_it,
    ):

        async def write_down() -> None:
            async for command in all_of_it.listen():
                heard_there.append(command["command"].encode())

        writing = asyncio.create_task(write_down())
        async with at_work(cluster, "sniffed") as everybody:
            await everybody.go_on(20)
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        kept = await client.dbsize()
    rings = [said.decode() for said in heard_there if said.startswith(b"PUBLISH")]
    # One ring may tell of many commits; the last is the newest fact there is.
    assert rings
    assert {re.sub(r"\d+$", "n", ring) for ring in rings} == {f"PUBLISH {CHANNEL} sniffed,n"}
    others = {said.decode().split()[0] for said in heard_there if not said.startswith(b"PUBLISH")}
    assert others <= {"PING", "CLIENT", "SUBSCRIBE", "HELLO", "SELECT", "DBSIZE", "MONITOR"}
    assert kept == 0
