"""D6: what fails or is cancelled on the way to the commit leaves nothing behind: no word without a row, no thread,
no connection.

Piccolo's own transactions lose rows after a COMMIT that failed; that is shown here on Piccolo itself, and that
nothing of ours uses them.
"""

from __future__ import annotations

import ast
import asyncio
import sqlite3
import threading
import types
from collections.abc import Callable, Coroutine, Generator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from piccolo.columns import Integer
from piccolo.engine.sqlite import SQLiteEngine
from piccolo.table import Table

from contest.errors import ContestError, StoreUnavailable
from contest.store.book import Book
from contest.store.open import Store
from contest.store.tables import MarkRow, SeasonRow
from tests.builders import hall, unbroken
from tests.contest.store.test_faults import break_commits, mend_commits
from tests.faults.checker import check
from tests.faults.history import History, seed_of
from tests.faults.intake import enter, insist
from tests.faults.test_d1_kills import stored_in
from tests.house.conftest import ROOT
from tests.realtime.sockets import PATIENCE, until


class Counting:
    """A coroutine whose task is cancelled at its n-th wait."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any], at: int) -> None:
        self._coroutine, self._at = coroutine, at
        self.waits = 0

    @types.coroutine
    def run(self) -> Generator[Any, Any, Any]:
        step: Callable[[Any], Any] = self._coroutine.send
        brought: Any = None
        while True:
            try:
                awaited = step(brought)
            except StopIteration as done:
                return done.value
            self.waits += 1
            if self.waits == self._at:
                task = asyncio.current_task()
                assert task is not None
                task.cancel()
            try:
                step, brought = self._coroutine.send, (yield awaited)
            except BaseException as problem:
                step, brought = self._coroutine.throw, problem


async def at_each_wait(begin: Callable[[], Coroutine[Any, Any, Any]]) -> int:
    """Run it anew, cancelled at its first, second, … wait, until there is no further; how many there were."""
    at = 0
    while True:
        at += 1
        counting = Counting(begin(), at)
        task = asyncio.ensure_future(counting.run())
        async with asyncio.timeout(PATIENCE):
            await asyncio.wait([task])
        if counting.waits < at:
            await task
            return at - 1


async def quiet(store: Store) -> None:
    """Return when nothing runs any more for those who went away."""
    await store.book.close()
    if store.dialect == "postgres":
        async with asyncio.timeout(PATIENCE):
            while store.writer._running:
                await asyncio.wait(store.writer._running)
            for pool in (store.writer._pool, store.engine.pool):
                await until(lambda pool=pool: pool.get_idle_size() == pool.get_size())


async def test_whoever_goes_away_at_whatever_moment_tears_nothing(store, store_url):
    at = await hall(store, entries=12)
    history = History(seed_of(6))
    marks = []

    def mark() -> Coroutine[Any, Any, Any]:
        marks.append([at.mark(seat=len(marks) % 3, entry=len(marks) % 12) for _ in range(2)])
        return enter(at, history, *marks[-1])

    seasons = iter(range(1000))

    def plan() -> Coroutine[Any, Any, Any]:
        key = f"s{next(seasons)}"
        return store.apply(SeasonRow.insert(SeasonRow(id=key, name="年度", year=2026)))

    async def read() -> None:
        await store.select(MarkRow.count())

    async def lock() -> None:
        with suppress(ContestError):  # it was locked by one that went away
            await at.pass_gate("locked")

    await asyncio.gather(*(read() for _ in range(20)))
    threads = threading.active_count()
    for begin in (mark, plan, lock, read):
        assert await at_each_wait(begin) >= 1
        await quiet(store)
    assert threading.active_count() <= threads + 2
    await insist(at, history, [one for message in marks for one in message])
    assert check(history.lines, await stored_in(store_url)) == []
    assert await unbroken(at)


async def test_when_the_book_itself_is_cancelled_everybody_hears_it_and_the_next_is_served(store, monkeypatch):
    """Nothing of ours does that, but a loop that ends: whoever waits must not wait for ever."""
    at = await hall(store, entries=12)
    settle_all = Book._settle_all
    waits = 1
    while True:
        counted: list[Counting] = []

        async def cancelled(self: Book, when: int = waits, into: list[Counting] = counted) -> None:
            into.append(Counting(settle_all(self), when))
            await into[-1].run()

        monkeypatch.setattr(Book, "_settle_all", cancelled)
        asked = [asyncio.ensure_future(at.enter(at.mark(seat=seat))) for seat in range(3)]
        async with asyncio.timeout(PATIENCE):
            await asyncio.wait(asked)
        told = await asyncio.gather(*asked, return_exceptions=True)
        monkeypatch.setattr(Book, "_settle_all", settle_all)
        if counted[0].waits < waits:
            break
        assert {type(one) for one in told} <= {StoreUnavailable, list}
        waits += 1
    assert waits > 1
    assert await unbroken(at)


async def test_a_begin_or_commit_that_fails_over_and_over_uses_nothing_up(store):
    at = await hall(store)
    await at.enter(at.mark())
    threads = threading.active_count()
    await break_commits(store)
    for _ in range(12):
        with pytest.raises(StoreUnavailable):
            await at.enter(at.mark())
        with pytest.raises(StoreUnavailable):
            await at.enter(at.mark(seat=1), at.mark(seat=2))
    await mend_commits(store)
    await quiet(store)
    assert threading.active_count() <= threads
    assert {receipt.verdict for receipt in await at.enter(at.mark(seat=2))} == {"stored"}
    assert await unbroken(at)


async def test_a_begin_that_finds_the_file_locked_leaks_nothing(sqlite_url, monkeypatch):
    from contest.store import sqlite
    from contest.store.open import open_store

    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.01)
    store = await open_store(sqlite_url)
    at = await hall(store)
    await at.stored(at.mark())
    threads = threading.active_count()
    outside = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    outside.execute("BEGIN IMMEDIATE")
    for _ in range(10):
        with pytest.raises(StoreUnavailable):
            await at.enter(at.mark(seat=1))
    outside.close()
    assert threading.active_count() <= threads
    await at.stored(at.mark(seat=2))
    assert await unbroken(at)
    await store.close()


# ---- Piccolo -------------------------------------------------------------------------------------------------


async def test_piccolos_own_transactions_lose_rows_after_a_failed_commit(tmp_path):
    """The fault itself. When this fails, Piccolo was mended: `contest/store/engine.py` may then be simpler."""
    path = tmp_path / "piccolo.db"
    engine = SQLiteEngine(path=str(path), timeout=0.01)

    class Score(Table, db=engine):
        value = Integer()

    await Score.create_table()
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM score").fetchall()
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        async with engine.transaction():
            await Score.insert(Score(value=1))
    reader.close()
    acknowledged = 0
    for value in range(5):
        async with engine.transaction():
            await Score.insert(Score(value=value))
        acknowledged += 1
    stuck = engine.current_transaction.get()
    assert stuck is not None, "the dead transaction stays the current one"
    await stuck.connection.close()
    with sqlite3.connect(path) as after:
        stored = after.execute("SELECT count(*) FROM score").fetchone()[0]
    after.close()
    assert (acknowledged, stored) == (5, 0)


def test_nothing_of_ours_uses_piccolos_transactions():
    forbidden = {"transaction", "atomic"}
    found, read = [], 0
    for package in ("contest", "realtime", "seed"):
        for path in sorted((ROOT / package).rglob("*.py")):
            read += 1
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                # Those of a connection are asyncpg's; Piccolo's belong to its engines.
                used = isinstance(node, ast.Attribute) and node.attr in forbidden
                used = used and not ast.unparse(node.value).endswith("connection")
                brought = isinstance(node, ast.ImportFrom) and (node.module or "").startswith("piccolo.engine")
                if used or (brought and path != Path(ROOT / "contest" / "store" / "engine.py")):
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert read > 100
    assert found == []
