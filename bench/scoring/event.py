"""One event of 200 entries × 7 judges × 60 aspects, recomputed whole with ranking and awards."""

from __future__ import annotations

import msgspec
import numpy as np
import pandas as pd
import polars as pl

from bench.scoring import engine, peers
from bench.scoring.shapes import EVENT, JUDGES, values
from bench.scoring.timing import Limit, medians, say, table
from scoring import Sheet, results
from scoring.sheet import BLANK_STATE, ENTERED_STATE

ROUNDS = 300
SLOW_ROUNDS = 20
MOST_MS = 1.0
MOST_TIMES = 8.0
COPY = "numpy copy of the marks"
HAND, HAND_LONG = "numpy by hand, dense", "numpy by hand, long"
DENSE, LONG = "jiangsai, dense", "jiangsai, long"
RUNNING, PRINTED = "jiangsai, dense, a tenth missing", "jiangsai, dense, every row printed"
POLARS, PANDAS = "polars, long", "pandas, long"


def with_blanks(marks: np.ndarray) -> np.ndarray:
    """States of marks of which a tenth is still to come: whole entries and single marks."""
    states = np.full(marks.shape, ENTERED_STATE, dtype=np.uint8)
    dice = np.random.default_rng(3)
    states[dice.random(marks.shape) < 0.02] = BLANK_STATE
    states[:, :, dice.random(marks.shape[2]) < 0.08] = BLANK_STATE
    return states


def printed(marks: np.ndarray) -> bytes:
    sheet = Sheet(entries=engine.names(EVENT.entries), marks=engine.block(marks), seats=JUDGES)
    return msgspec.json.encode(results(engine.known(EVENT), sheet), enc_hook=dict)


def measure() -> list[Limit]:
    marks = values(EVENT)
    long = peers.long_table([marks])
    states, columns = with_blanks(marks), engine.columns(long)
    tables, frames = pl.DataFrame(long.named), pd.DataFrame(long.named)
    wanted = peers.numpy_event(marks, EVENT)
    programs = {
        HAND_LONG: lambda: peers.numpy_columns(long, EVENT),
        DENSE: lambda: engine.outcome(engine.dense(marks, EVENT), EVENT),
        LONG: lambda: engine.outcome(engine.computed(columns, EVENT), EVENT),
        POLARS: lambda: peers.polars_table(tables, EVENT),
        PANDAS: lambda: peers.pandas_table(frames, EVENT),
    }
    for name, program in programs.items():
        assert wanted.same(program()), name
    say(f"all programs agree on {EVENT.entries} totals, ranks and awards\n")
    taken = medians(
        {
            COPY: marks.copy,
            HAND: lambda: peers.numpy_event(marks, EVENT),
            DENSE: lambda: engine.dense(marks, EVENT),
            HAND_LONG: programs[HAND_LONG],
            LONG: lambda: engine.computed(columns, EVENT),
        },
        ROUNDS,
    )
    taken |= medians(
        {
            RUNNING: lambda: engine.computed(engine.block(marks, states), EVENT),
            PRINTED: lambda: printed(marks),
            POLARS: programs[POLARS],
            PANDAS: programs[PANDAS],
        },
        SLOW_ROUNDS,
    )
    table(
        f"one event: {EVENT.marks:,} marks",
        ("program", "ms", "CPU ms", "× copy", "× by hand"),
        [
            (
                name,
                f"{took.wall:.3f}",
                f"{took.cpu:.3f}",
                f"{took.ms / taken[COPY].ms:.0f}",
                f"{took.ms / taken[HAND].ms:.1f}",
            )
            for name, took in taken.items()
        ],
    )
    return [
        Limit("one event, dense", taken[DENSE].ms, MOST_MS, "ms"),
        Limit("one event, long", taken[LONG].ms, MOST_MS, "ms"),
        Limit("one event, dense, to numpy by hand", taken[DENSE].ms / taken[HAND].ms, MOST_TIMES, "×"),
        Limit(
            "one event, long, to numpy by hand from the same columns",
            taken[LONG].ms / taken[HAND_LONG].ms,
            MOST_TIMES,
            "×",
        ),
    ]
