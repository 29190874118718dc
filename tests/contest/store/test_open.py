"""Opening a store, migrating it, and writing to it outside the book."""

import asyncio
import contextlib
import sqlite3
import subprocess
import sys

import asyncpg
import pytest
from piccolo.columns import BigInt, Boolean, Integer, Text, Varchar

from contest.errors import AlreadyExists, NotFound, StoreInUse, StoreNotMigrated, StoreUnavailable
from contest.store import engine, sqlite
from contest.store.migrations import MIGRATIONS
from contest.store.open import Store, migrate, open_store
from contest.store.queries.live import plan_version
from contest.store.tables import TABLES, EventRow, FactRow, MarkRow, MigrationRow, SeasonRow
from contest.store.work import Find, Insert, Run
from tests.builders import hall


def event(key: str, code: str) -> EventRow:
    return EventRow(id=key, contest="c1", code=code, name="焊工", public_view="live", blind=True)


async def test_a_store_keeps_what_was_written_and_reads_it_back_as_it_was(store):
    await store.apply(EventRow.insert(event("e1", "W1")), EventRow.insert(event("e2", "W2")))
    await store.apply(EventRow.update({EventRow.position: 7}).where(EventRow.id == "e2"))
    assert await store.select(EventRow.select().where(EventRow.id == "e2")) == [
        {
            "id": "e2",
            "contest": "c1",
            "code": "W2",
            "name": "焊工",
            "blind": True,
            "public_view": "live",
            "position": 7,
        }
    ]


async def test_all_writes_of_one_call_or_none(store):
    await store.apply(EventRow.insert(event("e1", "W1")))
    with pytest.raises(AlreadyExists) as taken:
        await store.apply(EventRow.insert(event("e2", "W2")), EventRow.insert(event("e3", "W1")))
    assert taken.value.params == {"what": "event", "name": "W1"}
    assert await store.select(EventRow.count()) == 1


async def test_a_change_to_what_is_taken_says_what_is_taken(store):
    await store.apply(EventRow.insert(event("e1", "W1"), event("e2", "W2")))
    with pytest.raises(AlreadyExists) as taken:
        await store.apply(EventRow.update({EventRow.code: "W1"}).where(EventRow.id == "e2"))
    assert taken.value.params == {"what": "event", "name": "W1"}


async def test_what_a_write_rests_on_is_asked_in_its_own_transaction(store):
    def given():
        if not (yield Find(EventRow, ("id",), [("e1",)])):
            raise NotFound(what="event")

    with pytest.raises(NotFound):
        await store.apply(EventRow.insert(event("e2", "W2")), given=given)
    assert await store.select(EventRow.count()) == 0
    await store.apply(EventRow.insert(event("e1", "W1")))
    await store.apply(EventRow.insert(event("e2", "W2")), given=given)
    assert await store.select(EventRow.count()) == 2


async def test_a_single_write_of_piccolo_is_durable_too(store, store_url):
    await store.select(EventRow.insert(event("e1", "W1")))
    await store.close()
    again = await open_store(store_url)
    assert await again.select(EventRow.count()) == 1
    await again.close()


async def test_many_readers_and_writers_at_once(store):
    async def write(number: int) -> None:
        await store.apply(SeasonRow.insert(SeasonRow(id=f"s{number}", name="年度", year=number)))
        rows = await store.select(SeasonRow.select().where(SeasonRow.id == f"s{number}"))
        assert rows[0]["year"] == number

    await asyncio.gather(*(write(number) for number in range(40)))
    assert await store.select(SeasonRow.count()) == 40


async def test_piccolos_own_transactions_are_refused(store):
    for refused in (store.engine.transaction, store.engine.atomic, store.engine.batch):
        with pytest.raises(NotImplementedError):
            refused()


@pytest.mark.parametrize("sql", ["SELECT 1", " select 1", "WITH a AS (SELECT 1) SELECT * FROM a"])
def test_what_only_reads_is_known(sql):
    assert engine.reads(sql)


@pytest.mark.parametrize("sql", ["INSERT INTO a", "update a", "DELETE FROM a", "PRAGMA x", "CREATE TABLE a"])
def test_what_writes_is_known(sql):
    assert not engine.reads(sql)


# ---- one writer ----------------------------------------------------------------------------------------------


async def test_a_second_writer_is_refused_and_the_first_goes_on(sqlite_url):
    store = await open_store(sqlite_url)
    with pytest.raises(StoreInUse):
        await open_store(sqlite_url)
    code = (
        "import asyncio, sys\n"
        "from contest.errors import StoreInUse\n"
        "from contest.store.open import open_store\n"
        "try: asyncio.run(open_store(sys.argv[1]))\n"
        "except StoreInUse: sys.exit(7)\n"
    )
    other = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", code, sqlite_url], check=False)
    assert other.returncode == 7
    await store.apply(EventRow.insert(event("e1", "W1")))
    await store.close()
    again = await open_store(sqlite_url)
    assert await again.select(EventRow.count()) == 1
    await again.close()


async def test_the_writer_syncs_every_commit_and_readers_never_checkpoint(sqlite_url, tmp_path):
    writer = sqlite._connect_writer(tmp_path / "jiangsai.db")
    reader = sqlite.connect_reader(tmp_path / "jiangsai.db")
    try:
        assert writer.execute("PRAGMA journal_mode").fetchone() == {"journal_mode": "wal"}
        assert writer.execute("PRAGMA synchronous").fetchone() == {"synchronous": 2}
        assert reader.execute("PRAGMA wal_autocheckpoint").fetchone() == {"wal_autocheckpoint": 0}
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            reader.execute("DELETE FROM fact")
    finally:
        writer.close()
        reader.close()


async def test_postgres_commits_are_on_disk_before_they_are_acknowledged(postgres_url):
    store = await open_store(postgres_url)

    def ask():
        return (yield Run("SHOW synchronous_commit"))

    assert await store.writer.transact(ask) == [{"synchronous_commit": "on"}]
    await store.close()


async def test_a_server_that_is_not_there_is_said_to_be_unavailable():
    with pytest.raises(StoreUnavailable):
        await open_store("postgresql://nobody@127.0.0.1:1/none")


# ---- migrations ----------------------------------------------------------------------------------------------


async def test_a_database_without_our_schema_is_refused(tmp_path):
    with pytest.raises(StoreNotMigrated):
        await open_store(f"sqlite:///{tmp_path / 'none.db'}")
    sqlite3.connect(tmp_path / "empty.db").close()
    (tmp_path / "empty.db").touch()
    with pytest.raises(StoreNotMigrated):
        await open_store(f"sqlite:///{tmp_path / 'empty.db'}")


async def test_migrating_again_changes_nothing(store, store_url):
    await store.apply(EventRow.insert(event("e1", "W1")))
    await store.close()
    for _ in range(2):
        await migrate(store_url)
    again = await open_store(store_url)
    assert await again.select(MigrationRow.count()) == len(MIGRATIONS)
    assert await again.select(EventRow.count()) == 1
    await again.close()


async def test_nodes_that_start_together_do_not_migrate_twice(postgres_url):
    await asyncio.gather(*(migrate(postgres_url) for _ in range(4)))
    store = await open_store(postgres_url)
    assert await store.select(MigrationRow.count()) == len(MIGRATIONS)
    await store.close()


async def test_a_relative_path_is_taken_from_where_we_stand(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    await migrate("sqlite:///var/here.db")
    assert (tmp_path / "var" / "here.db").is_file()


_KINDS = {
    "character varying": "VARCHAR({})",
    "text": "TEXT",
    "bigint": "BIGINT",
    "integer": "INTEGER",
    "boolean": "BOOLEAN",
}


def _declared() -> dict[str, list[tuple[str, str, bool]]]:
    def kind(column) -> str:
        match column:
            case Varchar():
                return f"VARCHAR({column.length})"
            case BigInt():
                return "BIGINT"
            case Text() | Integer() | Boolean():
                return type(column).__name__.upper()

    return {
        table._meta.tablename: sorted((c._meta.name, kind(c), c._meta.null) for c in table._meta.columns)
        for table in TABLES
    }


async def _found(store: Store, url: str) -> dict[str, list[tuple[str, str, bool]]]:
    if url.startswith("sqlite"):
        file = sqlite3.connect(url.removeprefix("sqlite:///"))
        names = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {
            name: sorted((row[1], row[2], not row[3]) for row in file.execute(f"PRAGMA table_info('{name}')"))
            for name in names
        }
        file.close()
        return found
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(
        "SELECT table_name, column_name, data_type, character_maximum_length AS length, is_nullable"
        " FROM information_schema.columns WHERE table_schema = 'public'"
    )
    await connection.close()
    found: dict[str, list[tuple[str, str, bool]]] = {}
    for row in rows:
        column = (row["column_name"], _KINDS[row["data_type"]].format(row["length"]), row["is_nullable"] == "YES")
        found.setdefault(row["table_name"], []).append(column)
    return {name: sorted(columns) for name, columns in found.items()}


async def test_the_migrated_schema_is_what_the_tables_declare(store, store_url):
    assert await _found(store, store_url) == _declared()


async def test_every_declared_index_exists(store, store_url):
    wanted = {
        f"{table._meta.tablename}_{column._meta.name}"
        for table in TABLES
        for column in table._meta.columns
        if column._meta.index
    }
    sql = (
        "SELECT name FROM sqlite_master WHERE type = 'index'"
        if store_url.startswith("sqlite")
        else "SELECT indexname AS name FROM pg_indexes WHERE schemaname = 'public'"
    )

    def ask():
        return (yield Run(sql))

    assert wanted <= {row["name"] for row in await store.writer.transact(ask)}


async def test_two_marks_cannot_count_in_one_place(store):
    def mark(key: str, standing: str) -> dict[str, object]:
        texts = ("contest", "event", "session", "entry", "aspect", "seat", "kind", "because", "device")
        more = {"made_by": "", "made_at": "", "at": "", "value": 1, "replaces": None}
        return {
            **dict.fromkeys(texts, "x"),
            **more,
            "id": key,
            "standing": standing,
            "revision": 1,
            "device_seq": 1,
            "seq": 1,
        }

    def write(*rows):
        yield Insert(MarkRow, rows)

    await store.writer.transact(lambda: write(mark("a", "counts"), mark("b", "pending"), mark("c", "superseded")))
    with pytest.raises(AlreadyExists):
        await store.writer.transact(lambda: write(mark("d", "counts")))


async def test_a_fact_number_is_given_once(store):
    def write():
        texts = ("kind", "event", "at", "content", "prev", "link")
        yield Insert(
            FactRow, [{**dict.fromkeys(texts, ""), "id": f"f{n}", "contest": "c1", "seq": 1} for n in (1, 2)]
        )

    with pytest.raises(AlreadyExists):
        await store.writer.transact(write)


async def test_what_boards_and_tablets_show_of_the_plan_raises_its_version_and_nothing_else_does(store):
    async def raised(*queries) -> int:
        before = await plan_version(store)
        with contextlib.suppress(AlreadyExists):
            await store.apply(*queries)
        return await plan_version(store) - before

    assert await plan_version(store) == 0
    assert await raised(EventRow.insert(event("e1", "W1"))) == 1
    assert await raised(EventRow.update({EventRow.name: "电工"}).where(EventRow.id == "e1")) == 1
    assert await raised(SeasonRow.insert(SeasonRow(id="s1", name="年度", year=2026))) == 0
    both = (SeasonRow.delete().where(SeasonRow.id == "s1"), EventRow.delete().where(EventRow.id == "e1"))
    assert await raised(*both) == 1
    await store.apply(EventRow.insert(event("e1", "W1")))
    assert await raised(EventRow.insert(event("e2", "W1"))) == 0, "nothing was written"
    at = await hall(store, name="c2")
    before = await plan_version(store)
    await at.stored(at.mark(8000))
    await at.rule_entry(0, "disqualified")
    assert await plan_version(store) == before, "facts have their own numbers"
