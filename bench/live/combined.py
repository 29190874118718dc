"""Judges, viewers and the ranking together on one core: how long a judge waits for a receipt, a viewer for a row.

    python -m bench.live.combined [--seats 500] [--viewers 5000] [--seconds 20] [--slow 4]

One process of the whole product on SQLite, on one processor: every seat sends a mark a second, the watched event
(84,000 marks) is ranked anew each tick of 100 ms because marks of it are corrected all the time, and every viewer
gets every step. Viewers and tablets are two processes on the other processor, and what they cost is in no figure
of the server; what they are late by is. A second run has a disk that takes longer for each commit.

Ends with 1 when a limit is missed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.request import urlopen

import numpy as np

from bench.live.arena import EVENT, Arena, arena, disk_can_be_slow
from bench.live.crowd import Crowd, Doors, compiled_crowd, crowd, handshake, masked
from bench.live.limits import Limit, judged
from bench.live.machine import CLIENT, cpu_seconds, described, held_kib, running, say

RECEIPT_MS, VIEWER_MS, BUSY = 12.0, 60.0, 65.0
VIEWER_KIB = 25.0

IN_TRANSIT = 0.5
"""Seconds within which a board comes to everybody, or never."""


class Client:
    """A process of clients, as the bench speaks to it."""

    def __init__(self, program: subprocess.Popen) -> None:
        self._program = program

    def tell(self, command: str) -> None:
        self._program.stdin.write(command + "\n")
        self._program.stdin.flush()

    def hear(self) -> dict[str, float]:
        line = self._program.stdout.readline()
        if not line or "failed" in line:
            raise RuntimeError(f"{self._program.args[2]}: {line or self._program.wait(30)}")
        return json.loads(line)

    def ask(self, command: str) -> dict[str, float]:
        self.tell(command)
        return self.hear()


@contextmanager
def client(module: str, *given: object) -> Iterator[Client]:
    """Clients on their processor."""
    command = [sys.executable, "-m", f"bench.live.{module}", *map(str, given)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "bufsize": 1}
    with running(command, processors=CLIENT, **pipes) as program:
        yield Client(program)


@contextmanager
def tablets(served: Arena) -> Iterator[Client]:
    """All tablets, welcome and marking."""
    with client("paced", served.port, served.folder / "planted.json") as seats:
        seats.hear()
        yield seats


@contextmanager
def viewers_of(served: Arena, viewers: int) -> Iterator[Client | Crowd]:
    """Viewers who know when each frame came: a C program where there is a compiler, else Python, which is late."""
    if not compiled_crowd():
        with client("viewers", served.port, EVENT, viewers) as watching:
            yield watching
        return
    watch = masked(b'{"type":"watch","event":"%s"}' % EVENT.encode())
    hello = handshake("/live/board", served.port)
    with crowd(Doors(served.port, hello, then=watch, answer=b'{"type":"reset"'), viewers) as watching:
        yield watching


def held_with_the_event(served: Arena) -> int:
    """KiB of the server once the marks of the event are in its memory, and before anybody watches."""
    with urlopen(f"http://127.0.0.1:{served.port}/api/public/events/{EVENT}/board") as board:
        board.read()
    return held_kib(served.pid)


class Figures(NamedTuple):
    """What one run came to; milliseconds, and per cent of a core."""

    receipt: dict[str, float]
    p50: float
    p99: float
    boards: float
    """Boards a second."""
    reached: float
    """Deliveries to viewers for each one that there was."""
    busy: float
    frame: float
    """Bytes of a frame."""
    viewer_kib: float
    clients: float


def measure(folder: Path, chosen: argparse.Namespace, *, fsync_ms: float = 0.0) -> Figures:
    """Let everybody in, warm up, and count."""
    with ExitStack() as stack:
        served = stack.enter_context(arena(folder, chosen.seats, tick=chosen.tick, fsync_ms=fsync_ms))
        viewers = stack.enter_context(viewers_of(served, chosen.viewers))
        held = held_with_the_event(served)
        viewers.ask("open")
        a_viewer = (held_kib(served.pid) - held) / chosen.viewers
        seats = stack.enter_context(tablets(served))
        viewers.ask(f"hold {chosen.warm}")
        spent = cpu_seconds(served.pid)
        file = served.folder / "frames"
        seats.tell(f"run {chosen.seconds}")
        seen = viewers.ask(f"note {chosen.seconds} {file}")
        receipt = seats.hear()
        spent = cpu_seconds(served.pid) - spent
        waits, boards, span = late(served, file)
        return Figures(
            receipt,
            p50=float(np.percentile(waits, 50)),
            p99=float(np.percentile(waits, 99)),
            boards=(boards - 1) / span,
            reached=len(waits) / (boards * chosen.viewers),
            busy=spent / seen["seconds"] * 100,
            frame=seen["bytes"] / max(seen["frames"], 1),
            viewer_kib=a_viewer,
            clients=seen["busy"],
        )


def late(served: Arena, file: Path) -> tuple[np.ndarray, int, float]:
    """Milliseconds from before a frame was written to its arrival, for every delivery that there was time for.

    The first and the last boards are left out, of which a part came before or after the noting; with how many
    boards are left, and the seconds from the first of them to the last.
    """
    told = file.read_bytes()
    versions = np.frombuffer(told[: len(told) // 2], dtype=np.int64)
    moments = np.frombuffer(told[len(told) // 2 :], dtype=np.float64)
    at = served.published()
    began, ended = moments.min() + IN_TRANSIT, moments.max() - IN_TRANSIT
    whole = np.array([version for version in np.unique(versions) if began < at[version] < ended])
    kept = np.isin(versions, whole)
    published = np.array([at[version] for version in whole])
    waits = moments[kept] - published[np.searchsorted(whole, versions[kept])]
    return waits * 1000, len(whole), float(published[-1] - published[0])


def row(name: str, found: Figures) -> str:
    receipt = found.receipt
    return (
        f"{name:<16}{receipt['p50']:>8.2f}{receipt['p99']:>8.2f}{receipt['p999']:>8.2f}"
        f"{found.p50:>10.1f}{found.p99:>8.1f}{found.boards:>10.1f}{found.reached * 100:>9.2f}"
        f"{found.frame:>9.0f}{found.busy:>8.1f}{found.viewer_kib:>8.1f}{found.clients:>9.0f}\n"
    )


HEAD = (
    f"{'':<16}{'receipt ms':>24}{'viewer ms':>18}{'boards/s':>10}{'seen %':>9}{'B/frame':>9}{'CPU %':>8}"
    f"{'KiB/v':>8}{'client %':>9}\n{'':<16}{'p50':>8}{'p99':>8}{'p99.9':>8}{'p50':>10}{'p99':>8}\n"
)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seats", type=int, default=500)
    parser.add_argument("--viewers", type=int, default=5000)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--warm", type=float, default=4.0)
    parser.add_argument("--tick", type=float, default=0.1)
    parser.add_argument("--slow", type=float, default=4.0, help="ms a commit more in the second run; 0: none")
    parser.add_argument("--folder", type=Path, help="where the planted contest is kept for the next run")
    parser.add_argument("--quick", action="store_true", help="a twentieth of the viewers, for three seconds")
    chosen = parser.parse_args(arguments)
    if chosen.quick:
        chosen.viewers, chosen.seconds, chosen.warm, chosen.slow = chosen.viewers // 20, 3.0, 1.0, 0.0
    say(f"{described()}\n{chosen.seats} seats at one mark a second, {chosen.viewers:,} viewers, one core\n{HEAD}")
    with tempfile.TemporaryDirectory(prefix="jiangsai-combined-") as made:
        folder = chosen.folder or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        found = measure(folder, chosen)
        runs = {"this disk": found}
        say(row("this disk", found))
        if chosen.slow and disk_can_be_slow():
            name = f"+{chosen.slow:g} ms a commit"
            runs[name] = measure(folder, chosen, fsync_ms=chosen.slow)
            say(row(name, runs[name]))
    return judged(
        [
            Limit("receipt, p99", found.receipt["p99"], RECEIPT_MS, "ms"),
            Limit("viewer, p99 from publishing", found.p99, VIEWER_MS, "ms"),
            Limit("processor of the server", found.busy, BUSY, "%"),
            Limit("boards a second, of those that ticks allow", found.boards * chosen.tick, 0.9, "", least=True),
            Limit("deliveries that came, none left out", found.reached, 0.999, "", least=True),
            Limit("memory of the process for a viewer", found.viewer_kib, VIEWER_KIB, "KiB"),
        ],
        "" if chosen.quick else "combined",
        {name: found._asdict() for name, found in runs.items()},
    )


if __name__ == "__main__":
    sys.exit(main())
