"""What the book remembers from one batch to the next decides nothing that has changed since."""

import pytest

from contest.errors import StoreUnavailable
from contest.model.gate import Line
from contest.store.open import open_store
from contest.store.tables import EntryRow, SeatRow, SessionEntryRow
from contest.store.work import Find, Run
from tests.builders import hall, unbroken
from tests.contest.store.test_faults import break_commits, mend_commits


async def test_a_batch_asks_for_its_head_and_its_marks_and_not_again_for_what_it_knows(store, monkeypatch):
    at = await hall(store)
    await at.stored(at.mark())
    asked, transact = [], store.writer.transact

    def noted(begin):
        def work():
            steps, found = begin(), None
            while True:
                try:
                    step = steps.send(found)
                except StopIteration as done:
                    return done.value
                if isinstance(step, Find) and step.keys:
                    asked.append(step.table._meta.tablename)
                found = yield step

        return transact(work)

    monkeypatch.setattr(store.writer, "transact", noted)
    await at.stored(at.mark(entry=0, seat=0, replaces="c1-mark-1"))
    assert asked == ["head", "plan", "receipt", "mark", "mark"]


async def test_what_another_node_wrote_is_seen_by_the_next_mark(postgres_url):
    one, other = await open_store(postgres_url), await open_store(postgres_url)
    at = await hall(one)
    await at.stored(at.mark())
    here, there = at.store, other
    (known,) = await there.book.enter(at.contest, [at.mark(entry=1)])
    assert known.verdict == "stored"
    await at.pass_gate("locked")
    (late,) = await there.book.enter(at.contest, [at.mark(entry=2)])
    assert (late.verdict, late.because) == ("pending", "session_locked")
    at.store = there
    await at.reopen(text="复核")
    at.store = here
    (again,) = await at.enter(at.mark(entry=3))
    assert again.verdict == "stored"
    await there.book.revoke_device(at.contest, device=at.devices[0], by="account-organiser")
    (gone,) = await at.enter(at.mark(entry=3, seat=0, replaces=again.mark))
    assert (gone.verdict, gone.because) == ("pending", "seat_revoked")
    assert await unbroken(at)
    await other.close()
    await one.close()


async def test_a_change_of_plan_is_seen_by_the_next_mark(store):
    at = await hall(store)
    await at.stored(at.mark())
    here = {"contest": at.contest, "event": at.event}
    entry = "c1-entry-late"
    at.entries.append(entry)
    (before,) = await at.enter(at.mark(entry=4))
    await store.apply(
        EntryRow.insert(EntryRow(id=entry, kind="competitor", name="迟到", **here)),
        SessionEntryRow.insert(SessionEntryRow(id="late", session=at.session, entry=entry)),
    )
    (after,) = await at.enter(at.mark(entry=4))
    assert (before.because, after.verdict) == ("mark_not_for_seat", "stored")
    await store.apply(SeatRow.update({SeatRow.panel: "elsewhere"}).where(SeatRow.id == at.seats[0]))
    (moved,) = await at.enter(at.mark(entry=1))
    assert moved.because == "mark_not_for_seat"


async def test_what_a_failed_commit_had_decided_misleads_nobody(store):
    at = await hall(store)
    await at.stored(at.mark())
    await break_commits(store, "gate")
    with pytest.raises(StoreUnavailable):
        await at.pass_gate("locked")
    await mend_commits(store, "gate")
    await at.stored(at.mark(entry=1))
    await at.pass_gate("locked")
    (late,) = await at.enter(at.mark(entry=2))
    assert late.because == "session_locked"
    assert await unbroken(at)


async def test_what_a_refused_ruling_had_touched_misleads_nobody(store):
    at = await hall(store)
    await at.stored(at.mark())
    await at.pass_gate("frozen", Line.VIEW)
    await at.stored(at.mark(entry=1))

    def rename():
        yield Run("UPDATE session SET panel = NULL")
        raise ValueError("never mind")

    with pytest.raises(ValueError, match="never mind"):
        await store.writer.transact(rename)
    await at.stored(at.mark(entry=2))


async def test_a_tablet_of_another_contest_is_known_only_under_its_own_lock(postgres_url):
    one, other = await open_store(postgres_url), await open_store(postgres_url)
    at, next_door = await hall(one), await hall(one, name="c2")
    (stray,) = await other.book.enter(at.contest, [at.mark(device=next_door.devices[0], number=90)])
    assert stray.because == "mark_not_for_seat"
    await one.book.revoke_device(next_door.contest, device=next_door.devices[0], by="account-organiser")
    (gone,) = await other.book.enter(next_door.contest, [next_door.mark(entry=1, number=91)])
    assert (gone.verdict, gone.because) == ("pending", "seat_revoked")
    await other.close()
    await one.close()
