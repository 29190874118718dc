"""How many deliveries a CPU-second the boards' transport makes, beside a bare C loop and its peers.

    python -m bench live.fanout [--quick] [--viewers 1000 5000] [--size 200] [--only NAME …]

Server and viewers are two processes, each on a processor of its own; the viewers are a C program over epoll.
«Saturated» is a closed loop: the next frame is written when every viewer has the last one. CPU is that of the
server alone, with its threads and children. All get the same payload in one frame each, the same rounds after the
same warm-up, in turns; the C and the Python loop have the socket buffers that ours gives its viewers.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

import uvicorn

from bench.live.crowd import crowd
from bench.live.limits import Limit, judged
from bench.live.machine import cpu_seconds, described, held_kib, median, say
from bench.live.peers.known import C_LOOP, NATS, OTHERS, OURS, WS, Contender
from realtime.transport import serve_options
from realtime.wires import fan_out, frame_of, wire_of

OF_C = {1000: 0.78, 5000: 0.70}
"""Of the C loop's deliveries a CPU-second, ours are at least so much."""
P99_MS, KIB = 60.0, 25.0
DELIVERIES_A_LAP = 300_000


# ---- the server process ---------------------------------------------------------------------------------------


class Hall:
    """A bare application: `/watch` waits, `/go` has one frame written to all."""

    def __init__(self, size: int) -> None:
        self.frame = frame_of(b"x" * size)
        self.wires = []
        self.sends = []

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "lifespan":
            for _ in range(2):
                await send({"type": f"{(await receive())['type']}.complete"})
            return
        await receive()
        await send({"type": "websocket.accept"})
        if scope["path"] == "/watch":
            wire = wire_of(scope, send)
            wire.narrow()
            self.wires.append(wire)
            self.sends.append(send)
        while (message := await receive())["type"] == "websocket.receive":
            if message["text"] == "wire":
                await fan_out(self.frame, self.wires)  # who is left out is missed by the crowd
            else:
                for each in self.sends:
                    await each({"type": "websocket.send", "text": self.frame.payload.decode()})


def serve(port: int, size: int) -> None:
    uvicorn.run(Hall(size), host="127.0.0.1", port=port, log_level="error", backlog=8192, **serve_options())


# ---- measuring --------------------------------------------------------------------------------------------------


class Lap(NamedTuple):
    """What some rounds came to."""

    wall: float
    """Deliveries a second."""
    cpu: float
    """Deliveries a second of the server's processor."""
    p50: float
    p99: float
    share: float
    """Of one processor, in percent."""


class Figures:
    """What one server did for a number of viewers, over all its turns."""

    def __init__(self) -> None:
        self.turns: list[list[Lap]] = []
        self.paced: list[Lap] = []
        self.kib: list[float] = []
        self.entering: list[float] = []
        self.missing = ""

    def full(self, name: str) -> float:
        """A median of everything that was saturated; 0 when nothing was."""
        return median(getattr(lap, name) for turn in self.turns for lap in turn) if self.turns else 0.0

    def slow(self, name: str) -> float:
        """A median at ten frames a second."""
        return median(getattr(lap, name) for lap in self.paced)

    def to(self, other: Figures) -> float:
        """Deliveries a CPU-second to those of another, turn by turn: what slows the machine slows both."""
        pairs = zip(self.turns, other.turns, strict=False)
        return median(median(lap.cpu for lap in mine) / median(lap.cpu for lap in its) for mine, its in pairs)

    def told(self, limit: Figures) -> dict[str, object]:
        """For the plot and the handbook."""
        if self.missing:
            return {"missing": self.missing}
        full = {name: self.full(name) for name in Lap._fields}
        slow = {f"paced_{name}": self.slow(name) for name in Lap._fields}
        ratio = self.to(limit) if limit.turns else None
        return full | slow | {"ratio": ratio, "kib": median(self.kib), "entering": median(self.entering)}


def lap(pid: int, people, rounds: int, gap: float = 0.0) -> Lap:
    spent, began = cpu_seconds(pid), time.perf_counter()
    ran = people.run(rounds, gap)
    spent, took = cpu_seconds(pid) - spent, time.perf_counter() - began
    return Lap(
        ran["deliveries"] / ran["seconds"],
        ran["deliveries"] / max(spent, 1e-9),
        ran["p50"],
        ran["p99"],
        spent / took * 100,
    )


def turn(contender: Contender, viewers: int, chosen: argparse.Namespace, kept: Figures) -> None:
    """One server, from its start to its end."""
    rounds = max(chosen.deliveries // viewers, 3)
    with contender.serving(chosen.size) as server, crowd(server.doors, viewers) as people:
        before = held_kib(server.pid)
        kept.entering.append(viewers / people.open()["seconds"])
        people.run(max(rounds // 4, 2))  # what is compiled on the way is compiled now
        kept.turns.append([lap(server.pid, people, rounds) for _ in range(chosen.laps)])
        kept.paced.append(lap(server.pid, people, chosen.paced, 0.1))
        kept.kib.append((held_kib(server.pid) - before) / viewers)


def measure(contenders: Iterable[Contender], viewers: int, chosen: argparse.Namespace) -> dict[str, Figures]:
    """Let everybody take turns, so that a busy moment of the machine meets all of them."""
    figures: dict[str, Figures] = defaultdict(Figures)
    for number in range(chosen.turns):
        for contender in contenders:
            kept = figures[contender.name]
            kept.missing = kept.missing or contender.missing()
            if kept.missing or (number and contender not in (C_LOOP, OURS) and number >= chosen.peers_turns):
                continue
            try:
                turn(contender, viewers, chosen, kept)
            except RuntimeError as problem:
                if contender in (C_LOOP, OURS):
                    raise
                kept.missing = f"it failed, {problem}"
    return figures


def table(viewers: int, size: int, figures: dict[str, Figures]) -> None:
    limit = figures[C_LOOP.name]
    say(
        f"\n{viewers:,} viewers, {size} bytes\n"
        f"  {'':<44}{'del/s':>9}{'per CPU-s':>11}{'× C':>6}{'p50 ms':>8}{'p99':>7}"
        f"{'10/s: p50':>11}{'p99':>7}{'CPU %':>7}{'KiB each':>10}{'enter/s':>9}\n"
    )
    for name, kept in figures.items():
        if kept.missing:
            say(f"  {name:<44}not here: {kept.missing}\n")
            continue
        ratio = f"{kept.to(limit):6.2f}" if limit.turns else f"{'–':>6}"
        say(
            f"  {name:<44}{kept.full('wall'):>9,.0f}{kept.full('cpu'):>11,.0f}{ratio}"
            f"{kept.full('p50'):>8.1f}{kept.full('p99'):>7.1f}{kept.slow('p50'):>11.1f}{kept.slow('p99'):>7.1f}"
            f"{kept.slow('share'):>7.0f}{median(kept.kib):>10.1f}{median(kept.entering):>9,.0f}\n"
        )


def limits(viewers: int, figures: dict[str, Figures]) -> list[Limit]:
    """What we promised for so many viewers."""
    ours, found = figures[OURS.name], []
    who = f"{viewers:,} viewers"
    share = OF_C[max((number for number in OF_C if number <= viewers), default=min(OF_C))]
    for other, least in ((C_LOOP, share), (WS, 1.0), (NATS, 1.0)):
        if other.name in figures and figures[other.name].turns:
            ratio = ours.to(figures[other.name])
            found.append(Limit(f"{who}: deliveries a CPU-second, to {other.name}", ratio, least, "×", True))
    late = ours.slow("p99")
    found.append(Limit(f"{who}, 10 frames a second: from publishing to reception, p99", late, P99_MS, "ms"))
    found.append(Limit(f"{who}: memory of the server for each", median(ours.kib), KIB, "KiB"))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--viewers", type=int, nargs="*", default=[1000, 5000])
    parser.add_argument("--size", type=int, default=200)
    parser.add_argument("--turns", type=int, default=3, help="of ours and of the C loop")
    parser.add_argument("--peers-turns", type=int, default=1)
    parser.add_argument("--laps", type=int, default=3, help="in each turn")
    parser.add_argument("--deliveries", type=int, default=DELIVERIES_A_LAP, help="in each lap")
    parser.add_argument("--paced", type=int, default=30, help="rounds at 10 a second in each turn")
    parser.add_argument("--quick", action="store_true", help="one short turn")
    parser.add_argument("--only", nargs="*", help="ours, the C loop, and who has one of these words in the name")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.serve:
        serve(chosen.serve, chosen.size)
        return 0
    if chosen.quick:
        chosen.turns, chosen.laps, chosen.deliveries, chosen.paced = 1, 2, chosen.deliveries // 3, 10
    others = [peer for peer in OTHERS if chosen.only is None or any(word in peer.name for word in chosen.only)]
    say(described() + "\n")
    promised: list[Limit] = []
    told = {}
    for viewers in chosen.viewers:
        figures = measure([C_LOOP, OURS, *others], viewers, chosen)
        table(viewers, chosen.size, figures)
        promised += limits(viewers, figures)
        told[str(viewers)] = {name: kept.told(figures[C_LOOP.name]) for name, kept in figures.items()}
    return judged(promised, "" if chosen.quick or chosen.only is not None else "fanout", told)


if __name__ == "__main__":
    raise SystemExit(main())
