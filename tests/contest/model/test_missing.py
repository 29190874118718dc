"""Which marks a session still lacks."""

import msgspec

from contest.model.contest import Session
from contest.model.ids import AspectId, ContestId, EntryId, EventId, SeatId, SessionId, StageId
from contest.model.mark import WHOLE_PANEL
from contest.model.missing import Place, missing_marks
from contest.model.people import Entry, EntryKind, EntryStatus
from scoring import parse
from tests.builders import FAULTS, PANEL, SCHEME, THEORY

ONE, TWO = EntryId("one"), EntryId("two")
SEATS = [SeatId("seat1"), SeatId("seat2")]


def entry(key: EntryId, status: EntryStatus = EntryStatus.ENTERED) -> Entry:
    return Entry(
        id=key, contest=ContestId("c"), event=EventId("e"), kind=EntryKind.PROJECT, name=key, status=status
    )


def session(*aspects: AspectId) -> Session:
    return Session(
        id=SessionId("s"),
        contest=ContestId("c"),
        event=EventId("e"),
        stage=StageId("st"),
        name="一",
        aspects=aspects,
        entries=(ONE, TWO),
    )


def missing(planned: Session, entries: list[Entry], *marked: Place) -> list[Place]:
    needed = dict.fromkeys((ONE, TWO), parse(SCHEME).aspects)
    return list(missing_marks(planned, needed=needed, entries=entries, seats=SEATS, marked=marked))


def test_every_seat_marks_a_panel_aspect_and_the_panel_once_what_is_marked_once():
    found = missing(session(PANEL, FAULTS), [entry(ONE)], (ONE, PANEL, SEATS[1]))
    assert found == [(ONE, PANEL, SEATS[0]), (ONE, FAULTS, WHOLE_PANEL)]


def test_entries_outside_the_competition_lack_nothing():
    for status in EntryStatus:
        found = missing(session(THEORY), [entry(ONE, status)])
        assert bool(found) is (status is EntryStatus.ENTERED)


def test_entries_and_aspects_of_other_sessions_are_not_missed_here():
    assert missing(session(), [entry(ONE), entry(TWO)]) == []
    assert missing(session(THEORY), [entry(TWO)], (TWO, THEORY, WHOLE_PANEL)) == []


def test_who_does_not_go_on_lacks_nothing_of_later_stages_and_nobody_what_is_optional():
    aspects = parse(SCHEME).aspects
    optional = {**aspects, FAULTS: msgspec.structs.replace(aspects[FAULTS], optional=True)}
    needed = {ONE: optional, TWO: {THEORY: aspects[THEORY]}}
    planned = session(PANEL, FAULTS, THEORY)
    found = missing_marks(planned, needed=needed, entries=[entry(ONE), entry(TWO)], seats=SEATS, marked=())
    assert list(found) == [
        (ONE, PANEL, SEATS[0]),
        (ONE, PANEL, SEATS[1]),
        (ONE, THEORY, WHOLE_PANEL),
        (TWO, THEORY, WHOLE_PANEL),
    ]
