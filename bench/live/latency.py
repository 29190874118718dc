"""How long a mark takes to its receipt, and to the moved row of a board: p50 and p99 over real sockets.

    python -m bench.live.latency [--marks 60]

One process serves, marks and watches, over a fresh SQLite file with synchronous=FULL.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import statistics
import tempfile
import time
from typing import Any

import structlog
import uvloop

from contest.store.open import migrate, open_store
from realtime.hub import Pace
from tests.realtime.house import Peer, open_house, paired


async def measure(entries: int, gap: float, marks: int) -> None:
    """Let one judge mark at a pace and one viewer watch."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/jiangsai.db"
        await migrate(url)
        store = await open_store(url)
        at = await paired(store, judges=1, entries=entries)
        async with (
            open_house(store, pace=Pace()) as house,
            house.tablet(at) as tablet,
            house.board(at.event) as board,
        ):
            await tablet.hear("welcome")
            await board.hear("reset")
            waiting: dict[str, tuple[float, float]] = {}
            shown: list[float] = []
            watching = asyncio.create_task(_watch(board, waiting, shown))
            stored, newest = [], {}
            for number in range(marks):
                entry = number % entries
                mark = at.mark(100 * (1 + number * 7 % 90), entry=entry, replaces=newest.get(entry))
                newest[entry] = mark.mark
                began = time.perf_counter()
                waiting[at.entries[entry]] = (began, mark.value / 1000)
                assert (await tablet.enter(at, mark))["receipts"][0]["standing"] == "counts"
                stored.append(time.perf_counter() - began)
                await asyncio.sleep(gap)
            await asyncio.sleep(1)
            watching.cancel()
        await store.close()
    for name, seconds in (("receipt", stored), ("row moved", shown)):
        seconds.sort()
        p50, p99 = statistics.median(seconds), seconds[int(len(seconds) * 0.99)]
        print(
            f"{entries:>4} entries, a mark every {gap:4.2f} s: {name:<10} n={len(seconds):<4} "
            f"p50 {p50 * 1000:6.1f} ms   p99 {p99 * 1000:6.1f} ms",
            flush=True,
        )


async def _watch(board: Peer, waiting: dict[str, tuple[float, float]], shown: list[float]) -> None:
    while True:
        moved: dict[str, Any] = await board.hear("moved")
        now = time.perf_counter()
        for row in moved["rows"]:
            began, points = waiting.get(row["entry"], (0.0, -1.0))
            if float(row["points"]) == points:
                shown.append(now - began)
                del waiting[row["entry"]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--marks", type=int, default=60)
    chosen, _ = parser.parse_known_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    for entries in (20, 200):
        for gap in (0.25, 0.02):
            uvloop.run(measure(entries, gap, chosen.marks))


if __name__ == "__main__":
    main()
