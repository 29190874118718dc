"""Grouping: the tables of teams and organisations that a scheme makes of one event, as officials read them."""

from __future__ import annotations

import msgspec

from contest.actions.results import EventResults
from scoring.team.results import TeamRow


class TeamAward(msgspec.Struct, frozen=True, kw_only=True):
    """A prize that a table gives."""

    award: str
    name: str
    name_en: str


class TeamLine(msgspec.Struct, frozen=True, kw_only=True):
    """One team or organisation. `counted` of its `entries` made its points, `pending` have no result yet.

    `unranked` says why there is no rank: `pending`, `few`, `short`, `zero`, `nothing` or `outside`.
    """

    group: str
    place: int
    rank: int | None
    shared: bool
    points: str | None
    entries: int
    counted: int
    pending: int
    unranked: str
    awards: list[str]


class TeamTableLine(msgspec.Struct, frozen=True, kw_only=True):
    """A table of the scheme, best first; not `complete` while results are missing that could change it."""

    table: str
    name: str
    name_en: str
    complete: bool
    open_ties: int
    awards: list[TeamAward]
    rows: list[TeamLine]


def team_tables(computed: EventResults) -> list[TeamTableLine]:
    """The tables of an event's scheme, in its order. They name organisations: not for who reads a blind event."""
    words = {one.table.id: one.table for one in computed.scheme.document.teams}
    return [
        TeamTableLine(
            table=found.table,
            name=words[found.table].name,
            name_en=words[found.table].name_en,
            complete=found.complete,
            open_ties=len(found.open_ties),
            awards=[
                TeamAward(award=one.id, name=one.name, name_en=one.name_en) for one in words[found.table].awards
            ],
            rows=[_line(row) for row in found.rows],
        )
        for found in computed.results.teams
    ]


def _line(row: TeamRow) -> TeamLine:
    return TeamLine(
        group=row.group,
        place=row.place,
        rank=row.rank,
        shared=row.shared,
        points=row.points,
        entries=row.entries,
        counted=row.counted,
        pending=row.pending,
        unranked=row.unranked,
        awards=list(row.awards),
    )
