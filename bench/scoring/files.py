"""A file of a million marks through `jiangsai score`, from the start of the process to the results on disk."""

from __future__ import annotations

import csv
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars as pl

from bench.scoring import peers
from bench.scoring.engine import names
from bench.scoring.shapes import Shape, aspect, document, values
from bench.scoring.timing import Limit, Took, table

MILLION = Shape(entries=14_286, criteria=2, parts=5)
"""1,000,020 marks."""
MOST_SECONDS = 3.0
ROUNDS = 3


def write(folder: Path) -> peers.Outcome:
    """Scheme, marks and entries as files; what must come out."""
    marks = values(MILLION)
    long = peers.long_table([marks])
    (folder / "scheme.json").write_bytes(document(MILLION))
    entries = pl.Series(names(MILLION.entries))
    aspects = pl.Series([aspect(number) for number in range(MILLION.aspects)])
    rows = pl.DataFrame(
        {
            "entry": entries.gather(long.entry.astype("uint32")),
            "aspect": aspects.gather(long.aspect.astype("uint32")),
            "judge": long.judge,
            "value": long.value / 1000,
        }
    )
    rows.write_csv(folder / "marks.csv", float_precision=2)
    pl.DataFrame({"entry": entries}).write_csv(folder / "entries.csv")
    return peers.numpy_event(marks, MILLION)


def score(folder: Path) -> tuple[float, float]:
    """Seconds of one run: on the clock, and of all processors."""
    begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    run = [sys.executable, "-m", "contest.cli", "score", "scheme.json", "marks.csv", "--entries", "entries.csv"]
    subprocess.run([*run, "--out", "results.csv", "--force"], cwd=folder, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - begun, cpu


def measure() -> list[Limit]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wanted = write(folder)
        took = Took(
            *(statistics.median(column) for column in zip(*(score(folder) for _ in range(ROUNDS)), strict=True))
        )
        with (folder / "results.csv").open(encoding="utf-8-sig", newline="") as told:
            found = {row["entry"]: (int(row["rank"]), row["total"]) for row in csv.DictReader(told)}
        pairs = zip(names(MILLION.entries), wanted.ranks.tolist(), wanted.totals.tolist(), strict=True)
        assert found == {entry: (rank, f"{total / 100:.2f}") for entry, rank, total in pairs}
        size = (folder / "marks.csv").stat().st_size
        begun = time.perf_counter()
        pl.read_csv(folder / "marks.csv")
        read = time.perf_counter() - begun
    table(
        f"a file of {MILLION.marks:,} marks, {size / 1e6:.0f} MB of CSV",
        ("program", "s", "CPU s"),
        [
            ("jiangsai score, whole process", f"{took.wall:.2f}", f"{took.cpu:.2f}"),
            ("polars, reading the file alone", f"{read:.2f}", ""),
        ],
    )
    return [Limit("a file of a million marks to its results", took.ms, MOST_SECONDS, "s")]
