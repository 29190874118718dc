"""Organisations, competitors, teams, and what of theirs is entered in an event."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from contest.model.ids import CompetitorId, ContestId, EntryId, EventId, OrganisationId, TeamId


class OrganisationKind(StrEnum):
    """What an organisation is."""

    UNION = "union"
    ENTERPRISE = "enterprise"
    DISTRICT = "district"
    SCHOOL = "school"
    OTHER = "other"


class Organisation(msgspec.Struct, frozen=True, kw_only=True):
    """A union, enterprise, district or school; organisations form a tree."""

    id: OrganisationId
    name: str
    kind: OrganisationKind = OrganisationKind.ENTERPRISE
    code: str = ""
    parent: OrganisationId | None = None


class Competitor(msgspec.Struct, frozen=True, kw_only=True):
    """A person who competes, known to one contest. `number` is the organiser's own (staff or register number)."""

    id: CompetitorId
    contest: ContestId
    name: str
    organisation: OrganisationId | None = None
    number: str = ""


class Team(msgspec.Struct, frozen=True, kw_only=True):
    """Competitors who are marked together."""

    id: TeamId
    contest: ContestId
    name: str
    organisation: OrganisationId | None = None
    members: tuple[CompetitorId, ...] = ()


class EntryKind(StrEnum):
    """Who or what is entered."""

    COMPETITOR = "competitor"
    TEAM = "team"
    UNIT = "unit"
    PROJECT = "project"


class EntryStatus(StrEnum):
    """Where an entry stands apart from its marks. Each is different from a zero."""

    ENTERED = "entered"
    WITHDRAWN = "withdrawn"
    NOT_STARTED = "not_started"
    NOT_FINISHED = "not_finished"
    DISQUALIFIED = "disqualified"
    OUT_OF_COMPETITION = "out_of_competition"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One competitor, team, unit or project in one event: what is marked and ranked.

    `subject` is the id of the competitor, team or organisation; a project stands for itself and has none.
    `name` is what lists print, `bib` the drawn number, `station` the number shown to judges of a blind event.
    """

    id: EntryId
    contest: ContestId
    event: EventId
    kind: EntryKind
    name: str
    subject: str | None = None
    organisation: OrganisationId | None = None
    bib: str = ""
    station: str = ""
    status: EntryStatus = EntryStatus.ENTERED


def behind_station(entry: Entry) -> Entry:
    """Return what may be known of an entry of a blind event: its station number and where it stands."""
    return Entry(
        id=entry.id,
        contest=entry.contest,
        event=entry.event,
        kind=entry.kind,
        name="",
        station=entry.station,
        status=entry.status,
    )


def label_of(entry: Entry) -> str:
    """What an entry is called on a list: its drawn number, else its station number, else its name."""
    return entry.bib or entry.station or entry.name
