"""S4: ten thousand malformed frames and ten thousand payloads that no page sends: nothing crashes, nothing leaks.

Frames go over real sockets; payloads go to the whole live part in virtual time, at both doors.
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import time
from collections import Counter
from pathlib import Path

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.faults.ground import planted, token_of
from tests.faults.history import seed_of
from tests.faults.virtually import Far, virtually
from tests.realtime.house import open_house, paired
from tests.realtime.sockets import PATIENCE, until
from tests.realtime.test_faults import KEY, SHAKEN, malformed, masked

FRAMES, PAYLOADS, AT_ONCE = 10_000, 10_000, 55
"""Frames, payloads, and payloads a connection: more would be refused without being read."""
A_CONNECTION = 8
LEAKED_KIB = 32 * 1024


@pytest.fixture
def store_url(sqlite_url):
    return sqlite_url


def resident_kib():
    """How much memory this process holds now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() // 1024


# ---- frames --------------------------------------------------------------------------------------------------


def framed(dice):
    """What a stranger sends: broken frames, and at the end one after which nobody can go on."""
    return [malformed(dice) for _ in range(A_CONNECTION - 1)] + [masked(dice.choice((3, 11)), b"")]


async def stranger(port, dice):
    """One connection that speaks no protocol; return whether it was let in and answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    path = dice.choice((b"seat", b"board"))
    try:
        async with asyncio.timeout(PATIENCE):
            writer.write(b"GET /live/" + path + b" HTTP/1.1" + SHAKEN + KEY)
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"".join(framed(dice)))
            return bool(await reader.read(4096))
    except (ConnectionError, asyncio.IncompleteReadError):
        return False
    finally:
        writer.close()


async def flooded(house, tablet, frames, seed):
    """Send so many malformed frames, some at once, while a tablet beats as tablets do."""
    answered = Counter()
    for start in range(0, frames // A_CONNECTION, 50):
        if start % 1000 == 0:
            await tablet.say({"type": "beat"})
            await tablet.hear("beat")
        dice = (random.Random(f"{seed} {start + number}") for number in range(50))
        answered.update(await asyncio.gather(*(stranger(house.port, one) for one in dice)))
    return answered


async def survived(store, caplog, frames, seed):
    """A served live part that was sent so many malformed frames is what it was before."""
    at = await paired(store)
    with structlog.testing.capture_logs() as logs:
        async with open_house(store) as house, house.tablet(at) as tablet:
            await tablet.hear("welcome")
            await flooded(house, tablet, 1000, seed - 1)  # what is loaded only once is loaded
            connections = house.server.server_state.connections
            await until(lambda: len(connections) == 1)
            before, began = resident_kib(), time.monotonic()
            answered = await flooded(house, tablet, frames, seed)
            took = time.monotonic() - began
            assert (await tablet.enter(at, at.mark(8000)))["type"] == "marks_stored"
            await until(lambda: len(connections) == 1)
            grown = resident_kib() - before
            assert house.count("jiangsai_live_faults_total") == 0
    print(f"{frames} frames in {took:.1f} s, {answered}, {grown} KiB more")
    assert answered[True] > 0.5 * answered.total()
    assert grown < LEAKED_KIB
    loud = Counter(entry["event"] for entry in logs if entry["log_level"] not in ("info", "debug"))
    loud.update(record.getMessage()[:30] for record in caplog.records if record.levelno >= 30)
    assert [record for record in caplog.records if record.exc_info] == []
    assert all(lines <= took + 2 for lines in loud.values()), loud
    assert all(entry["status"] in (101, 400, 403, 426) for entry in logs if entry["event"] == "request")


async def test_ten_thousand_malformed_frames_leave_no_crash_no_leak_and_no_noise(store, caplog):
    await survived(store, caplog, FRAMES, seed_of(20_261_120))


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_a_million_malformed_frames(store, caplog):
    await survived(store, caplog, 100 * FRAMES, seed_of(1))


# ---- payloads ------------------------------------------------------------------------------------------------

NASTY = (
    None,
    True,
    -1,
    0,
    2**53,
    2**64,
    1e308,
    -0.0,
    "",
    "\0",
    "\ud800",
    "x" * 600,
    "💥",
    [],
    {},
    [[[]]],
    {"a": 1},
)


def usual(at):
    """One message of each kind that a page sends."""
    mark = {"mark": "m", "device_seq": 1, "session": at.session, "entry": at.entries[0], "aspect": "panel"}
    return [
        {"type": "hello", "token": token_of(at.devices[0]), "protocol": 1, "build": "x"},
        {"type": "open_sheet", "session": at.session},
        {"type": "enter_marks", "marks": [mark | {"kind": "entered", "value": 8000, "replaces": None}]},
        {"type": "beat", "at": "2026-11-20T12:00:00Z", "unsent": 1, "battery": 50},
        {"type": "watch", "event": at.event, "epoch": "x", "version": 1},
    ]


def spoilt(message, dice):
    """Something is not as it should be, somewhere."""
    text = json.dumps(message)
    how = dice.randrange(6)
    if how == 0:
        cut = dice.randrange(len(text))
        return text[:cut]
    if how == 1:
        place = dice.randrange(len(text))
        return text[:place] + chr(dice.randrange(0x20, 0x2FFF)) + text[place + 1 :]
    if how == 2:
        return json.dumps([message] * dice.randrange(3))
    target = message["marks"][0] if "marks" in message and dice.random() < 0.8 else message
    name = dice.choice(list(target))
    if how == 3:
        del target[name]
    elif how == 4:
        target[dice.choice(("extra", "TYPE", "mark"))] = dice.choice(NASTY)
    else:
        target[name] = dice.choice(NASTY)
    return json.dumps(message)


async def told(scene, payloads, door):
    """Say all of it on as many connections as it takes; return what was answered."""
    kinds = Counter()
    for start in range(0, len(payloads), AT_ONCE):
        far = Far(scene.server.seat if door == "seat" else scene.server.board)
        if door == "seat" and start % (2 * AT_ONCE):
            far.say(type="hello", token=token_of(scene.at.devices[start // AT_ONCE % 3]))
            await far.hear("welcome")
        for payload in payloads[start : start + AT_ONCE]:
            far.line.say(payload)
        await asyncio.sleep(0.2)
        kinds.update(message["type"] for message in far.told)
        far.line.leave()
    await asyncio.sleep(0.2)
    return kinds


def outlives(ground, payloads_of):
    """Say it at both doors; whoever has a seat is answered afterwards as before."""

    async def happen(scene):
        kinds = [await told(scene, payloads_of(scene.at), door) for door in ("seat", "board")]
        far = scene.tablet(scene.at.devices[0])
        await far.hear("welcome")
        mark = {"mark": "last", "device_seq": 10**6, "session": scene.at.session, "entry": scene.at.entries[0]}
        far.say(type="enter_marks", marks=[mark | {"aspect": "panel", "value": 8000}])
        await far.hear("marks_stored")
        live = scene.server.live
        assert scene.server.broken == []
        assert len(live.attending._all) == 1
        assert len(live.watching._all) == 0
        assert live.figures.faults._value.get() == 0
        return kinds

    return virtually(ground, happen)


@pytest.fixture(scope="module")
def ground():
    return planted()


def test_ten_thousand_payloads_that_no_page_sends_are_refused_and_harm_nobody(ground):
    dice = random.Random(seed_of(20_261_120))

    def payloads(at):
        return [spoilt(dice.choice(usual(at)), dice) for _ in range(PAYLOADS // 2)]

    seat, board = outlives(ground, payloads)
    assert seat["refused"] > 0.5 * PAYLOADS / 2
    assert board["refused"] > 0.5 * PAYLOADS / 2
    assert {"marks_stored", "marks_refused"} & seat.keys()


def test_what_a_tablet_says_of_itself_cannot_stop_the_roll_of_all_tablets(ground):
    async def happen(scene):
        bad, good = (Far(scene.server.seat) for _ in range(2))
        bad.say(type="hello", token=token_of(scene.at.devices[0]), build="a\0b")
        good.say(type="hello", token=token_of(scene.at.devices[1]), build="b")
        await bad.hear("welcome")
        bad.say(type="beat", unsent=2**64, battery=-(2**64), at="0001-01-01T00:00:00Z")
        good.say(type="beat", unsent=3, battery=50)
        await asyncio.sleep(30.0)
        rows = scene.disk.connection.execute("SELECT unsent, battery, build FROM seat_state ORDER BY id")
        return [tuple(row.values()) for row in rows.fetchall()], scene.server.live.figures.faults._value.get()

    assert virtually(ground, happen) == ([(10**6, 0, "ab"), (3, 50, "b")], 0)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
LIKELY = st.fixed_dictionaries(
    {"type": st.sampled_from(["hello", "open_sheet", "enter_marks", "beat", "watch"])},
    optional=dict.fromkeys(("token", "session", "marks", "at", "unsent", "event", "epoch", "version"), JSON),
)


@settings(max_examples=15)
@given(st.lists(st.text(max_size=60) | JSON.map(json.dumps) | LIKELY.map(json.dumps), min_size=20, max_size=60))
def test_whatever_hypothesis_thinks_of_is_refused_and_harms_nobody(ground, texts):
    outlives(ground, lambda at: texts)
