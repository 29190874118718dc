"""The leaderboard of one audience as a snapshot and numbered deltas.

Versions count what this audience could see change, so a hidden fact leaves no hole that could be counted. A
delta says from which version to which it leads; a viewer applies it only when it stands at the first. Whoever
missed something gets the merged delta from where it stands, or, when the memory is too short, the whole board.

It knows rows and numbers, and refuses to know marks, audiences' rights, sockets and clocks.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from realtime.protocol import BoardHead, Moved, Reset, Row


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """What one audience may see of an event at one moment: the head and the rows in order of their place."""

    head: BoardHead
    rows: tuple[Row, ...]

    @property
    def digest(self) -> str:
        """A short name of exactly this content."""
        return hashlib.blake2b(msgspec.json.encode(self), digest_size=12).hexdigest()


class Step(NamedTuple):
    """What one version changed: the entries it touched and whether it touched the head."""

    entries: frozenset[str]
    head: bool


class Leaderboard:
    """One audience's board with its last steps. `epoch` names this numbering and no other."""

    def __init__(self, epoch: str, board: Board, *, history: int = 64) -> None:
        self.epoch = epoch
        self.version = 1
        self.board = board
        self._steps: deque[Step] = deque(maxlen=history)

    def follow(self, board: Board) -> Moved | None:
        """Take the next board and return the step to it; None when nothing that is shown has changed."""
        step = _step(self.board, board)
        if not step.entries and not step.head:
            return None
        self.board = board
        self.version += 1
        self._steps.append(step)
        return self._moved(self.version - 1, [step])

    def reset(self) -> Reset:
        """The whole board."""
        return Reset(epoch=self.epoch, version=self.version, head=self.board.head, rows=list(self.board.rows))

    def since(self, epoch: str, version: int) -> Moved | Reset | None:
        """Bring a viewer up from where it stands; None when it has missed nothing."""
        missed = self.version - version
        if epoch != self.epoch or not 0 <= missed <= len(self._steps):
            return self.reset()
        if not missed:
            return None
        steps = list(self._steps)[len(self._steps) - missed :]
        return self._moved(version, steps)

    def _moved(self, after: int, steps: Iterable[Step]) -> Moved:
        steps = list(steps)
        touched = frozenset[str]().union(*(step.entries for step in steps))
        rows = [row for row in self.board.rows if row.entry in touched]
        return Moved(
            after=after,
            version=self.version,
            head=self.board.head if any(step.head for step in steps) else None,
            rows=rows,
            gone=sorted(touched - {row.entry for row in rows}),
        )


def _step(before: Board, after: Board) -> Step:
    """Compare two boards. The time alone is no change: it also moves when only hidden things happened."""
    old = {row.entry: row for row in before.rows}
    new = {row.entry: row for row in after.rows}
    changed = {entry for entry, row in new.items() if old.get(entry) != row}
    gone = old.keys() - new.keys()
    same_head = before.head == msgspec.structs.replace(after.head, as_of=before.head.as_of)
    return Step(frozenset(changed | gone), bool(changed or gone) or not same_head)
