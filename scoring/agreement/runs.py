"""Per judge: marks that are exactly equal, again and again: to the mark before, or to those of a colleague.

A long run says nothing by itself: where all entries are alike it is right. It says where to look.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import numpy as np

from scoring.agreement.judged import Judged
from scoring.agreement.linkage import Flags

Order = Mapping[str, float]
"""When each entry was marked: its number in the order of entry, or a time in any unit."""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """Marks of one judge that follow one another and are equal: `length` times `mark` for one aspect."""

    length: int
    aspect: str
    mark: str


class Twin(msgspec.Struct, frozen=True, kw_only=True):
    """The judge whose marks resemble these most: `length` equal ones in a row; the share of all that are equal."""

    panel: str
    seat: int
    length: int
    share: float


def runs(marks: Judged, order: Order | None) -> list[Run | None]:
    """Each judge's longest run of equal marks for one aspect, in the order of entry (of the sheet without one)."""
    along = _along(marks, order)
    number, value = marks.numbered[:, :, along], marks.value[:, :, along]
    found: list[Run | None] = []
    for own, given in zip(number, value, strict=True):
        rows = np.nonzero(own)[0]
        if not len(rows):
            found.append(None)
            continue
        series = given[own]
        length, last = _longest((series[1:] == series[:-1]) & (rows[1:] == rows[:-1]))
        aspect = marks.scales[int(rows[last])].aspect
        mark = marks.scheme.aspects[aspect].shown(int(series[last]))
        found.append(Run(length=length, aspect=aspect, mark=mark))
    return found


def twins(marks: Judged, order: Order | None) -> list[Twin | None]:
    """For each judge the colleague with the longest run of equal marks, entry by entry and aspect by aspect."""
    along = _along(marks, order)
    # Entry by entry, within it aspect by aspect, as marks are given.
    series = (len(marks.judges), len(marks.scales) * len(marks.entries))
    number = marks.numbered[:, :, along].transpose(0, 2, 1).reshape(series)
    value = marks.value[:, :, along].transpose(0, 2, 1).reshape(series)
    best: list[Twin | None] = [None] * len(marks.judges)
    for row, judge in enumerate(marks.judges):
        for other in range(row):
            if marks.judges[other].panel != judge.panel:
                continue
            both = number[row] & number[other]
            if not both.any():
                continue
            equal = value[row][both] == value[other][both]
            length = _longest(equal)[0] - 1
            share = float(equal.mean())
            for one, two in ((row, other), (other, row)):
                known_best = best[one]
                if known_best is None or (length, share) > (known_best.length, known_best.share):
                    panel, seat = marks.judges[two]
                    best[one] = Twin(panel=panel, seat=seat, length=length, share=share)
    return best


def _along(marks: Judged, order: Order | None) -> list[int]:
    places = range(len(marks.entries))
    if order is None:
        return list(places)
    return sorted(places, key=lambda at: (order.get(marks.entries[at], np.inf), at))


def _longest(same: Flags) -> tuple[int, int]:
    """How long the longest run is where `same` says that a mark equals the one before, and where it ends."""
    breaks = np.concatenate([[-1], np.flatnonzero(~same), [len(same)]])
    lengths = np.diff(breaks)
    at = int(lengths.argmax())
    return int(lengths[at]), int(breaks[at + 1])
