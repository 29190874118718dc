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
from scoring.results import Computed

MOST_MS = 300.0
MOST_MEMORY = 4.0
PANDAS_AT_LEAST = 10.0
COPY = "numpy copy of the marks"
HAND, HAND_LONG = "numpy by hand, dense", "numpy by hand, long"
DENSE, LONG = "jiangsai, dense", "jiangsai, long"
POLARS, PANDAS = "polars, long", "pandas, long"


def by_hand(parts: list[np.ndarray]) -> list[peers.Outcome]:
    return [peers.numpy_event(part, shape) for part, shape in zip(parts, SEASON, strict=True)]


def by_hand_long(long: peers.Long) -> list[peers.Outcome]:
    return [peers.numpy_columns(part, shape) for part, shape in zip(long.by_event(SEASON), SEASON, strict=True)]


def dense(parts: list[np.ndarray]) -> list[Computed]:
    return [engine.dense(part, shape) for part, shape in zip(parts, SEASON, strict=True)]


def from_long(long: peers.Long) -> list[Computed]:
    parts = zip(long.by_event(SEASON), SEASON, strict=True)
    return [engine.computed(engine.columns(part), shape) for part, shape in parts]


def joined(outcomes: list[peers.Outcome]) -> peers.Outcome:
    return peers.Outcome(*(np.concatenate(columns) for columns in zip(*outcomes, strict=True)))


def outcomes(found: list[Computed]) -> peers.Outcome:
    return joined([engine.outcome(one, shape) for one, shape in zip(found, SEASON, strict=True)])


def measure() -> list[Limit]:
    held, parts = season(SEASON)
    long = peers.long_table(parts)
    tables, frames = pl.DataFrame(long.named), pd.DataFrame(long.named)
    wanted = joined(by_hand(parts))
    found = {
        HAND_LONG: joined(by_hand_long(long)),
        DENSE: outcomes(dense(parts)),
        LONG: outcomes(from_long(long)),
        POLARS: peers.polars_table(tables, SEASON[0]),
        PANDAS: peers.pandas_table(frames, SEASON[0]),
    }
    for name, one in found.items():
        assert wanted.same(one), name
    say(f"all programs agree on {len(wanted.ranks):,} totals, ranks and awards\n")
    taken = medians(
        {
            COPY: held.copy,
            HAND: partial(by_hand, parts),
            DENSE: partial(dense, parts),
            HAND_LONG: partial(by_hand_long, long),
            LONG: partial(from_long, long),
        },
        9,
    )
    taken |= medians(
        {
            POLARS: partial(peers.polars_table, tables, SEASON[0]),
            PANDAS: partial(peers.pandas_table, frames, SEASON[0]),
        },
        3,
    )
    del tables, frames, long, held, parts
    memory = {name: peak(name) for name in (HAND, DENSE, LONG, POLARS, PANDAS)}
    table(
        f"a season: {sum(shape.marks for shape in SEASON):,} marks in {len(SEASON)} events",
        ("program", "ms", "CPU ms", "× copy", "× by hand", "peak memory ÷ marks"),
        [
            (
                name,
                f"{took.wall:.0f}",
                f"{took.cpu:.0f}",
                f"{took.ms / taken[COPY].ms:.0f}",
                f"{took.ms / taken[HAND].ms:.1f}",
                f"{memory[name]:.2f}" if name in memory else "",
            )
            for name, took in taken.items()
        ],
    )
    return [
        Limit("a season, dense", taken[DENSE].ms, MOST_MS, "ms"),
        Limit("a season, long", taken[LONG].ms, MOST_MS, "ms"),
        Limit("a season, long, part of the time of polars", taken[LONG].ms / taken[POLARS].ms, 1.0, "×"),
        Limit(
            "a season, dense, part of the time of pandas",
            taken[DENSE].ms / taken[PANDAS].ms,
            1 / PANDAS_AT_LEAST,
            "×",
        ),
        Limit("a season, dense, peak memory to the marks", memory[DENSE], MOST_MEMORY, "×"),
        Limit("a season, long, peak memory to the marks", memory[LONG], MOST_MEMORY, "×"),
    ]


def peak(program: str) -> float:
    """Peak memory of a program over a process that has only its libraries, in times the marks; these count too."""
    told = subprocess.run(
        [sys.executable, "-m", "bench.scoring.memory", program], capture_output=True, text=True, check=True
    )
    return float(told.stdout)
