"""Tablets that each send one mark a second, in a process of their own, and how long they wait for receipts.

    python -m bench.live.paced PORT PLACES

PLACES is a file with two lists of seats: those of the watched event, whose marks are all there and are corrected,
and the others. Says `{}` when everybody is welcome. Then, on `run SECONDS`, counts for so long and says how long
receipts took.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from pathlib import Path

import msgspec
import uvloop

from bench.live.arena import EVENT, Planted, like_people
from bench.live.crowd import masked
from bench.live.machine import say
from bench.live.planted import Place
from bench.live.seats import STORED, Hall, Seat, fail

EVERY = 1.0
_encode = msgspec.json.Encoder().encode


class Paced(Seat):
    """One tablet: a mark a second, wherever in the second it began."""

    def __init__(self, hall: Hall, place: Place, first: float, done: int) -> None:
        super().__init__(hall, place)
        self.due, self.sent = first, done
        self.open: dict[int, float] = {}

    def hear(self, payload: bytes) -> None:
        if not payload.startswith(STORED):
            if payload.startswith(b'{"type":"welcome"'):
                asyncio.get_running_loop().call_at(self.due, self.again)
            super().hear(payload)
            return
        at = payload.index(b'"device_seq":') + 13
        asked = self.open.pop(int(payload[at : payload.index(b",", at)]))
        if self.hall.counting:
            self.hall.waits.append(time.perf_counter() - asked)

    def again(self) -> None:
        if self.hall.over:
            return
        if len(self.open) > 20:
            fail(f"{self.place.seat} has waited for twenty receipts")
        self.due += EVERY
        asyncio.get_running_loop().call_at(self.due, self.again)
        marks = list(self.place.marks(1, self.sent))
        if self.place.event == EVENT:
            marks = like_people(self.place, marks, self.sent)
        self.sent += 1
        framed = masked(_encode({"type": "enter_marks", "marks": marks}))
        self.open[self.sent] = time.perf_counter()
        self.transport.write(framed)


async def mark(port: int, places: Planted) -> None:
    loop = asyncio.get_running_loop()
    hall = Hall(port, 1)
    dice = random.Random(1)
    # Evenly over the second, those of the watched event too: no two boards of it are to look alike.
    moments = [number / len(places.watched) for number in range(len(places.watched))]
    moments += [dice.random() for _ in places.others]
    began = loop.time() + 1.0
    for number, place in enumerate([*places.watched, *places.others]):
        done = len(place.entries) * len(place.aspects) if number < len(places.watched) else 0
        first = began + 1.0 + moments[number]

        def seat(place: Place = place, first: float = first, done: int = done) -> Paced:
            return Paced(hall, place, max(first, loop.time()), done)

        await loop.create_connection(seat, "127.0.0.1", port)
    for _ in (*places.watched, *places.others):
        await hall.welcome.acquire()
    say("{}\n")
    asking = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(asking), sys.stdin)
    while line := await asking.readline():
        seconds = float(line.split()[1])
        hall.waits, hall.counting = [], True
        await asyncio.sleep(seconds)
        hall.counting = False
        waits = sorted(hall.waits)
        if not waits:
            fail("nothing was acknowledged")
        shares = {name: waits[int(len(waits) * share)] * 1000 for name, share in SHARES.items()}
        say(json.dumps({"marks": len(waits), "seconds": seconds, "most": waits[-1] * 1000} | shares) + "\n")
    hall.over = True


SHARES = {"p50": 0.5, "p99": 0.99, "p999": 0.999}

if __name__ == "__main__":
    known = msgspec.json.decode(Path(sys.argv[2]).read_bytes(), type=Planted)
    uvloop.run(mark(int(sys.argv[1]), known))
