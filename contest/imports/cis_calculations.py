"""The sheet «Calculations» of a CIS workbook: how a measurement becomes a mark, as words of the scheme language.

The five types in use: PASS_FAIL, NUMBER_COMPLETED, REGULAR_DIFFERENCE_DEDUCTION, CHOICE, RANGED_SCORE. Deductions
are units of the mark or percent of its maximum; a mark never falls below zero. Everything is computed exactly.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

from contest.imports.cis_layout import decimal, folded
from contest.imports.workbooks import Sheet
from scoring.exact import decimals, printed

TYPES = ("PASS_FAIL", "NUMBER_COMPLETED", "REGULAR_DIFFERENCE_DEDUCTION", "CHOICE", "RANGED_SCORE")
_BETWEEN, _NAMED, _TEXT = "#-#", ":::", "#x~x#"
"""How CIS strings its parameters together: NAME:::number#x~x#text#-#NAME:::…"""
_MOST_PLACES = 6
"""The scheme language writes decimals with at most so many places."""
_LONGEST_LABEL = 200
HUNDRED = Fraction(100)


class Calculation(NamedTuple):
    """One row of the sheet: its type, its parameters, and where it stands."""

    row: int
    type: str
    parameters: Mapping[str, str]


class Unfit(Exception):
    """A calculation cannot be written as a part of a scheme; says why in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(en)


def calculations(sheet: Sheet) -> dict[str, Calculation]:
    """The rows of the sheet by the number with which aspects refer to them.

    The number stands in a column «Row»; without one it is that of the row, counted below the headings.
    """
    found: dict[str, Calculation] = {}
    top, numbered = 0, -1
    for number, cells in enumerate(sheet.rows, 1):
        words = [folded(cell) for cell in cells]
        if not found and any(word in ("type", "calculation type") for word in words):
            top = number
            numbered = next((at for at, word in enumerate(words) if word in ("row", "calculation row", "id")), -1)
            continue
        kind = next((cell for cell in cells if re.fullmatch("[A-Z]+(_[A-Z]+)+|CHOICE", cell)), "")
        if kind:
            name = cells[numbered] if 0 <= numbered < len(cells) else str(number - top)
            found[name] = Calculation(number, kind, _parameters(next((c for c in cells if _NAMED in c), "")))
    return found


def _parameters(text: str) -> dict[str, str]:
    parameters = {}
    for part in text.split(_BETWEEN):
        name, _, value = part.partition(_NAMED)
        number, _, words = value.partition(_TEXT)
        parameters[name.strip()] = (number or words).strip()
    return parameters


def part(calculation: Calculation, most: Fraction) -> dict[str, Any]:
    """The words of an aspect that is worth at most `most`: its kind and what belongs to it. Unfit."""
    match calculation.type:
        case "PASS_FAIL":
            return {"kind": "pass_fail", "max": text(most)}
        case "NUMBER_COMPLETED":
            possible = _number(calculation, "NUM_POSSIBLE")
            if possible.denominator != 1 or not 1 <= possible <= 10_000:
                raise Unfit("完成数量必须是正整数。", "The number possible is not a positive whole number.")
            return {"kind": "completed", "max": text(most), "possible": int(possible)}
        case "REGULAR_DIFFERENCE_DEDUCTION":
            return _difference(calculation, most)
        case "CHOICE":
            return {"kind": "choice", "options": _options(calculation, most)}
        case "RANGED_SCORE":
            return _tolerance(calculation, most)
        case other:
            raise Unfit(f"不认识计算方式 {other}。", f"The calculation type {other} is not known.")


def text(value: Fraction) -> str:
    """A decimal as the scheme language writes it. Unfit when it does not end."""
    places = decimals(value.denominator, _MOST_PLACES)
    if places > _MOST_PLACES:
        shown = printed(value.numerator, value.denominator, 9)
        raise Unfit(f"{shown} 不能写成最多六位的小数。", f"{shown} cannot be written with six decimal places.")
    return printed(value.numerator, value.denominator, places)


def _number(calculation: Calculation, name: str, default: Fraction | None = None) -> Fraction:
    value = decimal(calculation.parameters.get(name, ""))
    if value is None:
        value = default
    if value is None:
        raise Unfit(f"计算方式缺少 {name}。", f"The calculation lacks {name}.")
    return value


def _left(calculation: Calculation, most: Fraction, deduction: Fraction) -> Fraction:
    """What is left of the maximum after a deduction."""
    return max(most - _deducted(calculation, most, deduction), Fraction(0))


def _deducted(calculation: Calculation, most: Fraction, deduction: Fraction) -> Fraction:
    if deduction < 0:
        raise Unfit("扣分不能为负。", "A deduction cannot be negative.")
    match calculation.parameters.get("DEDUCTION_TYPE", "UNIT"):
        case "UNIT":
            return deduction
        case "PERCENT":
            return most * deduction / HUNDRED
        case other:
            raise Unfit(f"不认识扣分方式 {other}。", f"The deduction type {other} is not known.")


def _difference(calculation: Calculation, most: Fraction) -> dict[str, Any]:
    target, per = (
        _number(calculation, "TARGET_VALUE", Fraction(0)),
        _number(calculation, "DIFFERENCE", Fraction(1)),
    )
    if calculation.parameters.get("DIFFERENCE_TYPE", "UNIT") != "UNIT":
        per = abs(target) * per / HUNDRED
    if per <= 0:
        raise Unfit("差值单位必须大于零。", "The unit of the difference must be above zero.")
    # Errors are counted in whole numbers; what is measured may have three places.
    counted = target.denominator == per.denominator == 1 and target >= 0
    return {
        "kind": "difference",
        "max": text(most),
        "target": text(target),
        "per": text(per),
        "deduction": text(_deducted(calculation, most, _number(calculation, "DEDUCTION"))),
        "step": "1" if counted else "0.001",
        **({} if target >= 0 else {"low": "-1000000"}),
    }


def _options(calculation: Calculation, most: Fraction) -> list[dict[str, str]]:
    options = []
    for number in _numbered(calculation, "CHOICE"):
        label = calculation.parameters.get(f"CHOICE{number}_LABEL", "")
        if not label:
            raise Unfit(f"第 {number} 个选项没有名称。", f"Choice {number} has no label.")
        points = _left(calculation, most, _number(calculation, f"CHOICE{number}_DEDUCTION"))
        options.append({"label": label[:_LONGEST_LABEL], "points": text(points)})
    if len(options) < 2:
        raise Unfit("选项不足两个。", "There are fewer than two choices.")
    return options


def _tolerance(calculation: Calculation, most: Fraction) -> dict[str, Any]:
    target = _number(calculation, "TARGET_VALUE")
    ranges = []
    for number in _numbered(calculation, "RANGE"):
        below = _number(calculation, f"RANGE{number}_LOWER", Fraction(0))
        above = _number(calculation, f"RANGE{number}_UPPER", Fraction(0))
        if below < 0 or above < 0:
            raise Unfit("公差不能为负。", "A tolerance cannot be negative.")
        left = _left(calculation, most, _number(calculation, f"RANGE{number}_DEDUCTION"))
        ranges.append((left, below, above))
    if not ranges:
        raise Unfit("没有公差范围。", "There are no ranges.")
    # Where ranges overlap, the best that holds the value counts: on target is never worth less than beside it.
    ranges.sort(key=lambda one: -one[0])
    low = min(Fraction(0), target - max(below for _, below, _ in ranges))
    return {
        "kind": "tolerance",
        "target": text(target),
        "ranges": [{"below": text(b), "above": text(a), "points": text(left)} for left, b, a in ranges],
        **({"low": text(low)} if low < 0 else {}),
    }


def overlap(calculation: Calculation) -> bool:
    """Whether the ranges, in the order of their numbers, do not go from narrow and good to wide and bad."""
    if calculation.type != "RANGED_SCORE":
        return False
    names = ("LOWER", "UPPER", "DEDUCTION")
    rows = [
        [decimal(calculation.parameters.get(f"RANGE{number}_{name}", "")) or Fraction(0) for name in names]
        for number in _numbered(calculation, "RANGE")
    ]
    return any(
        later < earlier for first, second in pairwise(rows) for earlier, later in zip(first, second, strict=True)
    )


def _numbered(calculation: Calculation, word: str) -> Sequence[int]:
    """The numbers of the choices or ranges that say what they deduct."""
    found = (re.fullmatch(rf"{word}([0-9]+)_DEDUCTION", name) for name in calculation.parameters)
    return sorted(int(one[1]) for one in found if one and calculation.parameters[one[0]])
