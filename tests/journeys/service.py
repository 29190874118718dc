"""A running Jiangsai on a port of its own: the real command, a fresh database, and people signed in over HTTP."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.journeys.running import LONG, PATIENCE, ended, free_port

PASSWORD = "a long enough password 1234"


class Service:
    """The service as a person meets it: an address, and an administrator's password."""

    def __init__(self, address: str, process: subprocess.Popen[bytes], log: Path) -> None:
        self.address = address
        self.process = process
        self.log = log
        self.clients: list[httpx.Client] = []

    def client(self, login: str = "admin") -> httpx.Client:
        """Somebody who is signed in."""
        client = httpx.Client(base_url=f"{self.address}/api", timeout=PATIENCE, headers={"Accept-Language": "zh"})
        answer = client.post("/sign-in", json={"login": login, "password": PASSWORD, "bearer": True})
        answer.raise_for_status()
        client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        self.clients.append(client)
        return client

    def official(self, admin: httpx.Client, contest: str, login: str, role: str) -> httpx.Client:
        """A fresh account with a role in a contest, signed in."""
        body = {"login": login, "name": login, "password": PASSWORD, "language": "zh"}
        account = ask(admin, "POST", "/accounts", body)["account"]
        ask(admin, "POST", f"/contests/{contest}/grants", {"account": account, "role": role})
        return self.client(login)


def ask(client: httpx.Client, method: str, path: str, body: Any = None, **query: Any) -> Any:
    """Ask the API and return its answer; a refusal fails with what it said."""
    answer = client.request(method, path, json=body, params=query or None)
    assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
    return answer.json() if answer.content else None


@contextmanager
def served(folder: Path, **settings: str) -> Iterator[Service]:
    """`jiangsai serve` on a fresh database, until the block ends; it must end when told to."""
    port = free_port()
    url = settings.pop("database_url", f"sqlite:///{folder / 'jiangsai.db'}")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("JIANGSAI_")},
        "DATABASE_URL": url,
        "PORT": str(port),
        "JIANGSAI_LOG_LEVEL": "warning",
        **{f"JIANGSAI_{name.upper()}": value for name, value in settings.items()},
    }
    command = [sys.executable, "-m", "contest.cli"]
    with_password = {**environment, "JIANGSAI_NEW_PASSWORD": PASSWORD}
    subprocess.run([*command, "administrator", "admin"], check=True, env=with_password, timeout=LONG)
    log = folder / "serve.log"
    with log.open("wb") as out:
        process = subprocess.Popen([*command, "serve"], env=environment, stdout=out, stderr=out)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, process, log)
        service = Service(address, process, log)
        yield service
        for client in service.clients:
            client.close()
    finally:
        ended(process, signal.SIGINT)


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    wait_until(lambda: httpx.get(f"{address}/health", timeout=PATIENCE).is_success, process=process, log=log)


def wait_until(
    holds: Callable[[], bool], *, process: subprocess.Popen[bytes], log: Path, seconds: float = LONG
) -> None:
    """Wait until something holds of a service that is starting; fail with its log when it never does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text("utf-8")
        try:
            if holds():
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise AssertionError(log.read_text("utf-8"))
