"""Tablets and viewers of several nodes, who come back after every fault and write down what they saw.

They speak the protocol in JSON over real sockets and know nothing of the product. Whatever breaks under them, they
try the next address; a mark goes out again until it is answered, and only then the next one is made.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import cycle
from typing import Any

import httpx
import msgspec
from websockets.asyncio import client
from websockets.exceptions import WebSocketException

from contest.store.open import open_store
from contest.store.sqlite import path_of
from deploy.local import Cluster
from realtime.standings import Standings
from realtime.views import Audience, project
from tests.builders import Hall
from tests.faults.checker import check, stored_postgres, stored_sqlite
from tests.faults.history import History, seed_of
from tests.realtime.house import paired, token_of, wire_form
from tests.realtime.sockets import PATIENCE, until

BROKEN = (OSError, EOFError, TimeoutError, WebSocketException)
ANSWER_SECONDS = 2.0
"""An address that says nothing for so long is given up: behind a cut network a socket stays open."""


class Tablet:
    """One seat that marks as fast as it is answered, `pace` seconds apart."""

    def __init__(self, at: Hall, seat: int, urls: Sequence[str], history: History, *, pace: float = 0.01) -> None:
        self.name = at.devices[seat]
        self.stored = 0
        self.closed_with: list[int] = []
        self.welcomed: list[str] = []
        """Through which address it was let in, in order."""
        self._at, self._seat, self._history, self._pace = at, seat, history, pace
        self._addresses = cycle(urls[seat % len(urls) :] + urls[: seat % len(urls)])
        self._dice = random.Random(seat)
        self._newest: dict[int, Any] = {}
        self._waiting: dict[str, Any] | None = None
        self._turn = 0
        self._over = False

    async def run(self) -> None:
        """Mark until `finish`, and then until everything is answered."""
        while not (self._over and self._waiting is None):
            url = next(self._addresses)
            try:
                async with connected(f"{url}/live/seat") as socket:
                    await self._attend(socket, url)
            except BROKEN as problem:
                if (code := getattr(getattr(problem, "rcvd", None), "code", None)) is not None:
                    self.closed_with.append(code)
                if self._waiting is not None:
                    self._history.unknown(self.name, self._waiting)
                await asyncio.sleep(self._dice.uniform(0.02, 0.2))
        self._history.write("drained", client=self.name)

    def finish(self) -> None:
        """Make no more marks."""
        self._over = True

    async def _attend(self, socket: client.ClientConnection, url: str) -> None:
        await socket.send(json.dumps({"type": "hello", "token": token_of(self._at, self._seat)}))
        await _hear(socket, "welcome")
        self.welcomed.append(url)
        while not (self._over and self._waiting is None):
            if self._waiting is None:
                self._make()
            assert self._waiting is not None
            self._history.sent(self.name, self._waiting)
            await socket.send(json.dumps({"type": "enter_marks", "marks": [self._wire]}))
            answer = await _hear(socket, "marks_stored", "marks_refused", "refused")
            if answer["type"] == "refused":
                self._history.unknown(self.name, self._waiting)
                await asyncio.sleep(0.1)
            else:
                self._answered(answer)
            await asyncio.sleep(self._pace)

    def _make(self) -> None:
        self._turn += 1
        entry = self._turn % len(self._at.entries)
        value = self._dice.randrange(0, 101) * 100
        mark = self._at.mark(value, seat=self._seat, entry=entry, replaces=self._newest.get(entry))
        self._entry, self._wire = entry, wire_form(mark)
        self._waiting = {**self._wire, "device": self.name}
        self._history.saved(self.name, self._waiting)

    def _answered(self, answer: dict[str, Any]) -> None:
        mark, self._waiting = self._waiting, None
        assert mark is not None
        if answer["type"] == "marks_refused":
            self._history.answered(self.name, mark, {"verdict": "refused", **answer["refusals"][0]})
            raise AssertionError(f"refused: {answer}")
        receipt = answer["receipts"][0]
        verdict = "stored" if receipt["standing"] == "counts" else "pending"
        self._history.answered(self.name, mark, {**receipt, "verdict": verdict})
        self.stored += 1
        self._newest[self._entry] = mark["mark"]


class Viewer:
    """One spectator, who keeps the board and says from where they go on."""

    def __init__(self, event: str, urls: Sequence[str], history: History, name: str) -> None:
        self.event, self.name = event, name
        self.rows: dict[str, Any] = {}
        self.seen = 0
        self._epoch, self._version = "", 0
        self._addresses = cycle(urls)
        self._history = history

    async def run(self) -> None:
        """Watch until the task is ended."""
        while True:
            try:
                async with connected(f"{next(self._addresses)}/live/board") as socket:
                    await self._watch(socket)
            except BROKEN:
                await asyncio.sleep(random.uniform(0.02, 0.2))

    async def _watch(self, socket: client.ClientConnection) -> None:
        watch = {"type": "watch", "event": self.event, "epoch": self._epoch, "version": self._version}
        await socket.send(json.dumps(watch))
        while True:
            # A viewer says something itself, so that a socket behind a cut network is noticed.
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    message = json.loads(await socket.recv())
            except TimeoutError:
                await socket.send('{"type": "beat"}')
                async with asyncio.timeout(ANSWER_SECONDS):
                    message = json.loads(await socket.recv())
            self._take(message)

    def _take(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "reset":
                self._epoch, self._version = message["epoch"], message["version"]
                self.rows = {row["entry"]: row for row in message["rows"]}
            case "moved":
                self._version = message["version"]
                self.rows |= {row["entry"]: row for row in message["rows"]}
            case "goodbye":
                raise EOFError("told to come again")
            case _:
                return
        self.seen += 1
        self._history.saw(self.name, self.event, message)


@asynccontextmanager
async def connected(url: str, token: str = "") -> AsyncIterator[client.ClientConnection]:
    url = url.replace("http", "ws", 1)
    socket = await client.connect(
        url,
        open_timeout=ANSWER_SECONDS,
        ping_interval=None,
        close_timeout=0.2,
        proxy=None,
        additional_headers={"Authorization": f"Bearer {token}"} if token else {},
    )
    try:
        yield socket
    finally:
        await socket.close()


async def _hear(socket: client.ClientConnection, *kinds: str) -> dict[str, Any]:
    async with asyncio.timeout(ANSWER_SECONDS):
        while True:
            message: dict[str, Any] = json.loads(await socket.recv())
            if message["type"] in kinds:
                return message


class Marking:
    """Everybody in one event, at work."""

    def __init__(self, at: Hall, history: History, tablets: list[Tablet], viewers: list[Viewer]) -> None:
        self.at, self.history, self.tablets, self.viewers = at, history, tablets, viewers
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def stored(self) -> int:
        return sum(tablet.stored for tablet in self.tablets)

    async def go_on(self, marks: int = 10) -> None:
        """Return when every seat has stored so many more."""
        wanted = {tablet.name: tablet.stored + marks for tablet in self.tablets}
        await until(lambda: self._well() and all(tablet.stored >= wanted[tablet.name] for tablet in self.tablets))

    async def finish(self) -> None:
        """Let every tablet come to its end."""
        for tablet in self.tablets:
            tablet.finish()
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*self._tasks[: len(self.tablets)])

    async def see(self, rows: dict[str, Any]) -> None:
        """Return when every viewer has these rows, and write down that they must."""
        try:
            await until(lambda: self._well() and all(viewer.rows == rows for viewer in self.viewers))
        finally:
            for viewer in self.viewers:
                self.history.write("may_see", viewer=viewer.name, event=viewer.event, rows=rows)

    def _well(self) -> bool:
        for task in self._tasks:
            if task.done():
                task.result()
        return True


@asynccontextmanager
async def marking(
    at: Hall,
    history: History,
    seats: Sequence[str],
    boards: Sequence[str],
    *,
    viewers: int = 2,
    pace: float = 0.01,
) -> AsyncIterator[Marking]:
    """Let every seat mark through one of these addresses, and some people watch."""
    everybody = Marking(
        at,
        history,
        [Tablet(at, seat, list(seats), history, pace=pace) for seat in range(len(at.seats))],
        [
            Viewer(at.event, list(boards[n % len(boards) :]) + list(boards), history, f"v{n}")
            for n in range(viewers)
        ],
    )
    everybody._tasks = [asyncio.create_task(one.run()) for one in (*everybody.tablets, *everybody.viewers)]
    try:
        yield everybody
    finally:
        for task in everybody._tasks:
            task.cancel()
        for task in everybody._tasks:
            with suppress(asyncio.CancelledError, Exception):
                await task


@asynccontextmanager
async def at_work(
    cluster: Cluster,
    name: str,
    *,
    seats: Sequence[str] = (),
    boards: Sequence[str] = (),
    pace: float = 0.01,
    judges: int = 3,
) -> AsyncIterator[Marking]:
    """A new contest in which every seat marks and two people watch; judged when all have come to their end.

    They come straight to the nodes unless told where else.
    """
    store = await open_store(cluster.database_url)
    at = await paired(store, name=name, judges=judges)
    await store.close()
    seats, boards = seats or cluster.addresses("web"), boards or cluster.addresses("board")
    async with judged(cluster.database_url, at, seats, boards, pace=pace) as everybody:
        yield everybody


@asynccontextmanager
async def judged(
    database: str, at: Hall, seats: Sequence[str], boards: Sequence[str], *, pace: float = 0.01
) -> AsyncIterator[Marking]:
    """A contest at work, judged when all have come to their end."""
    history = History(seed_of(12))
    async with marking(at, history, seats, boards, pace=pace) as everybody:
        await everybody.go_on()
        yield everybody
        await everybody.finish()
        await everybody.see(await shown(database, at.event))
    stored = stored_sqlite(path_of(database)) if database.startswith("sqlite") else await stored_postgres(database)
    assert check(history.lines, stored) == []
    assert everybody.stored > 0


def listening(cluster: Cluster, address: str, kind: str) -> float:
    """Whether a node would hear a bell, as it says itself."""
    headers = {"Authorization": f"Bearer {cluster.metrics_token}"}
    said = httpx.get(f"{address}/metrics", headers=headers, timeout=PATIENCE).raise_for_status().text
    found = re.search(rf'^jiangsai_doorbell_listening{{kind="{kind}"}} (\S+)', said, re.M)
    assert found is not None
    return float(found[1])


async def heard(cluster: Cluster, kind: str, wanted: float) -> float:
    """Return how long it took until every node says so."""
    began = time.monotonic()
    async with asyncio.timeout(PATIENCE):
        for address in cluster.addresses("board") + cluster.addresses("web"):
            while await asyncio.to_thread(listening, cluster, address, kind) != wanted:  # noqa: ASYNC110 -- it is asked over HTTP
                await asyncio.sleep(0.05)
    return time.monotonic() - began


async def shown(database: str, event: str) -> dict[str, Any]:
    """The rows that the public must see in the end: of whoever has followed nothing and computes them now."""
    store = await open_store(database, readonly=True)
    try:
        seen = await Standings(store).stand(event)
    finally:
        await store.close()
    rows = project(Audience.PUBLIC, seen.now, seen.at_freeze).rows
    return {row.entry: msgspec.to_builtins(row) for row in rows}
