"""Sentences for how one aspect came to its points, in Chinese and English, from the numbers the rule made."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple, assert_never

from scoring import bounds
from scoring.document import (
    Amount,
    Choice,
    Completed,
    Difference,
    Imported,
    Judgement,
    Lookup,
    Median,
    Node,
    Panel,
    PassFail,
    Penalty,
    Quantity,
    Single,
    Tolerance,
    Total,
)
from scoring.exact import THOUSAND, exact, plain
from scoring.prizes import Award, Everyone, FirstHalf, RankBand, Ratio, Threshold
from scoring.scheme import Aspect, Scheme
from scoring.sheet import ABSENT_STATE, BLANK_STATE, NOT_ATTEMPTED_STATE


class Said(NamedTuple):
    """The same sentence in both languages."""

    zh: str
    en: str

    def then(self, zh: str, en: str) -> Said:
        """Go on with more words."""
        return Said(self.zh + zh, self.en + en)


class Cell(NamedTuple):
    """One mark as it stands in the sheet: its state and thousandths."""

    state: int
    value: int


def shown(value: int, aspect: Aspect) -> Said:
    """A mark as it was entered, with its unit."""
    number = aspect.shown(value)
    return Said(number + aspect.unit, f"{number} {aspect.unit_en}" if aspect.unit_en else number + aspect.unit)


def panel_reason(part: Panel | Judgement, aspect: Aspect, cells: list[Cell], raw: Fraction) -> Said:
    """How the marks of a panel became one score."""
    listed_zh = "、".join(_cell(cell, aspect, "缺席", "未打", "未做") for cell in cells)
    listed_en = ", ".join(_cell(cell, aspect, "absent", "blank", "not attempted") for cell in cells)
    said = Said(f"打分 {listed_zh}", f"marks {listed_en}")
    marks = sorted(cell.value for cell in cells if cell.state & 1)
    if isinstance(part, Judgement):
        parts = (
            f"{plain(exact(part.max))} × {plain(Fraction(sum(marks), THOUSAND))} / {3 * len(marks)} = {plain(raw)}"
        )
        return said.then(f"；{parts}", f"; {parts}")
    low, high = bounds.dropped(part)
    if low or high:
        lows, highs = marks[:low], marks[len(marks) - high :]
        out_zh = [f"最低 {_list(lows, aspect)}"] * bool(low) + [f"最高 {_list(highs, aspect)}"] * bool(high)
        out_en = [f"lowest {_list(lows, aspect)}"] * bool(low) + [f"highest {_list(highs, aspect)}"] * bool(high)
        said = said.then(f"；去掉{'、'.join(out_zh)}", f"; without {', '.join(out_en)}")
    present, kept = len(marks), len(marks) - low - high
    match part.rule:
        case Total():
            return said.then(f"；合计 {plain(raw)}", f"; sum {plain(raw)}")
        case Median():
            return said.then(f"；{present} 个的中位数 {plain(raw)}", f"; median of {present}: {plain(raw)}")
        case _:
            return said.then(
                f"；{present} 个中 {kept} 个的平均 {plain(raw)}", f"; mean of {kept} of {present}: {plain(raw)}"
            )


def single_reason(part: Single, aspect: Aspect, cell: Cell, raw: Fraction) -> Said:
    """How one entered number became points."""
    if cell.state == NOT_ATTEMPTED_STATE:
        return Said("未做，不得分", "not attempted, worth nothing")
    (entered, entered_en), points = shown(cell.value, aspect), plain(raw)
    match part:
        case PassFail():
            said = Said("合格", "passed") if cell.value else Said("不合格", "failed")
        case Completed(max=most, possible=possible):
            said = Said(
                f"完成 {entered}；{most} × {entered} / {possible}",
                f"{entered_en} done; {most} × {entered_en} / {possible}",
            )
        case Choice(options=options):
            option = options[cell.value // THOUSAND - 1]
            said = Said(f"选“{option.label}”", f"“{option.label_en or option.label}”")
        case Difference(max=most, target=target, per=per, deduction=each):
            said = Said(
                f"记录 {entered}，目标 {target}；{most} 减每 {per} 的差扣 {each}",
                f"{entered_en}, target {target}; {most} less {each} per {per} of difference",
            )
        case Tolerance(target=target):
            said = Said(f"测得 {entered}，目标 {target}", f"measured {entered_en}, target {target}")
        case Quantity(convert=convert):
            zh, en = ("查表", "by table") if isinstance(convert, Lookup) else ("换算", "converted")
            said = Said(f"记录 {entered}，{zh}", f"{entered_en}, {en}")
        case Penalty(each=each):
            said = Said(f"扣 {entered}", f"{entered_en} taken away")
            if each is not None:
                said = Said(f"{entered} × {each}", f"{entered_en} × {each}")
        case Imported() | Amount():
            said = Said("记录", "recorded")
        case _:
            assert_never(part)
    return said.then(f" = {points}", f" = {points}")


def missing_reason(missing: int) -> Said:
    """Why there is no score yet."""
    return Said(f"尚缺 {missing} 个打分，得分未定", f"{missing} marks missing, the score is not known yet")


def finish_reason(said: Said, node: Node, stages: list[tuple[str, Fraction]], score: str) -> Said:
    """Factor, cap, floor and rounding, each where it changed something."""
    numbers = dict(stages)
    if exact(node.factor) != 1:
        text = f" × {node.factor} = {plain(numbers['factor'])}"
        said = said.then(text, text)
    if numbers["limits"] < numbers["factor"]:
        said = said.then(f"，不超过 {node.cap}", f", at most {node.cap}")
    if numbers["limits"] > numbers["factor"]:
        said = said.then(f"，不低于 {node.floor}", f", at least {node.floor}")
    if node.places is not None:
        return said.then(f"，四舍五入到 {node.places} 位 {score}", f", rounded to {node.places} places {score}")
    return said


_STATUSES = {
    "withdrawn": ("退赛", "withdrawn"),
    "not_started": ("未参赛", "not started"),
    "not_finished": ("未完成", "not finished"),
    "disqualified": ("取消资格", "disqualified"),
    "out_of_competition": ("表演，不计名次", "out of competition"),
}


def status_reason(status: str) -> Said:
    """Why an entry stands outside the ranking."""
    zh, en = _STATUSES.get(status, (status, status))
    return Said(f"{zh}，不参加排名", f"{en}, not ranked")


def award_reason(award: Award, scheme: Scheme) -> Said:
    """Which rule gave an award."""
    said = Said(f"获“{award.name}”：", f"awarded “{award.name_en or award.name}”: ")
    match award.rule:
        case RankBand(from_=first, to=last):
            said = said.then(f"名次 {first} 至 {last}", f"ranks {first} to {last}")
        case Ratio(ratio=ratio):
            percent = plain(exact(ratio) * 100)
            said = said.then(f"在前面的奖项之后取 {percent} %", f"the next {percent} % after the awards above")
        case FirstHalf():
            said = said.then("名次在前一半", "in the first half")
        case Threshold(node=node, at_least=least):
            named = scheme.nodes[node or scheme.root.id].node
            said = said.then(f"{named.name}不低于 {least}", f"{named.name_en or named.name} of at least {least}")
        case Everyone():
            said = said.then("符合条件", "the conditions are met")
        case _:
            assert_never(award.rule)
    return said


def _cell(cell: Cell, aspect: Aspect, absent: str, blank: str, not_attempted: str) -> str:
    names = {ABSENT_STATE: absent, BLANK_STATE: blank, NOT_ATTEMPTED_STATE: not_attempted}
    return names.get(cell.state) or aspect.shown(cell.value)


def _list(marks: list[int], aspect: Aspect) -> str:
    return "、".join(aspect.shown(mark) for mark in marks)
