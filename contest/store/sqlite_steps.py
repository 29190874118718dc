"""How SQLite performs the steps of a work."""

from __future__ import annotations

import sqlite3
from typing import assert_never

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
    # One question per key: no network lies between, and each is answered from an index.
    where = " AND ".join(f'"{column}" = ?' for column in step.by)
    columns = quoted(step.columns or columns_of(step.table))
    sql = f'SELECT {columns} FROM "{name_of(step.table)}" WHERE {where}'  # noqa: S608 -- our own names
    return [row for key in step.keys for row in connection.execute(sql, key)]


def _span(connection: sqlite3.Connection, step: Span) -> list[Row]:
    sql = (
        f'SELECT {quoted(step.columns)} FROM "{name_of(step.table)}" '  # noqa: S608 -- our own names
        'WHERE "contest" = ? AND "seq" BETWEEN ? AND ? ORDER BY "seq"'
    )
    return [row for span in step.spans for row in connection.execute(sql, span)]


def _insert(connection: sqlite3.Connection, step: Insert) -> list[Row]:
    columns = columns_of(step.table)
    marks = ", ".join("?" * len(columns))
    otherwise = " ON CONFLICT DO NOTHING" if step.unless_there else ""
    sql = (
        f'INSERT INTO "{name_of(step.table)}" ({quoted(columns)}) '  # noqa: S608 -- our own names
        f"VALUES ({marks}){otherwise}"
    )
    try:
        connection.executemany(sql, ([row[column] for column in columns] for row in step.rows))
    except sqlite3.IntegrityError as problem:
        raise _taken(problem) from problem
    return []


def _change(connection: sqlite3.Connection, step: Change) -> list[Row]:
    if step.rows:
        columns = [column for column in step.rows[0] if column != "id"]
        sets = ", ".join(f'"{column}" = ?' for column in columns)
        sql = f'UPDATE "{name_of(step.table)}" SET {sets} WHERE "id" = ?'  # noqa: S608 -- our own names
        connection.executemany(sql, ([*(row[column] for column in columns), row["id"]] for row in step.rows))
    return []


def _taken(problem: sqlite3.IntegrityError, values: Row | None = None) -> Exception:
    """The rule behind a broken unique index: «event.contest, event.code»; anything else stays what it is."""
    said = str(problem)
    prefix = "UNIQUE constraint failed: "
    if not said.startswith(prefix):
        return problem
    table, _, column = said.removeprefix(prefix).split(", ")[-1].partition(".")
    return AlreadyExists(what=table, name=str((values or {}).get(column, column)))
