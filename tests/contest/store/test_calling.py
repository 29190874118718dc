"""Calls to mark again stand in the ledger exactly where the arithmetic of the results asks for them."""

import asyncio

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contest.actions.results import results_of
from contest.model.mark import MarkKind
from contest.store import calling
from contest.store.open import open_store
from contest.store.queries.facts import facts_after
from contest.store.queries.live import remarks_standing
from contest.store.tables import MarkRow, SessionRow
from tests.builders import hall, unbroken

CRAFT, TWICE, SUM = "craft", "twice", "sum"
APART = msgspec.json.encode(
    {
        "root": {
            "kind": "sum",
            "id": "total",
            "name": "总分",
            "parts": [
                {
                    "kind": "judgement",
                    "id": CRAFT,
                    "name": "工艺",
                    "max": "3",
                    "descriptors": ["差", "一般", "好", "优"],
                },
                {"kind": "amount", "id": TWICE, "name": "长度", "high": "10", "dual": True},
                {"kind": "panel", "id": SUM, "name": "外观", "high": "10", "step": "0.5"},
            ],
        }
    }
).decode()


async def panel_of(store, name="c1", **changes):
    """A hall whose scheme asks for new marks: 0–3 more than one apart, lengths that differ."""
    at = await hall(store, name=name, opened=False, **changes)
    await store.book.adopt_scheme(at.contest, event=at.event, document=APART, by="organiser")
    aspects = msgspec.json.encode([CRAFT, TWICE, SUM]).decode()
    await store.apply(SessionRow.update({SessionRow.aspects: aspects}).where(SessionRow.id == at.session))
    await at.pass_gate("opened")
    return at


async def calls(at) -> list[str]:
    """The calls of a contest, in order: `+` where one was made, `-` where it ended."""
    facts = await facts_after(at.store, at.contest, 0, 10_000)
    kinds = {"remark_called": "+", "remark_ended": "-"}
    tags = [(type(fact.body).__struct_config__.tag, fact.body) for fact in facts]
    return [f"{kinds[tag]}{body.aspect}" for tag, body in tags if tag in kinds]


async def standing(at) -> set[tuple[str, str, str]]:
    return {(one.entry, one.aspect, one.reason) for one in await remarks_standing(at.store, at.event)}


async def computed(at) -> set[tuple[str, str, str]]:
    found = (await results_of(at.store, at.event)).results.remarks
    return {(one.entry, one.aspect, one.reason) for one in found}


async def test_the_mark_that_completes_the_panel_calls_it_in_its_own_commit(store):
    at = await panel_of(store)
    await at.stored(at.mark(0, aspect=CRAFT, seat=0), at.mark(1000, aspect=CRAFT, seat=1))
    assert await calls(at) == []
    [last] = await at.stored(at.mark(2000, aspect=CRAFT, seat=2))
    facts = await facts_after(store, at.contest, 0, 10_000)
    assert [(fact.seq, fact.at) for fact in facts[-2:]] == [(last.seq, last.at), (last.seq + 1, last.at)]
    assert facts[-1].body.seats == tuple(at.seats)
    assert last.head.seq == last.seq + 1, "one commit, one signature over both"
    assert await unbroken(at)


async def test_a_call_is_made_once_ends_with_the_marks_that_need_it_no_longer_and_may_come_again(store):
    at = await panel_of(store)
    first = [at.mark(value, aspect=CRAFT, seat=seat) for seat, value in enumerate((0, 1000, 3000))]
    await at.stored(*first)
    assert await calls(at) == ["+craft"]
    nearer = at.mark(2000, aspect=CRAFT, seat=2, replaces=first[2].mark)
    await at.stored(nearer)
    assert await calls(at) == ["+craft"], "while it stands it is not made again"
    agreed = at.mark(1000, aspect=CRAFT, seat=2, replaces=nearer.mark)
    await at.stored(agreed)
    assert await calls(at) == ["+craft", "-craft"]
    await at.stored(at.mark(3000, aspect=CRAFT, seat=2, replaces=agreed.mark))
    assert await calls(at) == ["+craft", "-craft", "+craft"]
    assert await unbroken(at)


async def test_a_pending_mark_calls_nobody_until_the_chief_judge_accepts_it(store):
    at = await panel_of(store)
    first = [at.mark(1000, aspect=CRAFT, seat=seat) for seat in range(3)]
    await at.stored(*first)
    late = at.mark(3000, aspect=CRAFT, seat=2)
    [receipt] = await at.enter(late)
    assert (receipt.verdict, await calls(at)) == ("pending", [])
    await at.settle(late.mark, accept=True)
    assert await calls(at) == ["+craft"]
    assert await standing(at) == await computed(at)
    assert await unbroken(at)


async def test_what_is_entered_twice_and_not_alike_calls_those_who_entered_it(store):
    at = await panel_of(store, judges=2)
    await at.stored(at.mark(4000, aspect=TWICE, seat=0), at.mark(5000, aspect=TWICE, seat=1))
    assert await standing(at) == {(at.entries[0], TWICE, "differs")} == await computed(at)


async def test_an_aspect_without_such_a_rule_is_never_looked_at(store, monkeypatch):
    at = await panel_of(store)
    monkeypatch.setattr(calling, "asked_again", None)
    await at.stored(*(at.mark(value, aspect=SUM, seat=seat) for seat, value in enumerate((0, 5000, 10_000))))
    assert await calls(at) == []


MARK = st.tuples(
    st.integers(0, 2),
    st.integers(0, 1),
    st.sampled_from([CRAFT, TWICE]),
    st.sampled_from(["0", "1", "2", "3", "absent", "not_attempted", "erased"]),
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.lists(MARK, min_size=1, max_size=8), min_size=1, max_size=6))
async def test_after_every_commit_the_calls_that_stand_are_those_that_the_results_ask_for(store, batches):
    run = test_after_every_commit_the_calls_that_stand_are_those_that_the_results_ask_for
    run.count = getattr(run, "count", 0) + 1
    at = await panel_of(store, f"c{run.count}")
    newest: dict[tuple[int, int, str], str] = {}
    for batch in batches:
        made = []
        for seat, entry, aspect, said in batch:
            kind = MarkKind.ENTERED if said.isdigit() else MarkKind(said)
            value = int(said) * 1000 if said.isdigit() else None
            place = (seat, entry, aspect)
            made.append(
                at.mark(value, seat=seat, entry=entry, aspect=aspect, kind=kind, replaces=newest.get(place))
            )
            newest[place] = made[-1].mark
        await at.stored(*made)
        assert await standing(at) == await computed(at)
    assert await unbroken(at)


async def test_on_two_nodes_at_once_the_mark_that_completes_the_panel_calls_it_whichever_node_stores_it(
    postgres_url,
):
    # One SQLite file has one writer: several nodes store marks on PostgreSQL only.
    store, other = await open_store(postgres_url), await open_store(postgres_url)
    try:
        at = await panel_of(store, entries=12)
        nodes = [store, other]
        marks = [
            (seat + entry, at.mark(value, aspect=CRAFT, seat=seat, entry=entry))
            for entry in range(12)
            for seat, value in enumerate((0, 1000, 2000 + 1000 * (entry % 2)))
        ]
        await asyncio.gather(*(nodes[number % 2].book.enter(at.contest, [mark]) for number, mark in marks))
        assert await standing(at) == await computed(at)
        assert sorted(await calls(at)) == ["+craft"] * 12
        assert len(await store.select(MarkRow.select(MarkRow.id))) == 36
        assert await unbroken(at)
    finally:
        await other.close()
        await store.close()
