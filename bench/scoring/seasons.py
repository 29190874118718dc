"""A season: 200,000 entries in 120 events × 7 judges × 10 aspects, each ranked anew; its time and its memory."""

from __future__ import annotations

import subprocess
import sys
from functools import partial

import numpy as np
import pandas as pd
import polars as pl

from bench.scoring import engine, peers
from bench.scoring.shapes import SEASON, season
from bench.scoring.timing import Limit, medians, say, table

MOST_MS = 300.0
MOST_MEMORY = 4.0
PANDAS_AT_LEAST = 10.0
COPY, HAND = "numpy copy of the marks (int64)", "numpy by hand, dense int32"
DENSE, POLARS, PANDAS = "jiangsai, dense marks", "polars, long table", "pandas, long table"


def by_hand(parts: list[np.ndarray]) -> list[peers.Outcome]:
    return [peers.numpy_event(part, shape) for part, shape in zip(parts, SEASON, strict=True)]


def dense(parts: list[np.ndarray]) -> list[engine.Computed]:
    return [engine.dense(part, shape) for part, shape in zip(parts, SEASON, strict=True)]


def joined(outcomes: list[peers.Outcome]) -> peers.Outcome:
    return peers.Outcome(*(np.concatenate(columns) for columns in zip(*outcomes, strict=True)))


def outcomes(found: list[engine.Computed]) -> peers.Outcome:
    return joined([engine.outcome(one, shape) for one, shape in zip(found, SEASON, strict=True)])


def measure() -> list[Limit]:
    held, parts = season(SEASON, np.int64)
    narrow = [part.astype(np.int32) for part in parts]
    columns = peers.long_table(parts)
    tables, frames = pl.DataFrame(columns), pd.DataFrame(columns)
    wanted = joined(by_hand(narrow))
    found = {
        DENSE: outcomes(dense(parts)),
        POLARS: peers.polars_table(tables, SEASON[0]),
        PANDAS: peers.pandas_table(frames, SEASON[0]),
    }
    for name, one in found.items():
        assert wanted.same(one), name
    say(f"all programs agree on {len(wanted.ranks):,} totals, ranks and awards\n")
    taken = medians({COPY: held.copy, HAND: partial(by_hand, narrow), DENSE: partial(dense, parts)}, 9)
    taken |= medians({POLARS: partial(peers.polars_table, tables, SEASON[0])}, 3)
    taken |= medians({PANDAS: partial(peers.pandas_table, frames, SEASON[0])}, 1)
    del tables, frames, columns, narrow, held, parts
    memory = {name: peak(name) for name in (DENSE, POLARS)}
    table(
        f"a season: {sum(shape.marks for shape in SEASON):,} marks in {len(SEASON)} events",
        ("program", "ms", "× copy", "× by hand", "peak memory / marks"),
        [
            (
                name,
                f"{ms:.0f}",
                f"{ms / taken[COPY]:.0f}",
                f"{ms / taken[HAND]:.1f}",
                f"{memory[name]:.2f}" if name in memory else "",
            )
            for name, ms in taken.items()
        ],
    )
    return [
        Limit("a season, ms", taken[DENSE], MOST_MS, "ms"),
        Limit("a season, part of the time of polars", taken[DENSE] / taken[POLARS], 1.0, "×"),
        Limit("a season, part of the time of pandas", taken[DENSE] / taken[PANDAS], 1 / PANDAS_AT_LEAST, "×"),
        Limit("a season, peak memory in times the marks", memory[DENSE], MOST_MEMORY, "×"),
    ]


def peak(program: str) -> float:
    """Peak memory of a program over a process that has only its libraries, in times the marks; these count too."""
    told = subprocess.run(
        [sys.executable, "-m", "bench.scoring.memory", program], capture_output=True, text=True, check=True
    )
    return float(told.stdout)
