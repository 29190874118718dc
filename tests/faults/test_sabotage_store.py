"""Sabotage twins of the store: each breaks one law of the product, and the check that guards it must go red.

The laws: synced before it is acknowledged · acknowledged after the commit · a failed commit is none · one row a
number · a repeat gets the same receipt · a number is given once. (Without a sync it is `test_d4_power` that goes
red, under synchronous NORMAL and OFF.)
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec
import pytest

from contest.errors import KeyReused
from contest.model.ids import MarkId
from contest.model.mark import refusal
from contest.store import settle, sqlite, write
from contest.store.draft import Draft
from contest.store.ids import new_id
from contest.store.open import open_store
from contest.store.sqlite_steps import drive
from contest.store.tables import FactRow, HeadRow, SignedHeadRow
from contest.store.work import Change, Insert
from tests.builders import Hall, hall
from tests.faults.apsw_connection import ApswConnection
from tests.faults.checker import check
from tests.faults.history import History, seed_of
from tests.faults.intake import enter, files_of, planted
from tests.faults.outages import Run, crashed, kinds
from tests.faults.test_d1_kills import stored_in
from tests.faults.test_d5_io_errors import Fault, survive


async def found_by_checker(at: Hall, url: str) -> set[str]:
    """Enter marks, each of them twice, in several commits; what the checker says of it."""
    history = History(seed_of(1))
    marks = [at.mark(8000, seat=seat, entry=entry) for entry in range(4) for seat in range(3)]
    for start in (0, 4, 8, 0, 4, 8):
        await enter(at, history, *marks[start : start + 4])
    return {problem.partition(":")[0] for problem in check(history.lines, await stored_in(url))}


async def test_nothing_is_found_where_nothing_is_broken(store, store_url):
    assert await found_by_checker(await hall(store), store_url) == set()


async def test_power_finds_an_answer_that_leaves_before_the_commit(sqlite_url, monkeypatch):
    def early(self: sqlite.Writer, work):
        connection = self._live()
        if connection.in_transaction:
            connection.execute("COMMIT")  # of the one before, which was answered long ago
        connection.execute("BEGIN IMMEDIATE")
        try:
            return drive(connection, work)
        except BaseException:
            connection.execute("ROLLBACK")
            raise

    path = Path(sqlite_url.removeprefix("sqlite:///"))
    run = Run(path, seed_of(2))
    run.sabotage = lambda: monkeypatch.setattr(sqlite.Writer, "_transact", early)
    await run.work(6)
    monkeypatch.undo()
    points = [run.dice.randint(run.ends // 2, run.ends) for _ in range(12)]
    assert "lost" in kinds(crashed(run, points, path.parent / "after"))


@pytest.mark.parametrize("swallowed", [False, True], ids=["as it is", "sabotaged"])
async def test_a_disk_that_cannot_sync_finds_a_failed_commit_that_is_swallowed(sqlite_url, monkeypatch, swallowed):
    execute = ApswConnection.execute

    def swallow(self: ApswConnection, sql: str, arguments=()):
        try:
            return execute(self, sql, arguments)
        except sqlite3.Error:
            if sql != "COMMIT":
                raise
            if self.in_transaction:
                execute(self, "ROLLBACK")
            return None

    path = Path(sqlite_url.removeprefix("sqlite:///"))
    at = await planted(sqlite_url)
    if swallowed:
        monkeypatch.setattr(ApswConnection, "execute", swallow)
    wrong = await survive(path, files_of(path), at, Fault("full", 40, sticky=True), seed_of(3))
    assert bool(wrong) == swallowed


async def test_the_checker_finds_a_number_that_is_stored_twice(store, store_url, monkeypatch):
    """No look at what was answered before, and no unique key that would stop it."""
    decided = settle._decided

    def anew(draft: Draft, contest, command):
        return decided(draft, contest, msgspec.structs.replace(command, mark=MarkId(new_id())))

    at = await hall(store)
    monkeypatch.setattr(settle, "_enter", anew)
    assert "twice" in await found_by_checker(at, store_url)


async def test_the_unique_key_stops_it_where_only_the_look_is_left_out(store, store_url, monkeypatch):
    enter_one = settle._enter

    def blind(draft: Draft, contest, command):
        draft.receipts.clear()
        fresh = msgspec.structs.replace(command, mark=MarkId(new_id()))
        return enter_one(draft, contest, fresh)

    at = await hall(store)
    monkeypatch.setattr(settle, "_enter", blind)
    history = History(seed_of(4))
    mark = at.mark()
    assert await enter(at, history, mark)
    with pytest.raises(Exception, match=r"receipt|exists"):
        await enter(at, history, mark)


async def test_the_checker_finds_a_repeat_that_is_answered_otherwise(store, store_url, monkeypatch):
    enter_one = settle._enter

    def forgetful(draft: Draft, contest, command):
        if settle.receipt_key(command) in draft.receipts:
            return refusal(command, KeyReused(device_seq=command.device_seq))
        return enter_one(draft, contest, command)

    at = await hall(store)
    monkeypatch.setattr(settle, "_enter", forgetful)
    assert "repeat" in await found_by_checker(at, store_url)


async def test_the_checker_finds_a_number_of_a_fact_that_is_given_twice(store, store_url, monkeypatch):
    rows = write.write

    def forget_the_head(draft: Draft):
        work = rows(draft)
        step = next(work)
        while True:
            if isinstance(step, Insert) and step.table in (FactRow, SignedHeadRow):
                step = Insert(step.table, step.rows, unless_there=True)  # no unique key stops it
            if isinstance(step, Change) and step.table is HeadRow:
                step = Change(HeadRow, [])
            try:
                step = work.send((yield step))
            except StopIteration:
                return

    at = await hall(store)
    monkeypatch.setattr(settle, "write", forget_the_head)
    assert "lost" in await found_by_checker(at, store_url)


async def test_the_power_model_finds_a_disk_that_only_says_it_synced(sqlite_url):
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    run = Run(path, seed_of(5))
    await run.work(10)
    run.disk.log[:] = [op for op in run.disk.log if op[0] != "sync"]
    points = [run.dice.randint(len(run.disk.log) // 2, len(run.disk.log)) for _ in range(8)]
    assert kinds(crashed(run, points, path.parent / "after"))


async def test_the_store_that_was_broken_here_is_whole_again(sqlite_url):
    store = await open_store(sqlite_url)
    assert await found_by_checker(await hall(store), sqlite_url) == set()
    await store.close()
