"""What the book answers to marks, and what it stores of them."""

import asyncio

import msgspec
import pytest

from contest.errors import (
    AlreadyExists,
    NotFound,
    SeatRevoked,
)
from contest.model.ids import DeviceId, MarkId, SeatId
from contest.model.mark import MOST_REVISIONS, MarkKind
from contest.store.queries.facts import facts_after, heads
from contest.store.tables import DeviceRow, MarkRow, ReceiptRow, SeatRow
from tests.builders import FAULTS, PANEL, THEORY, hall, standings, unbroken


async def test_a_mark_is_stored_once_numbered_and_chained(store):
    at = await hall(store)
    mark = at.mark(8500)
    (receipt,) = await at.stored(mark)
    (fact,) = await facts_after(store, at.contest, receipt.seq - 1)
    assert (fact.seq, fact.link, fact.at, fact.body.value) == (receipt.seq, receipt.link, receipt.at, 8500)
    assert (await heads(store))[0].seq == receipt.seq
    assert await standings(store) == {mark.mark: "counts"}
    assert await unbroken(at)


async def test_a_correction_that_names_the_newest_mark_takes_its_place(store):
    at = await hall(store)
    first = at.mark(8000)
    await at.stored(first)
    second = at.mark(8100, replaces=first.mark)
    third = at.mark(8200, replaces=second.mark)
    await at.stored(second, third)
    rows = await store.select(
        MarkRow.select(MarkRow.id, MarkRow.standing, MarkRow.revision).order_by(MarkRow.revision)
    )
    assert [tuple(row.values()) for row in rows] == [
        (first.mark, "superseded", 1),
        (second.mark, "superseded", 2),
        (third.mark, "counts", 3),
    ]
    assert await unbroken(at)


async def test_a_mark_that_expected_another_one_waits_and_counts_nowhere(store):
    at = await hall(store)
    first = at.mark(8000)
    await at.stored(first)
    late = at.mark(8100)
    (receipt,) = await at.enter(late)
    assert (receipt.verdict, receipt.because) == ("pending", "not_newest")
    assert receipt.seq is not None
    assert await standings(store) == {first.mark: "counts", late.mark: "pending"}


async def test_after_the_lock_a_mark_waits(store):
    at = await hall(store)
    await at.pass_gate("locked")
    (receipt,) = await at.enter(at.mark())
    assert (receipt.verdict, receipt.because) == ("pending", "session_locked")


async def test_a_device_that_lost_its_seat_leaves_marks_that_wait(store):
    at = await hall(store)
    mark = at.mark()
    await store.book.revoke_device(at.contest, device=at.devices[0], by="account-organiser")
    (receipt,) = await at.enter(mark)
    assert (receipt.verdict, receipt.because) == ("pending", "seat_revoked")
    with pytest.raises(SeatRevoked):
        await store.book.revoke_device(at.contest, device=at.devices[0], by="account-organiser")
    assert await unbroken(at)


async def test_a_new_device_takes_the_seat_from_the_old_one(store):
    at = await hall(store)
    new = DeviceId("tablet-new")
    await store.book.take_seat(
        at.contest, seat=at.seats[0], device=new, name="备用", token="1" * 64, by="account-organiser"
    )
    old_mark, new_mark = await at.enter(at.mark(), at.mark(device=new))
    assert (old_mark.because, new_mark.verdict) == ("seat_revoked", "stored")
    (seat,) = await store.select(SeatRow.select(SeatRow.device).where(SeatRow.id == at.seats[0]))
    assert seat["device"] == new
    devices = await store.select(DeviceRow.select(DeviceRow.id).where(DeviceRow.revoked_at.is_not_null()))
    assert [row["id"] for row in devices] == [at.devices[0]]
    with pytest.raises(AlreadyExists):
        await store.book.take_seat(at.contest, seat=at.seats[1], device=new, name="", token="", by="a")
    with pytest.raises(NotFound):
        await store.book.take_seat(
            at.contest, seat=SeatId("none"), device=DeviceId("x"), name="", token="", by="a"
        )
    assert await unbroken(at)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"value": 10100}, "mark_out_of_range"),
        ({"value": 8050}, "mark_out_of_range"),
        ({"value": None}, "mark_out_of_range"),
        ({"value": 8000, "kind": MarkKind.ABSENT}, "mark_out_of_range"),
        ({"aspect": THEORY}, "mark_not_for_seat"),
        ({"aspect": "unknown"}, "mark_not_for_seat"),
        ({"session": "elsewhere"}, "mark_not_for_seat"),
        ({"device": "stranger"}, "seat_revoked"),
        ({"device": "desk:account"}, "mark_not_for_seat"),
    ],
)
async def test_a_mark_that_breaks_a_rule_is_refused_for_good_and_harms_no_other(store, wrong, code):
    at = await hall(store)
    bad = at.mark(**wrong)
    before, refused, after = await at.enter(at.mark(seat=1), bad, at.mark(seat=2))
    assert (before.verdict, refused.verdict, after.verdict) == ("stored", "refused", "stored")
    assert (refused.because, refused.seq, refused.mark) == (code, None, bad.mark)
    assert await at.enter(bad) == [refused]
    assert await store.select(ReceiptRow.count()) == 3


async def test_marks_for_an_entry_of_another_contest_are_refused(store):
    here, there = await hall(store, name="c1"), await hall(store, name="c2")
    stray = msgspec.structs.replace(here.mark(), entry=there.entries[0])
    abroad = there.mark()
    assert [receipt.because for receipt in await here.enter(stray, abroad)] == ["mark_not_for_seat"] * 2


async def test_before_the_session_opens_nothing_is_stored(store):
    at = await hall(store, opened=False)
    assert [receipt.because for receipt in await at.enter(at.mark())] == ["session_not_open"]
    assert await standings(store) == {}


async def test_the_desk_enters_what_is_marked_once_and_its_account_stands_for_it(store):
    at = await hall(store)
    await at.stored(at.mark(88500, aspect=THEORY, device="desk:organiser", by="account-organiser"))
    await at.stored(at.mark(1000, aspect=FAULTS, by="account-pretended"))
    rows = await store.select(MarkRow.select(MarkRow.seat, MarkRow.made_by).order_by(MarkRow.seq))
    assert [tuple(row.values()) for row in rows] == [("*", "account-organiser"), ("*", at.seats[0])]


async def test_the_same_key_and_content_get_the_same_receipt_also_in_one_batch(store):
    at = await hall(store)
    mark = at.mark()
    receipts = await at.enter(mark, mark)
    again = await asyncio.gather(*(at.enter(mark) for _ in range(5)))
    assert [receipts[0]] * 6 == [receipts[1], *(one for (one,) in again)]
    assert await store.select(MarkRow.count()) == 1


async def test_the_same_key_with_other_content_is_refused_and_reported(store):
    at = await hall(store)
    mark = at.mark(8000, number=7)
    other = msgspec.structs.replace(mark, value=9000)
    first, second = await at.enter(mark, other)
    assert (first.verdict, second.verdict, second.because) == ("stored", "refused", "key_reused")
    assert second.params == {"device_seq": 7}
    assert await at.enter(mark) == [first]
    assert store.book.keys_reused == 1
    (row,) = await store.select(MarkRow.select(MarkRow.value))
    assert row["value"] == 8000


async def test_an_id_of_a_mark_is_taken_once_whoever_made_it(store):
    at = await hall(store)
    mark = at.mark()
    thief = msgspec.structs.replace(at.mark(seat=1), mark=mark.mark)
    first, second, third = await at.enter(mark, thief, at.mark(seat=2))
    assert (first.verdict, second.because, third.verdict) == ("stored", "key_reused", "stored")
    later = msgspec.structs.replace(at.mark(seat=2, entry=1), mark=mark.mark)
    assert [receipt.because for receipt in await at.enter(later)] == ["key_reused"]


async def test_what_no_column_holds_is_refused_before_it_reaches_others(store):
    at = await hall(store)
    bad = [
        msgspec.structs.replace(at.mark(), mark=MarkId("x" * 65)),
        msgspec.structs.replace(at.mark(), mark=MarkId("nul\0")),
        msgspec.structs.replace(at.mark(), mark=MarkId("")),
        at.mark(reason="half \ud800"),
        at.mark(number=0),
        at.mark(number=2**63),
        at.mark(10**18),
        msgspec.structs.replace(at.mark(), kind="guessed"),
    ]
    good = at.mark(seat=1)
    receipts = await at.enter(*bad[:4], good, *bad[4:])
    assert [receipt.because for receipt in receipts].count("bad_input") == len(bad)
    assert receipts[4].verdict == "stored"


async def test_an_erased_mark_leaves_a_blank_that_can_be_filled_again(store):
    at = await hall(store)
    first = at.mark()
    erased = at.mark(None, kind=MarkKind.ERASED, replaces=first.mark)
    again = at.mark(7000, replaces=erased.mark)
    await at.stored(first, erased, again)
    assert await standings(store) == {first.mark: "superseded", erased.mark: "superseded", again.mark: "counts"}


async def test_the_panel_aspect_takes_one_mark_of_each_seat(store):
    at = await hall(store)
    await at.stored(*(at.mark(8000 + 100 * seat, seat=seat) for seat in range(3)))
    rows = await store.select(MarkRow.select(MarkRow.seat).where(MarkRow.aspect == PANEL))
    assert sorted(row["seat"] for row in rows) == at.seats


async def test_a_place_takes_so_many_corrections_from_tablets_and_then_the_desk_settles_it(store):
    at = await hall(store)
    marks = [at.mark(8000 + 100 * (turn % 10)) for turn in range(MOST_REVISIONS)]
    marks = [
        msgspec.structs.replace(mark, replaces=before.mark if before else None)
        for mark, before in zip(marks, [None, *marks], strict=False)
    ]
    await at.stored(*marks)
    (receipt,) = await at.enter(at.mark(9000, replaces=marks[-1].mark))
    assert (receipt.verdict, receipt.because) == ("refused", "too_many_revisions")
    assert (await at.enter(marks[0]))[0].verdict == "stored", "a repeat is no correction"
    (elsewhere,) = await at.enter(at.mark(9000, entry=1))
    assert elsewhere.verdict == "stored"
    assert await unbroken(at)
