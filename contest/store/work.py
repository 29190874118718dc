"""What a transaction asks and writes, said without naming a database.

A `Work` is a generator: it yields steps, receives the rows they found, and returns its outcome. It runs wholly
inside one transaction; the driver of each engine (`sqlite.py`, `postgres.py`) performs the steps. So the book
decides once, in one piece of code, on both engines. A work may be run again from the start, it keeps nothing.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from piccolo.table import Table

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Find:
    """Rows of a table whose `by` columns equal one of the keys. `lock` holds them until the commit."""

    table: type[Table]
    by: tuple[str, ...]
    keys: Sequence[tuple[str | int, ...]]
    columns: tuple[str, ...] = ()
    lock: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """Facts of contests between two numbers, both included, in order."""

    table: type[Table]
    spans: Sequence[tuple[str, int, int]]
    """Contest, first and last number."""
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Insert:
    """New rows; each names every column of its table. With `unless_there`, those that exist are left alone."""

    table: type[Table]
    rows: Sequence[Row]
    unless_there: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """Rows to change, found by their `id`; every row names the same columns."""

    table: type[Table]
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Run:
    """A statement that is already written for the engine at hand, with its arguments."""

    sql: str
    arguments: Sequence[Any] = ()
    values: Row | None = None
    """What it writes, by column, when it writes one row: to name what was taken already."""


@dataclass(frozen=True, slots=True)
class Ring:
    """Tell other processes, at the commit, that a contest has facts up to `seq`."""

    contest: str
    seq: int


Step = Find | Span | Insert | Change | Run | Ring

Outcome = TypeVar("Outcome")
Work = Generator[Step, list[Row], Outcome]


@cache
def columns_of(table: type[Table]) -> tuple[str, ...]:
    """The names of a table's columns, in order."""
    return tuple(column._meta.name for column in table._meta.columns)


def name_of(table: type[Table]) -> str:
    """The name of a table in the database."""
    return str(table._meta.tablename)


def quoted(names: Sequence[str]) -> str:
    """Names as SQL reads them; our own names only, never text from outside."""
    return ", ".join(f'"{name}"' for name in names)
