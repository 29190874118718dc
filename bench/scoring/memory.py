"""The memory of one program over a season, in a process of its own: `python -m bench.scoring.memory NAME`.

Prints its peak over what the process held with its libraries and one small event computed, in times the marks in
the form in which the program has them: an array, or the columns of a long table. The marks themselves count.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl

from bench.scoring import engine, peers, seasons
from bench.scoring.shapes import SEASON, Shape, season

SMALL = Shape(entries=50, criteria=2, parts=5)


def peak() -> int:
    """The most bytes this process ever held; `getrusage` would count what its parent held too."""
    status = Path("/proc/self/status").read_text("ascii")
    return 1024 * int(re.search(r"VmHWM:\s+(\d+) kB", status)[1])


def long_season() -> peers.Long:
    """The season as a long table, made event by event so that nothing else takes room."""
    size = sum(shape.marks for shape in SEASON)
    table = peers.Long(*(np.empty(size, dtype=column.dtype) for column in peers.long_table([])))
    for number, (shape, part) in enumerate(zip(SEASON, table.by_event(SEASON), strict=True)):
        _, events = season([shape])
        for mine, theirs in zip(part, peers.long_table(events), strict=True):
            mine[:] = theirs
        part.event[:] = number
    return table


def dense() -> tuple[np.ndarray, list[np.ndarray]]:
    return season(SEASON)


PROGRAMS = {
    seasons.HAND: (dense, lambda marks: seasons.by_hand(marks[1])),
    seasons.DENSE: (dense, lambda marks: seasons.dense(marks[1])),
    seasons.LONG: (long_season, seasons.from_long),
    seasons.POLARS: (long_season, lambda marks: peers.polars_table(pl.DataFrame(marks.named), SEASON[0])),
    seasons.PANDAS: (long_season, lambda marks: peers.pandas_table(pd.DataFrame(marks.named), SEASON[0])),
}


def main() -> None:
    make, program = PROGRAMS[sys.argv[1]]
    _, parts = season([SMALL])
    long = peers.long_table(parts)
    engine.dense(parts[0], SMALL)
    peers.polars_table(pl.DataFrame(long.named), SMALL)
    peers.pandas_table(pd.DataFrame(long.named), SMALL)
    before = peak()
    marks = make()
    held = sum(column.nbytes for column in marks) if isinstance(marks, peers.Long) else marks[0].nbytes
    kept = program(marks)
    assert kept is not None
    print((peak() - before) / held)


if __name__ == "__main__":
    main()
