"""PostgreSQL as the store uses it: a pool for questions, another for the writer, and commits that are on disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeAlias

import asyncpg

from contest.errors import StoreUnavailable
from contest.store import hosts, postgres_steps
from contest.store.work import Outcome, Work

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

CHANNEL = postgres_steps.CHANNEL
WAIT_SECONDS = 10.0
STATEMENT_SECONDS = 30.0
READERS = 8
CLOSE_SECONDS = 2.0
"""How long connections may take to say goodbye: a server that does not answer keeps nobody from leaving."""


async def open_pool(url: str, size: int) -> Pool:
    """Open connections whose commits are durable; StoreUnavailable when the server cannot be reached."""
    try:
        pool: Pool = await asyncpg.create_pool(
            url,
            connect=hosts.connect,
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
        outcome = await postgres_steps.drive(connection, work)
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
