"""Draw the newest full runs of the live benches, and write their tables into the handbook.

    python -m bench live.plot [--docs docs] [--readme README.md]

Reads `var/bench/*.json`, which the benches leave behind when they ran in full; writes `live.svg`, and what stands
between the marks `live figures` in performance.md and in the README. A bench that has not run leaves its part out.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.live.limits import KEPT
from bench.live.machine import ROOT, say
from bench.live.peers.known import OURS
from bench.live.tables import Told, handbook, summary

BEGIN, END = "<!-- live figures -->", "<!-- end of live figures -->"
OUR_COLOUR, THEIR_COLOUR, LIMIT_COLOUR = "#b3261e", "#8a9aa9", "#3b4a57"


def results(folder: Path = KEPT) -> dict[str, Told]:
    """What the benches left behind, by name."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))}


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


def _combined(place: Any, figures: Told) -> None:
    series = (
        ("receipt, p99", [run["receipt"]["p99"] for run in figures.values()], OUR_COLOUR, 12),
        ("viewer from publishing, p99", [run["p99"] for run in figures.values()], THEIR_COLOUR, 60),
    )
    for nth, (name, late, colour, most) in enumerate(series):
        bars = place.barh([row + 0.38 * nth for row in range(len(late))], late, 0.34, label=name, color=colour)
        place.bar_label(bars, [f"{ms:.1f}" for ms in late], padding=2, fontsize=7)
        place.axvline(most, color=colour, linestyle=":", linewidth=1)
    place.set_yticks([row + 0.19 for row in range(len(figures))], list(figures))
    place.invert_yaxis()
    place.legend(frameon=False, fontsize=8)
    place.set_title("ms, with judges, viewers and the ranking on one core (dotted: limits)", loc="left")


PANELS: dict[str, Callable[[Any, Any], None]] = {
    "fanout": _fanout,
    "stalled": _stalled,
    "intake": _intake,
    "combined": _combined,
}


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
