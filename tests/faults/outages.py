"""A day on a disk that remembers, and what is found there after the power went."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from contest.store.open import open_store
from tests.builders import Hall
from tests.faults.apsw_connection import connected
from tests.faults.checker import check, stored_in
from tests.faults.history import History, Line
from tests.faults.intake import Day, files_of, planted, reopened
from tests.faults.power import Disk, laid_out

SMALL_LOG = "wal_autocheckpoint=12"
"""The WAL is taken into the file every few commits, so that the power goes while that happens as well."""


class Run:
    """A day on a disk that remembers, and what is found there after the power went."""

    def __init__(self, path: Path, seed: int) -> None:
        self.path, self.seed = path, seed
        self.dice = random.Random(seed)
        self.sabotage: Callable[[], None] = lambda: None
        """Breaks the product, once the hall is planted."""
        self.at: Hall
        self.disk: Disk
        self.history: History
        self.day: Day

    async def work(self, turns: int, *pragmas: str, instead: dict[str, str] | None = None) -> None:
        """Let `turns` things happen; now and then the process is closed, or killed, and starts again."""
        self.at = await planted(f"sqlite:///{self.path}")
        self.disk = Disk(files_of(self.path))
        self.history = History(self.seed, clock=lambda: len(self.disk.log))
        self.day = Day(self.at, self.history, self.dice)
        self.sabotage()
        with pytest.MonkeyPatch.context() as patch:
            connected(patch, self.disk, *pragmas, instead=instead)
            killed = []
            await self._open()
            for turn in range(1, turns + 1):
                await self.day.turn()
                if turn % 9 == 0:
                    await self.at.store.close()
                    await self._open()
                elif turn % 7 == 0:
                    # Its connection is never closed: what a kill leaves behind.
                    writer = self.at.store.writer
                    killed.append(writer._connection)
                    writer._connection = None
            self.ends = len(self.disk.log)
            await self.at.store.close()
            del killed

    async def _open(self) -> None:
        reopened(self.at, await open_store(f"sqlite:///{self.path}"))

    def lines(self, until: int) -> list[Line]:
        """The history of those who still know of it."""
        return [line for line in self.history.lines if line["t"] <= until or line["kind"] == "run"]


def found(files: Mapping[str, bytes], lines: Sequence[Line], folder: Path) -> list[str]:
    """What is wrong with a disk after the power went: lost, altered, broken, or not to be opened at all."""
    folder.mkdir(exist_ok=True)
    laid_out(files, folder)
    name = next(Path(file).name for file in files if file.endswith(".db"))
    try:
        connection = sqlite3.connect(folder / name)
        try:
            sound = connection.execute("PRAGMA integrity_check").fetchall()
            wrong = [] if sound == [("ok",)] else [f"corrupt: {sound[0][0]}"]
            return wrong + check(lines, stored_in(connection))
        finally:
            connection.close()
    except sqlite3.Error as problem:
        return [f"unopenable: {problem}"]


def crashed(run: Run, points: Sequence[int], folder: Path) -> list[tuple[int, str]]:
    """Let the power go at each of these places, and say what was wrong."""
    crash, wrong = run.disk.crash(run.dice), []
    for point in sorted(points):
        crash.follow(point)
        wrong += [(point, problem) for problem in found(crash.files(), run.lines(point), folder)]
    return wrong


def kinds(wrong: Sequence[tuple[int, str]]) -> Counter[str]:
    return Counter(problem.partition(":")[0] for _, problem in wrong)
