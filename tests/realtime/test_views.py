"""Who may see what of a leaderboard."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contest.actions.showing import AwardName
from contest.model.contest import PublicView
from realtime.boards import Leaderboard
from realtime.protocol import Column
from realtime.views import Audience, Standing, View, project
from tests.realtime.builders import row

PUBLIC, OFFICIALS = Audience.PUBLIC, Audience.OFFICIALS


def standing(**changes) -> Standing:
    return Standing(
        **{
            "event": "e1",
            "event_name": "焊工",
            "contest": "c1",
            "contest_name": "县赛",
            "state": "started",
            "blind": False,
            "unblinded": False,
            "public_view": PublicView.LIVE,
            "as_of": "2026-11-20T09:00:00.000000Z",
            "complete": 3,
            "aspects": 4,
            "columns": (Column(node="A", name="理论", name_en="Theory"),),
            "awards": (AwardName(award="craft", name="工匠之星", name_en="Star of Craft"),),
            "rows": (
                msgspec.structs.replace(row("a", total="91.25"), name="王泄密", label="B07", awards=["craft"]),
            ),
        }
        | changes
    )


def bytes_of(board) -> bytes:
    return msgspec.json.encode(Leaderboard("x", board).reset())


def test_the_public_sees_live_rows_of_a_live_event_without_awards():
    board = project(PUBLIC, standing(), None)
    assert (board.head.view, board.head.audience) == (View.LIVE, "public")
    assert (board.head.complete, board.head.aspects, board.head.entries) == (3, 4, 1)
    assert [(line.name, line.total, line.awards) for line in board.rows] == [("王泄密", "91.25", [])]
    assert board.head.awards == []


@pytest.mark.parametrize("state", ["provisional", "official"])
def test_published_results_carry_their_awards(state):
    board = project(PUBLIC, standing(state=state, public_view=PublicView.AFTER_PUBLICATION), None)
    assert [line.awards for line in board.rows] == [["craft"]]
    assert [award.name for award in board.head.awards] == ["工匠之星"]
    assert board.head.state == state


HIDDEN = [
    ({"public_view": PublicView.AFTER_PUBLICATION, "state": "planned"}, View.UNPUBLISHED),
    ({"public_view": PublicView.AFTER_PUBLICATION, "state": "started"}, View.UNPUBLISHED),
    ({"public_view": PublicView.AFTER_PUBLICATION, "state": "ended"}, View.UNPUBLISHED),
    ({"blind": True}, View.BLIND),
    ({"blind": True, "state": "official"}, View.BLIND),
    ({"blind": True, "state": "provisional", "public_view": PublicView.AFTER_PUBLICATION}, View.BLIND),
]


@pytest.mark.parametrize(("changes", "view"), HIDDEN)
def test_what_is_hidden_shows_no_row_name_number_time_or_count(changes, view):
    full = standing(**changes)
    for leak in ("王泄密".encode(), b"91.25", b"B07", b"craft", "工匠之星".encode()):
        assert leak in bytes_of(project(OFFICIALS, full, None)), "the standing must contain what could leak"
        assert leak not in bytes_of(project(PUBLIC, full, None))
    board = project(PUBLIC, full, None)
    assert (board.rows, board.head.view, board.head.as_of) == ((), view, "")
    assert (board.head.complete, board.head.aspects, board.head.entries) == (0, 0, 0)
    assert (board.head.columns, board.head.awards) == ([], [])


cells = st.builds(
    lambda total, name, complete: msgspec.structs.replace(
        row("a", total=total, points=total), name=name, complete=complete, awards=["first"]
    ),
    st.sampled_from(["1.00", "2.00"]),
    st.text(max_size=3),
    st.integers(0, 2),
)
movements = st.fixed_dictionaries(
    {
        "rows": st.lists(cells, max_size=4).map(tuple),
        "complete": st.integers(0, 9),
        "aspects": st.integers(0, 9),
        "as_of": st.sampled_from(["t1", "t2"]),
    }
)


@given(hidden=st.sampled_from(HIDDEN), one=movements, other=movements)
def test_while_only_hidden_things_change_every_public_byte_stays_the_same(hidden, one, other):
    changes, _ = hidden
    before, after = standing(**changes, **one), standing(**changes, **other)
    assert bytes_of(project(PUBLIC, before, None)) == bytes_of(project(PUBLIC, after, None))


gates = st.fixed_dictionaries(
    {
        "state": st.sampled_from(["started", "ended", "provisional", "official"]),
        "unblinded": st.booleans(),
        "public_view": st.sampled_from(PublicView),
    }
)


@given(blind=st.booleans(), frozen=movements, one=movements, other=movements, gate=gates)
def test_while_frozen_the_public_sees_the_moment_of_the_freeze_whatever_happens(blind, frozen, one, other, gate):
    at_freeze = standing(blind=blind, **frozen)
    before, after = standing(blind=blind, **one), standing(blind=blind, **other, **gate)
    seen = project(PUBLIC, before, at_freeze)
    assert bytes_of(seen) == bytes_of(project(PUBLIC, after, at_freeze))
    assert seen.head.view == (View.BLIND if blind else View.FROZEN)
    assert seen.rows == project(PUBLIC, at_freeze, None).rows


def test_officials_see_everything_also_behind_a_freeze():
    now = standing(blind=True, complete=4, public_view=PublicView.AFTER_PUBLICATION)
    board = project(OFFICIALS, now, standing(complete=1))
    assert board.rows == now.rows
    assert (board.head.complete, board.head.view, board.head.audience) == (4, View.FROZEN, "officials")


def test_a_superseded_result_is_hidden_again():
    shown = standing(state="provisional", public_view=PublicView.AFTER_PUBLICATION)
    assert project(PUBLIC, shown, None).rows
    assert not project(PUBLIC, msgspec.structs.replace(shown, state="started"), None).rows
