"""Named places on the way of a mark through the product, where a process can be made to die.

Each place is a function of the product that is wrapped before the process serves; at its n-th pass the process
kills itself with SIGKILL: nothing is flushed, closed or said.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from itertools import count
from typing import Any

import asyncpg

from contest.store import draft, postgres_steps, settle, sqlite, sqlite_steps
from contest.store.tables import FactRow
from realtime import seats, transport

PLACES = ("recv", "verify", "BEGIN", "INSERT", "chain", "COMMIT-", "COMMIT+", "ACK-", "ACK+", "broadcast")

Pass = Callable[[], None]


def mine(place: str, passes: int) -> Pass:
    """Let this process die when it passes the place for the n-th time after the returned function was called."""
    passed, armed = count(1), []

    def step() -> None:
        if armed and next(passed) == passes:
            os.kill(os.getpid(), signal.SIGKILL)

    _WRAPPED[place](step)
    return lambda: armed.append(True)


def _before(owner: Any, name: str, step: Pass, when: Callable[..., bool] = lambda *_, **__: True) -> None:
    """Pass the place each time a function is about to run."""
    original = getattr(owner, name)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if when(*args, **kwargs):
            step()
        return original(*args, **kwargs)

    setattr(owner, name, wrapped)


def _after(owner: Any, name: str, step: Pass, when: Callable[..., bool]) -> None:
    """Pass the place each time a function has run."""
    original = getattr(owner, name)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        outcome = original(*args, **kwargs)
        if when(*args, **kwargs):
            step()
        return outcome

    setattr(owner, name, wrapped)


class _Watched:
    """The writing connection of SQLite, whose statements are seen before and after."""

    def __init__(self, connection: Any, before: dict[str, Pass], after: dict[str, Pass]) -> None:
        self._connection, self._before, self._after = connection, before, after

    def execute(self, sql: str, *arguments: Any) -> Any:
        self._before.get(sql, _nothing)()
        found = self._connection.execute(sql, *arguments)
        self._after.get(sql, _nothing)()
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def _nothing() -> None:
    pass


def _statements(*, before: dict[str, Pass], after: dict[str, Pass]) -> None:
    """Pass a place before or after what opens and ends a transaction, on both engines."""
    connect = sqlite._connect_writer
    sqlite._connect_writer = lambda path: _Watched(connect(path), before, after)  # type: ignore[assignment, return-value]
    execute = asyncpg.Connection.execute

    async def watched(self: Any, query: str, *args: Any, **kwargs: Any) -> Any:
        before.get(query, _nothing)()
        found = await execute(self, query, *args, **kwargs)
        after.get(query, _nothing)()
        return found

    asyncpg.Connection.execute = watched


def _says(kind: str) -> Callable[..., bool]:
    start = b'{"type":"' + kind.encode() + b'"'
    return lambda _, frame: frame.payload.startswith(start)


def _inserted(step: Pass) -> None:
    _after(sqlite_steps, "_insert", step, lambda _, insert: insert.table is FactRow and bool(insert.rows))
    insert_rows = postgres_steps._insert

    async def wrapped(connection: Any, insert: Any) -> Any:
        found = await insert_rows(connection, insert)
        if insert.table is FactRow and insert.rows:
            step()
        return found

    postgres_steps._insert = wrapped


_WRAPPED: dict[str, Callable[[Pass], None]] = {
    "recv": lambda step: _before(seats.SeatLine, "receive", step, lambda _, text, *__: "enter_marks" in str(text)),
    "verify": lambda step: _before(settle, "enter", step),
    "BEGIN": lambda step: _statements(before={}, after={"BEGIN": step, "BEGIN IMMEDIATE": step}),
    "INSERT": _inserted,
    "chain": lambda step: _before(draft, "link_of", step),
    "COMMIT-": lambda step: _statements(before={"COMMIT": step}, after={}),
    "COMMIT+": lambda step: _statements(before={}, after={"COMMIT": step}),
    "ACK-": lambda step: _before(seats.SeatLine, "stored", step),
    "ACK+": lambda step: _after(transport.SocketWire, "put", step, _says("marks_stored")),
    "broadcast": lambda step: _before(transport.SocketWire, "put", step, _says("moved")),
}
