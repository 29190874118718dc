"""Piccolo's engines as the store uses them: kept connections, and no transactions but the store's own.

Piccolo opens a connection per query on SQLite, and its transaction context can lose acknowledged rows when a
COMMIT fails. Here reads run on kept connections; a single write outside the book is one durable transaction of
the store's writer; `transaction()`, `atomic()` and `batch()` are refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

import asyncpg
from piccolo.engine.postgres import PostgresEngine
from piccolo.engine.sqlite import SQLiteEngine

from contest.errors import BadInput, StoreReadOnly, StoreUnavailable
from contest.store import postgres, sqlite
from contest.store.work import Row, Run, Work

ACQUIRE_SECONDS = 2.0
"""How long a question waits for a connection before it is told that the store is not available."""


def reads(sql: str) -> bool:
    """Say whether a statement only reads."""
    return sql.lstrip()[:7].upper().startswith(("SELECT", "WITH", "VALUES", "EXPLAIN"))


def one(sql: str, arguments: Sequence[Any]) -> Work[list[Row]]:
    """A single statement as a work."""
    return (yield Run(sql, arguments))


def _refuse(*_: Any, **__: Any) -> NoReturn:
    raise NotImplementedError("Use Store.apply for several writes at once; Piccolo's own transactions lose rows.")


class KeptSqlite(SQLiteEngine):
    """Piccolo on the store's reading connections and its one writer."""

    def __init__(self, path: str, readers: sqlite.Readers, writer: sqlite.Writer | None) -> None:
        super().__init__(path=path)
        self.readers = readers
        self.writer = writer

    async def check_version(self) -> None:
        """Nothing to ask: the version is that of the library."""

    async def _run_in_new_connection(
        self, query: str, args: list[Any] | None = None, query_type: str = "generic", table: Any = None
    ) -> list[Row]:
        del query_type, table
        if reads(query):
            return await self.readers.fetch(query, args or [])
        if self.writer is None:
            raise StoreReadOnly()
        return await self.writer.transact(lambda: one(query, args or []))

    get_connection = _refuse
    transaction = _refuse
    atomic = _refuse
    batch = _refuse


class PooledPostgres(PostgresEngine):
    """Piccolo on the store's pool, with a limit to waiting."""

    def __init__(self, pool: postgres.Pool, readonly: bool = False) -> None:
        super().__init__(config={})
        self.pool: postgres.Pool = pool
        self.readonly = readonly

    async def check_version(self) -> None:
        """Asked once by the store when it opens, on the pool, and not by a connection of its own."""

    async def _run_in_pool(self, query: str, args: Sequence[Any] | None = None) -> list[Any]:
        if self.readonly and not reads(query):
            raise StoreReadOnly()
        try:
            async with self.pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
                found: list[Any] = await connection.fetch(query, *(args or []))
                return found
        except asyncpg.CharacterNotInRepertoireError as problem:
            # The null character: nothing stored has it, and PostgreSQL cannot even be asked for it.
            raise BadInput(field="text", problem="\\0") from problem
        except postgres.TROUBLE as problem:
            raise StoreUnavailable() from problem

    _run_in_new_connection = _run_in_pool
    get_new_connection = _refuse
    transaction = _refuse
    atomic = _refuse
    batch = _refuse
