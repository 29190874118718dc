"""Redis or Valkey as a bell: what was committed is rung, and whoever listens looks into the ledger.

Nothing is kept there. While it is away the newest number of each contest waits to be rung, and nothing else.
"""

from __future__ import annotations

import asyncio
from typing import Any

import redis.asyncio
from redis.exceptions import RedisError

from contest.model.ids import ContestId
from contest.store.doorbells import Ears, told
from contest.store.postgres import CHANNEL

CONNECT_SECONDS = 2.0
ASK_SECONDS = 5.0
"""How often a connection that says nothing is asked whether it is still there."""


class RedisBell:
    """Hears what other nodes rang."""

    kind = "redis"
    troubles: tuple[type[Exception], ...] = (RedisError, OSError, TimeoutError)

    def __init__(self, url: str) -> None:
        self._url = url

    async def listen(self, ears: Ears) -> None:
        """Listen until the connection is lost, or says nothing for long: raised by the driver or by us."""
        async with _client(self._url) as client, client.pubsub() as channel:
            await channel.subscribe(CHANNEL)
            asked = False
            # The first answer is that to the subscription: from here on nothing rung is missed.
            await channel.ping()
            while True:
                message = await channel.get_message(timeout=ASK_SECONDS)
                if message is None:
                    if asked:
                        raise ConnectionError("Redis does not answer")
                    asked = True
                    await channel.ping()
                elif message["type"] == "message":
                    asked = False
                    told(ears, [_text(message["data"])])
                else:
                    asked = False
                    ears.listening(self.kind, True)
                    if message["type"] == "subscribe":
                        ears.look()


class RedisRinger:
    """Rings for the commits of this process; as a doorbell it hears nothing and is kept alive like one."""

    kind = "redis-ringer"
    troubles = RedisBell.troubles

    def __init__(self, url: str) -> None:
        self._url = url
        self._waiting: dict[ContestId, int] = {}
        self._rung = asyncio.Event()

    def ring(self, contest: ContestId, seq: int) -> None:
        """Facts up to `seq` were committed; rung as soon as Redis is there."""
        self._waiting[contest] = max(seq, self._waiting.get(contest, 0))
        self._rung.set()

    async def listen(self, ears: Ears) -> None:
        """Ring what waits until it fails."""
        async with _client(self._url) as client:
            await client.ping()
            ears.listening(self.kind, True)
            while True:
                await self._rung.wait()
                self._rung.clear()
                for contest, seq in list(self._waiting.items()):
                    await self._publish(client, contest, seq)

    async def _publish(self, client: Any, contest: ContestId, seq: int) -> None:
        try:
            await client.publish(CHANNEL, f"{contest},{seq}")
        except BaseException:
            self._rung.set()  # what was not rung still waits
            raise
        if self._waiting.get(contest) == seq:
            del self._waiting[contest]


def _client(url: str) -> Any:
    # Its own repeats are not wanted: who begins to listen again must know it, and look.
    return redis.asyncio.from_url(
        url, protocol=2, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=ASK_SECONDS, retry=None
    )


def _text(raw: bytes | str) -> str:
    return raw if isinstance(raw, str) else raw.decode(errors="replace")
