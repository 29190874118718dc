"""One event of 200 entries × 7 judges × 60 aspects, recomputed whole with ranking and awards."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl

from bench.scoring import engine, peers
from bench.scoring.shapes import EVENT, values
from bench.scoring.timing import Limit, medians, say, table

ROUNDS = 60
MOST_MS = 1.0
MOST_TIMES = 8.0


def measure() -> list[Limit]:
    marks = values(EVENT)
    narrow = marks.astype(np.int32)
    columns = peers.long_table([marks])
    polars, pandas = pl.DataFrame(columns), pd.DataFrame(columns)
    wanted = peers.numpy_event(narrow, EVENT)
    found = {
        "jiangsai, dense marks": engine.outcome(engine.dense(marks, EVENT), EVENT),
        "polars, long table": peers.polars_table(polars, EVENT),
        "pandas, long table": peers.pandas_table(pandas, EVENT),
    }
    for name, one in found.items():
        assert wanted.same(one), name
    say(f"all programs agree on {EVENT.entries} totals, ranks and awards\n")
    fast = medians(
        {
            "numpy copy of the marks (int64)": marks.copy,
            "numpy by hand, dense int32": lambda: peers.numpy_event(narrow, EVENT),
            "jiangsai, dense marks": lambda: engine.dense(marks, EVENT),
        },
        ROUNDS * 5,
    )
    slow = medians(
        {
            "polars, long table": lambda: peers.polars_table(polars, EVENT),
            "pandas, long table": lambda: peers.pandas_table(pandas, EVENT),
        },
        ROUNDS // 3,
    )
    taken = fast | slow
    copy, hand = taken["numpy copy of the marks (int64)"], taken["numpy by hand, dense int32"]
    table(
        f"one event: {EVENT.marks:,} marks",
        ("program", "ms", "× copy", "× by hand"),
        [
            (
                name,
                f"{ms:.3f}",
                f"{ms / copy:.0f}",
                f"{ms / hand:.1f}" if name != "numpy copy of the marks (int64)" else "",
            )
            for name, ms in taken.items()
        ],
    )
    mine = taken["jiangsai, dense marks"]
    return [
        Limit("one event, ms", mine, MOST_MS, "ms"),
        Limit("one event, times the numpy program written by hand", mine / hand, MOST_TIMES, "×"),
    ]
