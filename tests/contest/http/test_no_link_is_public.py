"""No public byte carries a link, a head, a signature or the id of a mark, frozen or not."""

import httpx
import pytest

from contest.model.gate import Line
from contest.store.open import open_store
from contest.store.tables import EventRow, FactRow, MarkRow, SignedHeadRow
from tests.builders import hall
from tests.contest.http import world
from tests.house.access_matrix import EVERYBODY, ROUTES
from tests.realtime.sockets import PATIENCE, connect, served


async def secrets(store) -> dict[str, str]:
    """Everything that proves something of the ledger, by what it is."""
    found = {}
    for row in await store.select(FactRow.select(FactRow.seq, FactRow.link)):
        found[row["link"]] = f"link of {row['seq']}"
    for row in await store.select(SignedHeadRow.select()):
        found |= {row["root"]: f"root at {row['seq']}", row["signature"]: f"signature at {row['seq']}"}
        found[row["key"]] = "key"
    for row in await store.select(MarkRow.select(MarkRow.id, MarkRow.device)):
        found |= {f'"{row["id"]}"': "id of a mark", f'"{row["device"]}"': "id of a tablet"}
    return found


def leaks(said: dict[str, str], hidden: dict[str, str]) -> list[str]:
    return [f"{where}: {hidden[one]}" for where, text in said.items() for one in hidden if one in text]


@pytest.mark.parametrize("view", ["live", "frozen", "blind"])
async def test_whoever_walks_all_public_routes_finds_nothing_of_the_chain(sqlite_url, view):
    store = await open_store(sqlite_url)
    at = await hall(store)
    await at.stored(*(at.mark(8000, seat=seat) for seat in range(3)))
    if view == "frozen":
        await at.pass_gate("frozen", Line.VIEW)
    if view == "blind":
        await store.apply(EventRow.update({EventRow.blind: True}).where(EventRow.id == at.event))
    await at.stored(*(at.mark(9000, seat=seat, entry=1) for seat in range(3)))
    said: dict[str, str] = {}
    async with served(world.make_app(store)) as (_, port):
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as web:
            for route, asks in ROUTES.items():
                if asks == EVERYBODY:
                    method, path = route.split(" ")
                    address = path.format(event=at.event, contest=at.contest, file="board.js", path="x")
                    answer = await web.request(method, address, **({"json": {}} if method == "POST" else {}))
                    said[route] = answer.text + str(answer.headers)
            for path in (f"/api/contests/{at.contest}/facts", f"/api/sessions/{at.session}/marks"):
                said[path] = (refused := await web.get(path)).text + str(refused.headers)
                assert refused.status_code == 401
        for path, hello in (
            ("/live/board", f'{{"type":"watch","event":"{at.event}"}}'),
            ("/live/seat", '{"type":"hello","token":"none"}'),
        ):
            async with connect(f"ws://127.0.0.1:{port}{path}") as socket:
                await socket.send(hello)
                said[path] = str(await socket.recv())
    hidden = await secrets(store)
    assert len(hidden) > 20
    assert '"reset"' in said["/live/board"]
    assert at.entries[1] in said["GET /api/public/events/{event}/board"] or view == "blind"
    assert leaks(said, hidden) == []
    await store.close()


async def test_the_walk_would_find_one(store):
    at = await hall(store)
    (receipt,) = await at.stored(at.mark())
    hidden = await secrets(store)
    for told in (receipt.link, receipt.head.root, receipt.head.signature, f'{{"mark":"{receipt.mark}"}}'):
        assert leaks({"somewhere": f"x {told} y"}, hidden)
