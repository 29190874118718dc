"""Sentences for how a score came about, in Chinese and English, from the numbers the rule made."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from scoring.exact import exact, in_full, printed
from scoring.kinds import Node
from scoring.kinds.standard import Standard
from scoring.results import Computed
from scoring.saying import Said
from scoring.scheme import Aspect
from scoring.sheet import ABSENT_STATE, BLANK_STATE, NOT_ATTEMPTED_STATE


class Cell(NamedTuple):
    """One mark as it stands in the sheet: its state and thousandths."""

    state: int
    value: int


def shown(value: int, aspect: Aspect) -> Said:
    """A mark as it was entered, with its unit."""
    number = aspect.shown(value)
    return Said(number + aspect.unit, f"{number} {aspect.unit_en}" if aspect.unit_en else number + aspect.unit)


def listed(cells: list[Cell], aspect: Aspect) -> Said:
    """The marks of a panel, seat by seat."""
    listed_zh = "、".join(_cell(cell, aspect, "缺席", "未打", "未做") for cell in cells)
    listed_en = ", ".join(_cell(cell, aspect, "absent", "blank", "not attempted") for cell in cells)
    return Said(f"打分 {listed_zh}", f"marks {listed_en}")


def _cell(cell: Cell, aspect: Aspect, absent: str, blank: str, not_attempted: str) -> str:
    names = {ABSENT_STATE: absent, BLANK_STATE: blank, NOT_ATTEMPTED_STATE: not_attempted}
    return names.get(cell.state) or aspect.shown(cell.value)


def missing_reason(missing: int, *, differs: bool) -> Said:
    """Why there is no score yet."""
    if differs:
        return Said("独立录入的数不一致，要重新录入", "entered independently and not alike, to be entered again")
    marks = "1 mark is" if missing == 1 else f"{missing} marks are"
    return Said(f"尚缺 {missing} 个打分，得分未定", f"{marks} missing, the score is not known yet")


def few_reason(present: int, fewest: int) -> Said:
    """That a panel is too small, and no mark can mend it."""
    return Said(
        f"在场裁判 {present} 名，至少要 {fewest} 名，得分未定",
        f"judges present: {present}, needed: {fewest}; the score is not known yet",
    )


def standard_reason(standard: Standard) -> Said:
    """On which scale something was put."""
    centre, spread, _ = standard.about
    zh, en = _middle(standard)
    among = _among(standard)
    return Said(
        f"换成标准分：{zh}为 {centre}，每个 σ {spread}{among.zh}",
        f"on the standard scale: {en} {centre}, {spread} for each σ{among.en}",
    )


def measured_reason(standard: Standard, value: Fraction, middle: Fraction, sigma: Fraction) -> Said:
    """How far a value stands from the middle of its group, in the numbers of the scale."""
    centre, spread, _ = standard.about
    zh, en = _middle(standard)
    among = _among(standard)
    if not sigma:
        return Said(f"σ 为 0，都在中心 {centre}", f"σ is 0, everybody at the centre {centre}")
    away = f"{centre} + {spread} × ({in_full(value)} − {in_full(middle)}) / {in_full(sigma)}"
    return Said(
        f"{zh} {in_full(middle)}，σ {in_full(sigma)}{among.zh}；标准分 {away}",
        f"{en} {in_full(middle)}, σ {in_full(sigma)}{among.en}; on the scale {away}",
    )


def _middle(standard: Standard) -> Said:
    return Said("中位数", "median") if standard.about.by_median else Said("平均", "mean")


def _among(standard: Standard) -> Said:
    return Said("", "") if not standard.by else Said(f"（按“{standard.by}”分组）", f" (within “{standard.by}”)")


def finish_reason(said: Said, node: Node, stages: list[tuple[str, Fraction]]) -> Said:
    """Factor, cap, floor and rounding, each where it changed something."""
    numbers = dict(stages)
    if numbers["factor"] != numbers["raw"]:
        text = f" × {node.factor} = {in_full(numbers['factor'])}"
        said = said.then(text, text)
    if numbers["limits"] < numbers["factor"]:
        said = said.then(f"，不超过 {node.cap}", f", at most {node.cap}")
    if numbers["limits"] > numbers["factor"]:
        said = said.then(f"，不低于 {node.floor}", f", at least {node.floor}")
    if node.places is not None:
        rounded = numbers["rounded"]
        score = printed(rounded.numerator, rounded.denominator, node.places)
        return said.then(f"，四舍五入到 {node.places} 位 {score}", f", rounded to {node.places} places {score}")
    return said


def struck_reason(said: Said, node: Node, computed: Computed, column: int) -> Said:
    """A pass mark that was missed, a veto that happened."""
    tally = computed.tally
    for veto in computed.scheme.laid.struck.get(node.id, ()):
        if tally.struck[veto][column]:
            named = computed.scheme.nodes[veto].node
            zh, en = f"；一票否决“{named.name}”，记零", f"; veto “{named.name_en or named.name}”, worth nothing"
            return said.then(zh, en)
    if node.pass_mark is None:
        return said
    row = computed.plan.rows[node.id]
    flags = {"unranked": tally.excluded, "no_award": tally.barred}.get(node.failing, {}).get(node.id)
    if flags is not None and flags[column]:
        words = ("不参加排名", "not ranked") if node.failing == "unranked" else ("不得奖", "takes no award")
    elif node.failing == "zero" and exact(node.pass_mark) > 0 and not tally.values[row, 0, column]:
        words = ("记零", "worth nothing")
    else:
        return said
    return said.then(f"；未达 {node.pass_mark}，{words[0]}", f"; below {node.pass_mark}, {words[1]}")
