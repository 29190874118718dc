"""Sentences for where an entry stands: its place, ties, exclusions, prizes and stages, in Chinese and English.

The other side of a tie is never named, and nothing is told of its list entry: the event may be blind.
"""

from __future__ import annotations

from scoring.advancement import OUT, POSSIBLE, THROUGH, Outcome
from scoring.exact import exact, in_full, plain
from scoring.field import NO_RESULT, Field
from scoring.prizes import Cut, FirstHalf, FirstPlaces, Heats, Limits, Ratio, Threshold
from scoring.ranking import Order, Standing
from scoring.saying import Said
from scoring.scheme import Scheme
from scoring.sheet import IN_COMPETITION

_STATUSES = {
    "withdrawn": ("退赛", "withdrawn"),
    "not_started": ("未参赛", "not started"),
    "not_finished": ("未完成", "not finished"),
    "disqualified": ("取消资格", "disqualified"),
    "out_of_competition": ("表演，不计名次", "out of competition"),
}


def named(scheme: Scheme, node: str) -> Said:
    """A node's name."""
    one = scheme.nodes[node].node
    return Said(one.name, one.name_en or one.name)


def status_reason(status: str) -> Said:
    """Why an entry stands outside the ranking."""
    zh, en = _STATUSES.get(status, (status, status))
    return Said(f"{zh}，不参加排名", f"{en}, not ranked")


def place_reason(order: Order, standing: Standing, status: str) -> Said:
    """Where an entry stands."""
    if status != IN_COMPETITION:
        return status_reason(status)
    if standing.column in order.excluded:
        return Said("不参加排名，列在有名次者之后", "not ranked, listed after those who are")
    if standing.rank is None:
        return Said(
            f"按目前得分列第 {standing.place} 行；本参赛者的打分未齐，暂不排名",
            f"row {standing.place} by the points so far; marks of this entry are missing, so it is not ranked yet",
        )
    better = int(order.firsts[standing.column]) - 1
    said = Said("并列", "shared ") if standing.shared else Said("", "")
    among = _among(order)
    said = said.then(
        f"第 {standing.rank} 名，共 {among} 名；有 {better} 名更优",
        f"rank {standing.rank} of {among}; {better} strictly better",
    )
    if order.levels[standing.column] < len(order.questions) - 1:
        outcome = order.outcomes[order.levels[standing.column]]
        stage = outcome.stage
        if not outcome.decided:
            return said.then("（其余打分未齐，名次可能变化）", " (others incomplete, may change)")
        said = said.then(f"；止于“{stage.name}”", f"; as far as “{stage.name_en or stage.name}”")
    if order.complete:
        return said
    return said.then("（其余打分未齐，名次可能变化）", " (others incomplete, may change)")


def _among(order: Order) -> int:
    """How many a rank is counted among: with stages also those before it who went on and still miss marks."""
    if not order.outcomes:
        return order.ranked
    gone = sum(order.exclusions.values(), start=~order.field.competing)
    return int((~gone).sum())


def exclusion_reason(field: Field, reason: str, column: int) -> Said:
    """Why an entry in competition has no rank: a pass mark, a veto, or nothing to be ranked by."""
    if reason == NO_RESULT:
        return Said("没有成绩，不参加排名", "no result, not ranked")
    name, node = named(field.scheme, reason), field.scheme.nodes[reason].node
    if node.pass_mark is None or node.failing != "unranked":
        return Said(f"一票否决“{name.zh}”，不参加排名", f"veto “{name.en}”, not ranked")
    if field.void(reason)[column]:
        return Said(f"“{name.zh}”没有成绩，不参加排名", f"no result in “{name.en}”, not ranked")
    return below_reason(field, reason, column).then("，不参加排名", ", not ranked")


def below_reason(field: Field, node: str, column: int) -> Said:
    """That a node stands below its pass mark."""
    name, mark = named(field.scheme, node), field.scheme.nodes[node].node.pass_mark
    score = in_full(field.score(node, column))
    return Said(f"“{name.zh}” {score} 未达 {mark}", f"“{name.en}” {score} is below {mark}")


def open_tie_reason() -> Said:
    """That a tie must be broken and is not."""
    return Said("此并列必须决出：等待抽签或裁定", "this tie must be broken: it waits for a lot or a decision")


# ---- stages -------------------------------------------------------------------------------------------------

_STATES = {
    THROUGH: (Said("晋级", "through"), Said("确定晋级", "certainly through")),
    POSSIBLE: (Said("可能晋级", "possibly through"),) * 2,
    OUT: (Said("止步", "out"), Said("确定止步", "certainly out")),
}


def stage_reason(order: Order, outcome: Outcome, column: int) -> Said | None:
    """Whether an entry goes on from a stage, and the numbers that say so; None where it is not in it."""
    state, stage = int(outcome.states[column]), outcome.stage
    if state not in _STATES or (stage.advance is None and state != OUT):
        return None
    word = _STATES[state][0 if outcome.decided else 1]
    said = Said(f"“{stage.name}”：{word.zh}", f"“{stage.name_en or stage.name}”: {word.en}")
    struck = [id_ for id_ in outcome.barriers if id_ in order.field.excluded and order.field.excluded[id_][column]]
    if struck:
        reason = exclusion_reason(order.field, struck[0], column)
        return said.then(f"（{reason.zh}）", f" ({reason.en})")
    if stage.advance is None:
        return said
    how = _way(order.field, stage.node, stage.advance, outcome, column)
    return said.then(f"（{how.zh}）", f" ({how.en})")


def _way(field: Field, node: str, rule: Cut, outcome: Outcome, column: int) -> Said:
    if isinstance(rule, Threshold):
        limits = limits_reason(field.scheme, rule, node)
        score = in_full(field.score(rule.node or node, column))
        return limits.then(f"；目前 {score}", f"; {score} so far")
    if isinstance(rule, Heats):
        return Said(
            f"各组前 {rule.to} 名和其余最好的 {rule.also} 名",
            f"the first {rule.to} of each heat and the {rule.also} next best",
        )
    assert outcome.ahead is not None
    least, most = (int(one[column]) for one in outcome.ahead)
    count = f"{least}" if least == most else f"{least}–{most}"
    with_ties = ("或并列", " or level") if rule.ties == "trim" else ("", "")
    ahead = Said(f"有 {count} 名在前{with_ties[0]}", f"{count} ahead{with_ties[1]}")
    return _leading(rule, outcome.cut).then(f"，{ahead.zh}", f", {ahead.en}")


def _leading(rule: FirstPlaces | Ratio | FirstHalf, cut: int | None) -> Said:
    match rule:
        case Ratio(ratio=ratio):
            percent = plain(exact(ratio) * 100)
            return Said(f"取 {percent} %，{cut} 名", f"{percent} %, {cut} places")
        case FirstHalf():
            return Said(f"取前一半，{cut} 名", f"the first half, {cut} places")
        case _:
            return Said(f"取 {cut} 名", f"{cut} places")


def limits_reason(scheme: Scheme, rule: Limits, node: str) -> Said:
    """The limits a node must stand within."""
    name = named(scheme, rule.node or node)
    said = name
    if rule.at_least is not None:
        said = said.then(f"不低于 {rule.at_least}", f" of at least {rule.at_least}")
    if rule.at_most is not None:
        link = ("，", " and") if rule.at_least is not None else ("", " of")
        said = said.then(f"{link[0]}不高于 {rule.at_most}", f"{link[1]} at most {rule.at_most}")
    return said
