"""The signing key: a file of its own, made once, and never replaced unnoticed."""

import asyncio
import stat
from pathlib import Path

import pytest

from contest.errors import ContestError, SigningKeyLost, SigningKeyUnusable, StoreInUse, StoreReadOnly
from contest.keys import rotate
from contest.model.signing import SigningKey, head_signed, vouched
from contest.store.gather import head_of
from contest.store.keys import key_of, make_key, read_key, take_over
from contest.store.open import open_store
from contest.store.tables import SignedHeadRow, SigningKeyRow
from tests.builders import hall, unbroken


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "keys" / "signing.pem"


async def keys(store):
    """The keys on record, by fingerprint."""
    rows = await store.select(SigningKeyRow.select().order_by(SigningKeyRow.made_at))
    return {row["id"]: key_of(row) for row in rows}


async def heads(store):
    return [head_of(row) for row in await store.select(SignedHeadRow.select().order_by(SignedHeadRow.seq))]


async def test_the_first_start_makes_a_key_that_only_its_owner_reads_and_later_ones_use_it(store_url, path):
    first = await open_store(store_url, signing_key=path)
    at = await hall(first)
    await first.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    again = await open_store(store_url, signing_key=path)
    at.store = again
    await at.stored(at.mark())
    assert again.key.public == first.key.public
    assert list(await keys(again)) == [again.key.fingerprint]
    assert all(head_signed(head, again.key.public) for head in await heads(again))
    assert await unbroken(at)
    await again.close()


async def test_one_who_only_follows_needs_no_key_and_makes_none(store, store_url, path):
    follower = await open_store(store_url, readonly=True, signing_key=path)
    with pytest.raises(StoreReadOnly):
        _ = follower.key
    await follower.close()
    assert not path.exists()


def too_open(path: Path) -> None:
    make_key(path)
    path.chmod(0o640)


def torn(path: Path) -> None:
    make_key(path)
    path.write_bytes(path.read_bytes()[:40])


def folder(path: Path) -> None:
    path.mkdir(parents=True)


def no_folder(path: Path) -> None:
    path.parent.write_text("a file")


@pytest.mark.parametrize("spoil", [too_open, torn, folder, no_folder])
async def test_a_key_that_cannot_be_used_is_said_in_both_languages_and_nothing_starts(store_url, path, spoil):
    spoil(path)
    with pytest.raises(ContestError) as said:
        await open_store(store_url, signing_key=path)
    assert isinstance(said.value, SigningKeyUnusable)
    assert str(path) in said.value.sentence("zh")
    assert "{" not in said.value.sentence("zh") + said.value.sentence("en")
    # Nothing of it is open: another may write.
    store = await open_store(store_url)
    assert list(await keys(store)) == [store.key.fingerprint]
    await store.close()


async def test_a_lost_key_is_not_replaced_unnoticed(sqlite_url, path):
    first = await open_store(sqlite_url, signing_key=path)
    at = await hall(first)
    await first.close()
    path.unlink()
    with pytest.raises(SigningKeyLost) as said:
        await open_store(sqlite_url, signing_key=path)
    assert said.value.params == {"path": str(path), "key": first.key.fingerprint}
    assert not path.exists()
    made = make_key(path)
    at.store = await open_store(sqlite_url, signing_key=path)
    await at.stored(at.mark())
    known = await keys(at.store)
    assert known[made.fingerprint].vouched_by == ""
    assert {head.key for head in await heads(at.store)} == known.keys()
    assert await unbroken(at)
    await at.store.close()


async def test_several_nodes_sign_one_chain_each_with_a_key_of_its_own(postgres_url, tmp_path):
    one = await open_store(postgres_url, signing_key=tmp_path / "one.pem")
    at = await hall(one, judges=4, entries=10)
    other = await open_store(postgres_url, signing_key=tmp_path / "other.pem")
    await other.book.enter(at.contest, [at.mark(seat=3, entry=9)])
    marks = [at.mark(seat=seat, entry=entry) for seat in range(4) for entry in range(9)]
    nodes = (one, other)
    answers = await asyncio.gather(*(node.book.enter(at.contest, [mark]) for mark in marks for node in nodes))
    receipts = {receipt.mark: receipt for (receipt,) in answers}
    assert [receipts[receipt.mark] for (receipt,) in answers] == [receipt for (receipt,) in answers]
    known = await keys(one)
    signed = await heads(one)
    assert {head.key for head in signed} == known.keys() == {one.key.fingerprint, other.key.fingerprint}
    assert all(head_signed(head, known[head.key].public) for head in signed)
    assert [head.first for head in signed] == [1, *(head.seq + 1 for head in signed[:-1])]
    assert await unbroken(at)
    await other.close()
    await one.close()


async def test_nodes_that_start_together_share_the_file_that_was_made_first(path):
    made = await asyncio.gather(*(asyncio.to_thread(make_key, path) for _ in range(8)))
    assert len({key.public for key in made}) == 1
    assert [file.name for file in path.parent.iterdir()] == [path.name]


async def test_a_rotated_key_is_vouched_for_by_the_one_before(store_url, path):
    first = await open_store(store_url, signing_key=path)
    at = await hall(first)
    if first.dialect == "sqlite":
        with pytest.raises(StoreInUse):
            await rotate(store_url, path)
        assert read_key(path).public == first.key.public
    await first.close()
    made = await rotate(store_url, path)
    at.store = await open_store(store_url, signing_key=path)
    assert at.store.key.fingerprint == made.fingerprint != first.key.fingerprint
    known = await keys(at.store)
    assert known[made.fingerprint] == made
    assert vouched(made, first.key.public)
    await at.stored(at.mark())
    assert {head.key for head in await heads(at.store)} == {first.key.fingerprint, made.fingerprint}
    assert await unbroken(at)
    await at.store.close()


@pytest.mark.parametrize("broken_off", ["introduce", "take_over"])
async def test_a_rotation_that_was_broken_off_goes_on_with_the_same_new_key(
    sqlite_url, path, monkeypatch, broken_off
):
    await (await open_store(sqlite_url, signing_key=path)).close()
    old = read_key(path)
    with monkeypatch.context() as patch:
        patch.setattr(f"contest.store.keys.{broken_off}", lambda *_, **__: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            await rotate(sqlite_url, path)
    # Until the end the old key signs; nobody is left without one.
    assert read_key(path).public == old.public
    successor = read_key(path.with_name("signing.pem.next"))
    made = await rotate(sqlite_url, path)
    assert made.fingerprint == successor.fingerprint == read_key(path).fingerprint
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    store = await open_store(sqlite_url, signing_key=path)
    assert vouched((await keys(store))[made.fingerprint], old.public)
    await store.close()


def test_the_private_half_is_nowhere_in_the_database(sqlite_url, path):
    async def write() -> SigningKey:
        store = await open_store(sqlite_url, signing_key=path)
        await hall(store)
        await store.close()
        return store.key

    key = asyncio.run(write())
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    stored = b"".join(one.read_bytes() for one in file.parent.iterdir() if one.is_file())
    assert key.public.encode() in stored
    secret = b"".join(key.pem.splitlines()[1:-1])
    assert secret not in stored
    assert key._private.private_bytes_raw().hex().encode() not in stored
    assert key._private.private_bytes_raw() not in stored


def test_taking_over_needs_a_successor(path):
    make_key(path)
    with pytest.raises(FileNotFoundError):
        take_over(path)
    assert path.exists()
