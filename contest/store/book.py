"""The book: the one durable writer of facts. Everything that waits is settled together in one transaction.

An answer leaves the book only after the commit. When a commit fails, everybody who waits hears so and nothing
is acknowledged; sending again is always harmless. The book decides nothing about the contest itself: that is
done by `contest.model`, against the state that `settle` reads under the lock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from piccolo.query.base import Query

from contest.errors import SchemeInvalid, StoreUnavailable
from contest.model.ids import AccountId, ContestId, DeviceId, EventId, SeatId
from contest.model.mark import EnterMark, Receipt
from contest.model.ruling import Recorded, Ruling
from contest.model.signing import SigningKey
from contest.store import postgres, schemes, sqlite
from contest.store.commands import (
    AdoptScheme,
    Command,
    EnterMarks,
    Given,
    RevokeDevice,
    Rule,
    TakeSeat,
    given_of,
)
from contest.store.compiled import compiled
from contest.store.draft import Known
from contest.store.form import malformed, sound
from contest.store.fresh import Fresh
from contest.store.settle import Answer, Settled, settle
from contest.store.work import Work
from scoring.scheme import SchemeProblem

Listener = Callable[[ContestId, int], None]
Answered = Callable[[Answer], None]
"""Takes an answer, in the turn of the loop in which the commit is known."""

MARKS_A_COMMIT = 1000
"""The most marks in one transaction, so that nobody waits long behind others."""

log = structlog.get_logger("jiangsai.book")


@dataclass(slots=True)
class _Waiting:
    command: Command
    answered: Answered

    @property
    def weight(self) -> int:
        return len(self.command.marks) if isinstance(self.command, EnterMarks) else 1

    @property
    def alone(self) -> bool:
        return given_of(self.command) is not None


class Book:
    """The ledger of all contests of an installation, open for writing."""

    def __init__(self, writer: sqlite.Writer | postgres.Writer, key: SigningKey) -> None:
        self._writer = writer
        self._key = key
        self._known: Known | None = None
        self._waiting: list[_Waiting] = []
        self._settling: asyncio.Task[None] | None = None
        self._listeners: list[Listener] = []
        self.fresh = Fresh()
        self.writing = False
        """Whether a commit is under way."""
        self.keys_reused = 0
        """How many marks came under a number that had brought another mark; each is logged."""

    def heard(self, listener: Listener) -> None:
        """Ring `listener(contest, seq)` after each commit: facts up to `seq` exist."""
        self._listeners.append(listener)

    async def enter(self, contest: ContestId, marks: Sequence[EnterMark]) -> list[Receipt]:
        """Store marks and return their receipts, in order, after the commit.

        A mark that breaks a rule gets a refusal and harms no other. Raises StoreUnavailable, and then nothing
        is acknowledged.
        """
        heard, answered = _awaited()
        self.hand_in(contest, marks, answered)
        receipts: list[Receipt] = await heard
        return receipts

    def hand_in(
        self, contest: ContestId, marks: Sequence[EnterMark], answered: Callable[[list[Receipt] | Exception], None]
    ) -> None:
        """The same for who does not wait: `answered` gets the receipts, or what would have been raised."""
        refusals = [malformed(mark) for mark in marks]
        fit = tuple(mark for mark, refused in zip(marks, refusals, strict=True) if refused is None)

        def settled(answer: Any) -> None:
            if isinstance(answer, list):
                receipts = iter(answer)
                answer = [refused or next(receipts) for refused in refusals]
            answered(answer)

        if fit:
            self._ask(EnterMarks(contest=contest, marks=fit), settled)
        else:
            settled([])

    async def record(
        self,
        contest: ContestId,
        ruling: Ruling,
        *,
        text: str = "",
        also: Sequence[Query[Any, Any]] = (),
        given: Given | None = None,
    ) -> Recorded:
        """Record an official's command, or raise the rule it breaks.

        `also` are rows for the same commit; `given` is asked once more under the lock.
        """
        return await self._recorded(
            Rule(contest=contest, ruling=ruling, text=sound(text), also=compiled(also), given=given)
        )

    async def take_seat(
        self,
        contest: ContestId,
        *,
        seat: SeatId,
        device: DeviceId,
        name: str,
        token: str,
        by: AccountId,
        also: Sequence[Query[Any, Any]] = (),
        given: Given | None = None,
    ) -> Recorded:
        """Let a new device hold a seat; whichever held it before no longer does. `token` is a SHA-256."""
        return await self._recorded(
            TakeSeat(
                contest=contest,
                seat=seat,
                device=device,
                name=sound(name),
                token=token,
                by=by,
                also=compiled(also),
                given=given,
            )
        )

    async def revoke_device(
        self, contest: ContestId, *, device: DeviceId, by: AccountId, also: Sequence[Query[Any, Any]] = ()
    ) -> Recorded:
        """Take the right to mark from a device; SeatRevoked when it had lost it already."""
        return await self._recorded(RevokeDevice(contest=contest, device=device, by=by, also=compiled(also)))

    async def adopt_scheme(
        self,
        contest: ContestId,
        *,
        event: EventId,
        document: str,
        by: AccountId,
        also: Sequence[Query[Any, Any]] = (),
        given: Given | None = None,
    ) -> Recorded:
        """Put a new version of an event's scheme in force; SchemeLocked once a session was opened."""
        digest = schemes.digest_of(document)
        try:
            schemes.scheme_of(digest, document)
        except SchemeProblem as problem:
            raise SchemeInvalid(node=problem.node, problem=str(problem)) from problem
        return await self._recorded(
            AdoptScheme(
                contest=contest,
                event=event,
                document=document,
                digest=digest,
                by=by,
                also=compiled(also),
                given=given,
            )
        )

    async def close(self) -> None:
        """Wait until everything that was asked is answered."""
        while self._settling is not None:
            await asyncio.shield(self._settling)

    # ---- group commit ----------------------------------------------------------------------------------------

    async def _recorded(self, command: Command) -> Recorded:
        heard, answered = _awaited()
        self._ask(command, answered)
        recorded = await heard
        assert isinstance(recorded, Recorded)
        return recorded

    def _ask(self, command: Command, answered: Answered) -> None:
        self._waiting.append(_Waiting(command, answered))
        if self._settling is None:
            self._settling = asyncio.create_task(self._settle_all())

    async def _settle_all(self) -> None:
        batch: list[_Waiting] = []
        try:
            while self._waiting:
                batch = self._next_batch()
                await self._settle(batch)
        finally:
            self._settling = None
            # Somebody still waits only if this was cancelled: they hear that nobody knows, and send again.
            left, self._waiting = [*batch, *self._waiting], []
            _answer_all(left, StoreUnavailable())

    def _next_batch(self) -> list[_Waiting]:
        taken, weight = 0, 0
        for waiting in self._waiting:
            weight += waiting.weight
            if taken and (weight > MARKS_A_COMMIT or waiting.alone):
                break
            taken += 1
            if waiting.alone:
                break
        batch, self._waiting = self._waiting[:taken], self._waiting[taken:]
        return batch

    async def _settle(self, batch: list[_Waiting]) -> None:
        commands = [waiting.command for waiting in batch]
        try:
            # Taken out: what a batch that fails had noted must mislead no other.
            known, self._known = self._known, None
            settled = await self._written(lambda: settle(commands, self._key, known))
        except StoreUnavailable as problem:
            _answer_all(batch, problem)
        except Exception as problem:
            if len(batch) == 1:
                _answer_all(batch, problem)
                return
            # Nothing was written. One of them cannot be stored; alone, it harms nobody else.
            log.warning("batch_split", commands=len(batch), problem=repr(problem))
            for waiting in batch:
                await self._settle([waiting])
        else:
            self._known = settled.known
            self.fresh.keep(settled.facts)
            for waiting, answer in zip(batch, settled.answers, strict=True):
                _answer_one(waiting, answer)
            self._tell(settled)

    async def _written(self, work: Callable[[], Work[Settled]]) -> Settled:
        self.writing = True
        try:
            return await self._writer.transact(work)
        finally:
            self.writing = False

    def _tell(self, settled: Settled) -> None:
        for contest, mark in settled.reused:
            self.keys_reused += 1
            log.warning(
                "key_reused",
                contest=contest,
                device=mark.device,
                device_seq=mark.device_seq,
                mark=mark.mark,
                session=mark.session,
            )
        for moved, seq in settled.heads.items():
            for listener in self._listeners:
                try:
                    listener(moved, seq)
                except Exception:
                    # A listener that breaks must not stop the marks; it catches up by number.
                    log.exception("listener_broke", contest=moved, seq=seq)


def _awaited() -> tuple[asyncio.Future[Any], Callable[[Any], None]]:
    """A future, and what gives it its answer."""
    heard = asyncio.get_running_loop().create_future()

    def answered(answer: Any) -> None:
        # Is it done, then the caller went away; what it asked is stored all the same.
        if not heard.done():
            (heard.set_exception if isinstance(answer, Exception) else heard.set_result)(answer)

    return heard, answered


def _nobody(_: Answer) -> None:
    """Takes the second answer of who has one."""


def _answer_one(waiting: _Waiting, answer: Answer) -> None:
    answered, waiting.answered = waiting.answered, _nobody
    try:
        answered(answer)
    except Exception:
        # Who cannot bear an answer must not keep the others from theirs.
        log.exception("answer_broke")


def _answer_all(batch: list[_Waiting], problem: Exception) -> None:
    for waiting in batch:
        _answer_one(waiting, problem)
