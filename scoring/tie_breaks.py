"""Sentences for a broken tie: the number of this entry and that of the other which decided, key by key."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from scoring import keys
from scoring.exact import THOUSAND, plain, printed
from scoring.field import Field
from scoring.prizes import Key
from scoring.ranking import Order, Standing
from scoring.saying import Said
from scoring.verdicts import named

MOST_PLACES = 12


def tie_reason(order: Order, standing: Standing) -> Said:
    """How a tie on the total, or on what a stage is ranked by, was broken. The other entry is not named."""
    assert standing.key is not None
    assert standing.rival is not None
    field, question = order.field, order.questions[order.levels[standing.column]]
    equal = _printed(field, question.node, standing.column)
    if question.node == field.scheme.root.id:
        said = Said(f"总分同为 {equal}，并列由", f"equal totals of {equal}, the tie is broken by ")
    else:
        name = named(field.scheme, question.node)
        said = Said(f"“{name.zh}”同为 {equal}，并列由", f"equal in “{name.en}” at {equal}, the tie is broken by ")
    return said.then(*_decided(field, standing.key, standing.column, standing.rival))


def _decided(field: Field, key: Key, column: int, rival: int) -> Said:
    match key.of:
        case "lot":
            return _lot(field, column, rival)
        case "attribute":
            return _attribute(field, key, column, before=_is_before(field, key, column, rival))
        case "places" | "place_marks":
            return _countback(field, key, column, rival)
        case "attempts":
            return _attempts(field, key, column, rival)
        case _:
            return _measured(field, key, column, rival)


def _measured(field: Field, key: Key, column: int, rival: int) -> Said:
    name = named(field.scheme, key.node)
    values, answered = keys.answer(field, key)
    if not (answered[column] and answered[rival]):
        return _unanswered(name, here=bool(answered[column]))
    if key.of == "mark":
        aspect = field.scheme.aspects[key.node]
        ours, theirs = (Fraction(int(values[one]), THOUSAND) for one in (column, rival))
        return _compared(name, ours, theirs, aspect.places)
    return _compared(
        name, field.score(key.node, column), field.score(key.node, rival), field.scheme.nodes[key.node].places
    )


def _countback(field: Field, key: Key, column: int, rival: int) -> Said:
    """The best place that one of the two reached more often."""
    name = named(field.scheme, key.node)
    ours, theirs = (sorted(_places(field, key, one)) for one in (column, rival))
    place = next(min(pair) for pair in zip(ours, theirs, strict=True) if pair[0] != pair[1])
    over = THOUSAND if key.of == "place_marks" else 1
    told = plain(Fraction(place, over))
    sign = ">" if ours.count(place) > theirs.count(place) else "<"
    counts = f" {ours.count(place)} {sign} {theirs.count(place)}"
    return Said(
        f"“{name.zh}”中第 {told} 名的次数{counts} 决出",
        f"the number of times at place {told} in “{name.en}”{counts}",
    )


def _places(field: Field, key: Key, column: int) -> list[int]:
    parts = keys.parts(field, key.node)
    if key.of == "place_marks":
        return [int(keys.place_marks(field, part)[column]) for part in parts]
    return [int(keys.places(field, key, part)[column]) for part in parts]


def _attempts(field: Field, key: Key, column: int, rival: int) -> Said:
    """The best attempts of the two that differ."""
    name = named(field.scheme, key.node)
    parts = keys.parts(field, key.node)
    best = min if getattr(field.scheme.nodes[key.node].node, "from_", "high") == "low" else max
    own = [[field.score(part, one) for part in parts if field.given(part)[one]] for one in (column, rival)]
    ours, theirs = (sorted(scores, reverse=best is max) for scores in own)
    at = next(
        (at for at, (one, other) in enumerate(zip(ours, theirs, strict=False)) if one != other),
        min(len(ours), len(theirs)),
    )
    what = Said(f"{name.zh}：第 {at + 1} 好的一次", f"{name.en}: attempt {at + 1} from the best")
    if at >= min(len(ours), len(theirs)):
        return _unanswered(what, here=len(ours) > at)
    return _compared(what, ours[at], theirs[at], max(field.scheme.nodes[part].places for part in parts))


def _lot(field: Field, column: int, rival: int) -> Said:
    name = Said("抽签", "lot")
    ours, theirs = (field.sheet.lots.get(field.sheet.entries[one]) for one in (column, rival))
    if ours is None or theirs is None:
        who = Said("对方没有抽签号", "the other drew none") if theirs is None else Said("没有抽签号", "none drawn")
        return Said(f"“抽签”决出：{who.zh}", f"“lot”: {who.en}")
    return _compared(name, Fraction(ours), Fraction(theirs), 0)


def _attribute(field: Field, key: Key, column: int, *, before: bool) -> Said:
    """What the list says of this entry. What it says of the other is nobody's business here."""
    own = field.sheet.attributes.get(key.attribute, {}).get(field.sheet.entries[column])
    where = ("在前", "comes first") if before else ("在后", "comes behind")
    if own is None:
        return Said(
            f"“{key.attribute}”决出：名单未载，{where[0]}", f"“{key.attribute}”: not in the list, {where[1]}"
        )
    return Said(f"“{key.attribute}”决出：{own} {where[0]}", f"“{key.attribute}”: {own} {where[1]}")


def _is_before(field: Field, key: Key, column: int, rival: int) -> bool:
    (codes,) = keys.answers(field, key, np.array([column, rival]))
    return bool(codes[0] < codes[1])


def _unanswered(name: Said, *, here: bool) -> Said:
    who = Said("对方未测得", "the other not measured") if here else Said("本参赛者未测得", "not measured here")
    return Said(f"“{name.zh}”决出：{who.zh}", f"“{name.en}”: {who.en}")


def _compared(name: Said, ours: Fraction, theirs: Fraction, places: int) -> Said:
    """Two numbers with as many places as show that they differ."""
    while places < MOST_PLACES and _text(ours, places) == _text(theirs, places):
        places += 1
    sign = ">" if ours > theirs else "<"
    numbers = f" {_text(ours, places)} {sign} {_text(theirs, places)}"
    return Said(f"“{name.zh}”{numbers} 决出", f"“{name.en}”{numbers}")


def _text(value: Fraction, places: int) -> str:
    return printed(value.numerator, value.denominator, places)


def _printed(field: Field, node: str, column: int) -> str:
    return _text(field.score(node, column), field.scheme.nodes[node].places)
