"""What officials may do to a contest, and what the ledger keeps of it."""

import pytest

from contest.errors import (
    GateOutOfOrder,
    MarkSettled,
    MarksPending,
    NotFound,
    ResultsEnded,
    SchemeInvalid,
    SchemeLocked,
)
from contest.model.fact import commitment
from contest.model.gate import Line
from contest.model.ids import ContestId, DeviceId, SessionId
from contest.store.queries.facts import facts_after
from contest.store.tables import EntryRow, FactRow, GateRow, WordsRow
from tests.builders import FAULTS, SCHEME, hall, session_gate, standings, unbroken


async def test_the_chief_judge_lets_a_pending_mark_count_or_declines_it(store):
    at = await hall(store)
    first, late, later = at.mark(8000), at.mark(8100), at.mark(8200)
    await at.enter(first, late, later)
    await at.pass_gate("locked")
    with pytest.raises(MarksPending):
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
    with pytest.raises(GateOutOfOrder):
        await at.reopen()
    with pytest.raises(ResultsEnded):
        await at.rule_entry(0, "withdrawn")
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
        await store.book.record(at.contest, session_gate(at, "confirmed"), also=[rename])
    (row,) = await store.select(EntryRow.select(EntryRow.name).where(EntryRow.id == at.entries[0]))
    assert row["name"] == at.entries[0]
    await store.book.record(at.contest, session_gate(at, "locked"), also=[rename])
    (row,) = await store.select(EntryRow.select(EntryRow.name).where(EntryRow.id == at.entries[0]))
    assert row["name"] == "改名"


async def test_what_two_judges_mark_for_the_whole_panel_waits_for_the_chief_judge(store):
    at = await hall(store)
    first, second = at.mark(1000, aspect=FAULTS), at.mark(2000, seat=1, aspect=FAULTS)
    await at.enter(first, second)
    assert await standings(store) == {first.mark: "counts", second.mark: "pending"}
    await at.settle(second.mark, accept=True)
    assert await standings(store) == {first.mark: "superseded", second.mark: "counts"}
    third = at.mark(3000, aspect=FAULTS, replaces=second.mark)
    await at.stored(third)
    assert await unbroken(at)


async def test_a_mark_that_waited_through_a_reopening_counts_when_the_chief_judge_says_so_and_once(store):
    at = await hall(store)
    first = at.mark(8000)
    await at.stored(first)
    await at.pass_gate("locked")
    late = at.mark(8100, replaces=first.mark)
    await at.enter(late)
    await at.reopen()
    again = at.mark(8200, replaces=first.mark)
    await at.stored(again)
    await at.settle(late.mark, accept=True)
    assert await standings(store) == {first.mark: "superseded", again.mark: "superseded", late.mark: "counts"}
    with pytest.raises(MarkSettled):
        await at.settle(late.mark, accept=False)
    assert await unbroken(at)
