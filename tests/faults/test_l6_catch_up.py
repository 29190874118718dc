"""L6: who was away for a second or for three hours goes on exactly where the board is, or gets it whole."""

from __future__ import annotations

import asyncio

import pytest

from tests.faults.ground import planted
from tests.faults.virtually import virtually

AWAY = {"others stayed": (1, 5, 20, 60, 300, 1800, 10_800), "nobody stayed": (1, 60, 4000)}
EVERY = 37.0
"""Seconds between two marks while somebody is away."""
SHOWN = 5.0
"""Seconds after which a board has shown what happened."""


@pytest.fixture(scope="module")
def ground():
    return planted()


def rows_of(message, before=None):
    """The rows of a viewer after a message."""
    rows = {} if message["type"] == "reset" else dict(before)
    rows |= {row["entry"]: row for row in message["rows"]}
    for gone in message.get("gone", ()):
        del rows[gone]
    return rows


async def marking(scene):
    """Marks arrive all the time, each the newest of its place."""
    newest = {}
    for number in range(10**6):
        seat, entry = number % 3, number // 3 % len(scene.at.entries)
        mark = scene.at.mark(100 * (number % 101), seat=seat, entry=entry, replaces=newest.get((seat, entry)))
        newest[seat, entry] = mark.mark
        await scene.do(scene.server.store.book.enter(scene.at.contest, [mark]))
        await asyncio.sleep(EVERY if number > 3 else 0.3)


@pytest.mark.parametrize("others", AWAY)
def test_who_comes_back_goes_on_exactly_or_gets_the_whole_board(ground, others):
    async def happen(scene):
        stays = scene.viewer() if others == "others stayed" else None
        viewers = {seconds: scene.viewer() for seconds in AWAY[others]}
        firsts = {seconds: await far_hears(viewers[seconds]) for seconds in AWAY[others]}
        judging = scene.loop.create_task(marking(scene))
        for far in viewers.values():
            far.line.leave()
        found, left = [], scene.loop.time()
        for seconds in AWAY[others]:
            await asyncio.sleep(max(0.0, left + seconds - scene.loop.time()))
            found.append((seconds, *await returned(scene, firsts[seconds])))
        judging.cancel()
        await asyncio.sleep(SHOWN)
        if stays is not None:
            stays.line.leave()
        return found

    met = virtually(ground, happen)
    assert {first["type"] for _, first, *_ in met} == {"moved", "reset"}
    for seconds, first, before, rows, wanted in met:
        exact = first["type"] == "reset" or first["after"] == before["version"]
        assert exact, f"after {seconds} s: {first}"
        assert rows == wanted, f"after {seconds} s"


async def far_hears(far):
    """The board somebody gets at first."""
    return far.all("reset")[0] if far.all("reset") else await far.hear("reset")


async def returned(scene, before):
    """Somebody comes back with the version they had; what they then have, beside who comes for the first time."""
    far = scene.viewer(epoch=before["epoch"], version=before["version"])
    fresh = scene.viewer()
    await far_hears(fresh)
    await asyncio.sleep(SHOWN)
    rows, told = {row["entry"]: row for row in before["rows"]}, [*far.all("reset"), *far.all("moved")]
    told.sort(key=far.told.index)
    for message in told:
        rows = rows_of(message, rows)
    wanted = {}
    for message in fresh.told:
        wanted = rows_of(message, wanted) if message["type"] in ("reset", "moved") else wanted
    far.line.leave()
    fresh.line.leave()
    return told[0] if told else {"type": "moved", "after": before["version"]}, before, rows, wanted
