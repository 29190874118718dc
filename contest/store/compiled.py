"""Piccolo's queries as the writer takes them: text and arguments for the engine at hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from piccolo.query.base import Query
from piccolo.query.methods.insert import Insert
from piccolo.query.methods.update import Update
from piccolo.table import Table

from contest.store.work import Row, Run, columns_of


def compiled(queries: Iterable[Query[Any, Any]]) -> tuple[Run, ...]:
    """Queries in order, ready to run in a transaction of the store's own."""
    return tuple(run for query in queries for run in _statements(query))


def _statements(query: Query[Any, Any]) -> list[Run]:
    query._validate()  # type: ignore[no-untyped-call]  # Piccolo leaves it untyped
    return [
        Run(*querystring.compile_string(engine_type=query.engine_type), _written_by(query))
        for querystring in query.querystrings
    ]


def _written_by(query: Query[Any, Any]) -> Row | None:
    if isinstance(query, Insert) and len(query.add_delegate._add) == 1:
        table: type[Table] = query.table
        return {name: getattr(query.add_delegate._add[0], name) for name in columns_of(table)}
    if isinstance(query, Update):
        return {column._meta.name: value for column, value in query.values_delegate._values.items()}
    return None
