"""Ten thousand who only watch: what the whole product holds for each of them, and whether all of them stay.

    python -m bench live.idle [--quick] [--viewers 10000] [--hold 45]

The product serves an event; each viewer opens a websocket at `/live/board`, asks for the event and has its board.
Then nothing happens but pings, which all have to answer in time.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from bench.live.crowd import Doors, crowd, handshake, masked
from bench.live.kernel import kernel_kib
from bench.live.limits import Limit, judged
from bench.live.machine import cpu_seconds, described, held_kib, say
from bench.live.planted import sqlite_url
from bench.live.product import house

KIB = 25.0


def board_doors(port: int, event: str) -> Doors:
    """How a viewer of the product comes in and has its board."""
    watch = masked(b'{"type":"watch","event":"%s"}' % event.encode())
    return Doors(port, handshake("/live/board", port), then=watch, answer=b'"type":"reset"')


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--viewers", type=int, default=10_000)
    parser.add_argument("--hold", type=float, default=25.0, help="seconds; every 20 the server pings")
    parser.add_argument("--entries", type=int, default=20)
    parser.add_argument("--quick", action="store_true", help="a hundredth of the viewers, for two seconds")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.viewers, chosen.hold = chosen.viewers // 100, 2.0
    say(described() + "\n")
    with (
        tempfile.TemporaryDirectory() as folder,
        house(sqlite_url(Path(folder), "idle"), Path(folder), 10, entries=chosen.entries) as served,
    ):
        doors = board_doors(served.port, served.places[0].event)
        with crowd(doors, 1) as first:
            first.open()  # the board is made, and what is loaded for the first viewer is loaded
        before, kernel = held_kib(served.pid), kernel_kib(served.port)
        with crowd(doors, chosen.viewers) as people:
            came = people.open()
            held, of_kernel = held_kib(served.pid) - before, kernel_kib(served.port) - kernel
            spent, began = cpu_seconds(served.pid), time.perf_counter()
            stayed = people.hold(chosen.hold)
            share = (cpu_seconds(served.pid) - spent) / (time.perf_counter() - began) * 100
            held = max(held, held_kib(served.pid) - before)
        figures = {
            "viewers": chosen.viewers,
            "alive": stayed["alive"],
            "hold": chosen.hold,
            "entering": came["opened"] / came["seconds"],
            "kib": held / chosen.viewers,
            "kernel_kib": of_kernel / chosen.viewers,
            "share": share,
        }
        say(
            f"\n  {int(came['opened']):,} viewers came in {came['seconds']:.1f} s "
            f"({came['opened'] / came['seconds']:,.0f} a second) and have a board of {chosen.entries} rows\n"
            f"  each: {held / chosen.viewers:.1f} KiB of the process, "
            f"{of_kernel / chosen.viewers:.1f} KiB of the kernel's buffers\n"
            f"  after {chosen.hold:.0f} s {int(stayed['alive']):,} are there; "
            f"meanwhile the server used {share:.1f} % of a processor\n"
        )
    who = f"{chosen.viewers:,} idle viewers"
    return judged(
        [
            Limit(f"{who}, held for {chosen.hold:.0f} s", stayed["alive"], chosen.viewers, "", least=True),
            Limit(f"{who}: memory of the whole product for each", held / chosen.viewers, KIB, "KiB"),
        ],
        "" if chosen.quick else "idle",
        figures,
    )


if __name__ == "__main__":
    raise SystemExit(main())
