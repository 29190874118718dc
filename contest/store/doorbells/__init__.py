"""Doorbells between processes: «look at the ledger», and nothing else.

A ring may be lost, doubled or late without harm, because whoever hears it reads the ledger from where it stands,
and reads it once in a while although nothing rang. So a doorbell carries no result, no name and no mark, and its
outage delays what is shown by the slow poll and changes nothing. Each listens on a connection of its own and
listens again after every fault; whoever has begun to listen looks first, for nobody rang while it was deaf.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable
from typing import Protocol

import structlog

from contest.model.ids import ContestId

FIRST_SECONDS, MOST_SECONDS = 0.1, 1.0
"""Pause before it is tried again: after the first fault, and after many."""

LONGEST_NUMBER = 18
"""Digits of a number that is read; Python refuses to read thousands of them."""

log = structlog.get_logger("jiangsai.doorbell")


class Ears(Protocol):
    """Who hears the bells."""

    def ring(self, contest: ContestId, seq: int) -> None:
        """Facts of a contest up to `seq` exist."""

    def look(self) -> None:
        """Something may have happened anywhere."""

    def listening(self, kind: str, yes: bool) -> None:
        """A bell of a kind would be heard from now on, or would not."""


class Doorbell(Protocol):
    """One way to hear of other processes."""

    kind: str
    """`postgres`, `sqlite` or `redis`."""
    troubles: tuple[type[Exception], ...]
    """What goes wrong outside of us, and passes."""

    async def listen(self, ears: Ears) -> None:
        """Listen until something goes wrong, which is raised."""


async def attended(bell: Doorbell, ears: Ears) -> None:
    """Listen, and listen again after every fault, until the task is ended."""
    heard = _Noted(ears)
    pause, said = FIRST_SECONDS, False
    while True:
        try:
            await bell.listen(heard)
        except bell.troubles as problem:
            if heard.since_fault or not said:
                log.warning("doorbell_silent", kind=bell.kind, problem=repr(problem)[:200])
                said = True
            pause = FIRST_SECONDS if heard.since_fault else min(2 * pause, MOST_SECONDS)
        finally:
            heard.deaf(bell.kind)
        # Not all nodes at the same moment, when a server has just come back.
        await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 -- spreads, hides nothing


class _Noted:
    """Ears that know whether they have been listening since the last fault."""

    def __init__(self, ears: Ears) -> None:
        self._ears = ears
        self.since_fault = False
        self.ring = ears.ring
        self.look = ears.look

    def listening(self, kind: str, yes: bool) -> None:
        if yes != self.since_fault:
            self.since_fault = yes
            if yes:
                log.info("doorbell_heard", kind=kind)
        self._ears.listening(kind, yes)

    def deaf(self, kind: str) -> None:
        self.since_fault = False
        self._ears.listening(kind, False)


def read_ring(payload: str) -> tuple[ContestId, int] | None:
    """What a payload says; None for what is none of ours."""
    contest, comma, seq = payload.rpartition(",")
    number = seq.isascii() and seq.isdigit() and len(seq) <= LONGEST_NUMBER
    return (ContestId(contest), int(seq)) if comma and contest and number else None


def told(ears: Ears, payloads: Iterable[str]) -> None:
    """Tell what was rung; something that cannot be read is a reason to look."""
    for payload in payloads:
        rung = read_ring(payload)
        if rung is None:
            ears.look()
        else:
            ears.ring(*rung)
