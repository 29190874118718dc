"""Copies of the whole database, made while it is in use, and read back before they count.

A copy is one SQLite file, whatever the database is, so that it can be restored to either engine. The signing
key is not in it.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import msgspec

from contest.errors import CopyFailed, CopyFolderUnusable, CopyNotSound, DiskFull, StoreNotMigrated
from contest.model.ids import ContestId
from contest.model.signing import SigningKey
from contest.store import sqlite
from contest.store.checkpoints import Checkpoint, record_or_leave, sign_checkpoint
from contest.store.clock import now
from contest.store.migrate import newest, run_migrations
from contest.store.open import open_still
from contest.store.queries.facts import heads
from contest.store.still import StillPool
from contest.store.tables import TABLES
from contest.store.verify import verify_all
from contest.store.work import columns_of, name_of, quoted

PAGES = 2000
"""Pages that are copied between two words about how far it is."""
ROWS = 5000

Progress = Callable[[str, int, int], None]
"""Hears the step (`copying`, `verifying`, `recording` …) and how much of it is done, of how much."""


class Copied(msgspec.Struct, frozen=True, kw_only=True):
    """A copy that was read back and is sound."""

    path: str
    sha256: str
    reaches: dict[ContestId, int]
    """The newest fact of each contest in it."""
    recorded: bool
    """Its checkpoints are in the database; otherwise they wait beside it for the process that writes."""
    same_disk: bool
    """It lies on the disk of the database itself."""


def silent(step: str, done: int, total: int) -> None:
    """Hear of progress and say nothing."""


async def back_up(url: str, folder: Path, key_file: Path, key: SigningKey, say: Progress = silent) -> Copied:
    """Make a copy in a folder, verify it, and state in the database how far it reaches.

    Raises CopyFolderUnusable, DiskFull, CopyFailed, CopyNotSound (the copy is kept under a name that says so) or
    StoreUnavailable; nothing half is left.
    """
    await asyncio.to_thread(check_folder, folder)
    name = f"jiangsai-{now().translate({ord(sign): None for sign in ':-.'})}"
    part, path = folder / f".{name}.part", folder / f"{name}.db"
    try:
        with named_trouble(part):
            await asyncio.to_thread(sqlite.make_private, part)
            if url.startswith("sqlite:"):
                await asyncio.to_thread(_copy_file, sqlite.path_of(url), part, say)
            else:
                await _copy_tables(url, part, say)
            await asyncio.to_thread(make_durable, part)
        say("verifying", 0, 0)
        problems = [problem for *_, problem in await verify_all(f"sqlite:///{part}") if problem]
        if problems:
            path = path.with_suffix(".unsound.db")
            part.rename(path)
            raise CopyNotSound(path=str(path), problem=problems[0])
        checkpoints = await _checkpoints(part, key)
        part.rename(path)
        make_durable(folder)
    finally:
        remove(part)
    say("recording", 0, 0)
    return Copied(
        path=str(path),
        sha256=checkpoints[0].copy if checkpoints else "",
        reaches={one.contest: one.seq for one in checkpoints},
        recorded=await record_or_leave(url, key_file, checkpoints) if checkpoints else True,
        same_disk=_same_disk(url, folder),
    )


def copies_in(folder: Path) -> list[Path]:
    """The copies in a folder, oldest first: their names are their times."""
    return sorted(path for path in folder.glob("jiangsai-*.db") if not path.name.endswith(".unsound.db"))


def prune(folder: Path, keep: int) -> list[Path]:
    """Remove all but the newest copies, and return which."""
    gone = copies_in(folder)[: -max(keep, 1)]
    for path in gone:
        path.unlink()
    return gone


def check_folder(folder: Path) -> None:
    """Say what is wrong with a folder before any work; it is never made, for a disk may be missing there."""
    try:
        if not folder.is_dir():
            raise CopyFolderUnusable(folder=str(folder), problem="没有这个文件夹 there is no such folder")
        probe = folder / f".jiangsai-{uuid4().hex}.probe"
        sqlite.make_private(probe)
        probe.unlink()
    except OSError as problem:
        if problem.errno == errno.ENOSPC:
            raise DiskFull(path=str(folder)) from problem
        raise CopyFolderUnusable(folder=str(folder), problem=problem.strerror or str(problem)) from problem


@contextmanager
def named_trouble(path: Path) -> Iterator[None]:
    """Give faults of files and disks their names."""
    try:
        yield
    except OSError as problem:
        if problem.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(path=str(path)) from problem
        raise CopyFailed(path=str(problem.filename or path), problem=problem.strerror or str(problem)) from problem
    except sqlite3.Error as problem:
        if getattr(problem, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL:
            raise DiskFull(path=str(path)) from problem
        raise CopyFailed(path=str(path), problem=str(problem)) from problem


def make_durable(path: Path) -> None:
    """Return when a file, or the names in a folder, would survive a power cut."""
    if path.is_file() or os.name == "posix":
        descriptor = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove(path: Path) -> None:
    """Remove a file that is not finished, and whatever SQLite and its lock put beside it."""
    for beside in ("", "-journal", "-wal", "-shm", ".lock"):
        path.with_name(path.name + beside).unlink(missing_ok=True)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _same_disk(url: str, folder: Path) -> bool:
    return url.startswith("sqlite:") and sqlite.path_of(url).stat().st_dev == folder.stat().st_dev


async def _checkpoints(copy: Path, key: SigningKey) -> list[Checkpoint]:
    digest = await asyncio.to_thread(sha256_of, copy)
    store = await open_still(f"sqlite:///{copy}")
    try:
        reached = [head for head in await heads(store) if head.seq]
    finally:
        await store.close()
    at = now()
    return [
        sign_checkpoint(key, contest=head.contest, seq=head.seq, link=head.link, at=at, copy=digest)
        for head in reached
    ]


def _copy_file(source: Path, target: Path, say: Progress) -> None:
    """Copy a SQLite file as it stands at one moment, while its writer goes on."""
    if not source.exists():
        raise StoreNotMigrated(found=0, wanted=0)
    reading = sqlite.connect_reader(source)
    try:
        # A transaction that has read sees the same moment until it ends, so that the copy need never begin again.
        reading.execute("BEGIN")
        reading.execute("SELECT COUNT(*) FROM sqlite_master").fetchall()
        writing = sqlite3.connect(target, isolation_level=None)
        try:
            reading.backup(
                writing,
                pages=PAGES,
                sleep=0,
                progress=lambda _, left, total: say("copying", total - left, total),
            )
            # One file that needs nothing beside it, wherever it is carried.
            writing.execute("PRAGMA journal_mode=DELETE").fetchall()
        finally:
            writing.close()
    finally:
        reading.close()


async def _copy_tables(url: str, target: Path, say: Progress) -> None:
    """Read all tables of PostgreSQL as they stand at one moment into a new SQLite file."""
    writer = sqlite.Writer(target)
    await writer.open()
    try:
        await run_migrations(writer)
    finally:
        await writer.close()
    pool = await StillPool.open(url)
    try:
        found = await pool.connection.fetchval('SELECT MAX("id") FROM "migration"')
    except asyncpg.UndefinedTableError:
        found = 0
    if found != newest():
        # Of a newer one, whatever this program does not know would be missing in the copy.
        await pool.close()
        raise StoreNotMigrated(found=found, wanted=newest())
    writing = await asyncio.to_thread(_bare, target)
    try:
        for number, table in enumerate(TABLES):
            columns = columns_of(table)
            marks = ", ".join("?" * len(columns))
            name = name_of(table)
            insert = f'INSERT OR REPLACE INTO "{name}" ({quoted(columns)}) VALUES ({marks})'  # noqa: S608 -- our own names
            select = f'SELECT {quoted(columns)} FROM "{name}"'  # noqa: S608 -- our own names
            rows: list[Sequence[Any]] = []
            async for row in pool.connection.cursor(select, prefetch=ROWS):
                rows.append(tuple(row))
                if len(rows) == ROWS:
                    await asyncio.to_thread(writing.executemany, insert, rows)
                    rows = []
            await asyncio.to_thread(writing.executemany, insert, rows)
            say("copying", number + 1, len(TABLES))
        await asyncio.to_thread(writing.execute, "COMMIT")
        await asyncio.to_thread(writing.execute, "PRAGMA journal_mode=DELETE")
    finally:
        await asyncio.to_thread(writing.close)
        await pool.close()


def _bare(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("BEGIN")
    return connection
