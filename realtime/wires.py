"""Connections as the application writes to them: frames encoded once for many, and nobody is waited for.

Under our own server a wire writes to the socket at once (`SocketWire` in `transport`); under another one it goes
through ASGI's `send`, slower and with the same meaning. It knows frames, and nothing of what they say.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

EXTENSION = "jiangsai.wire"
"""Where the scope carries the connection's `Wire`."""

BACKLOG = 32 * 1024
"""Bytes that may wait for a board in this process; above them it is skipped until it has read."""

KERNEL_BACKLOG = 32 * 1024
"""Bytes that may wait for a board in the kernel, which takes twice as many with its own bookkeeping."""

CHUNK = 32
"""Sockets that are written to before the loop may answer a seat."""

GIVE_WAY_SOCKETS, GIVE_WAY_SECONDS = 3 * CHUNK, 20e-6
"""Behind so many sockets the loop sleeps so long while marks are being committed: on a single core the thread that
commits comes to its turn only while the loop sleeps, and would wait longer for the core than for the disk."""

MOST_SOCKETS = 65_536
"""More than this the system is not asked for."""

Send = Callable[[Any], Awaitable[None]]
"""ASGI's `send`."""

_SMALL, _MEDIUM = 126, 1 << 16


class Frame(NamedTuple):
    """One message, encoded once: its JSON, and the websocket text frame that carries it."""

    payload: bytes
    framed: bytes


def frame_of(payload: bytes) -> Frame:
    """Frame a JSON message as a server does: one unmasked text frame."""
    size = len(payload)
    if size < _SMALL:
        head = bytes((0x81, size))
    elif size < _MEDIUM:
        head = b"\x81\x7e" + size.to_bytes(2, "big")
    else:
        head = b"\x81\x7f" + size.to_bytes(8, "big")
    return Frame(payload, head + payload)


class Wire(Protocol):
    """A connection as the application writes to it: never waiting, never growing without bound."""

    def put(self, frame: Frame) -> bool:
        """Write a frame; False when the reader is slow or gone and the frame was left out."""

    def narrow(self) -> None:
        """Keep little for this connection in the kernel and in the process: it is a spectator's."""

    def abort(self) -> None:
        """End the connection now, unread bytes and all."""

    async def flush(self) -> None:
        """Return when what was put is on its way, or after a second."""

    def end(self) -> None:
        """The connection is over: keep nothing of it."""


class SentWire:
    """A `Wire` over ASGI's `send`, for servers other than ours: few frames wait, then the reader is slow."""

    WAITING = 64
    STALL_SECONDS = 10.0

    def __init__(self, send: Send) -> None:
        self._send = send
        self._frames: asyncio.Queue[Frame] = asyncio.Queue(self.WAITING)
        self._stalled = False
        self._writer = asyncio.get_running_loop().create_task(self._send_all())

    def put(self, frame: Frame) -> bool:
        """Queue a frame; False when the reader is slow or gone and the frame was left out."""
        self._stalled = (self._stalled and not self._frames.empty()) or self._frames.full()
        if self._stalled or self._writer.done():
            return False
        self._frames.put_nowait(frame)
        return True

    def narrow(self) -> None:
        """Nothing to narrow: the queue is short, and the socket belongs to the server."""

    def abort(self) -> None:
        """Stop writing; the connection ends when its reader sees that nothing comes any more."""
        self._writer.cancel()

    async def flush(self) -> None:
        """Return when what was put has been sent, or after a second."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                await self._frames.join()

    def end(self) -> None:
        """The connection is over: stop waiting for frames."""
        self._writer.cancel()

    async def _send_all(self) -> None:
        with contextlib.suppress(TimeoutError, OSError):
            while True:
                frame = await self._frames.get()
                message = {"type": "websocket.send", "text": frame.payload.decode()}
                async with asyncio.timeout(self.STALL_SECONDS):
                    await self._send(message)
                self._frames.task_done()


def wire_of(scope: Mapping[str, Any], send: Send) -> Wire:
    """The connection's wire: straight to the socket under our server, through `send` under another."""
    wire: Wire | None = (scope.get("extensions") or {}).get(EXTENSION)
    return wire if wire is not None else SentWire(send)


def nobody_waits() -> bool:
    """Nothing is more urgent than boards, as in a process without seats."""
    return False


async def fan_out(
    frame: Frame, wires: Sequence[Wire], *, chunk: int = CHUNK, urgent: Callable[[], bool] = nobody_waits
) -> list[Wire]:
    """Write one frame to many, letting the loop answer seats in between; return those that were skipped.

    While it is `urgent`, threads get the core in between too.
    """
    skipped = []
    for start in range(0, len(wires), chunk):
        for wire in wires[start : start + chunk]:
            if not wire.put(frame):
                skipped.append(wire)
        if start % GIVE_WAY_SOCKETS == 0 and urgent():
            time.sleep(GIVE_WAY_SECONDS)  # noqa: ASYNC251 -- to give the core away is what it is for
        await asyncio.sleep(0)
    return skipped


def sockets_allowed() -> int:
    """How many sockets this process may have open, after it has asked the system for as many as it can get."""
    if sys.platform == "win32":
        return MOST_SOCKETS
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_SOCKETS if hard == resource.RLIM_INFINITY else min(hard, MOST_SOCKETS)
    if soft not in (resource.RLIM_INFINITY, wanted) and soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_SOCKETS if soft == resource.RLIM_INFINITY else min(soft, MOST_SOCKETS)
