"""A contest, its tablets and viewers, its officials and its bad luck, in one event loop: one seed, one run.

The server is the product (`server`), the tablets are a twin of the judges' page (`tablet`), the network and the
misfortunes come from the dice. In the end the network is good again and everything that was saved must have
arrived; the judge of runs (`checker`) and a second reading of the laws (`truth`) say what is wrong.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from contextlib import suppress
from contextvars import copy_context
from typing import Any

from contest.actions.signing_in import digest
from contest.errors import ContestError
from contest.model.gate import Line as Gates
from contest.model.ids import DeviceId, MarkId, SeatId
from contest.model.ruling import PassGate, ReopenLine, RuleEntry, SettleMark
from contest.store.book import Book
from tests.builders import CHIEF, FAULTS, PANEL, SECOND
from tests.faults.checker import check, stored_in
from tests.faults.ground import Planted, Viewer, token_of
from tests.faults.history import History
from tests.faults.network import Line, Weather
from tests.faults.server import Disk, Server, Timepiece, virtual
from tests.faults.tablet import Tablet
from tests.faults.truth import Truth

WEATHERS = (Weather(0.001, 0.03), Weather(0.02, 0.3), Weather(0.1, 2.0), Weather(0.0, 8.0))
QUIET = 6.0
"""Seconds after which a board that changes no more has shown everything."""


OFTEN = "cut, cut, cut, cut, cut, black out, crash, crash before, crash after, disk, switch off, hand over, revoke"
MISFORTUNES = (OFTEN + ", restore, restore, restore, lock, reopen, freeze, thaw, settle, rule").split(", ")
"""What happens in halls, as often as it stands here."""


class World:
    """One run."""

    tablet_of, disk_of, misfortunes = Tablet, Disk, MISFORTUNES

    def __init__(self, seed: int, ground: Planted, loop: Timepiece) -> None:
        self.dice = random.Random(seed)
        self.at, self.loop = ground.at, loop
        self.history = History(seed, clock=loop.time)
        self.disk = self.disk_of(ground.content, random.Random(f"{seed} disk"))
        self.weather = self.dice.choice(WEATHERS)
        self.network = random.Random(f"{seed} network")
        self.server = Server(self.disk)
        self.lines: list[Line] = []
        self.black_out = 0.0
        """Until when nobody gets through."""
        self.tablets: dict[str, Tablet] = {}
        self.pages: dict[str, int] = {}
        """How often each tablet was started: of two pages only the newer talks."""
        self.away: set[str] = set()
        """Tablets that are switched off or lost."""
        self.viewers = [
            Viewer(f"viewer-{n}", self.at.event, self.history) for n in range(self.dice.choice((0, 1, 1, 2)))
        ]
        self.backups: list[bytes] = []
        self.visible: list[Any] = []
        self.broken: list[str] = []
        self.names = 0
        self.over = False
        """Whether bad luck has ended."""
        self._doing: list[asyncio.Task[Any]] = []
        self._outside = copy_context()
        """Of no server: what begins here lives on when one dies."""

    # ---- connections ------------------------------------------------------------------------------------------

    def connect(self, door: str, hear: Callable[[str], None], lost: Callable[[], None]) -> Line | None:
        """A new connection, if anybody answers."""
        if self.loop.time() < self.black_out or not self.server.up:
            return None
        line = Line(random.Random(self.network.random()), self.weather, hear, lost)
        self.lines = [known for known in self.lines if known.alive] + [line]
        (self.server.seat if door == "seat" else self.server.board)(line)
        return line

    async def tablet(self, tablet: Tablet) -> None:
        """A tablet that comes back whenever it is cut off, and gives a silent server up."""
        dice = random.Random(f"{tablet.device} {self.history.lines[0]['seed']}")
        failures = 0
        page = self.pages[tablet.device] = self.pages.get(tablet.device, 0) + 1

        def here() -> bool:
            return self.pages[tablet.device] == page and not tablet.ended and tablet.device not in self.away

        while here():
            heard = [self.loop.time()]

            def hear(text: str, heard: list[float] = heard) -> None:
                if self.pages[tablet.device] == page:
                    heard[0] = self.loop.time()
                    tablet.hear(text)

            def lost() -> None:
                if self.pages[tablet.device] == page:
                    tablet.lost()

            line = self.connect("seat", hear, lost)
            if line is not None:
                tablet.send = line.say
                line.say(tablet.hello)
                while line.alive and here():
                    await asyncio.sleep(1.0)
                    if self.loop.time() - heard[0] > 21.0:
                        break
                    tablet.tick()
                    if dice.random() < 0.2:
                        line.say('{"type":"beat"}')
                failures = 0 if heard[0] > self.loop.time() - 5 else failures + 1
                line.leave()
                lost()
            failures = min(failures + (line is None), 5)
            await asyncio.sleep(dice.random() * min(15.0, 0.5 * 2**failures))

    async def viewer(self, viewer: Viewer) -> None:
        """A viewer who comes back whenever the connection breaks, from the version it has."""
        dice = random.Random(viewer.name)
        while True:
            line = self.connect("board", viewer.hear, lambda: None)
            if line is not None:
                viewer.send = line.say
                viewer.watch()
                while line.alive:
                    await asyncio.sleep(2.0)
                    line.stalled = not self.over and dice.random() < 0.1
                    line.say('{"type":"beat"}')
            await asyncio.sleep(dice.random() * 3.0)

    def join(self, device: str) -> Tablet:
        """A tablet with a seat begins its work."""
        tablet = self.tablet_of(device, token_of(device), self.history, self.loop.time)
        self.tablets[device] = tablet
        self.switch_on(device)
        return tablet

    def switch_on(self, device: str) -> None:
        """A tablet is started."""
        self.away.discard(device)
        self.do(self.tablet(self.tablets[device]))

    def do(self, work: Any) -> None:
        """Begin what goes on until the run ends."""
        self._doing.append(self.loop.create_task(work, context=self._outside.copy()))

    # ---- people -----------------------------------------------------------------------------------------------

    async def judge(self, tablet: Tablet, marks: int) -> None:
        """A judge enters marks and corrects some of them."""
        dice = random.Random(f"judge {tablet.device} {self.history.lines[0]['seed']}")
        for _ in range(marks):
            await asyncio.sleep(dice.expovariate(0.5))
            if tablet.device in self.away or not tablet.holds:
                continue
            entry = dice.choice(self.at.entries)
            aspect = dice.choice((PANEL, PANEL, PANEL, FAULTS))
            kind = "erased" if dice.random() < 0.1 else "entered"
            value = 3000 * dice.randint(0, 3) if kind == "entered" else None
            tablet.mark(self.at.session, entry, aspect, kind, value, self.name("mark"))
            if dice.random() < 0.05 and tablet.connected:
                self._stray(tablet, dice)

    def _stray(self, tablet: Tablet, dice: random.Random) -> None:
        """An old copy of the tablet sends another mark under a number that is taken."""
        kept = dice.choice(list(tablet.kept.values()))
        stray = kept.said | {"mark": self.name("stray"), "kind": "entered", "value": 1000}
        if kept.state != "saved":
            tablet.strays[stray["mark"]] = stray
            tablet.say([stray])

    def name(self, what: str) -> str:
        """A new id."""
        self.names += 1
        return f"{what}-{self.names}"

    async def rule(self, ruling: Any) -> None:
        """An official's command."""
        await self.ask(lambda book: book.record(self.at.contest, ruling))

    async def ask(self, asked: Callable[[Book], Coroutine[Any, Any, Any]]) -> None:
        """Ask the book for something; what breaks a rule, and a server that is gone, is everyday."""
        server = self.server

        async def asking() -> None:
            with suppress(ContestError):
                await asked(server.store.book)

        if server.up:
            await asyncio.wait([server.start(asking())])

    def gate(self, gate: str, line: Gates = Gates.SESSION) -> PassGate:
        """The chief judge's command to pass a gate."""
        subject = self.at.session if line is Gates.SESSION else self.at.event
        return PassGate(event=self.at.event, line=line, subject=subject, gate=gate, by=CHIEF)

    async def reopen(self) -> None:
        """The session is opened again."""
        event, session = self.at.event, self.at.session
        await self.rule(ReopenLine(event=event, line=Gates.SESSION, subject=session, by=CHIEF, second=SECOND))

    async def settle_pending(self) -> None:
        """The chief judge decides about everything that waits."""
        waiting = self.disk.connection.execute("SELECT id FROM mark WHERE standing = 'pending' ORDER BY seq")
        for row in waiting.fetchall():
            mark, accept = MarkId(row["id"]), self.dice.random() < 0.5
            where = {"event": self.at.event, "session": self.at.session}
            await self.rule(SettleMark(**where, mark=mark, accept=accept, by=CHIEF))

    async def hand_over(self) -> None:
        """Another tablet gets a seat; the one before goes on delivering, or is gone with all that is on it."""
        seat = SeatId(self.dice.choice(self.at.seats))
        before = [t for t in self.tablets.values() if self._seat_of(t.device) == seat]
        device = DeviceId(f"{seat}-{self.name('tablet')}")
        new = {"seat": seat, "device": device, "name": "", "token": digest(token_of(device)), "by": CHIEF}
        await self.ask(lambda book: book.take_seat(self.at.contest, **new))
        if self._seat_of(device) is None:
            return
        self.backups.clear()  # an older copy would not know it
        for tablet in before:
            if self.dice.random() < 0.3:
                self.lose(tablet)
        self.do(self.judge(self.join(device), self.dice.randint(1, 5)))

    def _seat_of(self, device: str) -> str | None:
        found = self.disk.connection.execute("SELECT seat FROM device WHERE id = ?", (device,)).fetchall()
        return found[0]["seat"] if found else None

    async def revoke(self) -> None:
        """A tablet loses its right; what it holds it still delivers."""
        device = DeviceId(self.dice.choice(list(self.tablets)))
        await self.ask(lambda book: book.revoke_device(self.at.contest, device=device, by=CHIEF))

    def lose(self, tablet: Tablet) -> None:
        """A tablet falls into the water."""
        self.away.add(tablet.device)
        tablet.lost()
        tablet.ended = "lost"
        self.history.write("lost", client=tablet.device)

    # ---- bad luck ---------------------------------------------------------------------------------------------

    async def restart(self, between: Callable[[], None] = lambda: None) -> None:
        """The server dies, something may happen to its database, and it comes back."""
        if self.server.killed:
            return
        self.broken += self.server.broken
        self.server.kill()
        await self.server.gone()
        # What was said before has arrived or is lost when an older copy comes.
        await asyncio.sleep(self.weather.most + self.dice.random() * 5.0)
        between()
        self.server = Server(self.disk)

    def restore(self) -> None:
        """An older copy takes the place of the database; what was seen until now was seen."""
        self.remember_visible()
        self.disk.restore(self.dice.choice(self.backups))
        self.backups.clear()
        seq = self.disk.connection.execute("SELECT seq FROM head").fetchone()["seq"]
        self.history.write("restored", contest=self.at.contest, seq=seq)

    def remember_visible(self) -> Truth:
        """What the facts until now let people see."""
        facts = stored_in(self.disk.connection).facts
        truth = Truth.of(facts, list(self.at.seats), list(self.at.entries))
        self.visible += truth.visible
        return truth

    async def misfortune(self) -> None:
        """One thing that happens in halls."""
        what = self.dice.choice(self.misfortunes)
        if self.dice.random() < 0.4:
            self.backups.append(self.disk.connection.serialize())
        switched_on = [t for t in self.tablets.values() if t.device not in self.away]
        match what:
            case "cut" if self.lines:
                self.dice.choice(self.lines).cut()
            case "black out":
                self.black_out = self.loop.time() + self.dice.choice((1.0, 5.0, 30.0))
                for line in self.lines:
                    line.cut()
            case "crash":
                await self.restart()
            case "crash before" | "crash after":
                self.disk.crash = what.removeprefix("crash "), lambda: self.do(self.restart())
            case "disk":
                self.disk.failing = self.dice.randint(1, 3)
            case "switch off" if switched_on:
                tablet = self.dice.choice(switched_on)
                self.away.add(tablet.device)
                tablet.switched_off()
                await asyncio.sleep(self.dice.random() * 8.0)
                if not tablet.ended:
                    self.switch_on(tablet.device)
            case "restore" if self.backups:
                await self.restart(self.restore)
            case "lock":
                await self.rule(self.gate("locked"))
            case "reopen":
                await self.reopen()
            case "freeze":
                await self.rule(self.gate("frozen", Gates.VIEW))
            case "thaw":
                await self.rule(self.gate("thawed", Gates.VIEW))
            case "settle":
                await self.settle_pending()
            case "rule":
                status = self.dice.choice(("disqualified", "entered"))
                entry = self.dice.choice(self.at.entries)
                await self.rule(RuleEntry(event=self.at.event, entry=entry, status=status, by=CHIEF))
            case "hand over":
                await self.hand_over()
            case "revoke":
                await self.revoke()
            case _:
                pass

    async def fate(self) -> None:
        """Bad luck, until it ends."""
        for _ in range(self.dice.randint(2, 8)):
            await asyncio.sleep(self.dice.expovariate(0.3))
            await self.misfortune()

    # ---- the run ----------------------------------------------------------------------------------------------

    async def run(self) -> list[str]:
        """Live through it, and return what is wrong."""
        judges = [self.judge(self.join(device), self.dice.randint(2, 8)) for device in self.at.devices]
        for viewer in self.viewers:
            self.do(self.viewer(viewer))
        await asyncio.gather(self.fate(), *judges)
        problems = await self.heal()
        truth = self.remember_visible()
        for tablet in self.tablets.values():
            if tablet.drained:
                self.history.write("drained", client=tablet.device)
        for viewer in self.viewers:
            self.history.write("may_see", viewer=viewer.name, event=self.at.event, rows=truth.visible[-1])
        stored = stored_in(self.disk.connection)
        self.broken += self.server.broken
        self.server.kill()
        for task in self._doing:
            task.cancel()
        await self.server.gone()
        await asyncio.wait(self._doing)
        self.disk.connection.close()
        return [*problems, *self.broken, *truth.problems, *check(self.lines_of_history, stored)]

    @property
    def lines_of_history(self) -> list[dict[str, Any]]:
        """The history, with what could be seen in front."""
        event = self.at.event
        allowed = [{"kind": "allowed", "event": event, "rows": rows} for rows in self.visible]
        return [*allowed, *self.history.lines]

    async def heal(self) -> list[str]:
        """Everything is well again; return who has not got rid of everything in time."""
        self.over, self.black_out = True, 0.0
        for line in self.lines:
            line.look()
        self.disk.failing, self.disk.crash = 0, None
        slow, self.weather = self.weather.most, WEATHERS[0]
        for tablet in self.tablets.values():
            if tablet.device in self.away and not tablet.ended:
                self.switch_on(tablet.device)
        left, seconds = list(self.tablets.values()), 300
        while (left or not self.server.up) and (seconds := seconds - 1):
            await asyncio.sleep(1.0)
            left = [t for t in left if not (t.ended == "lost" or (t.drained and t.connected))]
        await asyncio.sleep(QUIET + 2 * slow)
        return [f"stuck: {tablet.device} ({tablet.ended or 'connected'}) holds marks" for tablet in left]


def simulated(seed: int, ground: Planted, *, world: type[World] = World) -> tuple[World, list[str]]:
    """Live through the run of one seed; return it and what is wrong with it."""
    loop = Timepiece()
    asyncio.set_event_loop(loop)
    try:
        with virtual(loop, random.Random(f"{seed} tokens")):

            async def go() -> tuple[World, list[str]]:
                made = world(seed, ground, loop)
                return made, await made.run()

            return loop.run_until_complete(go())
    finally:
        asyncio.set_event_loop(None)
        loop.close()
