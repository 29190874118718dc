"""Placings and tables in a few words: only what a test cares about."""

import json
from collections.abc import Iterable, Mapping
from fractions import Fraction

from scoring.team.placings import IN_COMPETITION, Placing
from scoring.team.problems import parse
from scoring.team.words import TeamTable

FIELDS = ("total", "awards")


def table(**words) -> TeamTable:
    return parse(json.dumps({"id": "teams", "name": "团体总分", "name_en": "Teams", **words}))


def rows(events: Mapping[str, Iterable[list]]) -> list[Placing]:
    """Per event: [entry, group, rank or status or null, {"total": …, "awards": […], any node: …}]."""
    return [placing(event, *row) for event, listed in events.items() for row in listed]


def placing(event: str, entry: str, group: str, stands: int | str | None, more: Mapping | None = None) -> Placing:
    more = more or {}
    return Placing(
        event=event,
        entry=entry,
        group=group,
        rank=None if isinstance(stands, str) else stands,
        total=number(more.get("total")),
        status=stands if isinstance(stands, str) else IN_COMPETITION,
        awards=tuple(more.get("awards", ())),
        scores={node: number(value) for node, value in more.items() if node not in FIELDS},
    )


def number(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)


def places(event: str, *groups: str) -> dict[str, list[list]]:
    """An event of one entry per rank: first, second, third …"""
    return {event: [[f"{event}{rank}", group, rank] for rank, group in enumerate(groups, 1)]}
