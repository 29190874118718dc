"""The same results without the engine: a numpy program written for this one contest, and straightforward tables.

None of them checks a mark, knows blanks, absences or statuses, or could say why; each computes total, shared rank
with both keys, and awards. The numpy program is what the engine is held against: int32, judge by judge, no copy.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
import polars as pl

from bench.scoring.shapes import ASPECT_WEIGHTS, CRITERION_WEIGHTS, JUDGES, MEDALS, Shape, limit

KEPT = JUDGES - 2
FINE = KEPT * 10**6 // 100
"""Marks in thousandths, weights in thousandths, means of `KEPT`: so many of them are a hundredth."""


class Outcome(NamedTuple):
    """What every program must agree on, entry by entry."""

    totals: np.ndarray
    """In hundredths."""
    ranks: np.ndarray
    medals: np.ndarray
    """0 none, 1 gold, 2 silver, 3 bronze."""
    skilled: np.ndarray

    def same(self, other: Outcome) -> bool:
        return all(np.array_equal(mine, theirs) for mine, theirs in zip(self, other, strict=True))


class Long(NamedTuple):
    """A table with one mark in a row; values in thousandths."""

    event: np.ndarray
    entry: np.ndarray
    aspect: np.ndarray
    judge: np.ndarray
    value: np.ndarray

    def part(self, first: int, rows: int) -> Long:
        return Long(*(column[first : first + rows] for column in self))

    def by_event(self, shapes: list[Shape]) -> list[Long]:
        """The rows of each event, which stand together."""
        firsts = np.cumsum([0, *(shape.marks for shape in shapes)]).tolist()
        return [self.part(first, shape.marks) for first, shape in zip(firsts, shapes, strict=False)]

    @property
    def named(self) -> dict[str, np.ndarray]:
        return self._asdict()


def numpy_event(marks: np.ndarray, shape: Shape) -> Outcome:
    """One event from a dense array of int32: (judges, aspects, entries)."""
    kept = marks.sum(axis=0, dtype=np.int32)
    kept -= marks.min(axis=0)
    kept -= marks.max(axis=0)
    weights = np.resize(np.array(ASPECT_WEIGHTS, dtype=np.int32), shape.aspects)
    kept *= weights[:, np.newaxis]
    criteria = kept.reshape(shape.criteria, shape.parts, -1).sum(axis=1, dtype=np.int32)
    criteria += FINE // 2
    criteria //= FINE
    shares = np.resize(np.array(CRITERION_WEIGHTS, dtype=np.int32), shape.criteria)
    totals = ((shares[:, np.newaxis] * criteria).sum(axis=0) + 50) // 100
    packed = (totals.astype(np.int64) << 40) | (criteria[1].astype(np.int64) << 20) | criteria[0]
    ordered = np.sort(packed)
    ranks = len(packed) + 1 - np.searchsorted(ordered, packed, side="right")
    medals = np.zeros(len(packed), dtype=np.int64)
    cut = 0
    cuts = []
    for _, share in MEDALS:
        cut += int(share) * len(packed) // 100
        cuts.append(cut)
    for number, last in reversed(list(enumerate(cuts, 1))):
        medals[ranks <= last] = number
    return Outcome(totals, ranks, medals, criteria[0] >= limit(shape))


def numpy_columns(marks: Long, shape: Shape) -> Outcome:
    """One event from the columns of a long table: every mark into its place first."""
    cells = (marks.judge.astype(np.int64) - 1) * shape.aspects
    cells += marks.aspect
    cells *= shape.entries
    cells += marks.entry
    dense = np.empty(shape.marks, dtype=np.int32)
    dense[cells] = marks.value
    return numpy_event(dense.reshape(JUDGES, shape.aspects, shape.entries), shape)


def long_table(events: list[np.ndarray]) -> Long:
    """Events as the long table of an export: event by event, entry by entry, aspect by aspect, judge by judge."""
    size = sum(event.size for event in events)
    table = Long(*(np.empty(size, dtype=kind) for kind in (np.int16, np.int32, np.int16, np.int8, np.int32)))
    at = 0
    for number, event in enumerate(events):
        judges, aspects, _ = event.shape
        each = np.arange(event.size, dtype=np.int32)
        here = table.part(at, event.size)
        here.event[:] = number
        here.entry[:] = each // (aspects * judges)
        here.aspect[:] = each // judges % aspects
        here.judge[:] = each % judges + 1
        here.value[:] = event.transpose(2, 1, 0).reshape(-1)
        at += event.size
    return table


def _weights(shape: Shape) -> dict[str, np.ndarray]:
    numbers = np.arange(shape.aspects)
    return {
        "aspect": numbers.astype(np.int16),
        "criterion": (numbers // shape.parts).astype(np.int16),
        "weight": np.resize(np.array(ASPECT_WEIGHTS, dtype=np.int64), shape.aspects),
        "share": np.resize(np.array(CRITERION_WEIGHTS, dtype=np.int64), shape.criteria)[numbers // shape.parts],
    }


def polars_table(marks: pl.DataFrame, shape: Shape) -> Outcome:
    """One or many events from a long table."""
    value = pl.col("value").cast(pl.Int64)
    entry = ["event", "entry"]
    hundredths = (pl.col("kept") * pl.col("weight")).sum()
    ranked = (
        marks.lazy()
        .group_by(*entry, "aspect")
        .agg(kept=value.sum() - value.min() - value.max())
        .join(pl.LazyFrame(_weights(shape)), on="aspect")
        .group_by(*entry, "criterion")
        .agg(points=(hundredths + FINE // 2) // FINE, share=pl.col("share").first())
        .group_by(entry)
        .agg(
            total=((pl.col("points") * pl.col("share")).sum() + 50) // 100,
            second=pl.col("points").filter(pl.col("criterion") == 1).first(),
            first=pl.col("points").filter(pl.col("criterion") == 0).first(),
        )
        .with_columns(
            rank=pl.struct("total", "second", "first").rank("min", descending=True).over("event"),
            entries=pl.len().over("event"),
        )
        .with_columns(
            medal=pl.when(pl.col("rank") <= _cut(pl.col("entries"), 1)).then(1)
            .when(pl.col("rank") <= _cut(pl.col("entries"), 2)).then(2)
            .when(pl.col("rank") <= _cut(pl.col("entries"), 3)).then(3)
            .otherwise(0),
            skilled=pl.col("first") >= limit(shape),
        )
        .sort(entry)
        .collect()
    )  # fmt: skip
    return Outcome(*(ranked[name].to_numpy() for name in ("total", "rank", "medal", "skilled")))


def pandas_table(marks: pd.DataFrame, shape: Shape) -> Outcome:
    """One or many events from a long table."""
    entry = ["event", "entry"]
    panels = marks.groupby([*entry, "aspect"], as_index=False)["value"].agg(["sum", "min", "max"])
    panels = panels.merge(pd.DataFrame(_weights(shape)), on="aspect")
    panels["points"] = (panels["sum"] - panels["min"] - panels["max"]) * panels["weight"]
    criteria = panels.groupby([*entry, "criterion", "share"], as_index=False)["points"].sum()
    criteria["points"] = (criteria["points"] + FINE // 2) // FINE
    criteria["shared"] = criteria["points"] * criteria["share"]
    entries = criteria.groupby(entry, as_index=False)["shared"].sum()
    entries["total"] = (entries["shared"] + 50) // 100
    points = criteria.pivot(index=entry, columns="criterion", values="points").reset_index()
    entries = entries.merge(points, on=entry).sort_values(
        ["event", "total", 1, 0], ascending=[True, False, False, False]
    )
    entries["place"] = entries.groupby("event").cumcount() + 1
    entries["rank"] = entries.groupby(["event", "total", 1, 0])["place"].transform("min")
    size = entries.groupby("event")["entry"].transform("size")
    entries["medal"] = np.select([entries["rank"] <= _cut(size, number) for number in (1, 2, 3)], [1, 2, 3], 0)
    entries["skilled"] = entries[0] >= limit(shape)
    entries = entries.sort_values(entry)
    return Outcome(*(entries[name].to_numpy() for name in ("total", "rank", "medal", "skilled")))


def _cut(entries, medals: int):
    """The last rank of the first so many medals; `entries` is a column."""
    return sum(int(share) * entries // 100 for _, share in MEDALS[:medals])
