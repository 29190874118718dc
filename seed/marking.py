"""The demo's judges at work: a process of its own that pairs a tablet for every seat and marks.

Run as `python -m seed.marking ADDRESS SIGN-INS SECONDS-PER-MARK`. It ends when its standard input ends, which is
when the service that started it is gone, in whatever way. A judge whose seat somebody else takes simply goes home.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
from pathlib import Path

import httpx
import msgspec

from seed.demo import SignIns
from seed.judges import Dismissed, pair
from seed.panel import run_panel

NAME = "模拟裁判 simulated judge"


async def mark(address: str, found: SignIns, pace: float) -> None:
    """Pair every seat of the demo contest and let its judge mark until nothing is left, then wait for more."""
    async with httpx.AsyncClient(base_url=address, timeout=30) as organiser:
        await _sign_in(organiser, found.password)
        events = (await organiser.get(f"/api/contests/{found.contest}/events")).raise_for_status().json()
        seats = []
        for event in events:
            panels = (await organiser.get(f"/api/events/{event['id']}/panels")).raise_for_status().json()
            seats += [seat["id"] for panel in panels for seat in panel["seats"]]
        taken = await _freed(organiser, found.contest)
        async with asyncio.TaskGroup() as judges:
            for seat in seats:
                if seat not in taken:
                    token = await pair(organiser, seat, name=NAME)
                    judges.create_task(_judge(address, token, pace))


async def _freed(organiser: httpx.AsyncClient, contest: str) -> set[str]:
    """Free the seats of an earlier run's judges; return those that a person's tablet holds."""
    devices = (await organiser.get(f"/api/contests/{contest}/devices")).raise_for_status().json()
    holding = [device for device in devices if device["holds"]]
    for device in holding:
        if device["name"] == NAME:
            (await organiser.post(f"/api/devices/{device['device']}/revoke")).raise_for_status()
    return {device["seat"] for device in holding if device["name"] != NAME}


async def _sign_in(organiser: httpx.AsyncClient, password: str) -> None:
    """Sign in as soon as the service answers."""
    while True:
        with contextlib.suppress(httpx.TransportError):
            answer = await organiser.post(
                "/api/sign-in", json={"login": "organiser", "password": password, "bearer": True}
            )
            if answer.is_success:
                organiser.headers["Authorization"] = f"Bearer {answer.json()['token']}"
                return
        await asyncio.sleep(0.3)


async def _judge(address: str, token: str, pace: float) -> None:
    with contextlib.suppress(Dismissed):
        await run_panel(address, [token], seconds_per_mark=pace, seed="demo", until_marked=False)


def _end_with_the_service(loop: asyncio.AbstractEventLoop, work: asyncio.Task[None]) -> None:
    sys.stdin.buffer.read()
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(work.cancel)


async def _run(address: str, found: SignIns, pace: float) -> None:
    work = asyncio.create_task(mark(address, found, pace))
    watch = threading.Thread(target=_end_with_the_service, args=(asyncio.get_running_loop(), work), daemon=True)
    watch.start()
    with contextlib.suppress(asyncio.CancelledError):
        await work


if __name__ == "__main__":
    _, where, sign_ins, seconds = sys.argv
    asyncio.run(_run(where, msgspec.json.decode(Path(sign_ins).read_bytes(), type=SignIns), float(seconds)))
