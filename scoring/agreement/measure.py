"""Numbers that may not exist: a statistic is known, or there is a named reason why it is not. Never NaN.

Everything in `scoring.agreement` is for people who look after judges. It computes with floats and reaches no rank.
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import msgspec

Reason = Literal[
    "nothing_marked",
    "one_judge",
    "one_entry",
    "no_variance",
    "not_a_ratio_scale",
    "no_trimming",
    "no_order",
    "no_organisations",
    "no_own_entries",
    "only_own_entries",
    "extreme",
    "not_converged",
]

WHY: dict[Reason, tuple[str, str]] = {
    "nothing_marked": ("没有可比较的打分", "there are no marks to compare"),
    "one_judge": ("只有一名裁判，没有可比较的对象", "one judge alone has nobody to be compared with"),
    "one_entry": ("打分齐全的参赛者不足两个", "fewer than two entries are marked in full"),
    "no_variance": ("打分没有差别，无从计算", "the marks do not differ, so nothing can be computed"),
    "not_a_ratio_scale": ("打分可能为负，比率没有意义", "marks may be negative, so ratios mean nothing"),
    "no_trimming": ("这些评分点不去掉最高最低分", "no aspect drops highest or lowest marks"),
    "no_order": ("没有给出出场次序", "the order of entry is not given"),
    "no_organisations": ("没有给出裁判或参赛者的单位", "organisations of judges or entries are not given"),
    "no_own_entries": ("没有给本单位参赛者打过分", "the judge marked no entry of the own organisation"),
    "only_own_entries": ("只给本单位参赛者打过分", "the judge marked entries of the own organisation only"),
    "extreme": ("所有打分都在最高或最低一级", "all marks stand at the top or at the bottom of the scale"),
    "not_converged": (
        "多面 Rasch 模型没有收敛，改用加性模型",
        "the Rasch model did not converge; the additive model stands in",
    ),
}


class Coefficient(msgspec.Struct, frozen=True, kw_only=True):
    """A number for people, or why there is none: exactly one of `value` and `reason` is None."""

    value: float | None = None
    reason: Reason | None = None
    why: str = ""
    why_en: str = ""


class Judge(NamedTuple):
    """A judge as the sheet knows one: the seat within a panel. The panel nobody named is called ""."""

    panel: str
    seat: int

    @property
    def zh(self) -> str:
        """How people call this judge."""
        return f"{self.panel} {self.seat} 号裁判" if self.panel else f"{self.seat} 号裁判"

    @property
    def en(self) -> str:
        """How people call this judge in English."""
        return f"Judge {self.seat} of {self.panel}" if self.panel else f"Judge {self.seat}"


def known(value: float) -> Coefficient:
    """A number that exists. Asserts that it is one."""
    assert math.isfinite(value)
    # No −0.0: «no difference» has no sign.
    return Coefficient(value=float(value) + 0.0)


def unknown(reason: Reason) -> Coefficient:
    """A number that does not exist, and why."""
    zh, en = WHY[reason]
    return Coefficient(reason=reason, why=zh, why_en=en)


def shown(value: float, places: int = 2) -> str:
    """Print a statistic for people: so many places, and no negative zero."""
    text = f"{abs(value):.{places}f}"
    return f"-{text}" if value < 0 and float(text) else text
