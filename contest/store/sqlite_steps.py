"""How SQLite performs the steps of a work."""

from __future__ import annotations

import sqlite3
from functools import cache
from operator import itemgetter
from typing import assert_never

import msgspec
from piccolo.table import Table

from contest.errors import AlreadyExists
from contest.store.work import (
    Change,
    Find,
    Insert,
    Outcome,
    Ring,
    Row,
    Run,
    Span,
    Step,
    Work,
    columns_of,
    name_of,
    quoted,
)


def drive(connection: sqlite3.Connection, work: Work[Outcome]) -> Outcome:
    """Perform a work's steps on a connection that is in a transaction."""
    found: list[Row] = []
    try:
        step = next(work)
        while True:
            found = _perform(connection, step)
            step = work.send(found)
    except StopIteration as done:
        outcome: Outcome = done.value
        return outcome


def _perform(connection: sqlite3.Connection, step: Step) -> list[Row]:
    match step:
        case Find():
            return _find(connection, step)
        case Span():
            return _span(connection, step)
        case Insert():
            return _insert(connection, step)
        case Change():
            return _change(connection, step)
        case Run():
            try:
                return connection.execute(step.sql, step.arguments).fetchall()
            except sqlite3.IntegrityError as problem:
                raise _taken(problem, step.values) from problem
        case Ring():
            return []  # other processes watch `PRAGMA data_version`
        case _:
            assert_never(step)


def _find(connection: sqlite3.Connection, step: Find) -> list[Row]:
    if not step.keys:
        return []
    sql = _find_sql(step.table, step.by, step.columns)
    keys = [key for (key,) in step.keys] if len(step.by) == 1 else step.keys
    return connection.execute(sql, (msgspec.json.encode(keys).decode(),)).fetchall()


def _span(connection: sqlite3.Connection, step: Span) -> list[Row]:
    sql = _span_sql(step.table, step.columns)
    return [row for span in step.spans for row in connection.execute(sql, span)]


def _insert(connection: sqlite3.Connection, step: Insert) -> list[Row]:
    if not step.rows:
        return []
    try:
        connection.executemany(
            _insert_sql(step.table, step.unless_there), map(itemgetter(*columns_of(step.table)), step.rows)
        )
    except sqlite3.IntegrityError as problem:
        raise _taken(problem) from problem
    return []


def _change(connection: sqlite3.Connection, step: Change) -> list[Row]:
    if step.rows:
        columns = tuple(column for column in step.rows[0] if column != "id")
        connection.executemany(_change_sql(step.table, columns), map(itemgetter(*columns, "id"), step.rows))
    return []


# ---- statements, written once ----------------------------------------------------------------------------------


@cache
def _find_sql(table: type[Table], by: tuple[str, ...], columns: tuple[str, ...]) -> str:
    # One statement for all keys: each that is run on its own may have to wait for the interpreter.
    name = name_of(table)
    wanted = ", ".join(f'"{name}"."{column}"' for column in columns or columns_of(table))
    if len(by) == 1:
        return (
            f'SELECT {wanted} FROM "{name}" '  # noqa: S608 -- our own names
            f'WHERE "{by[0]}" IN (SELECT value FROM json_each(?))'
        )
    on = " AND ".join(
        f'"{name}"."{column}" = json_extract(asked.value, \'$[{place}]\')' for place, column in enumerate(by)
    )
    return f'SELECT {wanted} FROM json_each(?) AS asked CROSS JOIN "{name}" ON {on}'  # noqa: S608 -- our own names


@cache
def _span_sql(table: type[Table], columns: tuple[str, ...]) -> str:
    where = 'WHERE "contest" = ? AND "seq" BETWEEN ? AND ? ORDER BY "seq"'
    return f'SELECT {quoted(columns)} FROM "{name_of(table)}" {where}'  # noqa: S608 -- our own names


@cache
def _insert_sql(table: type[Table], unless_there: bool) -> str:
    columns = columns_of(table)
    marks = ", ".join("?" * len(columns))
    otherwise = " ON CONFLICT DO NOTHING" if unless_there else ""
    return (
        f'INSERT INTO "{name_of(table)}" ({quoted(columns)}) '  # noqa: S608 -- our own names
        f"VALUES ({marks}){otherwise}"
    )


@cache
def _change_sql(table: type[Table], columns: tuple[str, ...]) -> str:
    sets = ", ".join(f'"{column}" = ?' for column in columns)
    return f'UPDATE "{name_of(table)}" SET {sets} WHERE "id" = ?'  # noqa: S608 -- our own names


def _taken(problem: sqlite3.IntegrityError, values: Row | None = None) -> Exception:
    """The rule behind a broken unique index: «event.contest, event.code»; anything else stays what it is."""
    said = str(problem)
    prefix = "UNIQUE constraint failed: "
    if not said.startswith(prefix):
        return problem
    table, _, column = said.removeprefix(prefix).split(", ")[-1].partition(".")
    return AlreadyExists(what=table, name=str((values or {}).get(column, column)))
