"""Our server's wire: frames go from the application to the socket, past everything that lies in between."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
from typing import Protocol

from realtime.wires import BACKLOG, KERNEL_BACKLOG, Frame

MOST_UNREAD = 8 * 1024 * 1024
"""Bytes that may wait for a tablet: a few of the largest sheets. One that leaves more unread is cut off."""


class Connection(Protocol):
    """What a wire needs of uvicorn's protocol object."""

    transport: asyncio.Transport
    close_sent: bool
    given: int
    """Bytes that were given to the transport because the kernel did not take them."""

    def forget_handshake(self) -> None:
        """Keep nothing of how the connection was opened."""


class SocketWire:
    """A `Wire` that writes to the socket itself while nothing waits in uvicorn's transport, and else through that.

    A frame that the kernel takes at once needs nothing of the loop, whose queue of writes costs as much again as
    the system call. What the kernel does not take goes to the transport, behind nothing and in front of everything
    that follows, so frames never interleave. Whether that is so is told to the wire when it changes, for to ask
    thousands of transports for each frame means to fetch all of them into the processor's cache.
    """

    __slots__ = ("_descriptor", "_most", "_protocol", "_transport", "free")

    def __init__(self, protocol: Connection) -> None:
        self._protocol = protocol
        self._most = MOST_UNREAD
        self._transport = protocol.transport
        self._descriptor = _plain_socket(protocol.transport)
        self.free = self._descriptor >= 0 and not self._transport.get_write_buffer_size()
        """Whether the socket is open, speaks as it is and nothing waits for it."""

    @property
    def plain(self) -> bool:
        """Whether the socket takes bytes as they are."""
        return self._descriptor >= 0

    def put(self, frame: Frame) -> bool:
        """Write a frame; False when the reader is slow or gone and the frame was left out."""
        if not self.free:
            return self._queue(frame.framed, 0)
        framed = frame.framed
        try:
            taken = os.write(self._descriptor, framed)
        except BlockingIOError:
            taken = 0
        except OSError:
            self.free = False
            self._transport.abort()
            return False
        return taken == len(framed) or self._queue(framed, taken)

    def drained(self) -> None:
        """Nothing waits for the socket any more."""
        self.free = self._descriptor >= 0

    def over(self) -> None:
        """Nothing may follow any more; and soon the descriptor may be somebody else's."""
        self.free = False
        self._descriptor = -1

    def narrow(self) -> None:
        """Keep little for this connection in the kernel and in the process: it is a spectator's."""
        if self._most == BACKLOG:
            return
        self._most = BACKLOG
        self._protocol.forget_handshake()
        peer = self._transport.get_extra_info("socket")
        if peer is not None:
            # Without this the kernel takes up to 4 MB a connection before anybody notices a reader that stalls.
            # Who has left meanwhile is an OSError on one loop and a ValueError on the other.
            with contextlib.suppress(OSError, ValueError):
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BACKLOG)

    def abort(self) -> None:
        """End the connection now, unread bytes and all."""
        self._transport.abort()

    async def flush(self) -> None:
        """Return at once: what was put is with the transport, in front of anything that follows."""

    def end(self) -> None:
        """Nothing to end: the socket is the server's."""

    def _queue(self, framed: bytes, taken: int) -> bool:
        """Give what the kernel has not taken to the transport, unless so much waits already."""
        protocol, transport = self._protocol, self._transport
        if protocol.close_sent or transport.is_closing():
            return False
        waiting = transport.get_write_buffer_size()
        if not taken and waiting and waiting + len(framed) > self._most:
            return False
        protocol.given += len(framed) - taken
        transport.write(framed[taken:])
        return True


def _plain_socket(transport: asyncio.Transport) -> int:
    """The descriptor that takes bytes as they are; -1 where something stands between, or there is none."""
    if sys.platform == "win32" or transport.get_extra_info("sslcontext") is not None:
        return -1
    peer = transport.get_extra_info("socket")
    return -1 if peer is None else int(peer.fileno())
