"""The contests that are measured: a document in the language, and marks as arrays from one seed."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import numpy as np

from scoring import Scheme, parse

JUDGES = 7


class Shape(NamedTuple):
    """How large an event is; its aspects stand in criteria of equal size."""

    entries: int
    criteria: int
    parts: int
    """Aspects of each criterion."""

    @property
    def aspects(self) -> int:
        return self.criteria * self.parts

    @property
    def marks(self) -> int:
        return JUDGES * self.aspects * self.entries


EVENT = Shape(entries=200, criteria=5, parts=12)
"""One event: 84,000 marks."""

ASPECT_WEIGHTS = (700, 1300, 1000, 250)
"""Weights of aspects in thousandths, over and over."""

CRITERION_WEIGHTS = (35, 25, 20, 15, 5)
"""Weights of criteria in hundredths, over and over."""

MEDALS = (("gold", "10"), ("silver", "20"), ("bronze", "30"))
"""Awards by the share of the ranked, in hundredths; a tie at the cut is taken in whole."""

DILIGENCE = 9 * 1000
"""Who has at least so many hundredths in the first criterion of an event gets a further award."""


def criterion(number: int) -> str:
    return f"c{number}"


def aspect(number: int) -> str:
    return f"a{number}"


def document(shape: Shape) -> bytes:
    """Trimmed panel aspects with weights; criteria and total rounded to hundredths; two keys; shared ranks."""
    criteria = [
        {
            "kind": "sum",
            "id": criterion(number),
            "name": f"模块 {number}",
            "weight": f"0.{CRITERION_WEIGHTS[number % 5]:02d}",
            "places": 2,
            "parts": [
                {
                    "kind": "panel",
                    "id": aspect(at),
                    "name": f"评分点 {at}",
                    "high": "10",
                    "step": "0.05",
                    "rule": {"take": "trimmed", "low": 1, "high": 1},
                    "weight": f"{ASPECT_WEIGHTS[at % 4] / 1000:.3f}",
                }
                for at in range(number * shape.parts, (number + 1) * shape.parts)
            ],
        }
        for number in range(shape.criteria)
    ]
    awards = [
        {"id": id_, "name": id_, "rule": {"by": "ratio", "ratio": f"0.{share}", "rounding": "floor"}}
        for id_, share in MEDALS
    ]
    threshold = {"by": "score", "node": criterion(0), "at_least": f"{limit(shape) / 100:.2f}"}
    return msgspec.json.encode(
        {
            "root": {"kind": "sum", "id": "total", "name": "总分", "places": 2, "parts": criteria},
            "ranking": {"keys": [{"node": criterion(1)}, {"node": criterion(0)}], "ties": "shared"},
            "awards": [*awards, {"id": "skill", "name": "单项", "rule": threshold, "besides": True}],
        }
    )


def limit(shape: Shape) -> int:
    """What the further award asks of the first criterion, in hundredths: nine tenths of what it can reach."""
    return sum(ASPECT_WEIGHTS[at % 4] for at in range(shape.parts)) * 9 // 10


def scheme(shape: Shape) -> Scheme:
    return parse(document(shape))


def values(shape: Shape, seed: int = 1) -> np.ndarray:
    """Marks in thousandths (judges, aspects, entries): good and weak entries, judges around them, some ties."""
    dice = np.random.default_rng(seed)
    skill = dice.integers(60, 190, shape.entries)
    around = dice.integers(-12, 13, (JUDGES, shape.aspects, shape.entries))
    marks = np.clip(skill + around, 0, 200).astype(np.int32) * np.int32(50)
    # Every twentieth entry is marked like the one before it, so that ranks are shared.
    marks[:, :, 20::20] = marks[:, :, 19:-1:20]
    return marks


EVENTS = 120
PER_EVENT = 200_000 / EVENTS
SEASON = [
    Shape(entries=round((number + 1) * PER_EVENT) - round(number * PER_EVENT), criteria=2, parts=5)
    for number in range(EVENTS)
]
"""A season: 200,000 entries in 120 events, ten aspects each, 14 million marks."""

SIZES = [Shape(entries=entries, criteria=2, parts=5) for entries in (2_000, 8_000, 32_000, 128_000)]
"""One event ever larger, four times each."""


def season(shapes: list[Shape]) -> tuple[np.ndarray, list[np.ndarray]]:
    """All marks of a season in one array, and each event's part of it: (judges, aspects, entries)."""
    held = np.empty(sum(shape.marks for shape in shapes), dtype=np.int32)
    parts, at = [], 0
    for seed, shape in enumerate(shapes):
        part = held[at : at + shape.marks].reshape(JUDGES, shape.aspects, shape.entries)
        part[...] = values(shape, seed)
        parts.append(part)
        at += shape.marks
    return held, parts
