"""The yardstick of the intake: the bare engine commits the same rows with the same hashes, and decides nothing.

For each mark a digest, a link that chains it, a leaf of its commit's Merkle tree, and the rows that the book
writes (fact, receipt, mark) into tables with the same columns and indexes; for each commit one signature, one
head, one durable COMMIT. The texts are put together by formatting alone. Nothing is read, checked, answered or
looked up: no program that stores the same can be much faster with this engine from Python.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contest.store.migrations import MIGRATIONS

CONTEST, EVENT, SESSION = "c1", "c1-event", "c1-session"
AT = "2026-11-20T09:00:00.000000Z"
SEATS = 500

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
    '{"aspect":"panel","by":"","device":"%s","device_seq":%d,"entry":"%s","kind":"entered","made_at":"%s",'
    '"mark":"%s","reason":"","replaces":null,"session":"c1-session","value":8000}'
)
CONTENT = (
    '{"at":"%s","body":{"aspect":"panel","because":"","by":"%s","device":"%s","device_seq":%d,"entry":"%s",'
    '"event":"c1-event","fact":"mark_entered","kind":"entered","made_at":"%s","mark":"%s","reason":"",'
    '"replaces":null,"revision":1,"seat":"%s","session":"c1-session","standing":"counts","value":8000},'
    '"contest":"c1","seq":%d}'
)
ANSWER = '{"mark":"%s","device_seq":%d,"verdict":"stored","seq":%d,"link":"%s","at":"%s"}'


def commits(group: int) -> Iterator[Commit]:
    """Rows of one commit after the other, `group` marks in each."""
    key = Ed25519PrivateKey.generate()
    fingerprint = hashlib.sha256(key.public_key().public_bytes_raw()).hexdigest()[:32]
    seq, link = 0, bytes(32)
    while True:
        facts, receipts, marks, leaves = [], [], [], []
        first = seq + 1
        head = f"{CONTEST}:{seq + group}"
        for _ in range(group):
            seq += 1
            seat, turn = seq % SEATS, seq // SEATS + 1
            device, judge = f"{CONTEST}-tablet-{seat}", f"{CONTEST}-seat-{seat}"
            mark, entry = f"{CONTEST}-mark-{seq}", f"{CONTEST}-entry-{turn}"
            command = COMMAND % (device, turn, entry, AT, mark)
            digest = hashlib.sha256(command.encode()).hexdigest()
            content = CONTENT % (AT, judge, device, turn, entry, AT, mark, judge, seq)
            before = link
            link = hashlib.sha256(before + content.encode()).digest()
            told = link.hex()
            leaves.append(hashlib.sha256(b"\0" + link).digest())
            facts.append((f"c1:{seq}", CONTEST, seq, "mark_entered", EVENT, AT, content, before.hex(), told))
            receipts.append((f"{device}:{turn}", device, turn, digest, ANSWER % (mark, turn, seq, told, AT), head))
            marks.append(
                (
                    *(mark, CONTEST, EVENT, SESSION, entry, "panel", judge, "entered", 8000, 1, None),
                    *("counts", "", device, turn, judge, AT, seq, AT),
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


def bare_sqlite(folder: Path, *, group: int, seconds: float) -> float:
    """Marks a second of SQLite in WAL with synchronous=FULL, `group` marks a commit."""
    connection = sqlite3.connect(folder / f"bare-{group}.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    _make(connection.execute)
    connection.execute("INSERT INTO head VALUES ('c1', 0, '', 0)")
    inserts = [
        f"INSERT INTO {table} ({_names(columns)}) VALUES ({', '.join('?' * len(columns))})"
        for table, columns in (("fact", FACT), ("receipt", RECEIPT), ("mark", MARK), ("signed_head", HEAD))
    ]
    began, stored = time.perf_counter(), 0
    for facts, receipts, marks, head in commits(group):
        connection.execute("BEGIN IMMEDIATE")
        for sql, rows in zip(inserts, (facts, receipts, marks, [head]), strict=True):
            connection.executemany(sql, rows)
        connection.execute(
            "UPDATE head SET seq = ?, link = ?, signed = ? WHERE id = 'c1'", (head[3], head[4], head[3])
        )
        connection.execute("COMMIT")
        stored += group
        if (took := time.perf_counter() - began) >= seconds:
            break
    connection.close()
    return stored / took


async def bare_postgres(url: str, *, group: int, seconds: float) -> float:
    """Marks a second of PostgreSQL with synchronous_commit=on, `group` marks a commit; the database is empty."""
    connection = await asyncpg.connect(url, server_settings={"synchronous_commit": "on"})
    for statement in (sql for _, _, statements in MIGRATIONS for sql in statements):
        await connection.execute(statement)
    await connection.execute("INSERT INTO head VALUES ('c1', 0, '', 0)")
    inserts = [
        await connection.prepare(
            f"INSERT INTO {table} ({_names(columns)}) SELECT * FROM unnest({_arrays(columns)})"
        )
        for table, columns in (("fact", FACT), ("receipt", RECEIPT), ("mark", MARK), ("signed_head", HEAD))
    ]
    began, stored = time.perf_counter(), 0
    for facts, receipts, marks, head in commits(group):
        await connection.execute("BEGIN")
        await connection.execute("SELECT seq FROM head WHERE id = 'c1' FOR UPDATE")
        for statement, rows in zip(inserts, (facts, receipts, marks, [head]), strict=True):
            await statement.fetch(*map(list, zip(*rows, strict=True)))
        await connection.execute(
            "UPDATE head SET seq = $1, link = $2, signed = $1 WHERE id = 'c1'", head[3], head[4]
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
