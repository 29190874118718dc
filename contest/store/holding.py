"""What a change of plan must still find true at the moment it is stored.

Planning asks its questions first and writes afterwards; between the two a session may be opened and a mark may
arrive. What must not be overtaken is asked once more here, inside the writing transaction and under the lock of
the contest's head, which every mark and every gate takes as well.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import msgspec

from contest.errors import (
    AlreadyExists,
    AspectScheduledTwice,
    EventStarted,
    MarksExist,
    NotFound,
    Overtaken,
    ResultsEnded,
    SessionLocked,
    StillInUse,
)
from contest.model.contest import Session
from contest.model.fact import FIRST_LINK
from contest.model.gate import Line
from contest.model.ids import AspectId, CompetitorId, ContestId, EntryId, EventId, PanelId, SeatId, SessionId
from contest.model.mark import WHOLE_PANEL, MarkKind, Standing
from contest.model.missing import Place, Said
from contest.model.people import Competitor, Entry
from contest.store.tables import (
    CompetitorRow,
    EntryRow,
    GateRow,
    HeadRow,
    MarkRow,
    OrganisationRow,
    PanelRow,
    RoundRow,
    SeatRow,
    SessionEntryRow,
    SessionRow,
    StageRow,
    TieRow,
)
from contest.store.work import Find, Insert, Work


def held(contest: ContestId) -> Work[None]:
    """Let no mark and no gate of the contest come between this and the commit."""
    yield Insert(HeadRow, [{"id": contest, "seq": 0, "link": FIRST_LINK, "signed": 0}], unless_there=True)
    yield Find(HeadRow, ("id",), [(contest,)], lock=True)


def gates_passed(line: Line, subject: str) -> Work[frozenset[str]]:
    """The gates that a line has passed in its current round."""
    rounds = yield Find(RoundRow, ("id",), [(f"{line.value}:{subject}",)])
    current = rounds[0]["round"] if rounds else 1
    passed = yield Find(GateRow, ("subject",), [(subject,)], columns=("line", "round", "gate"))
    return frozenset(row["gate"] for row in passed if (row["line"], row["round"]) == (line.value, current))


def not_ended(contest: ContestId, event: EventId) -> Work[None]:
    """Refuse when the event's results stand published."""
    yield from held(contest)
    if "ended" in (yield from gates_passed(Line.RESULTS, event)):
        raise ResultsEnded()


def none_marked(contest: ContestId, event: EventId, entries: Collection[tuple[str, str]]) -> Work[None]:
    """Refuse when any of the entries, each with its name, has marks."""
    yield from held(contest)
    marked = yield Find(MarkRow, ("event",), [(event,)], columns=("entry",))
    there = {row["entry"] for row in marked}
    for key, name in entries:
        if key in there:
            raise MarksExist(what="entry", name=name)


def nobody_misses(contest: ContestId, event: EventId, entry: EntryId, name: str) -> Work[None]:
    """Refuse to forget an entry that has marks, or on whose list a panel has closed its session.

    Who was absent belongs to what the panel signs, and counts where prizes go by the number of entries.
    """
    yield from not_ended(contest, event)
    yield from none_marked(contest, event, [(entry, name)])
    for place in (yield Find(SessionEntryRow, ("entry",), [(entry,)], columns=("session",))):
        if "locked" in (yield from gates_passed(Line.SESSION, place["session"])):
            raise SessionLocked()


def nothing_lost(after: Session, seats: Collection[SeatId], names: Mapping[str, str]) -> Work[None]:
    """Refuse when the session is locked, or when something that is marked there would no longer belong to it.

    `seats` are those of its panel from now on; `names` says what people call entries, aspects and seats.
    """
    yield from not_ended(after.contest, after.event)
    if "locked" in (yield from gates_passed(Line.SESSION, after.id)):
        raise SessionLocked()
    kept: dict[str, set[str]] = {
        "entry": set(after.entries),
        "aspect": set(after.aspects),
        "seat": {WHOLE_PANEL, *seats},
    }
    for row in (yield Find(MarkRow, ("session",), [(after.id,)], columns=tuple(kept))):
        for kind, there in kept.items():
            if row[kind] not in there:
                raise MarksExist(what=kind, name=names.get(row[kind], row[kind]))


def not_started(contest: ContestId, event: EventId, field: str) -> Work[None]:
    """Refuse to change what is settled before marking starts."""
    yield from held(contest)
    gates = yield Find(GateRow, ("subject",), [(event,)], columns=("line",))
    if any(row["line"] == Line.RESULTS.value for row in gates):
        raise EventStarted(field=field)


def event_empty(contest: ContestId, event: EventId) -> Work[None]:
    """Refuse to forget an event that has entries, sessions or panels."""
    yield from held(contest)
    for table in (EntryRow, SessionRow, PanelRow):
        if (yield Find(table, ("event",), [(event,)], columns=("id",))):
            raise StillInUse(what="event")


def in_no_session(contest: ContestId, event: EventId, column: str, key: str) -> Work[None]:
    """Refuse to forget the panel or the stage (the column's name) of a session."""
    yield from held(contest)
    sessions = yield Find(SessionRow, ("event",), [(event,)], columns=(column,))
    if any(row[column] == key for row in sessions):
        raise StillInUse(what=column)


def still_there(session: Session) -> Work[None]:
    """Refuse a session of a stage or a panel that was taken back meanwhile."""
    yield from held(session.contest)
    for table, key, what in ((StageRow, session.stage, "stage"), (PanelRow, session.panel, "panel")):
        if key is not None and not (yield Find(table, ("id",), [(key,)], columns=("id",))):
            raise NotFound(what=what)


def never_opened(contest: ContestId, session: SessionId) -> Work[None]:
    """Refuse to forget a session that was opened in any round."""
    yield from held(contest)
    if (yield Find(GateRow, ("subject",), [(session,)], columns=("gate",))):
        raise StillInUse(what="session")


def seats_free(contest: ContestId, event: EventId, panel: PanelId, seats: Collection[SeatId]) -> Work[None]:
    """Refuse to take seats away once the panel has marked anything, or while a tablet holds one of them."""
    yield from held(contest)
    mine = yield Find(SeatRow, ("panel",), [(panel,)], columns=("id", "device"))
    marked = yield Find(MarkRow, ("event",), [(event,)], columns=("seat",))
    if {row["seat"] for row in marked} & {row["id"] for row in mine}:
        raise StillInUse(what="seat")
    if any(row["device"] for row in mine if row["id"] in seats):
        raise StillInUse(what="seat")


def panel_open(contest: ContestId, event: EventId, panel: PanelId) -> Work[None]:
    """Refuse when a session of the panel is locked: what it marked would look incomplete."""
    yield from not_ended(contest, event)
    for session in (yield Find(SessionRow, ("event",), [(event,)], columns=("id", "panel"))):
        if session["panel"] == panel and "locked" in (yield from gates_passed(Line.SESSION, session["id"])):
            raise SessionLocked()


def entered_once(contest: ContestId, event: EventId, entries: Sequence[Entry]) -> Work[None]:
    """Refuse to enter anybody twice in an event, or to give a bib or a station to two."""
    yield from held(contest)
    columns = ("id", "name", "subject", "bib", "station")
    stored = yield Find(EntryRow, ("event",), [(event,)], columns=columns)
    mine = {entry.id for entry in entries}
    taken = {(field, row[field]) for row in stored if row["id"] not in mine for field in columns[2:]}
    for entry in entries:
        for field, what in (("subject", "entry"), ("bib", "bib"), ("station", "station")):
            value = getattr(entry, field)
            if value and (field, value) in taken:
                raise AlreadyExists(what=what, name=entry.name if field == "subject" else value)
            taken.add((field, value))


def entries_stand(contest: ContestId, event: EventId, statuses: Mapping[EntryId, str]) -> Work[None]:
    """Refuse when somebody was entered, taken back or ruled on since these statuses were read."""
    yield from held(contest)
    stored = yield Find(EntryRow, ("event",), [(event,)], columns=("id", "status"))
    if {row["id"]: row["status"] for row in stored} != statuses:
        raise Overtaken()


def marks_stand(session: Session, statuses: Mapping[EntryId, str], marked: Mapping[Place, Said]) -> Work[None]:
    """Refuse when what counts in a session, or who competes in its event, changed since these were read."""
    yield from entries_stand(session.contest, session.event, statuses)
    columns = ("entry", "aspect", "seat", "kind", "value", "standing")
    stored = yield Find(MarkRow, ("session",), [(session.id,)], columns=columns)
    counting = [row for row in stored if row["standing"] == Standing.COUNTS and row["kind"] != MarkKind.ERASED]
    said = {(row["entry"], row["aspect"], row["seat"]): (row["kind"], row["value"]) for row in counting}
    if said != marked:
        raise Overtaken()


def ties_stand(event: EventId, gates: Collection[int], decisions: Collection[int]) -> Work[None]:
    """Refuse when the event passed a gate or a tie was decided since these numbers of facts were read."""
    for table, read in ((GateRow, gates), (TieRow, decisions)):
        stored = yield Find(table, ("event",), [(event,)], columns=("seq",))
        if {row["seq"] for row in stored} != set(read):
            raise Overtaken()


def numbers_stand(contest: ContestId, event: EventId, entries: Sequence[Entry]) -> Work[None]:
    """Refuse when an entry came, went or got a number since these were read."""
    yield from held(contest)
    stored = yield Find(EntryRow, ("event",), [(event,)], columns=("id", "bib", "station"))
    read = {entry.id: (entry.bib, entry.station) for entry in entries}
    if {row["id"]: (row["bib"], row["station"]) for row in stored} != read:
        raise Overtaken()


def sessions_stand(event: EventId, sessions: Sequence[Session]) -> Work[None]:
    """Refuse, under the lock, when a session of the event or what it marks changed since these were read."""
    stored = yield Find(SessionRow, ("event",), [(event,)], columns=("id", "aspects"))
    placed = yield Find(SessionEntryRow, ("session",), [(row["id"],) for row in stored], ("session", "entry"))
    aspects = {row["id"]: msgspec.json.decode(row["aspects"], type=tuple[AspectId, ...]) for row in stored}
    entries = {(row["session"], row["entry"]) for row in placed}
    if aspects != {session.id: session.aspects for session in sessions} or entries != {
        (session.id, entry) for session in sessions for entry in session.entries
    }:
        raise Overtaken()


def registered_stand(
    contest: ContestId, competitors: Sequence[Competitor], entries: Mapping[EventId, Sequence[Entry]]
) -> Work[None]:
    """Refuse when a competitor or an entry came, went or changed since these were read."""
    yield from held(contest)
    columns = ("id", "name", "organisation", "number")
    stored = yield Find(CompetitorRow, ("contest",), [(contest,)], columns=columns)
    known = {(one.id, one.name, one.organisation, one.number) for one in competitors}
    if {tuple(row[column] for column in columns) for row in stored} != known:
        raise Overtaken()
    for event, mine in entries.items():
        rows = yield Find(EntryRow, ("event",), [(event,)], columns=("id", "subject", "bib"))
        if {(row["id"], row["subject"], row["bib"]) for row in rows} != {(e.id, e.subject, e.bib) for e in mine}:
            raise Overtaken()


def names_free(organisations: Sequence[str]) -> Work[None]:
    """Refuse when somebody has registered an organisation of one of these names meanwhile."""
    if (yield Find(OrganisationRow, ("name",), [(name,) for name in organisations], columns=("id",))):
        raise Overtaken()


def still_unlocked(contest: ContestId, sessions: Collection[str]) -> Work[None]:
    """Refuse when one of the sessions was locked meanwhile: it stays as it was marked."""
    yield from held(contest)
    for session in sorted(sessions):
        if "locked" in (yield from gates_passed(Line.SESSION, session)):
            raise Overtaken()


def scheduled_once(session: Session, names: Mapping[str, str]) -> Work[None]:
    """Refuse to mark an aspect of an entry in two sessions; `names` says what people call both."""
    yield from held(session.contest)
    sessions = yield Find(SessionRow, ("event",), [(session.event,)], columns=("id", "aspects"))
    for other in sessions:
        aspects = set(session.aspects) & set(msgspec.json.decode(other["aspects"], type=list[AspectId]))
        if other["id"] == session.id or not aspects:
            continue
        placed = yield Find(SessionEntryRow, ("session",), [(other["id"],)], columns=("entry",))
        entries = set(session.entries) & {row["entry"] for row in placed}
        if entries:
            aspect, entry = min(aspects), min(entries)
            raise AspectScheduledTwice(aspect=names.get(aspect, aspect), entry=names.get(entry, entry))


def number_free(contest: ContestId, competitor: CompetitorId, number: str) -> Work[None]:
    """Refuse to give an organiser's number to two competitors."""
    yield from held(contest)
    same = yield Find(CompetitorRow, ("contest", "number"), [(contest, number)], columns=("id",))
    if number and any(row["id"] != competitor for row in same):
        raise AlreadyExists(what="number", name=number)
