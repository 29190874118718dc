"""Simulated judges: tablets without a screen, speaking the real websocket protocol and nothing else.

A `SimulatedJudge` keeps every mark until its receipt has come, connects again with full jitter and sends again
what is not answered; so whatever happens to the server, each of its marks is stored exactly once. What it marks is
decided elsewhere (`panel.py`).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from random import Random
from typing import Any, NamedTuple

import httpx
import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, WebSocketException

from contest.store.clock import stamp
from contest.store.ids import new_id
from realtime.protocol import (
    Beat,
    EnterMarks,
    FromSeat,
    Goodbye,
    Hello,
    MarkEntry,
    MarksRefused,
    MarksStored,
    OpenSheet,
    Refused,
    RefusedMark,
    SeatLost,
    SessionChanged,
    Sheet,
    StoredMark,
    ToSeat,
    Welcome,
)
from realtime.supervising import ended

AT_ONCE = 100
"""Marks in one message."""
ON_THE_WAY = 400
"""Marks whose receipts may be outstanding."""
FIRST_WAIT, LONGEST_WAIT = 0.5, 15.0
FOR_GOOD = frozenset({"seat_revoked", "not_signed_in", "opened_elsewhere", "update"})

_decode = msgspec.json.Decoder(ToSeat).decode


class Dismissed(Exception):
    """The server sent the judge away for good; the reason is its argument."""


class Draft(NamedTuple):
    """A mark that a judge has decided on."""

    session: str
    entry: str
    aspect: str
    value: int | None
    kind: str = "entered"
    replaces: str | None = None
    reason: str = ""


Verdict = StoredMark | RefusedMark


class SimulatedJudge:
    """One tablet with its token. Enter `seated` to connect; every method may be called while it is away."""

    def __init__(self, address: str, token: str, *, dice: Random | None = None) -> None:
        self._url = address.replace("http", "ws", 1).rstrip("/") + "/live/seat"
        self._token = token
        self._dice = dice or Random(token)  # noqa: S311 -- waits and invented marks, nothing secret
        self._socket: ClientConnection | None = None
        self._next = 1
        self._outbox: dict[str, MarkEntry] = {}
        """Marks without a receipt, in the order they were made."""
        self._sent: set[str] = set()
        self._answers: dict[str, asyncio.Future[Verdict]] = {}
        self._sheets: dict[str, list[asyncio.Future[Sheet]]] = {}
        self._seated: asyncio.Future[Welcome] = asyncio.get_running_loop().create_future()
        self.sessions: dict[str, str] = {}
        """The sessions of the seat and their states."""
        self.changed = asyncio.Event()
        """Set when a session has changed; whoever waits clears it."""
        self.skew_ms: int | None = None
        self.connections = 0
        self._beat_seconds = 1
        """Until the server says how often it wants to hear something."""
        self._dismissed: Dismissed | None = None

    @asynccontextmanager
    async def seated(self) -> AsyncIterator[Welcome]:
        """Stay connected while this is entered."""
        living = asyncio.create_task(self._live())
        try:
            yield await self._seated
        finally:
            await ended([living])

    async def enter(self, drafts: Iterable[Draft]) -> list[Verdict]:
        """Send marks and return their verdicts, in order, when all have come; Dismissed when none will."""
        if self._dismissed is not None:
            raise self._dismissed
        answers = []
        for draft in drafts:
            entry = MarkEntry(
                mark=new_id(),
                device_seq=self._next,
                session=draft.session,
                entry=draft.entry,
                aspect=draft.aspect,
                kind=draft.kind,
                value=draft.value,
                replaces=draft.replaces,
                reason=draft.reason,
                made_at=stamp(datetime.now(UTC)),
            )
            self._next += 1
            self._outbox[entry.mark] = entry
            self._answers[entry.mark] = answer = asyncio.get_running_loop().create_future()
            answers.append(answer)
        await self._send_marks()
        return list(await asyncio.gather(*answers))

    async def sheet(self, session: str) -> Sheet:
        """The sheet of a session as the seat sees it now."""
        answer: asyncio.Future[Sheet] = asyncio.get_running_loop().create_future()
        self._sheets.setdefault(session, []).append(answer)
        await self._say(OpenSheet(session=session))
        return await answer

    async def drop(self) -> None:
        """Lose the connection, as a tablet in a corner of the hall does."""
        if self._socket is not None:
            self._socket.transport.abort()

    # ---- connection -------------------------------------------------------------------------------------------

    async def _live(self) -> None:
        failures = 0
        try:
            while True:
                with contextlib.suppress(OSError, WebSocketException, InvalidHandshake, TimeoutError):
                    async with connect(self._url, max_size=None, open_timeout=10) as socket:
                        self._socket = socket
                        self.connections += 1
                        await self._say(Hello(token=self._token, build="simulated"))
                        beating = asyncio.create_task(self._beat())
                        try:
                            async for text in socket:
                                failures = 0
                                await self._hear(_decode(text))
                        finally:
                            beating.cancel()
                self._socket = None
                self._sent.clear()
                longest = min(LONGEST_WAIT, FIRST_WAIT * 2**failures)
                failures += 1
                await asyncio.sleep(self._dice.random() * longest)
        except Dismissed as dismissed:
            self._give_up(dismissed)

    async def _beat(self) -> None:
        """Say now and then that the tablet is there, or the server gives up one that has nothing to mark."""
        while True:
            await asyncio.sleep(self._beat_seconds)
            await self._say(Beat(at=stamp(datetime.now(UTC)), unsent=len(self._outbox)))

    def _give_up(self, dismissed: Dismissed) -> None:
        self._dismissed = dismissed
        waiting: list[asyncio.Future[Any]] = [*self._answers.values(), self._seated]
        waiting += [one for many in self._sheets.values() for one in many]
        for answer in waiting:
            if not answer.done():
                answer.set_exception(dismissed)

    async def _say(self, message: FromSeat) -> None:
        """Say something if there is a connection; what matters is said again on the next one."""
        if self._socket is not None:
            with contextlib.suppress(WebSocketException):
                await self._socket.send(msgspec.json.encode(message).decode())

    async def _hear(self, message: ToSeat) -> None:
        match message:
            case SeatLost() | Welcome(holds=False):
                raise Dismissed("seat_revoked")
            case Welcome():
                await self._welcomed(message)
            case MarksStored(receipts=answered) | MarksRefused(refusals=answered):
                for verdict in answered:
                    self._answered(verdict)
                await self._send_marks()
            case Sheet():
                for answer in self._sheets.pop(message.session, []):
                    if not answer.done():
                        answer.set_result(message)
            case SessionChanged():
                self.sessions[message.session] = message.state
                self.changed.set()
            case Beat():
                self.skew_ms = message.skew_ms
            case Refused():
                await self._refused(message)
            case Goodbye(code=code) if code in FOR_GOOD:
                raise Dismissed(code)
            case Goodbye():
                pass

    async def _welcomed(self, welcome: Welcome) -> None:
        self._next = max(self._next, welcome.next_device_seq)
        self._beat_seconds = welcome.beat_seconds
        self.sessions = {line.session: line.state for line in welcome.sessions}
        self.changed.set()
        if not self._seated.done():
            self._seated.set_result(welcome)
        for session in self._sheets:
            await self._say(OpenSheet(session=session))
        await self._say(Beat(at=stamp(datetime.now(UTC)), unsent=len(self._outbox)))
        await self._send_marks()

    async def _send_marks(self) -> None:
        """Send what waits, in order, as far as receipts keep up."""
        if not self._seated.done():
            return
        waiting = [entry for mark, entry in self._outbox.items() if mark not in self._sent]
        while waiting and len(self._sent) < ON_THE_WAY and self._socket is not None:
            chunk, waiting = waiting[:AT_ONCE], waiting[AT_ONCE:]
            self._sent.update(entry.mark for entry in chunk)
            await self._say(EnterMarks(marks=chunk))

    def _answered(self, verdict: Verdict) -> None:
        self._outbox.pop(verdict.mark, None)
        self._sent.discard(verdict.mark)
        answer = self._answers.pop(verdict.mark, None)
        if answer is not None and not answer.done():
            answer.set_result(verdict)

    async def _refused(self, refused: Refused) -> None:
        """Wait a little and send again; what cannot be understood is a fault of ours and ends the judge."""
        if refused.code in ("message_not_understood", "message_binary", "sheet_not_yours"):
            raise Dismissed(refused.code)
        await asyncio.sleep(float(refused.params.get("seconds", 1)))
        self._sent.clear()
        await self._send_marks()


# ---- taking a seat --------------------------------------------------------------------------------------------


async def pair(organiser: httpx.AsyncClient, seat: str, *, name: str = "simulated 模拟") -> str:
    """Pair a tablet with a seat, both halves; `organiser` is signed in. Return the tablet's token."""
    invited = await _post(organiser, f"/api/seats/{seat}/pairing")
    claimed = await _post(organiser, "/api/pairing/claim", code=invited["code"], device_name=name)
    await _post(organiser, f"/api/pairings/{invited['pairing']}/confirm", number=claimed["number"])
    collected = await _post(organiser, "/api/pairing/collect", pairing=claimed["pairing"], claim=claimed["claim"])
    return str(collected["token"])


async def _post(client: httpx.AsyncClient, path: str, **content: str) -> dict[str, Any]:
    """Post, and wait when the service says that it was too often."""
    while True:
        answer = await client.post(path, json=content or None)
        if answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
            break
        await asyncio.sleep(float(answer.headers.get("retry-after", "1")))
    answer.raise_for_status()
    read: dict[str, Any] = answer.json()
    return read
