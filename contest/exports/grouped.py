"""Tables of teams and organisations on paper: one sheet each, behind the award list of their event."""

from __future__ import annotations

import msgspec

from contest.exports.tables import Heading


class GroupStanding(msgspec.Struct, frozen=True, kw_only=True):
    """One group as it stands; `unranked` says in a word why it has no rank."""

    rank: int | None
    group: str
    points: str | None
    counted: int
    awards: tuple[str, ...]
    unranked: str


class GroupSheet(msgspec.Struct, frozen=True, kw_only=True):
    """A table on its way to paper. `places` are those its points are printed with."""

    name: str
    places: int
    dense: bool
    standings: tuple[GroupStanding, ...]

    @property
    def tied(self) -> bool:
        """Whether two share a rank."""
        ranks = [one.rank for one in self.standings if one.rank is not None]
        return len(set(ranks)) < len(ranks)


def group_headings(sheet: GroupSheet, words: dict[str, str]) -> tuple[Heading, ...]:
    """The columns of such a table."""
    return (
        Heading(text=words["rank"], width=8, places=0, centred=True),
        Heading(text=words["group"], width=36),
        Heading(text=words["points"], width=12, places=sheet.places),
        Heading(text=words["counted"], width=12, places=0, centred=True),
        Heading(text=words["award"], width=16, centred=True),
        Heading(text=words["status"], width=20),
    )


def group_rows(sheet: GroupSheet, words: dict[str, str]) -> tuple[tuple[str | None, ...], ...]:
    """The groups, best first; who belongs to none stands without a name."""
    return tuple(
        (
            None if one.rank is None else str(one.rank),
            one.group or words["no_group"],
            one.points,
            str(one.counted),
            "、".join(one.awards),
            words[f"group_{one.unranked}"] if one.unranked else "",
        )
        for one in sheet.standings
    )
