"""Whatever a server has lost, the tablet that holds it brings it back: asked for by number, once a gap."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contest.model.mark import Receipt
from realtime.deeds import Enter, Say
from realtime.protocol import MarksStored, RemarkCalled, SeatLost, SendFrom
from realtime.seats import SeatLine
from tests.realtime.test_seats import WELCOME, at, mark, marks, new, refusals, seated


def given_to_the_book(deeds) -> list[int]:
    return [command.device_seq for deed in deeds if isinstance(deed, Enter) for command in deed.marks]


def asked_from(deeds) -> list[int]:
    return [
        deed.message.device_seq for deed in deeds if isinstance(deed, Say) and isinstance(deed.message, SendFrom)
    ]


def welcomed(**changes):
    line = new()
    line.receive(f'{{"type":"hello","token":"{"t" * 43}"}}', at())
    line.welcome(msgspec.structs.replace(WELCOME, **changes))
    return line


def test_a_number_that_is_jumped_is_asked_for_once_and_what_came_goes_to_the_book_all_the_same():
    line = seated()
    assert asked_from(line.receive(marks(mark(1)), at())) == []
    deeds = line.receive(marks(mark(4)), at())
    assert (asked_from(deeds), given_to_the_book(deeds)) == ([2], [4])
    assert asked_from(line.receive(marks(mark(5)), at())) == []
    deeds = line.receive(marks(mark(2), mark(3), mark(4), mark(5)), at())
    assert (asked_from(deeds), given_to_the_book(deeds)) == ([], [2, 3, 4, 5])
    assert asked_from(line.receive(marks(mark(6), mark(8), mark(11)), at())) == [7], "the lowest of one message"


def test_numbers_that_the_book_has_seen_before_the_welcome_are_no_gap():
    assert asked_from(welcomed(next_device_seq=8, send_from=3).receive(marks(mark(8)), at())) == []
    assert asked_from(welcomed(next_device_seq=8, send_from=3).receive(marks(mark(10)), at())) == [8]


def connected(book: set[int], held: int, losses: list[bool]) -> None:
    """One connection of a tablet that holds numbers up to `held`, to a server whose book has seen these numbers.

    Messages are swallowed as the losses say, the last one never; the tablet answers every gap with all it holds.
    """
    newest = max(book, default=0)
    send_from = next(number for number in range(1, held + 2) if number not in book)
    line = welcomed(next_device_seq=newest + 1, send_from=send_from)
    waiting, asked = [[number] for number in range(send_from, held + 1)], []
    while waiting:
        message = waiting.pop(0)
        if losses and losses.pop() and waiting:
            continue
        deeds = line.receive(marks(*(mark(number) for number in message)), at())
        assert given_to_the_book(deeds) == message, "what came is stored all the same"
        book.update(message)
        for number in asked_from(deeds):
            assert number not in asked, "a gap is asked for once"
            asked.append(number)
            waiting = [list(range(number, held + 1))]
    assert set(range(newest + 1, held + 1)) <= book, "nothing above what the book had seen is missing"


@settings(max_examples=200)
@given(
    held=st.integers(min_value=1, max_value=25),
    kept=st.sets(st.integers(min_value=1, max_value=25)),
    swallowed=st.lists(st.booleans(), max_size=25),
)
def test_whatever_a_server_forgot_and_whatever_messages_it_lost_every_number_arrives(held, kept, swallowed):
    book = {number for number in kept if number <= held}  # what a restored server still has
    connected(book, held, list(swallowed))
    # What lay below the newest and was swallowed is asked for by the next welcome.
    connected(book, held, [])
    assert book == set(range(1, held + 1))


def test_sabotage_a_server_that_asks_for_no_gap_is_found_out(monkeypatch):
    monkeypatch.setattr(SeatLine, "_jumped", lambda self, marks: [])
    with pytest.raises(AssertionError, match="nothing above"):
        connected(set(), 3, [False, True, False])


def test_a_tablet_whose_seat_was_handed_over_goes_on_delivering_on_its_connection_and_sees_no_sheet():
    line = seated(delivering_at_once=2, delivering_per_second=0.001)
    assert line.lose("handed_over", "t") == [Say(SeatLost(reason="handed_over", at="t"))]
    assert line.lose("handed_over", "t") == []
    assert refusals(line.receive('{"type":"open_sheet","session":"x1"}', at())) == ["seat_revoked"]
    assert given_to_the_book(line.receive(marks(mark(1)), at())) == [1]
    stored = line.stored([Receipt(mark="m1", device_seq=1, verdict="pending", seq=4, because="seat_revoked")])
    assert isinstance(stored[0].message, MarksStored)
    assert refusals(line.receive(marks(mark(2)), at())) == ["too_many_requests"], (
        "it delivers at its own slow pace"
    )
    assert line.remark(RemarkCalled(session="x1", entry="a", aspect="A", reason="spread", at="t")) == []


def test_a_revoked_tablet_is_told_and_sent_away_and_may_come_again_to_deliver():
    deeds = seated().lose("revoked", "t")
    assert [type(deed).__name__ for deed in deeds] == ["Say", "Say", "Close"]
    line = welcomed(holds=False, sessions=[])
    assert refusals(line.receive('{"type":"open_sheet","session":"x1"}', at())) == ["seat_revoked"]
    assert given_to_the_book(line.receive(marks(mark(1)), at())) == [1]


def test_three_thousand_marks_of_a_long_day_offline_go_in_without_a_pause():
    line, numbers = seated(), iter(range(1, 3001))
    for _ in range(60):  # fifty in a message, as the tablet sends them, all in one second
        deeds = line.receive(marks(*(mark(next(numbers)) for _ in range(50))), at(0.5))
        assert len(given_to_the_book(deeds)) == 50
    one_by_one = seated()
    for number in range(1, 3001):  # a tablet that looks for a malformed mark sends them one by one
        assert given_to_the_book(one_by_one.receive(marks(mark(number)), at(number / 30))) == [number]


def test_how_far_the_contest_is_backed_up_is_told_when_it_changes():
    line = welcomed(backed_up=7)
    assert line.backed_up(7) == []
    assert [deed.message.seq for deed in line.backed_up(9)] == [9]
    assert line.backed_up(9) == []
    assert [deed.message.seq for deed in line.backed_up(4)] == [4], "a restored server has fewer"
