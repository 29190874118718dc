"""A server of ours on a free port of this machine, within the test's own loop."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import asynccontextmanager
from functools import partial

import uvicorn
from websockets.asyncio import client

from realtime.transport import serve_options

PATIENCE = 60.0
"""Seconds after which what must happen counts as never happening: no test passes or fails by being slow."""


connect = partial(client.connect, open_timeout=PATIENCE, ping_interval=None)
"""A client that gives nobody up who is only slow."""


@asynccontextmanager
async def served(app, **options):
    """Serve an application the way the product does; yields the server and its port."""
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, **(serve_options() | options)))
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    running = asyncio.create_task(server._serve([listening]))
    try:
        await until(lambda: server.started or running.done())
        yield server, port
    finally:
        server.should_exit = True
        async with asyncio.timeout(PATIENCE):
            await running


async def until(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait until something is so; fail when it never is. A shorter time is for loops with a time of their own."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 -- the condition belongs to the code under test, which sets no event
            await asyncio.sleep(0.005)


def strike(timer: asyncio.TimerHandle | None) -> None:
    """Let the time of a timer be up at this moment, however fast or slow the machine is."""
    assert timer is not None, "nothing is due"
    assert not timer.cancelled()
    timer._run()
    timer.cancel()
