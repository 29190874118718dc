"""Piccolo tables: what is planned, who may do what, and what the ledger projects.

Ids are random text made by us, times are ISO 8601 text in UTC, numbers are integers: the three that mean the
same on SQLite and PostgreSQL. No table constraints (Piccolo cannot make them on SQLite); unique indexes stand
in the migrations. Rows of the last section are written by the book alone, and only from facts.
"""

from __future__ import annotations

from piccolo.columns import BigInt, Boolean, Integer, Text, Varchar
from piccolo.table import Table

_ID = 64


# ---- what is planned ----------------------------------------------------------------------------------------


class SeasonRow(Table, tablename="season"):
    """A year's plan of contests."""

    id = Varchar(length=_ID, primary_key=True)
    name = Text()
    year = Integer()
    organiser = Varchar(length=_ID, null=True, default=None)


class OrganisationRow(Table, tablename="organisation"):
    """A union, enterprise, district or school in the tree of organisations."""

    id = Varchar(length=_ID, primary_key=True)
    name = Text()
    kind = Varchar(length=16)
    code = Varchar(length=64)
    parent = Varchar(length=_ID, null=True, default=None)


class ContestRow(Table, tablename="contest"):
    """One competition."""

    id = Varchar(length=_ID, primary_key=True)
    season = Varchar(length=_ID, null=True, default=None)
    name = Text()
    level = Varchar(length=16)
    kind = Varchar(length=16)
    organiser = Varchar(length=_ID, null=True, default=None)
    starts_on = Varchar(length=32)
    ends_on = Varchar(length=32)
    place = Text()
    created_at = Varchar(length=32)


class EventRow(Table, tablename="event"):
    """One skill, trade or discipline in a contest. Unique: (contest, code)."""

    id = Varchar(length=_ID, primary_key=True)
    contest = Varchar(length=_ID, index=True)
    code = Varchar(length=32)
    name = Text()
    blind = Boolean(default=False)
    public_view = Varchar(length=24)
    position = Integer(default=0)


class StageRow(Table, tablename="stage"):
    """A part of an event."""

    id = Varchar(length=_ID, primary_key=True)
    contest = Varchar(length=_ID)
    event = Varchar(length=_ID, index=True)
    name = Text()
    position = Integer(default=0)


class SchemeRow(Table, tablename="scheme"):
    """One version of an event's marking scheme; a version never changes. Unique: (event, version)."""

    id = Varchar(length=_ID, primary_key=True)
    event = Varchar(length=_ID, index=True)
    version = Integer()
    document = Text()
    digest = Varchar(length=64)
    adopted_at = Varchar(length=32)
    adopted_by = Varchar(length=_ID)


class CompetitorRow(Table, tablename="competitor"):
    """A person who competes in a contest."""

    id = Varchar(length=_ID, primary_key=True)
    contest = Varchar(length=_ID, index=True)
    name = Text()
    organisation = Varchar(length=_ID, null=True, default=None)
    number = Varchar(length=64)


class TeamRow(Table, tablename="team"):
    """Competitors who are marked together; `members` is a JSON list of competitor ids."""

    id = Varchar(length=_ID, primary_key=True)
    contest = Varchar(length=_ID, index=True)
    name = Text()
    organisation = Varchar(length=_ID, null=True, default=None)
    members = Text(default="[]")


class EntryRow(Table, tablename="entry"):
    """Who or what is marked and ranked in an event. `status` is projected from the ledger."""

    id = Varchar(length=_ID, primary_key=True)
    contest = Varchar(length=_ID)
    event = Varchar(length=_ID, index=True)
    kind = Varchar(length=16)
    subject = Varchar(length=_ID, null=True, default=None)
    name = Text()
    organisation = Varchar(length=_ID, null=True, default=None)
    bib = Varchar(length=32)
    station = Varchar(length=32)
    status = Varchar(length=24, default="entered")


class PanelRow(Table, tablename="panel"):
    """The seated group of judges of an event."""

    id = Varchar(length=_ID, primary_key=True)
    contest = Varchar(length=_ID)
    event = Varchar(length=_ID, index=True)
    name = Text()


class SeatRow(Table, tablename="seat"):
    """A judge's place in a panel. `device` is projected from the ledger. Unique: (panel, number)."""

    id = Varchar(length=_ID, primary_key=True)
    contest = Varchar(length=_ID)
    event = Varchar(length=_ID)
    panel = Varchar(length=_ID, index=True)
    number = Integer()
    judge_name = Text()
    judge = Varchar(length=_ID, null=True, default=None)
    device = Varchar(length=_ID, null=True, default=None)


class SessionRow(Table, tablename="session"):
    """One sitting. `aspects` is a JSON list of aspect ids."""

    id = Varchar(length=_ID, primary_key=True)
    contest = Varchar(length=_ID)
    event = Varchar(length=_ID, index=True)
    stage = Varchar(length=_ID)
    name = Text()
    panel = Varchar(length=_ID, null=True, default=None)
    room = Text()
    starts_at = Varchar(length=32)
    aspects = Text(default="[]")
    position = Integer(default=0)


class SessionEntryRow(Table, tablename="session_entry"):
    """An entry's place in a session. Unique: (session, entry)."""

    id = Varchar(length=_ID, primary_key=True)
    session = Varchar(length=_ID, index=True)
    entry = Varchar(length=_ID, index=True)
    position = Integer(default=0)


class PlanRow(Table, tablename="plan"):
    """How often anything that boards and tablets show of the plan has changed: one row, whose id is `plan`."""

    id = Varchar(length=_ID, primary_key=True)
    version = BigInt()


# ---- who may do what ----------------------------------------------------------------------------------------


class AccountRow(Table, tablename="account"):
    """Somebody who can sign in. Unique: login."""

    id = Varchar(length=_ID, primary_key=True)
    login = Varchar(length=64)
    name = Text()
    password = Text(secret=True)
    language = Varchar(length=2, default="zh")
    disabled_at = Varchar(length=32, null=True, default=None)
    created_at = Varchar(length=32)


class GrantRow(Table, tablename="role_grant"):
    """A role given to an account, everywhere, in a contest, or in one event."""

    id = Varchar(length=_ID, primary_key=True)
    account = Varchar(length=_ID, index=True)
    role = Varchar(length=16)
    contest = Varchar(length=_ID, null=True, default=None)
    event = Varchar(length=_ID, null=True, default=None)
    granted_by = Varchar(length=_ID)
    granted_at = Varchar(length=32)


class TokenRow(Table, tablename="token"):
    """A sign-in; `id` is the SHA-256 of the token, which is stored nowhere."""

    id = Varchar(length=64, primary_key=True)
    account = Varchar(length=_ID, index=True)
    created_at = Varchar(length=32)
    expires_at = Varchar(length=32)
    seen_at = Varchar(length=32)


class PairingRow(Table, tablename="pairing"):
    """A one-time invitation of a tablet to a seat; secrets are stored as SHA-256 only."""

    id = Varchar(length=_ID, primary_key=True)
    contest = Varchar(length=_ID)
    event = Varchar(length=_ID)
    seat = Varchar(length=_ID, index=True)
    secret = Varchar(length=64)
    code = Varchar(length=64)
    claim = Varchar(length=64, null=True, default=None)
    number = Varchar(length=8)
    device_name = Text(default="")
    made_by = Varchar(length=_ID)
    made_at = Varchar(length=32)
    expires_at = Varchar(length=32)
    claimed_at = Varchar(length=32, null=True, default=None)
    confirmed_at = Varchar(length=32, null=True, default=None)
    collected_at = Varchar(length=32, null=True, default=None)
    device = Varchar(length=_ID, null=True, default=None)


class DeviceRow(Table, tablename="device"):
    """A tablet that holds, or held, a seat; `token` is the SHA-256 of its token."""

    id = Varchar(length=_ID, primary_key=True)
    contest = Varchar(length=_ID, index=True)
    event = Varchar(length=_ID)
    seat = Varchar(length=_ID, index=True)
    name = Text()
    token = Varchar(length=64)
    paired_at = Varchar(length=32)
    confirmed_by = Varchar(length=_ID)
    revoked_at = Varchar(length=32, null=True, default=None)
    seen_at = Varchar(length=32, null=True, default=None)


class ConsentRow(Table, tablename="consent"):
    """An act that waits for, got, or was denied a second person. `command` is its JSON."""

    id = Varchar(length=_ID, primary_key=True)
    contest = Varchar(length=_ID, index=True)
    event = Varchar(length=_ID)
    act = Varchar(length=32)
    subject = Varchar(length=_ID)
    command = Text()
    reason = Text()
    requested_by = Varchar(length=_ID)
    requested_at = Varchar(length=32)
    expires_at = Varchar(length=32)
    settled_by = Varchar(length=_ID, null=True, default=None)
    settled_at = Varchar(length=32, null=True, default=None)
    state = Varchar(length=16, default="waiting")


# ---- the ledger and what it projects -------------------------------------------------------------------------


class HeadRow(Table, tablename="head"):
    """The newest number and link of a contest's chain: the row whose lock orders all facts of the contest."""

    id = Varchar(length=_ID, primary_key=True)
    seq = BigInt(default=0)
    link = Varchar(length=64)


class FactRow(Table, tablename="fact"):
    """One numbered fact; `content` is the canonical JSON that is hashed. Unique: (contest, seq)."""

    id = Varchar(length=96, primary_key=True)
    contest = Varchar(length=_ID)
    seq = BigInt()
    kind = Varchar(length=24)
    event = Varchar(length=_ID)
    at = Varchar(length=32)
    content = Text()
    prev = Varchar(length=64)
    link = Varchar(length=64)


class WordsRow(Table, tablename="words"):
    """Free text that belongs to a fact, with the salt of its commitment; may be erased."""

    id = Varchar(length=96, primary_key=True)
    contest = Varchar(length=_ID)
    seq = BigInt()
    salt = Varchar(length=64)
    text = Text()


class ReceiptRow(Table, tablename="receipt"):
    """The answer once given to a device's number; kept for ever. `id` is `device:device_seq`."""

    id = Varchar(length=96, primary_key=True)
    device = Varchar(length=_ID)
    device_seq = BigInt()
    digest = Varchar(length=64)
    receipt = Text()


class MarkRow(Table, tablename="mark"):
    """A mark with its standing. At most one `counts` per (session, entry, aspect, seat)."""

    id = Varchar(length=_ID, primary_key=True)
    contest = Varchar(length=_ID)
    event = Varchar(length=_ID)
    session = Varchar(length=_ID)
    entry = Varchar(length=_ID)
    aspect = Varchar(length=64)
    seat = Varchar(length=_ID)
    kind = Varchar(length=16)
    value = BigInt(null=True, default=None)
    revision = Integer()
    replaces = Varchar(length=_ID, null=True, default=None)
    standing = Varchar(length=12)
    because = Varchar(length=24)
    device = Varchar(length=_ID)
    device_seq = BigInt()
    made_by = Varchar(length=_ID)
    made_at = Varchar(length=40)
    seq = BigInt()
    at = Varchar(length=32)


class ReusedKeyRow(Table, tablename="reused_key"):
    """A mark that was refused because its number had brought another. Unique: (device, device_seq, digest)."""

    id = Varchar(length=96, primary_key=True)
    contest = Varchar(length=_ID)
    event = Varchar(length=_ID)
    session = Varchar(length=_ID, index=True)
    mark = Varchar(length=_ID)
    entry = Varchar(length=_ID)
    aspect = Varchar(length=64)
    kind = Varchar(length=16)
    value = BigInt(null=True, default=None)
    device = Varchar(length=_ID)
    device_seq = BigInt()
    digest = Varchar(length=64)
    made_by = Varchar(length=_ID)
    seq = BigInt()
    at = Varchar(length=32)


class GateRow(Table, tablename="gate"):
    """A gate that was passed. Unique: (line, subject, round, gate)."""

    id = Varchar(length=_ID, primary_key=True)
    contest = Varchar(length=_ID)
    event = Varchar(length=_ID, index=True)
    line = Varchar(length=12)
    subject = Varchar(length=_ID, index=True)
    round = Integer()
    gate = Varchar(length=16)
    at = Varchar(length=32)
    passed_by = Varchar(length=_ID)
    second = Varchar(length=_ID)
    seq = BigInt()


class RoundRow(Table, tablename="gate_round"):
    """The current round of a line; absent means the first. `id` is `line:subject`."""

    id = Varchar(length=96, primary_key=True)
    contest = Varchar(length=_ID)
    event = Varchar(length=_ID)
    line = Varchar(length=12)
    subject = Varchar(length=_ID)
    round = Integer(default=1)


class MigrationRow(Table, tablename="migration"):
    """A migration that has run."""

    id = Integer(primary_key=True)
    name = Text()
    applied_at = Varchar(length=32)


TABLES = (
    MigrationRow,
    SeasonRow,
    OrganisationRow,
    ContestRow,
    EventRow,
    StageRow,
    SchemeRow,
    CompetitorRow,
    TeamRow,
    EntryRow,
    PanelRow,
    SeatRow,
    SessionRow,
    SessionEntryRow,
    PlanRow,
    AccountRow,
    GrantRow,
    TokenRow,
    PairingRow,
    DeviceRow,
    ConsentRow,
    HeadRow,
    FactRow,
    WordsRow,
    ReceiptRow,
    MarkRow,
    ReusedKeyRow,
    GateRow,
    RoundRow,
)

PLANNED = frozenset(
    {OrganisationRow, ContestRow, EventRow, EntryRow, PanelRow, SeatRow, SessionRow, SessionEntryRow}
)
"""Tables of which boards and tablets show something; a change of them leaves no fact."""
