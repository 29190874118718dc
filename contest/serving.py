"""Serve the application with uvicorn the way the live part needs it."""

from __future__ import annotations

import gc
from collections.abc import Callable
from socket import socket

import uvicorn
from litestar import Litestar

from contest.settings import Settings
from realtime.transport import serve_options

GARBAGE = (20_000, 10, 5)
"""How many new objects make it worth to look for garbage: among the new, the younger, and all.

Python's own 700 are meant for short programs: a hall of viewers and an event with its marks are a million objects,
and each look at all of them takes longer than a judge should wait. What is no circle goes at once, as ever.
"""


class Server(uvicorn.Server):
    """A uvicorn server that says when it answers."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], object] | None) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Begin to listen, and say so."""
        await super().startup(sockets)
        # What is loaded by now stays: to look through it for garbage would keep judges waiting, 20 ms each time.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GARBAGE)
        if self._ready is not None and self.started:
            self._ready()


def serve(app: Litestar, settings: Settings, *, ready: Callable[[], object] | None = None) -> None:
    """Serve until the process is told to stop; `ready` is called once the port answers."""
    Server(server_config(app, settings), ready).run()


def server_config(app: Litestar, settings: Settings) -> uvicorn.Config:
    """Say how uvicorn serves us. It believes no proxy: which ones are to be believed our own doorway knows."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        ssl_certfile=settings.tls_certificate or None,
        ssl_keyfile=settings.tls_key or None,
        **serve_options(),
    )
