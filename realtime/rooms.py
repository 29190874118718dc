"""Everybody who watches one event: what each audience sees, who keeps up, and who must be shown the whole again.

A frame is encoded once for all viewers of an audience. A viewer who reads too slowly is left out of deltas and
gets the whole board when there is room again; the transport cuts off whoever never reads. A room keeps one board
an audience and one wire a viewer, nothing that grows with what was sent.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from contest.errors import NotFound
from realtime.boards import Board, Leaderboard
from realtime.protocol import Moved, Refused, Reset
from realtime.views import Audience, Standing, View, project
from realtime.wires import CHUNK, Frame, Wire, fan_out, frame_of, nobody_waits


class Snapshot(NamedTuple):
    """The public board as a document, and the strong tag that names exactly these bytes."""

    body: bytes
    etag: str


class Published(NamedTuple):
    """What one round of writing came to."""

    written: int
    skipped: int


class Gallery:
    """The viewers of one audience and the board they see."""

    def __init__(self, board: Board, *, history: int, urgent: Callable[[], bool] = nobody_waits) -> None:
        self._history = history
        self._urgent = urgent
        self.leaderboard = self._numbered(board)
        self._watching: dict[Wire, None] = {}
        self._behind: dict[Wire, None] = {}
        self._frames: dict[int, Frame] = {}
        """What brings a viewer up from a version of this epoch; 0: the whole board. Void at the next version."""

    def __len__(self) -> int:
        return len(self._watching) + len(self._behind)

    @property
    def waiting(self) -> bool:
        """Whether somebody must be shown the whole board as soon as they can read it."""
        return bool(self._behind)

    def enter(self, wire: Wire, epoch: str, version: int) -> None:
        """Let somebody watch, from where they stand if that is still known."""
        message = self.leaderboard.since(epoch, version)
        if message is None:
            self._watching[wire] = None
            self._behind.pop(wire, None)
        else:
            self._show(wire, self._frame(message))

    def leave(self, wire: Wire) -> None:
        """Forget somebody who left."""
        self._watching.pop(wire, None)
        self._behind.pop(wire, None)

    def empty(self) -> list[Wire]:
        """Forget everybody, and return who it was."""
        everybody = [*self._watching, *self._behind]
        self._watching.clear()
        self._behind.clear()
        return everybody

    def follow(self, board: Board) -> Frame | None:
        """Take the next board; return what tells it to those who kept up, None when it looks the same."""
        stood_still = _unnumbered(self.leaderboard.board)
        moved: Moved | Reset | None = self.leaderboard.follow(board)
        if moved is None:
            return None
        if stood_still or _unnumbered(board):
            self.leaderboard = self._numbered(board)
            moved = self.leaderboard.reset()
        self._frames.clear()
        return self._frame(moved)

    async def publish(self, frame: Frame | None) -> Published:
        """Write the step to those who kept up, and the whole board to those who can read again."""
        behind = list(self._behind)
        skipped: list[Wire] = []
        written = 0
        if frame is not None:
            watching = list(self._watching)
            skipped = await fan_out(frame, watching, urgent=self._urgent)
            for wire in skipped:
                if wire in self._watching:
                    del self._watching[wire]
                    self._behind[wire] = None
            written = len(watching) - len(skipped)
        for at, wire in enumerate(behind, start=1):
            if wire in self._behind:
                self._show(wire, self._frame(self.leaderboard.reset()))
            if at % CHUNK == 0:
                await asyncio.sleep(0)  # a hall whose network comes back is no reason to keep a judge waiting
        return Published(written, len(skipped))

    def _show(self, wire: Wire, frame: Frame) -> None:
        kept_up = wire.put(frame)
        (self._watching if kept_up else self._behind)[wire] = None
        (self._behind if kept_up else self._watching).pop(wire, None)

    def _frame(self, message: Moved | Reset) -> Frame:
        after = message.after if isinstance(message, Moved) else 0
        frame = self._frames.get(after)
        if frame is None:
            frame = self._frames[after] = frame_of(msgspec.json.encode(message))
        return frame

    def _numbered(self, board: Board) -> Leaderboard:
        epoch = _named(board) if _unnumbered(board) else secrets.token_hex(8)
        return Leaderboard(epoch, board, history=self._history)


class Room:
    """One event as it is watched."""

    def __init__(
        self,
        now: Standing,
        at_freeze: Standing | None,
        *,
        history: int = 64,
        urgent: Callable[[], bool] = nobody_waits,
    ) -> None:
        self.galleries = {
            audience: Gallery(project(audience, now, at_freeze), history=history, urgent=urgent)
            for audience in Audience
        }
        self._snapshot: Snapshot | None = None

    def __len__(self) -> int:
        return sum(len(gallery) for gallery in self.galleries.values())

    @property
    def waiting(self) -> bool:
        """Whether somebody is behind."""
        return any(gallery.waiting for gallery in self.galleries.values())

    def follow(self, now: Standing, at_freeze: Standing | None) -> dict[Audience, Frame | None]:
        """Take the next standing; return what is to be told to each audience."""
        self._snapshot = None
        return {
            audience: gallery.follow(project(audience, now, at_freeze))
            for audience, gallery in self.galleries.items()
        }

    async def publish(self, frames: dict[Audience, Frame | None]) -> Published:
        """Write to everybody, officials first."""
        rounds = [
            await self.galleries[audience].publish(frames.get(audience))
            for audience in (Audience.OFFICIALS, Audience.PUBLIC)
        ]
        return Published(sum(done.written for done in rounds), sum(done.skipped for done in rounds))

    async def close(self) -> None:
        """Tell everybody that there is no such event any more, and forget them."""
        gone = NotFound(what="event")
        frame = frame_of(msgspec.json.encode(Refused(code=gone.code, params=gone.params)))
        for gallery in self.galleries.values():
            await fan_out(frame, gallery.empty())

    @property
    def snapshot(self) -> Snapshot:
        """The public board as a document: named by its content, the same on every node and after a restart."""
        if self._snapshot is None:
            board = self.galleries[Audience.PUBLIC].leaderboard.board
            if not _unnumbered(board):
                # Each node keeps the time of the last change that it showed, and one that just began another.
                board = msgspec.structs.replace(board, head=msgspec.structs.replace(board.head, as_of=""))
            body = msgspec.json.encode(Leaderboard(_named(board), board).reset())
            self._snapshot = Snapshot(body, f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"')
        return self._snapshot


def _unnumbered(board: Board) -> bool:
    """Whether the board stands still: it is named by its content, so that also a restart changes no byte of it."""
    return board.head.audience == Audience.PUBLIC and board.head.view != View.LIVE


def _named(board: Board) -> str:
    return f"c{board.digest}"
