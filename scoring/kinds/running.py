"""Rounds of ± points, such as a quiz."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec

from scoring.exact import exact
from scoring.kinds.part import Part
from scoring.saying import SchemeProblem
from scoring.words import Number, Words


class Running(Part, frozen=True, kw_only=True, tag="running"):
    """Points won and lost round by round on top of `base`, which may end below it (必答、抢答、风险题).

    Expanded into a `sum` of so many optional amounts when a document is read.
    """

    base: Number = "0"
    times: Annotated[int, msgspec.Meta(ge=1, le=60)]
    low: Number
    high: Number
    step: Number = "1"
    unit: Annotated[str, msgspec.Meta(max_length=16)] = ""
    unit_en: Annotated[str, msgspec.Meta(max_length=16)] = ""
    hint: Words = ""
    hint_en: Words = ""

    def problems(self) -> Iterator[SchemeProblem]:
        """What makes no sense in this node's own words."""
        if exact(self.low) >= exact(self.high):
            yield self.wrong("下限、上限不合。", "Low and high do not fit together.")
