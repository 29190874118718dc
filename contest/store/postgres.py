"""PostgreSQL as the store uses it: a pool for questions, another for the writer, and commits that are on disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeAlias, assert_never

import asyncpg
from piccolo.columns import BigInt, Boolean, Integer
from piccolo.table import Table

from contest.errors import AlreadyExists, StoreUnavailable
from contest.store.work import (
    Change,
    Find,
    Insert,
    Outcome,
    Ring,
    Row,
    Run,
    Span,
    Step,
    Work,
    columns_of,
    name_of,
    quoted,
)

Pool: TypeAlias = Any
"""asyncpg declares no types."""
TROUBLE = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    asyncpg.PostgresSystemError,
    asyncpg.ReadOnlySQLTransactionError,
)
"""Faults of the server or of the way to it, and not of what was asked."""

WAIT_SECONDS = 10.0
STATEMENT_SECONDS = 30.0
READERS = 8
CLOSE_SECONDS = 2.0
"""How long connections may take to say goodbye: a server that does not answer keeps nobody from leaving."""
CHANNEL = "jiangsai_facts"
"""Where other processes hear that a contest has new facts: `contest,seq`."""


async def open_pool(url: str, size: int) -> Pool:
    """Open connections whose commits are durable; StoreUnavailable when the server cannot be reached."""
    try:
        pool: Pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=size,
            timeout=WAIT_SECONDS,
            command_timeout=STATEMENT_SECONDS,
            server_settings={"synchronous_commit": "on", "application_name": "jiangsai"},
        )
        return pool
    except TROUBLE as problem:
        raise StoreUnavailable() from problem


async def close_pool(pool: Pool) -> None:
    """Close connections when what runs on them has ended, and cut those off that do not end."""
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await pool.close()
    except TROUBLE:
        pool.terminate()


class Writer:
    """The connections that write; the order of facts is given by the lock on a contest's head."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool: Pool | None = None
        self._running: set[asyncio.Task[Any]] = set()

    async def open(self) -> None:
        """Open the connections."""
        # One for the book, one for registration, so that neither waits behind the other.
        self._pool = await open_pool(self._url, 2)

    async def close(self) -> None:
        """Close them when what runs has ended."""
        if self._pool is not None:
            await close_pool(self._pool)

    async def transact(self, begin: Callable[[], Work[Outcome]]) -> Outcome:
        """Run one work in one durable transaction; it has committed when this returns.

        A caller that goes away does not stop it: the task goes on to the commit.
        """
        task = asyncio.create_task(self._transact(begin))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def _transact(self, begin: Callable[[], Work[Outcome]]) -> Outcome:
        assert self._pool is not None
        try:
            async with self._pool.acquire(timeout=WAIT_SECONDS) as connection:
                try:
                    return await _in_transaction(connection, begin())
                except (*TROUBLE, StoreUnavailable):
                    # Whatever it was doing, nobody gets this connection again.
                    connection.terminate()
                    raise
        except TROUBLE as problem:
            if isinstance(problem, ValueError):
                raise  # asyncpg's word for an argument that no column holds
            raise StoreUnavailable() from problem


async def _in_transaction(connection: Any, work: Work[Outcome]) -> Outcome:
    await connection.execute("BEGIN")
    try:
        outcome = await drive(connection, work)
    except TROUBLE:
        raise
    except BaseException:
        await connection.execute("ROLLBACK")
        raise
    try:
        await connection.execute("COMMIT")
    except asyncpg.PostgresError as problem:
        raise StoreUnavailable() from problem
    return outcome


async def drive(connection: Any, work: Work[Outcome]) -> Outcome:
    """Perform a work's steps on a connection that is in a transaction."""
    try:
        step = next(work)
        while True:
            step = work.send(await _perform(connection, step))
    except StopIteration as done:
        outcome: Outcome = done.value
        return outcome


async def _perform(connection: Any, step: Step) -> list[Row]:
    try:
        match step:
            case Find():
                return await _find(connection, step)
            case Span():
                return await _span(connection, step)
            case Insert():
                return await _insert(connection, step)
            case Change():
                return await _change(connection, step)
            case Run():
                return [dict(row) for row in await connection.fetch(step.sql, *step.arguments)]
            case Ring():
                await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, f"{step.contest},{step.seq}")
                return []
            case _:
                assert_never(step)
    except asyncpg.UniqueViolationError as problem:
        raise _taken(problem) from problem


async def _find(connection: Any, step: Find) -> list[Row]:
    if not step.keys:
        return []
    columns = ", ".join(f'"{name_of(step.table)}"."{name}"' for name in step.columns or columns_of(step.table))
    kinds = [_kind(step.table, column) for column in step.by]
    arrays = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(kinds, start=1))
    where = " AND ".join(f'"{name_of(step.table)}"."{column}" = wanted."{column}"' for column in step.by)
    sql = (
        f'SELECT {columns} FROM "{name_of(step.table)}" '  # noqa: S608 -- our own names
        f"JOIN (SELECT DISTINCT * FROM unnest({arrays}) AS asked({quoted(step.by)})) AS wanted ON {where}"
    )
    if step.lock:
        # In one order everywhere, or two processes could wait for each other.
        sql += f' ORDER BY "{name_of(step.table)}"."id" FOR UPDATE OF "{name_of(step.table)}"'
    return [dict(row) for row in await connection.fetch(sql, *map(list, zip(*step.keys, strict=True)))]


async def _span(connection: Any, step: Span) -> list[Row]:
    if not step.spans:
        return []
    table = name_of(step.table)
    columns = ", ".join(f'"{table}"."{name}"' for name in step.columns)
    sql = (
        f'SELECT {columns} FROM "{table}" '  # noqa: S608 -- our own names
        "JOIN unnest($1::text[], $2::bigint[], $3::bigint[]) AS asked(contest, first, last) "
        f'ON "{table}"."contest" = asked.contest AND "{table}"."seq" BETWEEN asked.first AND asked.last '
        f'ORDER BY "{table}"."contest", "{table}"."seq"'
    )
    return [dict(row) for row in await connection.fetch(sql, *map(list, zip(*step.spans, strict=True)))]


async def _insert(connection: Any, step: Insert) -> list[Row]:
    if not step.rows:
        return []
    columns = columns_of(step.table)
    arrays = ", ".join(f"${place}::{_kind(step.table, column)}[]" for place, column in enumerate(columns, start=1))
    otherwise = " ON CONFLICT DO NOTHING" if step.unless_there else ""
    sql = (
        f'INSERT INTO "{name_of(step.table)}" ({quoted(columns)}) '  # noqa: S608 -- our own names
        f"SELECT * FROM unnest({arrays}){otherwise}"
    )
    await connection.execute(sql, *([row[column] for row in step.rows] for column in columns))
    return []


async def _change(connection: Any, step: Change) -> list[Row]:
    if not step.rows:
        return []
    columns = ["id", *(column for column in step.rows[0] if column != "id")]
    arrays = ", ".join(f"${place}::{_kind(step.table, column)}[]" for place, column in enumerate(columns, start=1))
    sets = ", ".join(f'"{column}" = new."{column}"' for column in columns[1:])
    table = name_of(step.table)
    sql = (
        f'UPDATE "{table}" SET {sets} FROM unnest({arrays}) AS new({quoted(columns)}) '  # noqa: S608 -- our own names
        f'WHERE "{table}"."id" = new."id"'
    )
    await connection.execute(sql, *([row[column] for row in step.rows] for column in columns))
    return []


def _kind(table: type[Table], column: str) -> str:
    match table._meta.get_column_by_name(column):
        case BigInt() | Integer():
            return "bigint"
        case Boolean():
            return "boolean"
        case _:
            return "text"


def _taken(problem: asyncpg.UniqueViolationError) -> AlreadyExists:
    """The rule behind a broken unique index; the detail reads «Key (contest, code)=(c1, W1) …»."""
    detail = problem.detail or ""
    name = detail.partition(")=(")[2].rpartition(")")[0].split(", ")[-1]
    return AlreadyExists(what=problem.table_name or "", name=name)
