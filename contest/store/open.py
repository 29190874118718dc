"""Opening the store: one URL, one engine behind it, one writer, one book."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from piccolo.query.base import Query

from contest.errors import SigningKeyLost, StoreNotMigrated, StoreReadOnly
from contest.model.signing import SigningKey
from contest.store import postgres, sqlite
from contest.store.book import Book
from contest.store.clock import not_before, now
from contest.store.compiled import compiled
from contest.store.engine import KeptSqlite, PooledPostgres
from contest.store.fresh import Fresh
from contest.store.keys import introduce, make_key, read_key
from contest.store.migrate import newest, run_migrations
from contest.store.still import StillPool, StillReaders
from contest.store.tables import PLANNED, TABLES, MigrationRow, PairingRow, SigningKeyRow, TokenRow
from contest.store.work import Run, Work

Answer = TypeVar("Answer")
Writer = sqlite.Writer | postgres.Writer
Engine = KeptSqlite | PooledPostgres

_RAISE_PLAN = Run(
    'INSERT INTO "plan" ("id", "version") VALUES (\'plan\', 1) '
    'ON CONFLICT ("id") DO UPDATE SET "version" = "plan"."version" + 1'
)

_open: list[Store] = []
"""Stores that are open in this process, oldest first; Piccolo's tables belong to the newest."""


class Store:
    """The database of one installation: questions by Piccolo, registration by `apply`, facts by the book."""

    def __init__(self, engine: Engine, writer: Writer | None) -> None:
        self.engine = engine
        self._writer = writer
        self._book: Book | None = None
        self._key: SigningKey | None = None

    @property
    def book(self) -> Book:
        """The one writer of facts; StoreReadOnly when this process may not write."""
        if self._book is None:
            raise StoreReadOnly()
        return self._book

    @property
    def fresh(self) -> Fresh:
        """What this process has just committed: nothing where it only reads."""
        return self._book.fresh if self._book is not None else Fresh()

    @property
    def dialect(self) -> str:
        """Which database it is: `sqlite` or `postgres`."""
        return str(self.engine.engine_type)

    @property
    def writer(self) -> Writer:
        """What writes; StoreReadOnly when this process may not."""
        if self._writer is None:
            raise StoreReadOnly()
        return self._writer

    async def select(self, query: Awaitable[Answer]) -> Answer:
        """Answer a Piccolo query from this store."""
        self._bind()
        return await query

    async def apply(self, *queries: Query[Any, Any], given: Callable[[], Work[None]] | None = None) -> None:
        """Write all of these or none, durably; AlreadyExists when something unique is taken.

        `given` is asked first, inside the same transaction; what it raises is raised here and nothing is written.
        A change of what boards and tablets show raises the version of the plan, so that they can follow it.
        """
        self._bind()
        statements = compiled(queries)
        if any(query.table in PLANNED for query in queries):
            # Last, so that two who change different things wait for each other no longer than the commit.
            statements = (*statements, _RAISE_PLAN)
        await self.writer.transact(lambda: _in_order(statements, given))

    async def begin(self, key: SigningKey, *, kept: bool) -> None:
        """Open the book, whose heads this key signs; its public half is on record from now on."""
        public = key.introduced(now())
        await self.writer.transact(lambda: introduce(public, kept=kept))
        self._book, self._key = Book(self.writer, key), key

    @property
    def key(self) -> SigningKey:
        """The key that signs; StoreReadOnly when this process may not write."""
        if self._key is None:
            raise StoreReadOnly()
        return self._key

    async def close(self) -> None:
        """Finish what waits and close every connection; harmless when it is closed already."""
        if self not in _open:
            return
        _open.remove(self)
        if self._book is not None:
            await self._book.close()
        # The writer last: where it is the last connection to a file, all is in that one file afterwards.
        if isinstance(self.engine, KeptSqlite):
            await self.engine.readers.close()
        else:
            await postgres.close_pool(self.engine.pool)
        if self._writer is not None:
            await self._writer.close()
        if _open:
            _open[-1]._bind()

    def _bind(self) -> None:
        if TABLES[0]._meta._db is not self.engine:
            for table in TABLES:
                table._meta._db = self.engine


async def open_still(url: str) -> Store:
    """Open a store that only reads, and reads everything as it stands at this moment."""
    if _is_sqlite(url):
        path = sqlite.path_of(url)
        if not await asyncio.to_thread(path.exists):
            raise StoreNotMigrated(found=0, wanted=newest())
        store = Store(KeptSqlite(str(path), StillReaders(path), None), None)
    else:
        store = Store(PooledPostgres(await StillPool.open(url), readonly=True), None)
    return await _opened(store)


async def _opened(store: Store) -> Store:
    _open.append(store)
    store._bind()
    try:
        await _check_schema(store)
    except BaseException:
        await store.close()
        raise
    return store


async def open_store(url: str, *, readonly: bool = False, signing_key: Path | SigningKey | None = None) -> Store:
    """Open a store: `sqlite:///path` or `postgresql://…`; `readonly` for a process that only follows.

    `signing_key` names the file of the key that signs, and makes it at the first start; without one the key
    lives and ends with this process, which is for tests. SigningKeyUnusable and SigningKeyLost before anything
    is opened for others.
    """
    # A key that cannot be used is said before the database is touched.
    key = await asyncio.to_thread(read_key, signing_key) if isinstance(signing_key, Path) else signing_key
    store = await _opened(await (_open_sqlite if _is_sqlite(url) else _open_postgres)(url, readonly))
    try:
        await _go_on_from(store)
        if not readonly:
            if isinstance(signing_key, Path) and key is None:
                await _check_not_lost(store, signing_key)
                key = await asyncio.to_thread(make_key, signing_key)
            await store.begin(key or SigningKey.make(), kept=isinstance(signing_key, Path))
    except BaseException:
        await store.close()
        raise
    return store


async def migrate(url: str) -> None:
    """Bring a database to the newest schema; harmless when it is there already."""
    writer: Writer = sqlite.Writer(sqlite.path_of(url)) if _is_sqlite(url) else postgres.Writer(url)
    await writer.open()
    try:
        await run_migrations(writer)
    finally:
        await writer.close()


def _is_sqlite(url: str) -> bool:
    return url.startswith("sqlite:")


async def _open_sqlite(url: str, readonly: bool) -> Store:
    path = sqlite.path_of(url)
    if not await asyncio.to_thread(path.exists):
        raise StoreNotMigrated(found=0, wanted=newest())
    writer = None if readonly else sqlite.Writer(path)
    if writer is not None:
        await writer.open()
    readers = sqlite.Readers(path)
    return Store(KeptSqlite(str(path), readers, writer), writer)


async def _open_postgres(url: str, readonly: bool) -> Store:
    writer = None if readonly else postgres.Writer(url)
    if writer is not None:
        await writer.open()
    try:
        pool = await postgres.open_pool(url, postgres.READERS)
    except BaseException:
        if writer is not None:
            await writer.close()
        raise
    return Store(PooledPostgres(pool, readonly), writer)


async def _check_schema(store: Store) -> None:
    try:
        rows = await store.select(MigrationRow.select(MigrationRow.id))
    except Exception as problem:
        # Both drivers have their own word for a missing table.
        if "migration" not in str(problem):
            raise
        rows = []
    found = max((row["id"] for row in rows), default=0)
    if found != newest():
        raise StoreNotMigrated(found=found, wanted=newest())


async def _go_on_from(store: Store) -> None:
    """Let nothing that had lapsed in an earlier process live again by a clock that was put back since."""
    seen = await store.select(TokenRow.select(TokenRow.seen_at.as_alias("at")))
    made = await store.select(PairingRow.select(PairingRow.made_at.as_alias("at")))
    for row in (*seen, *made):
        not_before(row["at"])


async def _check_not_lost(store: Store, path: Path) -> None:
    """Refuse to go on under another name when the key of this database is gone.

    On PostgreSQL a key that is not there belongs to a further node, which makes its own.
    """
    if store.dialect == "sqlite":
        query = SigningKeyRow.select(SigningKeyRow.id).where(SigningKeyRow.kept.is_in([True]))
        known = await store.select(query.order_by(SigningKeyRow.made_at, ascending=False).limit(1))
        if known:
            raise SigningKeyLost(path=str(path), key=known[0]["id"])


def _in_order(statements: Sequence[Run], given: Callable[[], Work[None]] | None) -> Work[None]:
    if given is not None:
        yield from given()
    for statement in statements:  # noqa: UP028 -- a list takes no answers, a generator does
        yield statement
