"""Who may do what."""

from __future__ import annotations

from piccolo.columns import Text, Varchar
from piccolo.table import Table

from contest.store.tables.length import ID


class AccountRow(Table, tablename="account"):
    """Somebody who can sign in. Unique: login."""

    id = Varchar(length=ID, primary_key=True)
    login = Varchar(length=64)
    name = Text()
    password = Text(secret=True)
    language = Varchar(length=2, default="zh")
    disabled_at = Varchar(length=32, null=True, default=None)
    created_at = Varchar(length=32)


class GrantRow(Table, tablename="role_grant"):
    """A role given to an account, everywhere, in a contest, or in one event."""

    id = Varchar(length=ID, primary_key=True)
    account = Varchar(length=ID, index=True)
    role = Varchar(length=16)
    contest = Varchar(length=ID, null=True, default=None)
    event = Varchar(length=ID, null=True, default=None)
    granted_by = Varchar(length=ID)
    granted_at = Varchar(length=32)


class TokenRow(Table, tablename="token"):
    """A sign-in; `id` is the SHA-256 of the token, which is stored nowhere."""

    id = Varchar(length=64, primary_key=True)
    account = Varchar(length=ID, index=True)
    created_at = Varchar(length=32)
    expires_at = Varchar(length=32)
    seen_at = Varchar(length=32)


class PairingRow(Table, tablename="pairing"):
    """A one-time invitation of a tablet to a seat; secrets are stored as SHA-256 only."""

    id = Varchar(length=ID, primary_key=True)
    contest = Varchar(length=ID)
    event = Varchar(length=ID)
    seat = Varchar(length=ID, index=True)
    secret = Varchar(length=64)
    code = Varchar(length=64)
    claim = Varchar(length=64, null=True, default=None)
    number = Varchar(length=8)
    device_name = Text(default="")
    made_by = Varchar(length=ID)
    made_at = Varchar(length=32)
    expires_at = Varchar(length=32)
    claimed_at = Varchar(length=32, null=True, default=None)
    confirmed_at = Varchar(length=32, null=True, default=None)
    collected_at = Varchar(length=32, null=True, default=None)
    device = Varchar(length=ID, null=True, default=None)
    agreed_by = Varchar(length=ID, null=True, default=None)
    agreed_at = Varchar(length=32, null=True, default=None)


class DeviceRow(Table, tablename="device"):
    """A tablet that holds, or held, a seat; `token` is the SHA-256 of its token."""

    id = Varchar(length=ID, primary_key=True)
    contest = Varchar(length=ID, index=True)
    event = Varchar(length=ID)
    seat = Varchar(length=ID, index=True)
    name = Text()
    token = Varchar(length=64)
    paired_at = Varchar(length=32)
    confirmed_by = Varchar(length=ID)
    revoked_at = Varchar(length=32, null=True, default=None)
    seen_at = Varchar(length=32, null=True, default=None)


class ConsentRow(Table, tablename="consent"):
    """An act that waits for, got, or was denied a second person. `command` is its JSON."""

    id = Varchar(length=ID, primary_key=True)
    contest = Varchar(length=ID, index=True)
    event = Varchar(length=ID)
    act = Varchar(length=32)
    subject = Varchar(length=ID)
    command = Text()
    reason = Text()
    requested_by = Varchar(length=ID)
    requested_at = Varchar(length=32)
    expires_at = Varchar(length=32)
    settled_by = Varchar(length=ID, null=True, default=None)
    settled_at = Varchar(length=32, null=True, default=None)
    state = Varchar(length=16, default="waiting")
