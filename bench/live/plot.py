"""Draw the newest full runs of the live benches, and write their tables into the handbook.

    python -m bench live.plot [--docs docs] [--readme README.md]

Reads `var/bench/*.json`, which the benches leave behind when they ran in full; writes `live.svg`, and what stands
between the marks `live figures` in performance.md and in the README. A bench that has not run leaves its part out.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from bench.live.limits import KEPT
from bench.live.machine import ROOT, say
from bench.live.peers.known import OURS

BEGIN, END = "<!-- live figures -->", "<!-- end of live figures -->"
OUR_COLOUR, THEIR_COLOUR, LIMIT_COLOUR = "#b3261e", "#8a9aa9", "#3b4a57"

HEADLINES = "to C, one|^5,000 viewers, 10|^10,000 idle|do not read|, 500 seats|^receipt|^viewer, p99|^processor of"
"""What the README says of the limits."""

Told = dict[str, Any]


def results(folder: Path = KEPT) -> dict[str, Told]:
    """What the benches left behind, by name."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))}


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


PARTS: dict[str, tuple[str, Callable[[Told], str]]] = {
    "fanout": ("Fan-out of 200-byte frames", fanout),
    "idle": ("Viewers who only watch", idle),
    "stalled": ("Viewers who do not read", stalled),
    "intake": ("Marks through websockets", intake),
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


def between(path: Path, written: str) -> bool:
    """Put text between the marks of a page; False when the page has none."""
    text = path.read_text("utf-8") if path.is_file() else ""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        return False
    path.write_text(f"{before}{begin}\n\n{written.strip()}\n\n{end}{after}", "utf-8")
    return True


# ---- the picture ------------------------------------------------------------------------------------------------


def draw(runs: dict[str, Told], path: Path) -> None:
    """One picture of what there is."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "jiangsai", "font.size": 9})
    from matplotlib import pyplot

    drawn = [(name, panel) for name, panel in PANELS.items() if name in runs]
    figure, places = pyplot.subplots(len(drawn), 1, figsize=(9, 3.4 * len(drawn)), squeeze=False)
    for (name, panel), place in zip(drawn, places[:, 0], strict=True):
        panel(place, runs[name]["figures"])
        place.spines[["top", "right"]].set_visible(False)
    figure.text(0.01, 0.004, next(iter(runs.values()))["machine"], fontsize=7, color=LIMIT_COLOUR)
    figure.tight_layout(rect=(0, 0.015, 1, 1))
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


def _colour(name: str) -> str:
    return OUR_COLOUR if name == OURS.name else LIMIT_COLOUR if name.startswith("C,") else THEIR_COLOUR


def _fanout(place: Any, figures: Told) -> None:
    sizes = sorted(figures, key=int)
    names = [name for name, kept in figures[sizes[-1]].items() if "cpu" in kept][::-1]
    height = 0.8 / len(sizes)
    for nth, viewers in enumerate(sizes):
        rates = [figures[viewers][name].get("cpu", 0) / 1000 for name in names]
        at = [row + 0.4 - height * (nth + 0.5) for row in range(len(names))]
        shade = 1.0 if nth else 0.55
        bars = place.barh(at, rates, height * 0.9, color=[_colour(name) for name in names], alpha=shade)
        place.bar_label(bars, [f"{rate:.0f}" for rate in rates], padding=2, fontsize=7)
    place.set_yticks(range(len(names)), names)
    many = " (pale) and ".join(f"{int(viewers):,}" for viewers in sizes)
    place.set_title(f"1000 deliveries a CPU-second, to {many} viewers", loc="left")


def _stalled(place: Any, figures: Told) -> None:
    names = list(figures["costs"])[::-1]
    held = [max(figures["costs"][name]["kernel"] + figures["costs"][name]["process"], 0.1) for name in names]
    bars = place.barh(names, held, color=[_colour(name) for name in names])
    place.set_xscale("log")
    place.set_xlim(1, 2 * max(held))
    place.bar_label(bars, [f"{mib:,.0f}" for mib in held], padding=2, fontsize=7)
    place.set_title(
        f"MiB of kernel and process that {figures['viewers']} viewers cost who do not read", loc="left"
    )


def _intake(place: Any, figures: list[Told]) -> None:
    rows = [row for row in figures if row["marks"] > 1]
    labels = [f"{row['engine']}\n{row['seats']} seats" for row in rows]
    series = (
        ("bare engine", [row["bare"] for row in rows], LIMIT_COLOUR),
        ("the book in process", [row["alone"] for row in rows], THEIR_COLOUR),
        ("Jiangsai through websockets", [row["served"]["rate"] for row in rows], OUR_COLOUR),
    )
    for nth, (name, rates, colour) in enumerate(series):
        at = [row + 0.27 * (nth - 1) for row in range(len(rows))]
        bars = place.bar(at, [rate / 1000 for rate in rates], 0.25, label=name, color=colour)
        place.bar_label(bars, [f"{rate / 1000:.0f}" for rate in rates], padding=1, fontsize=7)
    place.set_xticks(range(len(rows)), labels)
    place.set_ylim(0, 1.3 * place.get_ylim()[1])  # room for the legend
    place.legend(frameon=False, fontsize=8, ncols=3, loc="upper left")
    marks = max((row["marks"] for row in rows), default=0)
    place.set_title(f"1000 durable marks a second, {marks} a message", loc="left")


PANELS: dict[str, Callable[[Any, Any], None]] = {"fanout": _fanout, "stalled": _stalled, "intake": _intake}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--docs", type=Path, default=ROOT / "docs")
    parser.add_argument("--readme", type=Path, default=ROOT / "README.md")
    parser.add_argument("--kept", type=Path, default=KEPT)
    chosen, _ = parser.parse_known_args()
    runs = results(chosen.kept)
    if not any(name in runs for name in PANELS):
        say("nothing to draw: no bench has run in full here\n")
        return 0
    draw(runs, chosen.docs / "live.svg")
    for page, written in ((chosen.docs / "performance.md", handbook(runs)), (chosen.readme, summary(runs))):
        say(f"{page.name}: {'written' if between(page, written) else 'has no place for figures'}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
