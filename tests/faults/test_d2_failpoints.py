"""D2: the server dies at a named place on a mark's way, under a real tablet: what was in doubt becomes one row.

Random kills hardly ever hit the moment between commit and answer; here the process kills itself exactly there (see
`places`). The tablet speaks the protocol over a real socket, sends without waiting, and after each death sends
again what was not answered.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from contest.model.mark import EnterMark
from contest.store.open import open_store
from tests.builders import Hall, unbroken
from tests.faults.checker import check
from tests.faults.children import Nursery
from tests.faults.history import History, seed_of
from tests.faults.intake import reopened
from tests.faults.places import PLACES
from tests.faults.test_d1_kills import stored_in
from tests.journeys.running import free_port
from tests.realtime.house import paired, token_of, wire_form
from tests.realtime.sockets import PATIENCE, connect

AHEAD = 4
"""Messages that the tablet has on the way before it waits."""
GONE = (ConnectionClosed, InvalidHandshake, ConnectionError, EOFError)


class Tablet:
    """One device with its outbox; it keeps what was not answered, whatever becomes of the server."""

    def __init__(self, at: Hall, seat: int, history: History, dice: random.Random) -> None:
        self.at, self.seat, self.history, self.dice = at, seat, history, dice
        self.outbox: dict[int, EnterMark] = {}
        self.in_doubt: set[int] = set()
        self._news = asyncio.Event()

    async def live(self, socket: ClientConnection, *, new: bool) -> None:
        """Send what waits and, if asked to, new marks until the server is gone; else until all is answered."""
        await socket.send(json.dumps({"type": "hello", "token": token_of(self.at, self.seat)}))
        while json.loads(await socket.recv())["type"] != "welcome":
            pass
        hearing = asyncio.create_task(self._hear(socket))
        try:
            waiting = list(self.outbox.values())
            for start in range(0, len(waiting), 7):
                await self._send(socket, waiting[start : start + 7])
            while new:
                await self._send(socket, self._made())
                await asyncio.sleep(0.035)  # no faster than a tablet may speak
                await self._until_fewer_than(3 * AHEAD, hearing)
            await self._until_fewer_than(1, hearing)
        finally:
            hearing.cancel()
            await asyncio.wait([hearing])

    def _made(self) -> list[EnterMark]:
        dice, at = self.dice, self.at
        marks = [
            at.mark(100 * dice.randint(0, 100), seat=self.seat, entry=dice.randrange(len(at.entries)))
            for _ in range(dice.randint(1, 3))
        ]
        self.outbox |= {mark.device_seq: mark for mark in marks}
        return marks

    async def _send(self, socket: ClientConnection, marks: list[EnterMark]) -> None:
        for mark in marks:
            self.history.sent(mark.device, msgspec.to_builtins(mark))
        await socket.send(json.dumps({"type": "enter_marks", "marks": [wire_form(mark) for mark in marks]}))

    async def _until_fewer_than(self, many: int, hearing: asyncio.Task[None]) -> None:
        async with asyncio.timeout(PATIENCE):
            while len(self.outbox) >= many:
                if hearing.done():
                    hearing.result()
                self._news.clear()
                await asyncio.wait(
                    [hearing, asyncio.ensure_future(self._news.wait())], return_when="FIRST_COMPLETED"
                )

    async def _hear(self, socket: ClientConnection) -> None:
        try:
            async for text in socket:
                self._take(json.loads(text))
            raise EOFError
        finally:
            self._news.set()

    def _take(self, message: dict[str, Any]) -> None:
        assert message["type"] not in ("marks_refused", "refused", "goodbye"), message
        for receipt in message.get("receipts", ()):
            mark = self.outbox.pop(receipt["device_seq"])
            self.in_doubt.discard(mark.device_seq)
            verdict = "stored" if receipt["standing"] == "counts" else "pending"
            said = msgspec.to_builtins(mark)
            self.history.answered(mark.device, said, {**receipt, "verdict": verdict})
        self._news.set()


class Server:
    """The product in a process that may die, on a port of its own."""

    def __init__(self, nursery: Nursery, url: str, folder: Path, event: str) -> None:
        self._nursery, self._url, self._folder, self._event = nursery, url, folder, event
        self.port = free_port()

    async def live(self, tablet: Tablet, place: str = "", passes: int = 0) -> None:
        """One life: with a place it ends there, without one when everything is answered."""
        about = {"url": self._url, "port": self.port, "folder": str(self._folder), "place": place}
        child = self._nursery.start("serve", **about, passes=passes)
        try:
            async with AsyncExitStack() as sockets:
                await self._watched(sockets)
                seat = await sockets.enter_async_context(await self._socket("seat"))
                await tablet.live(seat, new=bool(place))
            os.kill(child, signal.SIGTERM)
        except GONE:
            assert place, "nobody was to die"
        except BaseException:
            os.kill(child, signal.SIGABRT)
            raise
        finally:
            ended = await asyncio.to_thread(self._nursery.wait, child)
        assert ended == -signal.SIGKILL if place else ended in (0, -signal.SIGTERM)
        for mark in tablet.outbox.values():
            tablet.in_doubt.add(mark.device_seq)
            tablet.history.unknown(mark.device, msgspec.to_builtins(mark))

    async def _socket(self, door: str) -> Any:
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    return await connect(f"ws://127.0.0.1:{self.port}/live/{door}")
                except (ConnectionError, EOFError):
                    await asyncio.sleep(0.02)

    async def _watched(self, sockets: AsyncExitStack) -> None:
        """Somebody looks at the board, so that there is something to broadcast."""
        board = await sockets.enter_async_context(await self._socket("board"))
        await board.send(json.dumps({"type": "watch", "event": self._event}))
        reading = asyncio.create_task(_read(board))
        sockets.callback(reading.cancel)


async def _read(board: ClientConnection) -> None:
    try:
        async for _ in board:
            pass
    except ConnectionClosed:
        pass


async def die_at(url: str, folder: Path, places: list[str], times: int, seed: int) -> None:
    dice = random.Random(seed)
    store = await open_store(url)
    at = await paired(store, judges=1, entries=200)  # each first mark of an entry moves the board
    await store.close()
    history = History(seed)
    tablet = Tablet(at, 0, history, dice)
    doubted = 0
    with Nursery() as nursery:
        server = Server(nursery, url, folder, at.event)
        for place in [place for place in places for _ in range(times)]:
            await server.live(tablet, place, dice.randint(1, 2 if place == "broadcast" else 6))
            doubted += len(tablet.in_doubt)
        await server.live(tablet)
    assert not tablet.outbox
    stored = await stored_in(url)
    assert check(history.lines, stored) == [], f"seed {seed}"
    sent = {line["key"] for line in history.lines if line["kind"] == "sent"}
    assert {row["id"] for row in stored.receipts} == sent
    reopened(at, await open_store(url))
    assert await unbroken(at)
    await at.store.close()
    print(f"{len(places) * times} deaths, {len(sent)} marks, {doubted} times in doubt")


async def test_a_server_that_dies_at_a_named_place_leaves_one_row_a_mark(sqlite_url, tmp_path):
    await die_at(sqlite_url, tmp_path, list(PLACES), 2, seed_of(2))


async def test_the_same_on_postgres(postgres_url, tmp_path):
    await die_at(postgres_url, tmp_path, ["BEGIN", "INSERT", "COMMIT-", "COMMIT+", "ACK-"], 1, seed_of(3))


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("place", PLACES)
async def test_fifty_deaths_at_each_place(store_url, tmp_path, place):
    await die_at(store_url, tmp_path, [place], 50, seed_of(50))
