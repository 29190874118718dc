"""A second scorer, written from docs/scoring-rules.md alone: slow, exact fractions, plain JSON in, no numpy.

It shares no line with the engine. Where the two differ, one of them is wrong.
"""

import math
from fractions import Fraction


def r(value, places):
    """Round half up, away from zero for what is negative."""
    scaled = abs(value) * 10**places
    whole = scaled.__floor__()
    if scaled - whole >= Fraction(1, 2):
        whole += 1
    return Fraction(whole if value >= 0 else -whole, 10**places)


def number(document, key, default):
    text = document.get(key)
    return Fraction(default) if text is None else Fraction(text)


def in_units(size, rule):
    size = size / number(rule, "per", 1)
    how = rule.get("count", "exact")
    return (
        Fraction(math.ceil(size)) if how == "started" else Fraction(math.floor(size)) if how == "whole" else size
    )


def points_of_one(node, value):
    """Points of an aspect that is marked once; value in its unit."""
    kind = node["kind"]
    if kind in ("imported", "amount"):
        return value
    if kind == "penalty":
        return value * number(node, "each", 1)
    if kind == "pass_fail":
        return Fraction(node["max"]) if value == 1 else Fraction(0)
    if kind == "completed":
        return Fraction(node["max"]) * value / node["possible"]
    if kind == "choice":
        return Fraction(node["options"][int(value) - 1]["points"])
    if kind == "difference":
        lost = Fraction(node["deduction"]) * in_units(abs(value - number(node, "target", 0)), node)
        return max(Fraction(0), Fraction(node["max"]) - lost)
    if kind == "tolerance":
        for one in node["ranges"]:
            if -number(one, "below", 0) <= value - Fraction(node["target"]) <= number(one, "above", 0):
                return Fraction(one["points"])
        return Fraction(0)
    rule = node["convert"]
    if rule["by"] == "table":
        for row in rule["rows"]:
            if value <= Fraction(row["to"]):
                return Fraction(row["points"])
        return number(rule, "beyond", 0)
    away = value - Fraction(rule["at"])
    units = in_units(abs(away), rule)
    points = Fraction(rule["points"]) + units * number(rule, "over" if away > 0 else "under", 0)
    return min(max(points, number(rule, "least", 0)), Fraction(rule["most"]))


def points_of_panel(node, marks):
    """Points of a panel's marks, judges who were absent already left out; None when too few are left."""
    marks = sorted(marks)
    rule = node.get("rule", {"take": "mean"}) if node["kind"] == "panel" else {"take": "mean"}
    low = rule.get("low", 1) if rule["take"] == "trimmed" else 0
    high = rule.get("high", 1) if rule["take"] == "trimmed" else 0
    if len(marks) < (node.get("min_judges") or low + high + 1):
        return None
    if node["kind"] == "judgement":
        return Fraction(node["max"]) * sum(marks) / (3 * len(marks))
    if rule["take"] == "sum":
        return sum(marks, Fraction(0))
    if rule["take"] == "median":
        half = len(marks) // 2
        return marks[half] if len(marks) % 2 else (marks[half - 1] + marks[half]) / 2
    kept = marks[low : len(marks) - high]
    return sum(kept, Fraction(0)) / len(kept)


def finished(node, value):
    value *= number(node, "factor", 1)
    if node.get("cap") is not None:
        value = min(value, Fraction(node["cap"]))
    if node.get("floor") is not None:
        value = max(value, Fraction(node["floor"]))
    return value if node.get("places") is None else r(value, node["places"])


def value_of(node, marks, seats, into):
    """The value of a node from one entry's marks {(aspect, seat): (kind, value)}; None while unknown."""
    if node["kind"] == "sum":
        value = Fraction(0)
        for part in node["parts"]:
            one = value_of(part, marks, seats, into)
            if part.get("counts", True):
                if one is None or value is None:
                    value = None
                else:
                    value += (-1 if taken_away(part) else 1) * number(part, "weight", 1) * one
        value = None if value is None else finished(node, value)
    else:
        value = aspect_value(node, marks, seats)
        value = None if value is None else finished(node, value)
    into[node["id"]] = value
    return value


def taken_away(node):
    sign = node.get("sign", "minus" if node["kind"] == "penalty" else "plus")
    return sign == "minus" and node.get("counts", True)


def aspect_value(node, marks, seats):
    if node["kind"] in ("panel", "judgement"):
        got = [marks.get((node["id"], seat)) for seat in range(1, seats + 1)]
        if None in got or not got:
            return None
        return points_of_panel(node, [Fraction(value or 0, 1000) for kind, value in got if kind != "absent"])
    got = marks.get((node["id"], 0))
    if got is None:
        return None
    return Fraction(0) if got[0] == "not_attempted" else points_of_one(node, Fraction(got[1], 1000))


def walk(node, counts=True):
    counts = counts and node.get("counts", True)
    yield node, counts
    for part in node.get("parts", ()):
        yield from walk(part, counts)


def under(node):
    """Aspects that a node's value needs."""
    if "parts" not in node:
        return {node["id"]}
    return set().union(*(under(part) for part in node["parts"] if part.get("counts", True)))


def better(document, values, marks):
    """A list that is smaller the better an entry is, for entries of which everything is known."""
    ranking = document.get("ranking", {})
    total = values[document["root"]["id"]]
    answers = [-total if ranking.get("order", "high") == "high" else total]
    nodes = {node["id"]: node for node, _ in walk(document["root"])}
    for key in ranking.get("keys", ()):
        node, value = nodes[key["node"]], values[key["node"]]
        if node["kind"] not in ("sum", "panel", "judgement"):
            kind, mark = marks[(node["id"], 0)]
            if kind == "not_attempted":
                answers.append((1, Fraction(0)))
                continue
            if key.get("of") == "mark":
                value = Fraction(mark, 1000)
        answers.append((0, -value if key.get("order", "high") == "high" else value))
    return answers


def ranks(document, values, marks, statuses):
    """Rank: 1 + how many in competition are strictly better; None outside it and for the incomplete."""
    competing = [entry for entry in values if statuses.get(entry, "entered") == "entered"]
    wanted = under(document["root"])
    for key in document.get("ranking", {}).get("keys", ()):
        wanted |= under(next(node for node, _ in walk(document["root"]) if node["id"] == key["node"]))
    competing = [entry for entry in competing if all(values[entry][aspect] is not None for aspect in wanted)]
    answers = {entry: better(document, values[entry], marks[entry]) for entry in competing}
    return {
        entry: 1 + sum(answers[other] < answers[entry] for other in competing) if entry in answers else None
        for entry in values
    }


def score(document, entries, seats, marks, statuses):
    """Everything: values of all nodes per entry, and ranks. marks: {entry: {(aspect, seat): (kind, value)}}."""
    values = {}
    for entry in entries:
        values[entry] = {}
        value_of(document["root"], marks[entry], seats[entry], values[entry])
    return values, ranks(document, values, marks, statuses)


def shown(value, text, *, taken_away=False):
    """Whether a printed number is this value, rounded half up to the places it is printed with."""
    if value is None or text is None:
        return value is None and text is None
    places = len(text.partition(".")[2])
    printed = r(-value if taken_away else value, places)
    return printed == Fraction(text) and text.startswith("-") == (printed < 0)
