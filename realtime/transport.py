"""The edge towards the network: readers and senders that stall cannot hold the server up.

`FanOut` is uvicorn's websocket protocol with three additions: it hands the application its wire (through the
scope's extensions), it ends a connection that stops reading or answering, and it says goodbye when the server
stops. `QuickHead` is uvicorn's HTTP protocol with deadlines for heads, bodies and answers. Both lean on names
inside uvicorn, which is why its version is pinned and `tests/realtime/test_transport.py` checks what they lean on.
"""

from __future__ import annotations

import asyncio
import sys
from importlib.util import find_spec
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from realtime.socket_wire import SocketWire
from realtime.wires import BACKLOG, EXTENSION, frame_of

MAX_MESSAGE = 64 * 1024
"""Bytes of the largest message that is read; a larger one ends the connection with 1009."""


class FanOut(WebSocketsSansIOProtocol):
    """uvicorn's websocket protocol for many readers, none of whom may hold the server up."""

    STALL_SECONDS = 8.0
    """A reader for whom something waits and who takes nothing of it for so long is cut off."""
    LOOK_SECONDS = 2.0
    """How often it is looked after such a reader."""
    LINGER_SECONDS = 2.0
    """How long a closed connection may take to send what is left."""
    GOODBYE = frame_of(b'{"type":"goodbye","code":"restarting"}')

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._close_sent = False
        self.wire: SocketWire | None = None
        super().__init__(*args, **kwargs)
        self.stalled: asyncio.TimerHandle | None = None
        self.given = 0
        """Bytes that were given to the transport because the kernel did not take them."""
        self._linger: asyncio.TimerHandle | None = None
        self.close_timeout = 1.0

    @property
    def close_sent(self) -> bool:
        """Whether the closing frame is out, behind which nothing may follow; uvicorn says so in many places."""
        return self._close_sent

    @close_sent.setter
    def close_sent(self, sent: bool) -> None:
        self._close_sent = sent
        if sent:
            self._end_wire()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timers; nothing may keep a lost connection in memory."""
        self._end_wire()
        for timer in (self.stalled, self._linger):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def eof_received(self) -> None:
        """The other side has ended, and so does this one."""
        self._end_wire()
        super().eof_received()

    def handle_close(self, event: Any) -> None:
        """The other side closes: nothing may stand behind the answer to that."""
        self._end_wire()
        super().handle_close(event)

    def pause_writing(self) -> None:
        """Something waits for the reader: the wire must queue, and the clock starts that cuts the reader off.

        uvicorn is not told: it would wait with its closing frame, and what the application says goes through the
        wire, which keeps its bounds itself.
        """
        if self.wire is not None:
            self.wire.free = False
        if self.stalled is None:
            self._look_again(self._taken(), 0.0)

    def resume_writing(self) -> None:
        """The reader has caught up."""
        if self.stalled is not None:
            self.stalled.cancel()
            self.stalled = None
        if self.wire is not None:
            self.wire.drained()

    def _taken(self) -> int:
        return self.given - self.transport.get_write_buffer_size()

    def _look_again(self, taken: int, idle: float) -> None:
        self.stalled = self.loop.call_later(self.LOOK_SECONDS, self._look, taken, idle)

    def _look(self, taken: int, idle: float) -> None:
        """A large sheet over a weak network takes its time; who takes nothing at all is gone."""
        if not self.transport.get_write_buffer_size():
            self.resume_writing()
            return
        now = self._taken()
        idle = 0.0 if now > taken else idle + self.LOOK_SECONDS
        if idle >= self.STALL_SECONDS:
            self.transport.abort()
        else:
            self._look_again(now, idle)

    def forget_handshake(self) -> None:
        """Keep nothing of how the connection was opened; it is a tenth of what a viewer costs."""
        vars(self).update(request=None, response=None)

    def keepalive_timeout(self) -> None:
        """No answer to a ping: close, and do not wait for a reader who does not read."""
        super().keepalive_timeout()
        self._end_soon()

    def shutdown(self) -> None:
        """The server stops: say goodbye, close with 1012, and do not wait long."""
        if self.handshake_complete and not self.close_sent and not self.transport.is_closing():
            self.transport.write(self.GOODBYE.framed)
        self._end_wire()
        super().shutdown()
        self._end_soon()

    def send_receive_event_to_app(self) -> None:
        """Pass a message on; text that is no UTF-8 ends the connection with 1007, as the protocol demands."""
        if self.curr_msg_data_type == "text" and not self.close_sent:
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                # uvicorn writes a whole traceback to the log for each; a stranger could fill the disk with them.
                self.frames = []
                self.conn.send_close(1007)
                self.handle_parser_exception()
                return
        super().send_receive_event_to_app()

    async def run_asgi(self) -> None:
        """Run the application with the wire in its scope."""
        extensions = cast("dict[str, object]", self.scope["extensions"])
        extensions[EXTENSION] = self.wire = SocketWire(self)
        # From the first byte that waits to the last, a wire to a plain socket is to know. To TLS 0 means «always».
        self.transport.set_write_buffer_limits(high=0 if self.wire.plain else BACKLOG)
        try:
            await super().run_asgi()
        finally:
            self._end_soon()

    def _end_wire(self) -> None:
        if self.wire is not None:
            self.wire.over()

    def _end_soon(self) -> None:
        if self._linger is None:
            wait = self.close_timeout + self.LINGER_SECONDS
            self._linger = self.loop.call_later(wait, self.transport.abort)


class QuickHead(HttpToolsProtocol):
    """uvicorn's HTTP protocol with deadlines, so that slow senders and readers cannot hold connections."""

    HEAD_SECONDS = 10.0
    BODY_SECONDS = 60.0
    STALL_SECONDS = 30.0
    HEAD_BYTES = 64 * 1024

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._due: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._in_head = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # ours is always a stream
        """Take the connection over; a request's head is due."""
        super().connection_made(transport)
        self._expect(self.HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timers."""
        self._expect(None)
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read; a head that does not end is cut off, in time and in size."""
        if self._due is None and (self.cycle is None or self.cycle.response_complete):
            # uvicorn's own timer for idle connections ends with the first byte, be it of a request or not.
            self._expect(self.HEAD_SECONDS)
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > self.HEAD_BYTES:
            self.transport.abort()

    def on_message_begin(self) -> None:
        """A request begins: its head is due."""
        super().on_message_begin()
        self._in_head = True
        self._expect(self.HEAD_SECONDS)

    def on_headers_complete(self) -> None:
        """The head is here: its body is due."""
        self._in_head = False
        self._head_bytes = 0
        self._expect(self.BODY_SECONDS)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is complete; what comes next is ours."""
        self._expect(None)
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection to `FanOut`, whose deadlines are other ones."""
        self._expect(None)
        if self._stalled is not None:
            self._stalled.cancel()
        super().handle_websocket_upgrade()

    def pause_writing(self) -> None:
        """The reader is slow: start the clock that cuts it off."""
        super().pause_writing()
        self._stalled = self.loop.call_later(self.STALL_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """The reader has caught up."""
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None
        super().resume_writing()

    def _expect(self, seconds: float | None) -> None:
        """Give the sender so long for what comes next; None: nothing is due."""
        if self._due is not None:
            self._due.cancel()
        self._due = None if seconds is None else self.loop.call_later(seconds, self.transport.abort)


def serve_options() -> dict[str, Any]:
    """What `uvicorn.run` must be told for the live part to hold its promises."""
    uvloop = sys.platform != "win32" and find_spec("uvloop") is not None
    return {
        "loop": "uvloop" if uvloop else "asyncio",
        "http": QuickHead,
        "ws": FanOut,
        "ws_max_size": MAX_MESSAGE,
        "ws_per_message_deflate": False,
        "ws_ping_interval": 20.0,
        "ws_ping_timeout": 20.0,
        "timeout_graceful_shutdown": 5,
        "access_log": False,
    }
