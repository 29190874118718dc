"""The figures of the live benches as the handbook prints them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from bench.live.peers.known import OURS

Told = dict[str, Any]

HEADLINES = "to C, one|^5,000 viewers, 10|^10,000 idle|do not read|, 500 seats|^receipt|^viewer, p99|^processor of"
"""What the README says of the limits."""


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table of the handbook."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


# ---- tables -----------------------------------------------------------------------------------------------------


def fanout(told: Told) -> str:
    parts = []
    for viewers, servers in told["figures"].items():
        rows = []
        for name, kept in servers.items():
            shown = f"**{name}**" if name == OURS.name else name
            if "missing" in kept:
                rows.append([shown, f"not here: {kept['missing']}", *[""] * 8])
                continue
            rows.append(
                [
                    shown,
                    f"{kept['wall'] / 1000:.0f}",
                    f"{kept['cpu'] / 1000:.0f}",
                    f"{kept['ratio']:.2f}" if kept["ratio"] else "",
                    f"{kept['p50']:.1f}",
                    f"{kept['p99']:.1f}",
                    f"{kept['paced_p50']:.1f}",
                    f"{kept['paced_p99']:.1f}",
                    f"{kept['paced_share']:.0f}",
                    f"{kept['kib']:.1f}",
                ]
            )
        head = [
            f"{int(viewers):,} viewers", "1000 del/s", "1000 del/CPU-s", "× C", "p50 ms", "p99",
            "10/s: p50 ms", "p99", "CPU %", "KiB each",
        ]  # fmt: skip
        parts.append(table(head, rows))
    return "\n".join(parts)


def intake(told: Told) -> str:
    rows = [
        [
            row["engine"],
            row["seats"],
            row["marks"],
            f"**{row['served']['rate']:,.0f}**",
            f"{row['served']['p50']:.1f}",
            f"{row['served']['p99']:.1f}",
            f"{row['served']['server']:.0f}",
            f"{row['served']['a_cpu']:,.0f}",
            f"{row['alone']:,.0f}",
            f"{row['bare']:,.0f} ({row['group']})",
            f"{row['ratio']:.2f}",
        ]
        for row in told["figures"]
    ]
    head = [
        "engine", "seats", "marks a message", "marks/s", "p50 ms", "p99", "CPU %", "marks/CPU-s",
        "the book in process",
        "bare engine (marks a commit)", "× bare",
    ]  # fmt: skip
    return table(head, rows)


def stalled(told: Told) -> str:
    rows = [
        [
            f"**{name}**" if name == OURS.name else name,
            f"{cost['kernel']:.0f}",
            f"{cost['process']:.0f}",
            f"{cost['late']:.1f}",
            f"{cost['calm']:.1f}",
            "never" if cost["ended"] is None else f"{cost['ended']:.1f} s",
            f"{max(cost['left'], 0):.0f}",
        ]
        for name, cost in told["figures"]["costs"].items()
    ]
    head = [
        f"{told['figures']['viewers']} who do not read", "kernel MiB", "process MiB", "others' p99 ms", "before",
        "cut off after", "MiB left",
    ]  # fmt: skip
    return table(head, rows)


def idle(told: Told) -> str:
    kept = told["figures"]
    return (
        f"{kept['viewers']:,} viewers of the whole product, each with its board: {kept['kib']:.1f} KiB of the "
        f"process and {kept['kernel_kib']:.1f} KiB of the kernel for each.\n"
        f"{kept['entering']:,.0f} come in a second; after {kept['hold']:.0f} s {kept['alive']:,.0f} are there, "
        f"and the server used {kept['share']:.1f} % of a processor meanwhile.\n"
    )


def promised(runs: Iterable[Told], wanted: str = "") -> str:
    """The limits whose words match, of all runs."""
    rows = [
        [
            limit["told"],
            f"{limit['figure']:.2f} {limit['unit']}",
            f"{'≥' if limit['least'] else '≤'} {limit['bound']:g} {limit['unit']}",
            "kept" if limit["kept"] else "**missed**",
        ]
        for told in runs
        for limit in told["limits"]
        if re.search(wanted, limit["told"])
    ]
    return table(["limit", "figure", "bound", ""], rows)


def combined(told: Told) -> str:
    rows = [
        [
            name,
            *(f"{run['receipt'][share]:.1f}" for share in ("p50", "p99", "p999")),
            f"{run['p50']:.1f}",
            f"{run['p99']:.1f}",
            f"{run['boards']:.1f}",
            f"{run['frame']:.0f}",
            f"{run['busy']:.0f}",
            f"{run['viewer_kib']:.1f}",
        ]
        for name, run in told["figures"].items()
    ]
    head = [
        "", "receipt p50 ms", "p99", "p99.9", "viewer p50 ms", "p99", "boards/s", "bytes a frame", "CPU %",
        "KiB a viewer",
    ]  # fmt: skip
    return table(head, rows)


def storm(told: Told) -> str:
    kept = told["figures"]
    return (
        f"Everybody is back after {kept['back']:.1f} s, {kept['rate']:,.0f} a second.\n"
        f"One viewer has its board after {kept['viewer_p50']:.2f} s (p50) and {kept['viewer_p99']:.2f} s (p99).\n"
        f"Receipts take {kept['p99']:.1f} ms (p99) meanwhile, and {kept['calm']:.1f} ms before.\n"
    )


def replay(told: Told) -> str:
    rows = [
        [f"{run['up']:.1f}", f"{run['first']:.1f}", f"{run['all']:.1f}", f"{run['cpu']:.1f}", f"{run['mib']:.0f}"]
        for run in told["figures"]["runs"]
    ]
    head = ["answers after s", "first board", "all boards", "CPU s", "peak MiB"]
    return f"{told['figures']['facts']:,} facts\n\n{table(head, rows)}"


PARTS: dict[str, tuple[str, Callable[[Told], str]]] = {
    "fanout": ("Fan-out of 200-byte frames", fanout),
    "idle": ("Viewers who only watch", idle),
    "stalled": ("Viewers who do not read", stalled),
    "intake": ("Marks through websockets", intake),
    "combined": ("Judges, viewers and the ranking on one core", combined),
    "storm": ("Viewers who all come back at once", storm),
    "replay": ("A cold process", replay),
}


def handbook(runs: dict[str, Told]) -> str:
    """All tables, under headings."""
    parts = ["![deliveries a CPU-second, marks a second, memory](live.svg)\n"]
    for name, (title, written) in PARTS.items():
        if name in runs:
            parts.append(f"### {title}\n\n{runs[name]['machine']}\n\n{written(runs[name])}")
    parts.append("### What was promised\n\n" + promised(runs.values()))
    return "\n".join(parts)


def summary(runs: dict[str, Told]) -> str:
    """A few lines for the README."""
    machine = next(iter(runs.values()))["machine"]
    kept = promised(runs.values(), HEADLINES)
    return f"{kept}\n{machine}.\n\n![deliveries a CPU-second, marks a second, memory](docs/live.svg)"
