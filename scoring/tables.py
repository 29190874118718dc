"""The tables of teams and organisations that stand in a scheme: one event, its entries grouped by an attribute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

import msgspec

from scoring.team.placings import Placing
from scoring.team.words import ByTotal, SumKey, TeamTable

if TYPE_CHECKING:
    from scoring.results import Computed
    from scoring.team.results import TeamResults

EVENT = "event"
"""The only event of a table that stands in a scheme."""
EXCLUDED = "excluded"
"""The status in a table of who took part and has no rank, by a veto or a pass mark."""


class _Scores(Mapping[str, Fraction | None]):
    """The exact scores of one entry, read when asked for."""

    def __init__(self, computed: Computed, column: int) -> None:
        self._computed, self._column = computed, column

    def __getitem__(self, node: str) -> Fraction | None:
        if node not in self._computed.plan.rows:
            raise KeyError(node)
        return self._computed.score(node, self._column)

    def __iter__(self) -> Iterator[str]:
        return iter(self._computed.plan.rows)

    def __len__(self) -> int:
        return len(self._computed.plan.rows)


def placings(computed: Computed, by: str) -> list[Placing]:
    """Where every entry of an event stands, and the group it counts for."""
    sheet, ordered = computed.sheet, computed.order
    groups = sheet.attributes.get(by, {})
    return [
        Placing(
            event=EVENT,
            entry=entry,
            group=groups.get(entry, ""),
            rank=int(ordered.ranks[column]) or None,
            total=computed.score(None, column),
            status=EXCLUDED if ordered.excluded.get(column) else sheet.statuses.get(entry, "entered"),
            awards=computed.awards.get(column, ()),
            scores=_Scores(computed, column),
        )
        for column, entry in enumerate(sheet.entries)
    ]


def tables(computed: Computed) -> tuple[TeamResults, ...]:
    """The tables of a scheme, in their order."""
    if not computed.scheme.document.teams:
        return ()
    from scoring.team.results import results

    # The ranks of the event are what its own ranking makes them.
    ties = "dense" if computed.scheme.ranking.ties == "dense" else "shared"
    return tuple(
        results(msgspec.structs.replace(one.table, event_ties=ties), placings(computed, one.by))
        for one in computed.scheme.document.teams
    )


def named_nodes(table: TeamTable) -> set[str]:
    """The nodes of a scheme that a table asks for."""
    asked: list[msgspec.Struct | None] = [table.points, *(words.points for words in table.events), *table.keys]
    return {one.node for one in asked if isinstance(one, ByTotal | SumKey) and one.node is not None}
