"""Marks on their way into a store, written down as they go; and a day that tries everything the book does."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from pathlib import Path

import msgspec

from contest.errors import ContestError, StoreUnavailable
from contest.model.gate import Line
from contest.model.mark import EnterMark, Receipt
from contest.store.open import Store, open_store
from contest.store.tables import SeasonRow
from tests.builders import Hall, hall
from tests.faults.history import History


async def planted(url: str, *, judges: int = 4, entries: int = 25) -> Hall:
    """A contest in a fresh store that is closed again; its `store` is to be replaced by the one that is opened."""
    store = await open_store(url)
    try:
        return await hall(store, judges=judges, entries=entries)
    finally:
        await store.close()


def files_of(path: Path) -> dict[str, bytes]:
    """A closed SQLite store: the file, and what stands in its WAL."""
    return {str(file): file.read_bytes() for file in (path, Path(f"{path}-wal")) if file.exists()}


async def enter(at: Hall, history: History, *marks: EnterMark, client: str = "tablet") -> list[Receipt]:
    """Put marks into the book as one message, and write down what is said; [] when it is not known."""
    said = [msgspec.to_builtins(mark) for mark in marks]
    for mark in said:
        history.sent(client, mark)
    try:
        receipts = await at.store.book.enter(at.contest, marks)
    except StoreUnavailable:
        for mark in said:
            history.unknown(client, mark)
        return []
    for mark, receipt in zip(said, receipts, strict=True):
        history.answered(client, mark, msgspec.to_builtins(receipt))
    return receipts


class Day:
    """What happens in a hall, at random and to be repeated: marks alone and together, repeats, gates, plans."""

    def __init__(self, at: Hall, history: History, dice: random.Random) -> None:
        self.at = at
        self.history = history
        self.dice = dice
        self.sent: list[EnterMark] = []
        self.seasons = 0

    def marks(self, many: int) -> list[EnterMark]:
        """New marks for anybody, of any seat."""
        dice, at = self.dice, self.at
        made = [
            at.mark(
                100 * dice.randint(0, 100),
                seat=dice.randrange(len(at.seats)),
                entry=dice.randrange(len(at.entries)),
                reason="改" * dice.choice([0, 0, 0, 30]),
            )
            for _ in range(many)
        ]
        self.sent += made
        return made

    async def turn(self) -> None:
        """Something happens."""
        dice = self.dice
        match dice.randrange(8):
            case 0:
                await enter(self.at, self.history, *self.marks(1))
            case 1 | 2:
                messages = [self.marks(dice.randint(1, 6)) for _ in range(dice.randint(1, 6))]
                await asyncio.gather(*(enter(self.at, self.history, *marks) for marks in messages))
            case 3:
                await enter(self.at, self.history, *self.marks(16))
            case 4 if self.sent:
                again = dice.choices(self.sent, k=5)
                await asyncio.gather(*(enter(self.at, self.history, mark) for mark in (*again, *self.marks(2))))
            case 5:
                await self._gates()
            case 6:
                self.seasons += 1
                await self._plan()
            case _:
                marks = self.marks(2)
                await asyncio.gather(enter(self.at, self.history, *marks), self._gates())

    async def _gates(self) -> None:
        """Lock the session and open it again, so that marks race a gate and some are pending."""
        try:
            await self.at.pass_gate("locked", text="时间到")
            await self.at.reopen(Line.SESSION, text="补录")
            await self.at.pass_gate("opened")
        except ContestError:
            pass  # it stands where an earlier failure left it

    async def _plan(self) -> None:
        try:
            season = SeasonRow(id=f"s{self.seasons}", name="年度" * 20, year=2026)
            await self.at.store.apply(SeasonRow.insert(season))
        except StoreUnavailable:
            pass


async def insist(at: Hall, history: History, marks: Sequence[EnterMark], *, together: int = 16) -> None:
    """Send everything again until the end, as tablets do; all of it must be answered."""
    for start in range(0, len(marks), together):
        assert await enter(at, history, *marks[start : start + together]), "not available"


def reopened(at: Hall, store: Store) -> Hall:
    """The same hall in a store that was opened anew."""
    at.store = store
    return at
