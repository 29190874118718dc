"""A province on one machine: `python -m deploy.local` starts it and prints its addresses; Ctrl-C ends it.

PostgreSQL, Redis, nginx, two nodes that write and two that show, each a process of its own on loopback. Programs
come from the system's packages, PostgreSQL otherwise from the wheel that the tests use; no container is needed.
"""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from deploy import parts
from deploy.database import Database

WEB, BOARD = 2, 2


class Cluster:
    """All parts of a province, by name; `url` is where browsers go."""

    def __init__(
        self,
        folder: Path,
        *,
        web: int = WEB,
        board: int = BOARD,
        redis: bool = True,
        proxy: bool = True,
        database: Database | None = None,
        database_url: str = "",
    ) -> None:
        self.folder = folder
        self.database = database or Database(folder)
        self.database_url = database_url or self.database.url
        self.ports = {f"web{n}": parts.free_port() for n in range(1, web + 1)}
        self.ports |= {f"board{n}": parts.free_port() for n in range(1, board + 1)}
        self.redis_port = parts.free_port()
        self.proxy_port = parts.free_port()
        self.password = secrets.token_urlsafe(12)
        self.metrics_token = secrets.token_urlsafe(12)
        self.nodes: dict[str, parts.Part] = {}
        for name, port in self.ports.items():
            role = name.rstrip("0123456789")
            self.nodes[name] = parts.node(name, role, port, folder, self.environment(redis=redis))
        self.redis = parts.redis(self.redis_port, folder) if redis else None
        self.nginx = self._nginx() if proxy else None

    def _nginx(self) -> parts.Part:
        by_role = {
            role: [port for name, port in self.ports.items() if name.startswith(role)] for role in ("web", "board")
        }
        return parts.nginx(self.proxy_port, self.folder, **by_role)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.proxy_port}"

    def addresses(self, role: str) -> list[str]:
        """Where the nodes of a role are, without the proxy."""
        return [f"http://127.0.0.1:{port}" for name, port in self.ports.items() if name.startswith(role)]

    def environment(self, *, redis: bool) -> dict[str, str]:
        """What every node is told; nothing of our own settings is handed on."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("JIANGSAI_")}
        told = {
            "DATABASE_URL": self.database_url,
            "JIANGSAI_PUBLIC_URL": self.url,
            "JIANGSAI_TRUSTED_PROXIES": "127.0.0.1",
            "JIANGSAI_METRICS_TOKEN": self.metrics_token,
            "JIANGSAI_LOG_LEVEL": "warning",
            "JIANGSAI_SIGN_INS_PER_MINUTE": "10",
        }
        if redis:
            told["JIANGSAI_DOORBELL_URL"] = f"redis://127.0.0.1:{self.redis_port}/0"
        return kept | told

    def command(self, *arguments: str) -> None:
        """Run one of our own commands against the database."""
        told = {**self.environment(redis=False), "JIANGSAI_NEW_PASSWORD": self.password}
        subprocess.run([sys.executable, "-m", "contest.cli", *arguments], check=True, env=told, cwd=self.folder)

    def prepare(self) -> None:
        """Start the database, bring it to the newest schema, and make the administrator."""
        self.database.create()
        self.database.part.start()
        self.command("administrator", "admin")

    def start(self) -> None:
        """Start everything else, and return when it answers."""
        if self.redis is not None:
            self.redis.start()
        for part in self.nodes.values():
            part.start(wait=False)
        for part in self.nodes.values():
            part.wait()
        if self.nginx is not None:
            self.nginx.start()

    def stop(self) -> None:
        """End everything, those first who would miss the others."""
        with ExitStack() as ending:
            ending.callback(self.database.part.stop)
            for part in (self.redis, *self.nodes.values(), self.nginx):
                if part is not None:
                    ending.callback(part.stop)


@contextmanager
def running(folder: Path, **shape: bool | int) -> Iterator[Cluster]:
    """A whole installation, until the block ends."""
    cluster = Cluster(folder, **shape)
    try:
        cluster.prepare()
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    parser.add_argument(
        "--folder", type=Path, help="keep data and logs here (it must be empty); otherwise they go"
    )
    parser.add_argument("--no-redis", action="store_true", help="let PostgreSQL ring alone")
    chosen = parser.parse_args()
    told = threading.Event()
    for how in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(how, lambda *_: told.set())
    with ExitStack() as stack:
        if chosen.folder is not None:
            chosen.folder.mkdir(parents=True, exist_ok=True)
        folder = chosen.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="jiangsai-")))
        cluster = stack.enter_context(running(folder.resolve(), redis=not chosen.no_redis))
        sys.stdout.write(_addresses(cluster))
        sys.stdout.flush()
        while not told.wait(1.0):
            for part in (cluster.database.part, *cluster.nodes.values()):
                if not part.alive:
                    sys.stderr.write(f"{part.name} ended by itself, see {part.log}\n")
                    return 1
    return 0


def _addresses(cluster: Cluster) -> str:
    lines = [
        f"匠赛 Jiangsai  {cluster.url}/desk   admin / {cluster.password}",
        f"PostgreSQL  {cluster.database.url}",
    ]
    if cluster.redis is not None:
        lines.append(f"Redis  redis://127.0.0.1:{cluster.redis_port}/0")
    lines.append(f"/metrics  Authorization: Bearer {cluster.metrics_token}")
    lines += [f"{name}  http://127.0.0.1:{port}" for name, port in cluster.ports.items()]
    return "\n".join([*lines, f"logs 日志  {cluster.folder}", "Ctrl-C ends everything 结束全部", ""])


if __name__ == "__main__":
    sys.exit(main())
