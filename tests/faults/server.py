"""The whole live part of the product in one event loop, over a database in memory, to be killed at any moment.

Everything of the product runs as it is: book, settling, seats, hub, rooms. Only the thread of the database, the
sockets and the clocks are ours, so that a run of minutes takes milliseconds and is the same each time.
"""

from __future__ import annotations

import asyncio
import random
import secrets
import sqlite3
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar, copy_context
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contest.errors import StoreUnavailable
from contest.model.signing import SigningKey
from contest.settings import Settings
from contest.store import clock, settle
from contest.store import open as open_
from contest.store.engine import KeptSqlite
from contest.store.open import Store
from contest.store.sqlite import _as_row
from contest.store.sqlite_steps import drive
from contest.store.work import Outcome, Row, Work
from realtime.deeds import Limits
from realtime.hub import Pace
from realtime.routes import Live, create_live
from tests.faults.network import Line
from tests.realtime.clockwork import ClockworkLoop

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
KEY = SigningKey(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
PACE = Pace(tick=1.0, follow=0.1, poll=3.0, idle=3600.0)
"""Calmer than in the hall: what a run costs is mostly boards."""

_running_in: ContextVar[Server | None] = ContextVar("server", default=None)


class Timepiece(ClockworkLoop):
    """A loop of which each task knows the server it belongs to, and where threads are no threads."""

    def create_task(self, coro: Coroutine[Any, Any, Any], **kwargs: Any) -> asyncio.Task[Any]:
        """Begin a task; it ends with its server."""
        task = super().create_task(coro, **kwargs)
        context = kwargs.get("context")
        server = context.get(_running_in) if context is not None else _running_in.get()
        if server is not None:
            server.tasks[task] = None
            task.add_done_callback(server.tasks.pop)
        return task

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:
        """What would be done in a thread is done at once."""
        del executor
        done = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as problem:
            done.set_exception(problem)
        return done


@contextmanager
def virtual(loop: Timepiece, dice: random.Random) -> Iterator[None]:
    """Let everybody read the loop's clock, and throw the run's dice."""

    with ExitStack() as patched:
        patched.enter_context(structlog.testing.capture_logs())
        patched.enter_context(foretold(dice, loop.time))
        patched.enter_context(patch.object(time, "monotonic", loop.time))
        patched.enter_context(patch.object(time, "process_time", lambda: 0.0))
        yield


@contextmanager
def foretold(dice: random.Random, seconds: Callable[[], float] = lambda: 0.0) -> Iterator[None]:
    """Let nothing that is stored depend on the day, nor on other dice."""

    def stamp(later: float = 0.0) -> str:
        return clock.stamp(NOON + timedelta(seconds=seconds() + later))

    with (
        patch.object(clock, "now", stamp),
        patch.object(clock, "later", stamp),
        patch.object(clock, "onward", stamp, create=True),
        patch.object(settle, "now", stamp),
        patch.object(open_, "now", stamp),
        patch.object(secrets, "token_hex", lambda size=16: dice.randbytes(size).hex()),
    ):
        yield


def connection_to(content: bytes) -> sqlite3.Connection:
    """A database in memory that holds this."""
    connection = sqlite3.connect(":memory:", isolation_level=None, detect_types=sqlite3.PARSE_DECLTYPES)
    connection.deserialize(content)
    connection.row_factory = _as_row
    return connection


class Disk:
    """The database of the run, and what can go wrong with it; it outlives the servers."""

    def __init__(self, content: bytes, dice: random.Random) -> None:
        self.connection = connection_to(content)
        self.dice = dice
        self.failing = 0
        """So many transactions more are told that the store is not available."""
        self.crash: tuple[str, Callable[[], None]] | None = None
        """Before or after the next commit, and what then happens."""

    async def transact(self, begin: Callable[[], Work[Outcome]]) -> Outcome:
        """One durable transaction."""
        await asyncio.sleep(self.dice.random() * 0.02)
        if self.failing:
            self.failing -= 1
            raise StoreUnavailable()
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            outcome = drive(self.connection, begin())
            await self._crash("before")
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")
        await self._crash("after")
        await asyncio.sleep(self.dice.random() * 0.02)
        return outcome

    async def _crash(self, when: str) -> None:
        if self.crash is not None and self.crash[0] == when:
            crash, self.crash = self.crash[1], None
            crash()
            await asyncio.sleep(3600.0)  # the end of this server comes first

    def restore(self, content: bytes) -> None:
        """An older copy takes the place of the database."""
        self.connection.close()
        self.connection = connection_to(content)


class _Writer:
    """The store's writer: one transaction after the other."""

    def __init__(self, disk: Disk) -> None:
        self._disk, self._turn = disk, asyncio.Lock()

    async def transact(self, begin: Callable[[], Work[Outcome]]) -> Outcome:
        async with self._turn:
            return await self._disk.transact(begin)


class _Readers:
    def __init__(self, disk: Disk) -> None:
        self._disk = disk

    async def fetch(self, sql: str, arguments: Any) -> list[Row]:
        # The writer stands between two statements only where it is killed, and then nobody reads any more.
        found: list[Row] = self._disk.connection.execute(sql, arguments).fetchall()
        return found

    async def close(self) -> None:
        pass


class Server:
    """One life of the server, from its start to its death."""

    def __init__(self, disk: Disk, *, live: Callable[..., Live] = create_live) -> None:
        writer: Any = _Writer(disk)
        readers: Any = _Readers(disk)
        self.tasks: dict[asyncio.Task[Any], None] = {}
        """In the order they began: a run is the same each time."""
        self.store = Store(KeptSqlite(":memory:", readers, writer), writer)
        self.store._bind()
        self.live = live(Settings(), limits=Limits(), pace=PACE)
        self.up = False
        self.killed = False
        self.lines: list[Line] = []
        self.broken: list[str] = []
        """What a connection died of; a real server writes it into its log."""
        self._context = copy_context()
        self._context.run(_running_in.set, self)
        self.start(self._run())

    async def _run(self) -> None:
        while True:
            try:
                await self.store.begin(KEY, kept=False)
                break
            except StoreUnavailable:
                await asyncio.sleep(1.0)  # whoever supervises the process starts it again
        async with self.live.running(self.store):
            self.up = True
            await asyncio.Event().wait()

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Do something as a part of this server."""
        return asyncio.get_running_loop().create_task(work, context=self._context)

    def seat(self, line: Line) -> None:
        """A tablet connects."""
        self._attend(line, lambda: self.live.attending.attend(line))  # type: ignore[arg-type]

    def board(self, line: Line) -> None:
        """A viewer connects."""
        self._attend(line, lambda: self.live.watching.watch(line))  # type: ignore[arg-type]

    def _attend(self, line: Line, attend: Callable[[], Awaitable[None]]) -> None:
        self.lines.append(line)

        async def served() -> None:
            try:
                await attend()
            except Exception as problem:
                self.broken.append(repr(problem))
            await line.close()

        self.start(served())

    def kill(self) -> None:
        """The process is gone in the middle of whatever it did; what it sent before may still arrive."""
        self.up, self.killed = False, True
        for line in self.lines:
            line.cut()
            line.stalled = True
        for task in tuple(self.tasks):
            task.cancel()

    async def gone(self) -> None:
        """Return when nothing of it runs any more."""
        while self.tasks:
            for task in tuple(self.tasks):
                task.cancel()
            await asyncio.sleep(0)
