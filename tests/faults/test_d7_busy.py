"""D7: somebody else holds the database: a lock from outside, or a backup that reads all of it. Nothing is lost.

An answer comes when the lock is gone, and not before; where that takes too long, the honest answer is that nothing
could be stored, and sending again is harmless.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from pathlib import Path

import asyncpg
import pytest

from contest.store import sqlite
from contest.store.open import Store, open_store
from tests.builders import Hall, hall, unbroken
from tests.faults.checker import check, stored_sqlite
from tests.faults.history import History, seed_of
from tests.faults.intake import Day, enter, insist
from tests.faults.test_d1_kills import stored_in


class Lock:
    """A program beside ours that holds the whole database for itself."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def __aenter__(self) -> None:
        if self._url.startswith("sqlite"):
            self._file = sqlite3.connect(self._url.removeprefix("sqlite:///"), isolation_level=None, timeout=60)
            self._file.execute("BEGIN EXCLUSIVE")
        else:
            self._server = await asyncpg.connect(self._url)
            await self._server.execute("BEGIN; LOCK TABLE head IN ACCESS EXCLUSIVE MODE")

    async def __aexit__(self, *_: object) -> None:
        if self._url.startswith("sqlite"):
            self._file.close()
        else:
            await self._server.close()


async def behind_locks(store: Store, url: str, holds: list[float], seed: int) -> None:
    at = await hall(store, entries=50)
    history, dice = History(seed), random.Random(seed)
    late = []
    for number, seconds in enumerate(holds):
        messages = [[at.mark(seat=seat, entry=number)] for seat in range(3)]
        async with Lock(url):
            asked = [asyncio.create_task(enter(at, history, *marks)) for marks in messages]
            await asyncio.sleep(seconds * dice.uniform(0.5, 1.0))
            assert not any(task.done() and task.result() for task in asked), (
                "answered while nothing could be stored"
            )
        freed = time.monotonic()
        await asyncio.gather(*asked)
        late.append(time.monotonic() - freed)
        await insist(at, history, [mark for marks in messages for mark in marks])
    assert check(history.lines, await stored_in(url)) == [], f"seed {seed}"
    assert await unbroken(at)
    print(f"{len(holds)} locks; answered after the end of a lock in at most {max(late) * 1000:.0f} ms")


async def test_a_lock_from_outside_delays_and_loses_nothing(store, store_url):
    await behind_locks(store, store_url, [0.02, 0.1, 0.3, 0.5], seed_of(7))


@pytest.mark.long
async def test_locks_of_up_to_ten_seconds(store, store_url):
    await behind_locks(store, store_url, [0.1, 1.0, 3.0, 6.0, 10.0], seed_of(70))


async def test_a_lock_that_lasts_too_long_is_said_and_survived(sqlite_url, monkeypatch):
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.05)
    store = await open_store(sqlite_url)
    at = await hall(store)
    history = History(seed_of(8))
    marks = [at.mark(seat=seat) for seat in range(3)]
    async with Lock(sqlite_url):
        assert [await enter(at, history, mark) for mark in marks] == [[], [], []]
    await insist(at, history, marks)
    assert check(history.lines, await stored_in(sqlite_url)) == []
    assert await unbroken(at)
    await store.close()


async def test_a_backup_that_is_taken_while_marks_come_holds_everything_acknowledged_before(sqlite_url, tmp_path):
    seed = seed_of(9)
    store = await open_store(sqlite_url)
    at = await hall(store, entries=30)
    history = History(seed)
    day = Day(at, history, random.Random(seed))
    for _ in range(6):
        await day.turn()
    for number in range(3):
        before = len(history.lines)
        copying = asyncio.create_task(asyncio.to_thread(_backup, sqlite_url, tmp_path / f"copy-{number}.db"))
        while not copying.done():
            await day.turn()
        await copying
        lines = [line for place, line in enumerate(history.lines) if place < before or line["kind"] == "sent"]
        assert check(lines, stored_sqlite(tmp_path / f"copy-{number}.db")) == []
    await insist(at, history, day.sent)
    assert check(history.lines, await stored_in(sqlite_url)) == []
    await _closed(store, at)


async def _closed(store: Store, at: Hall) -> None:
    assert await unbroken(at)
    await store.close()


def _backup(url: str, path: Path) -> None:
    """A few pages at a time, as slowly as a stick in a socket."""
    source = sqlite3.connect(f"file:{url.removeprefix('sqlite:///')}?mode=ro", uri=True)
    copy = sqlite3.connect(path)
    steps = iter(range(10**9))

    def pause(*_: int) -> None:
        if next(steps) < 40:  # each change of the source makes it begin anew; in the end it hurries
            time.sleep(0.003)

    source.backup(copy, pages=20, progress=pause)
    copy.close()
    source.close()
