"""Promises of the live part: the figure, what it may be, and a line that says whether that was kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from bench.live.machine import ROOT, described, say


class Limit(NamedTuple):
    """A figure that may not be more than something, or not less."""

    told: str
    figure: float
    bound: float
    unit: str
    least: bool = False

    @property
    def kept(self) -> bool:
        return self.figure >= self.bound if self.least else self.figure <= self.bound

    def line(self) -> str:
        verdict, side = "kept" if self.kept else "MISSED", "≥" if self.least else "≤"
        return f"  {verdict:<7}{self.told:<72}{self.figure:>9.2f} {side} {self.bound:<8g}{self.unit}"


KEPT = ROOT / "var" / "bench"
"""The newest full run of each bench, for the plot and the handbook."""


def judged(limits: Sequence[Limit], name: str = "", figures: object = None) -> int:
    """Print what was promised and what became of it; 1 when something was missed.

    Under a name all of it is kept, with its figures, for `bench.live.plot`; short runs have none.
    """
    say("\n" + "".join(limit.line() + "\n" for limit in limits))
    if name:
        told = {
            "machine": described(),
            "figures": figures,
            "limits": [each._asdict() | {"kept": each.kept} for each in limits],
        }
        KEPT.mkdir(parents=True, exist_ok=True)
        (KEPT / f"{name}.json").write_text(json.dumps(told, indent=1), "utf-8")
    return 0 if all(limit.kept for limit in limits) else 1
