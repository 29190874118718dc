"""A number that brings another mark than it brought before: refused, and on record for the chief judge."""

import asyncio

import msgspec

from contest.model.fact import KeyReused
from contest.model.ids import ContestId
from contest.store.open import open_store
from contest.store.queries.facts import facts_after
from contest.store.queries.results import reused_keys
from tests.builders import THEORY, hall, unbroken


async def test_a_reused_number_is_a_fact_and_stands_on_record_with_the_mark_that_was_refused(store):
    at = await hall(store)
    mark = at.mark(8000, number=7)
    other = msgspec.structs.replace(mark, value=9000)
    await at.enter(mark, other)
    (line,) = await reused_keys(store, at.session)
    assert (line.device, line.device_seq, line.mark, line.made_by) == (at.devices[0], 7, mark.mark, at.seats[0])
    assert (line.entry, line.aspect, line.kind, line.value) == (mark.entry, mark.aspect, "entered", 9000)
    (fact,) = [fact for fact in await facts_after(store, at.contest, 0) if isinstance(fact.body, KeyReused)]
    assert (line.seq, line.at) == (fact.seq, fact.at)
    assert fact.body.digest == other.digest
    assert await unbroken(at)


async def test_it_is_told_once_however_often_it_comes(store):
    at = await hall(store)
    mark = at.mark(8000, number=7)
    other, third = (msgspec.structs.replace(mark, value=value) for value in (9000, 7000))
    await at.enter(mark, other, other)
    for _ in range(3):
        (again,) = await at.enter(other)
        assert (again.verdict, again.because, again.params) == ("refused", "key_reused", {"device_seq": 7})
    assert len(await reused_keys(store, at.session)) == 1
    await at.enter(third)
    assert [line.value for line in await reused_keys(store, at.session)] == [9000, 7000]
    assert await unbroken(at)


async def test_the_id_of_a_mark_that_is_taken_is_told_as_well(store):
    at = await hall(store)
    mark = at.mark()
    thief = msgspec.structs.replace(at.mark(seat=1), mark=mark.mark)
    await at.enter(mark, thief)
    await at.enter(thief)
    (line,) = await reused_keys(store, at.session)
    assert (line.device, line.made_by, line.mark) == (at.devices[1], at.seats[1], mark.mark)


async def test_the_ledger_keeps_no_text_of_a_mark_that_names_nothing_of_the_session(store):
    at = await hall(store)
    mark = at.mark(77_000, aspect=THEORY, device="desk:a", by="account-a", number=1)
    await at.enter(mark)
    strange = msgspec.structs.replace(mark, entry="张三", aspect="李四", value=1)
    await at.enter(strange)
    (line,) = await reused_keys(store, at.session)
    assert (line.entry, line.aspect, line.value, line.made_by) == ("", "", 1, "account-a")


async def test_what_belongs_to_no_session_of_the_contest_is_refused_and_told_to_nobody(store):
    at, other = await hall(store), await hall(store, name="c2")
    mark = at.mark(8000, number=7)
    await at.enter(mark)
    elsewhere = msgspec.structs.replace(mark, session=other.session)
    (receipt,) = await at.enter(elsewhere)
    assert receipt.because == "key_reused"
    assert await reused_keys(store, at.session) == await reused_keys(store, other.session) == []
    assert not [fact for fact in await facts_after(store, ContestId("c2"), 0) if isinstance(fact.body, KeyReused)]
    assert await unbroken(at)
    assert await unbroken(other)


async def test_one_number_with_two_marks_at_two_nodes_at_once_is_stored_once_and_told_once(postgres_url):
    one, other = await open_store(postgres_url), await open_store(postgres_url)
    at = await hall(one, judges=2, entries=6)
    await one.book.enter(at.contest, [at.mark(entry=5)])
    await other.book.enter(at.contest, [at.mark(seat=1, entry=5)])
    marks = [at.mark(8000, seat=n % 2, entry=n // 2) for n in range(10)]
    others = [msgspec.structs.replace(mark, value=9000) for mark in marks]
    pairs = zip(marks, others, strict=True)
    sent = [(node, mark) for mark, twin in pairs for node, mark in ((one, mark), (other, twin))]
    answers = await asyncio.gather(*(node.book.enter(at.contest, [mark]) for node, mark in sent))
    for n in range(10):
        verdicts = [receipt.verdict for (receipt,) in answers[2 * n : 2 * n + 2]]
        assert sorted(verdicts) == ["refused", "stored"]
    # Whoever lost asks again, at either node: always the same answer, and no second report.
    for node in (one, other):
        again = [(await node.book.enter(at.contest, [mark]))[0] for _, mark in sent]
        assert again == [receipt for (receipt,) in answers]
    for node in (one, other):
        told = await reused_keys(node, at.session)
        assert sorted((line.device, line.device_seq) for line in told) == sorted(
            (mark.device, mark.device_seq) for mark in marks
        )
    assert one.book.keys_reused + other.book.keys_reused == 30
    assert await unbroken(at)
    await other.close()
    await one.close()
