"""D15 of the fault programme: the primary is lost for good, and the past is restored from a base backup.

With a synchronous standby every acknowledged mark is on the one that takes over (RPO 0), and nodes that name both
in their URL find it by themselves. Base backup and archived log lead to any moment, and the chain is whole there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import msgspec
import pytest

from contest.store.open import migrate, open_store
from contest.store.verify import verify_all
from deploy.database import Database
from deploy.local import Cluster
from tests.faults.checker import Stored, check, stored_postgres
from tests.faults.history import History, seed_of
from tests.faults.province import at_work, paired
from tests.realtime.sockets import until

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("province")]


@pytest.fixture
def folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="jiangsai-") as name:
        yield Path(name).resolve()


def _primary(folder: Path) -> Database:
    archive = folder / "archive"
    archive.mkdir()
    archive.chmod(0o777)
    settings = {"archive_mode": "on", "archive_command": f"test ! -f {archive}/%f && cp %p {archive}/%f"}
    primary = Database(folder, "primary", wal_level="replica", **settings)
    primary.create()
    return primary


def _copy_of(primary: Database, folder: Path, name: str, *how: str, **settings: str) -> Database:
    """A base backup of the running primary, as a server of its own that is not started."""
    copy = Database(folder, name, **settings)
    copy.password = primary.password
    copy.run("pg_basebackup", "-D", copy.data, "-c", "fast", "-d", primary.url, *how)
    return copy


async def _ask(database: Database, sql: str) -> object:
    connection = await asyncpg.connect(database.url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def _synchronous(primary: Database) -> None:
    await _ask(primary, "ALTER SYSTEM SET synchronous_standby_names = '*'")
    await _ask(primary, "SELECT pg_reload_conf()")
    async with asyncio.timeout(60):
        while await _ask(primary, "SELECT sync_state FROM pg_stat_replication") != "sync":  # noqa: ASYNC110 -- asked
            await asyncio.sleep(0.1)


def _both(primary: Database, standby: Database) -> str:
    hosts = f"127.0.0.1:{primary.port},127.0.0.1:{standby.port}"
    return f"postgresql://jiangsai:{primary.password}@{hosts}/postgres?target_session_attrs=read-write"


async def test_a_standby_takes_over_with_every_acknowledged_mark(folder):
    primary = _primary(folder)
    await asyncio.to_thread(primary.part.start)
    standby = await asyncio.to_thread(_copy_of, primary, folder, "standby", "-R", "-X", "stream")
    cluster = Cluster(
        folder, redis=False, proxy=False, board=1, database=primary, database_url=_both(primary, standby)
    )
    try:
        await asyncio.to_thread(standby.part.start)
        await _synchronous(primary)
        await asyncio.to_thread(cluster.command, "administrator", "admin")
        await asyncio.to_thread(cluster.start)
        async with at_work(cluster, "taken") as everybody:
            await everybody.go_on(30)
            await asyncio.to_thread(primary.part.kill)
            await asyncio.to_thread(standby.run, "pg_ctl", "promote", "-w", "-D", standby.data)
            await everybody.go_on(30)
        assert [problem for _, _, problem in await verify_all(standby.url) if problem] == []
    finally:
        await asyncio.to_thread(cluster.stop)
        await asyncio.to_thread(standby.part.stop)


async def test_twin_a_standby_that_nobody_waits_for_loses_what_was_acknowledged(folder):
    primary = _primary(folder)
    await asyncio.to_thread(primary.part.start)
    standby = await asyncio.to_thread(_copy_of, primary, folder, "standby", "-R", "-X", "stream")
    history = History(seed_of(15))
    try:
        await migrate(primary.url)
        store = await open_store(primary.url)
        at = await paired(store)
        for number in range(6):
            mark = at.mark(7000, seat=number % 3, entry=number // 3)
            said = msgspec.to_builtins(mark)
            history.sent(mark.device, said)
            (receipt,) = await at.stored(mark)
            history.answered(mark.device, said, msgspec.to_builtins(receipt))
        await asyncio.to_thread(primary.part.kill)
        await store.close()
        # It never heard of these marks, and nobody waited until it had.
        (standby.data / "standby.signal").unlink()
        await asyncio.to_thread(standby.part.start)
        stored = Stored(facts=[])
        with suppress(asyncpg.UndefinedTableError):
            stored = await stored_postgres(standby.url)
        assert any(problem.startswith("lost: ") for problem in check(history.lines, stored))
    finally:
        await asyncio.to_thread(standby.part.stop)
        await asyncio.to_thread(primary.part.stop)


async def test_a_base_backup_and_the_log_lead_to_any_moment(folder):
    primary = _primary(folder)
    await asyncio.to_thread(primary.part.start)
    cluster = Cluster(folder, redis=False, proxy=False, board=1, database=primary)
    try:
        await asyncio.to_thread(cluster.command, "administrator", "admin")
        await asyncio.to_thread(cluster.start)
        archive = folder / "archive"
        async with at_work(cluster, "past") as everybody:
            settings = {"restore_command": f"cp {archive}/%f %p", "recovery_target_name": "then"}
            past = await asyncio.to_thread(
                _copy_of, primary, folder, "past", "-X", "none", **settings, recovery_target_action="promote"
            )
            await everybody.go_on(30)
            await _ask(primary, "SELECT pg_create_restore_point('then')")
            then = await _ask(primary, "SELECT seq FROM head WHERE id = 'past'")
            answered = everybody.stored
            await everybody.go_on(30)
        await _ask(primary, "SELECT pg_switch_wal()")
        segment = await _ask(primary, "SELECT pg_walfile_name(pg_current_wal_lsn() - 1)")
        await until((archive / str(segment)).exists)
        (past.data / "recovery.signal").touch()
        try:
            await asyncio.to_thread(past.part.start)
            async with asyncio.timeout(60):
                while await _ask(past, "SELECT pg_is_in_recovery()"):  # noqa: ASYNC110 -- asked
                    await asyncio.sleep(0.1)
            at = await _ask(past, "SELECT seq FROM head WHERE id = 'past'")
            assert isinstance(at, int)
            assert isinstance(then, int)
            # Marks flow while the point is made: no more than those of the moment lie between.
            assert then - 20 <= at <= then
            assert at >= 30 * 3
            assert answered >= at - 20
            assert [problem for _, _, problem in await verify_all(past.url) if problem] == []
        finally:
            await asyncio.to_thread(past.part.stop)
    finally:
        await asyncio.to_thread(cluster.stop)
