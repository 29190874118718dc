"""Agreeing: how far the judges of an event agree, for those who look after judges. It moves no rank.

What the statistics say is said by `scoring.agreement`; here judges get their names back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import msgspec

from contest.actions.attributes import told_apart
from contest.actions.results import EventPlan, Layout, plan_of
from contest.exports.agreement import Question, answered
from contest.model.ids import EventId, PanelId
from contest.offload import offload
from contest.store.open import Store
from contest.store.queries import schemes
from contest.store.queries.results import first_marked, marks_that_count
from scoring.agreement import Agreement, Coefficient, JudgeAgreement

IN_PROCESS = 3_000
"""So many marks are computed in a thread; more of them in a process of its own, out of the way of seats."""


class Statistic(msgspec.Struct, frozen=True, kw_only=True):
    """A number for people, printed, or why there is none."""

    value: str
    why: str = ""
    why_en: str = ""


class JudgeLine(msgspec.Struct, frozen=True, kw_only=True):
    """What can be said of one judge beside the others of the panel."""

    panel: str
    seat: int
    judge_name: str
    marks: int
    bias: Statistic
    distance: Statistic
    spread: Statistic
    drift: Statistic
    said: str
    said_en: str
    severity: str = ""
    severity_en: str = ""


class AspectSpread(msgspec.Struct, frozen=True, kw_only=True):
    """How far a panel is apart on one aspect."""

    aspect: str
    name: str
    name_en: str
    panel: str
    entries: int
    mean_spread: str
    widest: str
    limit: str
    over: int
    alpha: Statistic
    said: str
    said_en: str


class PanelLine(msgspec.Struct, frozen=True, kw_only=True):
    """How far a panel agrees about its entries."""

    panel: str
    reliability: Statistic
    concordance: Statistic
    alpha: Statistic
    said: str
    said_en: str


class AgreementSheet(msgspec.Struct, frozen=True, kw_only=True):
    """How far the judges of an event agree: for information only. `unit` is `mark` or `percent` of the scale."""

    unit: str
    marks: int
    panels: list[PanelLine]
    judges: list[JudgeLine]
    aspects: list[AspectSpread]
    adjusted: str
    adjusted_en: str
    reference: str


NOTHING = AgreementSheet(
    unit="mark",
    marks=0,
    panels=[],
    judges=[],
    aspects=[],
    adjusted="还没有打分。",
    adjusted_en="Nothing is marked yet.",
    reference="",
)


async def agreement_of(store: Store, event: EventId) -> AgreementSheet:
    """Say how far the judges of an event agree, from the marks that count now."""
    plan = await plan_of(store, event)
    marks = await marks_that_count(store, event)
    layout = Layout.of(plan)
    placed = [place for mark in marks if (place := layout.place(mark)) is not None]
    sheet = layout.sheet(placed)
    question = Question(
        document=(await schemes.scheme_in_force(store, event)).document,
        entries=sheet.entries,
        marks=placed,
        judges=layout.most,
        panels=[(entry, aspect, judges) for (entry, aspect), judges in sheet.panels.items()],
        marked_by=_marked_by(plan),
        statuses=sheet.statuses,
        order=await first_marked(store, event),
    )
    if not placed:
        return NOTHING
    if len(placed) <= IN_PROCESS:
        found = await asyncio.to_thread(answered, question)
    else:
        output = await offload("contest.exports.agreement", msgspec.json.encode(question))
        found = msgspec.json.decode(output, type=Agreement)
    return _shown(plan, found, len(placed))


def _panel_names(plan: EventPlan) -> Mapping[PanelId, str]:
    """What panels are called beside their judges; nothing where there is only one."""
    seated = {panel.id: panel.name for panel in plan.panels if panel.seats}
    return dict(told_apart(seated)) if len(seated) > 1 else dict.fromkeys(seated, "")


def _marked_by(plan: EventPlan) -> list[tuple[str, str, str]]:
    names = _panel_names(plan)
    if len(names) < 2:
        return []
    known = {entry.id for entry in plan.entries}
    return [
        (entry, aspect, names[session.panel])
        for session in plan.sessions
        if session.panel is not None and session.panel in names
        for aspect in session.aspects
        if aspect in plan.scheme.aspects
        for entry in session.entries
        if entry in known
    ]


def _shown(plan: EventPlan, found: Agreement, marks: int) -> AgreementSheet:
    names = _panel_names(plan)
    judges = {
        (names[panel.id], seat.number): seat.judge_name
        for panel in plan.panels
        if panel.id in names
        for seat in panel.seats
    }
    severities = {(one.panel, one.seat): (one.said, one.said_en) for one in found.adjusted.severities}
    aspects = plan.scheme.aspects
    return AgreementSheet(
        unit=found.unit,
        marks=marks,
        panels=[
            PanelLine(
                panel=one.panel,
                reliability=_statistic(one.icc.two_mean),
                concordance=_statistic(one.kendall.w),
                alpha=_statistic(one.alpha.interval),
                said=one.said,
                said_en=one.said_en,
            )
            for one in found.panels
        ],
        judges=[
            _judge(one, judges.get((one.panel, one.seat), ""), *severities.get((one.panel, one.seat), ("", "")))
            for one in found.judges
        ],
        aspects=[
            AspectSpread(
                aspect=one.aspect,
                name=aspects[one.aspect].name,
                name_en=aspects[one.aspect].name_en,
                panel=one.panel,
                entries=one.entries,
                mean_spread=_printed(one.mean_spread),
                widest=_printed(one.widest),
                limit=_printed(one.limit),
                over=one.over,
                alpha=_statistic(one.alpha),
                said=one.said,
                said_en=one.said_en,
            )
            for one in found.aspects
        ],
        adjusted=found.adjusted.said,
        adjusted_en=found.adjusted.said_en,
        reference=found.adjusted.reference,
    )


def _judge(one: JudgeAgreement, name: str, severity: str, severity_en: str) -> JudgeLine:
    return JudgeLine(
        panel=one.panel,
        seat=one.seat,
        judge_name=name,
        marks=one.marks,
        bias=_statistic(one.bias),
        distance=_statistic(one.distance),
        spread=_statistic(one.spread),
        drift=_statistic(one.over_the_day),
        said=one.said,
        said_en=one.said_en,
        severity=severity,
        severity_en=severity_en,
    )


def _statistic(one: Coefficient) -> Statistic:
    return Statistic(value=_printed(one.value), why=one.why, why_en=one.why_en)


def _printed(value: float | None) -> str:
    """A statistic with two places, and no negative zero."""
    if value is None:
        return ""
    text = f"{value:.2f}"
    return text.removeprefix("-") if float(text) == 0 else text
