"""The program and a browser as people run them: processes of their own, killed as power cuts kill them."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import cycle
from pathlib import Path
from typing import Any, Self

import httpx

PASSWORD = "eine-lange-Losung-1"
Json = Any

PATIENCE = 60
"""Seconds after which what must happen counts as never happening: no journey fails by being slow."""
LONG = 4 * PATIENCE
"""The same for programs that start."""

CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str | None:
    """The browser of this machine."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if (found := shutil.which(name))), None)


_PORTS = cycle(range(20_000, 32_000))
"""Below those that the system gives to connections: a port that is free now is not taken a moment later."""
for _ in range(os.getpid() * 37 % 12_000):
    next(_PORTS)  # each process begins elsewhere


def free_port() -> int:
    for port in _PORTS:
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("unreachable")


def until(holds: Callable[[], Any], seconds: float = PATIENCE, what: str = "") -> Any:
    """Wait until something holds and return it."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        if time.monotonic() > end:
            raise AssertionError(f"still not after {seconds} s: {what or holds}")
        time.sleep(0.05)
    return found


def ended(process: subprocess.Popen[Any], how: signal.Signals = signal.SIGTERM) -> None:
    """End a process and wait for it; one that does not end is killed, and fails the test."""
    if process.poll() is None:
        process.send_signal(how)
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(PATIENCE)
        raise


def alive_in(group: int) -> list[str]:
    """The processes of a group that have not ended, where the system tells."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            name, _, rest = stat.read_text("utf-8", errors="replace").rpartition(")")
            state, _, at = rest.split()[:3]
            if int(at) == group and state not in "ZX":
                found.append(name)
    return found


class Service:
    """One installation: its database in a folder, its port, and its process while it runs."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self._settings = {f"JIANGSAI_{name.upper()}": value for name, value in settings.items()}
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.trust: ssl.SSLContext | bool = True
        """Whose certificates are believed, where the service speaks HTTPS itself."""
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("JIANGSAI_")}
        database = f"sqlite:///{self.folder / 'book.db'}"
        return {
            **kept,
            "DATABASE_URL": database,
            "JIANGSAI_NEW_PASSWORD": PASSWORD,
            "JIANGSAI_LOG_LEVEL": "warning",
            **self._settings,
        }

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "contest.cli", *arguments]

    def prepare(self) -> None:
        """Make the database and the first administrator, as an operator does."""
        subprocess.run(self.command("administrator", "admin"), env=self._environment, check=True, timeout=LONG)

    def start(self) -> None:
        with (self.folder / "log.txt").open("ab") as log:
            self._process = subprocess.Popen(
                self.command("serve", "--port", str(self.port)), env=self._environment, stdout=log, stderr=log
            )
        until(self._answers, LONG, f"{self.url} answers")

    def _answers(self) -> bool:
        if self._process is not None and self._process.poll() is not None:
            raise AssertionError(f"the service ended:\n{(self.folder / 'log.txt').read_text('utf-8')}")
        try:
            return httpx.get(f"{self.url}/health", timeout=PATIENCE, verify=self.trust).status_code == 200
        except httpx.TransportError:
            return False

    @contextmanager
    def started(self) -> Iterator[Self]:
        """Make the database, serve while this is entered, and end."""
        self.prepare()
        try:
            self.start()
            yield self
        finally:
            self.stop()

    def kill(self) -> None:
        """As a power cut does."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None:
            ended(process, how)

    def official(self, login: str = "admin", password: str = PASSWORD) -> Official:
        return Official(self.url, login, password)


class Refused(AssertionError):
    """A request was refused."""


class Official:
    """Somebody at the desk who uses the API."""

    def __init__(self, url: str, login: str, password: str) -> None:
        self.url = url
        self._client = httpx.Client(base_url=f"{url}/api", timeout=PATIENCE)
        answer = self.post("/sign-in", {"login": login, "password": password, "bearer": True})
        self._client.headers["Authorization"] = f"Bearer {answer['token']}"

    def __enter__(self) -> Official:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()

    def ask(self, method: str, path: str, body: Json = None) -> Json:
        answer = self._client.request(method, path, json=body)
        if answer.status_code >= 400:
            raise Refused(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    def get(self, path: str) -> Json:
        return self.ask("GET", path)

    def post(self, path: str, body: Json = None) -> Json:
        return self.ask("POST", path, body)

    def put(self, path: str, body: Json) -> Json:
        return self.ask("PUT", path, body)


class OwnBrowser:
    """A Chromium in a process of its own with a profile that outlives it, so that it can be killed."""

    def __init__(self, chromium: str, profile: Path, flags: Sequence[str] = ()) -> None:
        self.port = free_port()
        self._process = subprocess.Popen(
            [
                chromium,
                "--headless=new",
                *CHROMIUM_FLAGS,
                *flags,
                f"--user-data-dir={profile}",
                f"--remote-debugging-port={self.port}",
                "--lang=zh-CN",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # its helpers are killed with it
        )
        self.url = f"http://127.0.0.1:{self.port}"
        try:
            until(self._answers, LONG, "the browser answers")
        except BaseException:
            self.kill()
            raise

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/json/version", timeout=PATIENCE).status_code == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(PATIENCE)
        # Its helpers as well: one that is still there could hold a file of the profile.
        until(lambda: not alive_in(self._process.pid), what="the browser's helpers end")
