"""Checking the ledger while it is in use: what is new each minute, everything each hour; nobody waits for it.

What is found is said in the log, counted for Prometheus and shown at the desk until a whole check finds nothing.
It is found, not mended: who may mend a ledger may falsify it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple

import msgspec
import structlog
from prometheus_client import CollectorRegistry, Gauge

from contest.errors import StoreUnavailable, WorkFailed
from contest.model.ids import ContestId
from contest.offload import offload
from contest.store.chain import Along, Broken, go_along, known_keys
from contest.store.checkpoints import take_in
from contest.store.clock import now
from contest.store.open import Store
from contest.store.tables import HeadRow

FACTS_AT_ONCE = 50
"""So few that a seat which is answered in between does not notice."""
BREATH = 0.01
"""Seconds between two of those lengths."""
FULL_SECONDS = 1800.0
"""How long a whole check may take; it is given up then and tried again."""

log = structlog.get_logger("jiangsai.ledger")

_FOUND = msgspec.json.Decoder(list[tuple[ContestId, int, str]])


class Pace(NamedTuple):
    """How often the ledger is looked at, in seconds."""

    new: float = 60.0
    """What is new since the last time."""
    full: float = 3600.0
    """Everything."""
    first: float = 90.0
    """Until everything is looked at for the first time."""
    copies: float = 2.0
    """What a backup left beside the database."""


class LedgerChecked(msgspec.Struct, frozen=True, kw_only=True):
    """What the last checks of a ledger found; `problem` is empty when nothing is wrong."""

    problem: str
    checked_at: str
    """When everything was last checked; empty until then."""
    facts: int
    """Up to which fact the chain was followed since this process began."""


class LedgerWatch:
    """Follows the chains of all contests of one process and keeps what is wrong with them."""

    def __init__(self, registry: CollectorRegistry, pace: Pace | None = None) -> None:
        self._pace = pace or Pace()
        self._along: dict[ContestId, Along] = {}
        self._new: dict[ContestId, str] = {}
        self._whole: dict[ContestId, str] = {}
        self._checked_at = ""
        self._problems = Gauge(
            "jiangsai_ledger_problems", "Contests whose ledger is not sound.", registry=registry
        )
        self._problems.set(0)
        self._last = Gauge(
            "jiangsai_ledger_checked_timestamp_seconds", "When everything was last checked.", registry=registry
        )

    def found(self, contest: ContestId) -> LedgerChecked:
        """What is known of a contest's ledger; what belongs to no contest is wrong with all of them."""
        problem = self._whole.get(contest) or self._new.get(contest) or self._whole.get(ContestId(""), "")
        along = self._along.get(contest)
        return LedgerChecked(problem=problem, checked_at=self._checked_at, facts=along.seq if along else 0)

    async def look_at_new(self, store: Store) -> None:
        """Follow each chain from where it was left, or begin where it ends now."""
        try:
            keys = await known_keys(store)
        except Broken as broken:
            self._say(self._new, ContestId(""), str(broken))
            return
        for row in await store.select(HeadRow.select().order_by(HeadRow.id)):
            contest = ContestId(row["id"])
            if contest not in self._along:
                self._along[contest] = Along(contest, seq=row["seq"], link=row["link"], covered=row["signed"])
                if row["signed"] < row["seq"]:  # from before heads were signed: the next one covers all
                    self._along[contest] = Along(contest)
            along = self._along[contest]
            try:
                async for _ in go_along(store, along, keys, FACTS_AT_ONCE):
                    await asyncio.sleep(BREATH)
            except (Broken, UnicodeDecodeError) as broken:
                self._say(self._new, contest, str(broken))

    async def look_at_everything(self, url: str) -> None:
        """Check everything in a process of its own."""
        found = _FOUND.decode(await offload("contest.store.full_check", url.encode(), seconds=FULL_SECONDS))
        wrong = {contest: problem for contest, _, problem in found if problem}
        for contest, problem in wrong.items():
            self._say(self._whole, contest, problem)
        self._whole = wrong
        if not wrong:
            self._new.clear()
        self._checked_at = now()
        self._last.set_to_current_time()
        self._count()

    def _say(self, where: dict[ContestId, str], contest: ContestId, problem: str) -> None:
        if where.get(contest) != problem:
            log.error("ledger_not_sound", contest=contest, problem=problem)
        where[contest] = problem
        self._count()

    def _count(self) -> None:
        self._problems.set(len({*self._new, *self._whole}))

    @asynccontextmanager
    async def running(self, store: Store, url: str) -> AsyncIterator[None]:
        """Look at the ledger while this is entered; `url` is empty where no other process can open the store."""
        pace = self._pace
        works = [
            asyncio.create_task(_again(lambda: self.look_at_new(store), pace.new, pace.new)),
            asyncio.create_task(_again(lambda: take_in(store), pace.copies, pace.copies)),
        ]
        if url:
            works.append(asyncio.create_task(_again(lambda: self.look_at_everything(url), pace.first, pace.full)))
        try:
            yield
        finally:
            for work in works:
                work.cancel()
            await asyncio.gather(*works, return_exceptions=True)


async def _again(work: Callable[[], Awaitable[object]], first: float, then: float) -> None:
    """Do the work again and again; a database that is away for a while, or a child that fails, is asked later."""
    await asyncio.sleep(first)
    while True:
        try:
            await work()
        except (StoreUnavailable, WorkFailed, OSError):
            log.warning("ledger_not_checked", exc_info=True)
        except Exception:
            # Whatever it is: a fault of one round must not end all rounds after it.
            log.exception("ledger_not_checked")
        await asyncio.sleep(then)
