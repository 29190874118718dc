"""Which doorbells a process hears, and for whom it rings: wired here, kept alive here.

A process that writes into SQLite is alone and hears itself. Everybody else listens: to the commits of PostgreSQL,
to the file of SQLite, and to Redis where there is one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge

from contest.model.ids import ContestId
from contest.settings import Settings
from contest.store.doorbells import Doorbell, attended
from contest.store.doorbells.postgres import PostgresBell
from contest.store.doorbells.redis import RedisBell, RedisRinger
from contest.store.doorbells.sqlite import SqliteBell
from contest.store.open import Store
from contest.store.sqlite import path_of
from realtime.figures import LiveFigures
from realtime.hub import Hub
from realtime.supervising import ended, supervised


class Hearing:
    """The hub's ears, with a count of what they hear."""

    def __init__(self, hub: Hub, registry: CollectorRegistry) -> None:
        self._hub = hub
        self._rings = Counter("jiangsai_doorbell_rings", "Rings from other processes.", registry=registry)
        self._listening = Gauge(
            "jiangsai_doorbell_listening",
            "Whether a doorbell would be heard (0: only the slow poll).",
            ["kind"],
            registry=registry,
        )

    def ring(self, contest: ContestId, seq: int) -> None:
        """Facts of a contest up to `seq` exist."""
        self._rings.inc()
        self._hub.ring(contest, seq)

    def look(self) -> None:
        """Something may have happened anywhere."""
        self._rings.inc()
        self._hub.look()

    def listening(self, kind: str, yes: bool) -> None:
        """A bell of a kind would be heard from now on, or would not."""
        self._listening.labels(kind).set(yes)


def doorbells_for(settings: Settings, store: Store) -> Sequence[Doorbell]:
    """The bells of one process; what it writes itself is rung for others where they cannot hear the commit."""
    bells: list[Doorbell] = []
    follows = settings.role == "board"
    if settings.database_url.startswith("postgresql:"):
        bells.append(PostgresBell(settings.database_url))
    elif follows:
        bells.append(SqliteBell(path_of(settings.database_url)))
    if settings.doorbell_url:
        bells.append(RedisBell(settings.doorbell_url))
        if not follows:
            ringer = RedisRinger(settings.doorbell_url)
            store.book.heard(ringer.ring)
            bells.append(ringer)
    return bells


@asynccontextmanager
async def ringing(
    bells: Sequence[Doorbell], hub: Hub, figures: LiveFigures, registry: CollectorRegistry
) -> AsyncIterator[None]:
    """Hear the bells while this is entered; a fault of one delays what is shown and ends nothing."""
    ears = Hearing(hub, registry)
    tasks = [
        asyncio.create_task(supervised(f"doorbell {bell.kind}", partial(attended, bell, ears), figures))
        for bell in bells
    ]
    try:
        yield
    finally:
        await ended(tasks)
