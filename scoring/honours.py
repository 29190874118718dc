"""Sentences for prizes: which rule gave one, how far it reached, and what became of a tie at its cut."""

from __future__ import annotations

from scoring.exact import exact, in_full, plain
from scoring.field import Field
from scoring.medals import Medals
from scoring.prizes import Award, Condition, Everyone, FirstHalf, Medal, Quota, RankBand, Ratio, Threshold
from scoring.ranking import Order
from scoring.reaching import fulfilled
from scoring.saying import Said
from scoring.scheme import Scheme
from scoring.titles import Reach
from scoring.verdicts import limits_reason


def award_reason(award: Award, order: Order, reach: Reach, column: int) -> Said:
    """Which rule gave an award, and with which conditions."""
    scheme = order.field.scheme
    rule = _rule(award, scheme, reach)
    said = Said(f"获“{award.name}”：{rule.zh}", f"awarded “{award.name_en or award.name}”: {rule.en}")
    if reach.cut is not None and _over(order, reach.cut, column):
        if reach.tie == "extended":
            said = said.then("；切线处并列，整组收下", "; the tie over the cut is taken in whole")
        elif reach.tie == "split":
            said = said.then("；切线处并列，另行比较后在前", "; first of a tie over the cut, by further keys")
    for words, conditions in ((("且", " and "), award.all_of), (("或", " or "), award.any_of)):
        if conditions:
            told = [_condition(scheme, one) for one in conditions]
            zh, en = words[0].join(one.zh for one in told), words[1].join(one.en for one in told)
            said = said.then(f"；{zh}", f"; {en}")
    return said


def left_reason(award: Award, order: Order, reach: Reach, column: int) -> Said | None:
    """What kept an entry from an award in its reach: a condition, or a tie at the cut; None where nothing did."""
    name = Said(f"未获“{award.name}”：", f"not awarded “{award.name_en or award.name}”: ")
    if reach.unmet is not None and reach.unmet[column]:
        return name.then(*_unmet(award, order.field, column))
    if reach.left is None or not reach.left[column]:
        return None
    if reach.tie == "split":
        return name.then("切线处并列，另行比较后在后", "last of a tie over the cut, by further keys")
    return name.then(
        f"并列跨过第 {reach.cut} 位的切线，整组留给下一项",
        f"the tie reaches over the cut at {reach.cut} and is left in whole to the next award",
    )


def _unmet(award: Award, field: Field, column: int) -> Said:
    """The conditions that were not fulfilled, with what there was instead."""
    missed = [one for one in award.all_of if not fulfilled(field, one)[column]]
    told = [_missed(field, one, column) for one in missed or award.any_of]
    return Said("；".join(one.zh for one in told), "; ".join(one.en for one in told))


def _missed(field: Field, condition: Condition, column: int) -> Said:
    asked = _condition(field.scheme, condition)
    node = condition.node or field.scheme.root.id
    if condition.attribute:
        return Said(f"要求{asked.zh}", f"{asked.en} is asked")
    if field.void(node)[column]:
        return Said(f"要求{asked.zh}，没有成绩", f"{asked.en} is asked, there is no result")
    score = in_full(field.score(node, column))
    return Said(f"要求{asked.zh}，为 {score}", f"{asked.en} is asked, it is {score}")


def _over(order: Order, cut: int, column: int) -> bool:
    return bool(order.ranks[column] and order.firsts[column] <= cut < order.lasts[column])


def _rule(award: Award, scheme: Scheme, reach: Reach) -> Said:
    match award.rule:
        case RankBand(from_=first, to=last):
            return Said(f"名次 {first} 至 {last}", f"ranks {first} to {last}")
        case Medal() as rule:
            assert reach.medals is not None
            return _medal(rule, reach.medals)
        case Threshold() as limits:
            return limits_reason(scheme, limits, scheme.root.id)
        case Everyone():
            return Said("符合条件", "the conditions are met")
        case rule:
            return _share(rule).then(f"，到第 {reach.cut} 位", f", down to {reach.cut}")


def _share(rule: Ratio | FirstHalf | Quota) -> Said:
    match rule:
        case Ratio(ratio=ratio):
            percent = plain(exact(ratio) * 100)
            return Said(f"在前面的奖项之后取 {percent} %", f"the next {percent} % after the awards above")
        case Quota(count=count):
            return Said(f"在前面的奖项之后取 {count} 名", f"the next {count} after the awards above")
        case _:
            return Said("名次在前一半", "in the first half")


def _medal(rule: Medal, medals: Medals) -> Said:
    golds, silvers = int(medals.gold.sum()), int(medals.silver.sum())
    within = Said(f"相差不超过 {rule.window}", f"within {rule.window} of ")
    if rule.medal == "gold":
        return Said(f"与最高分{within.zh}", f"{within.en}the highest total")
    if rule.medal == "silver":
        return Said(f"一枚金牌之后，与次高分{within.zh}", f"after one gold, {within.en}the next total")
    no_silver = Said(f"{golds} 枚金牌，不设银牌，与", f"{golds} golds and no silver, ")
    if golds > 2:
        return no_silver.then(f"最后一枚金牌{within.zh}", f"{within.en}the last gold")
    if golds > 1:
        return no_silver.then(f"其后最高分{within.zh}", f"{within.en}the next total")
    if silvers > 1:
        return Said(
            f"{silvers} 枚银牌，与最后一枚银牌{within.zh}", f"{silvers} silvers, {within.en}the last silver"
        )
    return Said(f"金银牌之后，与其后最高分{within.zh}", f"after gold and silver, {within.en}the next total")


def _condition(scheme: Scheme, condition: Condition) -> Said:
    if condition.attribute:
        return Said(f"“{condition.attribute}”为“{condition.is_}”", f"“{condition.attribute}” is “{condition.is_}”")
    return limits_reason(scheme, condition, scheme.root.id)
