"""Every commit is signed, in the same transaction, and also the facts from before heads were signed."""

import asyncio

import pytest

from contest.model.merkle import Tree
from contest.model.signing import SigningKey, head_signed, under
from contest.store.gather import head_of
from contest.store.queries.facts import facts_after
from contest.store.tables import FactRow, HeadRow, SignedHeadRow
from contest.store.work import Run
from tests.builders import hall, unbroken


async def heads(at):
    query = SignedHeadRow.select().where(SignedHeadRow.contest == at.contest).order_by(SignedHeadRow.seq)
    return [head_of(row) for row in await at.store.select(query)]


async def change(store, *statements: str) -> None:
    def work():
        for statement in statements:
            yield Run(statement)

    await store.writer.transact(work)


async def test_the_heads_of_a_contest_cover_every_fact_once(store):
    at, other = await hall(store), await hall(store, name="c2")
    places = [(seat, entry) for seat in range(3) for entry in range(4)]
    sent = [(one, one.mark(seat=seat, entry=entry)) for seat, entry in places for one in (at, other)]
    await asyncio.gather(*(one.enter(mark) for one, mark in sent))
    for one in (at, other):
        facts = await facts_after(store, one.contest, 0)
        signed = await heads(one)
        assert [head.first for head in signed] == [1, *(head.seq + 1 for head in signed[:-1])]
        assert signed[-1].seq == len(facts)
        for head in signed:
            covered = facts[head.first - 1 : head.seq]
            assert head_signed(head, store.key.public)
            assert (head.link, head.at) == (covered[-1].link, covered[-1].at)
            assert head.root == Tree([fact.link for fact in covered]).root
        assert max(head.seq - head.first for head in signed) > 0
        assert await unbroken(one)


async def test_what_cannot_be_signed_is_not_stored(store, monkeypatch):
    at = await hall(store)
    mark = at.mark()
    with monkeypatch.context() as patch:
        patch.setattr(SigningKey, "sign", lambda *_: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            await at.enter(mark)
    assert await store.select(FactRow.count().where(FactRow.kind == "mark_entered")) == 0
    await at.stored(mark)
    assert await unbroken(at)


async def test_a_ledger_from_before_is_signed_as_a_whole_by_its_next_commit(store):
    at = await hall(store)
    old = at.mark()
    await at.stored(old)
    await change(
        store,
        "DELETE FROM signed_head",
        "UPDATE head SET signed = 0",
        "UPDATE receipt SET head = NULL",
    )
    assert await unbroken(at)
    (before,) = await at.enter(old)
    assert (before.verdict, before.head, before.path) == ("stored", None, ())
    # The same again in the very commit that signs for the first time, and after it.
    old_again, (receipt,) = await asyncio.gather(at.enter(old), at.enter(at.mark(entry=1)))
    assert [*old_again, *await at.enter(old)] == [before, before]
    (head,) = await heads(at)
    assert (head.first, head.seq) == (1, receipt.seq)
    assert under(receipt.head, receipt.seq, receipt.link, receipt.path)
    (row,) = await store.select(HeadRow.select().where(HeadRow.id == at.contest))
    assert row["signed"] == row["seq"] == receipt.seq
    (next_one,) = await at.stored(at.mark(entry=2))
    assert next_one.head.first == receipt.seq + 1
    assert await unbroken(at)


async def test_a_refused_mark_has_no_head_and_moves_none(store):
    at = await hall(store)
    before = await heads(at)
    (refused,) = await at.enter(at.mark(99_000))
    assert (refused.verdict, refused.head, refused.path) == ("refused", None, ())
    assert await heads(at) == before


async def test_one_commit_of_two_contests_signs_two_heads_under_one_time(store, monkeypatch):
    at, other = await hall(store), await hall(store, name="c2")
    batches = []
    transact = store.writer.transact
    monkeypatch.setattr(store.writer, "transact", lambda begin: (batches.append(begin), transact(begin))[1])
    first = asyncio.create_task(at.enter(at.mark()))
    await asyncio.sleep(0)
    rest = await asyncio.gather(at.enter(at.mark(entry=1)), other.enter(other.mark()), at.enter(at.mark(entry=2)))
    await first
    (one,), (two,), (three,) = rest
    assert len(batches) == 2
    assert one.head == three.head != two.head
    assert one.head.at == two.head.at
    assert (one.head.seq - one.head.first, two.head.seq - two.head.first) == (1, 0)
