"""While only hidden facts change, nothing that a stranger can get from the whole application changes by a byte."""

import re
from contextlib import asynccontextmanager

import httpx
import pytest

from contest import app as house
from contest.model.gate import Line
from contest.model.mark import MarkKind
from contest.settings import Settings
from contest.store.tables import EventRow
from realtime import views
from realtime.routes import Live, create_live
from tests.builders import THEORY
from tests.realtime.house import Peer, paired, shown_on_boards
from tests.realtime.sockets import PATIENCE, connect, served, until

STRANGER = {"X-Forwarded-For": "203.0.113.9"}
"""Somebody from outside, who is not shown the figures that a machine's own operator may read."""

BY_CHANCE = {"date", "x-request-id"}
"""What is different in any two answers and comes from the clock and from dice alone."""

WAYS = ["frozen", "blind", "unpublished"]


class Outside:
    """A stranger who asks for everything there is, and knows every id."""

    def __init__(self, app, port: int, at, live: Live) -> None:
        self.app, self.port, self.at, self.live = app, port, at, live

    async def sees(self) -> dict[str, tuple[int, tuple[tuple[str, str], ...], bytes]]:
        """Every answer to a GET and a HEAD, with its headers."""
        base = f"http://127.0.0.1:{self.port}"
        async with httpx.AsyncClient(base_url=base, timeout=PATIENCE, headers=STRANGER) as web:
            seen = {}
            for method in ("GET", "HEAD"):
                for path in self.paths():
                    answer = await web.request(method, path)
                    headers = tuple(sorted(item for item in answer.headers.items() if item[0] not in BY_CHANCE))
                    seen[f"{method} {path}"] = (answer.status_code, headers, answer.content)
            return seen

    def paths(self) -> list[str]:
        at = self.at
        known = {
            "event": at.event,
            "contest": at.contest,
            "session": at.session,
            "entry": at.entries[0],
            "seat": at.seats[0],
            "device": at.devices[0],
        }
        routes = [route for route in self.app.routes if "GET" in (getattr(route, "methods", None) or ())]
        found = {re.sub(r"{(\w+)[^}]*}", lambda gap: known.get(gap[1], "x"), route.path) for route in routes}
        assert f"/api/public/events/{at.event}/board" in found
        assert len(found) > 30
        return sorted(found)

    @asynccontextmanager
    async def board(self, **more):
        async with connect(f"ws://127.0.0.1:{self.port}/live/board", additional_headers=STRANGER) as socket:
            peer = Peer(socket)
            await peer.say({"type": "watch", "event": self.at.event} | more)
            yield peer


@asynccontextmanager
async def outside(store, at):
    made = []

    def keep(*given, **named):
        made.append(create_live(*given, **named))
        return made[0]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(house, "create_live", keep)
        app = house.create_app(Settings(log_level="error", requests_per_minute_and_address=10**9), store=store)
    async with served(app) as (_, port):
        yield Outside(app, port, at, made[0])


async def hide(store, at, way: str) -> None:
    if way == "frozen":
        await at.pass_gate("frozen", Line.VIEW)
    else:
        change = {EventRow.blind: True} if way == "blind" else {EventRow.public_view: "after_publication"}
        await store.apply(EventRow.update(change).where(EventRow.id == at.event))


async def much_happens(at) -> None:
    """Every kind of fact that the public may not hear of."""
    await at.stored(*(at.mark(9900, seat=seat, entry=1) for seat in range(3)))
    [waiting] = [mark for mark in [at.mark(100, replaces=None)] if await at.enter(mark)]
    await at.settle(waiting.mark, accept=True)
    await at.stored(at.mark(None, kind=MarkKind.ABSENT, seat=2, entry=2))
    await at.stored(at.mark(70_000, aspect=THEORY, device="desk:chief", by="chief"))
    await at.rule_entry(0, "disqualified")
    await at.pass_gate("locked")
    await at.reopen()


async def changed(store, at, way: str) -> list[str]:
    """What a stranger sees otherwise behind hidden facts than before: answers by their path, or frames."""
    await hide(store, at, way)
    async with outside(store, at) as stranger, stranger.board() as board:
        before, first = await stranger.sees(), await board.socket.recv()
        await much_happens(at)
        officials = stranger.live.hub._rooms[at.event].room.galleries["officials"]
        await until(lambda: any(row.status == "disqualified" for row in officials.leaderboard.board.rows))
        await shown_on_boards(stranger.live, at.event)
        after = await stranger.sees()
        found = [path for path in before if before[path] != after[path]]
        await board.say({"type": "beat"})
        if '"beat"' not in await board.socket.recv():
            found.append("a frame that says something happened")
        async with stranger.board() as late:
            if await late.socket.recv() != first:
                found.append("the first frame of who comes later")
        async with stranger.board(epoch="another", version=7) as lost:
            if await lost.socket.recv() != first:
                found.append("the first frame of who was somewhere else")
        return found


@pytest.fixture
async def at(store):
    at = await paired(store)
    await at.stored(*(at.mark(8000, seat=seat) for seat in range(3)))
    return at


@pytest.mark.parametrize("way", WAYS)
async def test_no_public_byte_of_the_whole_application_tells_of_hidden_facts(store, at, way):
    assert await changed(store, at, way) == []


async def test_sabotage_a_count_that_leaks_is_found(store, at, monkeypatch):
    hidden = views._hidden

    def leaking(audience, standing, view):
        board = hidden(audience, standing, view)
        return views.msgspec.structs.replace(
            board, head=views.msgspec.structs.replace(board.head, complete=standing.complete)
        )

    monkeypatch.setattr(views, "_hidden", leaking)
    found = await changed(store, at, "unpublished")
    assert f"GET /api/public/events/{at.event}/board" in found
    assert "the first frame of who comes later" in found


async def test_sabotage_a_freeze_that_lets_a_row_through_is_found(store, at, monkeypatch):
    project = views.project

    def forgetful(audience, now, at_freeze):
        return project(audience, now, None)

    monkeypatch.setattr("realtime.rooms.project", forgetful)
    found = await changed(store, at, "frozen")
    assert "a frame that says something happened" in found
