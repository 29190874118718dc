"""What the book answers, what it stores, and what it never does."""

import asyncio

import msgspec
import pytest

from contest.errors import (
    AlreadyExists,
    GateOutOfOrder,
    MarkSettled,
    MarksPending,
    NotFound,
    SchemeInvalid,
    SchemeLocked,
    SeatRevoked,
    StoreReadOnly,
)
from contest.model.fact import commitment
from contest.model.gate import Line
from contest.model.ids import ContestId, DeviceId, MarkId, SeatId, SessionId
from contest.model.mark import MarkKind
from contest.model.ruling import PassGate
from contest.store.open import Store, open_store
from contest.store.queries.facts import facts_after, heads
from contest.store.tables import DeviceRow, EntryRow, FactRow, GateRow, MarkRow, ReceiptRow, SeatRow, WordsRow
from contest.store.verify import verify
from tests.builders import FAULTS, PANEL, SCHEME, THEORY, Hall, hall


async def standings(store: Store) -> dict[str, str]:
    rows = await store.select(MarkRow.select(MarkRow.id, MarkRow.standing))
    return {row["id"]: row["standing"] for row in rows}


async def unbroken(at: Hall) -> bool:
    checked = await verify(at.store, at.contest)
    assert checked.problem == ""
    return checked.facts > 0


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


async def test_the_chief_judge_lets_a_pending_mark_count_or_declines_it(store):
    at = await hall(store)
    first, late, later = at.mark(8000), at.mark(8100), at.mark(8200)
    await at.enter(first, late, later)
    with pytest.raises(MarksPending):
        await at.pass_gate("locked")
        await at.pass_gate("confirmed")
    await at.settle(late.mark, accept=True, text="看错了一行")
    await at.settle(later.mark, accept=False)
    assert await standings(store) == {first.mark: "superseded", late.mark: "counts", later.mark: "declined"}
    with pytest.raises(MarkSettled):
        await at.settle(later.mark, accept=True)
    await at.pass_gate("confirmed")
    assert await unbroken(at)


async def test_a_reason_stands_beside_the_chain_and_can_be_erased(store):
    at = await hall(store)
    await at.stored(at.mark(reason="张三的工件碰伤"))
    await at.rule_entry(1, "disqualified", text="李四违规")
    (told, ruled) = await store.select(WordsRow.select().order_by(WordsRow.seq))
    assert (told["text"], ruled["text"]) == ("张三的工件碰伤", "李四违规")
    facts = {fact.seq: fact for fact in await facts_after(store, at.contest, 0)}
    assert facts[told["seq"]].body.reason == commitment(told["salt"], "张三的工件碰伤")
    contents = [row["content"] for row in await store.select(FactRow.select(FactRow.content))]
    assert not any("张三" in content or "李四" in content for content in contents)
    await store.apply(WordsRow.delete(force=True))
    assert await unbroken(at)


async def test_gates_are_passed_in_order_and_once(store):
    at = await hall(store, opened=False)
    for early in ("locked", "confirmed"):
        with pytest.raises(GateOutOfOrder):
            await at.pass_gate(early)
    await at.pass_gate("opened")
    with pytest.raises(GateOutOfOrder):
        await at.pass_gate("opened")
    await at.pass_gate("locked")
    await at.pass_gate("confirmed")
    await at.pass_gate("provisional", Line.RESULTS)
    await at.pass_gate("official", Line.RESULTS, text="公示期满")
    rows = await store.select(GateRow.select(GateRow.line, GateRow.gate).order_by(GateRow.seq))
    assert [f"{row['line']} {row['gate']}" for row in rows] == [
        "results started",
        "session opened",
        "session locked",
        "session confirmed",
        "results ended",
        "results provisional",
        "results official",
    ]
    (words,) = await store.select(WordsRow.select())
    (fact,) = await facts_after(store, at.contest, words["seq"] - 1, 1)
    assert fact.body.gate == "official"
    assert await unbroken(at)


async def test_the_view_is_frozen_and_thawed_as_often_as_wanted(store):
    at = await hall(store)
    for _ in range(2):
        await at.pass_gate("frozen", Line.VIEW)
        with pytest.raises(GateOutOfOrder):
            await at.pass_gate("frozen", Line.VIEW)
        await at.pass_gate("thawed", Line.VIEW)
    rows = await store.select(GateRow.select(GateRow.round, GateRow.gate).where(GateRow.line == "view"))
    assert sorted(tuple(row.values()) for row in rows) == [
        (1, "frozen"),
        (1, "thawed"),
        (2, "frozen"),
        (2, "thawed"),
    ]
    assert await unbroken(at)


async def test_a_reopened_session_takes_marks_again_and_takes_published_results_back(store):
    at = await hall(store)
    first = at.mark()
    await at.stored(first)
    await at.pass_gate("locked")
    await at.pass_gate("confirmed")
    await at.pass_gate("provisional", Line.RESULTS)
    recorded = await at.reopen(text="复核有误")
    facts = await facts_after(store, at.contest, recorded.seqs[0] - 1)
    assert [(type(fact.body).__name__, fact.body.line) for fact in facts] == [
        ("LineReopened", "results"),
        ("GatePassed", "results"),
        ("LineReopened", "session"),
        ("GatePassed", "session"),
    ]
    assert [bool(fact.body.reason) for fact in facts] == [False, False, True, False]
    await at.stored(at.mark(9000, replaces=first.mark))
    await at.pass_gate("locked")
    await at.pass_gate("confirmed")
    await at.pass_gate("provisional", Line.RESULTS)
    assert await unbroken(at)


async def test_official_results_close_everything(store):
    at = await hall(store)
    await at.pass_gate("locked")
    await at.pass_gate("confirmed")
    await at.pass_gate("provisional", Line.RESULTS)
    await at.pass_gate("official", Line.RESULTS)
    for attempt in (at.reopen(), at.rule_entry(0, "withdrawn")):
        with pytest.raises(GateOutOfOrder):
            await attempt
    await at.reopen(Line.RESULTS)
    await at.reopen()
    await at.rule_entry(0, "withdrawn")
    (row,) = await store.select(EntryRow.select(EntryRow.status).where(EntryRow.id == at.entries[0]))
    assert row["status"] == "withdrawn"
    assert await unbroken(at)


async def test_who_asks_for_what_is_not_there_hears_so(store):
    at = await hall(store)
    at.session = SessionId("none")
    with pytest.raises(NotFound):
        await at.pass_gate("locked")
    at.entries[0] = "none"
    with pytest.raises(NotFound):
        await at.rule_entry(0, "withdrawn")
    at.contest = ContestId("none")
    with pytest.raises(NotFound):
        await at.pass_gate("frozen", Line.VIEW)
    with pytest.raises(NotFound):
        await store.book.revoke_device(ContestId("c1"), device=DeviceId("none"), by="a")


async def test_a_scheme_has_versions_until_marking_starts(store):
    at = await hall(store, opened=False)
    await store.book.adopt_scheme(at.contest, event=at.event, document=SCHEME, by="account-organiser")
    with pytest.raises(SchemeInvalid):
        await store.book.adopt_scheme(at.contest, event=at.event, document="{}", by="account-organiser")
    await at.pass_gate("opened")
    with pytest.raises(SchemeLocked):
        await store.book.adopt_scheme(at.contest, event=at.event, document=SCHEME, by="account-organiser")
    adopted = [fact for fact in await facts_after(store, at.contest, 0) if hasattr(fact.body, "digest")]
    assert [fact.body.version for fact in adopted] == [1, 2]
    assert await unbroken(at)


async def test_rows_of_registration_are_written_with_the_fact_or_not_at_all(store):
    at = await hall(store)
    rename = EntryRow.update({EntryRow.name: "改名"}).where(EntryRow.id == at.entries[0])
    with pytest.raises(GateOutOfOrder):
        await store.book.record(at.contest, _gate(at, "confirmed"), also=[rename])
    (row,) = await store.select(EntryRow.select(EntryRow.name).where(EntryRow.id == at.entries[0]))
    assert row["name"] == at.entries[0]
    await store.book.record(at.contest, _gate(at, "locked"), also=[rename])
    (row,) = await store.select(EntryRow.select(EntryRow.name).where(EntryRow.id == at.entries[0]))
    assert row["name"] == "改名"


async def test_what_cannot_be_written_fails_alone(store):
    at = await hall(store)
    twice = EntryRow.insert(
        EntryRow(id=at.entries[0], contest=at.contest, event=at.event, kind="competitor", name="同一个")
    )
    failed, receipts = await asyncio.gather(
        store.book.record(at.contest, _gate(at, "locked"), also=[twice]),
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


def _gate(at: Hall, gate: str) -> PassGate:
    return PassGate(event=at.event, line=Line.SESSION, subject=at.session, gate=gate, by="account-chief")


async def test_the_panel_aspect_takes_one_mark_of_each_seat(store):
    at = await hall(store)
    await at.stored(*(at.mark(8000 + 100 * seat, seat=seat) for seat in range(3)))
    rows = await store.select(MarkRow.select(MarkRow.seat).where(MarkRow.aspect == PANEL))
    assert sorted(row["seat"] for row in rows) == at.seats
