"""SQLite as the store uses it: one connection that writes, in its own thread, and a few that only read.

SQLite up to 3.51.2 can damage a WAL file when two connections write or checkpoint at once. So one process holds
a lock file, one connection of it does all writes and all checkpoints, and readers open the file read-only.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from pathlib import Path
from typing import Any, TypeVar, assert_never

from filelock import FileLock, Timeout

from contest.errors import AlreadyExists, StoreInUse, StoreUnavailable
from contest.store.work import (
    Change,
    Find,
    Insert,
    Outcome,
    Ring,
    Row,
    Run,
    Step,
    Work,
    columns_of,
    name_of,
    quoted,
)

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


class Writer:
    """The one connection that writes to the file; everything it does happens in its own thread, in order."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # Not bound to a thread: it is taken and given back wherever the store is opened and closed.
        self._lock = FileLock(f"{path}.lock", timeout=0, thread_local=False)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="jiangsai-writer")
        self._connection: sqlite3.Connection | None = None

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


class Readers:
    """A few kept connections that can only read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._all = [_Reader(path) for _ in range(READERS)]
        self._next = cycle(self._all)

    async def open(self) -> None:
        """Open the first connection, so that a missing file is noticed now."""
        await self._all[0].fetch("SELECT 1", ())

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
            self._connection = _connect_reader(self._path)
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


def _connect_writer(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    connection.row_factory = _as_row
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=1"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _connect_reader(path: Path) -> sqlite3.Connection:
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


def drive(connection: sqlite3.Connection, work: Work[Outcome]) -> Outcome:
    """Perform a work's steps on a connection that is in a transaction."""
    found: list[Row] = []
    try:
        step = next(work)
        while True:
            found = _perform(connection, step)
            step = work.send(found)
    except StopIteration as done:
        outcome: Outcome = done.value
        return outcome


def _perform(connection: sqlite3.Connection, step: Step) -> list[Row]:
    match step:
        case Find():
            return _find(connection, step)
        case Insert():
            return _insert(connection, step)
        case Change():
            return _change(connection, step)
        case Run():
            try:
                return connection.execute(step.sql, step.arguments).fetchall()
            except sqlite3.IntegrityError as problem:
                raise _taken(problem, step.values) from problem
        case Ring():
            return []  # other processes watch `PRAGMA data_version`
        case _:
            assert_never(step)


def _find(connection: sqlite3.Connection, step: Find) -> list[Row]:
    # One question per key: no network lies between, and each is answered from an index.
    where = " AND ".join(f'"{column}" = ?' for column in step.by)
    columns = quoted(step.columns or columns_of(step.table))
    sql = f'SELECT {columns} FROM "{name_of(step.table)}" WHERE {where}'  # noqa: S608 -- our own names
    return [row for key in step.keys for row in connection.execute(sql, key)]


def _insert(connection: sqlite3.Connection, step: Insert) -> list[Row]:
    columns = columns_of(step.table)
    marks = ", ".join("?" * len(columns))
    otherwise = " ON CONFLICT DO NOTHING" if step.unless_there else ""
    sql = (
        f'INSERT INTO "{name_of(step.table)}" ({quoted(columns)}) '  # noqa: S608 -- our own names
        f"VALUES ({marks}){otherwise}"
    )
    try:
        connection.executemany(sql, ([row[column] for column in columns] for row in step.rows))
    except sqlite3.IntegrityError as problem:
        raise _taken(problem) from problem
    return []


def _change(connection: sqlite3.Connection, step: Change) -> list[Row]:
    if step.rows:
        columns = [column for column in step.rows[0] if column != "id"]
        sets = ", ".join(f'"{column}" = ?' for column in columns)
        sql = f'UPDATE "{name_of(step.table)}" SET {sets} WHERE "id" = ?'  # noqa: S608 -- our own names
        connection.executemany(sql, ([*(row[column] for column in columns), row["id"]] for row in step.rows))
    return []


def _taken(problem: sqlite3.IntegrityError, values: Row | None = None) -> Exception:
    """The rule behind a broken unique index: «event.contest, event.code»; anything else stays what it is."""
    said = str(problem)
    prefix = "UNIQUE constraint failed: "
    if not said.startswith(prefix):
        return problem
    table, _, column = said.removeprefix(prefix).split(", ")[-1].partition(".")
    return AlreadyExists(what=table, name=str((values or {}).get(column, column)))
