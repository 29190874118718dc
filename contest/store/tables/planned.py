"""What is planned."""

from __future__ import annotations

from piccolo.columns import BigInt, Boolean, Integer, Text, Varchar
from piccolo.table import Table

from contest.store.tables.length import ID


class SeasonRow(Table, tablename="season"):
    """A year's plan of contests."""

    id = Varchar(length=ID, primary_key=True)
    name = Text()
    year = Integer()
    organiser = Varchar(length=ID, null=True, default=None)


class OrganisationRow(Table, tablename="organisation"):
    """A union, enterprise, district or school in the tree of organisations."""

    id = Varchar(length=ID, primary_key=True)
    name = Text()
    kind = Varchar(length=16)
    code = Varchar(length=64)
    parent = Varchar(length=ID, null=True, default=None)


class ContestRow(Table, tablename="contest"):
    """One competition."""

    id = Varchar(length=ID, primary_key=True)
    season = Varchar(length=ID, null=True, default=None)
    name = Text()
    level = Varchar(length=16)
    kind = Varchar(length=16)
    organiser = Varchar(length=ID, null=True, default=None)
    starts_on = Varchar(length=32)
    ends_on = Varchar(length=32)
    place = Text()
    created_at = Varchar(length=32)


class EventRow(Table, tablename="event"):
    """One skill, trade or discipline in a contest. Unique: (contest, code)."""

    id = Varchar(length=ID, primary_key=True)
    contest = Varchar(length=ID, index=True)
    code = Varchar(length=32)
    name = Text()
    blind = Boolean(default=False)
    public_view = Varchar(length=24)
    position = Integer(default=0)


class StageRow(Table, tablename="stage"):
    """A part of an event."""

    id = Varchar(length=ID, primary_key=True)
    contest = Varchar(length=ID)
    event = Varchar(length=ID, index=True)
    name = Text()
    position = Integer(default=0)


class SchemeRow(Table, tablename="scheme"):
    """One version of an event's marking scheme; a version never changes. Unique: (event, version)."""

    id = Varchar(length=ID, primary_key=True)
    event = Varchar(length=ID, index=True)
    version = Integer()
    document = Text()
    digest = Varchar(length=64)
    adopted_at = Varchar(length=32)
    adopted_by = Varchar(length=ID)


class CompetitorRow(Table, tablename="competitor"):
    """A person who competes in a contest."""

    id = Varchar(length=ID, primary_key=True)
    contest = Varchar(length=ID, index=True)
    name = Text()
    organisation = Varchar(length=ID, null=True, default=None)
    number = Varchar(length=64)


class TeamRow(Table, tablename="team"):
    """Competitors who are marked together; `members` is a JSON list of competitor ids."""

    id = Varchar(length=ID, primary_key=True)
    contest = Varchar(length=ID, index=True)
    name = Text()
    organisation = Varchar(length=ID, null=True, default=None)
    members = Text(default="[]")


class EntryRow(Table, tablename="entry"):
    """Who or what is marked and ranked in an event. `status` is projected from the ledger."""

    id = Varchar(length=ID, primary_key=True)
    contest = Varchar(length=ID)
    event = Varchar(length=ID, index=True)
    kind = Varchar(length=16)
    subject = Varchar(length=ID, null=True, default=None)
    name = Text()
    organisation = Varchar(length=ID, null=True, default=None)
    bib = Varchar(length=32)
    station = Varchar(length=32)
    status = Varchar(length=24, default="entered")


class PanelRow(Table, tablename="panel"):
    """The seated group of judges of an event."""

    id = Varchar(length=ID, primary_key=True)
    contest = Varchar(length=ID)
    event = Varchar(length=ID, index=True)
    name = Text()


class SeatRow(Table, tablename="seat"):
    """A judge's place in a panel. `device` is projected from the ledger. Unique: (panel, number)."""

    id = Varchar(length=ID, primary_key=True)
    contest = Varchar(length=ID)
    event = Varchar(length=ID)
    panel = Varchar(length=ID, index=True)
    number = Integer()
    judge_name = Text()
    judge = Varchar(length=ID, null=True, default=None)
    device = Varchar(length=ID, null=True, default=None)


class SessionRow(Table, tablename="session"):
    """One sitting. `aspects` is a JSON list of aspect ids."""

    id = Varchar(length=ID, primary_key=True)
    contest = Varchar(length=ID)
    event = Varchar(length=ID, index=True)
    stage = Varchar(length=ID)
    name = Text()
    panel = Varchar(length=ID, null=True, default=None)
    room = Text()
    starts_at = Varchar(length=32)
    aspects = Text(default="[]")
    position = Integer(default=0)


class SessionEntryRow(Table, tablename="session_entry"):
    """An entry's place in a session. Unique: (session, entry)."""

    id = Varchar(length=ID, primary_key=True)
    session = Varchar(length=ID, index=True)
    entry = Varchar(length=ID, index=True)
    position = Integer(default=0)


class PlanRow(Table, tablename="plan"):
    """How often anything that boards and tablets show of the plan has changed: one row, whose id is `plan`."""

    id = Varchar(length=ID, primary_key=True)
    version = BigInt()
