"""D4: the power goes at any moment, on the writer's own code: no acknowledged mark is lost, and the file opens.

The model is `power`. Each crash point is opened with the system's own SQLite, checked for integrity and judged by
the checker; some are opened by the product, which must go on from there.
"""

from __future__ import annotations

import asyncio
import random
import shutil
from pathlib import Path

import pytest

from contest.store.migrate import newest
from contest.store.open import migrate, open_store
from contest.store.tables import MigrationRow
from contest.store.verify import verify_all
from tests.builders import unbroken
from tests.faults.apsw_connection import connected
from tests.faults.history import History, seed_of
from tests.faults.intake import files_of, insist, reopened
from tests.faults.outages import SMALL_LOG, Run, crashed, found, kinds
from tests.faults.power import Disk, laid_out


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
    crash = run.disk.crash(run.dice)
    for number, point in enumerate(sorted(run.dice.randint(0, run.ends) for _ in range(6))):
        crash.follow(point)
        folder = tmp_path / f"after-{number}"
        folder.mkdir()
        laid_out(crash.files(), folder)
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
            crash = disk.crash(run.dice)
            crash.follow(len(disk.log))
            for _ in range(3):
                wrong += found(crash.files(), history.lines, tmp_path / "after")
            await run.at.store.close()
    assert wrong == []


async def test_power_that_goes_while_the_schema_is_brought_up_to_date(tmp_path):
    dice = random.Random(seed_of(6))
    path = tmp_path / "jiangsai.db"
    disk = Disk()
    with pytest.MonkeyPatch.context() as patch:
        connected(patch, disk, SMALL_LOG)
        await migrate(f"sqlite:///{path}")
    crash = disk.crash(dice)
    for number, point in enumerate(sorted(dice.randint(0, len(disk.log)) for _ in range(12))):
        crash.follow(point)
        folder = tmp_path / f"after-{number}"
        folder.mkdir()
        laid_out(crash.files(), folder)
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
    await lose_power(path, seed_of(2000), 120, 1500, *pragmas)
