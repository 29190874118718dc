"""What a watched event costs its judges: receipts with and without a board that is made anew all the time.

    python -m bench.live.recompute [--entries 200] [--judges 7] [--aspects 60] [--seconds 10]

Every place of the event is marked before; then each judge corrects a mark five times a second over a real socket.
One process serves, marks and watches, over a fresh SQLite file with synchronous=FULL.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import tempfile
import time
from contextlib import AsyncExitStack

import msgspec
import structlog
import uvloop

from contest.store.open import Store, migrate, open_store
from contest.store.tables import MarkRow, SessionRow
from realtime.hub import Pace
from tests.builders import Hall
from tests.realtime.house import Peer, open_house, paired

PAUSE = 0.2


async def marked(store: Store, chosen: argparse.Namespace) -> tuple[Hall, list[str]]:
    """An event of that size in which nothing is missing."""
    at = await paired(store, judges=chosen.judges, entries=chosen.entries, opened=False)
    aspects = [f"a{number}" for number in range(chosen.aspects)]
    parts = [{"kind": "panel", "id": id_, "name": id_, "high": "10", "step": "0.1"} for id_ in aspects]
    root = {"kind": "sum", "id": "total", "name": "总分", "parts": parts}
    document = msgspec.json.encode({"root": root}).decode()
    await store.book.adopt_scheme(at.contest, event=at.event, document=document, by="bench")
    scheduled = msgspec.json.encode(aspects).decode()
    await store.apply(SessionRow.update({SessionRow.aspects: scheduled}).where(SessionRow.id == at.session))
    await at.pass_gate("opened")
    for entry in range(chosen.entries):
        await at.stored(
            *(
                at.mark(5000, seat=seat, entry=entry, aspect=id_)
                for id_ in aspects
                for seat in range(chosen.judges)
            )
        )
    return at, aspects


async def correct(at: Hall, tablets: list[Peer], newest: dict[tuple[str, str, str], str], seconds: float) -> str:
    """Let every judge correct marks for a while; tell how long the receipts took."""
    waits: list[float] = []
    end = time.perf_counter() + seconds
    places = list(newest)

    async def judge(seat: int) -> None:
        mine = [place for place in places if place[2] == at.seats[seat]]
        while time.perf_counter() < end:
            place = random.choice(mine)
            entry, value = at.entries.index(place[0]), 100 * random.randrange(101)
            mark = at.mark(value, seat=seat, entry=entry, aspect=place[1], replaces=newest[place])
            newest[place] = mark.mark
            asked = time.perf_counter()
            assert (await tablets[seat].enter(at, mark))["receipts"][0]["standing"] == "counts"
            waits.append(time.perf_counter() - asked)
            await asyncio.sleep(PAUSE * random.uniform(0.5, 1.5))

    await asyncio.gather(*(judge(seat) for seat in range(len(tablets))))
    waits.sort()
    p50, p99 = waits[len(waits) // 2], waits[int(len(waits) * 0.99)]
    return (
        f"n={len(waits):<5} p50 {p50 * 1000:6.1f} ms   p99 {p99 * 1000:6.1f} ms   most {waits[-1] * 1000:6.1f} ms"
    )


async def measure(chosen: argparse.Namespace) -> None:
    """Correct marks while nobody watches, then while somebody does."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/jiangsai.db"
        await migrate(url)
        store = await open_store(url)
        at, _ = await marked(store, chosen)
        rows = await store.select(MarkRow.select(MarkRow.id, MarkRow.entry, MarkRow.aspect, MarkRow.seat))
        newest = {(row["entry"], row["aspect"], row["seat"]): row["id"] for row in rows}
        async with open_house(store, pace=Pace()) as house, AsyncExitStack() as stack:
            tablets = [await stack.enter_async_context(house.tablet(at, seat)) for seat in range(chosen.judges)]
            for tablet in tablets:
                await tablet.hear("welcome")
            print(f"{len(rows):,} marks; nobody watches: {await correct(at, tablets, newest, chosen.seconds)}")
            board = await stack.enter_async_context(house.board(at.event, max_size=None))
            opened = time.perf_counter()
            await board.socket.recv()
            opened = time.perf_counter() - opened
            reading = asyncio.create_task(_read(board))
            told = await correct(at, tablets, newest, chosen.seconds)
            reading.cancel()
            times = house.count("jiangsai_recompute_seconds_count")
            mean = house.count("jiangsai_recompute_seconds_sum") / times
            print(f"{len(rows):,} marks; a board moves:  {told}")
            print(
                f"first board after {opened * 1000:.0f} ms, then {times:.0f} boards of {mean * 1000:.1f} ms each"
            )
        await store.close()


async def _read(board: Peer) -> None:
    while True:
        await board.socket.recv()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=200)
    parser.add_argument("--judges", type=int, default=7)
    parser.add_argument("--aspects", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=10.0)
    chosen, _ = parser.parse_known_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    uvloop.run(measure(chosen))


if __name__ == "__main__":
    main()
