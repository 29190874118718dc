"""The doors of the live part, and how it is put together and run.

The sockets are open to everybody at the door: a tablet says who it is in its first message, a viewer sees what
its sign-in allows. The public pages in JSON are the boards' own snapshots, for those whose network lets no
websocket through.
"""

from __future__ import annotations

import asyncio
import hashlib
import sys
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from litestar import Request, Response, get, websocket
from litestar.openapi.datastructures import ResponseSpec
from prometheus_client import CollectorRegistry

from contest.actions.signing_in import Revocations
from contest.model.fact import Fact
from contest.settings import Settings
from contest.store.open import Store
from contest.store.queries import live as queries
from contest.store.queries.live import ContestOnProgramme
from realtime.attendance import Socket as SeatSocket
from realtime.attending import Attending
from realtime.deeds import Limits
from realtime.figures import LiveFigures
from realtime.hub import Hub, Pace
from realtime.protocol import Reset
from realtime.rooms import Snapshot
from realtime.standings import Standings
from realtime.visitor import App, Visitor
from realtime.watching import Watching
from realtime.wires import nobody_waits, sockets_allowed

BOARD_PATH = "/live/board"
MOST_VIEWERS = 20_000
KEPT_SOCKETS = 400
"""Sockets that viewers leave to tablets, the desk and the database; half of all where there are few."""

PUBLIC = {"public": True}
SWITCH_SECONDS = 0.001
"""After so long a thread that computes gives way to one that answers a seat; Python's own 5 ms add up."""

_ASK_AGAIN = "public, max-age=1, must-revalidate"


class Live:
    """The live part of one process: its doors, and what runs behind them while the house is open."""

    def __init__(
        self,
        settings: Settings,
        revocations: Revocations,
        registry: CollectorRegistry,
        *,
        limits: Limits | None = None,
        pace: Pace | None = None,
        most_viewers: int = MOST_VIEWERS,
    ) -> None:
        self._settings = settings
        self._revocations = revocations
        self._limits = limits
        self._pace = pace
        self._most_viewers = most_viewers
        self.figures = LiveFigures(registry)
        self.hub: Hub
        self.attending: Attending
        self.watching: Watching
        self.programme: Programme

    @property
    def handlers(self) -> Sequence[Any]:
        """What the application serves for the live part; a process that only reads has no seats."""
        seats = [] if self._settings.role == "board" else [self._seat_door()]
        return [*seats, self._board_door(), self._contests_page(), self._board_page()]

    @asynccontextmanager
    async def running(self, store: Store) -> AsyncIterator[None]:
        """Follow the ledger and serve sockets while this is entered; then say goodbye."""
        urgent = nobody_waits if self._settings.role == "board" else lambda: store.book.writing
        self.hub = Hub(Standings(store), StoreLedger(store), self.figures, pace=self._pace, urgent=urgent)
        self.attending = Attending(store, self.hub, self._revocations, self.figures, limits=self._limits)
        allowed = sockets_allowed()
        most = min(self._most_viewers, allowed - min(KEPT_SOCKETS, allowed // 2))
        self.watching = Watching(store, self.hub, self._revocations, self.figures, most=most)
        self.programme = Programme(store)
        if self._settings.role != "board":
            store.book.heard(self.hub.ring)
        sys.setswitchinterval(SWITCH_SECONDS)
        async with self.hub.running(), self.watching.running(), self.attending.running():
            yield

    def in_front(self, app: App) -> App:
        """Serve viewers in front of an application's routes, which are not made for thousands who stay."""

        async def answer(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "websocket" and scope["path"] == BOARD_PATH:
                await self.watching.watch(Visitor(scope, receive, send))
            else:
                await app(scope, receive, send)

        return answer

    def _seat_door(self) -> Any:
        @websocket("/live/seat", opt=PUBLIC)
        async def seat(socket: SeatSocket) -> None:
            await self.attending.attend(socket)

        return seat

    def _board_door(self) -> Any:
        @websocket(BOARD_PATH, opt=PUBLIC)
        async def board(socket: SeatSocket) -> None:
            await self.watching.watch(socket)

        return board

    def _contests_page(self) -> Any:
        @get(
            "/api/public/contests",
            opt=PUBLIC,
            responses={
                200: ResponseSpec(
                    list[ContestOnProgramme],
                    generate_examples=False,
                    description="All contests with their events.",
                )
            },
            tags=["public"],
        )
        async def public_contests(request: Request[Any, Any, Any]) -> Response[bytes]:
            """List all contests with their events and how far each has come."""
            return _answer(request, await self.programme.snapshot())

        return public_contests

    def _board_page(self) -> Any:
        @get(
            "/api/public/events/{event:str}/board",
            opt=PUBLIC,
            responses={
                200: ResponseSpec(
                    Reset, generate_examples=False, description="The public board, as a viewer gets it at first."
                )
            },
            tags=["public"],
        )
        async def public_board(request: Request[Any, Any, Any], event: str) -> Response[bytes]:
            """Show the public board of an event."""
            return _answer(request, await self.hub.snapshot(event))

        return public_board


def create_live(
    settings: Settings,
    *,
    revocations: Revocations | None = None,
    registry: CollectorRegistry | None = None,
    limits: Limits | None = None,
    pace: Pace | None = None,
) -> Live:
    """Put the live part together; the application registers its `handlers` and enters `running(store)`."""
    return Live(
        settings,
        Revocations() if revocations is None else revocations,
        CollectorRegistry() if registry is None else registry,
        limits=limits,
        pace=pace,
    )


class StoreLedger:
    """The book of facts, and the version of the plan, as the hub reads them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def plan(self) -> int:
        """How often the plan has changed."""
        return await queries.plan_version(self._store)

    async def heads(self, contests: Iterable[str]) -> dict[str, int]:
        """The newest number of each contest."""
        return await queries.heads(self._store, contests)

    async def facts_after(self, contest: str, seq: int) -> Sequence[Fact]:
        """The next facts of a contest, in order; at most a thousand."""
        return await queries.facts_after(self._store, contest, seq)


class Programme:
    """All contests as a document, asked for at most once a second however many read it."""

    KEPT_SECONDS = 1.0

    def __init__(self, store: Store) -> None:
        self._store = store
        self._asking = asyncio.Lock()
        self._made = float("-inf")
        self._snapshot = Snapshot(b"[]", "")

    async def snapshot(self) -> Snapshot:
        """The document and its tag."""
        async with self._asking:
            if time.monotonic() - self._made >= self.KEPT_SECONDS:
                body = msgspec.json.encode(await queries.programme(self._store))
                self._snapshot = Snapshot(body, f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"')
                self._made = time.monotonic()
        return self._snapshot


def _answer(request: Request[Any, Any, Any], snapshot: Snapshot) -> Response[bytes]:
    headers = {"etag": snapshot.etag, "cache-control": _ASK_AGAIN}
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if snapshot.etag in known or "*" in known:
        return Response(b"", status_code=304, headers=headers)
    return Response(snapshot.body, media_type="application/json", headers=headers)
