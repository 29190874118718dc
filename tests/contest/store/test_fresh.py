"""Whoever follows the ledger at its heels is told the same by this process as by the database."""

import msgspec
import pytest

from contest.errors import StoreUnavailable
from contest.model.fact import Fact, MarkEntered, canonical, read_fact
from contest.store.fresh import MOST, Fresh
from contest.store.open import open_store
from contest.store.queries.facts import fact_rows_after
from contest.store.queries.live import facts_after
from tests.builders import hall
from tests.contest.store.test_faults import break_commits, mend_commits


async def stored_after(store, contest, seq):
    """The same, asked of the database."""
    rows = await fact_rows_after(store, contest, seq, 1000)
    return [read_fact(row["content"], row["prev"], row["link"]) for row in rows]


def plain(facts):
    """With the kinds of all values, for an enumeration equals its word."""
    return [(fact, [type(value) for value in msgspec.structs.astuple(fact.body)]) for fact in facts]


async def test_what_is_kept_is_what_was_stored_to_the_letter(store):
    at = await hall(store)
    await at.stored(at.mark())
    await at.pass_gate("locked")
    await at.enter(at.mark(entry=1))
    everything = await stored_after(store, at.contest, 0)
    for seq in range(len(everything) + 1):
        kept = store.fresh.after(at.contest, seq, 1000)
        assert plain(kept) == plain(everything[seq:]) == plain(await facts_after(store, at.contest, seq))
    assert store.fresh.after(at.contest, 1, 2) == everything[1:3]


async def test_a_commit_that_failed_leaves_nothing_that_anybody_could_follow(store):
    at = await hall(store)
    before = store.fresh.after(at.contest, 0, 1000)
    await break_commits(store)
    with pytest.raises(StoreUnavailable):
        await at.enter(at.mark())
    assert store.fresh.after(at.contest, 0, 1000) == before
    await mend_commits(store)
    await at.stored(at.mark())
    assert await facts_after(store, at.contest, 0) == await stored_after(store, at.contest, 0)


async def test_what_others_wrote_in_between_is_asked_of_the_database(postgres_url):
    here, there = await open_store(postgres_url), await open_store(postgres_url)
    at = await hall(here)
    await at.stored(at.mark())
    await there.book.enter(at.contest, [at.mark(entry=1)])
    everything = await stored_after(here, at.contest, 0)
    for seq in range(len(everything)):
        told = await facts_after(here, at.contest, seq)
        assert told
        assert told == everything[seq : seq + len(told)]
    await at.enter(at.mark(entry=2))
    everything = await stored_after(here, at.contest, 0)
    for seq in range(len(everything)):
        told = await facts_after(here, at.contest, seq)
        assert told
        assert told == everything[seq : seq + len(told)]
    await there.close()
    await here.close()


def fact(seq):
    places = dict.fromkeys(("mark", "event", "session", "entry", "aspect", "seat", "kind"), "x")
    body = MarkEntered(
        **places, value=1, revision=1, replaces=None, standing="counts", because="",
        device="t", device_seq=seq, by="x", made_at="",
    )  # fmt: skip
    made = Fact(contest="c1", seq=seq, at="", body=body, prev=f"{seq - 1}", link=f"{seq}")
    return made, canonical("c1", seq, "", body)


def test_the_newest_are_kept_without_a_hole_and_not_more_of_them():
    fresh = Fresh()
    assert fresh.after("c1", 0, 10) == []
    fresh.keep(fact(seq) for seq in range(1, 4))
    assert [each.seq for each in fresh.after("c1", 1, 10)] == [2, 3]
    assert fresh.after("c1", 3, 10) == fresh.after("c1", 9, 10) == fresh.after("c2", 0, 10) == []
    fresh.keep([fact(6)])
    assert fresh.after("c1", 1, 10) == fresh.after("c1", 3, 10) == []
    assert [each.seq for each in fresh.after("c1", 5, 10)] == [6]
    fresh.keep(fact(seq) for seq in range(7, 7 + MOST))
    assert fresh.after("c1", 5, 10) == []
    assert [each.seq for each in fresh.after("c1", 6, 2)] == [7, 8]
    assert len(fresh.after("c1", 6, 9999)) == MOST
