"""Seats while they mark: what their tablets say of themselves, and where they are asked to mark again."""

from __future__ import annotations

from piccolo.columns import BigInt, Integer, Text, Varchar
from piccolo.table import Table

from contest.store.tables.length import ID


class SeatStateRow(Table, tablename="seat_state"):
    """How a tablet was doing when it was last written down; `id` is the device, `line` names the connection."""

    id = Varchar(length=ID, primary_key=True)
    contest = Varchar(length=ID)
    event = Varchar(length=ID, index=True)
    seat = Varchar(length=ID)
    line = Varchar(length=ID)
    here = Integer()
    heard_at = Varchar(length=32)
    lag_ms = BigInt(null=True, default=None)
    unsent = BigInt(null=True, default=None)
    build = Text()
    battery = BigInt(null=True, default=None)
    skew_ms = BigInt(null=True, default=None)


class RemarkRow(Table, tablename="remark"):
    """A place where the rules ask a panel to mark again, or asked: `standing` is `called` or `ended`.

    Projected from the facts alone. `id` is `session:entry:aspect`; `seats` is JSON.
    """

    id = Varchar(length=200, primary_key=True)
    contest = Varchar(length=ID)
    event = Varchar(length=ID)
    session = Varchar(length=ID, index=True)
    entry = Varchar(length=ID)
    aspect = Varchar(length=64)
    reason = Varchar(length=12)
    seats = Text()
    standing = Varchar(length=12)
    seq = BigInt()
    at = Varchar(length=32)
