"""The whole product in a process of its own, over a contest that is planted first.

    python -m bench.live.product URL FOLDER PORT SEATS ENTRIES ASPECTS

Writes FOLDER/planted.json once the port answers. Only how often one may ask is different from a product in use:
a bench asks as fast as it is answered, and everybody comes from one address.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec

from bench.live.machine import PATIENCE, free_port, running
from bench.live.planted import Place, planted
from contest.settings import Settings

OFTEN = 10**9


class House(NamedTuple):
    """The product, as it is served."""

    pid: int
    port: int
    places: list[Place]


@contextmanager
def house(url: str, folder: Path, seats: int, *, entries: int = 50, aspects: int = 16) -> Iterator[House]:
    """Serve the product over a fresh database, on the servers' processor."""
    port = free_port()
    numbers = [str(number) for number in (port, seats, entries, aspects)]
    ready = folder / "planted.json"
    ready.unlink(missing_ok=True)
    with running([sys.executable, "-m", "bench.live.product", url, str(folder), *numbers]) as program:
        end = time.monotonic() + PATIENCE
        while not ready.is_file():
            if program.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"the product does not answer ({program.poll()})")
            time.sleep(0.05)
        yield House(program.pid, port, msgspec.json.decode(ready.read_bytes(), type=list[Place]))


def _settings(url: str, folder: Path, port: int) -> Settings:
    return Settings(
        database_url=url,
        signing_key=str(folder / "signing.pem"),
        port=port,
        log_level="error",
        requests_per_minute=OFTEN,
        requests_per_minute_and_address=OFTEN,
        requests_per_minute_in_all=OFTEN,
    )


async def _plant(settings: Settings, seats: int, entries: int, aspects: int) -> list[Place]:
    from contest.store.open import migrate, open_store

    await migrate(settings.database_url)
    store = await open_store(settings.database_url, signing_key=settings.key_file)
    places = await planted(store, seats, entries=entries, aspects=aspects)
    await store.close()
    return places


def _serve(url: str, folder: Path, port: int, *sizes: int) -> None:
    from contest.app import create_app
    from contest.serving import serve
    from realtime import attending
    from realtime.deeds import Limits

    settings = _settings(url, folder, port)
    places = asyncio.run(_plant(settings, *sizes))
    attending.Limits = partial(Limits, messages_at_once=float(OFTEN), messages_per_second=float(OFTEN))
    gc.collect()

    def ready() -> None:
        # Under its name only when it is complete.
        made = folder / "planted.json.new"
        made.write_bytes(msgspec.json.encode(places))
        made.rename(folder / "planted.json")

    serve(create_app(settings), settings, ready=ready)


if __name__ == "__main__":
    _serve(sys.argv[1], Path(sys.argv[2]), *(int(given) for given in sys.argv[3:]))
