"""The marks of an event as agreement looks at them: who marked what how, judge by judge.

Only aspects that every judge of a panel marks by numbers are here. What a judge called «not attempted» counts as 0
where others saw something to mark, as it does for the score; where all say so there was nothing to agree about.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction
from itertools import repeat
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from scoring.agreement.linkage import Flags, Floats, some
from scoring.agreement.measure import Judge
from scoring.exact import THOUSAND, exact
from scoring.placing import columns as columns_of
from scoring.scheme import Scheme
from scoring.sheet import (
    ABSENT,
    ABSENT_STATE,
    BLANK_STATE,
    ENTERED,
    ENTERED_STATE,
    NOT_ATTEMPTED,
    NOT_ATTEMPTED_STATE,
    Block,
    Sheet,
)

BY_NUMBERS = ("panel", "judgement")
"""The views of aspects that every judge marks by numbers."""

_STATES = {ENTERED: ENTERED_STATE, ABSENT: ABSENT_STATE, NOT_ATTEMPTED: NOT_ATTEMPTED_STATE}


class Scale(NamedTuple):
    """What one aspect may be marked with, in thousandths, and when its judges are too far apart."""

    aspect: str
    low: int
    high: int
    step: int
    limit: Fraction | None
    """The largest spread that needs no re-marking, in thousandths."""
    drop_low: int = 0
    drop_high: int = 0
    fewest: int = 1
    """So many judges must be present before anything is dropped."""


class Judged(NamedTuple):
    """Marks in arrays (judges, aspects, entries). A judge is a seat of a panel; panels stand one after another."""

    scheme: Scheme
    judges: tuple[Judge, ...]
    scales: tuple[Scale, ...]
    entries: tuple[str, ...]
    value: npt.NDArray[np.int64]
    """Thousandths; 0 where nothing was entered."""
    state: npt.NDArray[np.uint8]
    seated: Flags
    """Which judges are to mark an aspect of an entry."""
    unit: str
    """`mark` where all aspects have the same limits, otherwise `percent` of the way from lowest to highest."""

    @property
    def numbered(self) -> Flags:
        """Where there is a number to compare: unless all judges say there was nothing to mark."""
        some = (self.state == ENTERED_STATE).any(axis=0)
        number: Flags = ((self.state & 1) == 1) & some
        return number

    @property
    def shared(self) -> Floats:
        """The marks in the unit that all aspects share; NaN where there is no number to compare."""
        return np.where(self.numbered, self.in_unit(self.value), np.nan)

    def in_unit(self, value: npt.NDArray[np.int64]) -> Floats:
        """Thousandths (…, aspects, entries) in the common unit."""
        if self.unit == "mark":
            return value / THOUSAND
        low = np.array([scale.low for scale in self.scales], dtype=np.float64)[:, np.newaxis]
        reach = np.array([scale.high - scale.low for scale in self.scales], dtype=np.float64)[:, np.newaxis]
        percent: Floats = (value - low) / reach * 100
        return percent

    def of_panel(self, panel: str) -> Judged:
        """What one panel marked, without the judges of others and aspects that it does not mark."""
        rows = [row for row, judge in enumerate(self.judges) if judge.panel == panel]
        here = self.seated[rows]
        aspects, entries = np.flatnonzero(some(here, 0, 2)), np.flatnonzero(some(here, 0, 1))
        cut = np.ix_(np.array(rows, dtype=np.intp), aspects, entries)
        return self._replace(
            judges=tuple(self.judges[row] for row in rows),
            scales=tuple(self.scales[at] for at in aspects),
            entries=tuple(self.entries[at] for at in entries),
            value=self.value[cut],
            state=self.state[cut],
            seated=self.seated[cut],
        )

    @property
    def panels(self) -> tuple[str, ...]:
        """The names of the panels, in order."""
        return tuple(dict.fromkeys(judge.panel for judge in self.judges))


def judged(
    scheme: Scheme,
    sheet: Sheet,
    *,
    panels: Mapping[tuple[str, str], str] | None = None,
    aspects: Collection[str] | None = None,
) -> Judged:
    """Lay the marks of a sheet out judge by judge.

    `panels` names the panel that marks an aspect of an entry, by (entry, aspect); whom it does not name is marked
    by the one panel "". `aspects` looks at these aspects only.
    """
    scales = tuple(_scales(scheme, aspects))
    rows = {scale.aspect: row for row, scale in enumerate(scales)}
    columns = {entry: column for column, entry in enumerate(sheet.entries)}
    seats = np.empty((len(rows), len(columns)), dtype=np.int64)
    seats[:] = [sheet.judges(entry) for entry in sheet.entries]
    for (entry, aspect), judges in sheet.panels.items():
        if aspect in rows and entry in columns:
            seats[rows[aspect], columns[entry]] = judges
    names, panel = _panels(panels or {}, rows, columns, seats)
    sizes = [int(seats[panel == at].max(initial=0)) for at in range(len(names))]
    first = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    judges_ = tuple(
        Judge(name, seat) for name, size in zip(names, sizes, strict=True) for seat in range(1, size + 1)
    )
    shape = (len(judges_), len(rows), len(columns))
    value, state = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.uint8)
    row, column, seat, kinds, numbers = _listed(scheme, sheet, rows, columns)
    kept = (row >= 0) & (column >= 0)
    row, column, seat, kinds, numbers = (one[kept] for one in (row, column, seat, kinds, numbers))
    kept = (seat >= 1) & (seat <= seats[row, column])
    row, column, seat, kinds, numbers = (one[kept] for one in (row, column, seat, kinds, numbers))
    at = first[panel[row, column]] + seat - 1
    value[at, row, column], state[at, row, column] = np.where(kinds == ENTERED_STATE, numbers, 0), kinds
    own = np.arange(len(judges_)).reshape(-1, 1, 1) - first[panel]
    return Judged(
        scheme=scheme,
        judges=judges_,
        scales=scales,
        entries=sheet.entries,
        value=value,
        state=state,
        seated=(own >= 0) & (own < seats),
        unit="mark" if len({(scale.low, scale.high) for scale in scales}) <= 1 else "percent",
    )


def _scales(scheme: Scheme, aspects: Collection[str] | None) -> Iterable[Scale]:
    for id_, aspect in scheme.aspects.items():
        if aspect.view not in BY_NUMBERS or (aspects is not None and id_ not in aspects):
            continue
        assert aspect.low is not None
        assert aspect.high is not None
        part: Any = scheme.nodes[id_].node
        # A judgement is re-marked from more than one step apart, unless its scheme says otherwise.
        spread: str | None = getattr(part, "spread", "1" if aspect.view == "judgement" else None)
        rule = getattr(part, "rule", None)
        low, high = getattr(rule, "low", 0), getattr(rule, "high", 0)
        yield Scale(
            aspect=id_,
            low=aspect.low,
            high=aspect.high,
            step=aspect.step,
            limit=None if spread is None else exact(spread) * THOUSAND,
            drop_low=low,
            drop_high=high,
            fewest=part.min_judges or low + high + 1,
        )


def _panels(
    named: Mapping[tuple[str, str], str],
    rows: Mapping[str, int],
    columns: Mapping[str, int],
    seats: npt.NDArray[np.int64],
) -> tuple[tuple[str, ...], npt.NDArray[np.intp]]:
    """The names of the panels, and which of them marks each aspect of each entry."""
    here = {
        (rows[aspect], columns[entry]): name
        for (entry, aspect), name in named.items()
        if aspect in rows and entry in columns
    }
    names = sorted({*here.values(), *([""] if len(here) < seats.size else [])})
    panel = np.zeros(seats.shape, dtype=np.intp)
    if here:
        number = {name: at for at, name in enumerate(names)}
        cells = np.array(list(here), dtype=np.intp)
        panel[cells[:, 0], cells[:, 1]] = [number[name] for name in here.values()]
    return tuple(names), panel


def _listed(
    scheme: Scheme, sheet: Sheet, rows: Mapping[str, int], columns: Mapping[str, int]
) -> tuple[npt.NDArray[Any], ...]:
    """Every mark as row, column, seat, state and thousandths; row −1 is an aspect that is not looked at."""
    marks: Any = columns_of(scheme, sheet) if isinstance(sheet.marks, Block) else sheet.marks
    if hasattr(marks, "state"):  # columns already: aspects and entries are numbered
        of_aspect = np.array([rows.get(aspect, -1) for aspect in scheme.aspects], dtype=np.int64)
        arrays = (of_aspect[marks.aspect], marks.entry, marks.seat, marks.state, marks.value)
        return tuple(np.asarray(array, dtype=np.int64) for array in arrays)
    entry, aspect, seat, kind = (map(itemgetter(at), marks) for at in range(4))
    many = len(marks)
    return (
        np.fromiter(map(rows.get, aspect, repeat(-1)), dtype=np.int64, count=many),
        np.fromiter(map(columns.get, entry, repeat(-1)), dtype=np.int64, count=many),
        np.fromiter(seat, dtype=np.int64, count=many),
        np.fromiter(map(_STATES.get, kind, repeat(BLANK_STATE)), dtype=np.int64, count=many),
        np.fromiter([mark[4] or 0 for mark in marks], dtype=np.int64, count=many),
    )
