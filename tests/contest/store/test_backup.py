"""Copies: made while the database is in use, read back before they count, and put in its place again."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from contest.errors import (
    CopyFailed,
    CopyFolderUnusable,
    CopyNotNewest,
    CopyNotSound,
    CopyOfNewerVersion,
    DatabaseNotEmpty,
    DiskFull,
    NotACopy,
    StoreInUse,
)
from contest.model.signing import SigningKey
from contest.store import backup
from contest.store.backup import back_up, copies_in, prune
from contest.store.checkpoints import backed_up, folder_of, take_in
from contest.store.keys import make_key
from contest.store.open import open_store
from contest.store.queries.facts import heads
from contest.store.restore import restore
from contest.store.sqlite import path_of
from contest.store.verify import verify_all
from tests.builders import hall
from tests.contest.store.test_verify import change, full


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "keys" / "signing.pem"
    make_key(path)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "copies"
    path.mkdir()
    return path


def key_in(path: Path) -> SigningKey:
    return SigningKey.read(path.read_bytes())


async def copied(url: str, folder: Path, key_file: Path, **how) -> backup.Copied:
    return await back_up(url, folder, key_file, key_in(key_file), **how)


async def test_a_copy_is_made_while_the_writer_goes_on_and_says_how_far_it_reaches(store_url, folder, key_file):
    store = await open_store(store_url, signing_key=key_file)
    at = await full(store)
    steps = []
    making = asyncio.create_task(copied(store_url, folder, key_file, say=lambda *said: steps.append(said)))
    while not making.done():
        await at.enter(at.mark(8500, seat=1, entry=3))
    made = await making
    (head,) = await heads(store)
    assert 0 < made.reaches[at.contest] < head.seq
    assert [step[0] for step in steps[-2:]] == ["verifying", "recording"]
    await take_in(store)
    assert await backed_up(store, at.contest) == made.reaches[at.contest]
    assert await verify_all(f"sqlite:///{made.path}") == [(at.contest, made.reaches[at.contest], "")]
    assert [path.name for path in folder.iterdir()] == [Path(made.path).name]
    await store.close()
    assert {one[2] for one in await verify_all(store_url)} == {""}


async def test_where_another_process_writes_the_checkpoint_waits_for_it(sqlite_url, folder, key_file):
    store = await open_store(sqlite_url, signing_key=key_file)
    at = await hall(store)
    made = await copied(sqlite_url, folder, key_file)
    assert (made.recorded, made.same_disk) == (False, True)
    assert await backed_up(store, at.contest) == 0
    assert await take_in(store) == 1
    assert await backed_up(store, at.contest) == made.reaches[at.contest] == 6
    assert list(folder_of(path_of(sqlite_url)).iterdir()) == []
    await store.close()
    assert (await copied(sqlite_url, folder, key_file)).recorded


async def test_a_checkpoint_that_somebody_made_up_is_set_aside(sqlite_url, folder, key_file):
    store = await open_store(sqlite_url, signing_key=key_file)
    at = await hall(store)
    await copied(sqlite_url, folder, key_file)
    (waiting,) = folder_of(path_of(sqlite_url)).iterdir()
    waiting.write_bytes(waiting.read_bytes().replace(b'"seq":6', b'"seq":5'))
    waiting.with_name("broken.json").write_bytes(b"{")
    assert await take_in(store) == 0
    assert await backed_up(store, at.contest) == 0
    assert {path.suffix for path in waiting.parent.iterdir()} == {".refused"}
    await store.close()


@pytest.fixture(params=["sqlite", "postgres"])
def target_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where to restore to: a file that is not there, or a database (the same one, when the copy is of one)."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new' / 'x.db'}"
    return str(request.getfixturevalue("postgres_url"))


async def test_what_is_restored_is_what_was_copied_on_either_engine(store_url, target_url, folder, key_file):
    store = await open_store(store_url, signing_key=key_file)
    await full(store)
    await hall(store, name="c2")
    made = await copied(store_url, folder, key_file)
    await store.close()
    before = [one for one in await verify_all(store_url) if one[0]]
    if target_url == store_url:
        with pytest.raises(DatabaseNotEmpty):
            await restore(target_url, Path(made.path))
    restored = await restore(target_url, Path(made.path), replace=target_url == store_url)
    assert restored.aside.startswith("aside_" if target_url == store_url else "")
    assert restored.facts == {contest: facts for contest, facts, _ in before}
    assert await verify_all(target_url) == before
    store = await open_store(target_url, signing_key=key_file)
    at = await hall(store, name="c3")
    await at.stored(at.mark(9000))
    await store.close()
    assert {problem for *_, problem in await verify_all(target_url)} == {""}


async def test_nothing_is_put_in_the_place_of_a_database_that_nodes_are_connected_to(
    postgres_url, folder, key_file
):
    store = await open_store(postgres_url, signing_key=key_file)
    await hall(store)
    made = await copied(postgres_url, folder, key_file)
    with pytest.raises(StoreInUse):
        await restore(postgres_url, Path(made.path), replace=True)
    await store.close()
    await restore(postgres_url, Path(made.path), replace=True)


async def test_the_old_database_is_kept_beside_the_new_one(sqlite_url, folder, key_file):
    store = await open_store(sqlite_url, signing_key=key_file)
    at = await hall(store)
    made = await copied(sqlite_url, folder, key_file)
    await at.stored(at.mark(9000))
    with pytest.raises(StoreInUse):
        await restore(sqlite_url, Path(made.path), replace=True)
    await store.close()
    with pytest.raises(DatabaseNotEmpty):
        await restore(sqlite_url, Path(made.path))
    restored = await restore(sqlite_url, Path(made.path), replace=True)
    assert (await verify_all(sqlite_url), await verify_all(f"sqlite:///{restored.aside}")) == (
        [(at.contest, 6, "")],
        [(at.contest, 7, "")],
    )
    with pytest.raises(NotACopy):
        await restore(sqlite_url, path_of(sqlite_url), replace=True)


async def test_a_database_that_is_destroyed_is_replaced_only_when_asked(sqlite_url, folder, key_file):
    store = await open_store(sqlite_url, signing_key=key_file)
    at = await hall(store)
    made = await copied(sqlite_url, folder, key_file)
    await store.close()
    path_of(sqlite_url).write_bytes(os.urandom(5000))
    with pytest.raises(DatabaseNotEmpty):
        await restore(sqlite_url, Path(made.path))
    await restore(sqlite_url, Path(made.path), replace=True)
    assert await verify_all(sqlite_url) == [(at.contest, 6, "")]


async def test_a_copy_of_an_unsound_database_does_not_count_but_is_kept(sqlite_url, folder, key_file):
    store = await open_store(sqlite_url, signing_key=key_file)
    at = await hall(store)
    await at.stored(at.mark(8000))
    await change(store, "UPDATE mark SET value = 9000")
    with pytest.raises(CopyNotSound):
        await copied(sqlite_url, folder, key_file)
    assert [path.name.endswith(".unsound.db") for path in folder.iterdir()] == [True]
    assert copies_in(folder) == []
    assert await backed_up(store, at.contest) == 0
    await store.close()


async def test_only_the_newest_copies_are_kept_and_an_older_one_is_restored_only_when_insisted(
    sqlite_url, folder, key_file
):
    store = await open_store(sqlite_url, signing_key=key_file)
    await hall(store)
    made = [await copied(sqlite_url, folder, key_file) for _ in range(3)]
    await store.close()
    assert [path.name for path in prune(folder, 2)] == [Path(made[0].path).name]
    assert [str(path) for path in copies_in(folder)] == [made[1].path, made[2].path]
    target = f"sqlite:///{folder / 'x' / 'new.db'}"
    with pytest.raises(CopyNotNewest):
        await restore(target, Path(made[1].path))
    await restore(target, Path(made[1].path), older=True)


# ---- what goes wrong -----------------------------------------------------------------------------------------


async def test_a_folder_that_is_not_there_is_not_made_for_a_disk_may_be_missing(sqlite_url, tmp_path, key_file):
    with pytest.raises(CopyFolderUnusable):
        await copied(sqlite_url, tmp_path / "usb", key_file)
    (tmp_path / "file").write_text("x")
    with pytest.raises(CopyFolderUnusable):
        await copied(sqlite_url, tmp_path / "file", key_file)
    assert not (tmp_path / "usb").exists()


async def test_a_full_disk_leaves_nothing_half(sqlite_url, folder, key_file, monkeypatch):
    store = await open_store(sqlite_url, signing_key=key_file)
    await hall(store)
    copy = await copied(sqlite_url, folder, key_file)
    await store.close()
    monkeypatch.setattr(backup, "_copy_file", full_disk(backup._copy_file))
    with pytest.raises(DiskFull):
        await copied(sqlite_url, folder, key_file)
    assert [str(path) for path in folder.iterdir()] == [copy.path]
    before = path_of(sqlite_url).read_bytes()
    beside = sorted(path_of(sqlite_url).parent.iterdir())
    monkeypatch.setattr(
        "contest.store.restore._copy_slowly", full_disk(shutil.copyfile, error=OSError(28, "full"))
    )
    with pytest.raises(DiskFull):
        await restore(sqlite_url, Path(copy.path), replace=True)
    assert path_of(sqlite_url).read_bytes() == before
    assert sorted(path_of(sqlite_url).parent.iterdir()) == beside


def contents(path: Path) -> bytes:
    return path.read_bytes()


def full_disk(call, error: Exception | None = None):
    """The call, after which the disk turns out to be full."""

    def fails(source, target, _say):
        if error is not None:
            call(source, target)
            raise error
        connection = sqlite3.connect(target)
        connection.execute("PRAGMA max_page_count = 2")
        for number in range(9):
            connection.execute(f"CREATE TABLE t{number} (x)")

    return fails


async def test_a_disk_that_is_really_full_is_named(sqlite_url, folder, key_file):
    # A file system of its own, where we may make one; elsewhere the limit of a process's files stands for it.
    import resource

    store = await open_store(sqlite_url, signing_key=key_file)
    await hall(store)
    await store.close()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    import signal

    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, hard))
    try:
        with pytest.raises((DiskFull, CopyFailed)):
            await copied(sqlite_url, folder, key_file)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert list(folder.iterdir()) == []


async def test_files_that_are_no_copies_are_named(sqlite_url, folder, key_file):
    store = await open_store(sqlite_url, signing_key=key_file)
    await hall(store)
    made = Path((await copied(sqlite_url, folder, key_file)).path)
    whole = contents(made)
    await store.close()
    target = f"sqlite:///{folder / 'x' / 'new.db'}"
    wrong = folder / "wrong"
    for content in (b"", b"hello", b"SQLite format 3\0" + bytes(100), whole[:300]):
        wrong.write_bytes(content)
        with pytest.raises(NotACopy):
            await restore(target, wrong)
    other = sqlite3.connect(folder / "other.db")
    other.execute("CREATE TABLE t (x)")
    other.close()
    for path in (folder / "other.db", folder / "nothing", folder):
        with pytest.raises(NotACopy):
            await restore(target, path)
    newer = shutil.copy(made, folder / "newer.db")
    connection = sqlite3.connect(newer)
    connection.execute("INSERT INTO migration VALUES (999, 'x', 'x')")
    connection.commit()
    connection.close()
    with pytest.raises(CopyOfNewerVersion):
        await restore(target, Path(newer))
    assert not (folder / "x" / "new.db").exists()


async def test_a_copy_that_was_changed_or_damaged_is_not_put_in_place(sqlite_url, folder, key_file):
    store = await open_store(sqlite_url, signing_key=key_file)
    at = await hall(store)
    await at.stored(at.mark(8000))
    made = Path((await copied(sqlite_url, folder, key_file)).path)
    await store.close()
    target = f"sqlite:///{folder / 'x' / 'new.db'}"
    changed = Path(shutil.copy(made, folder / "changed.db"))
    connection = sqlite3.connect(changed)
    connection.execute("UPDATE mark SET value = 1")
    connection.commit()
    connection.close()
    cut = folder / "cut.db"
    cut.write_bytes(contents(made)[:100_000])
    for path in (changed, cut):
        with pytest.raises((CopyNotSound, NotACopy)):
            await restore(target, path)
    assert list((folder / "x").glob("*.db")) == []


async def test_a_copy_from_before_an_upgrade_is_brought_to_the_newest_schema(sqlite_url, folder, key_file):
    from contest.store import migrate as migrating
    from contest.store.sqlite import Writer

    older, writer = folder / "older.db", None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrating, "MIGRATIONS", migrating.MIGRATIONS[:4])
        writer = Writer(older)
        await writer.open()
        await migrating.run_migrations(writer)
        await writer.close()
    target = f"sqlite:///{folder / 'x' / 'new.db'}"
    assert (await restore(target, older)).facts == {}
    store = await open_store(target, signing_key=key_file)
    await hall(store)
    await store.close()
    assert await verify_all(target) == [("c1", 6, "")]
