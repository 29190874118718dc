"""Questions about marking schemes: which version is in force, and what it says."""

from __future__ import annotations

import msgspec

from contest.errors import SchemeMissing
from contest.model.contest import SchemeVersion
from contest.model.ids import EventId
from contest.store.open import Store
from contest.store.schemes import scheme_of
from contest.store.tables import SchemeRow
from scoring.scheme import Scheme


async def scheme_in_force(store: Store, key: EventId) -> SchemeVersion:
    """The newest version of an event's scheme; SchemeMissing when there is none yet."""
    query = SchemeRow.select().where(SchemeRow.event == key)
    rows = await store.select(query.order_by(SchemeRow.version, ascending=False).limit(1))
    if not rows:
        raise SchemeMissing()
    return msgspec.convert(rows[0], SchemeVersion)


async def scheme_of_event(store: Store, key: EventId) -> Scheme:
    """The scheme in force, ready to compute with."""
    version = await scheme_in_force(store, key)
    return scheme_of(version.digest, version.document)
