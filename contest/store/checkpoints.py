"""Checkpoints: up to which fact a contest lies in a verified copy off this database, and who signed that.

Tablets keep what was acknowledged until a checkpoint covers it, so that an older copy can be healed by them. A
copy is made by another process than the one that writes; where it cannot write itself (a SQLite file has one
writer), it leaves the signed checkpoint beside the database, and the serving process takes it in.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import msgspec
import structlog

from contest.errors import StoreInUse, StoreReadOnly
from contest.model.fact import FIRST_LINK
from contest.model.ids import ContestId
from contest.model.signing import SigningKey, verify_signature
from contest.store import sqlite
from contest.store.open import Store, open_store
from contest.store.queries.facts import fact_rows_after
from contest.store.tables import CheckpointRow, SigningKeyRow
from contest.store.work import Insert, Row, Work

PREFIX = b"jiangsai/checkpoint/1\n"

MOST_BYTES = 4 * 1024 * 1024
"""No file with checkpoints is longer."""

log = structlog.get_logger("jiangsai.copies")


class Reached(msgspec.Struct, frozen=True, kw_only=True):
    """What a checkpoint states: facts up to `seq` (whose link is given) lie in the copy with this SHA-256."""

    contest: ContestId
    seq: int
    link: str
    at: str
    copy: str
    key: str


class Checkpoint(Reached, frozen=True, kw_only=True):
    """A signed statement that a contest lies in a verified copy up to a fact."""

    signature: str


_LIST = msgspec.json.Decoder(list[Checkpoint])


def sign_checkpoint(key: SigningKey, *, contest: ContestId, seq: int, link: str, at: str, copy: str) -> Checkpoint:
    """State how far a verified copy reaches."""
    said = Reached(contest=contest, seq=seq, link=link, at=at, copy=copy, key=key.fingerprint)
    signature = key.sign(PREFIX + msgspec.json.encode(said, order="sorted"))
    return Checkpoint(**msgspec.structs.asdict(said), signature=signature)


def checkpoint_signed(checkpoint: Checkpoint, public: str) -> bool:
    """Say whether the key of this public half made the statement."""
    said = Reached(**{name: getattr(checkpoint, name) for name in Reached.__struct_fields__})
    return verify_signature(public, PREFIX + msgspec.json.encode(said, order="sorted"), checkpoint.signature)


def checkpoint_row(checkpoint: Checkpoint) -> Row:
    """A checkpoint as it is stored."""
    return {"id": f"{checkpoint.contest}:{checkpoint.seq}", **msgspec.structs.asdict(checkpoint)}


def checkpoint_of(row: Row) -> Checkpoint:
    """A checkpoint as it was stored."""
    return Checkpoint(**{name: row[name] for name in Checkpoint.__struct_fields__})


async def backed_up(store: Store, contest: ContestId) -> int:
    """Up to which fact a contest lies in a verified copy off this database; 0 for none."""
    query = CheckpointRow.select(CheckpointRow.seq).where(CheckpointRow.contest == contest)
    rows = await store.select(query.order_by(CheckpointRow.seq, ascending=False).limit(1))
    return int(rows[0]["seq"]) if rows else 0


async def checkpoints_of(store: Store, contest: ContestId) -> list[Checkpoint]:
    """All checkpoints of a contest, in order."""
    rows = await store.select(
        CheckpointRow.select().where(CheckpointRow.contest == contest).order_by(CheckpointRow.seq)
    )
    return [checkpoint_of(row) for row in rows]


async def record(store: Store, checkpoints: Sequence[Checkpoint]) -> list[Checkpoint]:
    """Put checkpoints on record that a known key signed and that fit the ledger; return those."""
    fit = [checkpoint for checkpoint in checkpoints if await _fits(store, checkpoint)]
    for strange in set(checkpoints) - set(fit):
        log.error("checkpoint_refused", contest=strange.contest, seq=strange.seq, key=strange.key)

    def work() -> Work[None]:
        yield Insert(CheckpointRow, [checkpoint_row(checkpoint) for checkpoint in fit], unless_there=True)

    if fit:
        await store.writer.transact(work)
    return fit


async def _fits(store: Store, checkpoint: Checkpoint) -> bool:
    keys = {row["id"]: row["public"] for row in await store.select(SigningKeyRow.select())}
    # First the signature: what a stranger left there is not to be asked of the database.
    if checkpoint.key not in keys or not checkpoint_signed(checkpoint, keys[checkpoint.key]):
        return False
    facts = await fact_rows_after(store, checkpoint.contest, checkpoint.seq - 1, 1)
    link = facts[0]["link"] if facts and facts[0]["seq"] == checkpoint.seq else FIRST_LINK
    return link == checkpoint.link


# ---- from a process that may not write -----------------------------------------------------------------------


def folder_of(database: Path) -> Path:
    """Where checkpoints wait for the process that writes."""
    return database.with_name(f"{database.name}.checkpoints")


def leave(database: Path, checkpoints: Sequence[Checkpoint]) -> Path:
    """Leave checkpoints beside a database, whole or not at all."""
    folder = folder_of(database)
    folder.mkdir(exist_ok=True)
    beside, path = folder / f".{uuid4().hex}", folder / f"{uuid4().hex}.json"
    with beside.open("wb") as file:
        file.write(msgspec.json.encode(list(checkpoints)))
        file.flush()
        os.fsync(file.fileno())
    return beside.rename(path)


async def take_in(store: Store) -> int:
    """Put on record what waits beside the database, and return how many checkpoints that were.

    What cannot be read or does not fit the ledger (as after restoring an older copy) is set aside with a word
    in the log.
    """
    writer = store.writer
    if not isinstance(writer, sqlite.Writer):
        return 0
    taken = 0
    for path in await asyncio.to_thread(_waiting, writer.path):
        try:
            checkpoints = _LIST.decode(await asyncio.to_thread(_content, path))
        except (OSError, ValueError):
            checkpoints = []
        fit = await record(store, checkpoints)
        taken += len(fit)
        if len(fit) == len(checkpoints) > 0:
            await asyncio.to_thread(path.unlink)
        else:
            log.error("checkpoint_file_refused", path=str(path))
            await asyncio.to_thread(path.rename, path.with_suffix(".refused"))
    return taken


def _waiting(database: Path) -> list[Path]:
    return sorted(folder_of(database).glob("*.json"))


def _content(path: Path) -> bytes:
    """What a file says, if it is one and not very long."""
    if path.is_symlink() or not path.is_file() or path.stat().st_size > MOST_BYTES:
        raise ValueError(path.name)
    return path.read_bytes()


async def record_or_leave(url: str, key_file: Path, checkpoints: Sequence[Checkpoint]) -> bool:
    """Put checkpoints on record now, or leave them for the process that writes; say whether they are on record."""
    try:
        store = await open_store(url, signing_key=key_file)
    except (StoreInUse, StoreReadOnly):
        await asyncio.to_thread(leave, sqlite.path_of(url), checkpoints)
        return False
    try:
        await record(store, checkpoints)
    finally:
        await store.close()
    return True
