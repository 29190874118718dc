"""Several processes over one book: what one stores the others show, by the bell and not by the slow poll."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
from prometheus_client import CollectorRegistry

from contest.settings import Settings
from contest.store.doorbells import Doorbell, attended
from contest.store.doorbells.postgres import PostgresBell
from contest.store.doorbells.redis import RedisBell, RedisRinger
from contest.store.doorbells.sqlite import SqliteBell
from contest.store.open import Store, open_store
from contest.store.postgres import CHANNEL
from contest.store.sqlite import connect_reader
from contest.store.work import Run, Work
from deploy import parts
from realtime.ringing import doorbells_for, ringing
from tests.builders import hall
from tests.journeys.running import until as running_until
from tests.realtime.house import ONLY_BY_BELL, House, open_house
from tests.realtime.sockets import until


class Ears:
    """Writes down what is heard."""

    def __init__(self) -> None:
        self.rings: list[tuple[str, int]] = []
        self.looks = 0
        self.hears = False

    def ring(self, contest: str, seq: int) -> None:
        self.rings.append((contest, seq))

    def look(self) -> None:
        self.looks += 1

    def listening(self, kind: str, yes: bool) -> None:
        self.hears = yes


@asynccontextmanager
async def hearing(*bells: Doorbell) -> AsyncIterator[Ears]:
    ears = Ears()
    tasks = [asyncio.create_task(attended(bell, ears)) for bell in bells]
    try:
        yield ears
    finally:
        assert not [task for task in tasks if task.done()], "a bell has ended by itself"
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def board_node(url: str, bells: list[Doorbell] | None = None) -> AsyncIterator[House]:
    """A process that only shows, and that looks at the ledger when the bell rings and at no other time."""
    settings = Settings(role="board", database_url=url)
    store = await open_store(url, readonly=True)
    async with open_house(store, pace=ONLY_BY_BELL, settings=settings) as house:
        rung = doorbells_for(settings, store) if bells is None else bells
        async with ringing(rung, house.live.hub, house.live.figures, CollectorRegistry()):
            yield house
    await store.close()


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = parts.free_port()
    server = parts.redis(port, tmp_path_factory.mktemp("redis"))
    server.start()
    yield f"redis://127.0.0.1:{port}/0"
    server.stop()


# ---- from one process to another -----------------------------------------------------------------------------


@pytest.fixture(params=["sqlite", "postgres", "redis"])
def between(request: pytest.FixtureRequest) -> tuple[str, str]:
    """The database that two processes share, and the Redis that rings between them, if it is that."""
    database = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    ringer = request.getfixturevalue("redis_url") if request.param == "redis" else ""
    return request.getfixturevalue(database), ringer


async def test_a_mark_stored_by_one_process_is_shown_by_another_because_the_bell_rang(between):
    url, redis = between
    writing = await open_store(url)
    at = await hall(writing)
    bells: list[Doorbell] | None = None
    if redis:
        ringer = RedisRinger(redis)
        writing.book.heard(ringer.ring)
        bells = [RedisBell(redis), ringer]
    async with board_node(url, bells) as house, house.board(at.event) as viewer:
        await viewer.hear("reset")
        await at.stored(at.mark(7000))
        assert (await viewer.hear("moved"))["rows"]
    await writing.close()


async def test_without_a_bell_and_without_the_poll_nothing_is_seen(postgres_url):
    """The twin of the test above: if the poll had brought the mark there, it would bring it here."""
    writing = await open_store(postgres_url)
    at = await hall(writing)
    async with board_node(postgres_url, bells=[]) as house, house.board(at.event) as viewer:
        await viewer.hear("reset")
        await at.stored(at.mark(7000))
        await asyncio.sleep(0.5)
        await viewer.heard_nothing()
        house.live.hub.look()
        assert (await viewer.hear("moved"))["rows"]
    await writing.close()


async def test_nothing_but_contest_and_number_is_notified(postgres_url):
    writing = await open_store(postgres_url)
    connection = await asyncpg.connect(postgres_url)
    heard: list[str] = []
    await connection.add_listener(CHANNEL, lambda *said: heard.append(said[3]))
    at = await hall(writing, opened=False)
    await at.pass_gate("opened")
    receipts = await at.stored(at.mark(7000), at.mark(8000, seat=1))
    await until(lambda: f"c1,{receipts[-1].seq}" in heard)
    assert {said.rpartition(",")[0] for said in heard} == {"c1"}
    assert [int(said.rpartition(",")[2]) for said in heard] == sorted(
        {int(said.partition(",")[2]) for said in heard}
    )
    await connection.close()
    await writing.close()


# ---- after an outage -----------------------------------------------------------------------------------------


async def _as_administrator(url: str, *commands: str) -> None:
    connection = await asyncpg.connect(urlsplit(url)._replace(path="/postgres").geturl())
    for command in commands:
        await connection.execute(command)
    await connection.close()


async def test_what_came_while_the_listener_was_cut_off_is_read_at_once_afterwards(postgres_url):
    name = urlsplit(postgres_url).path[1:]
    writing = await open_store(postgres_url)
    at = await hall(writing)
    async with board_node(postgres_url) as house, house.board(at.event) as viewer:
        await viewer.hear("reset")
        await at.stored(at.mark(7000))
        await viewer.hear("moved")
        # Nobody gets a new connection; those of the writer and of the reader stay.
        await _as_administrator(
            postgres_url,
            f"ALTER DATABASE {name} ALLOW_CONNECTIONS false",
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE application_name = 'jiangsai-doorbell' AND datname = '{name}'",
        )
        await at.stored(at.mark(8000, seat=1))
        await asyncio.sleep(0.5)
        await viewer.heard_nothing()
        await _as_administrator(postgres_url, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        assert (await viewer.hear("moved"))["rows"]
    await writing.close()


async def test_a_bell_hears_again_after_its_connection_was_ended_and_after_nonsense(postgres_url):
    async with hearing(PostgresBell(postgres_url)) as ears:
        await until(lambda: ears.hears)
        connection = await asyncpg.connect(postgres_url)
        for nonsense in ("", "x", ",", "c1,", ",7", "c1,-7", "c1,七", "c1," + "9" * 4000):
            await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, nonsense)
        await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, "a,b,7")
        await until(lambda: ears.rings)
        assert ears.rings[-1] == ("a,b", 7)
        for _ in range(3):
            looked = ears.looks
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = 'jiangsai-doorbell' AND datname = current_database()"
            )
            await until(lambda looked=looked: ears.hears and ears.looks > looked)
        await connection.close()


async def test_redis_may_be_missing_at_the_start_and_go_and_come(tmp_path: Path):
    port = parts.free_port()
    server, where = parts.redis(port, tmp_path), f"redis://127.0.0.1:{port}/0"
    ringer = RedisRinger(where)
    async with hearing(RedisBell(where), ringer) as ears:
        for at in (1, 2):
            for seq in range(at * 1000, at * 1000 + 500):
                ringer.ring("c1", seq)
            await asyncio.sleep(0.3)
            assert ringer._waiting == {"c1": at * 1000 + 499}, "what waits grows with the outage"
            looked = ears.looks
            await asyncio.to_thread(server.start)
            await until(lambda looked=looked: ears.looks > looked and not ringer._waiting)
            ringer.ring("c1", at * 1000 + 600)
            await until(lambda at=at: ("c1", at * 1000 + 600) in ears.rings)
            await asyncio.to_thread(server.kill)
            await until(lambda: not ears.hears)


# ---- SQLite --------------------------------------------------------------------------------------------------


async def test_a_sqlite_file_rings_for_commits_of_others_and_for_nothing_else(sqlite_url):
    writing = await open_store(sqlite_url)
    at = await hall(writing)
    path = Path(urlsplit(sqlite_url).path)
    async with hearing(SqliteBell(path)) as ears:
        await until(lambda: ears.looks == 1)
        await asyncio.sleep(0.3)
        assert ears.looks == 1
        await at.stored(at.mark(7000))
        await until(lambda: ears.looks == 2)
    await writing.close()


LEAST_WAL = 64 * 1024 * 1024
"""The write-ahead log never grows beyond this, however many boards read."""


def _much(at: int) -> Work[None]:
    yield Run('CREATE TABLE IF NOT EXISTS "ballast" ("id" INTEGER PRIMARY KEY, "text" BLOB)')
    yield Run('INSERT INTO "ballast" ("text") VALUES (randomblob(3500000))')
    yield Run('DELETE FROM "ballast" WHERE "id" < ?', [at - 3])


async def _largest_wal(store: Store, path: Path) -> int:
    """Write ninety megabytes, and say how large the log became."""
    largest = 0
    for at in range(25):
        await store.writer.transact(partial(_much, at))
        largest = max(largest, path.with_name(f"{path.name}-wal").stat().st_size)
    return largest


@pytest.mark.parametrize("held", [False, True], ids=["boards", "twin: somebody keeps a snapshot"])
async def test_three_boards_that_read_all_the_time_do_not_let_the_log_grow(sqlite_url, held):
    path = Path(urlsplit(sqlite_url).path)
    writing = await open_store(sqlite_url)
    at = await hall(writing)
    async with AsyncExitStack() as boards:
        for _ in range(3):
            house = await boards.enter_async_context(board_node(sqlite_url))
            viewer = await boards.enter_async_context(house.board(at.event))
            await viewer.hear("reset")
            boards.callback(asyncio.create_task(_read_on(house)).cancel)
        if held:
            keeps = connect_reader(path)
            boards.callback(keeps.close)
            keeps.execute("BEGIN")
            keeps.execute("SELECT COUNT(*) FROM fact").fetchall()
        largest = await _largest_wal(writing, path)
    await writing.close()
    assert (largest > LEAST_WAL) is held


async def _read_on(house: House) -> None:
    while True:
        for kept in house.live.hub._rooms.values():
            kept.dirty.set()
        await asyncio.sleep(0.001)


def test_a_board_that_is_started_first_says_so_and_waits(tmp_path):
    url, port = f"sqlite:///{tmp_path / 'later.db'}", parts.free_port()
    environment = {**os.environ, "DATABASE_URL": url, "JIANGSAI_LOG_LEVEL": "warning"}
    board = parts.node("board", "board", port, tmp_path, environment)
    board.start(wait=False)
    try:
        running_until(lambda: "waits" in board.log.read_text("utf-8") or not board.alive)
        assert board.alive, board.log.read_text("utf-8")
        said = board.log.read_text("utf-8")
        subprocess.run([sys.executable, "-m", "contest.cli", "migrate"], check=True, env=environment, cwd=tmp_path)
        board.wait()
    finally:
        board.stop()
    assert "看板等待数据库就绪" in said
    assert said.count("waits") == 1
    assert "Traceback" not in said
