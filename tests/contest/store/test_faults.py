"""When the database fails: nothing false is acknowledged, and the next batch works."""

import asyncio
import multiprocessing
import random
import signal
import sqlite3
import threading
from collections.abc import Sequence
from multiprocessing.connection import Connection

import msgspec
import pytest

from contest.errors import StoreUnavailable
from contest.model.ids import ContestId
from contest.model.mark import EnterMark, Receipt
from contest.store.open import Store, open_store
from contest.store.tables import MarkRow, ReceiptRow, SeasonRow
from contest.store.work import Run
from tests.builders import hall, session_gate, unbroken
from tests.realtime.sockets import PATIENCE

BREAK = {
    "sqlite": (
        "CREATE TABLE nowhere (id INTEGER PRIMARY KEY)",
        "CREATE TABLE torn (id INTEGER REFERENCES nowhere (id) DEFERRABLE INITIALLY DEFERRED)",
        "CREATE TRIGGER tear AFTER INSERT ON {table} BEGIN INSERT INTO torn VALUES (1); END",
    ),
    "postgres": (
        "CREATE FUNCTION torn() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''torn''; END'",
        """CREATE CONSTRAINT TRIGGER tear AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED
           FOR EACH ROW EXECUTE FUNCTION torn()""",
    ),
}
"""Everything of a transaction succeeds, and its COMMIT fails: a real one, on both engines."""


async def run(store: Store, *statements: str) -> None:
    def work():
        for statement in statements:
            _ = yield Run(statement)

    await store.writer.transact(work)


async def break_commits(store: Store, table: str = "receipt") -> None:
    await run(store, *(sql.format(table=table) for sql in BREAK[store.dialect]))


async def mend_commits(store: Store, table: str = "receipt") -> None:
    await run(store, "DROP TRIGGER tear" if store.dialect == "sqlite" else f"DROP TRIGGER tear ON {table}")


async def test_when_a_commit_fails_nobody_is_acknowledged_and_the_next_one_works(store):
    at = await hall(store)
    rung = []
    store.book.heard(lambda contest, seq: rung.append(seq))
    await break_commits(store)
    marks = [at.mark(seat=seat, entry=entry) for seat in range(3) for entry in range(4)]
    failed = await asyncio.gather(*(at.enter(mark) for mark in marks), return_exceptions=True)
    assert [type(one) for one in failed] == [StoreUnavailable] * len(marks)
    assert (await store.select(MarkRow.count()), rung) == (0, [])
    await mend_commits(store)
    assert {receipt.verdict for receipt in await at.enter(*marks)} == {"stored"}
    assert await store.select(MarkRow.count()) == len(marks)
    assert await unbroken(at)


async def test_many_failed_commits_use_nothing_up(store):
    at = await hall(store)
    await break_commits(store, "fact")
    mark = at.mark()
    for _ in range(8):
        with pytest.raises(StoreUnavailable):
            await at.enter(mark)
        with pytest.raises(StoreUnavailable):
            await store.book.record(at.contest, session_gate(at, "locked"))
    await mend_commits(store, "fact")
    await at.stored(mark)
    await store.book.record(at.contest, session_gate(at, "locked"))
    assert await unbroken(at)


async def test_a_failed_commit_of_registration_leaves_nothing(store):
    await break_commits(store, "season")
    season = SeasonRow(id="s1", name="年度", year=2026)
    with pytest.raises(StoreUnavailable):
        await store.apply(SeasonRow.insert(season))
    await mend_commits(store, "season")
    assert await store.select(SeasonRow.count()) == 0
    await store.apply(SeasonRow.insert(season))
    assert await store.select(SeasonRow.count()) == 1


async def test_a_full_disk_is_said_and_survived(sqlite_url):
    store = await open_store(sqlite_url)
    at = await hall(store)

    def limit(pages: str):
        (size,) = yield Run("PRAGMA page_count")
        _ = yield Run(f"PRAGMA max_page_count = {pages.format(**size)}")

    await store.writer.transact(lambda: limit("{page_count}"))
    acknowledged: list[Receipt] = []
    full = 0
    for number in range(60):
        try:
            acknowledged += await at.enter(at.mark(seat=number % 3, reason="满" * 400))
        except StoreUnavailable:
            full += 1
    assert full > 0
    await store.writer.transact(lambda: limit("1000000"))
    (receipt,) = await at.enter(at.mark(entry=2))
    assert receipt.verdict == "stored"
    assert await store.select(MarkRow.count()) == len(acknowledged) + 1
    assert await unbroken(at)
    await store.close()


async def test_a_lock_from_outside_delays_and_loses_nothing(sqlite_url, monkeypatch):
    store = await open_store(sqlite_url)
    at = await hall(store)
    outside = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    outside.execute("BEGIN IMMEDIATE")
    tried, live = threading.Event(), store.writer._live
    monkeypatch.setattr(store.writer, "_live", lambda: (live(), tried.set())[0])
    waiting = asyncio.create_task(at.enter(at.mark()))
    assert await asyncio.to_thread(tried.wait, PATIENCE)
    await asyncio.sleep(0.3)
    assert not waiting.done()
    outside.execute("ROLLBACK")
    outside.close()
    assert (await waiting)[0].verdict == "stored"
    await store.close()


async def test_a_server_that_drops_our_connections_is_survived(postgres_url):
    store = await open_store(postgres_url)
    at = await hall(store)
    for number in range(6):
        mark = at.mark(seat=number % 3, entry=number % 4)
        with pytest.raises(StoreUnavailable):
            await run(
                store, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            )
        receipts = await _insist(store, at.contest, mark)
        assert receipts[0].verdict == "stored"
    assert await store.select(MarkRow.count()) == 6
    assert await unbroken(at)
    await store.close()


async def _insist(store: Store, contest: ContestId, mark: EnterMark) -> list[Receipt]:
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                return await store.book.enter(contest, [mark])
            except StoreUnavailable:
                await asyncio.sleep(0.05)


# ---- a writer that is killed ---------------------------------------------------------------------------------


def _write_until_killed(url: str, contest: ContestId, encoded: bytes, said: Connection) -> None:
    """A process that stores marks, several at once, and says each receipt only when it has it."""

    async def write() -> None:
        store = await open_store(url)
        marks = iter(msgspec.json.decode(encoded, type=list[EnterMark]))

        async def judge() -> None:
            for mark in marks:
                said.send_bytes(msgspec.json.encode(await store.book.enter(contest, [mark])))

        await asyncio.gather(*(judge() for _ in range(6)))
        await store.close()

    asyncio.run(write())
    said.send_bytes(b"[]")


def _acknowledged(said: Connection, most: int) -> tuple[list[Receipt], bool]:
    """Receipts that were heard, and whether the process came to its end."""
    heard: list[Receipt] = []
    while len(heard) < most:
        assert said.poll(PATIENCE), "the process says nothing"
        try:
            message = msgspec.json.decode(said.recv_bytes(), type=list[Receipt])
        except EOFError:
            break
        if not message:
            return heard, True
        heard += message
    return heard, False


def _killed_once(
    url: str, contest: ContestId, marks: Sequence[EnterMark], most: int
) -> tuple[list[Receipt], bool]:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["contest.store.open", "asyncpg", "tests.contest.store.test_faults"])
    hears, says = context.Pipe(duplex=False)
    child = context.Process(target=_write_until_killed, args=(url, contest, msgspec.json.encode(marks), says))
    child.start()
    says.close()
    try:
        heard, ended = _acknowledged(hears, most)
        if not ended:
            child.kill()
            # What it said before it died was promised as well.
            late, _ = _acknowledged(hears, len(marks) + 1)
            heard += late
        child.join(PATIENCE)
        assert child.exitcode in (0, -signal.SIGKILL), "the process neither came to its end nor was killed"
    finally:
        child.kill()
        hears.close()
    return heard, ended


async def test_a_writer_killed_twenty_times_loses_and_doubles_nothing(store, store_url):
    at = await hall(store, judges=6, entries=50)
    marks = [at.mark(8000, seat=seat, entry=entry) for entry in range(50) for seat in range(6)]
    await store.close()
    dice = random.Random(20)
    promised: dict[str, Receipt] = {}
    kills, ended = 0, False
    while not ended:
        dice.shuffle(marks)
        most = dice.randint(1, 40) if kills < 20 else len(marks) + 1
        heard, ended = await asyncio.to_thread(_killed_once, store_url, at.contest, marks, most)
        kills += not ended
        for receipt in heard:
            assert receipt.verdict == "stored"
            assert promised.setdefault(receipt.mark, receipt) == receipt
    assert kills == 20
    at.store = await open_store(store_url)
    rows = await at.store.select(MarkRow.select(MarkRow.id, MarkRow.seq, MarkRow.standing))
    assert {row["id"]: row["seq"] for row in rows} == {mark: receipt.seq for mark, receipt in promised.items()}
    assert len(rows) == len(marks)
    assert {row["standing"] for row in rows} == {"counts"}
    assert await at.store.select(ReceiptRow.count()) == len(marks)
    assert await unbroken(at)
    await at.store.close()
