"""Who earns which award: bands, shares, quotas, thresholds, medals; where a cut falls and what ties there."""

import math
from fractions import Fraction

from tests.scoring.oracle.numbers import number, r
from tests.scoring.oracle.ranking import answers


def given(values, order):
    """The awards of each entry, in the order of the document."""
    found = {entry: [] for entry in values.facts.entries}
    awards = values.tree.document.get("awards", ())
    if not all(order.complete[entry] for entry in order.competing):
        return found
    holders, cut = set(), 0
    for award in awards:
        if len(order.ranked) < (award.get("min_entries") or 0):
            continue
        reached = _cut(award, cut, values, order)
        takers = [
            entry
            for entry in order.ranked
            if (award.get("besides") or entry not in holders)
            and entry not in values.failed.get("no_award", {})
            and _earned(award, entry, reached, values, order)
            and _fulfils(award, entry, values)
        ]
        if not award.get("besides"):
            cut = reached
            holders.update(takers)
        for entry in takers:
            found[entry].append(award["id"])
    return found


def _cut(award, before, values, order):
    """How many places from the top of the list an award reaches."""
    rule = award["rule"]
    by = rule["by"]
    if by == "rank":
        return rule["to"]
    if by == "quota":
        return before + rule["count"]
    if by == "ratio":
        return before + _share(Fraction(rule["ratio"]), rule, rule.get("rounding", "round"), values, order)
    if by == "first_half":
        return _share(Fraction(1, 2), rule, rule.get("rounding", "floor"), values, order)
    return before


def _share(ratio, rule, rounding, values, order):
    statuses = [values.facts.statuses.get(entry, "entered") for entry in values.facts.entries]
    entries = sum(status not in ("withdrawn", "out_of_competition") for status in statuses)
    count = ratio * (len(order.ranked) if rule.get("of", "ranked") == "ranked" else entries)
    return {"floor": math.floor, "ceil": math.ceil, "round": lambda x: int(r(x, 0))}[rounding](count)


def _earned(award, entry, cut, values, order):
    rule = award["rule"]
    by = rule["by"]
    if by == "score":
        return _reached(rule, entry, values)
    if by == "everyone":
        return True
    if by == "medal":
        return entry in medals(rule, order)[rule["medal"]]
    first, last = _position(award, entry, values, order)
    at = first if rule.get("ties", "extend") == "extend" else last
    return at <= cut and (by != "rank" or at >= rule.get("from", 1))


def _position(award, entry, values, order):
    """First and last position of an entry's tie, split by the award's own keys."""
    tables = [answers(values, key) for key in award.get("keys", ())]
    own = {other: (order.answers[other], *(table[other] for table in tables)) for other in order.ranked}
    better = sum(a < own[entry] for a in own.values())
    return 1 + better, sum(a <= own[entry] for a in own.values())


def medals(rule, order):
    """Gold, silver and bronze by the window anchored on the best, on the total alone."""
    high = order.values.tree.document.get("ranking", {}).get("order", "high") == "high"
    window = number(rule, "window", 2)
    scores = {entry: order.total[entry] * (1 if high else -1) for entry in order.ranked}

    def within(top, of):
        return [entry for entry in of if top - scores[entry] <= window]

    def best(of):
        return within(max(scores[entry] for entry in of), of) if of else []

    def without(taken, of):
        return [entry for entry in of if entry not in taken]

    gold = best(order.ranked)
    rest = without(gold, order.ranked)
    silver, bronze = [], []
    if len(gold) == 1:
        silver = best(rest)
        rest = without(silver, rest)
        if len(silver) == 1:
            bronze = best(rest)
        elif silver:
            bronze = within(min(scores[entry] for entry in silver), rest)
    elif len(gold) == 2:
        bronze = best(rest)
    elif gold:
        bronze = within(min(scores[entry] for entry in gold), rest)
    return {"gold": gold, "silver": silver, "bronze": bronze}


def _reached(condition, entry, values):
    if condition.get("attribute"):
        return values.facts.attributes.get(condition["attribute"], {}).get(entry) == condition["is"]
    one = values.of(condition.get("node") or values.tree.root["id"])[entry]
    if not one.known or one.void:
        return False
    least, most = condition.get("at_least"), condition.get("at_most")
    return (least is None or one.value >= Fraction(least)) and (most is None or one.value <= Fraction(most))


def _fulfils(award, entry, values):
    any_of = award.get("any_of", ())
    return all(_reached(one, entry, values) for one in award.get("all_of", ())) and (
        not any_of or any(_reached(one, entry, values) for one in any_of)
    )
