"""One tablet's connection, without sockets, clocks or a database."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contest import errors
from contest.errors import StoreUnavailable
from contest.model.mark import EnterMark, MarkKind, Receipt
from realtime.deeds import CLOSES, Close, Enter, Identify, Limits, Moment, Say, ShowSheet
from realtime.protocol import (
    Beat,
    Goodbye,
    MarksRefused,
    MarksStored,
    Refused,
    RefusedMark,
    SessionChanged,
    Sheet,
    StoredMark,
    Welcome,
)
from realtime.seats import Phase, SeatLine

START = datetime(2026, 11, 20, 9, tzinfo=UTC)
TOKEN = "t" * 43
HELLO = f'{{"type":"hello","token":"{TOKEN}"}}'
WELCOME = Welcome(
    device="d1",
    seat="s1",
    seat_number=3,
    judge_name="裁判三",
    panel="一组",
    contest="c1",
    contest_name="县赛",
    event="e1",
    event_name="焊工",
    sessions=[],
    next_device_seq=1,
    send_from=1,
    backed_up=0,
    holds=True,
    at="2026-11-20T09:00:00.000000Z",
    beat_seconds=10,
)


def at(seconds: float = 0.0) -> Moment:
    return Moment(100.0 + seconds, START + timedelta(seconds=seconds))


def new(**limits) -> SeatLine:
    return SeatLine(at(), limits=Limits(**limits))


def seated(**limits) -> SeatLine:
    line = new(**limits)
    line.receive(HELLO, at())
    line.welcome(WELCOME)
    return line


def mark(number: int = 1, **changes) -> dict[str, object]:
    return {
        "mark": f"m{number}",
        "device_seq": number,
        "session": "x1",
        "entry": "a",
        "aspect": "A1",
        "value": 8500,
    } | changes


def marks(*entries: dict[str, object]) -> str:
    return msgspec.json.encode({"type": "enter_marks", "marks": entries}).decode()


def refusals(deeds) -> list[str]:
    return [deed.message.code for deed in deeds if isinstance(deed, Say) and isinstance(deed.message, Refused)]


def test_a_tablet_says_hello_and_is_welcomed():
    line = new()
    assert line.receive(HELLO, at()) == [Identify(TOKEN)]
    assert line.welcome(WELCOME) == [Say(WELCOME)]
    assert (line.phase, line.device, line.seat) == (Phase.SEATED, "d1", "s1")


def test_nothing_but_a_beat_comes_before_hello_and_hello_comes_once():
    line = new()
    assert refusals(line.receive('{"type":"open_sheet","session":"x1"}', at())) == ["hello_expected"]
    assert refusals(line.receive(marks(mark()), at())) == ["hello_expected"]
    line.receive(HELLO, at())
    assert refusals(line.receive(marks(mark()), at())) == ["hello_expected"]
    assert refusals(line.receive(HELLO, at())) == ["hello_again"]


def test_a_tablet_of_another_protocol_is_told_to_update():
    line = new()
    deeds = line.receive(f'{{"type":"hello","token":"{TOKEN}","protocol":2}}', at())
    assert deeds == [Say(Goodbye(code="update")), Close(4426)]
    assert line.receive(HELLO, at()) == []


def test_marks_go_to_the_book_as_they_came_in_the_name_of_this_device():
    deeds = seated().receive(
        marks(mark(1, made_at="t1"), mark(2, kind="erased", value=None, replaces="m1", reason="误点"), mark(3)),
        at(),
    )
    common = {"device": "d1", "session": "x1", "entry": "a", "aspect": "A1"}
    assert deeds == [
        Enter(
            [
                EnterMark(**common, device_seq=1, mark="m1", value=8500, made_at="t1"),
                EnterMark(**common, device_seq=2, mark="m2", kind=MarkKind.ERASED, replaces="m1", reason="误点"),
                EnterMark(**common, device_seq=3, mark="m3", value=8500),
            ]
        )
    ]


def test_a_mark_of_an_unknown_kind_is_refused_and_holds_up_no_other():
    deeds = seated().receive(marks(mark(1, kind="guess"), mark(2)), at())
    refused = RefusedMark(mark="m1", device_seq=1, code="bad_input", params={"field": "kind", "problem": "guess"})
    assert deeds[0] == Say(MarksRefused(refusals=[refused]))
    assert [command.mark for command in deeds[1].marks] == ["m2"]


def test_receipts_are_told_apart_into_stored_pending_and_refused():
    receipts = [
        Receipt(mark="m1", device_seq=1, verdict="stored", seq=7, link="ab", at="t"),
        Receipt(mark="m2", device_seq=2, verdict="pending", seq=8, link="cd", at="t", because="session_locked"),
        Receipt(mark="m3", device_seq=3, verdict="refused", because="mark_out_of_range", params={"low": 0}),
    ]
    assert seated().stored(receipts) == [
        Say(
            MarksStored(
                receipts=[
                    StoredMark(mark="m1", device_seq=1, seq=7, link="ab", at="t", standing="counts"),
                    StoredMark(
                        mark="m2",
                        device_seq=2,
                        seq=8,
                        link="cd",
                        at="t",
                        standing="pending",
                        because="session_locked",
                    ),
                ]
            )
        ),
        Say(
            MarksRefused(
                refusals=[RefusedMark(mark="m3", device_seq=3, code="mark_out_of_range", params={"low": 0})]
            )
        ),
    ]


def test_when_the_book_cannot_answer_nothing_is_acknowledged():
    assert refusals(seated().not_answered(StoreUnavailable())) == ["store_unavailable"]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"\x00\x01", "message_binary"),
        (b'{"type":"beat"}', "message_binary"),
        ("", "message_not_understood"),
        ("null", "message_not_understood"),
        ("[" * 60_000, "message_not_understood"),
        ('{"type":"shout"}', "message_not_understood"),
        ('{"type":"beat","loud":true}', "message_not_understood"),
        ('{"type":"open_sheet"}', "message_not_understood"),
        (marks(), "message_not_understood"),
        (marks(*(mark(number) for number in range(1, 102))), "message_not_understood"),
        (marks(mark(value=1.5)), "message_not_understood"),
        (marks(mark(value=10**13)), "message_not_understood"),
        (marks(mark(device_seq=0)), "message_not_understood"),
        (marks(mark(seat="s2")), "message_not_understood"),
    ],
)
def test_what_is_no_message_is_refused_by_name_and_the_next_one_is_heard(message, code):
    line = seated()
    assert refusals(line.receive(message, at())) == [code]
    assert code in {kind.code for kind in errors.catalogue()}
    assert line.receive('{"type":"open_sheet","session":"x1"}', at()) == [ShowSheet("x1")]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text() | st.binary() | st.sampled_from([HELLO, marks(mark()), '{"type":"beat"}']), max_size=12))
def test_no_message_whatever_breaks_the_connection_or_goes_unanswered(messages):
    line = new()
    for message in messages:
        deeds = line.receive(message, at())
        assert deeds
        if deeds == [Identify(TOKEN)]:
            line.welcome(WELCOME)


def test_a_beat_is_answered_with_our_time_and_the_measured_skew():
    line = seated()
    deeds = line.receive('{"type":"beat","at":"2026-11-20T17:01:30.5+08:00","unsent":4,"battery":81}', at())
    assert deeds == [Say(Beat(at="2026-11-20T09:00:00.000000Z", skew_ms=90_500))]
    assert (line.skew_ms, line.unsent, line.battery) == (90_500, 4, 81)
    assert line.receive('{"type":"beat","at":"soon"}', at()) == [Say(Beat(at="2026-11-20T09:00:00.000000Z"))]


def test_the_server_beats_by_itself_and_gives_up_a_tablet_that_says_nothing():
    line = seated(beat_seconds=10, silent_beats=3)
    assert line.tick(at(9.9)) == []
    assert line.tick(at(10)) == [Say(Beat(at="2026-11-20T09:00:10.000000Z"))]
    assert line.tick(at(11)) == []
    assert line.tick(at(30)) == [Say(Goodbye(code="silent")), Close(4408)]
    assert line.tick(at(60)) == []


def test_whoever_does_not_say_hello_in_time_is_sent_away_and_may_come_again():
    for line in (new(), new()):
        line.receive('{"type":"beat"}', at(9))
        assert line.tick(at(9.9)) == []
        assert line.tick(at(10)) == [Say(Goodbye(code="silent")), Close(4408)]
    late = new()
    late.tick(at(10))
    assert late.welcome(WELCOME) == []


def test_a_tablet_is_not_sent_away_while_the_server_looks_it_up_and_comes_again_when_that_fails():
    line = new(beat_seconds=10, silent_beats=3)
    line.receive(HELLO, at(9))
    assert line.tick(at(20)) == []
    assert line.not_answered(StoreUnavailable()) == [Say(Goodbye(code="restarting")), Close(1012)]
    stuck = new(beat_seconds=10, silent_beats=3)
    stuck.receive(HELLO, at(9))
    assert stuck.tick(at(39)) == [Say(Goodbye(code="silent")), Close(4408)]


def test_messages_that_come_too_fast_are_refused_and_a_flood_ends_the_connection():
    line = seated(messages_at_once=5, messages_per_second=2)
    answers = [refusals(line.receive(marks(mark(n)), at())) for n in range(1, 11)]
    # Hello took the first of the five.
    assert answers == [[]] * 4 + [["too_many_requests"]] * 5 + [[]]
    assert line.phase is Phase.OVER
    patient = seated(messages_at_once=5, messages_per_second=2)
    for second in range(60):
        assert refusals(patient.receive(marks(mark(2 * second + 1)), at(second))) == []
        assert refusals(patient.receive(marks(mark(2 * second + 2)), at(second))) == []


def test_whoever_left_hears_nothing_more():
    line = seated()
    assert line.leave("seat_revoked") == [Say(Goodbye(code="seat_revoked")), Close(CLOSES["seat_revoked"])]
    assert line.leave("seat_revoked") == []
    assert line.receive(marks(mark()), at()) == []
    assert line.stored([Receipt(mark="m", device_seq=1, verdict="stored", seq=1)]) == []
    assert line.session_changed("x1", "上午", "locked") == []
    assert line.welcome_again(WELCOME) == []
    assert line.not_answered(StoreUnavailable()) == []
    sheet = Sheet(session="x1", name="", state="opened", blind=False, entries=[], aspects=[], marks=[])
    assert line.show(sheet) == []


def test_a_change_between_the_question_and_the_welcome_is_told_after_it():
    line = new()
    line.receive(HELLO, at())
    assert line.session_changed("x1", "上午", "locked") == []
    assert line.welcome(WELCOME) == [
        Say(WELCOME),
        Say(SessionChanged(session="x1", name="上午", state="locked")),
    ]


def test_a_seat_hears_of_its_sessions_and_sees_its_sheet():
    line = seated()
    changed = SessionChanged(session="x1", name="上午", state="locked")
    assert line.session_changed("x1", "上午", "locked") == [Say(changed)]
    assert line.welcome_again(WELCOME) == [Say(WELCOME)]
    sheet = Sheet(session="x1", name="", state="opened", blind=False, entries=[], aspects=[], marks=[])
    assert line.show(sheet) == [Say(sheet)]
