"""Work that goes on until it is ended: a fault delays it and never ends it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import structlog

from realtime.figures import LiveFigures

log = structlog.get_logger("realtime")

AGAIN_SECONDS = 1.0
"""Pause after a fault, so that a lasting one does not fill the log."""


SAY_AGAIN_SECONDS = 1.0
"""How long a task has to end before it is told so again."""

MOST_TIMES = 10
"""How often a task is told to end."""


async def supervised(what: str, work: Callable[[], Awaitable[None]], figures: LiveFigures) -> None:
    """Do the work, and again when it fails; return when it does."""
    while True:
        try:
            return await work()
        except Exception:
            figures.faults.inc()
            log.exception("live work failed and is done again", work=what)
            await asyncio.sleep(AGAIN_SECONDS)


async def ended(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """End tasks and return when they have ended.

    A library may answer a cancellation with something else, and then it is lost: it is said again until it is
    heard, and one who never hears keeps nobody from leaving.
    """
    told = set(tasks)
    left = told
    for _ in range(MOST_TIMES):
        for task in left:
            task.cancel()
        if left:
            _, left = await asyncio.wait(left, timeout=SAY_AGAIN_SECONDS)
    for task in told - left:
        if not task.cancelled():
            task.exception()  # who ends is asked nothing more
    if left:
        log.error("live work does not end", work=sorted(map(repr, left)))
