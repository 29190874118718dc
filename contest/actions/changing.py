"""Changing: how a request to change something planned becomes a changed row, the same for every noun."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET
from piccolo.query.base import Query
from piccolo.table import Table

from contest.errors import Overtaken
from contest.store.open import Store
from contest.store.work import Work

_Answer = TypeVar("_Answer")
_Noun = TypeVar("_Noun", bound=msgspec.Struct)
_Row = TypeVar("_Row", bound=Table)


_TRIES = 5


async def repeated(attempt: Callable[[], Awaitable[_Answer]]) -> _Answer:
    """Read, decide and write anew while somebody else writes in between; Overtaken when that does not end."""
    for _ in range(_TRIES - 1):
        try:
            return await attempt()
        except Overtaken:
            continue
    return await attempt()


def changes_in(changes: msgspec.Struct) -> dict[str, Any]:
    """Return the fields that a request really named, as plain values."""
    named = {field: getattr(changes, field) for field in changes.__struct_fields__}
    return {field: msgspec.to_builtins(value) for field, value in named.items() if value is not UNSET}


def row(table: type[_Row], values: Mapping[str, Any]) -> _Row:
    """Return the row that stores a noun's values; lists are stored as JSON, what has no column is left out."""
    kept = {field: value for field, value in values.items() if field in _columns(table)}
    return table(**{field: _stored(value) for field, value in kept.items()})


def changed_columns(table: type[Table], named: Mapping[str, Any]) -> dict[Any, Any]:
    """Address changed values by the table's columns."""
    return {_columns(table)[field]: _stored(value) for field, value in named.items()}


async def change(
    store: Store,
    table: type[Table],
    before: _Noun,
    named: Mapping[str, Any],
    *also: Query[Any, Any],
    given: Callable[[], Work[None]] | None = None,
) -> _Noun:
    """Store what changed of one row, and what follows from it, and return the noun as it is now."""
    if named:
        mine = table._meta.primary_key == msgspec.to_builtins(before)["id"]
        await store.apply(table.update(changed_columns(table, named)).where(mine), *also, given=given)
    return msgspec.convert({**msgspec.to_builtins(before), **named}, type(before))


def _columns(table: type[Table]) -> dict[str, Any]:
    return {column._meta.name: column for column in table._meta.columns}


def _stored(value: Any) -> Any:
    return msgspec.json.encode(value).decode() if isinstance(value, list | tuple) else value
