"""Sentences for a table of teams, in Chinese and English, from what the table found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from typing import assert_never

from scoring.exact import plain
from scoring.prizes import Award, Everyone, FirstHalf, Quota, RankBand, Ratio, Threshold
from scoring.saying import Said
from scoring.team.asking import Answer
from scoring.team.rulings import Outside, Rulings
from scoring.team.words import (
    AwardsKey,
    BestKey,
    BonusKey,
    ByAward,
    ByEntry,
    ByTotal,
    Countback,
    EntriesKey,
    EventKey,
    LotKey,
    Points,
    PointsKey,
    SumKey,
    TeamKey,
    TeamTable,
    Ties,
)
from scoring.team.worth import Line

_STATUSES = {
    "withdrawn": Said("退赛", "withdrawn"),
    "not_started": Said("未参赛", "not started"),
    "not_finished": Said("未完成", "not finished"),
    "disqualified": Said("取消资格", "disqualified"),
    "out_of_competition": Said("表演", "out of competition"),
    "excluded": Said("未获名次", "not ranked"),
}


def status_said(status: str) -> Said:
    """A status as people read it."""
    return _STATUSES.get(status, Said(status, status))


def verdict_said(table: TeamTable, points: Points, line: Line, worth: Fraction, rulings: Rulings) -> Said:
    """What one entry brought, or why it brought nothing."""
    stands = _standing_said(points, line, worth)
    match line.verdict:
        case "counted":
            said = stands
        case "pending":
            said = Said("成绩未定", "no result yet")
        case "status":
            said = status_said(line.row.status).then("，不计", ", does not count")
        case "small":
            least = table.min_entries
            said = Said(f"赛项不足 {least} 个参赛，不计", f"fewer than {least} entries, the event does not count")
        case "struck":
            ruling = next(
                one for one in rulings.struck if (one.event, one.entry) == (line.row.event, line.row.entry)
            )
            said = Said(f"裁定不计：{ruling.reason}", f"does not count: {ruling.reason_en or ruling.reason}")
        case "outside":
            said = Said("单位不占名额，让出名次", "its group stands outside, the place is given away")
        case "quota":
            said = _quota_said(table)
        case "each_event" | "over_all":
            said = _beyond_said(table, line, stands)
        case "short" | "few":
            need = table.each_event.need if line.verdict == "short" else table.over_all.need
            said = stands.then(f"；不足 {need} 个，不计", f"; fewer than {need}, does not count")
        case _:
            assert_never(line.verdict)
    return said


def _standing_said(points: Points, line: Line, worth: Fraction) -> Said:
    amount = plain(worth)
    if line.row.rank is None:
        return status_said(line.row.status).then(f"，得 {amount}", f", worth {amount}")
    match points:
        case ByTotal(node=node):
            said = Said("总分", "total") if node is None else Said(f"“{node}”", f"“{node}”")
        case ByAward():
            held = [one.award for one in points.points if one.award in line.row.awards]
            said = Said("、".join(held) or "没有列入的奖项", ", ".join(held) or "none of the awards")
        case ByEntry():
            said = Said("参赛", "took part")
        case _:
            said = _place_said(line, points.ties)
    return said.then(f"，得 {amount}", f", worth {amount}")


def _place_said(line: Line, ties: Ties) -> Said:
    said = Said(f"第 {line.place} 名", f"place {line.place}")
    if line.place != line.row.rank:
        said = said.then(f"（原第 {line.row.rank} 名，递补）", f" (ranked {line.row.rank}, moved up)")
    if line.shared > 1:
        said = said.then(f"，{line.shared} 个并列", f", shared by {line.shared}")
        if ties == "average":
            said = said.then("取平均", ", the mean of their places")
    return said


def _quota_said(table: TeamTable) -> Said:
    most = table.quota.entries if table.quota else 0
    said = Said(
        f"本单位该项已有 {most} 个更优，超出限额", f"over the quota of {most}, others of the group are better"
    )
    if table.quota and table.quota.rest == "give_way":
        return said.then("，名次由后面递补", ", its place is given away")
    return said.then("，只占名次", ", it keeps its place")


def _beyond_said(table: TeamTable, line: Line, stands: Said) -> Said:
    if line.verdict == "each_event":
        take = table.each_event.take
        return stands.then(
            f"；不在该项最好的 {take} 个内，不计", f"; not among the best {take} of the event, does not count"
        )
    take = table.over_all.take
    return stands.then(f"；不在最好的 {take} 个内，不计", f"; not among the best {take}, does not count")


def unranked_said(table: TeamTable, reason: str, outside: Outside | None) -> Said:
    """Why a group has no rank."""
    if outside is not None:
        said = Said("不参加排名", "not ranked")
        return said.then(f"：{outside.reason}", f": {outside.reason_en or outside.reason}")
    reasons = {
        "pending": Said("成绩未定，暂不排名", "results are missing, not ranked yet"),
        "short": Said(
            f"有赛项不足 {table.each_event.need} 个，不排名",
            f"fewer than {table.each_event.need} in an event, not ranked",
        ),
        "few": Said(
            f"不足 {table.over_all.need} 个，不排名", f"fewer than {table.over_all.need} entries, not ranked"
        ),
        "zero": Said("零分不排名", "no points, not ranked"),
        "nothing": Said("没有计入的成绩，不排名", "nothing counts, not ranked"),
    }
    return reasons[reason]


def key_said(
    table: TeamTable, key: TeamKey, answer: Answer, other: Answer | None, name: Callable[[str], str]
) -> Said:
    """What a key asked, and the answers that told two groups apart (or the one, where `other` is None)."""
    if isinstance(key, Countback) and other is not None:
        return _countback_said(answer, other)
    asked = _key_name(table, key, name)
    if other is None:
        return asked.then(f" {_told(answer)}", f" of {_told(answer)}")
    if answer.told is None or other.told is None:
        zh = "本单位没有" if answer.told is None else "对方没有"
        return asked.then(f"（{zh}）", " (none here)" if answer.told is None else " (the other has none)")
    sign = "<" if answer.told < other.told else ">"
    ours, theirs = _told(answer), _told(other)
    if ours == theirs:
        # Told apart by less than the places that are printed: say the exact numbers.
        ours, theirs = str(answer.told), str(other.told)
    shown = f" {ours} {sign} {theirs} "
    return asked.then(shown, shown.rstrip())


def _key_name(table: TeamTable, key: TeamKey, name: Callable[[str], str]) -> Said:
    bonuses = {bonus.id: bonus for bonus in table.bonuses}
    match key:
        case PointsKey():
            said = Said("积分", "points")
        case Countback():
            said = Said("较好名次的个数", "better places")
        case BestKey():
            said = Said("最好名次", "best place")
        case AwardsKey(awards=awards):
            said = Said(f"{'、'.join(awards)} 的个数", f"number of {', '.join(awards)}")
        case SumKey(node=None):
            said = Said("总分之和", "sum of totals")
        case SumKey(node=node):
            said = Said(f"“{node}”之和", f"sum of “{node}”")
        case BonusKey(bonuses=ids):
            named = [bonuses[one] for one in ids]
            zh = "、".join(bonus.name for bonus in named)
            said = Said(f"{zh}的次数", f"number of {', '.join(bonus.name_en or bonus.name for bonus in named)}")
        case EventKey(event=event):
            said = Said(f"“{name(event)}”的名次", f"place in “{name(event)}”")
        case EntriesKey():
            said = Said("计入的个数", "number of entries that count")
        case LotKey():
            said = Said("抽签", "lot")
        case _:
            assert_never(key)
    return said


def _countback_said(answer: Answer, other: Answer) -> Said:
    """The first place of which one group has more."""
    ours, theirs = Counter(answer.places), Counter(other.places)
    place = min(one for one in {*ours, *theirs} if ours[one] != theirs[one])
    sign = ">" if ours[place] > theirs[place] else "<"
    counts = f"{ours[place]} {sign} {theirs[place]}"
    return Said(f"第 {place} 名的个数 {counts} ", f"the number of places {place}: {counts}")


def _told(answer: Answer) -> str:
    if answer.told is None:
        return ", ".join(map(str, answer.places)) or "–"
    return plain(Fraction(answer.told))


def award_said(award: Award, *, by_hand: bool) -> Said:
    """Which rule gave a group an award."""
    said = Said(f"获“{award.name}”：", f"awarded “{award.name_en or award.name}”: ")
    if by_hand:
        return said.then("裁定另给，不占名额", "by decision, beside the quota")
    match award.rule:
        case RankBand(from_=first, to=last):
            said = said.then(f"名次 {first} 至 {last}", f"ranks {first} to {last}")
        case Ratio(ratio=ratio):
            percent = plain(Fraction(ratio) * 100)
            said = said.then(f"在前面的奖项之后取 {percent} %", f"the next {percent} % after the awards above")
        case FirstHalf():
            said = said.then("名次在前一半", "in the first half")
        case Quota(count=count):
            said = said.then(f"在前面的奖项之后取 {count} 个", f"the next {count} after the awards above")
        case Threshold(at_least=least, at_most=most):
            limits = " ".join([f"≥ {least}"] * (least is not None) + [f"≤ {most}"] * (most is not None))
            said = said.then(f"积分 {limits}", f"points {limits}")
        case _:
            assert isinstance(award.rule, Everyone)
            said = said.then("符合条件", "the conditions are met")
    return said
