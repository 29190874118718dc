"""The memory of one program over a season, in a process of its own: `python -m bench.scoring.memory NAME`.

Prints its peak over what the process held with its libraries and a small season computed, in times the marks as
64-bit numbers. The marks themselves count.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import polars as pl

from bench.scoring import peers, seasons
from bench.scoring.shapes import EVENTS, SEASON, season


def peak() -> int:
    """The most bytes this process ever held; `getrusage` would count what its parent held too."""
    status = Path("/proc/self/status").read_text("ascii")
    return 1024 * int(re.search(r"VmHWM:\s+(\d+) kB", status)[1])


def dense() -> object:
    _, parts = season(SEASON, np.int64)
    return seasons.dense(parts)


def polars() -> object:
    held: dict[str, list[np.ndarray]] = {}
    for number in range(EVENTS):
        _, parts = season(SEASON[number : number + 1], np.int64)
        columns = peers.long_table(parts)
        columns["event"][:] = number
        for name, column in columns.items():
            held.setdefault(name, []).append(column)
    marks = pl.DataFrame({name: np.concatenate(held.pop(name)) for name in list(held)})
    return peers.polars_table(marks, SEASON[0])


PROGRAMS = {seasons.DENSE: dense, seasons.POLARS: polars}


def main() -> None:
    program = PROGRAMS[sys.argv[1]]
    shape = SEASON[0]
    _, parts = season([shape], np.int64)
    seasons.engine.dense(parts[0], shape)
    peers.polars_table(pl.DataFrame(peers.long_table(parts)), shape)
    before = peak()
    kept = program()
    assert kept is not None
    print((peak() - before) / (8 * sum(one.marks for one in SEASON)))


if __name__ == "__main__":
    main()
