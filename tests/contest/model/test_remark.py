"""What is recorded when a panel's marks ask to be made again, or no longer do."""

from contest.model.fact import RemarkCalled, RemarkEnded
from contest.model.remark import PanelScene, decide

PLACE = {"event": "e1", "session": "s1", "entry": "a", "aspect": "craft"}
MARKS = {"seat2": ("entered", 3000), "seat1": ("entered", 0), "seat3": ("absent", None)}


def test_a_call_names_the_seats_that_said_something():
    called = decide(PanelScene(**PLACE, marks=MARKS), "spread")
    assert called == RemarkCalled(**PLACE, reason="spread", seats=("seat1", "seat2"))


def test_a_call_that_stands_is_not_made_again():
    assert decide(PanelScene(**PLACE, marks=MARKS, called=("seat1", "seat2")), "spread") is None


def test_a_call_ends_for_those_whom_it_called_when_the_marks_need_it_no_longer():
    ended = decide(PanelScene(**PLACE, marks={}, called=("seat1", "seat2")), None)
    assert ended == RemarkEnded(**PLACE, seats=("seat1", "seat2"))


def test_where_nothing_is_asked_nothing_is_recorded():
    assert decide(PanelScene(**PLACE, marks=MARKS), None) is None
