"""Changing: how a request to change something planned becomes a changed row, the same for every noun."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from msgspec import UNSET
from piccolo.table import Table

from contest.store.open import Store

_Noun = TypeVar("_Noun", bound=msgspec.Struct)


def changes_in(changes: msgspec.Struct) -> dict[str, Any]:
    """Return the fields that a request really named, as they are stored."""
    named = {field: getattr(changes, field) for field in changes.__struct_fields__}
    return {field: msgspec.to_builtins(value) for field, value in named.items() if value is not UNSET}


def columns(table: type[Table], changes: dict[str, Any]) -> dict[Any, Any]:
    """Address changes by the table's columns."""
    return {table._meta.get_column_by_name(field): value for field, value in changes.items()}


async def change(store: Store, table: Any, before: _Noun, named: dict[str, Any]) -> _Noun:
    """Store what changed of one row and return it as it is now."""
    if named:
        await store.apply(table.update(columns(table, named)).where(table.id == before.id))  # type: ignore[attr-defined]
    return msgspec.convert({**msgspec.to_builtins(before), **named}, type(before))
