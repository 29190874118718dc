"""What viewers cost who do not read: memory of process and kernel, their neighbours' wait, and for how long.

    python -m bench live.stalled [--quick] [--viewers 200] [--megabytes 4]

So many read nothing while megabytes go out to them, and as many beside them read everything. Their own receive
buffers are as small as the system makes them: what is left over is the server's. Our server and its peers are the
same programs as in `fanout`.
"""

from __future__ import annotations

import argparse
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from bench.live.crowd import Crowd, Doors, crowd
from bench.live.kernel import kernel_kib
from bench.live.limits import Limit, judged
from bench.live.machine import described, held_kib, say
from bench.live.peers.known import BUN, NATS, OURS, WS, Contender

MIB, SECONDS = 32.0, 10.0
PATIENCE = 20.0
SIZE = 4096


class Cost(NamedTuple):
    """What those who do not read came to."""

    kernel: float
    """MiB, at most."""
    process: float
    calm: float
    """p99 of those who read, in ms, before the others came."""
    late: float
    """… and while they did not read."""
    ended: float | None
    """Seconds from the first frame until the last of them was cut off; None when they were not."""
    left: float
    """MiB of kernel and process that were still held afterwards."""


class Watch:
    """The most memory that was held while this ran."""

    def __init__(self, pid: int, port: int) -> None:
        self._pid, self._port = pid, port
        self._kernel, self._process = kernel_kib(port), held_kib(pid)
        self.kernel = self.process = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def now(self) -> tuple[float, float]:
        """MiB of the kernel and of the process more than at first."""
        return (kernel_kib(self._port) - self._kernel) / 1024, (held_kib(self._pid) - self._process) / 1024

    def _look(self) -> None:
        while not self._over.wait(0.05):
            with suppress(OSError):
                kernel, process = self.now()
                self.kernel, self.process = max(self.kernel, kernel), max(self.process, process)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


@contextmanager
def readers_who_stall(doors: Doors, number: int) -> Iterator[None]:
    """Viewers who come in and then read nothing, whatever comes."""
    stalled = []
    try:
        for _ in range(number):
            one = socket.socket()
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
            one.settimeout(PATIENCE)
            stalled.append(one)
            one.connect(("127.0.0.1", doors.port))
            one.sendall(doors.hello)
            _read_until(one, doors.ready)
            if doors.then:
                one.sendall(doors.then)
                _read_until(one, doors.answer)
        yield
    finally:
        for one in stalled:
            one.close()


def _read_until(one: socket.socket, marker: bytes) -> None:
    heard = b""
    while marker not in heard:
        heard += one.recv(1)  # nothing of what comes behind it is taken
    assert heard.startswith(b"HTTP/1.1 101") or marker != b"\r\n\r\n", heard


def sockets(pid: int) -> int:
    """How many sockets a process has open."""
    found = 0
    for open_one in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            found += str(open_one.readlink()).startswith("socket:")
    return found


def measure(contender: Contender, viewers: int, frames: int) -> Cost:
    with contender.serving(SIZE) as server, crowd(server.doors, viewers) as people:
        people.open()
        people.run(max(frames // 8, 3))
        calm = people.run(max(frames // 4, 3))["p99"]
        before = sockets(server.pid)
        with readers_who_stall(server.doors, viewers), Watch(server.pid, server.doors.port) as held:
            began = time.monotonic()
            late = people.run(frames)["p99"]
            ended = _wait_for_the_end(server.pid, before, people, began)
            time.sleep(0.2)
        left = sum(held.now())  # when the readers are gone too, nothing of theirs may remain
    return Cost(held.kernel, held.process, calm, late, ended, left)


def _wait_for_the_end(pid: int, before: int, people: Crowd, began: float) -> float | None:
    """Go on at ten frames a second until the server has as many sockets as before the readers came who stall."""
    while sockets(pid) > before:
        if time.monotonic() - began > PATIENCE:
            return None
        people.run(2, 0.1)
    return time.monotonic() - began


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--viewers", type=int, default=200)
    parser.add_argument("--megabytes", type=float, default=4.0, help="to each of them")
    parser.add_argument("--quick", action="store_true", help="a tenth of both, and ours alone")
    chosen = parser.parse_args()
    contenders = [OURS, WS, BUN, NATS]
    if chosen.quick:
        chosen.viewers, chosen.megabytes, contenders = chosen.viewers // 10, chosen.megabytes / 10, [OURS]
    say(described() + "\n")
    frames = int(chosen.megabytes * 1024 * 1024) // SIZE
    say(
        f"\n{chosen.viewers} viewers who do not read {frames} frames of {SIZE} bytes, beside as many who do\n"
        f"  {'':<36}{'kernel MiB':>11}{'process MiB':>13}{'others p99 ms':>15}{'before':>8}{'cut off':>10}"
        f"{'MiB left':>10}\n"
    )
    costs: dict[str, Cost] = {}
    for contender in contenders:
        if why := contender.missing():
            say(f"  {contender.name:<36}not here: {why}\n")
            continue
        cost = costs[contender.name] = measure(contender, chosen.viewers, frames)
        ended = f"{cost.ended:.1f} s" if cost.ended is not None else "never"
        say(
            f"  {contender.name:<36}{cost.kernel:>11.1f}{cost.process:>13.1f}{cost.late:>15.2f}{cost.calm:>8.2f}"
            f"{ended:>10}{cost.left:>10.1f}\n"
        )
    ours = costs[OURS.name]
    who = f"{chosen.viewers} viewers who do not read"
    return judged(
        [
            Limit(f"{who}: memory of kernel and process", ours.kernel + ours.process, MIB, "MiB"),
            Limit(f"{who}: cut off after", PATIENCE if ours.ended is None else ours.ended, SECONDS, "s"),
        ],
        "" if chosen.quick else "stalled",
        {"viewers": chosen.viewers, "costs": {name: cost._asdict() for name, cost in costs.items()}},
    )


if __name__ == "__main__":
    raise SystemExit(main())
