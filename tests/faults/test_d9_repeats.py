"""D9: every mark comes one to twenty times, out of order, from several sides; numbers are used for other marks.

One row, one receipt, one report.

`tests/contest/store/test_repeats.py` does this in one book; here are two books on one PostgreSQL, and sockets.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from itertools import count

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contest.model.ids import MarkId
from contest.model.mark import EnterMark
from contest.store.open import open_store
from contest.store.tables import ReusedKeyRow
from tests.builders import Hall, hall, unbroken
from tests.faults.checker import check, stored_postgres
from tests.faults.history import History, seed_of
from tests.faults.intake import enter
from tests.faults.test_d1_kills import stored_in
from tests.realtime.house import open_house, paired, wire_form

_names = count(1)

OFTEN = st.lists(st.integers(1, 20), min_size=1, max_size=6)
OTHERS = st.sets(st.integers(0, 5), max_size=3)


def sent_often(at: Hall, often: list[int], others: set[int], dice) -> list[EnterMark]:
    """Each mark as often as said, some numbers with another value as well, in any order."""
    sent = []
    for number, times in enumerate(often):
        mark = at.mark(100 * number, seat=number % 2, entry=number // 2)
        sent += [mark] * times
        if number in others:
            other = msgspec.structs.replace(mark, mark=MarkId(f"{mark.mark}-b"), value=9900)
            sent += [other] * (1 + times // 3)
    dice.shuffle(sent)
    return sent


async def judged(at: Hall, history: History, stored, often: list[int]) -> None:
    assert check(history.lines, stored) == []
    answered = [line for line in history.lines if line["kind"] == "answered"]
    verdicts = Counter((line["key"], line["digest"], line["verdict"] == "refused") for line in answered)
    assert len({key for key, _, refused in verdicts if not refused}) == len(often), "one of each number is stored"
    refused = {(key, digest) for key, digest, was in verdicts if was}
    rows = await at.store.select(ReusedKeyRow.select().where(ReusedKeyRow.contest == at.contest))
    assert len(rows) == len(refused), "each mark under a number that was taken is reported once"
    assert await unbroken(at)


@given(often=OFTEN, others=OTHERS, dice=st.randoms(use_true_random=False), together=st.integers(1, 4))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
async def test_two_books_on_one_database_store_each_mark_once(postgres_url, often, others, dice, together):
    one, other = await open_store(postgres_url), await open_store(postgres_url)
    try:
        at = await hall(one, name=f"c{next(_names)}", judges=2, entries=4)
        beside = Hall(other, at.contest, at.event, at.session, at.seats, at.devices, at.entries)
        history = History(0)
        sent = sent_often(at, often, others, dice)
        messages = [sent[start : start + together] for start in range(0, len(sent), together)]
        sides = [dice.choice((at, beside)) for _ in messages]
        await asyncio.gather(*(enter(side, history, *marks) for side, marks in zip(sides, messages, strict=True)))
        await judged(at, history, await stored_postgres(postgres_url), often)
    finally:
        await other.close()
        await one.close()


async def test_the_same_through_sockets_that_break(store, store_url):
    dice = random.Random(seed_of(9))
    at = await paired(store, judges=2, entries=4)
    history = History(9)
    often, others = [3, 20, 1, 7, 12, 2], {1, 4}
    sent = sent_often(at, often, others, dice)
    async with open_house(store) as house:

        async def tablet(seat: int) -> None:
            mine = [mark for mark in sent if mark.device == at.devices[seat]]
            for start in range(0, len(mine), 8):
                async with house.tablet(at, seat) as peer:
                    await peer.hear("welcome")
                    part = mine[start : start + 8]
                    for mark in part:
                        history.sent(mark.device, msgspec.to_builtins(mark))
                        await peer.say({"type": "enter_marks", "marks": [wire_form(mark)]})
                    if dice.random() < 0.4:
                        continue  # it goes without an answer, and sends all of it again below
                    await answers(peer, part)
            async with house.tablet(at, seat) as peer:
                await peer.hear("welcome")
                for mark in mine:
                    history.sent(mark.device, msgspec.to_builtins(mark))
                    await peer.say({"type": "enter_marks", "marks": [wire_form(mark)]})
                await answers(peer, mine)

        async def answers(peer, marks: list[EnterMark]) -> None:
            by_name = {mark.mark: mark for mark in marks}
            missing = len(marks)
            while missing:
                message = await peer.hear()
                for told in (*message.get("receipts", ()), *message.get("refusals", ())):
                    missing -= 1
                    mark = by_name[told["mark"]]
                    verdict = "stored" if told.get("standing") == "counts" else "pending"
                    verdict = "refused" if "code" in told else verdict
                    answer = {**told, "verdict": verdict, "because": told.get("code") or told.get("because")}
                    history.answered(mark.device, msgspec.to_builtins(mark), answer)

        await asyncio.gather(tablet(0), tablet(1))
    await judged(at, history, await stored_in(store_url), often)
