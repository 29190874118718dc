"""Copies and what lies beside the database, where others can read, write or leave something."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import asyncpg
import msgspec
import pytest

from contest.errors import CopyFailed, StoreInUse, StoreNotMigrated
from contest.store.backup import back_up, check_folder
from contest.store.checkpoints import Checkpoint, folder_of, take_in
from contest.store.doorbells import read_ring
from contest.store.keys import make_key, read_key
from contest.store.open import migrate, open_store
from contest.store.restore import restore
from contest.store.sqlite import path_of
from contest.store.tables import HeadRow
from contest.store.verify import verify_all
from tests.builders import hall

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes and links of POSIX")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "copies"
    path.mkdir()
    return path


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    make_key(tmp_path / "signing.pem")
    return tmp_path / "signing.pem"


async def copy_of(url: str, folder: Path, key_file: Path) -> Path:
    key = read_key(key_file)
    assert key is not None
    return Path((await back_up(url, folder, key_file, key)).path)


async def stored(url: str) -> None:
    """A database with a few facts, closed again."""
    store = await open_store(url)
    await hall(store)
    await store.close()


async def test_nobody_else_reads_a_copy_for_names_stand_in_it(sqlite_url, folder, key_file):
    await stored(sqlite_url)
    copy = await copy_of(sqlite_url, folder, key_file)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    path_of(sqlite_url).unlink()
    await restore(sqlite_url, copy)
    assert stat.S_IMODE(path_of(sqlite_url).stat().st_mode) == 0o600


async def test_nobody_else_reads_a_new_database_nor_its_wal(tmp_path):
    url = f"sqlite:///{tmp_path}/new.db"
    await migrate(url)
    store = await open_store(url)
    await hall(store)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("new.db*")}
    await store.close()
    assert {modes["new.db"], modes["new.db-wal"], modes["new.db-shm"]} == {0o600}


async def test_what_is_restored_is_read_by_those_who_read_the_old_one(sqlite_url, folder, key_file):
    await stored(sqlite_url)
    copy = await copy_of(sqlite_url, folder, key_file)
    path_of(sqlite_url).chmod(0o640)
    await restore(sqlite_url, copy, replace=True)
    assert stat.S_IMODE(path_of(sqlite_url).stat().st_mode) == 0o640


def test_a_link_that_somebody_laid_into_the_folder_of_copies_is_not_followed(folder, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("mine", "utf-8")
    (folder / f".jiangsai-{os.getpid()}.probe").symlink_to(victim)
    check_folder(folder)
    assert victim.read_text("utf-8") == "mine"


async def test_nothing_is_put_in_the_place_of_a_file_that_a_board_reads(sqlite_url, folder, key_file):
    """It would show the old database for ever: its descriptor goes with the file that is put aside."""
    await stored(sqlite_url)
    copy = await copy_of(sqlite_url, folder, key_file)
    board = await open_store(sqlite_url, readonly=True)
    await board.select(HeadRow.select())
    with pytest.raises(StoreInUse):
        await restore(sqlite_url, copy, replace=True)
    await board.close()
    await restore(sqlite_url, copy, replace=True)
    assert [problem for *_, problem in await verify_all(sqlite_url)] == [""]


async def test_a_power_cut_while_files_are_exchanged_parts_no_database_from_its_wal(
    sqlite_url, folder, key_file, monkeypatch
):
    await stored(sqlite_url)
    copy = await copy_of(sqlite_url, folder, key_file)
    path = path_of(sqlite_url)
    # As a killed server leaves it: the newest commits stand in the WAL alone.
    store = await open_store(sqlite_url)
    await hall(store, name="later")
    left = {ending: path.with_name(path.name + ending).read_bytes() for ending in ("", "-wal")}
    await store.close()
    for ending, content in left.items():
        path.with_name(path.name + ending).write_bytes(content)
    facts = sum(known for _, known, _ in await verify_all(sqlite_url))
    rename = Path.rename

    def cut(self: Path, target: Path) -> Path:
        if self == path:
            raise OSError("power cut")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", cut)
    with pytest.raises(CopyFailed):
        await restore(sqlite_url, copy, replace=True)
    monkeypatch.undo()
    assert sum(known for _, known, _ in await verify_all(sqlite_url)) == facts


@pytest.mark.parametrize("seq", [2**70, 2**63, -1, 0])
async def test_a_checkpoint_that_no_database_could_look_for_stops_no_other(sqlite_url, seq):
    store = await open_store(sqlite_url)
    waiting = folder_of(path_of(sqlite_url))
    waiting.mkdir()
    made_up = Checkpoint(contest="c1", seq=seq, link="0" * 64, at="", copy="", key="x", signature="")
    (waiting / "a.json").write_bytes(msgspec.json.encode([made_up]))
    (waiting / "b.json").symlink_to("/dev/zero")
    (waiting / "c.json").mkdir()
    assert await take_in(store) == 0
    assert sorted(path.name for path in waiting.iterdir()) == ["a.refused", "b.refused", "c.refused"]
    await store.close()


def test_a_number_of_thousands_of_digits_rings_no_bell_off():
    assert read_ring("c1,7") == ("c1", 7)
    assert read_ring("c1," + "9" * 5000) is None
    assert read_ring("c1,٣") is None


async def test_a_copy_by_an_older_program_leaves_nothing_out_in_silence(postgres_url, folder, key_file):
    await migrate(postgres_url)
    connection = await asyncpg.connect(postgres_url)
    await connection.execute("INSERT INTO migration VALUES (9999, 'of tomorrow', '')")
    await connection.close()
    with pytest.raises(StoreNotMigrated):
        await copy_of(postgres_url, folder, key_file)
    assert list(folder.iterdir()) == []
