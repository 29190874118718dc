"""Whatever is changed behind the book's back is found."""

from pathlib import Path

import msgspec
import pytest

from contest.model.fact import FIRST_LINK
from contest.model.gate import Line
from contest.model.mark import MarkKind
from contest.store.open import open_store
from contest.store.queries.facts import facts_after, heads
from contest.store.tables import FactRow
from contest.store.verify import rebuilt, verify, verify_all
from contest.store.work import Run
from tests.builders import THEORY, Hall, hall


async def full(store) -> Hall:
    """A contest in which everything happened that the ledger knows."""
    at = await hall(store, opened=False)
    await at.decide_tie(3, 1, text="当众抽签")
    await at.pass_gate("opened")
    first, late, later = at.mark(8000), at.mark(8100), at.mark(8200, reason="看错")
    await at.enter(first, late, later, at.mark(None, kind=MarkKind.ABSENT, seat=1))
    await at.enter(at.mark(77000, aspect=THEORY, device="desk:a", by="account-a"))
    await at.settle(late.mark, accept=True, text="确认")
    await at.settle(later.mark, accept=False)
    await at.rule_entry(2, "not_started", text="缺席")
    await store.book.revoke_device(at.contest, device=at.devices[2], by="account-organiser")
    await at.pass_gate("frozen", Line.VIEW)
    await at.pass_gate("locked")
    await at.reopen(text="复核")
    await at.enter(msgspec.structs.replace(first, value=9000))
    return at


async def change(store, sql: str) -> None:
    def work():
        yield Run(sql)

    await store.writer.transact(work)


async def test_what_the_book_wrote_is_sound(store, store_url):
    at = await full(store)
    other = await hall(store, name="c2")
    (c1, c2) = await heads(store)
    assert [(one.contest, one.seq) for one in (c1, c2)] == [(at.contest, c1.seq), (other.contest, 6)]
    assert await verify_all(store_url) == [("c1", c1.seq, ""), ("c2", 6, "")]
    assert [head.contest for head in await heads(store, [other.contest])] == ["c2"]
    assert await heads(store, []) == []


async def test_the_rows_are_made_again_from_the_facts_alone(store):
    at = await full(store)
    facts = await facts_after(store, at.contest, 0)
    assert [fact.seq for fact in facts] == list(range(1, len(facts) + 1))
    assert facts[0].prev == FIRST_LINK
    folded = rebuilt(facts)
    assert sorted(row["standing"] for row in folded.marks.values()) == [
        "counts",
        "counts",
        "counts",
        "declined",
        "superseded",
    ]
    assert folded.statuses == {at.entries[2]: "not_started"}
    assert folded.holders[at.seats[2]] is None


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE mark SET value = value + 100 WHERE id = 'c1-mark-2'",
        "UPDATE mark SET standing = 'declined' WHERE id = 'c1-mark-2'",
        "UPDATE mark SET made_by = 'x' WHERE id = 'c1-mark-2'",
        "DELETE FROM mark WHERE id = 'c1-mark-1'",
        "UPDATE reused_key SET value = 8000",
        "DELETE FROM reused_key",
        'UPDATE tie SET entries = \'["c1-entry-2","c1-entry-4"]\'',
        "DELETE FROM tie",
        "UPDATE words SET text = 'x' WHERE text = '当众抽签'",
        "UPDATE gate SET passed_by = 'x' WHERE gate = 'locked'",
        "DELETE FROM gate WHERE gate = 'frozen'",
        "UPDATE gate_round SET round = 3",
        "DELETE FROM gate_round",
        "UPDATE entry SET status = 'withdrawn' WHERE id = 'c1-entry-1'",
        "UPDATE entry SET status = 'entered' WHERE id = 'c1-entry-3'",
        "UPDATE seat SET device = 'x' WHERE id = 'c1-seat-1'",
        "UPDATE device SET revoked_at = NULL",
        "UPDATE words SET text = 'x' WHERE text = '看错'",
        "UPDATE words SET salt = '00'",
        "UPDATE words SET salt = salt || lower(hex('看')), text = '错' WHERE text = '看错'",
        "UPDATE scheme SET document = '{}'",
        "UPDATE head SET seq = seq + 1",
        "UPDATE head SET link = 'x'",
        "DELETE FROM head",
        "DELETE FROM fact WHERE seq = (SELECT max(seq) FROM fact)",
        "DELETE FROM fact WHERE seq = 9",
        "DELETE FROM fact WHERE seq = 1",
        "UPDATE fact SET seq = 1000 WHERE seq = 9",
        "UPDATE fact SET at = 'x' WHERE seq = 9",
        "UPDATE fact SET kind = 'x' WHERE seq = 9",
        "UPDATE fact SET event = 'x' WHERE seq = 9",
        "UPDATE fact SET id = 'x' WHERE seq = 9",
        "UPDATE fact SET content = (SELECT content FROM fact WHERE seq = 8) WHERE seq = 9",
    ],
)
async def test_a_change_behind_the_books_back_is_found(sqlite_url, sql):
    # The check reads rows; which engine kept them makes no difference to it.
    store = await open_store(sqlite_url)
    at = await full(store)
    assert (await verify(store, at.contest)).problem == ""
    await change(store, sql)
    assert (await verify(store, at.contest)).problem != ""
    await store.close()


async def test_every_byte_of_a_fact_matters(sqlite_url):
    store = await open_store(sqlite_url)
    at = await full(store)
    (row,) = await store.select(FactRow.select().where(FactRow.seq == 9))
    found = 0
    for column in ("content", "prev", "link"):
        text = row[column]
        for place in range(len(text)):
            changed = text[:place] + ("0" if text[place] != "0" else "1") + text[place + 1 :]
            await store.apply(FactRow.update({column: changed}).where(FactRow.seq == 9))
            found += (await verify(store, at.contest)).problem != ""
        await store.apply(FactRow.update({column: text}).where(FactRow.seq == 9))
    assert found == sum(len(row[column]) for column in ("content", "prev", "link"))
    assert (await verify(store, at.contest)).problem == ""
    await store.close()


async def test_the_chain_is_checked_with_nothing_of_ours_as_the_handbook_says(store):
    at = await full(store)
    rows = await store.select(FactRow.select().where(FactRow.contest == at.contest).order_by(FactRow.seq))
    handbook = (Path(__file__).parents[3] / "docs" / "ledger.md").read_text(encoding="utf-8")
    recipe = handbook.partition("```python\n")[2].partition("```")[0]
    exec(recipe, {"rows_of_the_contest_by_seq": rows})
    rows[8]["content"] = rows[8]["content"].replace("c1", "c2")
    with pytest.raises(AssertionError):
        exec(recipe, {"rows_of_the_contest_by_seq": rows})
