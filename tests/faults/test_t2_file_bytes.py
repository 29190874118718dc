"""T2: bytes of the database's file that change are found, or they change nothing that the ledger says."""

from __future__ import annotations

import random
import sqlite3

import pytest

from contest.store.sqlite import path_of
from tests.faults.tampering import planted, problems, rows_of


@pytest.fixture
async def url(sqlite_url: str) -> str:
    await planted(sqlite_url)
    connection = sqlite3.connect(path_of(sqlite_url), isolation_level=None)
    connection.execute("PRAGMA journal_mode=DELETE").fetchall()
    connection.close()
    return sqlite_url


def changed(whole: bytes, offset: int) -> bytes:
    other = bytearray(whole)
    other[offset] ^= 1 << (offset % 8)
    return bytes(other)


async def missed(url: str, count: int, seed: int) -> list[int]:
    """Of so many offsets those at which a changed byte is not found and changes what the ledger says."""
    path, dice = path_of(url), random.Random(seed)
    whole, said, found = path.read_bytes(), rows_of(path), []
    for offset in (dice.randrange(len(whole)) for _ in range(count)):
        path.write_bytes(changed(whole, offset))
        if not await problems(url) and rows_of(path) != said:
            found.append(offset)
    return found


async def test_flipped_bytes_of_the_file_are_found_or_change_nothing_of_the_ledger(url):
    assert await missed(url, 60, 20261120) == []


@pytest.mark.long
async def test_two_thousand_flipped_bytes_are_found_or_change_nothing_of_the_ledger(url):
    assert await missed(url, 2000, 20261121) == []


async def test_a_byte_of_a_fact_is_found_wherever_it_lies(url):
    path = path_of(url)
    whole = path.read_bytes()
    place = whole.index(b'"fact":"mark_entered"')
    for offset in range(place - 120, place + 120):
        path.write_bytes(changed(whole, offset))
        assert await problems(url) != [], offset
