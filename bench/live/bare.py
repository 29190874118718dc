"""The yardstick of the intake: the bare engine commits the same rows with the same hashes, and decides nothing.

For each mark a digest, a link that chains it, a leaf of its commit's Merkle tree, and the rows that the book
writes (fact, receipt, mark) into tables with the same columns and indexes; for each commit one signature, one
head, one durable COMMIT. The texts are put together by formatting alone. Nothing is read, checked, answered or
looked up: no program that stores the same can be much faster with this engine from Python. Ids are those of
`planted`, as long and in the same order, so that tables and indexes grow as they do under the product.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path
from typing import Any

import asyncpg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.live.planted import CONTEST, MADE_AT, SEATS_A_PANEL
from contest.store.migrations import MIGRATIONS

AT = "2026-11-20T09:00:00.000000Z"
ASPECTS = 16

FACT = ("id", "contest", "seq", "kind", "event", "at", "content", "prev", "link")
RECEIPT = ("id", "device", "device_seq", "digest", "receipt", "head")
MARK = (
    *("id", "contest", "event", "session", "entry", "aspect", "seat", "kind", "value", "revision", "replaces"),
    *("standing", "because", "device", "device_seq", "made_by", "made_at", "seq", "at"),
)
HEAD = ("id", "contest", "first", "seq", "link", "root", "at", "key", "signature")
NUMBERS = {"seq", "device_seq", "value", "revision", "first"}

Commit = tuple[list[tuple[Any, ...]], list[tuple[Any, ...]], list[tuple[Any, ...]], tuple[Any, ...]]
"""Rows of facts, receipts and marks, and the signed head."""

COMMAND = (
    '{"aspect":"%s","by":"","device":"%s","device_seq":%d,"entry":"%s","kind":"entered","made_at":"%s",'
    '"mark":"%s","reason":"","replaces":null,"session":"%s","value":8000}'
)
CONTENT = (
    '{"at":"%s","body":{"aspect":"%s","because":"","by":"%s","device":"%s","device_seq":%d,"entry":"%s",'
    '"event":"%s","fact":"mark_entered","kind":"entered","made_at":"%s","mark":"%s","reason":"",'
    '"replaces":null,"revision":1,"seat":"%s","session":"%s","standing":"counts","value":8000},'
    '"contest":"%s","seq":%d}'
)
ANSWER = (
    '{"mark":"%s","device_seq":%d,"verdict":"stored","seq":%d,"link":"%s","at":"%s","because":"","params":{},'
    '"head":null,"path":[]}'
)


def _places(seats: int) -> Iterator[tuple[Any, ...]]:
    """Event, session, seat, tablet, its number, entry, aspect and mark: a message of each seat in turn."""
    for message in count():
        for seat in range(seats):
            panel, at = divmod(seat, SEATS_A_PANEL)
            name, tablet = f"{CONTEST}-{panel:04}", f"{panel:04}{at:04}"
            entry = f"{name}-entry-{message + 1:04}"
            for aspect in range(ASPECTS):
                number = message * ASPECTS + aspect + 1
                yield (
                    *(f"{name}-event", f"{name}-session", f"{name}-seat-{at + 1:02}", f"tablet-{tablet}", number),
                    *(entry, f"aspect-{aspect + 1:03}", f"{tablet}-{number:023x}"),
                )


def commits(group: int, seats: int) -> Iterator[Commit]:
    """Rows of one commit after the other, `group` marks in each."""
    places = _places(seats)
    key = Ed25519PrivateKey.generate()
    fingerprint = hashlib.sha256(key.public_key().public_bytes_raw()).hexdigest()[:32]
    seq, link = 0, bytes(32)
    while True:
        facts, receipts, marks, leaves = [], [], [], []
        first = seq + 1
        head = f"{CONTEST}:{seq + group}"
        for event, session, judge, device, turn, entry, aspect, mark in islice(places, group):
            seq += 1
            command = COMMAND % (aspect, device, turn, entry, MADE_AT, mark, session)
            digest = hashlib.sha256(command.encode()).hexdigest()
            content = CONTENT % (
                *(AT, aspect, judge, device, turn, entry, event, MADE_AT, mark, judge, session, CONTEST, seq),
            )
            before = link
            link = hashlib.sha256(before + content.encode()).digest()
            told = link.hex()
            leaves.append(hashlib.sha256(b"\0" + link).digest())
            facts.append(
                (f"{CONTEST}:{seq}", CONTEST, seq, "mark_entered", event, AT, content, before.hex(), told)
            )
            receipts.append((f"{device}:{turn}", device, turn, digest, ANSWER % (mark, turn, seq, told, AT), head))
            marks.append(
                (
                    *(mark, CONTEST, event, session, entry, aspect, judge, "entered", 8000, 1, None),
                    *("counts", "", device, turn, judge, MADE_AT, seq, AT),
                )
            )
        root = _root(leaves)
        said = {"at": AT, "contest": CONTEST, "first": first, "key": fingerprint, "link": link.hex(), "root": root}
        signature = key.sign(b"jiangsai/head/1\n" + json.dumps(said | {"seq": seq}, sort_keys=True).encode())
        yield (
            facts,
            receipts,
            marks,
            (head, CONTEST, first, seq, link.hex(), root, AT, fingerprint, signature.hex()),
        )


def _root(level: list[bytes]) -> str:
    while len(level) > 1:
        above = [hashlib.sha256(b"\1" + level[n] + level[n + 1]).digest() for n in range(0, len(level) - 1, 2)]
        level = above + level[len(above) * 2 :]
    return level[0].hex()


def bare_sqlite(folder: Path, *, seats: int, group: int, seconds: float) -> float:
    """Marks a second of SQLite in WAL with synchronous=FULL, `group` marks a commit."""
    connection = sqlite3.connect(folder / f"bare-{group}.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    _make(connection.execute)
    connection.execute(f"INSERT INTO head VALUES ('{CONTEST}', 0, '', 0)")
    inserts = [
        f"INSERT INTO {table} ({_names(columns)}) VALUES ({', '.join('?' * len(columns))})"
        for table, columns in (("fact", FACT), ("receipt", RECEIPT), ("mark", MARK), ("signed_head", HEAD))
    ]
    began, stored = time.perf_counter(), 0
    for facts, receipts, marks, head in commits(group, seats):
        connection.execute("BEGIN IMMEDIATE")
        for sql, rows in zip(inserts, (facts, receipts, marks, [head]), strict=True):
            connection.executemany(sql, rows)
        connection.execute(
            "UPDATE head SET seq = ?, link = ?, signed = ? WHERE id = ?", (head[3], head[4], head[3], CONTEST)
        )
        connection.execute("COMMIT")
        stored += group
        if (took := time.perf_counter() - began) >= seconds:
            break
    connection.close()
    return stored / took


async def bare_postgres(url: str, *, seats: int, group: int, seconds: float) -> float:
    """Marks a second of PostgreSQL with synchronous_commit=on, `group` marks a commit; the database is empty."""
    connection = await asyncpg.connect(url, server_settings={"synchronous_commit": "on"})
    for statement in (sql for _, _, statements in MIGRATIONS for sql in statements):
        await connection.execute(statement)
    await connection.execute(f"INSERT INTO head VALUES ('{CONTEST}', 0, '', 0)")
    inserts = [
        await connection.prepare(
            f"INSERT INTO {table} ({_names(columns)}) SELECT * FROM unnest({_arrays(columns)})"
        )
        for table, columns in (("fact", FACT), ("receipt", RECEIPT), ("mark", MARK), ("signed_head", HEAD))
    ]
    began, stored = time.perf_counter(), 0
    for facts, receipts, marks, head in commits(group, seats):
        await connection.execute("BEGIN")
        await connection.execute("SELECT seq FROM head WHERE id = $1 FOR UPDATE", CONTEST)
        for statement, rows in zip(inserts, (facts, receipts, marks, [head]), strict=True):
            await statement.fetch(*map(list, zip(*rows, strict=True)))
        await connection.execute(
            "UPDATE head SET seq = $1, link = $2, signed = $1 WHERE id = $3", head[3], head[4], CONTEST
        )
        await connection.execute("COMMIT")
        stored += group
        if (took := time.perf_counter() - began) >= seconds:
            break
    await connection.close()
    return stored / took


def _make(execute: Any) -> None:
    for statement in (sql for _, _, statements in MIGRATIONS for sql in statements):
        execute(statement)


def _names(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _arrays(columns: tuple[str, ...]) -> str:
    places = zip(count(1), columns, strict=False)
    return ", ".join(f"${place}::{'bigint' if name in NUMBERS else 'text'}[]" for place, name in places)
