"""The product's own SQLite writer on a disk of ours: what it asks of `sqlite3`, answered by APSW.

`connected` puts a disk under `contest.store.sqlite`: its real code runs, `_connect_writer` with its pragmas as
well, and meets the errors it would meet from `sqlite3`. Python's VFS has no shared memory, so the connection holds
the file exclusively; questions of readers are answered by the connection that writes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import RLock
from types import SimpleNamespace
from typing import Any

import apsw
import pytest

from contest.store import sqlite
from tests.faults.power import Disk

KINDS: dict[type[Exception], type[sqlite3.Error]] = {
    apsw.ConstraintError: sqlite3.IntegrityError,
    apsw.CorruptError: sqlite3.DatabaseError,
    apsw.NotADBError: sqlite3.DatabaseError,
    apsw.MismatchError: sqlite3.IntegrityError,
    apsw.MisuseError: sqlite3.InterfaceError,
}


class ApswConnection:
    """As much of `sqlite3.Connection` as the store uses."""

    def __init__(self, disk: Disk, path: str, pragmas: Sequence[str], instead: Mapping[str, str]) -> None:
        self.row_factory: Any = None
        self._instead = instead
        self._lock = RLock()
        self.apsw = _translated(lambda: apsw.Connection(path, vfs=disk.vfs))
        # Without shared memory a WAL file can be used by one connection alone.
        for pragma in ("locking_mode=EXCLUSIVE", *pragmas):
            self.execute(f"PRAGMA {pragma}")

    @property
    def in_transaction(self) -> bool:
        return bool(self.apsw.in_transaction)

    def execute(self, sql: str, arguments: Sequence[Any] = ()) -> Found:
        with self._lock:
            return _translated(lambda: Found(self, self.apsw.cursor(), self._instead.get(sql, sql), arguments))

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        with self._lock:
            _translated(lambda: self.apsw.executemany(sql, rows))

    def close(self) -> None:
        # `sqlite3` closes without a word when the disk fails under it.
        with self._lock, suppress(apsw.Error):
            self.apsw.close(force=True)


class Found:
    """The rows of a question, all of them at once."""

    def __init__(self, connection: Any, cursor: apsw.Cursor, sql: str, arguments: Sequence[Any]) -> None:
        self.description: Any = ()
        self._rows: list[Any] = []
        for values in cursor.execute(sql, tuple(arguments)):
            self.description = self.description or cursor.get_description()
            self._rows.append(values if connection.row_factory is None else connection.row_factory(self, values))

    def fetchall(self) -> list[Any]:
        return self._rows

    def fetchone(self) -> Any:
        return self._rows[0] if self._rows else None

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)


class _Reading:
    """What asks without writing: answered by the connection that writes, in its rows' form."""

    def __init__(self, writers: Sequence[ApswConnection]) -> None:
        self.row_factory: Any = None
        self._writers = writers

    def execute(self, sql: str, arguments: Sequence[Any] = ()) -> Any:
        return self._writers[-1].execute(sql, arguments)

    def close(self) -> None:
        pass


def _translated(call: Any) -> Any:
    try:
        return call()
    except apsw.Error as problem:
        kind = KINDS.get(type(problem), sqlite3.OperationalError)
        told = kind(str(problem).removeprefix(f"{type(problem).__name__}: "))
        told.sqlite_errorcode = getattr(problem, "extendedresult", 0)
        raise told from problem


def connected(
    patch: pytest.MonkeyPatch, disk: Disk, *pragmas: str, instead: Mapping[str, str] | None = None
) -> None:
    """Let the store's SQLite be this disk; `pragmas` come before those of the product.

    `instead` sabotages: statements that the product says, and what is done in their place.
    """
    writers: list[ApswConnection] = []

    def connect(path: str | Path, *, uri: bool = False, **_: Any) -> Any:
        if uri:
            return _Reading(writers)
        writers.append(ApswConnection(disk, str(path), pragmas, instead or {}))
        return writers[-1]

    patch.setattr(sqlite, "sqlite3", SimpleNamespace(**{**vars(sqlite3), "connect": connect}))
