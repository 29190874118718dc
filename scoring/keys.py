"""What entries answer to the keys of a ranking: numbers that are smaller the better an entry is.

Who has no answer stands behind everybody who has one. Answers are made only for the columns that are asked, for
only those who tie so far are asked at all.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction

import numpy as np

from scoring.field import Columns, Field, Integers
from scoring.kinds.kernel import Whole
from scoring.prizes import Key, Keys, Ranking
from scoring.sheet import ENTERED_STATE
from scoring.total import Flags

NOWHERE = 2**62
"""Stands for an answer that is not there: behind everything."""
LOT = Key(of="lot")


def asked(ranking: Ranking, keys: Keys) -> Keys:
    """The keys as they are asked: a tie that must be broken is broken by lot in the end."""
    if ranking.ties == "must_break" and not any(key.of == "lot" for key in keys):
        return (*keys, LOT)
    return keys


def answers(field: Field, key: Key, columns: Columns) -> list[Whole]:
    """What the entries in these columns answer to a key, as numbers to compare in their order, smaller first."""
    match key.of:
        case "lot":
            return lots(field, columns)
        case "attribute":
            return attributes(field, key, columns)
        case "places":
            return _sorted([places(field, key, part)[columns] for part in parts(field, key.node)])
        case "place_marks":
            return _sorted([place_marks(field, part)[columns] for part in parts(field, key.node)])
        case "attempts":
            return _sorted(attempts(field, key.node, columns))
        case _:
            value, answered = answer(field, key)
            value, unanswered = value[columns], ~answered[columns]
            sign = -1 if key.order == "high" else 1
            return [unanswered, np.where(unanswered, 0, sign * value)]


def answer(field: Field, key: Key) -> tuple[Whole, Flags]:
    """The number a key asks of a node, for all entries, and who has one: who was not measured has none."""
    return marks(field, key.node) if key.of == "mark" else (field.values(key.node), field.given(key.node))


def marks(field: Field, aspect: str) -> tuple[Whole, Flags]:
    """The mark of an aspect that is marked once, in thousandths, and who has one."""
    if aspect in field.tally.agreed:
        states, entered = field.tally.agreed[aspect]
    else:
        column = field.singles[aspect]
        states, entered = field.grid.single_states[column], field.grid.single[column]
    return entered, states == ENTERED_STATE


def parts(field: Field, node: str) -> tuple[str, ...]:
    """The parts of a node that count in it."""
    return tuple(part.id for part in getattr(field.scheme.nodes[node].node, "parts", ()) if part.counts)


def places(field: Field, key: Key, part: str) -> Integers:
    """Each entry's place in a part: 1 + how many in competition did better there; who has no result is behind."""
    value, answered = _codes(field.values(part)), field.given(part)
    rivals = np.sort(value[field.competing & answered])
    if key.order == "high":
        better = len(rivals) - np.searchsorted(rivals, value, side="right")
    else:
        better = np.searchsorted(rivals, value, side="left")
    return np.where(answered, 1 + better, 1 + len(rivals))


def lots(field: Field, columns: Columns) -> list[Whole]:
    """The lot that was drawn for each; who drew none is behind."""
    drawn = [field.sheet.lots.get(field.sheet.entries[column]) for column in columns.tolist()]
    numbers = np.array([0 if lot is None else lot for lot in drawn], dtype=object)
    return [np.array([lot is None for lot in drawn], dtype=np.int64), _codes(numbers)]


def place_marks(field: Field, part: str) -> Integers:
    """The place that was entered for a part, in thousandths; who was given none is behind."""
    entered, given = marks(field, part)
    return np.where(given & (entered > 0), entered, NOWHERE)


def attempts(field: Field, node: str, columns: Columns) -> list[Whole]:
    """The attempts of a node over one denominator, smaller the better; who has no result is behind."""
    own = parts(field, node)
    over = math.lcm(*(field.denominator(part) for part in own))
    sign = 1 if getattr(field.scheme.nodes[node].node, "from_", "high") == "low" else -1
    made = [field.values(part)[columns].astype(object) * (sign * over // field.denominator(part)) for part in own]
    behind = 1 + max((abs(value) for numbers in made for value in numbers.tolist()), default=0)
    return [np.where(field.given(part)[columns], numbers, behind) for part, numbers in zip(own, made, strict=True)]


_DECIMAL = re.compile(r"-?[0-9]{1,400}(\.[0-9]{1,400})?")


def attributes(field: Field, key: Key, columns: Columns) -> list[Whole]:
    """What the list of entries says of each: as numbers where all are numbers, else as texts."""
    given = field.sheet.attributes.get(key.attribute, {})
    texts = [given.get(field.sheet.entries[column]) for column in columns.tolist()]
    numbers = all(_DECIMAL.fullmatch(text) for text in given.values())
    read = [None if text is None else Fraction(text) if numbers else text for text in texts]
    known = sorted({one for one in read if one is not None})
    codes = {one: at for at, one in enumerate(reversed(known) if key.order == "high" else known)}
    return [np.array([NOWHERE if one is None else codes[one] for one in read], dtype=np.int64)]


def sortable(numbers: Whole) -> Whole:
    """Numbers as int64 in the same order, however large they are."""
    return numbers if numbers.dtype != object else _codes(numbers)


def _codes(numbers: Whole) -> Whole:
    if numbers.dtype != object:
        return numbers
    return np.unique(numbers, return_inverse=True)[1].astype(np.int64)


def _sorted(columns: list[Whole]) -> list[Whole]:
    """Each entry's numbers from the best to the worst: more firsts are better, then more seconds."""
    if not columns:
        return []
    return list(np.sort(np.stack(columns), axis=0))
