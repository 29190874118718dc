"""Reading a database as it stands at one moment, however long that takes and whoever writes meanwhile."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg

from contest.errors import StoreUnavailable
from contest.store import sqlite
from contest.store.postgres import TROUBLE, WAIT_SECONDS
from contest.store.work import Row


class StillReaders(sqlite.Readers):
    """One connection that only reads, in a transaction that lasts until it is closed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="jiangsai-still")
        self._connection: sqlite3.Connection | None = None

    async def fetch(self, sql: str, arguments: Sequence[Any]) -> list[Row]:
        """Answer one question, as everything stood when the first was asked."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._fetch, sql, arguments)

    async def close(self) -> None:
        """Let go of that moment."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown(wait=True)

    def _fetch(self, sql: str, arguments: Sequence[Any]) -> list[Row]:
        try:
            if self._connection is None:
                self._connection = sqlite.connect_reader(self._path)
                self._connection.execute("BEGIN")
            found: list[Row] = self._connection.execute(sql, arguments).fetchall()
        except sqlite3.Error as problem:
            if sqlite.in_trouble(problem):
                raise StoreUnavailable() from problem
            raise
        return found

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class StillPool:
    """One connection to PostgreSQL in one transaction that only reads, in the place of a pool."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self._one = asyncio.Lock()

    @classmethod
    async def open(cls, url: str) -> StillPool:
        """Connect and begin; StoreUnavailable when the server cannot be reached."""
        try:
            connection = await asyncpg.connect(url, timeout=WAIT_SECONDS)
            await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        except TROUBLE as problem:
            raise StoreUnavailable() from problem
        return cls(connection)

    @asynccontextmanager
    async def acquire(self, timeout: float) -> AsyncIterator[Any]:  # noqa: ASYNC109 -- as asyncpg's pool has it
        """The connection, one after another; whoever waits here waits for ourselves."""
        del timeout
        async with self._one:
            yield self.connection

    async def close(self) -> None:
        """Let go of that moment."""
        await self.connection.close()

    def terminate(self) -> None:
        """Cut the connection off."""
        self.connection.terminate()
