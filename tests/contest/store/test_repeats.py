"""Sending again is always harmless: any number of times, in any order, at once."""

import asyncio
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contest.model.signing import head_signed, under
from contest.store.tables import MarkRow, ReceiptRow
from tests.builders import hall, unbroken

_names = count(1)


@given(
    times=st.lists(st.integers(1, 5), min_size=1, max_size=8),
    shuffled=st.randoms(use_true_random=False),
    together=st.integers(1, 4),
)
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_each_mark_is_stored_once_and_answered_alike_however_often_it_comes(
    store, times, shuffled, together
):
    at = await hall(store, name=f"c{next(_names)}", judges=2, entries=4)
    marks = [at.mark(8000 + 100 * n, seat=n % 2, entry=n // 2) for n in range(len(times))]
    sent = [mark for mark, often in zip(marks, times, strict=True) for _ in range(often)]
    shuffled.shuffle(sent)
    messages = [sent[start : start + together] for start in range(0, len(sent), together)]
    answers = await asyncio.gather(*(at.enter(*message) for message in messages))
    receipts = {}
    for receipt in (receipt for answer in answers for receipt in answer):
        assert receipt.verdict == "stored"
        assert receipts.setdefault(receipt.mark, receipt) == receipt
        assert receipt.head is not None
        assert under(receipt.head, receipt.seq, receipt.link, receipt.path)
        assert head_signed(receipt.head, store.key.public)
    # Later, one by one and backwards, from what is stored alone.
    for mark in reversed(marks):
        assert await at.enter(mark) == [receipts[mark.mark]]
    rows = await store.select(MarkRow.select(MarkRow.id, MarkRow.seq).where(MarkRow.contest == at.contest))
    assert {row["id"]: row["seq"] for row in rows} == {mark: receipt.seq for mark, receipt in receipts.items()}
    assert len(rows) == len(marks)
    assert await store.select(ReceiptRow.count().where(ReceiptRow.device.is_in(at.devices))) == len(marks)
    assert await unbroken(at)
