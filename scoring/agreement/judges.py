"""Per judge: severity against the panel, spread, distance from the others, dropped marks, drift, own house.

Deviations are counted in the common unit of the marks: points where all aspects have the same limits, otherwise
percent of the way from the lowest to the highest mark.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec
import numpy as np

from scoring.agreement.judged import Judged
from scoring.agreement.linkage import Flags, Floats, some
from scoring.agreement.measure import Coefficient, Reason, known, unknown
from scoring.agreement.runs import Order, Run, Twin


class Organisations(NamedTuple):
    """Where judges and entries come from; entries that are not named are asked of the sheet."""

    judges: Mapping[tuple[str, int], str]
    """By (panel, seat); the panel nobody named is "". """
    entries: Mapping[str, str] = {}


class JudgeAgreement(msgspec.Struct, frozen=True, kw_only=True):
    """What can be said of one judge, over the marks that another judge of the panel gave too."""

    panel: str
    seat: int
    marks: int
    bias: Coefficient
    """Mean of own mark − mean of the panel."""
    distance: Coefficient
    """Root mean square of own mark − mean of the other judges."""
    spread: Coefficient
    """Standard deviation of the own marks over that of the panel's judges, aspect by aspect."""
    dropped_low: Coefficient
    """Share of the marks that trimming dropped as lowest; equal marks share what is dropped."""
    dropped_high: Coefficient
    usual_low: float | None
    """The share that would be dropped of a judge like all others."""
    usual_high: float | None
    drift: Coefficient
    """Slope of own mark − mean of the panel, per unit of the order."""
    over_the_day: Coefficient
    """That slope from the first to the last entry of this judge."""
    own_house: Coefficient
    """Own mark − mean of the others: for entries of the own organisation less for all others."""
    own_entries: int
    run: Run | None
    twin: Twin | None
    said: str = ""
    said_en: str = ""


class Compared(NamedTuple):
    """The marks that can be compared, (judges, aspects, entries): two or more judges of the panel gave one."""

    marks: Judged
    here: Flags
    value: Floats
    """In the common unit, 0 where nothing is."""
    from_panel: Floats
    from_others: Floats
    first_reason: tuple[Reason | None, ...]
    """For each judge why there is nothing to compare, if there is nothing."""


def compared(marks: Judged) -> Compared:
    """Set every mark against the mean of its panel and of the other judges."""
    number = marks.numbered
    count = number.sum(axis=0)
    here = number & (count >= 2)
    value = np.where(here, marks.in_unit(marks.value), 0.0)
    several = np.maximum(count, 2)
    from_panel = np.where(here, value - value.sum(axis=0) / several, 0.0)
    able, marked = some(here, 1, 2).tolist(), some(number, 1, 2).tolist()
    reasons = tuple(_nobody(*one) for one in zip(able, marked, strict=True))
    return Compared(marks, here, value, from_panel, from_panel * (several / (several - 1)), reasons)


def _nobody(able: bool, marked: bool) -> Reason | None:
    if able:
        return None
    return "one_judge" if marked else "nothing_marked"


def _each(against: Compared, values: Floats) -> list[Coefficient]:
    return [
        unknown(reason) if reason else known(value)
        for value, reason in zip(values.tolist(), against.first_reason, strict=True)
    ]


def _mean(against: Compared, values: Floats) -> Floats:
    count = against.here.sum(axis=(1, 2))
    found: Floats = values.sum(axis=(1, 2)) / np.maximum(count, 1)
    return found


def biases(against: Compared) -> list[Coefficient]:
    """How much higher each judge marks than the panel in the mean; in a full panel they add up to nothing."""
    return _each(against, _mean(against, against.from_panel))


def distances(against: Compared) -> list[Coefficient]:
    """How far each judge is from the mean of the others: root mean square."""
    return _each(against, np.sqrt(_mean(against, against.from_others**2)))


def ratios(against: Compared) -> list[Coefficient]:
    """How widely each judge uses the scale, beside the panel: 1 as its judges do, below 1 more narrowly."""
    count = against.here.sum(axis=2)
    means = against.value.sum(axis=2) / np.maximum(count, 1)
    apart = np.where(against.here, against.value - means[:, :, np.newaxis], 0.0)
    squares, freedom = (apart**2).sum(axis=2), np.maximum(count - 1, 0)
    variance = squares / np.maximum(freedom, 1)
    wanted = np.zeros(len(count))
    for panel in against.marks.panels:
        rows = [row for row, judge in enumerate(against.marks.judges) if judge.panel == panel]
        able = freedom[rows] > 0
        usual = variance[rows].sum(axis=0, where=able) / np.maximum(able.sum(axis=0), 1)
        wanted[rows] = (freedom[rows] * usual).sum(axis=1)
    least = 1e-18 * max(float((against.value**2).sum()), 1e-300)
    own = squares.sum(axis=1)
    found = np.sqrt(own / np.where(wanted > least, wanted, 1.0))
    return [
        unknown(reason) if reason else (known(ratio) if usual > least else unknown("no_variance"))
        for ratio, usual, reason in zip(found.tolist(), wanted.tolist(), against.first_reason, strict=True)
    ]


class Dropping(NamedTuple):
    """For one judge the shares of marks that trimming dropped, and what they would usually be."""

    low: Coefficient
    high: Coefficient
    usual_low: float | None
    usual_high: float | None


def droppings(marks: Judged) -> list[Dropping]:
    """How often trimming dropped each judge's marks. Of equal marks each is dropped in part."""
    ends = np.array([scale.drops for scale in marks.scales], dtype=np.int64).reshape(-1, 2)
    least = np.array([scale.fewest for scale in marks.scales], dtype=np.int64)
    trimmed = np.flatnonzero(ends.any(axis=1))
    number = (marks.state[:, trimmed] & 1) == 1
    present = number.sum(axis=0)
    number = number & (present >= least[trimmed, np.newaxis])
    value = np.where(number, marks.value[:, trimmed], 0)
    low, high = ends[trimmed, 0][:, np.newaxis], ends[trimmed, 1][:, np.newaxis]
    count = number.sum(axis=(1, 2))
    share = 1 / np.maximum(present, 1)
    found = []
    for row, own in enumerate(number):
        if not count[row]:
            none = unknown("no_trimming" if not len(trimmed) else "nothing_marked")
            found.append(Dropping(none, none, None, None))
            continue
        equal = ((value == value[row]) & number).sum(axis=0)
        below = ((value < value[row]) & number).sum(axis=0)
        above = present - equal - below
        lows = np.clip(low - below, 0, equal) / np.maximum(equal, 1)
        highs = np.clip(high - above, 0, equal) / np.maximum(equal, 1)
        told = [float((part * own).sum() / count[row]) for part in (lows, highs, low * share, high * share)]
        found.append(Dropping(known(told[0]), known(told[1]), told[2], told[3]))
    return found


class Drift(NamedTuple):
    """For one judge the slope of the deviation against the order, and what it makes from first to last."""

    slope: Coefficient
    whole: Coefficient


def drifts(against: Compared, order: Order | None) -> list[Drift]:
    """Whether each judge grew milder (above 0) or more severe (below 0), beside the panel, as time went on."""
    if order is None:
        none = unknown("no_order")
        return [Drift(none, none)] * len(against.here)
    times = np.array([order.get(entry, np.nan) for entry in against.marks.entries], dtype=np.float64)
    here = against.here & ~np.isnan(times)
    times = np.nan_to_num(times)
    found = []
    for row, reason in enumerate(against.first_reason):
        own = here[row]
        when = np.broadcast_to(times, own.shape)[own]
        if reason or not len(when) or not np.ptp(when):
            none = unknown(reason or ("no_order" if not len(when) else "one_entry"))
            found.append(Drift(none, none))
            continue
        early, reach = when - when.mean(), float(np.ptp(when))
        apart = against.from_panel[row][own]
        slope = float((early * (apart - apart.mean())).sum() / (early**2).sum())
        found.append(Drift(known(slope), known(slope * reach)))
    return found


class OwnHouse(NamedTuple):
    """For one judge the difference made for the own organisation, and over how many of its entries."""

    difference: Coefficient
    entries: int


def own_houses(
    against: Compared, judges: Mapping[tuple[str, int], str], entries: Mapping[str, str]
) -> list[OwnHouse]:
    """How much better each judge marks the own organisation than others, beside what the other judges say."""
    found = []
    for row, judge in enumerate(against.marks.judges):
        home = judges.get(judge)
        if home is None or not entries or against.first_reason[row]:
            found.append(OwnHouse(unknown(against.first_reason[row] or "no_organisations"), 0))
            continue
        own = np.array([entries.get(entry) == home for entry in against.marks.entries])
        here = against.here[row]
        mine, other = here & own, here & ~own
        if not mine.any() or not other.any():
            found.append(OwnHouse(unknown("only_own_entries" if mine.any() else "no_own_entries"), 0))
            continue
        apart = against.from_others[row]
        difference = float(apart[mine].mean() - apart[other].mean())
        found.append(OwnHouse(known(difference), int(mine.any(axis=0).sum())))
    return found
