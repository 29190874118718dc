"""The cut by heats: the first of each go on, and the next best of all who are left.

An entry whose list names no heat goes on only among the next best.
"""

from __future__ import annotations

import numpy as np

from scoring.arranging import Arranged, Question, arranged
from scoring.field import Columns, Field, Integers
from scoring.outlook import Outlook
from scoring.prizes import Heats
from scoring.total import Flags


def by_heats(field: Field, question: Question, rule: Heats, seen: Outlook) -> tuple[Flags, Flags]:
    """Who goes on for certain and who certainly does not, by place among those who take part."""
    heats = _heats(field, rule, seen.columns)
    if seen.known.all() and seen.surely.all():
        through = _decided(field, question, rule, seen.columns, heats)
        return through, ~through
    level = rule.ties == "trim"
    everyone = np.ones(len(seen.columns), dtype=np.bool_)
    may, must = (
        [seen.before(rivals & (heats == heat), certainly=certainly, level=level) for heat in _numbers(heats)]
        for rivals, certainly in ((everyone, False), (seen.surely, True))
    )
    in_none = heats < 0
    first, never_first = np.zeros_like(in_none), in_none.copy()
    for heat, at_most, at_least in zip(_numbers(heats), may, must, strict=True):
        first |= (heats == heat) & (at_most < rule.to)
        never_first |= (heats == heat) & (at_least >= rule.to)
    loose = seen.before(in_none, certainly=False, level=level)
    for heat, at_most in zip(_numbers(heats), may, strict=True):
        # Of each heat the first so many are taken before the next best are counted. A tie that is left whole at
        # the cut of its heat leaves all of it to be counted; who is of the heat may be in that tie.
        whole = at_most + (heats == heat) > rule.to
        loose = loose + (np.where(whole, at_most, 0) if level else np.maximum(at_most - rule.to, 0))
    left = seen.before(never_first & seen.surely, certainly=True, level=level)
    if level:
        fewest = sum(
            (np.maximum(at_least - rule.to, 0) for at_least in must),
            start=seen.before(in_none & seen.surely, certainly=True, level=level),
        )
        left = np.maximum(left, fewest)
    return first | (loose < rule.also), never_first & (left >= rule.also)


def _heats(field: Field, rule: Heats, columns: Columns) -> Integers:
    """The number of each entry's heat; −1 for none."""
    named = field.sheet.attributes.get(rule.attribute, {})
    texts = [named.get(field.sheet.entries[column], "") for column in columns.tolist()]
    numbers = {text: at for at, text in enumerate(sorted({text for text in texts if text}))}
    return np.array([numbers.get(text, -1) for text in texts], dtype=np.int64)


def _numbers(heats: Integers) -> range:
    return range(int(heats.max(initial=-1)) + 1)


def _decided(field: Field, question: Question, rule: Heats, columns: Columns, heats: Integers) -> Flags:
    through: Flags = np.zeros(len(columns), dtype=np.bool_)
    place = np.zeros(len(field.columns), dtype=np.int64)
    place[columns] = np.arange(len(columns))
    for heat in _numbers(heats):
        through[place[_taken(arranged(field, question, columns[heats == heat]), rule.to, rule)]] = True
    rest = arranged(field, question, columns[~through])
    through[place[_taken(rest, rule.also, rule)]] = True
    return through


def _taken(order: Arranged, places: int, rule: Heats) -> Columns:
    firsts, ends = order.ties()
    return order.sequence[(firsts < places) if rule.ties == "extend" else (ends <= places)]
