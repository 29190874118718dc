"""Very many tablets in a process of their own, as cheap as Python makes them.

    python -m bench.live.seats PORT PLANTED MARKS WARM SECONDS

Every seat sends a message of MARKS marks, waits for its receipts and sends the next. Prints one line of JSON when
everybody is welcome and warm, and one with the figures when the time is over. Frames are masked with zeros.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

import msgspec
import uvloop

from bench.live.crowd import handshake, masked
from bench.live.machine import say
from bench.live.planted import Place

STORED = b'{"type":"marks_stored"'
_encode = msgspec.json.Encoder().encode


class Hall:
    """What all seats know together."""

    def __init__(self, port: int, marks: int) -> None:
        self.port, self.marks = port, marks
        self.welcome = asyncio.Semaphore(0)
        self.waits: list[float] = []
        self.counting = False
        self.over = False


class Seat(asyncio.Protocol):
    """One tablet: one message on its way at any time."""

    def __init__(self, hall: Hall, place: Place) -> None:
        self.hall, self.place = hall, place
        self.heard = b""
        self.shook = False
        self.sent = 0
        self.asked = 0.0

    def connection_made(self, transport) -> None:
        self.transport = transport
        transport.write(handshake("/live/seat", self.hall.port))

    def connection_lost(self, _) -> None:
        if not self.hall.over:
            fail(f"{self.place.seat} was cut off")

    def data_received(self, came: bytes) -> None:
        self.heard += came
        if not self.shook:
            head, found, rest = self.heard.partition(b"\r\n\r\n")
            if not found:
                return
            assert head.startswith(b"HTTP/1.1 101"), head
            self.shook, self.heard = True, rest
            self.transport.write(masked(_encode({"type": "hello", "token": self.place.token})))
        while len(self.heard) >= 2:
            size, at = self.heard[1] & 127, 2
            if size > 125:
                at = 4 if size == 126 else 10
                size = int.from_bytes(self.heard[2:at], "big")
            if len(self.heard) < at + size:
                return
            kind, payload, self.heard = self.heard[0] & 15, self.heard[at : at + size], self.heard[at + size :]
            if kind == 9:
                self.transport.write(masked(payload, 10))
            elif kind == 1:
                self.hear(payload)

    def hear(self, payload: bytes) -> None:
        hall = self.hall
        if payload.startswith(STORED):
            if payload.count(b'"device_seq":') != hall.marks:
                fail(f"not every mark has a receipt: {payload!r}")
            if hall.counting:
                hall.waits.append(time.perf_counter() - self.asked)
            if not hall.over:
                self.send()
        elif payload.startswith(b'{"type":"welcome"'):
            hall.welcome.release()
        elif payload.startswith((b'{"type":"marks_refused"', b'{"type":"refused"', b'{"type":"goodbye"')):
            fail(payload.decode())

    def send(self) -> None:
        marks = list(self.place.marks(self.hall.marks, self.sent))
        self.sent += len(marks)
        framed = masked(_encode({"type": "enter_marks", "marks": marks}))
        self.asked = time.perf_counter()
        self.transport.write(framed)


def fail(why: str) -> None:
    say(json.dumps({"failed": why[:500]}) + "\n")
    raise SystemExit(1)


async def mark(port: int, places: list[Place], marks: int, warm: float, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    hall = Hall(port, marks)
    seats = []
    for place in places:
        _, seat = await loop.create_connection(lambda place=place: Seat(hall, place), "127.0.0.1", port)
        seats.append(seat)
    for _ in places:
        await hall.welcome.acquire()
    for seat in seats:
        seat.send()
    await asyncio.sleep(warm)
    say("{}\n")
    hall.counting, began = True, time.perf_counter()
    await asyncio.sleep(seconds)
    hall.counting, took = False, time.perf_counter() - began
    hall.over = True
    waits = sorted(hall.waits)
    if not waits:
        fail("nothing was acknowledged")
    figures = {
        "rate": len(waits) * marks / took,
        "messages": len(waits) / took,
        "p50": waits[len(waits) // 2] * 1000,
        "p99": waits[len(waits) * 99 // 100] * 1000,
        "busy": time.process_time() / (time.perf_counter() - began + warm) * 100,
        "marks": len(waits) * marks,
    }
    say(json.dumps(figures) + "\n")
    await asyncio.sleep(0.3)  # what is on its way is answered


if __name__ == "__main__":
    everybody = msgspec.json.decode(Path(sys.argv[2]).read_bytes(), type=list[Place])
    uvloop.run(mark(int(sys.argv[1]), everybody, int(sys.argv[3]), float(sys.argv[4]), float(sys.argv[5])))
