"""The live part on a real socket, over a store with a small contest; and the clients that talk to it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from litestar import Litestar
from litestar.datastructures.state import State
from prometheus_client import CollectorRegistry
from websockets.asyncio.client import ClientConnection

from contest.actions.signing_in import Revocations, digest
from contest.http.figures import Figures
from contest.http.limits import Limits as Doors
from contest.http.problems import EXCEPTION_HANDLERS
from contest.http.security import Doorway
from contest.settings import Settings
from contest.store.open import Store
from contest.store.queries import live as queries
from contest.store.tables import DeviceRow
from realtime.deeds import Limits
from realtime.hub import Pace
from realtime.routes import Live, create_live
from tests.builders import Hall, hall
from tests.realtime.sockets import PATIENCE, connect, served, until

QUICK = Pace(tick=0.05, follow=0.01, poll=0.2, idle=0.3)
KEEPS = QUICK._replace(idle=3600.0)
"""A room stays, however long it takes until somebody comes back."""
ONLY_BY_BELL = KEEPS._replace(poll=3600.0)
"""What nobody rings for is not seen."""


class House:
    """A served live part with what a test reaches into."""

    def __init__(self, live: Live, port: int, revocations: Revocations, registry: CollectorRegistry, server: Any):
        self.live = live
        self.port = port
        self.revocations = revocations
        self.registry = registry
        self.server = server

    def url(self, path: str) -> str:
        return f"ws://127.0.0.1:{self.port}{path}"

    @asynccontextmanager
    async def tablet(self, at: Hall, seat: int = 0, **kwargs: Any) -> AsyncIterator[Peer]:
        async with connect(self.url("/live/seat"), **kwargs) as socket:
            peer = Peer(socket)
            await peer.say({"type": "hello", "token": token_of(at, seat)})
            yield peer

    @asynccontextmanager
    async def board(self, event: str, **kwargs: Any) -> AsyncIterator[Peer]:
        async with connect(self.url("/live/board"), **kwargs) as socket:
            peer = Peer(socket)
            await peer.say({"type": "watch", "event": event})
            yield peer

    async def shown(self, event: str) -> None:
        """Return when everything that has happened until now is on the boards of an event that is watched."""
        await shown_on_boards(self.live, event)

    async def told(self, at: Hall) -> None:
        """Return when everything that has happened until now has been told to the tablets of a contest."""
        hub, telling = self.live.hub, self.live.attending._telling
        plan = await queries.plan_version(at.store)
        newest = (await queries.heads(at.store, [at.contest]))[at.contest]
        await until(lambda: hub._plan == plan and hub._followed[at.contest] >= newest)
        await until(lambda: not telling._news and not telling._marked)

    def count(self, name: str, **labels: str) -> float:
        return self.registry.get_sample_value(name, labels) or 0.0


async def shown_on_boards(live: Live, event: str) -> None:
    """Return when everything that has happened until now is on the boards of an event that is watched."""
    kept, made = live.hub._rooms[event], live.figures.recomputing._sum
    for _ in range(3):  # the first may have begun before it happened; the third begins when the second is out
        before = made.get()
        kept.dirty.set()
        await until(lambda before=before: made.get() > before)
    await until(lambda: not kept.room.waiting)


class Peer:
    """The other end of a socket, message by message."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def say(self, message: dict[str, Any]) -> None:
        await self.socket.send(json.dumps(message))

    async def hear(self, kind: str = "") -> dict[str, Any]:
        """The next message but for beats, which come when it takes long; or the next of a kind."""
        async with asyncio.timeout(PATIENCE):
            while True:
                message = json.loads(await self.socket.recv())
                if message["type"] == kind or (not kind and message["type"] != "beat"):
                    return message

    async def hear_points(self, points: str) -> dict[str, Any]:
        """The next step of a board whose first row has so many points."""
        while True:
            moved = await self.hear("moved")
            if moved["rows"] and moved["rows"][0]["points"] == points:
                return moved

    async def heard_nothing(self) -> None:
        """Nothing was said to this peer until now: a beat is answered first."""
        await self.say({"type": "beat"})
        async with asyncio.timeout(PATIENCE):
            message = json.loads(await self.socket.recv())
        assert message["type"] == "beat", message

    async def enter(self, at: Hall, *marks: Any) -> dict[str, Any]:
        """Send marks and return the answer."""
        await self.say({"type": "enter_marks", "marks": [wire_form(mark) for mark in marks]})
        while (answer := await self.hear())["type"] not in ("marks_stored", "marks_refused", "refused"):
            pass
        return answer


def wire_form(mark: Any) -> dict[str, Any]:
    fields = msgspec.to_builtins(mark)
    return {
        key: fields[key]
        for key in (
            "mark",
            "device_seq",
            "session",
            "entry",
            "aspect",
            "kind",
            "value",
            "replaces",
            "reason",
            "made_at",
        )
    }


def token_of(at: Hall, seat: int) -> str:
    return f"token-of-{at.devices[seat]}"


async def paired(store: Store, **changes: Any) -> Hall:
    """A small contest whose tablets have tokens of their own."""
    at = await hall(store, **changes)
    for number, device in enumerate(at.devices):
        token = digest(token_of(at, number))
        await store.apply(DeviceRow.update({DeviceRow.token: token}).where(DeviceRow.id == device))
    return at


@asynccontextmanager
async def open_house(
    store: Store,
    *,
    limits: Limits | None = None,
    pace: Pace = QUICK,
    settings: Settings | None = None,
    **options: Any,
) -> AsyncIterator[House]:
    """Serve the live part behind the same doorway as the product."""
    settings = settings or Settings()
    revocations, figures = Revocations(), Figures()
    doors = Doors(settings)
    live = create_live(settings, revocations=revocations, registry=figures.registry, limits=limits, pace=pace)

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        app.state.store = store
        async with live.running(store):
            yield

    app = Litestar(
        route_handlers=live.handlers,
        exception_handlers=EXCEPTION_HANDLERS,
        lifespan=[lifespan],
        state=State({"settings": settings, "limits": doors, "figures": figures, "revocations": revocations}),
        openapi_config=None,
        logging_config=None,
    )
    app.asgi_handler = Doorway(live.in_front(app.asgi_handler), settings, doors, figures)
    async with served(app, **options) as (server, port):
        yield House(live, port, revocations, figures.registry, server)
