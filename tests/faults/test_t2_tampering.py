"""T2: whatever is edited in the database itself is found by `verify` and by the checks while it is served.

Each column of each row of the ledger is changed by SQL, one at a time, behind the back of the store; then bytes of
the file itself. What nothing can prove is written down here with the reason.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from contest.actions.checking import LedgerWatch, Pace
from contest.errors import ContestError
from contest.model.ids import MarkId
from contest.model.mark import EnterMark
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
from tests.realtime.sockets import until

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


@pytest.fixture
async def url(sqlite_url: str) -> str:
    await planted(sqlite_url)
    return sqlite_url


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


def cells(connection: sqlite3.Connection, every: bool) -> Iterator[tuple[str, str, int]]:
    """Table, column and row of what is changed: of each table the last row, or every row."""
    named = [(name_of(table), column) for table in LEDGER for column in columns_of(table)]
    named += [(name_of(table), column) for table, column in PROJECTED]
    for table, column in named:
        rows = [row for (row,) in connection.execute(f'SELECT rowid FROM "{table}" ORDER BY rowid')]
        for row in rows if every else rows[-1:]:
            yield table, column, row


async def problems(url: str) -> list[str]:
    try:
        return [problem for *_, problem in await verify_all(url) if problem]
    except (ContestError, sqlite3.Error) as broken:
        return [str(broken)]


async def missed_cells(url: str, *, every: bool) -> set[tuple[str, str]]:
    """Change one cell after another, and return those where nothing is found."""
    assert await problems(url) == []
    tried, missed = set(), set()
    connection = behind(url)
    refused = {row for (row,) in connection.execute("SELECT rowid FROM receipt WHERE receipt LIKE '%refused%'")}
    assert refused
    for table, column, row in list(cells(connection, every)):
        (value,) = connection.execute(f'SELECT "{column}" FROM "{table}" WHERE rowid = ?', (row,)).fetchone()
        change = f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = ?'
        try:
            connection.execute(change, (other(value), row))
        except sqlite3.IntegrityError:
            continue  # the database itself refuses it
        if not await problems(url):
            missed.add(("refusal" if table == "receipt" and row in refused else table, column))
        connection.execute(change, (value, row))
        tried.add(table)
    assert await problems(url) == []
    held = {name_of(table) for table in LEDGER} | {name_of(table) for table, _ in PROJECTED}
    assert tried == held - {"remark"}
    connection.close()
    return missed


async def test_every_column_of_the_ledger_matters(url):
    assert await missed_cells(url, every=False) <= set(UNPROVEN)


@pytest.mark.long
async def test_every_column_of_every_row_of_the_ledger_matters(url):
    assert await missed_cells(url, every=True) <= set(UNPROVEN)


async def test_every_row_of_the_ledger_that_is_taken_away_is_missed(url):
    connection = behind(url)
    kept = {name_of(SigningKeyRow), name_of(WordsRow), name_of(CheckpointRow)}
    for table in LEDGER:
        name = name_of(table)
        for row in [row for (row,) in connection.execute(f'SELECT rowid FROM "{name}"')]:
            connection.execute("BEGIN")
            connection.execute(f'DELETE FROM "{name}" WHERE rowid = ?', (row,))
            connection.execute("COMMIT")
            found = await problems(url)
            # Words may be erased; without a checkpoint tablets only keep more; a refusal leaves no fact.
            if name not in kept and not (name == "receipt" and not found):
                assert found != [], (name, row)
            connection.close()
            path_of(url).write_bytes(WHOLE[url])
            connection = behind(url)
    connection.close()


WHOLE: dict[str, bytes] = {}


@pytest.fixture(autouse=True)
async def whole(url: str) -> None:
    """The file as it was, to be put back."""
    connection = behind(url)
    connection.execute("PRAGMA journal_mode=DELETE").fetchall()
    connection.close()
    WHOLE[url] = path_of(url).read_bytes()


def rows_of(path: Path) -> list[Any]:
    """Everything that the ledger says."""
    connection = sqlite3.connect(path)
    try:
        found = []
        for table in LEDGER:
            columns = ", ".join(f'"{column}"' for column in columns_of(table))
            found.append(sorted(map(repr, connection.execute(f'SELECT {columns} FROM "{name_of(table)}"'))))
        return found
    finally:
        connection.close()


async def flip(url: str, offsets: list[int]) -> list[int]:
    """The offsets at which a changed byte changes what the ledger says and is not found."""
    path, whole = path_of(url), WHOLE[url]
    said, missed = rows_of(path), []
    for offset in offsets:
        changed = bytearray(whole)
        changed[offset] ^= 1 << (offset % 8)
        path.write_bytes(changed)
        if await problems(url):
            continue
        try:
            same = rows_of(path) == said
        except sqlite3.Error:
            same = False
        if not same:
            missed.append(offset)
    path.write_bytes(whole)
    return missed


def proven(url: str, offsets: list[int]) -> list[int]:
    """Of offsets at which a change was not found, those that lie outside what nothing can prove."""
    path, whole = path_of(url), WHOLE[url]
    said, left = rows_of(path), []
    unproven = [place for place, table in enumerate(LEDGER) if any(name_of(table) == name for name, _ in UNPROVEN)]
    for offset in offsets:
        changed = bytearray(whole)
        changed[offset] ^= 1 << (offset % 8)
        path.write_bytes(changed)
        left += [
            offset
            for place, (now_said, before) in enumerate(zip(rows_of(path), said, strict=True))
            if now_said != before and place not in unproven
        ]
    path.write_bytes(whole)
    return left


async def test_flipped_bytes_of_the_file_are_found_or_change_nothing_of_the_ledger(url):
    dice = random.Random(20261120)
    offsets = [dice.randrange(len(WHOLE[url])) for _ in range(60)]
    assert proven(url, await flip(url, offsets)) == []


@pytest.mark.long
async def test_two_thousand_flipped_bytes_are_found_or_change_nothing_of_the_ledger(url):
    dice = random.Random(20261121)
    offsets = [dice.randrange(len(WHOLE[url])) for _ in range(2000)]
    assert proven(url, await flip(url, offsets)) == []


# ---- while it is served --------------------------------------------------------------------------------------


async def in_this_process(module: str, content: bytes, *, seconds: float) -> bytes:
    """The whole check without the time that a process takes to begin."""
    assert (module, seconds) == ("contest.store.full_check", 1800.0)
    return msgspec.json.encode(await verify_all(content.decode()))


async def test_what_is_new_is_looked_at_each_minute_and_everything_each_hour(url, monkeypatch):
    registry = CollectorRegistry()
    watch = LedgerWatch(registry)
    monkeypatch.setattr("contest.actions.checking.offload", in_this_process)
    store = await open_store(url)
    (head,) = await heads(store)

    def counted() -> float:
        return registry.get_sample_value("jiangsai_ledger_problems") or 0.0

    await watch.look_at_new(store)
    await watch.look_at_everything(url)
    checked = watch.found(head.contest)
    assert (checked.problem, checked.facts, bool(checked.checked_at), counted()) == ("", head.seq, True, 0)

    connection = behind(url)
    connection.execute("UPDATE mark SET value = value + 100 WHERE rowid = 1")
    await watch.look_at_new(store)
    assert watch.found(head.contest).problem == ""  # what is old is looked at each hour
    await watch.look_at_everything(url)
    assert "mark c1-mark-1" in watch.found(head.contest).problem
    assert counted() == 1
    connection.execute("UPDATE mark SET value = value - 100 WHERE rowid = 1")
    await watch.look_at_everything(url)
    assert (watch.found(head.contest).problem, counted()) == ("", 0)
    connection.close()
    await store.close()


NEW = {
    "fact": ("content", "prev", "link", "kind", "event", "at", "id"),
    "signed_head": ("first", "link", "root", "at", "key", "signature", "id"),
    "head": ("link", "seq", "signed"),
    "signing_key": ("public", "voucher", "vouched_by"),
}


async def test_a_change_of_what_is_new_is_found_by_the_next_look(url):
    store = await open_store(url)
    start = (await heads(store))[0]
    connection = behind(url)
    for table, columns in NEW.items():
        for column in columns:
            watch = LedgerWatch(CollectorRegistry())
            await watch.look_at_new(store)
            for row in await new_rows(store, start.contest, table):
                where = "id = ?"
                (value,) = connection.execute(f'SELECT "{column}" FROM "{table}" WHERE {where}', (row,)).fetchone()
                changed = f"{value}x" if column == "id" else other(value)
                connection.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE {where}', (changed, row))
            await watch.look_at_new(store)
            assert watch.found(start.contest).problem or watch._new, (table, column)
            path_back(connection, url)
    connection.close()
    await store.close()


async def new_rows(store, contest, table) -> list[str]:
    """Let one more mark be stored, and name the rows of a table that came with it."""
    (before,) = await heads(store)
    marks = await store.select(MarkRow.select().order_by(MarkRow.seq, ascending=False).limit(1))
    last = marks[0]
    await store.book.enter(
        contest,
        [
            EnterMark(
                device=last["device"],
                device_seq=1000 + before.seq,
                mark=MarkId(f"more-{before.seq}"),
                session=last["session"],
                entry=last["entry"],
                aspect=last["aspect"],
                value=8000,
            )
        ],
    )
    (after,) = await heads(store)
    assert after.seq == before.seq + 1
    if table == "signing_key":
        rows = await store.select(SigningKeyRow.select(SigningKeyRow.id).order_by(SigningKeyRow.made_at))
        return [row["id"] for row in rows][1:2]
    return [contest if table == "head" else f"{contest}:{after.seq}"]


def path_back(connection: sqlite3.Connection, url: str) -> None:
    """Put every table of the ledger back as it was at the beginning."""
    source = sqlite3.connect(":memory:")
    source.deserialize(WHOLE[url])
    tables = [name for (name,) in source.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    connection.execute("BEGIN")
    for table in tables:
        connection.execute(f'DELETE FROM "{table}"')
        for row in source.execute(f'SELECT * FROM "{table}"').fetchall():
            connection.execute(f'INSERT INTO "{table}" VALUES ({", ".join("?" * len(row))})', row)
    connection.execute("COMMIT")
    source.close()


async def test_it_runs_by_itself_while_the_house_is_open(url):
    watch = LedgerWatch(CollectorRegistry(), Pace(new=0.02, full=0.05, first=0.0, copies=0.02))
    store = await open_store(url)
    contest = (await heads(store))[0].contest
    connection = behind(url)
    connection.execute("UPDATE gate SET passed_by = 'x'")
    connection.close()
    async with watch.running(store, url):
        await until(lambda: watch.found(contest).problem)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    await store.close()
