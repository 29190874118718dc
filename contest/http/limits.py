"""How much one may ask for: token buckets by sign-in, by address and for all strangers together.

A hall shares one address, so who is signed in draws from a bucket of their own and a flood of spectators cannot
lock the desk out. Tablets that come back draw from another bucket than spectators. Everything is forgotten when
the process ends, and the number of buckets is bounded.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from contest.errors import ContestError, TooManyRequests
from contest.settings import Settings

JSON_LIMIT = 64 * 1024
"""Bytes of a JSON body."""
UPLOAD_LIMIT = 2 * 1024 * 1024
"""Bytes of an uploaded file."""
FORM_AROUND_FILE = 64 * 1024
"""Bytes of the form in which a file is sent."""

_MOST_BUCKETS = 20_000


class Limit:
    """Buckets that hold a minute's worth and fill evenly; one for each key."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._size = float(per_minute)
        self._rate = per_minute / 60
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, key: str = "") -> int:
        """Take one from the key's bucket and return 0, or say in how many seconds there is one again."""
        level = self._level(key)
        if level < 1:
            return math.ceil((1 - level) / self._rate)
        self._buckets[key] = (level - 1, self._clock())
        self._buckets.move_to_end(key)
        if len(self._buckets) > _MOST_BUCKETS:
            self._buckets.popitem(last=False)
        return 0

    def take(self, key: str = "") -> None:
        """Take one from the key's bucket; TooManyRequests when it is empty."""
        if seconds := self.wait(key):
            raise TooManyRequests(seconds=seconds)

    def give_back(self, key: str = "") -> None:
        """Put one back into the key's bucket."""
        self._buckets[key] = (min(self._size, self._level(key) + 1), self._clock())

    def _level(self, key: str) -> float:
        level, at = self._buckets.get(key, (self._size, self._clock()))
        return min(self._size, level + (self._clock() - at) * self._rate)


class Guesses:
    """Guesses at a secret: only those that miss count, so that a whole hall may come from one address.

    A guess is counted before it is tried and given back when it did not miss: many at once are no way around.
    """

    def __init__(self, of_address: Limit, of_secret: Limit) -> None:
        self._of_address = of_address
        self._of_secret = of_secret

    @contextmanager
    def missing(self, miss: type[ContestError], *, address: str, secret: str = "") -> Iterator[None]:
        """Let somebody guess; TooManyRequests after too many misses from there, or at this from everywhere."""
        self._of_address.take(address)
        self._of_secret.take(secret)
        missed = False
        try:
            yield
        except miss:
            missed = True
            raise
        finally:
            if not missed:
                self._of_address.give_back(address)
                self._of_secret.give_back(secret)


class Limits:
    """All buckets of one process."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self.sign_ins = Guesses(
            Limit(settings.sign_ins_per_minute, clock), Limit(10 * settings.sign_ins_per_minute, clock)
        )
        self.sign_ins_of_one = Limit(settings.sign_ins_per_minute, clock)
        self.pairings = Guesses(
            Limit(settings.pairings_per_minute, clock), Limit(settings.pairings_per_minute_in_all, clock)
        )
        self._one = Limit(settings.requests_per_minute, clock)
        self._address = Limit(settings.requests_per_minute_and_address, clock)
        self._everybody = Limit(settings.requests_per_minute_in_all, clock)
        self._known: OrderedDict[str, None] = OrderedDict()

    def know(self, digest: str) -> None:
        """Remember that a token was good: its holder draws from a bucket of their own from now on."""
        self._known[digest] = None
        self._known.move_to_end(digest)
        if len(self._known) > _MOST_BUCKETS:
            self._known.popitem(last=False)

    def forget(self, digest: str) -> None:
        """A token is no longer good."""
        self._known.pop(digest, None)

    def admit(self, *, digest: str, address: str, seat: bool, watch: bool = False) -> None:
        """Let a request in, or say when to come again.

        `seat`: a tablet that connects to its seat. `watch`: whoever looks after the service asks how it is; were
        that refused because spectators flood it, what stands in front of it would take it off the network.
        """
        if digest in self._known:
            self._one.take(digest)
        elif seat:
            self._address.take(f"seat {address}")
        elif watch:
            self._address.take(f"watch {address}")
            self._everybody.take("watch")
        else:
            self._address.take(address)
            self._everybody.take()
