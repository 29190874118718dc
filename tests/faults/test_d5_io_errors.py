"""D5: the disk is full, answers with errors or writes half: nothing false is acknowledged, and it goes on.

A disk of our own fails at the n-th call, once or from then on, under the writer's own code. When space returns,
everything is sent again; then the checker judges what the process sees, and what is there after the power went. A
sync that failed is never made good: the system forgets what was written, as Linux does.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import apsw
import pytest

from contest.errors import ContestError, StoreUnavailable
from contest.store import sqlite
from contest.store.open import open_store
from contest.store.verify import verify_all
from contest.store.work import Run, Work
from tests.builders import Hall, unbroken
from tests.faults.apsw_connection import connected
from tests.faults.history import History, seed_of
from tests.faults.intake import Day, files_of, insist, planted, reopened
from tests.faults.outages import SMALL_LOG, found
from tests.faults.power import Disk, laid_out
from tests.realtime.house import open_house, paired

FIRST_CALLS = 400
WRITING = ("create", "write", "truncate")
KINDS = {
    "full": (WRITING, apsw.SQLITE_FULL),
    "half": (("write",), apsw.SQLITE_FULL),
    "unsynced": (("sync",), apsw.SQLITE_IOERR_FSYNC),
    "eio": (("read", "sync", "delete", *WRITING), apsw.SQLITE_IOERR_WRITE),
}


@dataclass
class Fault:
    """What is wrong with a disk: which calls fail, from the n-th on, once or always."""

    kind: str
    first: int
    sticky: bool
    calls: int = 0
    failed: int = 0
    mended: bool = False

    def before(self, what: str, name: str) -> int | None:
        calls, code = KINDS[self.kind]
        self.calls += 1
        due = self.calls >= self.first and (self.sticky or not self.failed)
        if self.mended or not due or what not in calls:
            return None
        self.failed += 1
        if self.kind == "half":
            return 100
        raise apsw.exception_for(code)


async def survive(path: Path, files: dict[str, bytes], at: Hall, fault: Fault, seed: int) -> list[str]:
    """A short day on a disk with this fault; what is wrong in the end."""
    disk, dice = Disk(files), random.Random(seed)
    disk.before = fault.before
    history = History(seed, clock=lambda: len(disk.log))
    day = Day(at, history, dice)
    with pytest.MonkeyPatch.context() as patch:
        connected(patch, disk, SMALL_LOG)
        try:
            await _open(at, path)
        except Exception:
            # It does not start while the disk is bad, and says so; somebody makes room and starts it again.
            fault.mended = True
            await _open(at, path)
        for _ in range(12):
            await day.turn()
        fault.mended = True
        day.marks(3)
        await insist(at, history, day.sent)
        seen, crash = disk.files(), disk.crash(dice)
        crash.follow(len(disk.log))
        after = crash.files()
        await at.store.close()
        disk.close()
    folder = path.parent / "after"
    wrong = found(seen, history.lines, folder)
    wrong += [f"after the power went: {problem}" for problem in found(after, history.lines, folder)]
    laid_out(after, folder)
    wrong += [problem for *_, problem in await verify_all(f"sqlite:///{folder / path.name}") if problem]
    return wrong


async def _open(at: Hall, path: Path) -> None:
    reopened(at, await open_store(f"sqlite:///{path}"))


async def survive_all(url: str, faults: list[Fault], seed: int) -> None:
    path = Path(url.removeprefix("sqlite:///"))
    at = await planted(url)
    files = files_of(path)
    failed = 0
    for fault in faults:
        assert await survive(path, files, at, fault, seed) == [], f"{fault} seed {seed}"
        failed += fault.failed > 0
    assert failed > 0.9 * len(faults), "the faults must happen"


@pytest.mark.parametrize("sticky", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("kind", KINDS)
async def test_a_disk_that_fails_never_makes_us_lie(sqlite_url, kind, sticky):
    seed = seed_of(5)
    firsts = random.Random(seed).sample(range(1, FIRST_CALLS + 1), 14)
    await survive_all(sqlite_url, [Fault(kind, first, sticky) for first in sorted(firsts)], seed)


@pytest.mark.long
@pytest.mark.parametrize("sticky", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("kind", KINDS)
async def test_a_disk_that_fails_at_each_of_the_first_calls(sqlite_url, kind, sticky):
    await survive_all(
        sqlite_url, [Fault(kind, first, sticky) for first in range(1, FIRST_CALLS + 1)], seed_of(400)
    )


async def test_the_tablet_is_told_and_answered_when_space_returns(sqlite_url):
    store = await open_store(sqlite_url)
    at = await paired(store)

    def fill() -> Work[None]:
        yield Run("PRAGMA max_page_count = 1")

    def full(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        connection.execute("PRAGMA max_page_count = 1")
        return connection

    connect = sqlite._connect_writer
    async with open_house(store) as house, house.tablet(at) as tablet:
        await tablet.hear("welcome")
        mark = at.mark(8000)
        first = await tablet.enter(at, mark)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sqlite, "_connect_writer", full)
            await store.writer.transact(fill)
            told = ""
            while told != "store_unavailable":
                # It is full when the free places of its pages are used up; each reason takes one.
                lost = at.mark(7000, entry=1, reason="满" * 400)
                told = (await tablet.enter(at, lost)).get("code", "")
            assert (await tablet.enter(at, lost))["code"] == "store_unavailable"
            assert await tablet.enter(at, mark) == first, "what is stored is answered while nothing can be added"
            with pytest.raises(StoreUnavailable):
                await at.pass_gate("locked", text="满" * 400)
        # The room was made; the next failure takes a new connection, which finds it.
        await store.writer._in_thread(store.writer._drop)
        assert (await tablet.enter(at, lost))["type"] == "marks_stored"
        await at.pass_gate("locked")
        assert await unbroken(at)
    await store.close()


async def test_commands_of_officials_that_could_not_be_stored_took_no_effect(sqlite_url):
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    at = await planted(sqlite_url)
    disk = Disk(files_of(path))
    with pytest.MonkeyPatch.context() as patch:
        connected(patch, disk)
        reopened(at, await open_store(sqlite_url))
        disk.before = Fault("eio", 1, sticky=True).before
        asked = [at.pass_gate("locked") for _ in range(4)]
        told = await asyncio.gather(*asked, return_exceptions=True)
        assert {type(problem) for problem in told} == {StoreUnavailable}
        disk.before = lambda what, name: None
        await at.pass_gate("locked")
        with pytest.raises(ContestError):
            await at.pass_gate("locked")  # it is locked, and was locked once
        await at.store.close()
