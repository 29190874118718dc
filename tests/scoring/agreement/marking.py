"""Small panels, and marks drawn from a model whose parameters are known."""

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from scoring import Scheme, Sheet, SheetMark, parse
from scoring.agreement import Judged, judged

Given = float | str | None


def scheme(*parts: dict) -> Scheme:
    return parse(json.dumps({"root": {"kind": "sum", "id": "total", "name": "总分", "parts": list(parts)}}))


def panel(id_: str = "work", **more) -> dict:
    return {"kind": "panel", "id": id_, "name": "作品", "name_en": "Work", "high": "10", "step": "0.5", **more}


def judgement(id_: str = "look", **more) -> dict:
    words = ["0", "1", "2", "3"]
    return {
        "kind": "judgement",
        "id": id_,
        "name": "外观",
        "name_en": "Look",
        "max": "1",
        "descriptors": words,
        **more,
    }


def sheet(given: Mapping[str, Mapping[str, Sequence[Given]]], **more) -> Sheet:
    """Marks by entry and aspect, one for each seat; None is blank, a word is a kind of mark."""
    marks, seats = [], {}
    for entry, own in given.items():
        for aspect, row in own.items():
            seats[entry] = max(seats.get(entry, 0), len(row))
            for seat, mark in enumerate(row, 1):
                if isinstance(mark, str):
                    marks.append(SheetMark(entry, aspect, seat, mark, None))
                elif mark is not None:
                    marks.append(SheetMark(entry, aspect, seat, "entered", round(mark * 1000)))
    return Sheet(entries=tuple(given), marks=marks, seats=seats, **more)


def one_aspect(rows: Sequence[Sequence[Given]], **more) -> tuple[Scheme, Sheet]:
    """A panel that marks one aspect: a row of marks for each entry, entries a, b, c …"""
    return scheme(panel(**more)), sheet({chr(97 + at): {"work": row} for at, row in enumerate(rows)})


class Truth(NamedTuple):
    """What marks were drawn from."""

    entry: np.ndarray
    aspect: np.ndarray
    judge: np.ndarray
    thresholds: np.ndarray
    number: np.ndarray
    """The categories drawn, (judges, aspects, entries)."""


def drawn(
    seed: int, *, judges: int, aspects: int, entries: int, thresholds: Sequence[float], spread: float = 0.6
) -> Truth:
    """Marks from 0 to the number of thresholds, drawn from the many-facet Rasch model."""
    rng = np.random.default_rng(seed)
    entry, aspect, judge = rng.normal(0, 1, entries), rng.normal(0, 0.5, aspects), rng.normal(0, spread, judges)
    aspect, judge = aspect - aspect.mean(), judge - judge.mean()
    position = entry - aspect[:, None] - judge[:, None, None]
    steps = np.concatenate([[0.0], np.cumsum(thresholds)])
    chance = np.exp(np.multiply.outer(position, np.arange(len(steps))) - steps)
    chance /= chance.sum(axis=-1, keepdims=True)
    number = (chance.cumsum(axis=-1) < rng.random(position.shape)[..., None]).sum(axis=-1)
    return Truth(entry, aspect, judge, np.array(thresholds), number)


def as_sheet(number: np.ndarray, here: np.ndarray | None = None) -> tuple[Scheme, Sheet]:
    """Whole marks (judges, aspects, entries) of judgements 0–3, or of panels where they go higher."""
    judges, aspects, entries = number.shape
    make = judgement if number.max() <= 3 else lambda id_: panel(id_, high=str(number.max()), step="1")
    document = scheme(*(make(f"a{at}") for at in range(aspects)))
    names = tuple(f"e{at:03}" for at in range(entries))
    marks = [
        SheetMark(names[e], f"a{a}", j + 1, "entered", int(number[j, a, e]) * 1000)
        for j in range(judges)
        for a in range(aspects)
        for e in range(entries)
        if here is None or here[j, a, e]
    ]
    return document, Sheet(entries=names, marks=marks, seats=dict.fromkeys(names, judges))


def as_marks(number: np.ndarray, here: np.ndarray | None = None) -> Judged:
    return judged(*as_sheet(number, here))
