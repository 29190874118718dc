"""D17: tablets of another version than the server, with full outboxes: nothing they hold is lost."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.faults.checker import check, stored_in
from tests.faults.ground import planted, token_of
from tests.faults.history import History
from tests.faults.simulation import World, simulated
from tests.faults.tablet import Tablet
from tests.faults.virtually import Far, virtually
from tests.realtime.sockets import until

SEEDS, FULL = 8, 400
KNOWN_BEFORE = {
    "welcome": {
        *("type", "device", "seat", "seat_number", "judge_name", "panel", "contest", "contest_name", "event"),
        *("event_name", "sessions", "next_device_seq", "at", "beat_seconds"),
    },
    "marks_stored": {"type", "receipts"},
}
"""What the version before this one said to tablets; whatever is new is nothing to them."""
NEW = {"send_from", "backed_up", "seat_lost", "remark_called"}


@pytest.fixture(scope="module")
def ground():
    return planted()


class OldTablet(Tablet):
    """A page of the version before: it knows no new message and no new field, and numbers nothing again."""

    def hear(self, text):
        """Take in what an old page understands."""
        message = json.loads(text)
        if message["type"] not in NEW:
            known = KNOWN_BEFORE.get(message["type"], message.keys())
            super().hear(json.dumps({name: message[name] for name in message.keys() & known}))


class Older(World):
    """A hall whose tablets were not updated; what only new ones can do is not asked of them."""

    tablet_of = OldTablet
    misfortunes = tuple(what for what in World.misfortunes if what not in ("restore", "hand over", "revoke"))


def test_tablets_of_the_version_before_lose_nothing_at_a_new_server(ground):
    assert {seed: problems for seed in range(SEEDS) if (problems := simulated(seed, ground, world=Older)[1])} == {}


def filled(scene, device=0, kind=Tablet):
    """A tablet that was offline for a whole contest."""
    history = History(0, clock=scene.loop.time)
    tablet = kind(scene.at.devices[device], token_of(scene.at.devices[device]), history, scene.loop.time)
    for number in range(FULL):
        entry = scene.at.entries[number % len(scene.at.entries)]
        tablet.mark(scene.at.session, entry, "panel", "entered", 1000 * (number % 11), f"m{number}")
    return tablet


async def plugged(scene, tablet, **hello):
    """Connect a tablet, and let it hear everything until it is served or sent away."""
    far = Far(scene.server.seat)
    far._hear = lambda text: (far.told.append(json.loads(text)), tablet.hear(text))
    far.line._hear = far._hear
    tablet.send = far.line.say
    far.say(**json.loads(tablet.hello) | hello)
    await until(lambda: tablet.drained or far.cut_at is not None)
    return far


@pytest.mark.parametrize("kind", [Tablet, OldTablet])
def test_a_full_outbox_arrives_once_and_in_order(ground, kind):
    async def happen(scene):
        tablet = filled(scene, kind=kind)
        await plugged(scene, tablet)
        tablet.history.write("drained", client=tablet.device)
        return tablet, check(tablet.history.lines, stored_in(scene.disk.connection))

    tablet, problems = virtually(ground, happen)
    assert problems == []
    numbers = [kept.seq for kept in sorted(tablet.kept.values(), key=lambda kept: kept.number)]
    assert numbers == sorted(numbers)
    assert {kept.state for kept in tablet.kept.values()} == {"stored"}


@pytest.mark.parametrize("protocol", [0, 2, 99])
def test_a_tablet_of_another_protocol_is_told_to_update_and_keeps_its_queue(ground, protocol):
    async def happen(scene):
        tablet = filled(scene)
        far = await plugged(scene, tablet, protocol=protocol)
        before = [kept.state for kept in tablet.kept.values()], tablet.ended, far.told
        tablet.ended = ""  # the page was loaded anew
        await plugged(scene, tablet)
        return *before, check(tablet.history.lines, stored_in(scene.disk.connection)), tablet

    states, ended, told, problems, tablet = virtually(ground, happen)
    assert (states, ended) == (["saved"] * FULL, "update")
    assert told == [{"type": "goodbye", "code": "update"}]
    assert problems == []
    assert {kept.state for kept in tablet.kept.values()} == {"stored"}


def test_messages_of_a_version_to_come_are_refused_by_name_and_the_connection_stays(ground):
    async def happen(scene):
        far = Far(scene.server.seat)
        far.say(type="hello", token=token_of(scene.at.devices[0]), protocol=1, build="99.0")
        await far.hear("welcome")
        for message in ({"type": "dictate"}, {"type": "beat", "mood": "good"}, {"type": "open_sheet", "page": 2}):
            far.say(**message)
            assert (await far.hear("refused"))["code"] == "message_not_understood"
        far.say(type="beat")
        await far.hear("beat")
        await asyncio.sleep(1.0)
        return far.cut_at

    assert virtually(ground, happen) is None
