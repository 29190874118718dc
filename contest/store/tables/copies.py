"""What is known of the copies of this database that lie elsewhere."""

from __future__ import annotations

from piccolo.columns import BigInt, Varchar
from piccolo.table import Table

from contest.store.tables.length import ID


class CheckpointRow(Table, tablename="checkpoint"):
    """Facts up to `seq` lie in a copy off this database that was read back and verified; signed.

    `id` is `contest:seq`, `copy` the SHA-256 of the copy's file.
    """

    id = Varchar(length=96, primary_key=True)
    contest = Varchar(length=ID, index=True)
    seq = BigInt()
    link = Varchar(length=64)
    at = Varchar(length=32)
    copy = Varchar(length=64)
    key = Varchar(length=32)
    signature = Varchar(length=128)
