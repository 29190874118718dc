"""The severity-adjusted view: for information only, it ranks nobody.

What each judge's severity is, with its error and fit, and what each entry would have with a judge of average
severity. Few categories of marks: the many-facet Rasch model (`rasch`); many: the additive model (`linear`).
"""

from __future__ import annotations

import math
from typing import Literal

import msgspec
import numpy as np

from scoring.agreement.fitted import Fit
from scoring.agreement.judged import Judged
from scoring.agreement.linear import fit_linear
from scoring.agreement.linkage import some
from scoring.agreement.measure import WHY, Coefficient, Judge, Reason, known, shown, unknown
from scoring.agreement.rasch import distinct, fit_rasch

MOST_CATEGORIES = 21
"""So many different marks a rating scale can have: 0 to 10 by halves."""

REFERENCES = {
    "rasch": "Linacre (1994) Many-facet Rasch measurement; Andrich (1978) Psychometrika 43, 561–573; "
    "Wright & Douglas (1977) Educational and Psychological Measurement 37, 573–586",
    "linear": "de Gruijter (1984) Applied Psychological Measurement 8, 213–218; "
    "Braun (1988) Journal of Educational Statistics 13, 1–18",
}


class Severity(msgspec.Struct, frozen=True, kw_only=True):
    """How severe one judge is beside the judges this one can be compared with; above 0 is severe.

    `severity` and `error` are logits under `rasch`, the common unit of the marks under `linear`. `infit` and
    `outfit` are mean squares: 1 is as expected, above 1.5 erratic, below 0.5 too smooth (Linacre 2002).
    """

    panel: str
    seat: int
    marks: int
    severity: Coefficient
    error: float | None
    in_marks: Coefficient
    """What the severity does to a mark in the mean, in the common unit: below 0 for the severe."""
    infit: Coefficient
    outfit: Coefficient
    extreme: bool
    """Only highest or only lowest marks: the measure is a show of it, not an estimate."""
    said: str
    said_en: str


class Fair(msgspec.Struct, frozen=True, kw_only=True):
    """One entry with a judge of average severity: the mean mark there, beside the mean of the marks it has."""

    entry: str
    marks: int
    observed: float | None
    fair: Coefficient
    measure: float | None
    error: float | None
    extreme: bool
    said: str
    said_en: str


class Adjusted(msgspec.Struct, frozen=True, kw_only=True):
    """The severity-adjusted view of an event, how it was computed, and who can be compared with whom."""

    method: Literal["rasch", "linear"] | None
    reason: Reason | None
    """Why there is nothing; `not_converged` where the additive model stands in for the Rasch model."""
    unit: str
    """Of severities: `logit`, or the common unit of the marks."""
    converged: bool
    """Whether the iteration of the model that was tried first came to rest."""
    steps: int
    moved: float | None
    """How far its last step moved the farthest measure, logits; None where measures left the scale."""
    factor: float
    """What measures of judges, aspects and thresholds were multiplied with against the bias of the estimator."""
    thresholds: tuple[tuple[float, ...], ...]
    linked: bool
    judge_groups: tuple[tuple[Judge, ...], ...]
    """Judges of one group can be compared with one another, not with those of another group."""
    entry_groups: tuple[tuple[str, ...], ...]
    left_out: tuple[str, ...]
    """Aspects whose marks are all at the top or all at the bottom: they say nothing about severity."""
    severities: tuple[Severity, ...]
    fairs: tuple[Fair, ...]
    reference: str
    said: str
    said_en: str


def adjusted(marks: Judged) -> Adjusted:
    """Estimate severities and fair means from the marks; why not, where they cannot be."""
    tried = _fitted(marks)
    if not isinstance(tried, Fit):
        return _nothing(tried)
    found = tried if tried.converged else fit_linear(marks)
    assert isinstance(found, Fit)
    inside = some(found.used, 0, 2).tolist()
    linked = len(found.judge_groups) <= 1 and len(found.entry_groups) <= 1
    zh, en = _sentence(marks, found, tried.converged)
    return Adjusted(
        method=found.method,
        reason=None if tried.converged else "not_converged",
        unit="logit" if found.method == "rasch" else marks.unit,
        converged=tried.converged,
        steps=tried.steps,
        moved=tried.moved if math.isfinite(tried.moved) else None,
        factor=found.factor,
        thresholds=found.thresholds,
        linked=linked,
        judge_groups=tuple(tuple(marks.judges[at] for at in group) for group in found.judge_groups),
        entry_groups=tuple(tuple(marks.entries[at] for at in group) for group in found.entry_groups),
        left_out=tuple(s.aspect for s, kept in zip(marks.scales, inside, strict=True) if not kept),
        severities=_severities(marks, found),
        fairs=_fairs(marks, found),
        reference=REFERENCES[found.method],
        said=zh,
        said_en=en,
    )


def _fitted(marks: Judged) -> Fit | Reason:
    here = marks.numbered
    if not here.any():
        return "nothing_marked"
    if here.any(axis=(1, 2)).sum() < 2:
        return "one_judge"
    if here.any(axis=(0, 1)).sum() < 2:
        return "one_entry"
    kinds: dict[tuple[int, int, int], int] = {}
    own = np.array([kinds.setdefault((s.low, s.high, s.step), len(kinds)) for s in marks.scales], dtype=np.intp)
    seen = [distinct(marks.value[:, own == kind][here[:, own == kind]]) for kind in range(len(kinds))]
    if max(map(len, seen)) > MOST_CATEGORIES:
        return fit_linear(marks)
    return fit_rasch(marks, own)


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _maybe(value: float, reason: Reason) -> Coefficient:
    return known(value) if math.isfinite(value) else unknown(reason)


def _severities(marks: Judged, found: Fit) -> tuple[Severity, ...]:
    unit = _unit(marks)
    told = []
    inside = some(found.used, 1, 2)
    for row, (judge, count) in enumerate(zip(marks.judges, marks.numbered.sum(axis=(1, 2)).tolist(), strict=True)):
        reason: Reason = "extreme" if count else "nothing_marked"
        fit_reason: Reason = "no_variance" if inside[row] else reason
        severity, error = float(found.facets.judge[row]), float(found.errors.judge[row])
        moved = float(found.in_marks[row])
        zh, en = f"{judge.zh}：{WHY[reason][0]}", f"{judge.en}: {WHY[reason][1]}"
        if math.isfinite(severity) and math.isfinite(moved):
            zh = f"按各人打过的内容校正，{judge.zh}比平均水平{'严' if moved < 0 else '松'}"
            zh += f" {shown(abs(moved))} {unit[0]}"
            en = (
                f"Adjusted for what was marked, {judge.en} is {shown(abs(moved))} {unit[1]} "
                f"more {'severe' if moved < 0 else 'lenient'} than average"
            )
            if found.method == "rasch":
                zh += f"（{shown(severity)} ± {shown(error)} logit）"
                en += f" ({shown(severity)} ± {shown(error)} logits)"
        told.append(
            Severity(
                panel=judge.panel,
                seat=judge.seat,
                marks=count,
                severity=_maybe(severity, reason),
                error=_number(error),
                in_marks=_maybe(moved, reason),
                infit=_maybe(float(found.infit[row]), fit_reason),
                outfit=_maybe(float(found.outfit[row]), fit_reason),
                extreme=bool(count) and not inside[row],
                said=zh,
                said_en=en,
            )
        )
    return tuple(told)


def _fairs(marks: Judged, found: Fit) -> tuple[Fair, ...]:
    unit = _unit(marks)
    here = marks.numbered
    rows = some(found.used, 0, 2)
    number = here & rows[:, np.newaxis]
    counts = number.sum(axis=(0, 1))
    totals = np.where(number, marks.in_unit(marks.value), 0.0).sum(axis=(0, 1))
    inside = some(found.used, 0, 1)
    told = []
    for at, entry in enumerate(marks.entries):
        count = int(counts[at])
        reason: Reason = "extreme" if count else "nothing_marked"
        fair = float(found.fair[at])
        observed = float(totals[at]) / count if count else None
        zh, en = WHY[reason]
        if observed is not None and math.isfinite(fair):
            zh = f"平均得到 {shown(observed)} {unit[0]}；换成宽严适中的裁判约为 {shown(fair)}（仅供参考）"
            en = (
                f"A mean of {shown(observed)} {unit[1]}; about {shown(fair)} with judges of average severity "
                "(for information only)"
            )
        told.append(
            Fair(
                entry=entry,
                marks=count,
                observed=observed,
                fair=_maybe(fair, reason),
                measure=_number(float(found.facets.entry[at])),
                error=_number(float(found.errors.entry[at])),
                extreme=bool(count) and not bool(inside[at]),
                said=zh,
                said_en=en,
            )
        )
    return tuple(told)


def _unit(marks: Judged) -> tuple[str, str]:
    return ("分", "points") if marks.unit == "mark" else ("%", "per cent of the scale")


def _sentence(marks: Judged, found: Fit, converged: bool) -> tuple[str, str]:
    zh, en = "宽严校正仅供参考，不影响名次", "The adjustment for severity is for information only and ranks nobody"
    if not converged:
        zh += "；多面 Rasch 模型没有有限的答案，改用加性模型"
        en += "; the many-facet Rasch model has no finite answer, the additive model stands in"
    judges = [[marks.judges[at] for at in group] for group in found.judge_groups]
    if len(judges) > 1:
        zh += "；裁判分成互相不能比较的几组：" + "；".join("、".join(j.zh for j in group) for group in judges)
        en += "; judges of different groups cannot be compared: "
        en += "; ".join(", ".join(j.en for j in group) for group in judges)
    if len(found.entry_groups) > 1:
        zh += f"；参赛者分成 {len(found.entry_groups)} 组，组与组之间不能比较"
        en += f"; the entries fall into {len(found.entry_groups)} groups that cannot be compared"
    return zh, en


def _nothing(reason: Reason) -> Adjusted:
    zh, en = WHY[reason]
    return Adjusted(
        method=None,
        reason=reason,
        unit="",
        converged=False,
        steps=0,
        moved=None,
        factor=1.0,
        thresholds=(),
        linked=False,
        judge_groups=(),
        entry_groups=(),
        left_out=(),
        severities=(),
        fairs=(),
        reference="",
        said=f"不能校正宽严：{zh}",
        said_en=f"No adjustment for severity: {en}",
    )
