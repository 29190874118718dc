"""What the exporter writes is what the verifier reads, and what the handbook says."""

import msgspec
import pytest

from contest.errors import NotFound
from contest.ledger_verifier import check_receipts, compare
from contest.model.ids import ContestId
from contest.model.signing import SigningKey
from contest.store import bundle as bundles
from contest.store.bundle import bundle
from contest.store.checkpoints import backed_up, record, sign_checkpoint
from contest.store.clock import now
from contest.store.queries.facts import facts_after, heads
from contest.store.tables import ContestRow, WordsRow
from tests.builders import hall
from tests.contest.bundles import codes, verified
from tests.contest.store.test_verify import full


async def exported(store, contest="c1", **how) -> bytes:
    return b"".join([piece async for piece in bundle(store, ContestId(contest), how.pop("key", store.key), **how)])


async def test_an_exported_ledger_is_sound(store):
    at = await full(store)
    await hall(store, name="c2")
    made = await exported(store)
    ledger = verified(made, trust=[store.key.fingerprint])
    (head, _) = await heads(store)
    assert (ledger.findings, ledger.facts, ledger.header["contest"]) == ([], head.seq, at.contest)
    assert ledger.counted | {"heads": 0} == {
        "facts": head.seq,
        "heads": 0,
        "schemes": 1,
        "words": 0,
        "checkpoints": 0,
    }
    assert ledger.counted["heads"] == ledger.signatures > 5
    assert ledger.link(head.seq) == head.link
    assert codes(await exported(store, "c2")) == []


async def test_it_is_read_in_lengths_that_need_not_fit_the_commits(store, monkeypatch):
    at = await full(store)
    whole = await exported(store)
    for length in (1, 2, 3, 7):
        monkeypatch.setattr(bundles, "LENGTH", length)
        made = await exported(store)
        assert codes(made) == []
        assert made.count(b"\n") == whole.count(b"\n")
    assert at.contest.encode() in whole


async def test_free_texts_are_in_it_only_when_asked_for_and_only_those_that_are_left(store):
    await full(store)
    assert "当众抽签".encode() not in await exported(store)
    made = await exported(store, words=True)
    assert "当众抽签".encode() in made
    ledger = verified(made)
    assert (ledger.findings, ledger.counted["words"]) == ([], 5)
    await store.apply(WordsRow.delete().where(WordsRow.text == "当众抽签"))
    ledger = verified(await exported(store, words=True))
    assert (ledger.findings, ledger.counted["words"]) == ([], 4)


async def test_checkpoints_of_copies_are_in_it(store):
    await full(store)
    (head,) = await heads(store)
    said = {"contest": head.contest, "at": now(), "copy": "ab" * 32}
    stranger = SigningKey.make()
    facts = await facts_after(store, head.contest, 0)
    offered = [
        sign_checkpoint(store.key, seq=5, link=facts[4].link, **said),
        sign_checkpoint(store.key, seq=6, link=facts[4].link, **said),
        sign_checkpoint(stranger, seq=7, link=facts[6].link, **said),
        sign_checkpoint(store.key, seq=head.seq + 1, link=head.link, **said),
        sign_checkpoint(store.key, seq=head.seq, link=head.link, **said),
    ]
    assert await backed_up(store, head.contest) == 0
    assert [one.seq for one in await record(store, offered)] == [5, head.seq]
    assert await backed_up(store, head.contest) == head.seq
    ledger = verified(await exported(store))
    assert (ledger.findings, ledger.counted["checkpoints"]) == ([], 2)


async def test_another_key_than_those_on_record_may_seal_it_but_is_not_trusted_for_that(store):
    await full(store)
    stranger = SigningKey.make()
    made = await exported(store, key=stranger)
    assert codes(made) == []
    assert codes(made, trust=[store.key.fingerprint]) == ["key_strange"]
    assert codes(made, trust=[store.key.fingerprint, stranger.fingerprint]) == []


async def test_the_receipts_of_tablets_and_an_older_file_fit_it(store):
    at = await full(store)
    older = await exported(store)
    receipts = msgspec.to_builtins(await at.enter(at.mark(7000, seat=1, entry=1), at.mark(7100, seat=1, entry=3)))
    assert "refused" not in {receipt["verdict"] for receipt in receipts}
    ledger = verified(await exported(store), wanted=[receipt["seq"] for receipt in receipts])
    assert check_receipts(ledger, receipts) == []
    assert compare(ledger, verified(older)) == []
    assert [one.code for one in compare(verified(older), ledger)] == ["older_longer"]
    missing = check_receipts(verified(older), receipts)
    assert [one.code for one in missing] == ["receipt_missing"] * 2


async def test_a_contest_in_which_nothing_has_happened_has_an_empty_ledger_and_no_contest_has_none(store):
    await store.apply(ContestRow.insert(ContestRow(id="c9", name="县赛", level="county", kind="skills")))
    assert codes(await exported(store, "c9")) == []
    with pytest.raises(NotFound):
        await exported(store, "nowhere")
