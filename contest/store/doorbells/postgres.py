"""PostgreSQL's own bell: the commit that stores a fact notifies, and this connection listens.

The connection does nothing else: one that also reads may hold notifications back until its next question.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import asyncpg

from contest.store import hosts
from contest.store.doorbells import Ears, told
from contest.store.postgres import CHANNEL, TROUBLE

CONNECT_SECONDS = 2.0
ASK_SECONDS = 5.0
"""How often a connection that says nothing is asked whether it is still there: a dead network is silent too."""


class PostgresBell:
    """Hears the commits of all nodes."""

    kind = "postgres"
    troubles: tuple[type[Exception], ...] = (*TROUBLE, asyncpg.PostgresError)

    def __init__(self, url: str) -> None:
        self._url = url

    async def listen(self, ears: Ears) -> None:
        """Listen until the connection is lost; ConnectionError then, or what the driver says."""
        settings = {"application_name": "jiangsai-doorbell"}
        connection: Any = await hosts.connect(self._url, timeout=CONNECT_SECONDS, server_settings=settings)
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        try:
            await connection.add_listener(CHANNEL, lambda *heard: told(ears, [str(heard[3])]))
            ears.listening(self.kind, True)
            ears.look()
            while not lost.is_set():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(ASK_SECONDS):
                        await lost.wait()
                if not lost.is_set():
                    await connection.execute("SELECT 1", timeout=ASK_SECONDS)
            raise ConnectionError("the connection that listens was ended")
        finally:
            connection.terminate()
