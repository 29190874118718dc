"""The public pages in JSON: the boards' own snapshots for those whom no websocket reaches."""

import httpx
import msgspec
import pytest

from contest.model.gate import Line
from contest.store.tables import EventRow
from realtime.protocol import Reset
from tests.realtime.house import open_house, paired
from tests.realtime.sockets import PATIENCE, until


@pytest.fixture
async def at(store):
    at = await paired(store)
    await at.stored(*(at.mark(8000, seat=seat) for seat in range(3)))
    return at


def client(house) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{house.port}", timeout=PATIENCE)


async def test_the_board_is_the_snapshot_with_a_strong_tag(store, at):
    async with open_house(store) as house, client(house) as web:
        page = await web.get(f"/api/public/events/{at.event}/board")
        told = msgspec.json.decode(page.content, type=Reset)
        assert (told.head.audience, len(told.rows)) == ("public", 4)
        assert page.headers["content-type"].startswith("application/json")
        assert page.headers["cache-control"] == "public, max-age=1, must-revalidate"
        tag = page.headers["etag"]
        assert tag.startswith('"')
        for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            again = await web.get(f"/api/public/events/{at.event}/board", headers={"If-None-Match": known})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        other = await web.get(f"/api/public/events/{at.event}/board", headers={"If-None-Match": '"other"'})
        assert other.status_code == 200
        assert (await web.get("/api/public/events/nothing/board")).json()["code"] == "not_found"


async def test_two_processes_give_the_same_bytes_and_the_same_tag(store, at):
    pages = []
    for _ in range(2):
        async with open_house(store) as house, client(house) as web:
            page = await web.get(f"/api/public/events/{at.event}/board")
            pages.append((page.content, page.headers["etag"]))
    assert pages[0] == pages[1]


@pytest.mark.parametrize("hidden", ["frozen", "blind", "unpublished"])
async def test_while_only_hidden_facts_change_no_public_byte_does(store, at, hidden):
    if hidden == "frozen":
        await at.pass_gate("frozen", Line.VIEW)
    else:
        change = {EventRow.blind: True} if hidden == "blind" else {EventRow.public_view: "after_publication"}
        await store.apply(EventRow.update(change).where(EventRow.id == at.event))

    async def public(house, web) -> list[tuple[bytes, dict[str, str]]]:
        pages = [await web.get(path) for path in ("/api/public/contests", f"/api/public/events/{at.event}/board")]
        kept = ("etag", "content-length", "cache-control", "content-type")
        return [(page.content, {name: page.headers[name] for name in kept}) for page in pages]

    async with open_house(store) as house, client(house) as web, house.board(at.event) as board:
        before, shown = await public(house, web), await board.socket.recv()
        await at.stored(*(at.mark(9900, seat=seat, entry=1) for seat in range(3)))
        await at.enter(at.mark(100, replaces=None))
        await at.rule_entry(0, "disqualified")
        await at.pass_gate("locked")
        # The officials' side shows that there was something to hide.
        officials = house.live.hub._rooms[at.event].room.galleries["officials"]
        await until(lambda: any(row.status == "disqualified" for row in officials.leaderboard.board.rows))
        assert await public(house, web) == before
        await house.shown(at.event)
        await board.heard_nothing()
        async with house.board(at.event) as late:
            assert await late.socket.recv() == shown
    async with open_house(store) as house, client(house) as web, house.board(at.event) as late:
        assert await public(house, web) == before
        assert await late.socket.recv() == shown


async def test_a_mark_that_does_not_count_changes_no_public_byte(store, at):
    path = f"/api/public/events/{at.event}/board"
    async with open_house(store) as house, client(house) as web:
        before = (await web.get(path)).content
    assert [receipt.verdict for receipt in await at.enter(at.mark(100, replaces=None))] == ["pending"]
    async with open_house(store) as house, client(house) as web:
        assert (await web.get(path)).content == before


async def test_the_programme_lists_contests_with_their_events_and_states(store, at):
    async with open_house(store) as house, client(house) as web:
        page = await web.get("/api/public/contests")
        assert page.json() == [
            {
                "contest": at.contest,
                "name": "县赛",
                "level": "county",
                "kind": "skills",
                "starts_on": "",
                "ends_on": "",
                "place": "",
                "events": [{"event": at.event, "code": "W1", "name": "焊工", "state": "started"}],
            }
        ]
        again = await web.get("/api/public/contests", headers={"If-None-Match": page.headers["etag"]})
        assert again.status_code == 304


async def test_publishing_behind_a_freeze_does_not_show_on_the_programme(store, at):
    await at.pass_gate("frozen", Line.VIEW)
    await at.pass_gate("locked")
    await at.pass_gate("confirmed")
    await at.pass_gate("provisional", Line.RESULTS)
    async with open_house(store) as house, client(house) as web:
        assert (await web.get("/api/public/contests")).json()[0]["events"][0]["state"] == "started"
        board = (await web.get(f"/api/public/events/{at.event}/board")).json()
        assert (board["head"]["state"], board["head"]["view"]) == ("started", "frozen")
    await at.pass_gate("thawed", Line.VIEW)
    async with open_house(store) as house, client(house) as web:
        assert (await web.get("/api/public/contests")).json()[0]["events"][0]["state"] == "provisional"
