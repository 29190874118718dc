"""Everybody comes back at once: how long judges wait for receipts meanwhile, and when all viewers are back.

    python -m bench.live.storm [--seats 500] [--viewers 5000] [--quick]

The arena of `combined`, all seats marking. Then all viewers lose their connections in one moment and come back as
fast as the server takes them, each with handshake, `watch` and the whole board: no back-off of a browser helps.
The receipts that are counted are those of the storm, from its first connection to its last board and a little
longer.

Ends with 1 when a limit is missed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from bench.live.arena import EVENT, arena
from bench.live.combined import client, held_with_the_event, tablets
from bench.live.limits import Limit, judged
from bench.live.machine import cpu_seconds, described, held_kib, say

RECEIPT_MS, BACK_S, VIEWER_S, VIEWER_KIB = 300.0, 10.0, 8.0, 64.0


def measure(folder: Path, chosen: argparse.Namespace) -> dict[str, float]:
    with ExitStack() as stack:
        served = stack.enter_context(arena(folder, chosen.seats))
        viewers = stack.enter_context(client("viewers", served.port, EVENT, chosen.viewers))
        before = held_with_the_event(served)
        viewers.ask("open")
        seats = stack.enter_context(tablets(served))
        viewers.ask(f"hold {chosen.warm}")
        calm = seats.ask(f"run {chosen.warm}")
        spent = cpu_seconds(served.pid)
        seats.tell(f"run {chosen.seconds}")
        back = viewers.ask("cut")
        spent = cpu_seconds(served.pid) - spent
        viewers.ask(f"hold {max(0.1, chosen.seconds - back['seconds'])}")
        storm = seats.hear()
        return {
            "calm": calm["p99"],
            "p50": storm["p50"],
            "p99": storm["p99"],
            "most": storm["most"],
            "back": back["seconds"],
            "viewer_p50": back["p50"],
            "viewer_p99": back["p99"],
            "rate": chosen.viewers / back["seconds"],
            "cpu_us": spent / chosen.viewers * 1e6,
            "kib": (held_kib(served.pid) - before) / chosen.viewers,
        }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seats", type=int, default=500)
    parser.add_argument("--viewers", type=int, default=5000)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--warm", type=float, default=4.0)
    parser.add_argument("--folder", type=Path, help="where the planted contest is kept for the next run")
    parser.add_argument("--quick", action="store_true", help="a twentieth of the viewers, for two seconds")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.viewers, chosen.seconds, chosen.warm = chosen.viewers // 20, 2.0, 1.0
    say(
        f"{described()}\n{chosen.seats} seats at one mark a second, {chosen.viewers:,} viewers come back at once\n"
    )
    with tempfile.TemporaryDirectory(prefix="jiangsai-storm-") as made:
        folder = chosen.folder or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        found = measure(folder, chosen)
    say(
        f"receipts before   p99 {found['calm']:8.1f} ms\n"
        f"receipts in it    p50 {found['p50']:8.1f}   p99 {found['p99']:8.1f}   most {found['most']:8.1f} ms\n"
        f"all viewers back after {found['back']:.2f} s, {found['rate']:,.0f} a second, "
        f"{found['cpu_us']:,.0f} µs of the server's processor each\n"
        f"one viewer to its board   p50 {found['viewer_p50']:.2f}   p99 {found['viewer_p99']:.2f} s\n"
    )
    limits = [
        Limit("receipts during the storm, p99", found["p99"], RECEIPT_MS, "ms"),
        Limit("all viewers back", found["back"], BACK_S, "s"),
        Limit("one viewer back, p99", found["viewer_p99"], VIEWER_S, "s"),
        Limit("memory of the process for a viewer afterwards", found["kib"], VIEWER_KIB, "KiB"),
    ]
    return judged(limits, "" if chosen.quick else "storm", found)


if __name__ == "__main__":
    sys.exit(main())
