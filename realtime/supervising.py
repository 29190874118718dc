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
    """End tasks and return when they have ended."""
    tasks = list(tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
