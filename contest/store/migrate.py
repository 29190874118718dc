"""Bringing a database to the newest schema: our own numbered migrations, each in one transaction.

Piccolo's own migrations fail on SQLite for most changes and leave everything after them stuck (docs/adr), so
they are not used.
"""

from __future__ import annotations

from functools import partial

from contest.store import postgres, sqlite
from contest.store.clock import now
from contest.store.migrations import MIGRATIONS
from contest.store.tables import MigrationRow
from contest.store.work import Insert, Run, Work

MIGRATION_TABLE = (
    'CREATE TABLE IF NOT EXISTS "migration" '
    '("id" INTEGER PRIMARY KEY NOT NULL, "name" TEXT NOT NULL, "applied_at" VARCHAR(32) NOT NULL)'
)
_ALONE = "SELECT pg_advisory_xact_lock(7315120)"
"""Two nodes that start together must not migrate together; on SQLite there is one writer anyhow."""


def newest() -> int:
    """The number of the newest schema."""
    return MIGRATIONS[-1][0]


async def run_migrations(writer: sqlite.Writer | postgres.Writer) -> None:
    """Apply what is missing, in order."""
    for migration in MIGRATIONS:
        await writer.transact(partial(_migrate, writer, *migration))


def _migrate(
    writer: sqlite.Writer | postgres.Writer, number: int, name: str, statements: tuple[str, ...]
) -> Work[None]:
    if isinstance(writer, postgres.Writer):
        yield Run(_ALONE)
    yield Run(MIGRATION_TABLE)
    applied = yield Run('SELECT "id" FROM "migration"')
    if number in {row["id"] for row in applied}:
        return
    for statement in statements:
        yield Run(statement)
    yield Insert(MigrationRow, [{"id": number, "name": name, "applied_at": now()}])
