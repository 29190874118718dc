"""Follows the ledger and keeps the rooms up to date: the only place where facts become boards.

A doorbell says «facts up to n exist»; it may be lost, doubled or late without harm, because the ledger itself is
read from where this process stands, and asked once a second even when no bell rings. So a process that only
reads follows as well as the one that writes. Every room is recomputed as a whole by the one function that also
makes the workbooks, at most once a tick, and less often while the process is pressed: seats are answered first.

It knows rooms and numbers of facts. It does not know how a standing is computed, and nothing of sockets.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple, Protocol

from contest.errors import NotFound
from contest.model.fact import Fact
from realtime.figures import LiveFigures
from realtime.pressure import Pressure
from realtime.rooms import Room, Snapshot
from realtime.supervising import ended, supervised
from realtime.views import Audience, Standing
from realtime.wires import Wire, nobody_waits


class Seen(NamedTuple):
    """Where an event stands now, and where it stood at the freeze while one lasts."""

    contest: str
    now: Standing
    at_freeze: Standing | None


class Stands(Protocol):
    """Knows where events stand."""

    async def stand(self, event: str) -> Seen:
        """Where an event stands; NotFound when there is none."""

    def forget(self, event: str) -> None:
        """Nobody watches an event any more."""


class Ledger(Protocol):
    """What the hub asks of the book of facts, and of the plan, whose changes leave no fact."""

    async def plan(self) -> int:
        """How often the plan has changed."""

    async def heads(self, contests: Iterable[str]) -> dict[str, int]:
        """The newest number of each contest."""

    async def facts_after(self, contest: str, seq: int) -> Sequence[Fact]:
        """The next facts of a contest, in order; some of them when there are very many."""


class Pace(NamedTuple):
    """How fast the hub works, in seconds."""

    tick: float = 0.2
    """Between two boards of an event."""
    follow: float = 0.05
    """Between two looks at the ledger."""
    poll: float = 1.0
    """Until the ledger is looked at although no bell rang."""
    idle: float = 30.0
    """Until a room that nobody watches is forgotten."""


class _Kept:
    """A room with the task that keeps it."""

    def __init__(self, contest: str, room: Room, now: float) -> None:
        self.contest = contest
        self.room = room
        self.dirty = asyncio.Event()
        self.newest = ""
        self.used = now
        self.task: asyncio.Task[None] | None = None


class Hub:
    """All rooms of one process."""

    def __init__(
        self,
        standings: Stands,
        ledger: Ledger,
        figures: LiveFigures,
        *,
        pace: Pace | None = None,
        urgent: Callable[[], bool] = nobody_waits,
    ) -> None:
        self._standings = standings
        self._ledger = ledger
        self._figures = figures
        self._pace = pace or Pace()
        self._urgent = urgent
        self._pressure = Pressure()
        self._rooms: dict[str, _Kept] = {}
        self._opening: dict[str, asyncio.Task[_Kept]] = {}
        self._listeners: defaultdict[str, list[Callable[[Fact], None]]] = defaultdict(list)
        self._followed: dict[str, int] = {}
        self._planners: list[Callable[[], None]] = []
        self._plan: int | None = None
        self._plan_asked = float("-inf")
        self._bell = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    # ---- those who watch and listen -------------------------------------------------------------------------

    async def open(self, event: str) -> None:
        """Return when an event can be entered without waiting; NotFound when there is none."""
        await self._room(event)

    async def enter(
        self, event: str, audience: Audience, wire: Wire, *, epoch: str = "", version: int = 0
    ) -> None:
        """Let somebody watch an event; NotFound when there is none."""
        kept = await self._room(event)
        kept.room.galleries[audience].enter(wire, epoch, version)
        self._figures.viewers.labels(audience.value).set(self._watching(audience))

    def leave(self, event: str, audience: Audience, wire: Wire) -> None:
        """Forget somebody who left."""
        kept = self._rooms.get(event)
        if kept is not None:
            kept.room.galleries[audience].leave(wire)
            kept.used = self._loop.time()
            self._figures.viewers.labels(audience.value).set(self._watching(audience))

    async def snapshot(self, event: str) -> Snapshot:
        """The public board of an event as a document; NotFound when there is none."""
        return (await self._room(event)).room.snapshot

    def listen(self, contest: str, listener: Callable[[Fact], None]) -> Callable[[], None]:
        """Call the listener for every fact of a contest after `follow` returned, until the returned is called."""
        self._listeners[contest].append(listener)

        def stop() -> None:
            self._listeners[contest].remove(listener)
            if not self._listeners[contest]:
                del self._listeners[contest]

        return stop

    def planned(self, listener: Callable[[], None]) -> None:
        """Call the listener whenever something that is planned may have changed."""
        self._planners.append(listener)

    def ring(self, contest: str, seq: int) -> None:
        """Facts up to `seq` exist; may be called from any thread."""
        if self._followed.get(contest, seq) < seq:
            self._loop.call_soon_threadsafe(self._bell.set)

    def look(self) -> None:
        """Something may have happened in any contest; may be called from any thread."""
        self._loop.call_soon_threadsafe(self._bell.set)

    @property
    def rooms(self) -> int:
        """How many rooms are kept."""
        return len(self._rooms)

    def _watching(self, audience: Audience) -> int:
        return sum(len(kept.room.galleries[audience]) for kept in self._rooms.values())

    # ---- rooms ------------------------------------------------------------------------------------------------

    async def _room(self, event: str) -> _Kept:
        kept = self._rooms.get(event)
        if kept is None:
            opening = self._opening.get(event)
            if opening is None:
                opening = self._opening[event] = asyncio.create_task(self._open(event))
                opening.add_done_callback(lambda done: self._opened(event, done))
            # A storm of viewers waits for one computation, and outlives the one who came first.
            kept = await asyncio.shield(opening)
        kept.used = self._loop.time()
        return kept

    async def _open(self, event: str) -> _Kept:
        seen = await self._standings.stand(event)
        await self.follow(seen.contest)
        # Facts may have come between the two questions; what is followed now is looked at again below.
        kept = _Kept(seen.contest, Room(seen.now, seen.at_freeze, urgent=self._urgent), self._loop.time())
        kept.dirty.set()
        self._rooms[event] = kept
        kept.task = asyncio.create_task(
            supervised(f"room {event}", lambda: self._keep(event, kept), self._figures)
        )
        return kept

    def _opened(self, event: str, done: asyncio.Task[_Kept]) -> None:
        del self._opening[event]
        if not done.cancelled():
            done.exception()  # whoever waited has it; if nobody waits any more, nobody misses it

    async def _keep(self, event: str, kept: _Kept) -> None:
        """Keep a room up to date until nobody has watched for a while, or there is no such event any more."""
        while len(kept.room) or self._loop.time() - kept.used <= self._pace.idle:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pace.poll):
                    await kept.dirty.wait()
            began = self._loop.time()
            if kept.dirty.is_set():
                kept.dirty.clear()
                try:
                    await self._update(event, kept)
                except NotFound:
                    self._forget(event)
                    await kept.room.close()
                    return
                except BaseException:
                    kept.dirty.set()
                    raise
            elif kept.room.waiting:
                await kept.room.publish({})
            await asyncio.sleep(self._pace.tick * self._pressure.stretch - (self._loop.time() - began))
        self._forget(event)

    def _forget(self, event: str) -> None:
        self._rooms.pop(event, None)
        self._standings.forget(event)

    async def _update(self, event: str, kept: _Kept) -> None:
        with self._figures.recomputing.time():
            seen = await self._standings.stand(event)
        frames = kept.room.follow(seen.now, seen.at_freeze)
        published = await kept.room.publish(frames)
        self._figures.published(published, kept.newest)

    # ---- the ledger -------------------------------------------------------------------------------------------

    async def follow(self, contest: str) -> None:
        """Return when the ledger of a contest is followed."""
        if contest not in self._followed:
            heads = await self._ledger.heads([contest])
            self._followed.setdefault(contest, heads.get(contest, 0))

    async def _follow(self) -> None:
        """Read the ledger after the bell, or after a while."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pace.poll):
                    await self._bell.wait()
            self._bell.clear()
            self._forget_unheard()
            await self._ask_plan()
            for contest, head in (await self._ledger.heads(list(self._followed))).items():
                while self._followed.get(contest, head) < head and await self._read_on(contest):
                    pass
            asleep = self._loop.time()
            await asyncio.sleep(self._pace.follow)
            self._pressure.look(self._loop.time() - asleep - self._pace.follow)

    async def _ask_plan(self) -> None:
        """Look at every room again, and tell who listens, when the plan has changed."""
        if self._loop.time() - self._plan_asked < self._pace.poll:
            return
        self._plan_asked = self._loop.time()
        before, self._plan = self._plan, await self._ledger.plan()
        if self._plan != before:
            for kept in self._rooms.values():
                kept.dirty.set()
            for listener in tuple(self._planners):
                listener()

    async def _read_on(self, contest: str) -> bool:
        """Take the next facts in; False when there were none after all."""
        facts = await self._ledger.facts_after(contest, self._followed[contest])
        for fact in facts:
            self._followed[contest] = fact.seq
            kept = self._rooms.get(fact.body.event)
            if kept is not None:
                kept.newest = fact.at
                kept.dirty.set()
            for listener in tuple(self._listeners.get(contest, ())):
                listener(fact)
        return bool(facts)

    def _forget_unheard(self) -> None:
        wanted = {kept.contest for kept in self._rooms.values()} | self._listeners.keys()
        if not self._opening:
            for contest in self._followed.keys() - wanted:
                del self._followed[contest]

    # ---- running ----------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Follow the ledger while this is entered."""
        following = asyncio.create_task(supervised("ledger", self._follow, self._figures))
        try:
            yield
        finally:
            # First what makes rooms, then the rooms that were made until then.
            await ended([following, *self._opening.values()])
            await ended(kept.task for kept in self._rooms.values() if kept.task is not None)
