"""Everybody in a room, whatever is shown, hidden, frozen, lost and read too slowly; without sockets."""

import asyncio
import itertools
from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contest.model.contest import PublicView
from realtime import wires
from realtime.boards import Board, Leaderboard
from realtime.protocol import Moved, Reset, ToBoard
from realtime.rooms import Gallery, Room
from realtime.views import Audience, Standing, project
from realtime.wires import CHUNK, Frame, Wire, fan_out, frame_of
from tests.realtime.builders import head, row
from tests.realtime.test_boards import Viewer

PUBLIC = Audience.PUBLIC
_read = msgspec.json.Decoder(ToBoard).decode


class Page(Viewer):
    """A spectator's page on a wire that may be slow or lose its connection."""

    def __init__(self, room: Room, audience: Audience) -> None:
        super().__init__()
        self.room = room
        self.audience = audience
        self.slow = False
        self.here = False
        self.frames: list[Moved | Reset] = []

    def connect(self) -> None:
        self.here = True
        self.room.galleries[self.audience].enter(self, self.epoch, self.version)

    def lose(self) -> None:
        self.here = False
        self.room.galleries[self.audience].leave(self)

    def put(self, frame) -> bool:
        if self.slow:
            return False
        message = _read(frame.payload)
        self.frames.append(message)
        if not self.apply(message):
            self.connect()
        return True


standings = st.builds(
    lambda totals, state, unblinded, complete, as_of: Standing(
        event="e1",
        event_name="焊工",
        contest="c1",
        contest_name="县赛",
        state=state,
        blind=False,
        unblinded=unblinded,
        public_view=PublicView.LIVE,
        as_of=as_of,
        complete=complete,
        aspects=9,
        columns=(),
        awards=(),
        rows=tuple(row(entry, place=at, total=total) for at, (entry, total) in enumerate(totals.items(), 1)),
    ),
    st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["1.00", "2.00"]), max_size=4),
    st.sampled_from(["started", "ended", "provisional", "official"]),
    st.booleans(),
    st.integers(0, 2),
    st.sampled_from(["t1", "t2"]),
)
fates = st.lists(st.sampled_from(["reads", "reads", "slow", "lost", "comes again"]), min_size=3, max_size=3)
steps = st.lists(st.tuples(standings, st.sampled_from(["live", "live", "freeze", "thaw"]), fates), max_size=15)
kinds = st.fixed_dictionaries({"blind": st.booleans(), "public_view": st.sampled_from(PublicView)})


def shown(board: Board) -> Board:
    """A board without its time, which alone moves nothing."""
    return msgspec.structs.replace(board, head=msgspec.structs.replace(board.head, as_of=""))


@settings(max_examples=400, deadline=None)
@given(kind=kinds, first=standings, steps=steps, history=st.integers(1, 4))
def test_whatever_happens_everybody_ends_with_exactly_what_they_may_see(kind, first, steps, history):
    now = msgspec.structs.replace(first, **kind)
    frozen: Standing | None = None
    room = Room(now, frozen, history=history)
    steady = Page(room, PUBLIC)
    pages = [Page(room, audience) for audience in (PUBLIC, PUBLIC, Audience.OFFICIALS)]
    for page in (steady, *pages):
        page.connect()

    async def walk() -> int:
        nonlocal now, frozen
        moves, board = 0, project(PUBLIC, now, frozen)
        for after, view, fated in steps:
            now = msgspec.structs.replace(after, **kind)
            frozen = {"freeze": frozen or now, "thaw": None}.get(view, frozen)
            for page, fate in zip(pages, fated, strict=True):
                page.slow = fate == "slow"
                if fate == "lost":
                    page.lose()
                elif fate == "comes again":
                    page.connect()
            await room.publish(room.follow(now, frozen))
            moves += shown(board) != shown(project(PUBLIC, now, frozen))
            board = project(PUBLIC, now, frozen)
        return moves

    moves = asyncio.run(walk())
    for page in pages:
        page.slow = False
        if not page.here:
            page.connect()
    asyncio.run(room.publish({}))
    for page in (steady, *pages):
        assert shown(page.sees()) == shown(project(page.audience, now, frozen))
        if page.audience is PUBLIC:
            assert msgspec.json.encode(page.sees()) == msgspec.json.encode(room_board(room))
    assert not room.waiting
    assert len(room) == 4
    # Nobody can tell from the number of frames that something hidden happened.
    assert len(steady.frames) == 1 + moves


def ends_right(fates: tuple[str, ...]) -> bool:
    """Whether somebody with these fates ends with what the board shows after three changes of it."""
    at = [standing_of(total) for total in ("1.00", "2.00", "3.00", "4.00")]
    room = Room(at[0], None, history=2)
    page = Page(room, PUBLIC)
    page.connect()

    async def walk() -> None:
        for now, fate in zip(at[1:], fates, strict=True):
            page.slow = fate == "slow"
            await room.publish(room.follow(now, None))
        page.slow = False
        await room.publish({})

    asyncio.run(walk())
    return shown(page.sees()) == shown(project(PUBLIC, at[-1], None))


def standing_of(total: str) -> Standing:
    return Standing(
        event="e1",
        event_name="焊工",
        contest="c1",
        contest_name="县赛",
        state="started",
        blind=False,
        unblinded=False,
        public_view=PublicView.LIVE,
        as_of="",
        complete=1,
        aspects=1,
        columns=(),
        awards=(),
        rows=(row("a", total=total),),
    )


@pytest.mark.parametrize("fates", [*itertools.product(("reads", "slow"), repeat=3)])
def test_whoever_was_slow_at_any_time_ends_with_the_board(fates):
    assert ends_right(fates)


def test_sabotage_a_step_that_is_forgotten_is_found(monkeypatch):
    follow = Leaderboard.follow

    def forgetful(leaderboard: Leaderboard, board: Board) -> Moved | None:
        if board.rows[0].total != "4.00":
            return follow(leaderboard, board)
        leaderboard.board = board
        return None

    monkeypatch.setattr(Leaderboard, "follow", forgetful)
    assert not ends_right(("reads", "reads", "reads"))


def test_sabotage_a_room_that_forgets_who_was_slow_is_found(monkeypatch):
    async def blind(frame: Frame, wires: Sequence[Wire], **options) -> list[Wire]:
        await fan_out(frame, wires, **options)
        return []

    monkeypatch.setattr("realtime.rooms.fan_out", blind)
    assert not ends_right(("reads", "reads", "slow"))


def room_board(room: Room) -> Board:
    return room.galleries[PUBLIC].leaderboard.board


def test_the_loop_may_answer_seats_while_a_whole_hall_is_shown_the_board_again():
    empty = Board(head=head(), rows=())
    gallery = Gallery(empty, history=1)
    hall = [Page(None, PUBLIC) for _ in range(10 * CHUNK)]
    for page in hall:
        page.slow = True
        gallery.enter(page, "", 0)
        page.slow = False
    turns = 0

    async def seats() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def publish() -> None:
        answering = asyncio.create_task(seats())
        await gallery.publish(None)
        answering.cancel()

    asyncio.run(publish())
    assert {len(page.frames) for page in hall} == {1}
    assert turns >= 10


class Reader:
    """Reads whatever comes."""

    def put(self, frame) -> bool:
        return True


async def test_while_it_is_urgent_the_loop_gives_the_core_away_now_and_then(monkeypatch):
    slept = []
    monkeypatch.setattr(wires.time, "sleep", slept.append)
    frame, hall = frame_of(b"{}"), [Reader()] * (3 * wires.GIVE_WAY_SOCKETS)
    assert await fan_out(frame, hall) == []
    assert slept == []
    answers = iter([True, False, True])
    assert await fan_out(frame, hall, urgent=lambda: next(answers)) == []
    assert slept == [wires.GIVE_WAY_SECONDS] * 2
