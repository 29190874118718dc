"""The one decision about a mark."""

import msgspec
import pytest

from contest.errors import BadInput, ContestError, MarkNotForSeat, MarkOutOfRange, SessionNotOpen
from contest.model.gate import GateLine, Line, Passed
from contest.model.ids import AspectId, ContestId, DeviceId, EntryId, EventId, MarkId, SeatId, SessionId
from contest.model.mark import (
    WHOLE_PANEL,
    DeviceScene,
    EnterMark,
    MarkKind,
    Receipt,
    SessionScene,
    SlotState,
    Standing,
    enter,
    refusal,
)
from scoring.scheme import parse
from tests.builders import FAULTS, PANEL, SCHEME, THEORY

ASPECTS = {AspectId(key): aspect for key, aspect in parse(SCHEME).aspects.items()}
SEAT = SeatId("seat-1")
SLOT = (SessionId("s1"), EntryId("e1"), PANEL, SEAT)


def gates(*names: str) -> GateLine:
    passed = tuple(Passed(gate=name, at="", by="chief") for name in names)
    return GateLine(line=Line.SESSION, subject="s1", passed=passed)


def session(*passed: str) -> SessionScene:
    return SessionScene(
        session=SessionId("s1"),
        contest=ContestId("c1"),
        event=EventId("v1"),
        gates=gates(*passed),
        aspects=ASPECTS,
        entries=frozenset({EntryId("e1")}),
        seats=frozenset({SEAT}),
    )


def tablet(*, holds_seat: bool = True, seat: SeatId = SEAT) -> DeviceScene:
    return DeviceScene(device=DeviceId("t1"), seat=seat, holds_seat=holds_seat)


DESK = DeviceScene(device=DeviceId("desk:a"), seat=WHOLE_PANEL, holds_seat=True)


def mark(value: int | None = 8000, **changes: object) -> EnterMark:
    made = EnterMark(
        device=DeviceId("t1"),
        device_seq=1,
        mark=MarkId("m1"),
        session=SessionId("s1"),
        entry=EntryId("e1"),
        aspect=PANEL,
        value=value,
        made_at="2026-11-20T09:00:00.000+08:00",
    )
    return msgspec.structs.replace(made, **changes)


def test_a_sound_mark_counts():
    fact = enter(mark(), session("opened"), tablet(), {})
    assert (fact.standing, fact.because, fact.revision, fact.seat, fact.by) == (Standing.COUNTS, "", 1, SEAT, SEAT)
    assert (fact.value, fact.made_at, fact.reason) == (8000, "2026-11-20T09:00:00.000+08:00", "")


def test_a_correction_counts_when_it_names_the_newest():
    slots = {SLOT: SlotState(newest=MarkId("m0"), revisions=3)}
    fact = enter(mark(replaces=MarkId("m0")), session("opened"), tablet(), slots)
    assert (fact.standing, fact.revision, fact.replaces) == (Standing.COUNTS, 4, "m0")


@pytest.mark.parametrize("replaces", [None, MarkId("m7")])
def test_a_mark_that_expected_another_one_waits(replaces):
    slots = {SLOT: SlotState(newest=MarkId("m0"), revisions=1)}
    fact = enter(mark(replaces=replaces), session("opened"), tablet(), slots)
    assert (fact.standing, fact.because) == (Standing.PENDING, "not_newest")


@pytest.mark.parametrize("passed", [("opened", "locked"), ("opened", "locked", "confirmed")])
def test_a_mark_after_the_lock_waits(passed):
    fact = enter(mark(), session(*passed), tablet(), {})
    assert (fact.standing, fact.because) == (Standing.PENDING, "session_locked")


def test_a_mark_of_a_device_that_lost_its_seat_waits_whatever_else():
    fact = enter(mark(), session("opened", "locked"), tablet(holds_seat=False), {})
    assert (fact.standing, fact.because) == (Standing.PENDING, "seat_revoked")


def test_before_the_session_opens_nothing_is_stored():
    with pytest.raises(SessionNotOpen):
        enter(mark(), session(), tablet(), {})


@pytest.mark.parametrize(
    "wrong", [{"aspect": AspectId("none")}, {"entry": EntryId("none")}, {"aspect": THEORY, "value": 50000}]
)
def test_a_tablet_marks_what_its_session_marks_and_what_is_not_imported(wrong):
    with pytest.raises(MarkNotForSeat):
        enter(mark(**wrong), session("opened"), tablet(), {})


def test_a_seat_of_another_panel_marks_nothing_here():
    with pytest.raises(MarkNotForSeat):
        enter(mark(), session("opened"), tablet(seat=SeatId("other")), {})


def test_the_desk_marks_what_is_marked_once_and_never_for_a_judge():
    at_desk = {"device": DeviceId("desk:a"), "by": "account-a"}
    fact = enter(mark(88500, aspect=THEORY, **at_desk), session("opened"), DESK, {})
    assert (fact.seat, fact.by) == (WHOLE_PANEL, "account-a")
    with pytest.raises(MarkNotForSeat):
        enter(mark(**at_desk), session("opened"), DESK, {})


def test_a_tablet_speaks_for_its_seat_and_for_nobody_else():
    assert enter(mark(by="account-a"), session("opened"), tablet(), {}).by == SEAT


def test_what_the_whole_panel_marks_once_has_one_place():
    fact = enter(mark(1000, aspect=FAULTS), session("opened"), tablet(), {})
    assert (fact.seat, fact.by) == (WHOLE_PANEL, SEAT)


@pytest.mark.parametrize("value", [-100, 10100, 8050, None])
def test_a_value_outside_its_aspect_is_refused_with_the_limits(value):
    with pytest.raises(MarkOutOfRange) as refused:
        enter(mark(value), session("opened"), tablet(), {})
    assert refused.value.params == {"aspect": "外观", "low": "0.0", "high": "10.0", "step": "0.1"}


@pytest.mark.parametrize("kind", [MarkKind.ABSENT, MarkKind.NOT_ATTEMPTED, MarkKind.ERASED])
def test_only_an_entered_mark_has_a_value(kind):
    assert enter(mark(None, kind=kind), session("opened"), tablet(), {}).value is None
    with pytest.raises(MarkOutOfRange):
        enter(mark(0, kind=kind), session("opened"), tablet(), {})


@pytest.mark.parametrize("made_at", ["", "张三", "2026-11-20", "2026-11-20T09:00:00 Zhang"])
def test_the_ledger_keeps_a_tablets_time_and_no_other_text(made_at):
    assert enter(mark(made_at=made_at), session("opened"), tablet(), {}).made_at == ""


def test_two_marks_are_the_same_when_their_content_is():
    assert mark().digest == mark(by="account-a").digest
    for field, value in [("value", 8100), ("entry", "e2"), ("mark", "m2"), ("reason", "x"), ("device_seq", 2)]:
        assert mark(**{field: value}).digest != mark().digest


def test_a_refusal_names_the_rule_and_how_it_was_broken():
    class Broken(ContestError):
        code = "broken_for_a_test"

    assert refusal(mark(), Broken(count=2)) == Receipt(
        mark=MarkId("m1"), device_seq=1, verdict="refused", because="broken_for_a_test", params={"count": 2}
    )


@pytest.mark.parametrize("aspect", [THEORY, FAULTS])
def test_only_a_judge_of_the_panel_can_be_absent(aspect):
    absent = mark(None, kind=MarkKind.ABSENT, aspect=aspect, device=DeviceId("desk:a"))
    with pytest.raises(BadInput, match="absent"):
        enter(absent, session("opened"), DESK, {})
