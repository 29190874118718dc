"""D12 of the fault programme: PostgreSQL crashes, ends connections, stands still, and has none to spare.

Nothing that was acknowledged is lost, doubled or altered; nobody who watches ends with anything but the truth; the
service is back within three seconds after the server, with its pools whole.
"""

from __future__ import annotations

import asyncio
import socket
import statistics
import time

import asyncpg
import msgspec
import pytest

from contest.errors import StoreUnavailable
from contest.store import hosts, postgres
from contest.store.doorbells.postgres import PostgresBell
from contest.store.open import open_store
from contest.store.work import Run, Work
from deploy import local
from tests.builders import hall
from tests.faults.checker import check, stored_postgres
from tests.faults.history import History, seed_of
from tests.faults.province import at_work, heard, paired
from tests.realtime.sockets import PATIENCE

pytestmark = pytest.mark.xdist_group("province")

BACK_SECONDS = 3.0
CYCLES = [2, pytest.param(50, marks=[pytest.mark.long, pytest.mark.timeout(1800)])]


@pytest.mark.parametrize("cycles", CYCLES)
async def test_a_database_that_crashes_again_and_again_loses_no_mark(cluster, cycles):
    back = []
    async with at_work(cluster, f"crash{cycles}") as everybody:
        for _ in range(cycles):
            await asyncio.to_thread(cluster.database.crash)
            await asyncio.to_thread(cluster.database.part.start)
            up = time.monotonic()
            await everybody.go_on(1)
            back.append(time.monotonic() - up)
            await heard(cluster, "postgres", 1.0)
    print(f"every seat was answered again after {', '.join(f'{seconds:.2f}' for seconds in back)} s")
    # Of all of them: a single one may be kept waiting by a busy machine.
    assert statistics.median_low(back) <= BACK_SECONDS


async def test_connections_that_are_ended_and_a_server_that_stands_still_lose_no_mark(cluster):
    async with at_work(cluster, "ended") as everybody:
        await _run(cluster, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        await everybody.go_on(3)
        cluster.database.part.freeze()
        await asyncio.sleep(1.5)
        cluster.database.part.thaw()
        await everybody.go_on(3)


async def test_a_server_without_a_connection_to_spare_loses_no_mark(cluster):
    async with at_work(cluster, "starved") as everybody:
        taken: list[asyncpg.Connection] = []
        with pytest.raises(asyncpg.TooManyConnectionsError):
            await _take_all(cluster, taken)
        await _run(
            cluster,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'jiangsai'",
            through=taken[0],
        )
        await asyncio.sleep(1)
        for connection in taken:
            await connection.close()
        await everybody.go_on(3)


async def _take_all(cluster: local.Cluster, taken: list[asyncpg.Connection]) -> None:
    while True:
        taken.append(await asyncpg.connect(cluster.database.url))


async def _run(cluster: local.Cluster, sql: str, through: asyncpg.Connection | None = None) -> None:
    connection = through or await asyncpg.connect(cluster.database.url)
    await connection.execute(sql)
    if through is None:
        await connection.close()


@pytest.mark.parametrize("law", ["on", "off"], ids=["as it is", "twin: acknowledged before it is on the disk"])
async def test_what_is_acknowledged_is_on_the_disk(cluster, law, monkeypatch):
    connect = asyncpg.create_pool

    def broken(url: str, **options: object) -> object:
        return connect(
            url, **(options | {"server_settings": options["server_settings"] | {"synchronous_commit": law}})
        )

    monkeypatch.setattr(asyncpg, "create_pool", broken)
    # Nobody else writes the log to the disk in time.
    for lazy in ("wal_writer_delay = '10s'", "wal_writer_flush_after = '1GB'"):
        await _run(cluster, f"ALTER SYSTEM SET {lazy}")
    await _run(cluster, "SELECT pg_reload_conf()")
    store = await open_store(cluster.database_url)
    at = await paired(store, name=f"law{law}")
    history = History(seed_of(12))
    for number in range(12):
        mark = at.mark(7000, seat=number % 3, entry=number // 3)
        said = msgspec.to_builtins(mark)
        history.sent(mark.device, said)
        (receipt,) = await at.stored(mark)
        history.answered(mark.device, said, msgspec.to_builtins(receipt))
    await asyncio.to_thread(cluster.database.crash)
    await asyncio.to_thread(cluster.database.part.start)
    await store.close()
    await _run(cluster, "ALTER SYSTEM RESET ALL")
    await _run(cluster, "SELECT pg_reload_conf()")
    found = check(history.lines, await stored_postgres(cluster.database_url))
    assert any(problem.startswith("lost: ") for problem in found) is (law == "off"), found


def _refused_at_the_commit() -> Work[None]:
    yield Run(
        'CREATE TABLE IF NOT EXISTS "twice" ("a" INT, CONSTRAINT once UNIQUE ("a") DEFERRABLE INITIALLY DEFERRED)'
    )
    yield Run('INSERT INTO "twice" VALUES (1), (1)')


async def test_a_commit_that_fails_takes_its_connection_with_it_and_none_of_the_others(postgres_url):
    writer = postgres.Writer(postgres_url)
    await writer.open()
    try:
        for _ in range(5):
            before = set(await _writers(writer))
            with pytest.raises(StoreUnavailable):
                await writer.transact(_refused_at_the_commit)
            assert set(await _writers(writer)) - before, "a connection whose commit failed was used again"
        assert writer._pool is not None
        assert writer._pool.get_size() <= 2
        assert writer._pool.get_idle_size() == writer._pool.get_size()
    finally:
        await writer.close()


def _who() -> Work[int]:
    rows = yield Run("SELECT pg_backend_pid() AS pid")
    return int(rows[0]["pid"])


async def _writers(writer: postgres.Writer) -> list[int]:
    return [await writer.transact(_who)]


async def test_a_primary_that_says_nothing_keeps_nobody_from_the_one_that_took_over(cluster):
    """A machine without power: its address answers neither yes nor no."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        before = cluster.database_url.replace("@", f"@127.0.0.1:{silent.getsockname()[1]},")
        url = f"{before}?target_session_attrs=read-write"
        assert len(hosts.each_host(url)) == 2
        async with asyncio.timeout(PATIENCE):
            store = await open_store(url)
            at = await hall(store, name="silent")
            await at.stored(at.mark(7000))
            bell = PostgresBell(url)
            listening = asyncio.create_task(bell.listen(_Ears()))
            await asyncio.wait([listening], timeout=0.2)
            assert not listening.done()
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
        await store.close()


class _Ears:
    def ring(self, contest: str, seq: int) -> None: ...
    def look(self) -> None: ...
    def listening(self, kind: str, yes: bool) -> None: ...


def test_a_url_names_each_of_its_hosts():
    both = "postgresql://me:secret@db1:5432,db2/book?target_session_attrs=read-write"
    assert hosts.each_host(both) == [
        "postgresql://me:secret@db1:5432/book?target_session_attrs=read-write",
        "postgresql://me:secret@db2/book?target_session_attrs=read-write",
    ]
    for alone in ("postgresql://postgres:@/postgres?host=/run", "postgresql://db1/book"):
        assert hosts.each_host(alone) == [alone]
