"""The programs that the engine is timed against make the same results; else the times would say nothing."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from bench.scoring import engine, peers
from bench.scoring.shapes import Shape, season, values


@pytest.mark.parametrize("seed", range(5))
def test_every_program_agrees_on_an_event(seed):
    shape = Shape(entries=61, criteria=3, parts=4)
    marks = values(shape, seed)
    mine = engine.outcome(engine.dense(marks, shape), shape)
    assert mine.same(peers.numpy_event(marks, shape))
    assert len(set(mine.ranks)) < shape.entries
    assert np.bincount(mine.medals, minlength=4).all()
    assert 0 < np.count_nonzero(mine.skilled) < shape.entries


def test_every_program_agrees_on_a_season():
    shapes = [Shape(entries=entries, criteria=2, parts=5) for entries in (41, 60, 87)]
    _, parts = season(shapes)
    found = [engine.outcome(engine.dense(part, shape), shape) for part, shape in zip(parts, shapes, strict=True)]
    mine = peers.Outcome(*(np.concatenate(columns) for columns in zip(*found, strict=True)))
    long = peers.long_table(parts)
    of_long = [
        engine.outcome(engine.computed(engine.columns(part), shape), shape)
        for part, shape in zip(long.by_event(shapes), shapes, strict=True)
    ]
    assert all(one.same(other) for one, other in zip(found, of_long, strict=True))
    by_hand = [peers.numpy_columns(part, shape) for part, shape in zip(long.by_event(shapes), shapes, strict=True)]
    assert all(one.same(other) for one, other in zip(found, by_hand, strict=True))
    assert mine.same(peers.polars_table(pl.DataFrame(long.named), shapes[0]))
    assert mine.same(peers.pandas_table(pd.DataFrame(long.named), shapes[0]))
    assert not mine._replace(totals=mine.totals + (mine.ranks == 1)).same(
        peers.polars_table(pl.DataFrame(long.named), shapes[0])
    )
