"""The whole product in a process of its own, to be pressed on, and looked at from outside and from inside.

`Besieged` is a nursery of such servers: settings and deadlines of `realtime.transport` may be given, so that a
test need not wait for long. What one holds is read from outside, by the kernel's figures, and from inside by a
signal: what is alive there after the garbage is gone.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import re
import signal
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from tests.faults import children
from tests.faults.children import Nursery
from tests.journeys.running import free_port
from tests.realtime.sockets import PATIENCE, until

OFTEN = 10**9
NO_LIMITS = {
    "requests_per_minute": OFTEN,
    "requests_per_minute_and_address": OFTEN,
    "requests_per_minute_in_all": OFTEN,
}
"""Everybody of a test comes from one address."""


def besieged(
    *,
    url: str,
    port: int,
    folder: str,
    settings: dict[str, Any],
    deadlines: dict[str, float],
    options: dict[str, Any],
    stock: bool,
) -> None:
    """Serve the product with other deadlines; `stock`: by uvicorn's own protocols. SIGUSR1: say what is alive."""
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
    from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

    from contest.app import create_app
    from contest.serving import Server, server_config
    from contest.settings import Settings
    from realtime import transport

    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # uvloop wants the first three taken
    log = os.open(Path(folder) / "log", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    for name, seconds in deadlines.items():
        owner, attribute = name.split(".")
        assert hasattr(getattr(transport, owner), attribute), name
        setattr(getattr(transport, owner), attribute, seconds)
    given = {"database_url": url, "port": port, "signing_key": str(Path(folder) / "signing.pem")}
    chosen = Settings(**given, log_level="error", **settings)  # type: ignore[arg-type]
    config = server_config(create_app(chosen), chosen)
    if stock:
        config.http, config.ws = HttpToolsProtocol, WebSocketsSansIOProtocol
    for name, value in options.items():
        assert hasattr(config, name), name
        setattr(config, name, value)

    def ready() -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, lambda: _write_down_alive(Path(folder)))

    Server(config, ready).run()


OURS = ("realtime.", "uvicorn.", "websockets.", "contest.", "litestar.")


def _write_down_alive(folder: Path) -> None:
    gc.collect()
    alive = Counter(
        f"{type(one).__module__}.{type(one).__qualname__}"
        for one in gc.get_objects()
        if type(one).__module__.startswith(OURS)
    )
    alive["tasks"] = len(asyncio.all_tasks())
    fresh = folder / "alive.new"
    fresh.write_text(json.dumps(alive))
    fresh.rename(folder / "alive.json")


class Served:
    """One server, seen from outside."""

    def __init__(self, pid: int, port: int, folder: Path) -> None:
        self.pid, self.port, self.folder = pid, port, folder

    @property
    def sockets(self) -> int:
        """How many sockets it has open."""
        return sum(name.startswith("socket:") for name in self._open_files())

    @property
    def descriptors(self) -> int:
        """How many files and sockets it has open."""
        return len(self._open_files())

    @property
    def threads(self) -> int:
        return len(list(Path(f"/proc/{self.pid}/task").iterdir()))

    @property
    def kib(self) -> int:
        """Memory of its own that it holds; what only lies in the file cache is not counted."""
        found = re.search(r"RssAnon:\s+(\d+) kB", Path(f"/proc/{self.pid}/status").read_text())
        assert found is not None
        return int(found[1])

    def _open_files(self) -> list[str]:
        names = []
        for link in Path(f"/proc/{self.pid}/fd").iterdir():
            with suppress(FileNotFoundError):  # closed while we looked
                names.append(str(link.readlink()))
        return names

    @property
    def log(self) -> str:
        """What it has written down."""
        log = self.folder / "log"
        return log.read_text() if log.exists() else ""

    async def alive(self) -> Counter[str]:
        """How many objects of each kind are alive in it, once its garbage is gone."""
        told = self.folder / "alive.json"
        told.unlink(missing_ok=True)
        os.kill(self.pid, signal.SIGUSR1)
        await until(told.is_file)
        return Counter(json.loads(told.read_text()))

    async def get(self, path: str, *headers: str) -> tuple[int, dict[str, str], bytes]:
        """Ask once, on a connection of its own: status, headers and body."""
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            try:
                writer.write(asking(path, self.port, "Connection: close", *headers))
                return await answered(reader)
            finally:
                writer.close()

    async def metric(self, name: str) -> float:
        """A figure of /metrics; the sum over its labels."""
        _, _, body = await self.get("/metrics")
        found = re.findall(rf"^{re.escape(name)}(?:\{{[^}}]*\}})? (\S+)$", body.decode(), re.M)
        return sum(float(value) for value in found)

    def answers(self) -> bool:
        """Whether somebody listens at the port."""
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False


class Besieged(Nursery):
    """A nursery whose servers are pressed."""

    program = "tests.faults.besieged"

    def open(
        self,
        url: str,
        folder: Path,
        *,
        port: int = 0,
        settings: dict[str, Any] | None = None,
        deadlines: dict[str, float] | None = None,
        options: dict[str, Any] | None = None,
        stock: bool = False,
    ) -> Served:
        """Start a server; it may take a moment until it answers."""
        port = port or free_port()
        about = {"url": url, "port": port, "folder": str(folder), "stock": stock}
        about |= {"settings": NO_LIMITS | (settings or {}), "deadlines": deadlines or {}, "options": options or {}}
        return Served(self.start("besieged", **about), port, folder)

    def close(self, served: Served, how: signal.Signals = signal.SIGTERM) -> int:
        """End a server and wait for it."""
        os.kill(served.pid, how)
        return self.wait(served.pid)


@asynccontextmanager
async def siege(url: str, folder: Path, **about: Any) -> AsyncIterator[Served]:
    """One server that answers, and is ended."""
    with Besieged() as nursery:
        served = nursery.open(url, folder, **about)
        await until(served.answers)
        try:
            yield served
        finally:
            await asyncio.to_thread(nursery.close, served)
            print(served.log[:4000])
    if not about.get("stock"):
        assert "Traceback" not in served.log, "what strangers do is no fault of ours, and fills no log"


def asking(path: str, port: int, *headers: str, method: str = "GET") -> bytes:
    """A request."""
    return "\r\n".join([f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", *headers, "", ""]).encode()


async def answered(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
    """Read one answer: status, headers by lower-case name, body."""
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
    size = int(headers.get("content-length", "0"))
    return int(first.split()[1]), headers, await reader.readexactly(size) if size else b""


if __name__ == "__main__":
    children.LIVES["besieged"] = besieged
    sys.exit(children.main())
