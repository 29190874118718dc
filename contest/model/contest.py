"""Season, contest, event, stage, session: what is held, when and where."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from contest.model.ids import (
    AspectId,
    ContestId,
    EntryId,
    EventId,
    OrganisationId,
    PanelId,
    SeasonId,
    SessionId,
    StageId,
)


class Level(StrEnum):
    """How far a contest reaches."""

    ENTERPRISE = "enterprise"
    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"
    NATIONAL = "national"


class ContestKind(StrEnum):
    """What sort of contest it is; decides nothing but the presets that are offered."""

    SKILLS = "skills"
    LABOUR = "labour"
    SAFETY = "safety"
    QUIZ = "quiz"
    SPORTS = "sports"
    INNOVATION = "innovation"
    CRAFTSMAN = "craftsman"


class PublicView(StrEnum):
    """When spectators may see an event's results."""

    LIVE = "live"
    """Rows move while marking runs."""
    AFTER_PUBLICATION = "after_publication"
    """Nothing before the organiser publishes signed-off results (vocational contests)."""


class Season(msgspec.Struct, frozen=True, kw_only=True):
    """A year's plan of contests of one organising body."""

    id: SeasonId
    name: str
    year: int
    organiser: OrganisationId | None = None


class Contest(msgspec.Struct, frozen=True, kw_only=True):
    """One competition with one organiser, level and clock. Times are ISO 8601 in UTC."""

    id: ContestId
    name: str
    level: Level
    kind: ContestKind
    season: SeasonId | None = None
    organiser: OrganisationId | None = None
    starts_on: str = ""
    ends_on: str = ""
    place: str = ""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One skill, trade or discipline in a contest."""

    id: EventId
    contest: ContestId
    code: str
    name: str
    blind: bool = False
    """Entries stand behind station numbers until the event is unblinded."""
    public_view: PublicView = PublicView.LIVE
    position: int = 0


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """Preliminary, final, theory, practical: a part of an event."""

    id: StageId
    contest: ContestId
    event: EventId
    name: str
    position: int = 0


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One sitting: these entries, these aspects, this panel, this room."""

    id: SessionId
    contest: ContestId
    event: EventId
    stage: StageId
    name: str
    panel: PanelId | None = None
    room: str = ""
    starts_at: str = ""
    aspects: tuple[AspectId, ...] = ()
    entries: tuple[EntryId, ...] = ()
    position: int = 0


class SchemeVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One version of an event's marking scheme as it was adopted; the newest is in force."""

    event: EventId
    version: int
    document: str
    digest: str
    adopted_at: str
    adopted_by: str
