"""D4: the power goes at any moment, on the writer's own code: no acknowledged mark is lost, and the file opens.

The model is `power`. Each crash point is opened with the system's own SQLite, checked for integrity and judged by
the checker; some are opened by the product, which must go on from there.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from contest.store.migrate import newest
from contest.store.open import migrate, open_store
from contest.store.tables import MigrationRow
from contest.store.verify import verify_all
from tests.builders import Hall, unbroken
from tests.faults.apsw_connection import connected
from tests.faults.checker import check, stored_in
from tests.faults.history import History, Line, seed_of
from tests.faults.intake import Day, files_of, insist, planted, reopened
from tests.faults.power import Disk, laid_out

SMALL_LOG = "wal_autocheckpoint=12"
"""The WAL is taken into the file every few commits, so that the power goes while that happens as well."""


class Run:
    """A day on a disk that remembers, and what is found there after the power went."""

    def __init__(self, path: Path, seed: int) -> None:
        self.path, self.seed = path, seed
        self.dice = random.Random(seed)
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


def found(files: dict[str, bytes], lines: Sequence[Line], folder: Path) -> list[str]:
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
    crash, wrong = run.disk.crash(), []
    for point in sorted(points):
        crash.follow(point)
        wrong += [(point, problem) for problem in found(crash.files(run.dice), run.lines(point), folder)]
    return wrong


def kinds(wrong: Sequence[tuple[int, str]]) -> Counter[str]:
    return Counter(problem.partition(":")[0] for _, problem in wrong)


def syncs(run: Run, name: str) -> list[int]:
    """The places just before a file whose name ends so is synced: all is written, nothing lasts yet."""
    inodes = {op[1] for op in run.disk.log if op[0] == "create" and op[2].endswith(name)}
    inodes |= {inode for file, inode in run.disk._first_inodes.items() if file.endswith(name)}
    return [place for place, op in enumerate(run.disk.log) if op[0] == "sync" and op[1] in inodes]


async def lose_power(path: Path, seed: int, turns: int, points: int, *pragmas: str) -> Run:
    run = Run(path, seed)
    await run.work(turns, *pragmas)
    wrong = crashed(run, [run.dice.randint(0, run.ends) for _ in range(points)], path.parent / "after")
    assert wrong == [], f"seed {seed}"
    return run


@pytest.mark.parametrize("pragmas", [(), (SMALL_LOG,)], ids=["as served", "while checkpoints run"])
async def test_no_acknowledged_mark_is_lost_when_the_power_goes(sqlite_url, pragmas):
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    run = await lose_power(path, seed_of(20261120), 40, 90, *pragmas)
    answered = [line for line in run.history.lines if line["kind"] == "answered"]
    assert len(answered) > 100
    if pragmas:
        # In between it was written into the file itself as well.
        assert len(syncs(run, ".db")) > 5


async def test_the_product_goes_on_from_where_the_power_went(sqlite_url, tmp_path):
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    run = Run(path, seed_of(4))
    await run.work(25, SMALL_LOG)
    crash = run.disk.crash()
    for number, point in enumerate(sorted(run.dice.randint(0, run.ends) for _ in range(6))):
        crash.follow(point)
        folder = tmp_path / f"after-{number}"
        folder.mkdir()
        laid_out(crash.files(run.dice), folder)
        history = History(run.seed)
        history.lines += run.lines(point)[1:]
        reopened(run.at, await open_store(f"sqlite:///{folder / path.name}"))
        await insist(run.at, history, run.day.sent)
        assert await unbroken(run.at)
        await run.at.store.close()
        assert found(files_of(folder / path.name), history.lines, tmp_path / "again") == []


async def test_what_a_killed_process_left_unsynced_is_synced_before_it_is_acknowledged(sqlite_url, tmp_path):
    """Killed between the write and the sync, started again, asked again: the repeat is answered from what the new
    process found, which nobody had made last yet. Then the power goes."""
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    run = Run(path, seed_of(5))
    await run.work(14)
    wrong = []
    for place in run.dice.sample(syncs(run, "-wal"), 12):
        disk = run.disk.killed(place)
        history = History(run.seed, clock=lambda disk=disk: len(disk.log))
        history.lines += run.lines(place)[1:]
        with pytest.MonkeyPatch.context() as patch:
            connected(patch, disk)
            reopened(run.at, await open_store(f"sqlite:///{path}"))
            sent = {line["key"] for line in history.lines if line["kind"] == "sent"}
            again = [mark for mark in run.day.sent if f"{mark.device}:{mark.device_seq}" in sent]
            await insist(run.at, history, again)
            crash = disk.crash()
            crash.follow(len(disk.log))
            for _ in range(3):
                wrong += found(crash.files(run.dice), history.lines, tmp_path / "after")
            await run.at.store.close()
    assert wrong == []


async def test_power_that_goes_while_the_schema_is_brought_up_to_date(tmp_path):
    dice = random.Random(seed_of(6))
    path = tmp_path / "jiangsai.db"
    disk = Disk()
    with pytest.MonkeyPatch.context() as patch:
        connected(patch, disk, SMALL_LOG)
        await migrate(f"sqlite:///{path}")
    crash = disk.crash()
    for number, point in enumerate(sorted(dice.randint(0, len(disk.log)) for _ in range(12))):
        crash.follow(point)
        folder = tmp_path / f"after-{number}"
        folder.mkdir()
        laid_out(crash.files(dice), folder)
        url = f"sqlite:///{folder / path.name}"
        await migrate(url)
        store = await open_store(url)
        assert await store.select(MigrationRow.count()) == newest()
        await store.close()
        assert await verify_all(url) == []
        shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("instead", "lost"),
    [
        ({"PRAGMA synchronous=FULL": "PRAGMA synchronous=NORMAL"}, {"lost"}),
        ({"PRAGMA synchronous=FULL": "PRAGMA synchronous=OFF"}, {"lost", "corrupt", "unopenable"}),
    ],
    ids=["normal", "off"],
)
async def test_without_the_sync_marks_are_lost_and_the_model_sees_it(sqlite_url, instead, lost):
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    run = Run(path, seed_of(7))
    await run.work(20, SMALL_LOG, instead=instead)
    points = [run.dice.randint(run.ends // 2, run.ends) for _ in range(12)]
    seen = kinds(await asyncio.to_thread(crashed, run, points, path.parent / "after"))
    assert seen, "the control run must fail"
    assert seen.keys() & lost
    print(dict(seen))


@pytest.mark.long
@pytest.mark.parametrize("pragmas", [(), (SMALL_LOG,), ("wal_autocheckpoint=1",)], ids=["served", "small", "one"])
async def test_thousands_of_power_cuts_lose_nothing(sqlite_url, pragmas):
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    await lose_power(path, seed_of(2000), 250, 1500, *pragmas)
