"""Many at once: what is settled together helps and harms nobody else."""

import asyncio

import asyncpg
import pytest

from contest.errors import (
    AlreadyExists,
    StoreReadOnly,
)
from contest.store.open import open_store
from contest.store.postgres import CHANNEL
from contest.store.queries.facts import heads
from contest.store.tables import EntryRow, GateRow, MarkRow
from tests.builders import hall, session_gate, unbroken


async def test_what_cannot_be_written_fails_alone(store):
    at = await hall(store)
    twice = EntryRow.insert(
        EntryRow(id=at.entries[0], contest=at.contest, event=at.event, kind="competitor", name="同一个")
    )
    failed, receipts = await asyncio.gather(
        store.book.record(at.contest, session_gate(at, "locked"), also=[twice]),
        at.enter(at.mark()),
        return_exceptions=True,
    )
    assert isinstance(failed, AlreadyExists)
    assert receipts[0].verdict == "stored"
    assert await unbroken(at)


async def test_marks_that_race_a_lock_count_only_before_it(store):
    at = await hall(store, judges=5, entries=6)
    marks = [at.mark(seat=seat, entry=entry) for seat in range(5) for entry in range(6)]
    tasks = []
    for number, mark in enumerate(marks):
        if number == len(marks) // 2:
            tasks.append(asyncio.create_task(at.pass_gate("locked")))
        tasks.append(asyncio.create_task(at.enter(mark)))
        if number % 7 == 0:
            await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    (lock_row,) = await store.select(GateRow.select(GateRow.seq).where(GateRow.gate == "locked"))
    rows = await store.select(MarkRow.select(MarkRow.seq, MarkRow.standing))
    assert len(rows) == len(marks)
    assert {row["standing"] for row in rows if row["seq"] > lock_row["seq"]} == {"pending"}
    assert {row["standing"] for row in rows if row["seq"] < lock_row["seq"]} == {"counts"}
    assert await unbroken(at)


async def test_two_contests_are_settled_together_and_numbered_apart(store):
    halls = [await hall(store, name=name) for name in ("c1", "c2", "c3")]
    before = {head.contest: head.seq for head in await heads(store)}
    await asyncio.gather(*(at.enter(at.mark(seat=seat)) for at in halls for seat in range(3)))
    assert {head.contest: head.seq for head in await heads(store)} == {key: seq + 3 for key, seq in before.items()}
    assert all([await unbroken(at) for at in halls])


async def test_a_bell_rings_after_the_commit_with_the_newest_number(store):
    at = await hall(store)
    rung = []
    store.book.heard(lambda contest, seq: rung.append((contest, seq)))
    store.book.heard(lambda contest, seq: 1 // 0)
    (receipt,) = await at.stored(at.mark())
    assert rung == [(at.contest, receipt.seq)]
    await at.enter(at.mark(99000))
    assert len(rung) == 1


async def test_a_caller_who_goes_away_tears_nothing(store):
    at = await hall(store)
    marks = [at.mark(seat=seat, entry=entry) for seat in range(3) for entry in range(4)]
    tasks = [asyncio.create_task(at.enter(mark)) for mark in marks]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    done = await asyncio.gather(*tasks, return_exceptions=True)
    assert [isinstance(one, asyncio.CancelledError) for one in done] == [True, False] * 6
    assert all(receipt.verdict == "stored" for receipt in await at.enter(*marks))
    assert await store.select(MarkRow.count()) == len(marks)
    assert await unbroken(at)


async def test_a_process_that_only_follows_reads_and_never_writes(store, store_url):
    at = await hall(store)
    await at.stored(at.mark())
    follower = await open_store(store_url, readonly=True)
    try:
        assert await follower.select(MarkRow.count()) == 1
        with pytest.raises(StoreReadOnly):
            _ = follower.book
        with pytest.raises(StoreReadOnly):
            await follower.apply(MarkRow.delete(force=True))
        with pytest.raises(StoreReadOnly):
            await follower.select(MarkRow.delete(force=True))
    finally:
        await follower.close()
    assert await store.select(MarkRow.count()) == 1


async def test_other_nodes_hear_of_new_facts_at_the_commit(postgres_url):
    store = await open_store(postgres_url)
    at = await hall(store)
    heard: asyncio.Queue[str] = asyncio.Queue()
    ear = await asyncpg.connect(postgres_url)
    await ear.add_listener(CHANNEL, lambda *told: heard.put_nowait(told[-1]))
    (receipt,) = await at.stored(at.mark())
    async with asyncio.timeout(60):
        assert await heard.get() == f"{at.contest},{receipt.seq}"
    await ear.close()
    await store.close()


async def test_two_nodes_write_one_chain_without_a_hole(postgres_url):
    one, other = await open_store(postgres_url), await open_store(postgres_url)
    at = await hall(one, judges=4, entries=10)
    marks = [at.mark(seat=seat, entry=entry) for seat in range(4) for entry in range(10)]
    nodes = (one, other, one)
    answers = await asyncio.gather(*(node.book.enter(at.contest, [mark]) for mark in marks for node in nodes))
    receipts = {receipt.mark: receipt for (receipt,) in answers}
    assert [receipts[receipt.mark] for (receipt,) in answers] == [receipt for (receipt,) in answers]
    assert len({receipt.seq for receipt in receipts.values()}) == len(marks)
    assert await unbroken(at)
    await other.close()
    await one.close()
