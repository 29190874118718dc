"""Officials and questions that are given up, at whatever moment: done or not done, and nothing is used up."""

import asyncio
import threading

import pytest

from contest.store.tables import MarkRow, SeasonRow
from tests.builders import hall, session_gate, unbroken
from tests.realtime.sockets import until

MOMENTS = 24
"""More turns of the loop than any of these takes from its first await to its last."""


async def cut_short(asked, turns: int):
    """Ask, let the loop turn so many times, go away; the answer, if there was one in time."""
    task = asyncio.ensure_future(asked)
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    (outcome,) = await asyncio.gather(task, return_exceptions=True)
    if isinstance(outcome, BaseException) and not isinstance(outcome, asyncio.CancelledError):
        raise outcome
    return None if isinstance(outcome, BaseException) else outcome


async def nothing_is_used_up(store, threads: int) -> None:
    """Every connection lies in its pool again, no thread and no task of ours goes on."""
    if store.dialect == "postgres":
        pools = (store.writer._pool, store.engine.pool)
        await until(lambda: all(pool.get_idle_size() == pool.get_size() for pool in pools))
        await until(lambda: not store.writer._running)
    else:
        await store.writer._in_thread(lambda: None)
        assert threading.active_count() <= threads
        assert [reader.waiting for reader in store.engine.readers._all] == [0, 0]
    await until(lambda: store.book._settling is None)


async def test_an_official_who_goes_away_at_any_moment_leaves_a_gate_that_is_passed_or_not(store):
    at = await hall(store)
    threads = threading.active_count() + 1
    for turn in range(0, MOMENTS, 2):
        before = (await at.enter(at.mark(entry=turn % 4, number=1000 + turn)))[0].verdict
        await cut_short(store.book.record(at.contest, session_gate(at, "locked")), turn)
        await until(lambda: store.book._settling is None)
        (late,) = await at.enter(at.mark(entry=turn % 4, number=2000 + turn))
        if late.because == "session_locked":
            await at.reopen(text="复核")
        assert before in ("stored", "pending")
    assert await unbroken(at)
    await nothing_is_used_up(store, threads)


async def test_registration_and_questions_that_are_given_up_use_nothing_up(store):
    at = await hall(store)
    await store.select(MarkRow.count())
    threads = threading.active_count() + 1
    seasons = [SeasonRow(id=f"s{turn}", name="年度", year=2026) for turn in range(MOMENTS)]
    for turn, season in enumerate(seasons):
        await cut_short(store.apply(SeasonRow.insert(season)), turn)
        await cut_short(store.select(MarkRow.count()), turn)
    await nothing_is_used_up(store, threads)
    rows = await store.select(SeasonRow.select(SeasonRow.id))
    left = [season for season in seasons if season.id not in {row["id"] for row in rows}]
    for season in left:
        await store.apply(SeasonRow.insert(season))
    assert await store.select(SeasonRow.count()) == MOMENTS
    assert await unbroken(at)


async def test_everybody_who_hands_marks_in_is_answered_once_whoever_cannot_bear_it(store):
    at = await hall(store)
    heard = {"first": [], "second": [], "crooked": []}

    def broken(_):
        raise ValueError("not to be borne")

    store.book.hand_in(at.contest, [at.mark(entry=0)], broken)
    for name in ("first", "second"):
        store.book.hand_in(at.contest, [at.mark(entry=len(name) % 2 + 1)], heard[name].append)
    store.book.hand_in(at.contest, [at.mark(entry=3, number=0)], heard["crooked"].append)
    await until(lambda: store.book._settling is None)
    assert [[receipt.verdict for receipt in answer] for answer in (*heard["first"], *heard["second"])] == [
        ["stored"],
        ["stored"],
    ]
    assert [answer[0].verdict for answer in heard["crooked"]] == ["refused"]


async def test_who_has_handed_marks_in_hears_once_that_the_book_was_ended(store):
    at = await hall(store)
    heard = []
    store.book.hand_in(at.contest, [at.mark()], heard.append)
    await asyncio.sleep(0)
    store.book._settling.cancel()
    await until(lambda: store.book._settling is None)
    assert [answer.code for answer in heard] == ["store_unavailable"]


async def test_the_book_says_that_it_writes_from_the_handing_over_to_the_commit_or_the_failure(store, monkeypatch):
    at = await hall(store)
    transact, seen = store.writer.transact, []

    async def watched(work):
        seen.append(store.book.writing)
        return await transact(work)

    async def broken(work):
        seen.append(store.book.writing)
        raise OSError("the disk is full")

    monkeypatch.setattr(store.writer, "transact", watched)
    await at.enter(at.mark())
    assert (seen, store.book.writing) == ([True], False)
    monkeypatch.setattr(store.writer, "transact", broken)
    with pytest.raises(OSError, match="full"):
        await at.enter(at.mark(entry=1))
    assert (seen, store.book.writing) == ([True, True], False)
