"""Shared fixtures: a migrated store on both engines, opened fresh for each test."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, settings

from contest.store import engine
from contest.store import postgres as store_postgres
from contest.store.open import Store, migrate, open_store
from tests import postgres

# How long an example takes says something of the machine and nothing of the code. In CI every run tries the same.
settings.register_profile(
    "jiangsai",
    settings.get_profile("ci" if os.environ.get("CI") == "true" else "default"),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("jiangsai")


def _in(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


async def _run(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


async def _copied(server: str, template: str, copy: str) -> None:
    """Copy the template; whoever was just connected to it may need a moment to go, and is not waited for long."""
    async with asyncio.timeout(postgres.PATIENCE):
        while True:
            try:
                return await _run(server, f"CREATE DATABASE {copy} TEMPLATE {template}")
            except asyncpg.ObjectInUseError:
                await asyncio.sleep(0.2)


@pytest.fixture(scope="session", autouse=True)
def patience() -> Iterator[None]:
    """Let the store wait for a busy machine: in the hall the same limits say that it is not available."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "ACQUIRE_SECONDS", 60.0)
        patch.setattr(store_postgres, "WAIT_SECONDS", 60.0)
        patch.setattr(store_postgres, "STATEMENT_SECONDS", 120.0)
        yield


@pytest.fixture(scope="session")
def postgres_template() -> Iterator[str]:
    """The URL of a migrated database that tests copy; DATABASE_URL names the server, or we start one."""
    given = os.environ.get("DATABASE_URL", "")
    with ExitStack() as running:
        try:
            server = given if given.startswith("postgres") else running.enter_context(postgres.running())
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
    asyncio.run(_copied(server, template, copy))
    try:
        yield _in(postgres_template, copy)
    finally:
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
