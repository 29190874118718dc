"""Spectators and officials on their sockets: who they are, and which board they follow.

Who brings the sign-in of somebody who may see an event's marks sees the officials' board, everybody else the
public one. That right is asked for again while the socket is open: trust that ended ends the connection.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from litestar import WebSocket

from contest.actions.signing_in import Revocations, Revoked, digest, person_of_token
from contest.errors import (
    ContestError,
    MessageBinary,
    MessageNotUnderstood,
    StoreUnavailable,
    TooManyRequests,
)
from contest.http.security import token_of
from contest.model.access import Act, may
from contest.model.ids import EventId
from contest.store import clock
from contest.store.open import Store
from contest.store.queries import accounts, plans
from realtime.deeds import CLOSES, Allowance
from realtime.figures import LiveFigures
from realtime.hub import Hub
from realtime.protocol import Beat, FromBoard, Goodbye, Refused, ToBoard, Watch
from realtime.supervising import ended, supervised
from realtime.views import Audience
from realtime.visitor import Visitor
from realtime.wires import Wire, frame_of, wire_of

Socket = WebSocket[Any, Any, Any] | Visitor

WATCH_SECONDS = 10.0
"""Within so long a socket says which board it wants."""

ASK_AGAIN_SECONDS = 0.5
"""How often the right to the officials' board is asked for while a socket is open: another node may end it."""

MESSAGES_AT_ONCE, MESSAGES_PER_SECOND = 60.0, 2.0
CLOSE_SECONDS = 0.8

_decode = msgspec.json.Decoder(FromBoard).decode


class Viewer:
    """One socket and the board it follows."""

    def __init__(self, socket: Socket) -> None:
        self.socket = socket
        self.wire: Wire = wire_of(socket.scope, socket.send)
        self.token = token_of(socket.headers)
        self.account = ""
        self.event = ""
        self.audience = Audience.PUBLIC
        self.over = False
        """Whether this viewer is on the way out and is shown nothing more."""
        self.allowance = Allowance(MESSAGES_AT_ONCE, MESSAGES_PER_SECOND, time.monotonic())

    def say(self, message: ToBoard) -> None:
        """Tell this viewer alone; one who does not read does without."""
        self.wire.put(frame_of(msgspec.json.encode(message)))

    async def leave(self, code: str) -> None:
        """Say why, and close."""
        self.say(Goodbye(code=code))
        await self.wire.flush()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.socket.close(CLOSES[code])
        except Exception:
            # It is gone already, or it does not read: each server says so in its own way.
            self.wire.abort()


class Watching:
    """All viewers of one process."""

    def __init__(
        self, store: Store, hub: Hub, revocations: Revocations, figures: LiveFigures, *, most: int
    ) -> None:
        self._store = store
        self._hub = hub
        self._figures = figures
        self._most = most
        self._all: set[Viewer] = set()
        self._doing: set[asyncio.Task[None]] = set()
        self._ended = 0
        """How often trust in anybody has ended."""
        revocations.heard(self._revoked)

    async def watch(self, socket: Socket) -> None:
        """Serve one viewer from the first word to the last."""
        await socket.accept()
        viewer = Viewer(socket)
        if len(self._all) >= self._most:
            # Judges before spectators: who comes too late for a place polls the snapshot instead.
            await viewer.leave("too_many_requests")
            viewer.wire.end()
            return
        self._all.add(viewer)
        waiting = asyncio.get_running_loop().call_later(WATCH_SECONDS, self._unwatched, viewer)
        try:
            while (message := await socket.receive())["type"] == "websocket.receive":
                text: Any = message.get("text")
                await self._hear(viewer, text)
        finally:
            waiting.cancel()
            self._all.discard(viewer)
            self._hub.leave(viewer.event, viewer.audience, viewer.wire)
            viewer.wire.end()

    async def _hear(self, viewer: Viewer, text: str | None) -> None:
        if viewer.over:
            return
        try:
            if not viewer.allowance.take(time.monotonic()):
                if viewer.allowance.overdrawn:
                    self._do(viewer, "too_many_requests")
                raise TooManyRequests(seconds=viewer.allowance.seconds)
            if text is None:
                raise MessageBinary()
            message = _understood(text)
            if isinstance(message, Watch):
                await self._follow(viewer, message)
            else:
                viewer.say(Beat(at=clock.now()))
        except ContestError as broken:
            self._figures.refused.labels(broken.code).inc()
            viewer.say(Refused(code=broken.code, params=broken.params))

    async def _follow(self, viewer: Viewer, watch: Watch) -> None:
        await self._hub.open(watch.event)
        ended = -1
        while ended != self._ended:
            # Trust that ends while it is asked for would be heard of by nobody.
            ended = self._ended
            audience, account = await self._audience(viewer, watch.event)
        if viewer.over:
            return
        if (viewer.event, viewer.audience) != (watch.event, audience):
            self._hub.leave(viewer.event, viewer.audience, viewer.wire)
            viewer.event = ""
        # The room is open: nothing is waited for between the last answer and the first frame.
        await self._hub.enter(watch.event, audience, viewer.wire, epoch=watch.epoch, version=watch.version)
        viewer.event, viewer.audience, viewer.account = watch.event, audience, account
        # Behind the whole board, which takes its room anyway, here or in the kernel.
        viewer.wire.narrow()

    async def _audience(self, viewer: Viewer, event: str) -> tuple[Audience, str]:
        """Say as whom somebody watches an event, by what is granted at this moment."""
        if viewer.token:
            person = await person_of_token(self._store, viewer.token, hours=0, slide=False)
            planned = await plans.event(self._store, EventId(event))
            if person is not None and may(person.grants, Act.SEE_MARKS, contest=planned.contest, event=planned.id):
                return Audience.OFFICIALS, person.account
        return Audience.PUBLIC, ""

    # ---- trust and time ---------------------------------------------------------------------------------------

    def _revoked(self, revoked: Revoked) -> None:
        self._ended += 1
        for viewer in list(self._all):
            if viewer.audience is Audience.OFFICIALS and revoked.subject in (viewer.account, digest(viewer.token)):
                self._do(viewer, "not_signed_in")

    def _unwatched(self, viewer: Viewer) -> None:
        if not viewer.event:
            self._do(viewer, "silent")

    def _do(self, viewer: Viewer, code: str) -> None:
        if viewer.over:
            return
        viewer.over = True
        self._hub.leave(viewer.event, viewer.audience, viewer.wire)
        task = asyncio.create_task(viewer.leave(code))
        self._doing.add(task)
        task.add_done_callback(self._doing.discard)

    async def _ask_again(self) -> None:
        """Ask whether officials still are; another process may have taken their right away."""
        while True:
            await asyncio.sleep(ASK_AGAIN_SECONDS)
            officials = {
                known: EventId(known.event) for known in self._all if known.audience is Audience.OFFICIALS
            }
            tokens = {digest(viewer.token) for viewer in officials}
            try:
                trusted = await accounts.grants_behind(self._store, tokens, clock.onward())
                held = await plans.contests_of(self._store, set(officials.values()))
            except StoreUnavailable:
                continue  # nobody can say, and nothing new is shown; asked again soon
            for viewer, event in officials.items():
                account, grants = trusted.get(digest(viewer.token), ("", ()))
                sees = event in held and may(grants, Act.SEE_MARKS, contest=held[event], event=event)
                # Who has begun to watch something else meanwhile was asked there.
                same = viewer.event == event and viewer.audience is Audience.OFFICIALS
                if same and not (sees and account == viewer.account):
                    self._do(viewer, "not_signed_in")

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Ask again for rights while this is entered; then say goodbye to everybody."""
        asking = asyncio.create_task(supervised("rights of viewers", self._ask_again, self._figures))
        try:
            yield
        finally:
            for viewer in list(self._all):
                self._do(viewer, "restarting")
            if self._doing:
                await asyncio.wait(self._doing, timeout=2 * CLOSE_SECONDS)
            await ended([asking, *self._doing])


def _understood(text: str) -> Watch | Beat:
    try:
        message: Watch | Beat = _decode(text)
    except msgspec.ValidationError as problem:
        raise MessageNotUnderstood(problem=str(problem)[:200]) from problem
    except (msgspec.DecodeError, RecursionError) as problem:
        raise MessageNotUnderstood(problem="JSON") from problem
    return message
