"""What can be wrong with a table of teams, each said at its node in Chinese and English."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

import msgspec

from scoring.exact import exact
from scoring.prizes import Condition, Everyone, FirstHalf, Limits, Quota, RankBand, Ratio, Threshold
from scoring.saying import SchemeProblem
from scoring.team.words import (
    AwardsKey,
    BonusKey,
    ByAward,
    ByPlace,
    EventKey,
    Pick,
    PlacesAsked,
    Points,
    TeamKey,
    TeamTable,
)

LARGEST = 200_000


def parse(document: bytes | str) -> TeamTable:
    """Read a table that stands alone.

    Raises SchemeProblem, naming the first thing that is wrong.
    """
    if len(document) > LARGEST:
        raise SchemeProblem("$", "文档超过 200 kB。", "The document is larger than 200 kB.")
    try:
        table = msgspec.json.decode(document, type=TeamTable)
    except msgspec.ValidationError as wrong:
        reason, _, path = str(wrong).partition(" - at `")
        node = path.rstrip("`").removeprefix("$").lstrip(".") or "$"
        raise SchemeProblem(node, f"写法不对：{reason}", f"Not a word of a table: {reason}") from None
    except (msgspec.DecodeError, UnicodeError) as wrong:
        raise SchemeProblem("$", f"不是有效的 JSON：{wrong}", f"This is not valid JSON: {wrong}") from None
    except RecursionError:
        raise SchemeProblem("$", "嵌套太深。", "The document is nested too deeply.") from None
    for problem in found(table):
        raise problem
    return table


def found(table: TeamTable) -> Iterator[SchemeProblem]:
    """Everything in a well-written table that makes no sense, at the id of the table or of its part."""
    yield from _points(table.id, table.points)
    for twice in _twice(words.event for words in table.events):
        yield SchemeProblem(table.id, f"赛项“{twice}”写了两次。", f"The event “{twice}” is named twice.")
    if not table.events and not table.other_events:
        yield SchemeProblem(table.id, "没有一个赛项计入。", "No event counts.")
    for words in table.events:
        if exact(words.weight) < 0:
            zh, en = f"赛项“{words.event}”的权重为负。", f"The weight of the event “{words.event}” is negative."
            yield SchemeProblem(table.id, zh, en)
        if words.points is not None:
            yield from _points(table.id, words.points)
    for twice in _twice(one.status for one in table.unplaced):
        yield SchemeProblem(table.id, f"状态“{twice}”写了两次。", f"The status “{twice}” is named twice.")
    if any(one.status == "entered" for one in table.unplaced):
        zh, en = "“entered”是参赛，不能写在 unplaced。", "“entered” takes part; it is not unplaced."
        yield SchemeProblem(table.id, zh, en)
    for pick in (table.each_event, table.over_all):
        yield from _pick(table.id, pick)
    for twice in _twice(bonus.id for bonus in table.bonuses):
        yield SchemeProblem(twice, "加分项目编号重复。", "The id of the bonus is used twice.")
    for key in table.keys:
        yield from _key(table, key)
    yield from _awards(table)


def _points(table: str, points: Points) -> Iterator[SchemeProblem]:
    match points:
        case ByPlace(points=listed, bands=bands):
            if any(later <= earlier for earlier, later in pairwise((len(listed), *(band.to for band in bands)))):
                zh, en = "名次段要在名次表之后、由小到大。", "Bands go on after the list, from small to large."
                yield SchemeProblem(table, zh, en)
        case ByAward(points=each):
            for twice in _twice(one.award for one in each):
                yield SchemeProblem(table, f"奖项“{twice}”写了两次。", f"The award “{twice}” is named twice.")
        case _:
            pass


def _pick(table: str, pick: Pick) -> Iterator[SchemeProblem]:
    if pick.fewer != "sum" and not pick.need:
        zh, en = "写明少于几名（need）。", "Say how many are needed (need)."
        yield SchemeProblem(table, zh, en)


def _key(table: TeamTable, key: TeamKey) -> Iterator[SchemeProblem]:
    own = {words.event for words in table.events}
    match key:
        case BonusKey(bonuses=bonuses):
            for unknown in sorted(set(bonuses) - {bonus.id for bonus in table.bonuses}):
                yield SchemeProblem(table.id, f"没有加分项目“{unknown}”。", f"There is no bonus “{unknown}”.")
        case PlacesAsked() if set(key.events) & set(key.without):
            twice = min(set(key.events) & set(key.without))
            zh, en = (
                f"赛项“{twice}”既比又不比。",
                f"The event “{twice}” is both asked and left out.",
            )
            yield SchemeProblem(table.id, zh, en)
        case EventKey(event=event) if not table.other_events and event not in own:
            yield SchemeProblem(
                table.id, f"赛项“{event}”不计入本表。", f"The event “{event}” does not belong to the table."
            )
        case AwardsKey(awards=awards):
            for twice in _twice(awards):
                yield SchemeProblem(table.id, f"奖项“{twice}”写了两次。", f"The award “{twice}” is named twice.")
        case _:
            pass


def _awards(table: TeamTable) -> Iterator[SchemeProblem]:
    for twice in _twice(award.id for award in table.awards):
        yield SchemeProblem(twice, "奖项编号重复。", "The award's id is used twice.")
    for award in table.awards:
        rule = award.rule
        if not isinstance(rule, RankBand | Ratio | FirstHalf | Quota | Threshold | Everyone) or award.keys:
            zh, en = "团体表不用这种奖项规则。", "A table of teams does not take this rule or keys at its cut."
            yield SchemeProblem(award.id, zh, en)
        if isinstance(rule, RankBand) and rule.from_ > rule.to:
            yield SchemeProblem(award.id, "名次段倒了。", "The band of ranks is the wrong way round.")
        if isinstance(rule, Ratio) and not 0 < exact(rule.ratio) <= 1:
            yield SchemeProblem(award.id, "比例要在 0 与 1 之间。", "A ratio is above 0 and at most 1.")
        own = (rule,) if isinstance(rule, Threshold) else ()
        if any(map(_not_of_points, (*award.all_of, *award.any_of, *own))):
            zh, en = "团体奖的条件只问积分的上下限。", "Conditions of a table ask for limits of its points only."
            yield SchemeProblem(award.id, zh, en)


def _not_of_points(limits: Limits) -> bool:
    of_entries = limits.node is not None or (isinstance(limits, Condition) and bool(limits.attribute))
    return of_entries or (limits.at_least is None and limits.at_most is None)


def _twice(ids: Iterable[str]) -> list[str]:
    return sorted(one for one, number in Counter(ids).items() if number > 1)
