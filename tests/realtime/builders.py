"""Boards and rows of which a test names only what it cares about."""

from collections.abc import Iterable

from realtime.boards import Board
from realtime.protocol import BoardHead, Column, Row


def row(entry: str, *, place: int = 1, total: str | None = None, points: str = "0.00") -> Row:
    return Row(
        entry=entry,
        place=place,
        rank=None,
        shared=False,
        label=entry,
        name=entry,
        organisation="",
        status="entered",
        total=total,
        points=points,
        complete=0,
        aspects=2,
        best=None,
        worst=None,
        scores=[None],
        awards=[],
    )


def head(*, state: str = "started", view: str = "live", as_of: str = "", complete: int = 0) -> BoardHead:
    return BoardHead(
        event="e1",
        event_name="焊工",
        contest="c1",
        contest_name="县赛",
        state=state,
        view=view,
        audience="public",
        as_of=as_of,
        complete=complete,
        aspects=4,
        entries=2,
        columns=[Column(node="A", name="理论", name_en="Theory")],
        awards=[],
    )


def board(rows: Iterable[Row] = (), **above: object) -> Board:
    return Board(head=head(**above), rows=tuple(sorted(rows, key=lambda row: row.place)))
