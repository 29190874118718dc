"""A small contest in which everything stands that a ledger can hold, and somebody who edits it in the database."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from contest.errors import ContestError
from contest.model.signing import SigningKey
from contest.store.checkpoints import record, sign_checkpoint
from contest.store.clock import now
from contest.store.open import open_store
from contest.store.queries.facts import heads
from contest.store.sqlite import path_of
from contest.store.tables import (
    CheckpointRow,
    DeviceRow,
    EntryRow,
    FactRow,
    GateRow,
    HeadRow,
    MarkRow,
    ReceiptRow,
    RemarkRow,
    ReusedKeyRow,
    RoundRow,
    SchemeRow,
    SeatRow,
    SignedHeadRow,
    SigningKeyRow,
    TieRow,
    WordsRow,
)
from contest.store.verify import verify_all
from contest.store.work import columns_of, name_of
from tests.contest.store.test_verify import full

LEDGER = (
    FactRow,
    HeadRow,
    SignedHeadRow,
    SigningKeyRow,
    WordsRow,
    ReceiptRow,
    CheckpointRow,
    SchemeRow,
    MarkRow,
    ReusedKeyRow,
    TieRow,
    GateRow,
    RoundRow,
    RemarkRow,
)
PROJECTED = ((EntryRow, "status"), (SeatRow, "device"), (DeviceRow, "revoked_at"))
UNPROVEN = {
    ("scheme", "id"): "a random name that nothing refers to",
    ("signing_key", "made_at"): "of a key that nobody vouches for; of others the voucher proves it",
    ("signing_key", "kept"): "whether its file is kept says nothing of what it signed",
    ("receipt", "digest"): "of a mark with a reason: the reason may be erased, so the fact alone cannot say it",
    ("refusal", "digest"): "a mark that was refused leaves no fact",
    ("refusal", "receipt"): "the same",
}


async def planted(url: str) -> None:
    """Everything that a ledger can hold, with a rotated key and checkpoints."""
    old, key = SigningKey.make(), SigningKey.make()
    store = await open_store(url, signing_key=old)
    at = await full(store)
    vouched = old.vouch(key, now())
    await store.apply(
        SigningKeyRow.insert(
            SigningKeyRow(
                id=vouched.fingerprint,
                public=vouched.public,
                made_at=vouched.made_at,
                vouched_by=vouched.vouched_by,
                voucher=vouched.voucher,
                kept=True,
            )
        )
    )
    await store.close()
    at.store = store = await open_store(url, signing_key=key)
    await at.enter(at.mark(8300, seat=1, entry=2), at.mark(99999, seat=1, entry=3))
    (head,) = await heads(store)
    await record(
        store,
        [sign_checkpoint(key, contest=head.contest, seq=head.seq, link=head.link, at=now(), copy="ab" * 32)],
    )
    await store.close()


def behind(url: str) -> sqlite3.Connection:
    """Somebody who has the file and knows SQL."""
    return sqlite3.connect(path_of(url), isolation_level=None)


def other(value: Any) -> Any:
    """Something else in the place of a value."""
    if value is None:
        return "x"
    if isinstance(value, int):
        return 1 - value if value in (0, 1) else value + 1
    return f"{value[:-1]}{'0' if value[-1:] != '0' else '1'}"


async def problems(url: str) -> list[str]:
    try:
        return [problem for *_, problem in await verify_all(url) if problem]
    except (ContestError, sqlite3.Error) as broken:
        return [str(broken)]


def rows_of(path: Path) -> list[Any]:
    """Everything that the ledger says and something proves."""
    connection = sqlite3.connect(path)
    try:
        found: list[Any] = []
        for table in LEDGER:
            name = name_of(table)
            columns = [f'"{column}"' for column in columns_of(table) if (name, column) not in UNPROVEN]
            stored = " WHERE head IS NOT NULL" if table is ReceiptRow else ""
            found.append(
                sorted(map(repr, connection.execute(f'SELECT {", ".join(columns)} FROM "{name}"{stored}')))
            )
        return found
    except sqlite3.Error as damaged:
        return [damaged]
    finally:
        connection.close()
