"""Plainly invented people and organisations, the same every time they are asked for."""

from __future__ import annotations

import random
from itertools import cycle, product

_SURNAMES = "安柏程丁范高何江康林梅宁欧潘秦任沈唐温夏颜叶曾郑"
_GIVEN = "一二三四五六七八九十甲乙丙丁戊己"
_MIDDLE = "春夏秋冬东南西北"

_SORTS = (
    "公交",
    "果业",
    "焊接",
    "路桥",
    "机械",
    "供水",
    "电力",
    "环卫",
    "建材",
    "物流",
    "农机",
    "纺织",
    "矿业",
    "林业",
    "通信",
)


def people(count: int, *, start: int = 0) -> list[str]:
    """So many different names that nobody bears by chance: a surname, a season or direction, a number."""
    every = [surname + middle + number for number, middle, surname in product(_GIVEN, _MIDDLE, _SURNAMES)]
    random.Random("匠赛").shuffle(every)  # noqa: S311 -- the same names every time, not in the order of the alphabet
    names = cycle(every)
    for _ in range(start):
        next(names)
    return [next(names) for _ in range(count)]


def ordinal(number: int) -> str:
    """A number below a hundred as Chinese names write it: 12 is 十二."""
    tens, ones = divmod(number, 10)
    digits = "零一二三四五六七八九"
    return (digits[tens] if tens > 1 else "") + ("十" if tens else "") + (digits[ones] if ones or not tens else "")


def organisations(count: int, place: str) -> list[str]:
    """So many organisations of a place, all of them invented."""
    names = [f"{place}{sort}公司工会" for sort in _SORTS]
    names += [f"{place}第{number}{sort}公司工会" for number in "二三四五六七八九" for sort in _SORTS]
    return names[:count]
