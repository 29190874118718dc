"""Judge agreement: how far the judges of an event agree, and where they do not.

For people who look after judges. It computes with floats and never reaches a rank; nothing of the engine imports
it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgspec
import numpy as np

from scoring.agreement import judges as of_judges
from scoring.agreement.judged import Judged, judged
from scoring.agreement.judges import JudgeAgreement, Organisations
from scoring.agreement.linkage import Floats
from scoring.agreement.measure import Coefficient, Judge, Reason
from scoring.agreement.reliability import Alpha, Icc, Kendall, alpha, concordance, icc, interval_alpha, kendall
from scoring.agreement.runs import Order, Run, Twin, runs, twins
from scoring.agreement.said import judge_said, panel_said
from scoring.agreement.severity import Adjusted, Fair, Severity, adjusted
from scoring.agreement.spread import Apart, AspectAgreement, spreads
from scoring.scheme import Scheme
from scoring.sheet import Sheet

__all__ = [
    "Adjusted",
    "Agreement",
    "Alpha",
    "Apart",
    "AspectAgreement",
    "Coefficient",
    "Fair",
    "Icc",
    "Judge",
    "JudgeAgreement",
    "Judged",
    "Kendall",
    "Order",
    "Organisations",
    "PanelAgreement",
    "Reason",
    "Run",
    "Severity",
    "Twin",
    "adjusted",
    "agreement",
    "alpha",
    "concordance",
    "icc",
    "interval_alpha",
    "judged",
    "kendall",
    "spreads",
]


class PanelAgreement(msgspec.Struct, frozen=True, kw_only=True):
    """How far one panel agrees about its entries, over each judge's mean mark of an entry.

    A judge's mean counts where this judge marked everything the panel marks of the entry.
    """

    panel: str
    icc: Icc
    kendall: Kendall
    alpha: Alpha
    said: str
    said_en: str


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """Everything there is to say about the judges of an event. Ready for JSON: no number is ever NaN."""

    unit: str
    """Of what is pooled over aspects: `mark`, or `percent` of the scale where aspects have different limits."""
    aspects: tuple[AspectAgreement, ...]
    apart: tuple[Apart, ...]
    """The re-mark list, the farthest beyond its limit first."""
    judges: tuple[JudgeAgreement, ...]
    panels: tuple[PanelAgreement, ...]
    adjusted: Adjusted


def agreement(
    scheme: Scheme,
    sheet: Sheet,
    *,
    organisations: Organisations | None = None,
    order: Order | None = None,
    panels: Mapping[tuple[str, str], str] | None = None,
    aspects: Collection[str] | None = None,
) -> Agreement:
    """Say how far the judges of an event agree.

    `organisations` of judges by (panel, seat), of entries by entry or from the sheet's attribute «organisation».
    `order`: entry → number in the order of entry, or a time. `panels`: (entry, aspect) → name of the panel that
    marks it; without it all are marked by one panel called "". `aspects` looks at these aspects only.
    """
    marks = judged(scheme, sheet, panels=panels, aspects=aspects)
    told, apart = spreads(marks)
    return Agreement(
        unit=marks.unit,
        aspects=told,
        apart=apart,
        judges=_judges(marks, sheet, organisations, order),
        panels=tuple(_panel(marks, panel) for panel in marks.panels),
        adjusted=adjusted(marks),
    )


def _judges(
    marks: Judged, sheet: Sheet, organisations: Organisations | None, order: Order | None
) -> tuple[JudgeAgreement, ...]:
    against = of_judges.compared(marks)
    homes: Mapping[str, str] = sheet.attributes.get("organisation", {})
    if organisations is not None:
        homes = {**homes, **organisations.entries}
    houses = of_judges.own_houses(against, {} if organisations is None else organisations.judges, homes)
    columns = zip(
        marks.judges,
        against.here.sum(axis=(1, 2)).tolist(),
        of_judges.biases(against),
        of_judges.distances(against),
        of_judges.ratios(against),
        of_judges.droppings(marks),
        of_judges.drifts(against, order),
        houses,
        runs(marks, order),
        twins(marks, order),
        strict=True,
    )
    found = []
    for judge, many, bias, distance, ratio, dropping, drift, house, run, twin in columns:
        told = JudgeAgreement(
            panel=judge.panel,
            seat=judge.seat,
            marks=many,
            bias=bias,
            distance=distance,
            spread=ratio,
            dropped_low=dropping.low,
            dropped_high=dropping.high,
            usual_low=dropping.usual_low,
            usual_high=dropping.usual_high,
            drift=drift.slope,
            over_the_day=drift.whole,
            own_house=house.difference,
            own_entries=house.entries,
            run=run,
            twin=twin,
        )
        zh, en = judge_said(marks.scheme, told, marks.unit)
        found.append(msgspec.structs.replace(told, said=zh, said_en=en))
    return tuple(found)


def _panel(marks: Judged, panel: str) -> PanelAgreement:
    means = entry_means(marks.of_panel(panel))
    about, order = icc(means), kendall(means)
    zh, en = panel_said(panel, about, order)
    return PanelAgreement(panel=panel, icc=about, kendall=order, alpha=alpha(means), said=zh, said_en=en)


def entry_means(marks: Judged) -> Floats:
    """Each judge's mean mark of each entry (judges, entries), in the common unit; NaN where one is missing.

    What all judges called «not attempted» counts as the 0 it is worth.
    """
    number = (marks.state & 1) == 1
    wanted, given = marks.seated.sum(axis=1), number.sum(axis=1)
    total = np.where(number, marks.in_unit(marks.value), 0.0).sum(axis=1)
    full = (wanted > 0) & (given == wanted)
    found: Floats = np.where(full, total / np.maximum(wanted, 1), np.nan)
    return found
