"""A marking scheme as a document, exactly as it stands in JSON, with its ranking and awards.

Decimals are strings, choices are closed tagged unions. The nodes are in `kinds`; whether a document makes sense
is asked in `problems`.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from scoring.kinds import Node, Sum
from scoring.prizes import Attribute, Award, Ranking, Stage
from scoring.team.words import TeamTable
from scoring.words import Places

__all__ = ["Document", "GroupTable", "Node", "Sum"]


class GroupTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of teams or organisations in this event: entries count for the value of an attribute."""

    by: Attribute = "organisation"
    table: TeamTable


class Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A marking scheme with its ranking and awards. `scheme` is the number of the language."""

    scheme: Literal[1] = 1
    root: Sum
    ranking: Ranking = Ranking()
    awards: Annotated[tuple[Award, ...], msgspec.Meta(max_length=50)] = ()
    stages: Annotated[tuple[Stage, ...], msgspec.Meta(max_length=20)] = ()
    teams: Annotated[tuple[GroupTable, ...], msgspec.Meta(max_length=20)] = ()
    shows: Places = 2
    """Places printed for numbers that are not rounded and do not end within four places."""
