"""What single marks and panels are worth: from numbers that people entered to points."""

import math
from fractions import Fraction

from tests.scoring.oracle.numbers import middle, number, r


def in_units(size, rule):
    size = size / number(rule, "per", 1)
    how = rule.get("count", "exact")
    return (
        Fraction(math.ceil(size)) if how == "started" else Fraction(math.floor(size)) if how == "whole" else size
    )


def points_of_one(node, value, best=None):
    """Points of an aspect that is marked once; value in its unit. `best` is the best mark in competition."""
    kind = node["kind"]
    if kind == "veto":
        return Fraction(0)
    if kind in ("imported", "amount", "adjustment"):
        return value
    if kind in ("penalty", "bonus"):
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
    return converted(node["convert"], value, best)


def converted(rule, value, best):
    """Points of a quantity."""
    by = rule["by"]
    if by == "table":
        for row in rule["rows"]:
            if value <= Fraction(row["to"]):
                return Fraction(row["points"])
        return number(rule, "beyond", 0)
    if by == "linear":
        away = value - Fraction(rule["at"])
        units = in_units(abs(away), rule)
        points = Fraction(rule["points"]) + units * number(rule, "over" if away > 0 else "under", 0)
        return min(max(points, number(rule, "least", 0)), Fraction(rule["most"]))
    most = (
        Fraction(rule["points"]) if by == "best" else None if rule.get("most") is None else Fraction(rule["most"])
    )
    standard = best if by == "best" else Fraction(rule["to"])
    if standard is None or (standard == 0 and rule.get("better", "high") == "high"):
        return Fraction(0)
    share = value / standard if rule.get("better", "high") == "high" else standard / value
    points = max(Fraction(0), Fraction(rule["points"]) * share)
    return points if most is None else min(points, Fraction(most))


def fewest(node):
    """How many judges must be present."""
    low, high = dropped(node)
    return node.get("min_judges") or low + high + 1


def dropped(node):
    """How many of the lowest and of the highest marks are left out."""
    rule = node.get("rule", {"take": "mean"}) if node["kind"] == "panel" else {"take": "mean"}
    return (rule.get("low", 1), rule.get("high", 1)) if rule["take"] == "trimmed" else (0, 0)


def points_of_panel(node, marks):
    """Points of a panel's marks, judges who were absent already left out."""
    if node["kind"] == "judgement":
        return Fraction(node["max"]) * sum(marks) / (3 * len(marks))
    rule = node.get("rule", {"take": "mean"})
    if rule["take"] == "median":
        return middle(marks)
    low, high = dropped(node)
    kept = sorted(marks)[low : len(marks) - high]
    whole = sum(kept, Fraction(0))
    if rule["take"] == "sum" or rule.get("then", "mean") == "sum":
        return whole
    return whole / len(kept)


def finished(node, value):
    """Factor, then cap, then floor, then rounding."""
    value *= number(node, "factor", 1)
    if node.get("cap") is not None:
        value = min(value, Fraction(node["cap"]))
    if node.get("floor") is not None:
        value = max(value, Fraction(node["floor"]))
    return value if node.get("places") is None else r(value, node["places"])
