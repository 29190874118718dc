"""Putting a copy in the place of the database; what was there is kept aside.

Everything that can go wrong with the copy is found before anything is touched: it is copied beside the database,
brought to the newest schema and verified there.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import msgspec
from piccolo.columns import Boolean

from contest.errors import (
    ContestError,
    CopyNotNewest,
    CopyNotSound,
    CopyOfNewerVersion,
    DatabaseNotEmpty,
    NotACopy,
    StoreInUse,
    StoreUnavailable,
)
from contest.store import sqlite
from contest.store.backup import (
    ROWS,
    Progress,
    copies_in,
    make_durable,
    named_trouble,
    remove,
    silent,
)
from contest.store.clock import now
from contest.store.migrate import MIGRATION_TABLE, newest
from contest.store.migrations import MIGRATIONS
from contest.store.open import migrate
from contest.store.postgres import TROUBLE, WAIT_SECONDS
from contest.store.tables import TABLES
from contest.store.verify import verify_all
from contest.store.work import columns_of, name_of, quoted

_HEADER = b"SQLite format 3\0"


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """What is in the database now, and where that is kept which was there before."""

    facts: dict[str, int]
    """How many of each contest."""
    aside: str
    """A file beside the database, or a schema in it; empty when there was nothing."""


async def restore(
    url: str, copy: Path, *, replace: bool = False, older: bool = False, say: Progress = silent
) -> Restored:
    """Put a copy in the place of a database that holds no facts, or of any when asked to `replace`.

    Raises NotACopy, CopyOfNewerVersion, CopyNotNewest, CopyNotSound, DatabaseNotEmpty, StoreInUse (a server
    writes there), DiskFull or CopyFailed, and then nothing is changed.
    """
    with named_trouble(copy):
        await asyncio.to_thread(_check_copy, copy, older)
    return await (_to_file if url.startswith("sqlite:") else _to_postgres)(url, copy, replace, say)


def _check_copy(copy: Path, older: bool) -> None:
    if not copy.is_file():
        raise NotACopy(path=str(copy), problem="没有这个文件 there is no such file")
    with copy.open("rb") as file:
        if file.read(16) != _HEADER:
            raise NotACopy(path=str(copy), problem="不是数据库文件 it is no database file")
    found = _version_of(copy)
    if found > newest():
        raise CopyOfNewerVersion(path=str(copy), found=found, wanted=newest())
    copies = [path for path in copies_in(copy.parent) if copy.name.startswith("jiangsai-")]
    if copies and copies[-1].name > copy.name and not older:
        raise CopyNotNewest(newest=copies[-1].name)


def _version_of(path: Path) -> int:
    try:
        connection = _reading(path)
        try:
            return int(connection.execute('SELECT MAX("id") FROM "migration"').fetchone()[0])
        finally:
            connection.close()
    except (sqlite3.Error, TypeError) as problem:
        raise NotACopy(path=str(path), problem=f"读不出内容 it cannot be read ({problem})") from problem


async def _prepare(copy: Path, beside: Path, say: Progress) -> dict[str, int]:
    """Copy the copy, bring it to the newest schema, verify it; return how many facts each contest has."""
    await asyncio.to_thread(_copy_slowly, copy, beside, say)
    if _version_of(beside) < newest():
        say("migrating", 0, 0)
        await migrate(f"sqlite:///{beside}")
    say("verifying", 0, 0)
    try:
        checked = await verify_all(f"sqlite:///{beside}")
    except (StoreUnavailable, sqlite3.Error) as damage:
        raise CopyNotSound(path=str(copy), problem=f"文件损坏 the file is damaged ({damage})") from damage
    for contest, _, problem in checked:
        if problem:
            raise CopyNotSound(path=str(copy), problem=f"{contest} {problem}".strip())
    await asyncio.to_thread(make_durable, beside)
    return {contest: facts for contest, facts, _ in checked}


def _copy_slowly(source: Path, target: Path, say: Progress) -> None:
    total, done = source.stat().st_size, 0
    sqlite.make_private(target)
    with source.open("rb") as reading, target.open("wb") as writing:
        while piece := reading.read(8 << 20):
            writing.write(piece)
            done += len(piece)
            say("copying", done, total)


# ---- into a file ---------------------------------------------------------------------------------------------


async def _to_file(url: str, copy: Path, replace: bool, say: Progress) -> Restored:
    path = sqlite.path_of(url)
    with named_trouble(path):
        await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
        if await asyncio.to_thread(lambda: path.exists() and copy.samefile(path)):
            raise NotACopy(path=str(copy), problem="这就是数据库本身 it is the database itself")
    with named_trouble(path), sqlite.alone(path):
        if not replace and await asyncio.to_thread(_holds_facts, path):
            raise DatabaseNotEmpty(path=str(path))
        beside = path.with_name(f".{path.name}.restoring")
        remove(beside)
        try:
            facts = await _prepare(copy, beside, say)
            aside = await asyncio.to_thread(_exchange, path, beside)
        finally:
            remove(beside)
    return Restored(facts=facts, aside=aside)


def _holds_facts(path: Path) -> bool:
    """Whether a database holds facts; one that cannot be read may hold them."""
    if not path.exists():
        return False
    try:
        connection = sqlite.connect_reader(path)
        try:
            return bool(connection.execute('SELECT EXISTS (SELECT 1 FROM "fact") AS "any"').fetchone()["any"])
        finally:
            connection.close()
    except sqlite3.Error as problem:
        return "no such table" not in str(problem)


def _fold(path: Path) -> None:
    """Make one file of the database; StoreInUse when anybody has it open, be it only to read.

    Whoever reads it would go on reading the file that was put aside, for ever and without a word. And a power cut
    between two renames must not part a database from a WAL in which acknowledged marks stand.
    """
    if not path.exists():
        return
    connection = sqlite3.connect(path, timeout=1.0, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=DELETE").fetchall()
    except sqlite3.Error as problem:
        code = getattr(problem, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise StoreInUse(path=str(path)) from problem
        if code == sqlite3.SQLITE_FULL:
            raise
        # It is damaged: it is put aside as it is, with what lies beside it.
    finally:
        connection.close()


def _exchange(path: Path, beside: Path) -> str:
    """Put the new file in the place of the old one, which keeps what SQLite had beside it."""
    _fold(path)
    if path.exists():
        shutil.copymode(path, beside)
    aside = path.with_name(f"{path.name}.aside-{now().translate({ord(sign): None for sign in ':-.'})}")
    had = path.exists()
    for ending in ("-wal", "-shm", ""):
        old = path.with_name(path.name + ending)
        if old.exists():
            old.rename(aside.with_name(aside.name + ending))
    beside.rename(path)
    make_durable(path.parent)
    return str(aside) if had else ""


# ---- into PostgreSQL -----------------------------------------------------------------------------------------


async def _to_postgres(url: str, copy: Path, replace: bool, say: Progress) -> Restored:
    named = urlsplit(url)
    shown = f"{named.hostname or ''}{named.path}"
    folder = await asyncio.to_thread(lambda: Path(tempfile.mkdtemp(prefix="jiangsai-restore-")))
    try:
        with named_trouble(folder):
            async with _connected(url) as connection:
                await _check_alone(connection, shown)
                if not replace and await _any_facts(connection):
                    raise DatabaseNotEmpty(path=shown)
                facts = await _prepare(copy, folder / "copy.db", say)
                aside = await _load(connection, folder / "copy.db", shown, say)
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    problems = [f"{contest} {problem}".strip() for contest, _, problem in await verify_all(url) if problem]
    if problems:
        raise CopyNotSound(path=shown, problem=problems[0])
    return Restored(facts=facts, aside=aside)


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[Any]:
    try:
        connection = await asyncpg.connect(
            url, timeout=WAIT_SECONDS, server_settings={"application_name": "jiangsai-restore"}
        )
        try:
            yield connection
        finally:
            await connection.close()
    except ContestError:
        raise
    except TROUBLE as problem:
        raise StoreUnavailable() from problem


async def _check_alone(connection: Any, shown: str) -> None:
    others = await connection.fetchval(
        "SELECT COUNT(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND application_name = 'jiangsai'"
    )
    if others:
        raise StoreInUse(path=shown)


async def _any_facts(connection: Any) -> bool:
    there = await connection.fetchval("SELECT to_regclass('fact') IS NOT NULL")
    return bool(there) and bool(await connection.fetchval('SELECT EXISTS (SELECT 1 FROM "fact")'))


def _reading(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False)


async def _load(connection: Any, source: Path, shown: str, say: Progress) -> str:
    """Move what is there into a schema of its own and fill new tables, all of it or nothing."""
    reading = await asyncio.to_thread(_reading, source)
    try:
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock(7315120)")
            aside = await _move_aside(connection)
            # Nobody can write from here on; a node that came meanwhile may have acknowledged what would be lost.
            await _check_alone(connection, shown)
            for statements in ((MIGRATION_TABLE,), *(statements for _, _, statements in MIGRATIONS)):
                for statement in statements:
                    await connection.execute(statement)
            for number, table in enumerate(TABLES):
                await _load_table(connection, reading, table)
                say("loading", number + 1, len(TABLES))
        return aside
    finally:
        reading.close()


async def _move_aside(connection: Any) -> str:
    names = [name_of(table) for table in TABLES]
    there = [
        row["relname"]
        for row in await connection.fetch(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace "
            "AND relname = ANY($1::text[])",
            names,
        )
    ]
    if not there:
        return ""
    aside = f"aside_{now().translate({ord(sign): None for sign in ':-.'}).lower()}"
    await connection.execute(f'CREATE SCHEMA "{aside}"')
    for name in there:
        await connection.execute(f'ALTER TABLE public."{name}" SET SCHEMA "{aside}"')
    return aside


async def _load_table(connection: Any, reading: sqlite3.Connection, table: Any) -> None:
    columns = columns_of(table)
    booleans = [isinstance(table._meta.get_column_by_name(column), Boolean) for column in columns]
    cursor = reading.execute(f'SELECT {quoted(columns)} FROM "{name_of(table)}"')  # noqa: S608 -- our own names
    while rows := await asyncio.to_thread(cursor.fetchmany, ROWS):
        records = [
            tuple(
                bool(value) if boolean and value is not None else value
                for value, boolean in zip(row, booleans, strict=True)
            )
            for row in rows
        ]
        await connection.copy_records_to_table(name_of(table), records=records, columns=list(columns))
