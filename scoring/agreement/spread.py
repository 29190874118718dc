"""Per aspect and panel: how far apart the judges are, and which entries should be marked anew."""

from __future__ import annotations

import math

import msgspec
import numpy as np

from scoring.agreement.judged import Judged
from scoring.agreement.measure import Coefficient, shown
from scoring.agreement.reliability import interval_alpha
from scoring.exact import THOUSAND
from scoring.scheme import Aspect
from scoring.sheet import BLANK_STATE, ENTERED_STATE


class Apart(msgspec.Struct, frozen=True, kw_only=True):
    """An aspect of an entry whose judges are farther apart than the scheme allows, in marks as entered."""

    entry: str
    aspect: str
    panel: str
    lowest: float
    highest: float
    spread: float
    limit: float
    said: str
    said_en: str


class AspectAgreement(msgspec.Struct, frozen=True, kw_only=True):
    """How one panel agrees about one aspect, over the entries that two or more of its judges marked."""

    aspect: str
    panel: str
    entries: int
    mean_spread: float | None
    widest: float | None
    limit: float | None
    """The largest spread that needs no re-marking; None where the scheme sets none."""
    over: int
    """How many entries are on the re-mark list."""
    alpha: Coefficient
    """Krippendorff's alpha by squared differences."""
    said: str
    said_en: str


def spreads(marks: Judged) -> tuple[tuple[AspectAgreement, ...], tuple[Apart, ...]]:
    """Highest less lowest mark of every aspect, per panel, and the re-mark list: the farthest beyond first.

    An entry is on the list once its panel is fully marked and highest − lowest entered mark is over the limit
    (WSC2026 TD30 and TD32: more than 1 point in judgement). The order is by the excess over the limit, as a share
    of the scale; then by aspect and entry.
    """
    told: list[AspectAgreement] = []
    apart: list[tuple[float, int, str, Apart]] = []
    for panel in marks.panels:
        told_here, apart_here = _of_panel(marks.of_panel(panel), panel)
        told += told_here
        apart += apart_here
    places = {aspect: place for place, aspect in enumerate(marks.scheme.aspects)}
    told.sort(key=lambda one: (places[one.aspect], one.panel))
    return tuple(told), tuple(one for *_, one in sorted(apart, key=lambda one: one[:3]))


def _of_panel(marks: Judged, panel: str) -> tuple[list[AspectAgreement], list[tuple[float, int, str, Apart]]]:
    entered = marks.state == ENTERED_STATE
    most = np.iinfo(np.int64).max
    low = np.where(entered, marks.value, most).min(axis=0, initial=most)
    high = np.where(entered, marks.value, -most).max(axis=0, initial=-most)
    several = entered.sum(axis=0) >= 2
    spread = np.where(several, high - low, 0)
    full = several & ~(marks.seated & (marks.state == BLANK_STATE)).any(axis=0)
    shared = marks.shared
    told, apart = [], []
    for row, scale in enumerate(marks.scales):
        here = several[row]
        # Spreads are whole thousandths, so over the limit and over its whole part are the same.
        beyond = (
            np.zeros_like(here) if scale.limit is None else full[row] & (spread[row] > math.floor(scale.limit))
        )
        limit = None if scale.limit is None else float(scale.limit / THOUSAND)
        aspect = marks.scheme.aspects[scale.aspect]
        found = AspectAgreement(
            aspect=scale.aspect,
            panel=panel,
            entries=int(here.sum()),
            mean_spread=float(spread[row][here].mean()) / THOUSAND if here.any() else None,
            widest=float(spread[row][here].max()) / THOUSAND if here.any() else None,
            limit=limit,
            over=int(beyond.sum()),
            alpha=interval_alpha(shared[:, row]),
            said="",
            said_en="",
        )
        zh, en = _sentence(found, aspect.name, aspect.name_en or aspect.name)
        told.append(msgspec.structs.replace(found, said=zh, said_en=en))
        if limit is None:
            continue
        words: dict[tuple[int, int], Apart] = {}
        for at in np.flatnonzero(beyond).tolist():
            ends = int(low[row, at]), int(high[row, at])
            if ends not in words:
                words[ends] = _case(aspect, panel, ends, limit)
            case = msgspec.structs.replace(words[ends], entry=marks.entries[at])
            excess = (case.spread - limit) / (scale.high - scale.low)
            apart.append((-excess, row, case.entry, case))
    return told, apart


def _case(aspect: Aspect, panel: str, ends: tuple[int, int], limit: float) -> Apart:
    """A case with these lowest and highest thousandths, whichever entry it is."""
    lowest, highest = ends
    low, high, wide = (aspect.shown(number) for number in (lowest, highest, highest - lowest))
    most, name = _plain(limit), aspect.name_en or aspect.name
    return Apart(
        entry="",
        aspect=aspect.id,
        panel=panel,
        lowest=lowest / THOUSAND,
        highest=highest / THOUSAND,
        spread=(highest - lowest) / THOUSAND,
        limit=limit,
        said=f"“{aspect.name}”最低 {low}，最高 {high}，相差 {wide}，超过 {most}，应重新打分",
        said_en=f"“{name}” has marks from {low} to {high}, {wide} apart, more than {most}: mark it anew",
    )


def _plain(value: float) -> str:
    return f"{value:g}"


def _sentence(found: AspectAgreement, name: str, name_en: str) -> tuple[str, str]:
    if found.mean_spread is None or found.widest is None:
        return f"“{name}”还没有两名裁判都打过分的参赛者", f"No entry has marks of two judges for “{name_en}”"
    mean, widest = shown(found.mean_spread), _plain(found.widest)
    zh = f"“{name}”最高最低平均相差 {mean}，最多 {widest}"
    en = f"Marks for “{name_en}” are {mean} apart in the mean and {widest} at most"
    if found.limit is not None:
        zh += f"；{found.over} 个参赛者超过 {_plain(found.limit)}，应重新打分"
        entries = "entry is" if found.over == 1 else "entries are"
        en += f"; {found.over} {entries} more than {_plain(found.limit)} apart and to be marked anew"
    return zh, en
