"""The rows a table is made of: where an entry stands in its event, and the group it counts for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple

IN_COMPETITION = "entered"
"""The status of an entry that takes part, as in a sheet."""
NOT_COUNTED_AMONG = ("withdrawn", "out_of_competition")
"""Statuses of entries an event does not have."""


class Placing(NamedTuple):
    """One entry of one event.

    `rank` is its rank in the event: None outside the competition, and while results are missing. `total` and
    `scores` (the exact value of a node by its id, a time in its unit) are None or absent while unknown. `status`
    is that of the sheet; what the event itself leaves unranked although it took part has another word
    (excluded). An entry with the group "" counts for nobody and holds its place.
    """

    event: str
    entry: str
    group: str
    rank: int | None
    total: Fraction | None = None
    status: str = IN_COMPETITION
    awards: tuple[str, ...] = ()
    scores: Mapping[str, Fraction | None] = {}

    def score(self, node: str | None) -> Fraction | None:
        """The exact score of a node (None: the total); None while it is unknown."""
        return self.total if node is None else self.scores.get(node)


class PlacingProblem(ValueError):
    """Rows do not fit together, or a decision by hand names what is not there; says so in both languages."""

    def __init__(self, where: str, problem_zh: str, problem_en: str) -> None:
        self.where = where
        self.problem_zh = problem_zh
        self.problem_en = problem_en
        super().__init__(f"{where}: {problem_en}")


def by_event(placings: Iterable[Placing]) -> dict[str, list[Placing]]:
    """Sort rows into events; both orders are those of the ids, whatever order the rows came in.

    Raises PlacingProblem for an entry twice in an event, and for a rank that is none.
    """
    events: dict[str, dict[str, Placing]] = {}
    for row in placings:
        rows = events.setdefault(row.event, {})
        if row.entry in rows:
            raise PlacingProblem(row.event, f"“{row.entry}”有两行。", f"“{row.entry}” has two rows.")
        if row.rank is not None and (row.rank < 1 or row.status != IN_COMPETITION):
            raise PlacingProblem(
                row.event,
                f"“{row.entry}”的名次 {row.rank} 与状态“{row.status}”不合。",
                f"The rank {row.rank} of “{row.entry}” does not fit its status “{row.status}”.",
            )
        rows[row.entry] = row
    return {event: [rows[entry] for entry in sorted(rows)] for event, rows in sorted(events.items())}
