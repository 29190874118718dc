"""How many marks a second become durable, and how long a judge waits for the receipt.

    python -m bench.live.intake [--url postgresql://…] [--seconds 4]

Closed loop: every judge sends a mark, waits for its receipt, sends the next. The yardstick is the raw loop of
`sqlite3` that inserts one row a commit on the same disk, with the same WAL and synchronous=FULL. In process, so
no network and no websocket is measured. Without `--url` a PostgreSQL is started where the test wheel is there.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import tempfile
import time
from itertools import count
from pathlib import Path

from contest.store.open import migrate, open_store
from contest.store.verify import verify
from tests.builders import hall
from tests.conftest import _real_postgres


def raw_loop(folder: Path, seconds: float) -> float:
    """Rows a second of one connection that inserts one row a commit."""
    connection = sqlite3.connect(folder / "raw.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE mark (id TEXT PRIMARY KEY, value INTEGER, content TEXT)")
    began, rows = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        connection.execute("INSERT INTO mark VALUES (?, ?, ?)", (f"m{rows}", rows, "x" * 300))
        rows += 1
    took = time.perf_counter() - began
    connection.close()
    return rows / took


async def judges(url: str, number: int, seconds: float) -> tuple[float, float, float]:
    """Receipts a second, and the median and 99th percentile of the wait in ms, with so many judges at once."""
    await migrate(url)
    store = await open_store(url)
    names = count(1)
    panels = [
        await hall(store, name=f"c{next(names)}", judges=10, entries=50) for _ in range(max(number // 10, 1))
    ]
    waits: list[float] = []
    end = time.perf_counter() + seconds

    async def judge(place: int) -> None:
        at, seat = panels[place // 10], place % 10
        newest: dict[int, object] = {}
        for turn in count():
            if time.perf_counter() >= end:
                return
            entry = turn % 50
            mark = at.mark(8000 + 100 * (turn % 10), seat=seat, entry=entry, replaces=newest.get(entry))
            newest[entry] = mark.mark
            asked = time.perf_counter()
            (receipt,) = await at.enter(mark)
            assert receipt.verdict == "stored", receipt
            waits.append(time.perf_counter() - asked)

    began = time.perf_counter()
    await asyncio.gather(*(judge(place) for place in range(number)))
    took = time.perf_counter() - began
    checked = await verify(store, panels[0].contest)
    assert not checked.problem, checked
    await store.close()
    waits.sort()
    return len(waits) / took, waits[len(waits) // 2] * 1000, waits[len(waits) * 99 // 100] * 1000


def main() -> None:
    """Measure both engines and print a table."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--url", help="a fresh PostgreSQL database")
    asked.add_argument("--seconds", type=float, default=4.0)
    chosen, _ = asked.parse_known_args()
    with tempfile.TemporaryDirectory() as folder:
        raw = raw_loop(Path(folder), chosen.seconds / 2)
        print(f"raw sqlite3, one row a commit: {raw:,.0f}/s")
        print("engine      judges   acks/s   × raw   p50 ms   p99 ms")
        for number in (50, 500):
            rate, middle, late = asyncio.run(judges(f"sqlite:///{folder}/{number}.db", number, chosen.seconds))
            print(f"sqlite      {number:6}  {rate:7,.0f}  {rate / raw:6.2f}  {middle:7.1f}  {late:7.1f}")
        server = iter([chosen.url]) if chosen.url else _real_postgres()
        url = next(server)
        for number in (50, 500):
            asyncio.run(_empty(url))
            rate, middle, late = asyncio.run(judges(url, number, chosen.seconds))
            print(f"postgresql  {number:6}  {rate:7,.0f}  {rate / raw:6.2f}  {middle:7.1f}  {late:7.1f}")
        next(server, None)


async def _empty(url: str) -> None:
    import asyncpg

    connection = await asyncpg.connect(url)
    await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    await connection.close()


if __name__ == "__main__":
    main()
