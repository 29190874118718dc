"""The leaderboard as snapshot and numbered deltas."""

from hypothesis import given, settings
from hypothesis import strategies as st

from realtime.boards import Board, Leaderboard
from realtime.protocol import BoardHead, Moved, Reset, Row
from tests.realtime.builders import board, head, row


class Viewer:
    """A spectator's page: applies what arrives and asks again when it missed something."""

    def __init__(self) -> None:
        self.epoch = ""
        self.version = 0
        self.head: BoardHead | None = None
        self.rows: dict[str, Row] = {}

    def apply(self, message: Moved | Reset) -> bool:
        if isinstance(message, Moved):
            if message.after != self.version:
                return False
            for entry in message.gone:
                self.rows.pop(entry, None)
            self.rows |= {row.entry: row for row in message.rows}
            self.head = message.head or self.head
        else:
            self.epoch = message.epoch
            self.head = message.head
            self.rows = {row.entry: row for row in message.rows}
        self.version = message.version
        return True

    def sees(self) -> Board:
        assert self.head is not None
        return Board(head=self.head, rows=tuple(sorted(self.rows.values(), key=lambda row: row.place)))


def test_a_step_carries_the_rows_that_changed_the_rows_that_went_and_the_head():
    board_of_event = Leaderboard("x", board([row("a", place=1), row("b", place=2), row("c", place=3)]))
    moved = board_of_event.follow(board([row("b", place=1, total="9.00"), row("a", place=2)], complete=1))
    assert moved == Moved(
        after=1,
        version=2,
        head=head(complete=1),
        rows=[row("b", place=1, total="9.00"), row("a", place=2)],
        gone=["c"],
    )


def test_the_time_alone_moves_nothing_and_does_not_show():
    followed = Leaderboard("x", board([row("a")], as_of="09:00"))
    assert followed.follow(board([row("a")], as_of="09:05")) is None
    assert followed.reset() == Reset(epoch="x", version=1, head=head(as_of="09:00"), rows=[row("a")])


def test_a_viewer_who_missed_nothing_gets_nothing():
    followed = Leaderboard("x", board([row("a")]))
    assert followed.since("x", 1) is None


def test_a_viewer_of_another_epoch_from_the_future_or_from_long_ago_gets_the_whole_board():
    followed = Leaderboard("x", board(), history=1)
    followed.follow(board([row("a")]))
    followed.follow(board([row("a"), row("b", place=2)]))
    whole = followed.reset()
    assert [followed.since("y", 3), followed.since("x", 4), followed.since("x", 1)] == [whole, whole, whole]
    assert followed.since("x", 2) == Moved(after=2, version=3, head=head(), rows=[row("b", place=2)], gone=[])


def test_an_entry_that_came_and_went_within_the_missed_steps_is_only_gone():
    followed = Leaderboard("x", board([row("a")]))
    followed.follow(board([row("a"), row("b", place=2)]))
    followed.follow(board([row("a")]))
    moved = followed.since("x", 1)
    assert isinstance(moved, Moved)
    assert (moved.after, moved.version, moved.rows, moved.gone) == (1, 3, [], ["b"])


boards = st.builds(
    lambda cells, complete, state: board(
        [row(entry, place=n, total=total) for n, (entry, total) in enumerate(cells.items(), 1)],
        complete=complete,
        state=state,
    ),
    st.dictionaries(st.sampled_from("abcde"), st.none() | st.sampled_from(["1.00", "2.00"]), max_size=5),
    st.integers(0, 3),
    st.sampled_from(["started", "ended"]),
)


@settings(max_examples=500, deadline=None)
@given(
    first=boards,
    steps=st.lists(st.tuples(boards, st.sampled_from(["arrives", "lost", "looks"])), max_size=25),
    history=st.integers(1, 8),
    restart=st.none() | st.integers(0, 24),
)
def test_after_any_lost_messages_a_viewer_ends_with_exactly_what_it_may_see(first, steps, history, restart):
    followed = Leaderboard("first", first, history=history)
    viewer = Viewer()

    def catch_up() -> None:
        missed = followed.since(viewer.epoch, viewer.version)
        if missed is not None:
            assert viewer.apply(missed)

    catch_up()
    for number, (after, fate) in enumerate(steps):
        if number == restart:
            followed = Leaderboard("second", followed.board, history=history)
            catch_up()
        moved = followed.follow(after)
        if fate == "looks" or (fate == "arrives" and moved is not None and not viewer.apply(moved)):
            catch_up()
    catch_up()
    assert viewer.sees() == followed.board
    assert viewer.sees() == (steps[-1][0] if steps else first)
