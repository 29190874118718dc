"""Who may see what of a leaderboard: one pure function, and hidden by default.

`project` stands before every frame, page and count of the live part. It starts from nothing and lets through what
an audience may see, so that a kind of event, a state or a column that nobody thought of stays hidden. A freeze is
no flag beside the rows: the public sees the standing of the moment of the freeze and nothing younger.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from contest.actions.showing import AwardName, StageName
from contest.model.contest import PublicView
from realtime.boards import Board
from realtime.protocol import BoardHead, Column, Row


class Audience(StrEnum):
    """Those who watch."""

    PUBLIC = "public"
    OFFICIALS = "officials"
    """Whoever may see the marks of the event before they are public."""


class View(StrEnum):
    """What an audience is shown, and the word for why it is not more."""

    LIVE = "live"
    FROZEN = "frozen"
    BLIND = "blind"
    UNPUBLISHED = "unpublished"


PUBLISHED = frozenset({"provisional", "official"})
"""States of the results in which they are public."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """All there is to see of an event at one moment, before anybody's view of it is decided."""

    event: str
    event_name: str
    contest: str
    contest_name: str
    state: str
    blind: bool
    unblinded: bool
    public_view: PublicView
    as_of: str
    complete: int
    aspects: int
    columns: tuple[Column, ...]
    awards: tuple[AwardName, ...]
    rows: tuple[Row, ...]
    stage: StageName | None = None


def view_of(audience: Audience, standing: Standing, *, frozen: bool) -> View:
    """Say what an audience is shown of a standing."""
    if audience is not Audience.OFFICIALS:
        if standing.blind and not standing.unblinded:
            return View.BLIND
        if standing.public_view is not PublicView.LIVE and standing.state not in PUBLISHED:
            return View.UNPUBLISHED
    return View.FROZEN if frozen else View.LIVE


def project(audience: Audience, now: Standing, at_freeze: Standing | None) -> Board:
    """Return what an audience may see of an event. `at_freeze` is the standing of the freeze while it lasts."""
    if audience is Audience.OFFICIALS:
        return _shown(audience, now, view_of(audience, now, frozen=at_freeze is not None))
    standing = now if at_freeze is None else at_freeze
    view = view_of(audience, standing, frozen=at_freeze is not None)
    if view in (View.LIVE, View.FROZEN):
        published = standing.state in PUBLISHED
        rows = tuple(_public(row, published=published) for row in standing.rows)
        awards = standing.awards if published else ()
        return _shown(audience, msgspec.structs.replace(standing, rows=rows, awards=awards), view)
    return _hidden(audience, standing, view)


def _public(row: Row, *, published: bool) -> Row:
    """A row as strangers see it: name and organisation, and no award before the results are published."""
    return Row(
        entry=row.entry,
        place=row.place,
        rank=row.rank,
        shared=row.shared,
        label=row.label,
        name=row.name,
        organisation=row.organisation,
        status=row.status,
        total=row.total,
        points=row.points,
        complete=row.complete,
        aspects=row.aspects,
        best=row.best,
        worst=row.worst,
        scores=row.scores,
        awards=row.awards if published else [],
        gap=row.gap,
        unranked=row.unranked,
        advance=row.advance,
    )


def _shown(audience: Audience, standing: Standing, view: View) -> Board:
    return Board(
        head=BoardHead(
            event=standing.event,
            event_name=standing.event_name,
            contest=standing.contest,
            contest_name=standing.contest_name,
            state=standing.state,
            view=view,
            audience=audience,
            as_of=standing.as_of,
            complete=standing.complete,
            aspects=standing.aspects,
            entries=len(standing.rows),
            columns=list(standing.columns),
            awards=list(standing.awards),
            stage=standing.stage,
        ),
        rows=standing.rows,
    )


def _hidden(audience: Audience, standing: Standing, view: View) -> Board:
    """A board of an event of which only that it is held may be seen: no row, name, number, time or count."""
    return Board(
        head=BoardHead(
            event=standing.event,
            event_name=standing.event_name,
            contest=standing.contest,
            contest_name=standing.contest_name,
            state=standing.state,
            view=view,
            audience=audience,
            as_of="",
            complete=0,
            aspects=0,
            entries=0,
            columns=[],
            awards=[],
        ),
        rows=(),
    )
