"""L9 of the fault programme: parts are restarted, killed and stand still, one after the other, under load.

Whoever is told to end says goodbye with 1012 and is gone within six seconds; tablets go on at the other node; and
whatever was done to any part, no result is another one than without it.
"""

from __future__ import annotations

import asyncio
import statistics

import pytest

from tests.faults.province import at_work

pytestmark = pytest.mark.xdist_group("province")

GONE_SECONDS = 6.0


NODES = [("web1", "web2"), pytest.param(("board1", "web1", "board2", "web2") * 3, marks=pytest.mark.long)]


@pytest.mark.parametrize("names", NODES, ids=["short", "long"])
async def test_a_rolling_restart_loses_no_mark_and_nobody(cluster, names):
    took = []
    async with at_work(cluster, f"rolling{len(names)}", seats=[cluster.url], boards=[cluster.url]) as everybody:
        for name in names:
            node = cluster.nodes[name]
            took.append(await asyncio.to_thread(node.stop))
            await everybody.go_on(3)
            await asyncio.to_thread(node.start)
            await everybody.go_on(3)
    print(f"gone after {', '.join(f'{seconds:.2f}' for seconds in took)} s")
    assert statistics.median_low(took) <= GONE_SECONDS
    told = [code for tablet in everybody.tablets for code in tablet.closed_with]
    assert set(told) == {1012}
    assert len(told) >= len(everybody.tablets), "every tablet sat on one of the two nodes, and was told"


@pytest.mark.parametrize("name", ["web1", "board1"])
async def test_a_node_that_is_killed_or_cut_off_loses_no_mark(cluster, name):
    node = cluster.nodes[name]
    async with at_work(cluster, f"killed-{name}", seats=[cluster.url], boards=[cluster.url]) as everybody:
        await asyncio.to_thread(node.kill)
        await everybody.go_on(3)
        await asyncio.to_thread(node.start)
        await everybody.go_on(3)
        node.freeze()
        await everybody.go_on(3)
        node.thaw()
        await everybody.go_on(3)


async def test_a_proxy_that_is_killed_loses_no_mark(cluster):
    assert cluster.nginx is not None
    async with at_work(cluster, "proxy", seats=[cluster.url], boards=[cluster.url]) as everybody:
        await asyncio.to_thread(cluster.nginx.kill)
        await asyncio.to_thread(cluster.nginx.start)
        await everybody.go_on(3)
