"""The ledger and what it projects; written by the book alone, and only from facts."""

from __future__ import annotations

from piccolo.columns import BigInt, Boolean, Integer, Text, Varchar
from piccolo.table import Table

from contest.store.tables.length import ID


class HeadRow(Table, tablename="head"):
    """The newest number and link of a contest's chain: the row whose lock orders all facts of the contest."""

    id = Varchar(length=ID, primary_key=True)
    seq = BigInt(default=0)
    link = Varchar(length=64)
    signed = BigInt(default=0)
    """Up to which number the signed heads reach; less than `seq` only before the first of them."""


class SignedHeadRow(Table, tablename="signed_head"):
    """What a commit signed about a contest's chain. `id` is `contest:seq`. Unique: (contest, seq)."""

    id = Varchar(length=96, primary_key=True)
    contest = Varchar(length=ID)
    first = BigInt()
    seq = BigInt()
    link = Varchar(length=64)
    root = Varchar(length=64)
    at = Varchar(length=32)
    key = Varchar(length=32)
    signature = Varchar(length=128)


class SigningKeyRow(Table, tablename="signing_key"):
    """The public half of a key that signs, or signed; `id` is its fingerprint.

    `vouched_by` is the older key whose `voucher` introduces it, or empty. `kept` says that the private half lies
    in a file and is not one that ended with its process.
    """

    id = Varchar(length=32, primary_key=True)
    public = Varchar(length=64)
    made_at = Varchar(length=32)
    vouched_by = Varchar(length=32)
    voucher = Varchar(length=128)
    kept = Boolean()


class FactRow(Table, tablename="fact"):
    """One numbered fact; `content` is the canonical JSON that is hashed. Unique: (contest, seq)."""

    id = Varchar(length=96, primary_key=True)
    contest = Varchar(length=ID)
    seq = BigInt()
    kind = Varchar(length=24)
    event = Varchar(length=ID)
    at = Varchar(length=32)
    content = Text()
    prev = Varchar(length=64)
    link = Varchar(length=64)


class WordsRow(Table, tablename="words"):
    """Free text that belongs to a fact, with the salt of its commitment; may be erased."""

    id = Varchar(length=96, primary_key=True)
    contest = Varchar(length=ID)
    seq = BigInt()
    salt = Varchar(length=64)
    text = Text()


class ReceiptRow(Table, tablename="receipt"):
    """The answer once given to a device's number; kept for ever. `id` is `device:device_seq`.

    `head` is the id of the signed head that covers the fact; nothing for refusals.
    """

    id = Varchar(length=96, primary_key=True)
    device = Varchar(length=ID)
    device_seq = BigInt()
    digest = Varchar(length=64)
    receipt = Text()
    head = Varchar(length=96, null=True, default=None)


class MarkRow(Table, tablename="mark"):
    """A mark with its standing. At most one `counts` per (session, entry, aspect, seat)."""

    id = Varchar(length=ID, primary_key=True)
    contest = Varchar(length=ID)
    event = Varchar(length=ID)
    session = Varchar(length=ID)
    entry = Varchar(length=ID)
    aspect = Varchar(length=64)
    seat = Varchar(length=ID)
    kind = Varchar(length=16)
    value = BigInt(null=True, default=None)
    revision = Integer()
    replaces = Varchar(length=ID, null=True, default=None)
    standing = Varchar(length=12)
    because = Varchar(length=24)
    device = Varchar(length=ID)
    device_seq = BigInt()
    made_by = Varchar(length=ID)
    made_at = Varchar(length=40)
    seq = BigInt()
    at = Varchar(length=32)


class ReusedKeyRow(Table, tablename="reused_key"):
    """A mark that was refused because its number had brought another. Unique: (device, device_seq, digest)."""

    id = Varchar(length=96, primary_key=True)
    contest = Varchar(length=ID)
    event = Varchar(length=ID)
    session = Varchar(length=ID, index=True)
    mark = Varchar(length=ID)
    entry = Varchar(length=ID)
    aspect = Varchar(length=64)
    kind = Varchar(length=16)
    value = BigInt(null=True, default=None)
    device = Varchar(length=ID)
    device_seq = BigInt()
    digest = Varchar(length=64)
    made_by = Varchar(length=ID)
    seq = BigInt()
    at = Varchar(length=32)


class TieRow(Table, tablename="tie"):
    """A decision about entries that were tied; `entries` is JSON, in the order decided."""

    id = Varchar(length=96, primary_key=True)
    contest = Varchar(length=ID)
    event = Varchar(length=ID, index=True)
    entries = Text()
    how = Varchar(length=12)
    made_by = Varchar(length=ID)
    seq = BigInt()
    at = Varchar(length=32)


class GateRow(Table, tablename="gate"):
    """A gate that was passed. Unique: (line, subject, round, gate)."""

    id = Varchar(length=ID, primary_key=True)
    contest = Varchar(length=ID)
    event = Varchar(length=ID, index=True)
    line = Varchar(length=12)
    subject = Varchar(length=ID, index=True)
    round = Integer()
    gate = Varchar(length=16)
    at = Varchar(length=32)
    passed_by = Varchar(length=ID)
    second = Varchar(length=ID)
    seq = BigInt()


class RoundRow(Table, tablename="gate_round"):
    """The current round of a line; absent means the first. `id` is `line:subject`."""

    id = Varchar(length=96, primary_key=True)
    contest = Varchar(length=ID)
    event = Varchar(length=ID)
    line = Varchar(length=12)
    subject = Varchar(length=ID)
    round = Integer(default=1)


class MigrationRow(Table, tablename="migration"):
    """A migration that has run."""

    id = Integer(primary_key=True)
    name = Text()
    applied_at = Varchar(length=32)
