"""SQLite as the store uses it: one connection that writes, in its own thread, and a few that only read.

SQLite up to 3.51.2 can damage a WAL file when two connections write or checkpoint at once. So one process holds
a lock file, one connection of it does all writes and all checkpoints, and readers open the file read-only.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import cycle
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock, Timeout

from contest.errors import StoreInUse, StoreUnavailable
from contest.store.sqlite_steps import drive
from contest.store.work import Outcome, Row, Work

Answer = TypeVar("Answer")

BUSY_SECONDS = 5.0
"""How long a read waits for a lock before it gives up."""
READERS = 2

TROUBLE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)
"""Faults of the file or the disk, and not of what was asked."""


def path_of(url: str) -> Path:
    """The file that a `sqlite:///path` names."""
    return Path(url.removeprefix("sqlite:").removeprefix("///"))


class Writer:
    """The one connection that writes to the file; everything it does happens in its own thread, in order."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # Not bound to a thread: it is taken and given back wherever the store is opened and closed.
        self._lock = FileLock(f"{path}.lock", timeout=0, thread_local=False)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="jiangsai-writer")
        self._connection: sqlite3.Connection | None = None

    @property
    def path(self) -> Path:
        """The file that it writes to."""
        return self._path

    async def open(self) -> None:
        """Take the lock file and open the connection; StoreInUse when another process writes."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
        except Timeout:
            self._thread.shutdown(wait=False)
            raise StoreInUse(path=str(self._path)) from None
        try:
            await self._in_thread(self._live)
        except BaseException:
            self._thread.shutdown(wait=False)
            self._lock.release()
            raise

    async def close(self) -> None:
        """Finish what waits, close the connection, give the lock file back."""
        await self._in_thread(self._drop)
        self._thread.shutdown(wait=True)
        self._lock.release()

    async def transact(self, begin: Callable[[], Work[Outcome]]) -> Outcome:
        """Run one work in one durable transaction; it has committed when this returns.

        A caller that goes away does not stop it: the thread finishes what it began.
        """
        return await self._in_thread(lambda: self._transact(begin()))

    async def _in_thread(self, call: Callable[[], Answer]) -> Answer:
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)

    def _live(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = _connect_writer(self._path)
        return self._connection

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _transact(self, work: Work[Outcome]) -> Outcome:
        try:
            connection = self._live()
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as problem:
            self._drop()
            raise StoreUnavailable() from problem
        try:
            outcome = drive(connection, work)
        except BaseException as problem:
            self._roll_back(connection)
            if in_trouble(problem):
                self._drop()
                raise StoreUnavailable() from problem
            raise
        try:
            connection.execute("COMMIT")
        except sqlite3.Error as problem:
            # Whatever the state of the connection is now, a new one knows it from the file.
            self._drop()
            raise StoreUnavailable() from problem
        return outcome

    def _roll_back(self, connection: sqlite3.Connection) -> None:
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        except sqlite3.Error:
            self._drop()


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keep every writer away from a file; StoreInUse when one is there."""
    try:
        with FileLock(f"{path}.lock", timeout=0, thread_local=False):
            yield
    except Timeout:
        raise StoreInUse(path=str(path)) from None


class Readers:
    """A few kept connections that can only read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._all = [_Reader(path) for _ in range(READERS)]
        self._next = cycle(self._all)

    async def fetch(self, sql: str, arguments: Sequence[Any]) -> list[Row]:
        """Answer one question."""
        free = next((reader for reader in self._all if reader.waiting == 0), None)
        return await (free or next(self._next)).fetch(sql, arguments)

    async def close(self) -> None:
        """Close all of them."""
        for reader in self._all:
            await reader.close()


class _Reader:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="jiangsai-reader")
        self._connection: sqlite3.Connection | None = None
        self.waiting = 0

    async def fetch(self, sql: str, arguments: Sequence[Any]) -> list[Row]:
        self.waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._fetch, sql, arguments)
        finally:
            self.waiting -= 1

    def _fetch(self, sql: str, arguments: Sequence[Any]) -> list[Row]:
        if self._connection is None:
            self._connection = connect_reader(self._path)
        try:
            found: list[Row] = self._connection.execute(sql, arguments).fetchall()
        except sqlite3.Error as problem:
            if in_trouble(problem):
                self._close()
                raise StoreUnavailable() from problem
            raise
        return found

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown(wait=True)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _as_row(cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> Row:
    return {column[0]: value for column, value in zip(cursor.description, values, strict=True)}


def make_private(path: Path) -> None:
    """Make an empty file that only its owner reads, for names stand in it. No link is followed."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _connect_writer(path: Path) -> sqlite3.Connection:
    with suppress(FileExistsError):
        make_private(path)  # what SQLite lays beside it is read by the same people
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    connection.row_factory = _as_row
    try:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=1"):
            connection.execute(f"PRAGMA {pragma}")
        # A process that was killed, or whose sync failed, may have left commits that are seen and not on disk. A
        # repeat would be answered from them without a write of its own: they are made to last before any answer.
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
    except BaseException:
        connection.close()
        raise
    return connection


def connect_reader(path: Path) -> sqlite3.Connection:
    """Open a connection that can only read and never checkpoints; for one thread at a time."""
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode=ro",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        # Piccolo's converters (booleans) go by the declared type of a column.
        detect_types=sqlite3.PARSE_DECLTYPES,
    )
    connection.row_factory = _as_row
    connection.execute("PRAGMA wal_autocheckpoint=0")
    return connection


def in_trouble(problem: BaseException) -> bool:
    """Say whether the file or the disk is at fault, and not what was asked."""
    # The lowest byte is the kind of the fault, the rest its details.
    return isinstance(problem, sqlite3.Error) and getattr(problem, "sqlite_errorcode", 0) & 0xFF in TROUBLE
