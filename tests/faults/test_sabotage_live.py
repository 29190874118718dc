"""O2 for the live part: each test of a law here breaks that law, and the check that guards it must see it.

What cannot fail shows nothing. The sabotage is put into the product in this process alone, for one test.
"""

from __future__ import annotations

import asyncio
from collections import deque

import pytest

from contest.http.security import Doorway
from contest.model import mark as marks
from realtime import rooms, standings, translating
from realtime.attendance import Attendance
from realtime.boards import Leaderboard
from tests.faults import test_d10_model as model
from tests.faults.ground import planted
from tests.faults.server import Disk
from tests.faults.simulation import World, simulated
from tests.faults.tablet import Tablet
from tests.faults.test_s3_sockets import admitted, ended_by_length, origins
from tests.faults.test_s4_frames import outlives
from tests.realtime.house import open_house, paired
from tests.realtime.sockets import until

RUNS = 80


@pytest.fixture(scope="module")
def ground():
    return planted()


@pytest.fixture
def store_url(sqlite_url):
    return sqlite_url


def seen(ground, kind, world=World):
    """How many runs it takes until this kind of wrong is found."""
    for seed in range(RUNS):
        if any(problem.startswith(kind) for problem in simulated(seed, ground, world=world)[1]):
            return seed + 1
    return None


# ---- boards --------------------------------------------------------------------------------------------------


def test_a_frozen_row_that_is_published_is_seen(ground, monkeypatch):
    project = rooms.project
    monkeypatch.setattr(rooms, "project", lambda audience, now, at_freeze: project(audience, now, None))
    assert seen(ground, "seen")


def test_a_board_that_does_not_hear_of_the_freeze_is_seen(ground, monkeypatch):
    gates, known = standings.gates_of_event, {}

    async def stale(store, event):
        return known.setdefault(id(store), await gates(store, event))

    monkeypatch.setattr(standings, "gates_of_event", stale)
    assert seen(ground, "seen")


def test_a_step_that_is_lost_on_the_way_to_viewers_is_seen(ground, monkeypatch):
    fan_out, times = rooms.fan_out, iter(range(10**9))

    async def lossy(frame, wires, **options):
        return [] if next(times) % 3 == 0 else await fan_out(frame, wires, **options)

    monkeypatch.setattr(rooms, "fan_out", lossy)
    assert seen(ground, "seen")


def test_a_viewer_who_is_told_they_missed_nothing_when_they_did_is_seen(ground, monkeypatch):
    monkeypatch.setattr(Leaderboard, "since", lambda self, epoch, version: None)
    assert seen(ground, "seen")


# ---- marks ---------------------------------------------------------------------------------------------------


class Early(World):
    """A server that answers before the commit, on a disk that forgets what was not committed."""

    misfortunes = ("crash", "cut")

    class disk_of(Disk):  # noqa: N801 -- stands where a class is named
        async def transact(self, begin):
            """The outcome now, the commit a little later; a crash in between takes it back."""
            await asyncio.sleep(self.dice.random() * 0.02)
            await until(lambda: not self.connection.in_transaction)
            self.connection.execute("BEGIN IMMEDIATE")
            outcome = model.drive(self.connection, begin())
            self.committing = asyncio.ensure_future(self._commit())
            return outcome

        async def _commit(self):
            try:
                await asyncio.sleep(0.5)
            except BaseException:
                self.connection.execute("ROLLBACK")
                raise
            self.connection.execute("COMMIT")


def test_an_answer_that_leaves_before_the_commit_is_seen(ground):
    assert seen(ground, ("lost", "altered", "repeat"), Early)


def test_an_answer_that_tells_another_number_is_seen(ground, monkeypatch):
    stored = translating.StoredMark

    def off_by_one(**fields):
        return stored(**fields | {"seq": fields["seq"] + (fields["device_seq"] == 2)})

    monkeypatch.setattr(translating, "StoredMark", off_by_one)
    assert seen(ground, "altered")


def test_a_tablet_that_forgets_to_send_again_after_a_reconnect_is_seen(ground):
    class Forgetful(Tablet):
        def lost(self):
            self.connected = False

        def tick(self):
            self.pump()

        def _welcome(self, message):
            on_way = dict(self.on_way)
            super()._welcome(message | {"sessions": []})
            self.on_way |= on_way
            self.states = {line["session"]: line["state"] for line in message["sessions"]}
            self.pump()

    class Hall(World):
        tablet_of = Forgetful

    assert seen(ground, "stuck", Hall)


def test_a_tablet_that_does_not_replay_what_an_older_backup_lacks_is_seen(ground):
    class Trusting(Tablet):
        def _send_from(self, message):
            pass

    class Hall(World):
        tablet_of, misfortunes = Trusting, ("restore", "cut")

    assert seen(ground, "lost", Hall)


def test_a_mark_of_a_tablet_that_lost_its_seat_and_counts_is_seen(ground, monkeypatch):
    why = marks._why_pending

    def blind(command, session, device, before):
        because = why(command, session, device, before)
        return "" if because == "seat_revoked" else because

    class Hall(World):
        misfortunes = ("revoke", "hand over", "black out")

    monkeypatch.setattr(marks, "_why_pending", blind)
    assert seen(ground, "law", Hall)


def test_a_book_that_decides_otherwise_diverges_from_the_reference(monkeypatch):
    why = marks._why_pending

    def unlocked(command, session, device, before):
        because = why(command, session, device, before)
        return "" if because == "session_locked" else because

    monkeypatch.setattr(marks, "_why_pending", unlocked)
    with pytest.raises(AssertionError):
        deque(model.walked(seed, 200) for seed in range(20))


# ---- doors ---------------------------------------------------------------------------------------------------


async def test_a_door_that_asks_nobody_where_they_come_from_is_seen(store, monkeypatch):
    monkeypatch.setattr(Doorway, "_check_origin", lambda *_: None)
    async with open_house(store) as house:
        wanted = origins(house.port)
        found = [(headers, await admitted(house.url("/live/seat"), headers)) for headers, _ in wanted]
    assert found != wanted
    assert all(let_in for _, let_in in found)


async def test_a_server_that_reads_messages_of_any_length_is_seen(store):
    await paired(store)
    async with open_house(store, ws_max_size=2**24) as house:
        assert await ended_by_length(house, "/live/board") is None


def test_a_message_that_kills_its_connection_is_seen(ground, monkeypatch):
    hear = Attendance.hear

    async def fragile(self, text):
        if "extra" in text:
            raise ValueError(text)
        await hear(self, text)

    monkeypatch.setattr(Attendance, "hear", fragile)
    texts = ['{"type":"beat","extra":1}'] * 5
    with pytest.raises(AssertionError, match="extra"):
        outlives(ground, lambda at: texts)
