"""How PostgreSQL performs the steps of a work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, assert_never

import asyncpg
from piccolo.columns import BigInt, Boolean, Integer
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

CHANNEL = "jiangsai_facts"
"""Where other processes hear that a contest has new facts: `contest,seq`."""


async def drive(connection: Any, work: Work[Outcome]) -> Outcome:
    """Perform a work's steps on a connection that is in a transaction."""
    try:
        step = next(work)
        while True:
            step = work.send(await _perform(connection, step))
    except StopIteration as done:
        outcome: Outcome = done.value
        return outcome


async def _perform(connection: Any, step: Step) -> list[Row]:
    try:
        match step:
            case Find():
                return await _find(connection, step)
            case Span():
                return await _span(connection, step)
            case Insert():
                return await _insert(connection, step)
            case Change():
                return await _change(connection, step)
            case Run():
                return [dict(row) for row in await connection.fetch(step.sql, *step.arguments)]
            case Ring():
                await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, f"{step.contest},{step.seq}")
                return []
            case _:
                assert_never(step)
    except asyncpg.UniqueViolationError as problem:
        raise _taken(problem) from problem


async def _find(connection: Any, step: Find) -> list[Row]:
    if not step.keys:
        return []
    sql = _find_sql(step.table, step.by, step.columns, step.lock)
    return [dict(row) for row in await connection.fetch(sql, *map(list, zip(*step.keys, strict=True)))]


async def _span(connection: Any, step: Span) -> list[Row]:
    if not step.spans:
        return []
    sql = _span_sql(step.table, step.columns)
    return [dict(row) for row in await connection.fetch(sql, *map(list, zip(*step.spans, strict=True)))]


async def _insert(connection: Any, step: Insert) -> list[Row]:
    if step.rows:
        columns = columns_of(step.table)
        await connection.fetch(_insert_sql(step.table, step.unless_there), *_by_column(columns, step.rows))
    return []


async def _change(connection: Any, step: Change) -> list[Row]:
    if step.rows:
        columns = ("id", *(column for column in step.rows[0] if column != "id"))
        await connection.fetch(_change_sql(step.table, columns), *_by_column(columns, step.rows))
    return []


def _by_column(columns: tuple[str, ...], rows: Sequence[Row]) -> Iterator[list[Any]]:
    return (list(map(itemgetter(column), rows)) for column in columns)


# ---- statements, written once ----------------------------------------------------------------------------------


@cache
def _find_sql(table: type[Table], by: tuple[str, ...], columns: tuple[str, ...], lock: bool) -> str:
    name = name_of(table)
    wanted = ", ".join(f'"{name}"."{column}"' for column in columns or columns_of(table))
    on = " AND ".join(f'"{name}"."{column}" = asked."{column}"' for column in by)
    sql = (
        f'SELECT {wanted} FROM "{name}" '  # noqa: S608 -- our own names
        f"JOIN (SELECT DISTINCT * FROM unnest({_arrays(table, by)}) AS given({quoted(by)})) AS asked ON {on}"
    )
    # In one order everywhere, or two processes could wait for each other.
    return sql + f' ORDER BY "{name}"."id" FOR UPDATE OF "{name}"' if lock else sql


@cache
def _span_sql(table: type[Table], columns: tuple[str, ...]) -> str:
    name = name_of(table)
    wanted = ", ".join(f'"{name}"."{column}"' for column in columns)
    return (
        f'SELECT {wanted} FROM "{name}" '  # noqa: S608 -- our own names
        "JOIN unnest($1::text[], $2::bigint[], $3::bigint[]) AS asked(contest, first, last) "
        f'ON "{name}"."contest" = asked.contest AND "{name}"."seq" BETWEEN asked.first AND asked.last '
        f'ORDER BY "{name}"."contest", "{name}"."seq"'
    )


@cache
def _insert_sql(table: type[Table], unless_there: bool) -> str:
    columns = columns_of(table)
    otherwise = " ON CONFLICT DO NOTHING" if unless_there else ""
    return (
        f'INSERT INTO "{name_of(table)}" ({quoted(columns)}) '  # noqa: S608 -- our own names
        f"SELECT * FROM unnest({_arrays(table, columns)}){otherwise}"
    )


@cache
def _change_sql(table: type[Table], columns: tuple[str, ...]) -> str:
    sets = ", ".join(f'"{column}" = new."{column}"' for column in columns[1:])
    name = name_of(table)
    return (
        f'UPDATE "{name}" SET {sets} '  # noqa: S608 -- our own names
        f"FROM unnest({_arrays(table, columns)}) AS new({quoted(columns)}) "
        f'WHERE "{name}"."id" = new."id"'
    )


def _arrays(table: type[Table], columns: tuple[str, ...]) -> str:
    return ", ".join(f"${place}::{_kind(table, column)}[]" for place, column in enumerate(columns, start=1))


def _kind(table: type[Table], column: str) -> str:
    match table._meta.get_column_by_name(column):
        case BigInt() | Integer():
            return "bigint"
        case Boolean():
            return "boolean"
        case _:
            return "text"


def _taken(problem: asyncpg.UniqueViolationError) -> AlreadyExists:
    """The rule behind a broken unique index; the detail reads «Key (contest, code)=(c1, W1) …»."""
    detail = problem.detail or ""
    name = detail.partition(")=(")[2].rpartition(")")[0].split(", ")[-1]
    return AlreadyExists(what=problem.table_name or "", name=name)
