"""From a cold start to serving boards: a fresh process reads a million facts and shows every event of the contest.

    python -m bench.live.replay [--events 12] [--quick]

Each event has 200 entries × 60 aspects × 7 judges, 84,000 marks, all in one ledger and in turns as judges work.
The facts are written with the model's own functions, numbered and chained, and not through the book, which would
take minutes; the process that is measured is the one that is sold, `jiangsai serve --role board`. The clock runs
from before the process is there until the last board has been answered.

Ends with 1 when a limit is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import DEVNULL
from urllib.error import URLError
from urllib.request import urlopen

import msgspec

from bench.live.arena import large_event, like_people
from bench.live.limits import Limit, judged
from bench.live.machine import PATIENCE, cpu_seconds, described, free_port, peak_kib, running, say
from bench.live.planted import CONTEST, Place

SECONDS = 10.0
AT_A_TIME = 60
"""Marks of a seat before the next seat's: as a sheet is sent."""


def events(many: int) -> list[str]:
    return [f"{CONTEST}-event-{number:02}" for number in range(many)]


async def plan(url: str, folder: Path, many: int) -> list[list[Place]]:
    """Everything but the marks."""
    from contest.store.open import migrate, open_store
    from contest.store.tables import ContestRow

    await migrate(url)
    store = await open_store(url, signing_key=folder / "signing.pem")
    await store.apply(ContestRow.insert(ContestRow(id=CONTEST, name="省赛", level="province", kind="skills")))
    places = [await large_event(store, event, f"tablet-e{at:02}") for at, event in enumerate(events(many))]
    await store.close()
    return places


def bodies(places: list[list[Place]]) -> Iterator[object]:
    """Every mark of every event as the fact that it becomes, sheet after sheet of all seats in turn."""
    from contest.model.fact import MarkEntered

    whole = [(place, len(place.entries) * len(place.aspects)) for event in places for place in event]
    longest = max(marks for _, marks in whole)
    for start in range(0, longest, AT_A_TIME):
        for place, marks in whole:
            wanted = min(AT_A_TIME, marks - start)
            for mark in like_people(place, list(place.marks(wanted, start)), start) if wanted > 0 else ():
                yield MarkEntered(
                    event=place.event,
                    seat=place.seat,
                    kind="entered",
                    revision=1,
                    standing="counts",
                    because="",
                    device=place.device,
                    by=place.seat,
                    **mark,
                )


def write(file: Path, places: list[list[Place]]) -> int:
    """Write the facts behind those that are there, and the number and link of the newest; returns the number."""
    from contest.model.fact import canonical, link_of

    at = "2026-11-20T09:00:00.000000Z"
    database = sqlite3.connect(file, isolation_level=None)
    ((seq, link),) = database.execute("SELECT seq, link FROM head").fetchall()

    def rows() -> Iterator[tuple[object, ...]]:
        nonlocal seq, link
        for body in bodies(places):
            seq += 1
            content = canonical(CONTEST, seq, at, body)
            before, link = link, link_of(link, content)
            yield f"{CONTEST}:{seq}", CONTEST, seq, "mark_entered", body.event, at, content.decode(), before, link

    database.execute("BEGIN")
    database.executemany(
        "INSERT INTO fact (id, contest, seq, kind, event, at, content, prev, link) VALUES (?,?,?,?,?,?,?,?,?)",
        rows(),
    )
    database.execute("UPDATE head SET seq = ?, link = ?", (seq, link))
    database.execute("COMMIT")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return seq


def answered(url: str, end: float) -> bytes:
    """What a page says, as soon as somebody answers."""
    while True:
        try:
            with urlopen(url, timeout=PATIENCE) as page:
                return page.read()
        except URLError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


def start(url: str, many: int) -> dict[str, float]:
    """Start the process, ask for every board, and say how long it took."""
    port = free_port()
    command = [sys.executable, "-m", "contest.cli", "serve", "--role", "board", "--port", str(port)]
    began = time.monotonic()
    with running(command, env={"DATABASE_URL": url}, stdout=DEVNULL, stderr=DEVNULL) as program:
        end = began + PATIENCE
        page = f"http://127.0.0.1:{port}"
        answered(f"{page}/api/public/contests", end)
        up = time.monotonic() - began
        boards = [f"{page}/api/public/events/{event}/board" for event in events(many)]
        with ThreadPoolExecutor(len(boards)) as everybody:
            first = None
            for body in everybody.map(lambda board: answered(board, end), boards):
                first = first or time.monotonic() - began
                told = msgspec.json.decode(body)
                assert told["head"]["complete"] == told["head"]["aspects"] > 0, told["head"]
        return {
            "up": up,
            "first": first or 0.0,
            "all": time.monotonic() - began,
            "cpu": cpu_seconds(program.pid),
            "mib": peak_kib(program.pid) / 1024,
        }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=12)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="one event, once")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.events = chosen.times = 1
    say(described() + "\n")
    with tempfile.TemporaryDirectory(prefix="jiangsai-replay-") as made:
        folder = Path(made)
        url = f"sqlite:///{folder / 'replay.db'}"
        places = asyncio.run(plan(url, folder, chosen.events))
        facts = write(folder / "replay.db", places)
        size = (folder / "replay.db").stat().st_size / 2**20
        say(f"{facts:,} facts of {chosen.events} events, {size:,.0f} MiB\n")
        say(f"{'':<8}{'answers s':>10}{'first board':>12}{'all boards':>12}{'CPU s':>8}{'peak MiB':>10}\n")
        found = []
        for number in range(chosen.times):
            took = start(url, chosen.events)
            found.append(took)
            say(
                f"{number + 1:<8}{took['up']:>10.2f}{took['first']:>12.2f}{took['all']:>12.2f}"
                f"{took['cpu']:>8.2f}{took['mib']:>10.0f}\n"
            )
    middle = sorted(found, key=lambda took: took["all"])[len(found) // 2]
    name = "" if chosen.quick else "replay"
    limits = [Limit(f"start to all boards of {facts:,} facts", middle["all"], SECONDS, "s")]
    return judged(limits, name, {"facts": facts, "runs": found})


if __name__ == "__main__":
    sys.exit(main())
