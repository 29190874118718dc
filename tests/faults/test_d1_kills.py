"""D1: a process that writes is killed at any moment, again and again: nothing lost, nothing doubled or altered.

A kill says nothing about the power (that is D4): what was written is in the page cache. It says that no answer
leaves before the commit, that a torn transaction is none, and that whoever comes next goes on from there.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from pathlib import Path

import msgspec
import pytest

from contest.model.mark import EnterMark
from contest.store.open import open_store
from tests.builders import unbroken
from tests.faults.checker import Stored, check, stored_postgres, stored_sqlite
from tests.faults.children import Nursery
from tests.faults.history import History, Line, merged, read, seed_of
from tests.faults.intake import planted, reopened

LONGEST = 3.0
"""Seconds after the start at which even the slowest child is killed, so that a run ends."""


async def stored_in(url: str) -> Stored:
    """The rows of a database, read without the product."""
    if url.startswith("sqlite"):
        return await asyncio.to_thread(stored_sqlite, url.removeprefix("sqlite:///"))
    return await stored_postgres(url)


def lives(url: str, contest: str, marks: list[EnterMark], folder: Path, kills: int, seed: int) -> list[Line]:
    """Kill `kills` children at any moment of their lives and let the last one finish; what all of them heard."""
    dice = random.Random(seed)
    (folder / "marks").write_bytes(msgspec.json.encode(marks))
    about = {"url": url, "contest": contest, "marks": str(folder / "marks"), "key": str(folder / "signing.pem")}
    killed, window, heard = 0, 0.1, []
    with Nursery() as nursery:
        while True:
            history = folder / f"life-{len(heard)}"
            child = nursery.start("write", **about, history=str(history), seed=dice.randrange(2**32))
            if killed < kills:
                time.sleep(min(LONGEST, dice.random() * window))
                os.kill(child, signal.SIGKILL)
            ended = nursery.wait(child)
            heard.append(read(history) if history.exists() else [])
            if ended == 0:
                window /= 2
                if killed >= kills:
                    return merged(heard)
            else:
                assert ended == -signal.SIGKILL, "it ended by itself"
                killed += 1
                # Most are killed while they write, however fast the machine is; some before they begin.
                window *= 1.0 if any(line["kind"] == "answered" for line in heard[-1]) else 1.15


async def kill_often(url: str, folder: Path, kills: int, seed: int) -> None:
    at = await planted(url, judges=6, entries=100)
    marks = [at.mark(8000, seat=seat, entry=entry) for entry in range(100) for seat in range(6)]
    lines = await asyncio.to_thread(lives, url, at.contest, marks, folder, kills, seed)
    assert check([*History(seed).lines, *lines], await stored_in(url)) == [], f"seed {seed}"
    answered = {line["key"] for line in lines if line["kind"] == "answered"}
    told = sum(line["kind"] == "answered" for line in lines)
    print(f"{kills} kills, {told} answers for {len(marks)} marks, {_in_doubt(lines)} without an answer")
    assert len(answered) == len(marks)
    reopened(at, await open_store(url))
    assert await unbroken(at)
    await at.store.close()


def _in_doubt(lines: list[Line]) -> int:
    return sum(line["kind"] == "sent" for line in lines) - sum(line["kind"] == "answered" for line in lines)


async def test_a_writer_killed_over_and_over_loses_and_doubles_nothing(store_url, tmp_path):
    await kill_often(store_url, tmp_path, 50, seed_of(1))


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_a_writer_killed_a_thousand_times(store_url, tmp_path):
    await kill_often(store_url, tmp_path, 500, seed_of(1000))
