"""The results of an event, from what is stored to what is ranked; and what a change of plan may not overtake."""

import asyncio

from contest.actions.entering import (
    EntryChanges,
    NewEntry,
    change_entry,
    drop_entry,
    enter_all,
)
from contest.actions.marking import marks_seen_by
from contest.actions.numbering import NumbersWanted, number_entries
from contest.actions.results import Layout, results_of
from contest.actions.scheduling import SessionChanges, change_session
from contest.actions.showing import officials_results
from contest.errors import ContestError, MarksExist, SessionLocked
from contest.model.access import Person
from contest.model.ids import AccountId, AspectId, EntryId, SeatId, SessionId
from contest.model.mark import MarkKind
from contest.model.people import EntryKind
from contest.store.open import Store
from contest.store.queries import plans
from contest.store.queries.results import CountedMark, marks_that_count
from contest.store.schemes import digest_of, scheme_of
from contest.store.tables import EventRow
from scoring import SheetMark
from tests.builders import CHIEF, FAULTS, PANEL, SCHEME, THEORY, hall


async def test_results_are_those_of_the_marks_that_count(store: Store) -> None:
    at = await hall(store, entries=2)
    first = await at.stored(at.mark(8000, seat=0), at.mark(7000, seat=1), at.mark(9000, seat=2))
    await at.stored(at.mark(9500, seat=0, replaces=first[0].mark))
    await at.enter(at.mark(1000, seat=1))  # names no earlier mark, so it waits and counts nowhere
    computed = await results_of(store, at.event)
    assert sorted(computed.sheet.marks) == [
        SheetMark("c1-entry-1", "panel", 1, "entered", 9500),
        SheetMark("c1-entry-1", "panel", 2, "entered", 7000),
        SheetMark("c1-entry-1", "panel", 3, "entered", 9000),
    ]
    best = computed.results.rows[0]
    assert (best.entry, best.points, best.complete, best.total) == ("c1-entry-1", "8.50", 1, None)
    # Theory and deduction of the first, all three of the second: one mark each, and three of the panel.
    assert computed.results.missing == 2 + 5
    assert computed.gates.results.state == "started"


async def test_an_erased_mark_is_a_blank_and_an_absent_judge_is_not(store: Store) -> None:
    at = await hall(store, entries=1)
    one, *_ = await at.stored(at.mark(8000, seat=0), at.mark(7000, seat=1), at.mark(9000, seat=2))
    before = (await results_of(store, at.event)).results.missing
    (erased,) = await at.stored(at.mark(None, seat=0, kind=MarkKind.ERASED, replaces=one.mark))
    assert (await results_of(store, at.event)).results.missing == before + 1
    await at.stored(at.mark(None, seat=0, kind=MarkKind.ABSENT, replaces=erased.mark))
    computed = await results_of(store, at.event)
    assert (computed.results.missing, computed.results.rows[0].points) == (before, "8.00")


async def test_a_ruled_entry_is_listed_last_and_lacks_nothing(store: Store) -> None:
    at = await hall(store, entries=2)
    await at.rule_entry(0, "disqualified")
    computed = await results_of(store, at.event)
    assert [(row.entry, row.status) for row in computed.results.rows] == [
        ("c1-entry-2", "entered"),
        ("c1-entry-1", "disqualified"),
    ]
    assert computed.results.missing == 5


async def test_equal_rows_stand_by_their_drawn_numbers_and_behind_stations_by_nothing_else(store: Store) -> None:
    at = await hall(store, entries=3)
    for entry, bib, station in zip(at.entries, ("A10", "A9", ""), ("G2", "G10", "G1"), strict=True):
        await change_entry(store, entry, EntryChanges(bib=bib, station=station))
    first, second, third = at.entries

    async def listed() -> list[str]:
        return [row.entry for row in (await results_of(store, at.event)).results.rows]

    assert await listed() == [second, first, third]  # A9, A10, G1
    await store.apply(EventRow.update({EventRow.blind: True}).where(EventRow.id == at.event))
    assert await listed() == [third, first, second]  # G1, G2, G10


async def test_the_desk_reads_a_deduction_below_zero(store: Store) -> None:
    at = await hall(store, entries=1, judges=1)
    await at.stored(at.mark(8000), at.mark(2000, aspect=FAULTS))
    (row,) = (await officials_results(store, at.event, Person(account=AccountId(CHIEF), name=""))).rows
    assert row.scores == ["8.00", None, "-2"]


async def test_the_desk_reads_units_and_hints_in_both_languages(store: Store) -> None:
    at = await hall(store, entries=1)
    first, *_ = (await marks_seen_by(store, Person(account=AccountId(CHIEF), name=""), at.session)).aspects
    assert (first.unit, first.unit_en, first.hint, first.hint_en) == ("分", "pts", "看焊缝", "Look at the seam")


async def test_what_belongs_to_no_known_seat_aspect_or_entry_is_left_out_of_the_sheet(store: Store) -> None:
    at = await hall(store, entries=1, judges=2)
    entries = list((await results_of(store, at.event)).entries.values())
    sessions = await plans.sessions_of_event(store, at.event)
    panels = await plans.panels_of_event(store, at.event)

    def mark(entry: str, aspect: str, seat: str) -> CountedMark:
        return CountedMark(SessionId("s"), EntryId(entry), AspectId(aspect), SeatId(seat), "entered", 1000)

    stray = [
        mark("c1-entry-1", PANEL, "gone"),
        mark("c1-entry-1", "gone", "*"),
        mark("gone", PANEL, "c1-seat-1"),
    ]
    scheme = scheme_of(digest_of(SCHEME), SCHEME)
    layout = Layout(scheme, entries, sessions, panels, blind=False)
    sheet = layout.laid_out([*stray, mark("c1-entry-1", THEORY, "*")])
    assert sheet.marks == [SheetMark("c1-entry-1", "theory", 0, "entered", 1000)]
    assert (sheet.seats, sheet.panels) == (2, {})


async def test_a_mark_and_a_change_of_plan_that_meet_never_leave_a_mark_without_its_place(store: Store) -> None:
    at = await hall(store, entries=8)
    refused = []

    async def leave_out(entry: EntryId) -> None:
        kept = [other for other in (await plans.session(store, at.session)).entries if other != entry]
        try:
            await change_session(store, at.session, SessionChanges(entries=list(kept)))
        except MarksExist as broken:
            refused.append(broken)

    for number, entry in enumerate(at.entries[:-1]):
        await asyncio.gather(at.enter(at.mark(8000, entry=number)), leave_out(entry))
    placed = (await plans.session(store, at.session)).entries
    marked = {mark.entry for mark in await marks_that_count(store, at.event)}
    assert marked <= set(placed)
    assert len(refused) == len(marked)
    assert len(placed) == 1 + len(marked)


async def test_a_session_that_locks_while_its_plan_changes_stays_as_it_was_marked(store: Store) -> None:
    at = await hall(store, entries=2)

    async def shrink() -> str:
        try:
            await change_session(store, at.session, SessionChanges(entries=[at.entries[0]]))
        except SessionLocked:
            return "refused"
        return "changed"

    _, outcome = await asyncio.gather(at.pass_gate("locked"), shrink())
    entries = (await plans.session(store, at.session)).entries
    assert len(entries) == {"refused": 2, "changed": 1}[outcome]
    assert await shrink() == "refused" or len(entries) == 1


async def test_an_entry_with_a_mark_is_not_taken_back_even_when_both_come_at_once(store: Store) -> None:
    at = await hall(store, entries=6)

    async def take_back(entry: EntryId) -> bool:
        try:
            await drop_entry(store, entry)
        except ContestError:
            return False
        return True

    for number, entry in enumerate(at.entries):
        (receipt,), gone = await asyncio.gather(at.enter(at.mark(8000, entry=number)), take_back(entry))
        assert (receipt.verdict == "stored") is not gone
    assert {mark.entry for mark in await marks_that_count(store, at.event)} <= set(
        (await plans.session(store, at.session)).entries
    )


async def test_thousands_are_entered_at_once_and_numbered_by_lot(store: Store) -> None:
    at = await hall(store, entries=1, opened=False)
    projects = [NewEntry(kind=EntryKind.PROJECT, name=f"项目{number:04d}") for number in range(1200)]
    await enter_all(store, at.event, projects)
    (session,) = await plans.sessions_of_event(store, at.event)
    assert len(session.entries) == 1201
    numbered = await number_entries(store, at.event, NumbersWanted(), lambda order: order.reverse())
    by_name = sorted(numbered, key=lambda entry: entry.name)
    assert [entry.bib for entry in by_name[:2]] == ["A0001", "A0002"]
    assert [entry.station for entry in by_name[-2:]] == ["G0002", "G0001"]
    again = await number_entries(store, at.event, NumbersWanted(again=True), lambda order: None)
    assert sorted(entry.station for entry in again) == sorted(entry.station for entry in numbered)
    assert FAULTS in session.aspects
