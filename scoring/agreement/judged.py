"""The marks of an event as agreement looks at them: who marked what how, judge by judge.

Only aspects that every judge of a panel marks by numbers are here. What a judge called «not attempted» counts as 0
where others saw something to mark, as it does for the score; where all say so there was nothing to agree about.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from scoring.agreement.linkage import Flags, Floats, some
from scoring.agreement.measure import Judge
from scoring.exact import THOUSAND, exact
from scoring.kinds import Judgement, Panel
from scoring.placing import columns as columns_of
from scoring.scheme import Scheme
from scoring.sheet import ENTERED_STATE, Sheet


class Scale(NamedTuple):
    """What one aspect may be marked with, in thousandths, and when its judges are too far apart."""

    aspect: str
    low: int
    high: int
    step: int
    limit: Fraction | None
    """The largest spread that needs no re-marking, in thousandths."""
    drops: tuple[int, int]
    """How many lowest and highest marks its rule leaves out."""
    fewest: int
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
    Raises SheetProblem when there is a mark for an unknown entry or aspect.
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
    marks = columns_of(scheme, sheet)
    row = np.array([rows.get(aspect, -1) for aspect in scheme.aspects], dtype=np.int64)[marks.aspect]
    kept = row >= 0
    kept[kept] = (marks.seat[kept] >= 1) & (marks.seat[kept] <= seats[row[kept], marks.entry[kept]])
    row, column = row[kept], marks.entry[kept]
    at = first[panel[row, column]] + marks.seat[kept] - 1
    state[at, row, column] = marks.state[kept]
    value[at, row, column] = np.where(marks.state[kept] == ENTERED_STATE, marks.value[kept], 0)
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
        part = scheme.nodes[id_].node
        if not isinstance(part, Panel | Judgement) or (aspects is not None and id_ not in aspects):
            continue
        assert aspect.low is not None
        assert aspect.high is not None
        yield Scale(
            aspect=id_,
            low=aspect.low,
            high=aspect.high,
            step=aspect.step,
            limit=None if part.spread is None else exact(part.spread) * THOUSAND,
            drops=part.drops,
            fewest=part.fewest,
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
