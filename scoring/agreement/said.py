"""Sentences about judges and panels that a chief judge reads without knowing statistics."""

from __future__ import annotations

from scoring.agreement.judges import JudgeAgreement
from scoring.agreement.measure import Judge, shown
from scoring.agreement.reliability import Icc, Kendall
from scoring.scheme import Scheme

Said = tuple[str, str]


def judge_said(scheme: Scheme, told: JudgeAgreement, unit: str) -> Said:
    """What there is to say of one judge, the most important first."""
    judge = Judge(told.panel, told.seat)
    if told.bias.value is None:
        return f"{judge.zh}：{told.bias.why}", f"{judge.en}: {told.bias.why_en}"
    bias, points = told.bias.value, ("分", "points") if unit == "mark" else ("%", "per cent of the scale")
    size = shown(abs(bias))
    parts: list[Said] = []
    if float(size):
        direction = ("低", "below") if bias < 0 else ("高", "above")
        zh = f"{judge.zh}平均比同组{direction[0]} {size} {points[0]}"
        en = f"{judge.en} marks {size} {points[1]} {direction[1]} the panel in the mean"
        parts.append((zh, en))
    else:
        parts.append((f"{judge.zh}平均与同组持平", f"{judge.en} marks as high as the panel in the mean"))
    if told.distance.value is not None:
        size = shown(told.distance.value)
        parts.append(
            (f"与其他裁判一般相差 {size} {points[0]}", f"usually {size} {points[1]} from the other judges")
        )
    parts += _spread(told) + _dropped(told) + _time(told, points) + _house(told, points) + _equal(scheme, told)
    return "；".join(zh for zh, _ in parts), "; ".join(en for _, en in parts)


def _spread(told: JudgeAgreement) -> list[Said]:
    if told.spread.value is None:
        return []
    ratio = shown(told.spread.value)
    return [(f"拉开的差距是同组的 {ratio} 倍", f"differences {ratio} times as wide as the panel's")]


def _dropped(told: JudgeAgreement) -> list[Said]:
    if told.dropped_low.value is None or told.dropped_high.value is None:
        return []
    low, high = _percent(told.dropped_low.value), _percent(told.dropped_high.value)
    usual_low, usual_high = _percent(told.usual_low or 0.0), _percent(told.usual_high or 0.0)
    zh = f"打分的 {low} 作为最低、{high} 作为最高去掉（人人一样时为 {usual_low} 和 {usual_high}）"
    en = f"{low} of the marks dropped as lowest, {high} as highest "
    en += f"({usual_low} and {usual_high} if all judges were alike)"
    return [(zh, en)]


def _time(told: JudgeAgreement, points: Said) -> list[Said]:
    if told.over_the_day.value is None:
        return []
    moved, size = told.over_the_day.value, shown(abs(told.over_the_day.value))
    if not float(size):
        return [("从头到尾宽严不变", "no drift from first to last")]
    zh, en = ("严", "severe") if moved < 0 else ("松", "lenient")
    return [
        (
            f"从头到尾比同组变{zh}了 {size} {points[0]}",
            f"{size} {points[1]} more {en} than the panel from first to last",
        )
    ]


def _house(told: JudgeAgreement, points: Said) -> list[Said]:
    if told.own_house.value is None:
        return []
    size, many = shown(abs(told.own_house.value)), told.own_entries
    zh, en = ("高", "higher") if told.own_house.value >= 0 else ("低", "lower")
    return [
        (
            f"给本单位 {many} 个参赛者的打分相对{zh} {size} {points[0]}",
            f"marks for {many} of the own organisation {size} {points[1]} {en} than for others",
        )
    ]


def _equal(scheme: Scheme, told: JudgeAgreement) -> list[Said]:
    parts: list[Said] = []
    if told.run is not None and told.run.length > 1:
        aspect = scheme.aspects[told.run.aspect]
        parts.append(
            (
                f"“{aspect.name}”最多连续 {told.run.length} 次打 {told.run.mark}",
                f"up to {told.run.length} times {told.run.mark} in a row for “{aspect.name_en or aspect.name}”",
            )
        )
    if told.twin is not None and told.twin.length > 1:
        twin, many = Judge(told.twin.panel, told.twin.seat), told.twin.length
        parts.append(
            (f"最多连续 {many} 个打分与 {twin.zh}相同", f"up to {many} marks in a row equal to {twin.en}'s")
        )
    return parts


def _percent(share: float) -> str:
    return f"{shown(share * 100, 0)} %"


def panel_said(panel: str, icc: Icc, kendall: Kendall) -> Said:
    """How far a panel agrees about its entries, in words."""
    name, name_en = (f"{panel}：", f"{panel}: ") if panel else ("", "")
    if icc.two_mean.value is None or kendall.w.value is None:
        told = icc.two_mean if icc.two_mean.value is None else kendall.w
        return f"{name}{told.why}", f"{name_en}{told.why_en}"
    trust, order = shown(icc.two_mean.value), shown(kendall.w.value)
    zh = f"{name}{icc.judges} 名裁判对 {icc.entries} 个参赛者的平均分可靠程度为 {trust}（1 为完全一致），"
    zh += f"排序一致程度为 {order}"
    en = f"{name_en}The mean of {icc.judges} judges over {icc.entries} entries has a reliability of {trust} "
    en += f"(1 is full agreement); their orders agree to {order}"
    return zh, en
