"""Medians of programs that take turns, and a table that says which limit was kept."""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Callable
from typing import NamedTuple


class Limit(NamedTuple):
    """A promise: the figure, and what it may not exceed."""

    told: str
    figure: float
    most: float
    unit: str

    @property
    def kept(self) -> bool:
        return self.figure <= self.most

    def line(self) -> str:
        verdict = "kept" if self.kept else "MISSED"
        return f"  {verdict:<7}{self.told:<64}{self.figure:>10.2f} of {self.most:>8.2f} {self.unit}"


class Took(NamedTuple):
    """What a program takes: on the clock, and of all processors together."""

    wall: float
    cpu: float

    @property
    def ms(self) -> float:
        """The lesser: what others do meanwhile is no cost, and two processors at work are no double one."""
        return min(self.wall, self.cpu)


def medians(programs: dict[str, Callable[[], object]], rounds: int) -> dict[str, Took]:
    """Medians of each program; they take turns, so that a busy moment of the machine meets all of them."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in programs}
    for program in programs.values():
        program()  # what is made once is made before
    gc.collect()
    for _ in range(rounds):
        for name, program in programs.items():
            began, worked = time.perf_counter(), time.process_time()
            program()
            taken[name].append((time.perf_counter() - began, time.process_time() - worked))
    return {
        name: Took(*(statistics.median(times) * 1000 for times in zip(*both, strict=True)))
        for name, both in taken.items()
    }


def table(title: str, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Print figures in columns: the first to the left, the others to the right."""
    widths = [max(len(row[at]) for row in (head, *rows)) for at in range(len(head))]
    say(f"\n{title}\n")
    for row in (head, *rows):
        first, *others = (
            cell.ljust(width) if not at else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        say("  " + "  ".join((first, *others)) + "\n")


def say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
