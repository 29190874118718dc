"""T2: whatever is edited in the database itself is found by `verify` and by the checks while it is served.

Each column of each row of the ledger is changed by SQL, one at a time, behind the back of the store. What nothing
can prove is written down in `tampering.UNPROVEN` with the reason.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from contest.actions.checking import LedgerWatch, Pace
from contest.model.ids import MarkId
from contest.model.mark import EnterMark
from contest.store.open import open_store
from contest.store.queries.facts import heads
from contest.store.sqlite import path_of
from contest.store.tables import (
    CheckpointRow,
    MarkRow,
    SigningKeyRow,
    WordsRow,
)
from contest.store.verify import verify_all
from contest.store.work import columns_of, name_of
from tests.faults.tampering import LEDGER, PROJECTED, UNPROVEN, behind, other, planted, problems
from tests.realtime.sockets import until


@pytest.fixture
async def url(sqlite_url: str) -> str:
    await planted(sqlite_url)
    return sqlite_url


def cells(connection: sqlite3.Connection, every: bool) -> Iterator[tuple[str, str, int]]:
    """Table, column and row of what is changed: of each table the last row, or every row."""
    named = [(name_of(table), column) for table in LEDGER for column in columns_of(table)]
    named += [(name_of(table), column) for table, column in PROJECTED]
    for table, column in named:
        rows = [row for (row,) in connection.execute(f'SELECT rowid FROM "{table}" ORDER BY rowid')]
        for row in rows if every else rows[-1:]:
            yield table, column, row


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
        # In capitals hexadecimal digits are another text with the same meaning; zeros alone have no capitals.
        capitals = [value.upper()] if re.fullmatch("(?=.*[a-f])[0-9a-f]{32,}", str(value)) else []
        for changed in (other(value), *capitals):
            try:
                connection.execute(change, (changed, row))
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


NEEDED = {
    "contest.store.verify._check_words": "UPDATE words SET text = 'x'",
    "contest.store.verify._check_schemes": "UPDATE scheme SET adopted_by = 'x'",
    "contest.store.verify._check_checkpoints": "UPDATE checkpoint SET copy = 'x'",
    "contest.store.verify._check_projection": "UPDATE mark SET value = 1 WHERE rowid = 1",
    "contest.store.verify._check_receipts": "UPDATE receipt SET head = 'x' WHERE head IS NOT NULL",
    "contest.store.verify._check_whole": "INSERT INTO receipt SELECT 'x:1', 'x', 1, digest, receipt, head "
    "FROM receipt WHERE head IS NOT NULL",
    "contest.store.chain.head_signed": "UPDATE signed_head SET at = 'x'",
    "contest.store.chain.vouched": "UPDATE signing_key SET voucher = 'x' WHERE voucher <> ''",
}


@pytest.mark.parametrize("check", NEEDED)
async def test_without_a_check_what_it_is_for_is_not_found(url, check, monkeypatch):
    connection = behind(url)
    connection.execute(f"{NEEDED[check]}{' LIMIT 1' if 'INSERT' in NEEDED[check] else ''}")
    connection.close()
    assert await problems(url) != []

    async def passes(*_: Any) -> None: ...

    monkeypatch.setattr(check, (lambda *_: True) if ".chain." in check else passes)
    assert await problems(url) == []


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
