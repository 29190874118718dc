"""The one set of migrations, in order; each runs on SQLite and on PostgreSQL, in one transaction."""

from contest.store.migrations import (
    m0001_first_tables,
    m0002_followers,
    m0003_reused_keys,
    m0004_ties,
    m0005_signed_heads,
    m0006_checkpoints,
    m0007_seats,
)

MIGRATIONS: tuple[tuple[int, str, tuple[str, ...]], ...] = (
    (1, "first_tables", m0001_first_tables.STATEMENTS),
    (2, "followers", m0002_followers.STATEMENTS),
    (3, "reused_keys", m0003_reused_keys.STATEMENTS),
    (4, "ties", m0004_ties.STATEMENTS),
    (5, "signed_heads", m0005_signed_heads.STATEMENTS),
    (6, "checkpoints", m0006_checkpoints.STATEMENTS),
    (7, "seats", m0007_seats.STATEMENTS),
)
"""Number, name and statements; a number once released never changes its statements."""
