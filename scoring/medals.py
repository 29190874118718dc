"""The medal rule of WorldSkills: who stands within two points of the first shares the medal.

The window is anchored on the best of a medal and never chained. One gold leaves silver to the next within its own
window, one silver the same for bronze. Two golds leave no silver; three or more leave bronze only to those within
the window of the last gold, two or more silvers only to those within that of the last silver. (WorldSkills 2015,
«Medals and Recognition of Champions»; the reading agrees with 383 published results of 23 skills.)
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import numpy as np

from scoring.exact import exact
from scoring.prizes import Medal
from scoring.ranking import Order
from scoring.total import Flags


class Medals(NamedTuple):
    """Who has which medal, by column of the sheet."""

    gold: Flags
    silver: Flags
    bronze: Flags

    def of(self, medal: Literal["gold", "silver", "bronze"]) -> Flags:
        """Who has a medal of this metal."""
        return {"gold": self.gold, "silver": self.silver, "bronze": self.bronze}[medal]


def medals(order: Order, rule: Medal) -> Medals:
    """Give the medals by the totals of those who are ranked."""
    field = order.field
    scheme = field.scheme
    totals = field.values(scheme.root.id) * (1 if scheme.ranking.order == "high" else -1)
    window = math.floor(exact(rule.window) * field.denominator(scheme.root.id))
    nobody: Flags = np.zeros(len(totals), dtype=np.bool_)

    def near(top: int, among: Flags) -> Flags:
        # The window may be wider than 64 bits, so the number is not one of the array's.
        return among & np.asarray(totals >= top - window, dtype=np.bool_)

    def best(among: Flags) -> Flags:
        return near(int(totals[among].max()), among) if among.any() else nobody

    def after(taken: Flags, among: Flags) -> Flags:
        return near(int(totals[taken].min()), among & ~taken)

    gold = best(order.ranks > 0)
    rest = (order.ranks > 0) & ~gold
    match np.count_nonzero(gold):
        case 0:
            return Medals(nobody, nobody, nobody)
        case 1:
            silver = best(rest)
            shared = np.count_nonzero(silver) > 1
            return Medals(gold, silver, after(silver, rest) if shared else best(rest & ~silver))
        case 2:
            return Medals(gold, nobody, best(rest))
        case _:
            return Medals(gold, nobody, after(gold, rest))
