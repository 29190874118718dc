"""What a mark costs in one event ever larger: four sizes, each four times the one before."""

from __future__ import annotations

from functools import partial

from bench.scoring import engine, peers
from bench.scoring.shapes import SIZES, values
from bench.scoring.timing import Limit, medians, table

MOST_GROWTH = 2.0
"""A mark of the largest event may cost so many times what one of the smallest costs: 64 times as many marks."""


def measure() -> list[Limit]:
    marks = {shape: values(shape) for shape in SIZES}
    for shape, own in marks.items():
        found = engine.outcome(engine.dense(own, shape), shape)
        assert found.same(peers.numpy_event(own, shape)), shape
    rounds = 7
    mine, copies = {}, {}
    for shape, own in marks.items():
        taken = medians({"mine": partial(engine.dense, own, shape), "copy": own.copy}, rounds)
        mine[shape], copies[shape] = taken["mine"], taken["copy"]
    each = {shape: took.ms * 1e6 / shape.marks for shape, took in mine.items()}
    table(
        "one event ever larger: 7 judges × 10 aspects",
        ("marks", "ms", "CPU ms", "ns a mark", "× copy"),
        [
            (
                f"{shape.marks:,}",
                f"{took.wall:.2f}",
                f"{took.cpu:.2f}",
                f"{each[shape]:.2f}",
                f"{took.ms / copies[shape].ms:.0f}",
            )
            for shape, took in mine.items()
        ],
    )
    first, *_, last = each.values()
    return [
        Limit(
            f"a mark among {SIZES[-1].marks:,}, times one among {SIZES[0].marks:,}", last / first, MOST_GROWTH, "×"
        )
    ]
