"""SQLite's bell: the file says whether another connection has changed it, for the price of one read of memory.

The connection reads nothing but that number, so it never holds a snapshot that would keep the WAL from being
written back, and it can neither write nor checkpoint.
"""

from __future__ import annotations

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from contest.store.doorbells import Ears
from contest.store.sqlite import connect_reader

LOOK_SECONDS = 0.05


class SqliteBell:
    """Notices the commits of the one process that writes."""

    kind = "sqlite"
    troubles: tuple[type[Exception], ...] = (sqlite3.Error, OSError)

    def __init__(self, path: Path) -> None:
        self._path = path

    async def listen(self, ears: Ears) -> None:
        """Look at the number until the file cannot be read, or is another file by now."""
        loop = asyncio.get_running_loop()
        # A thread of its own: it must not wait behind a board that reads a long ledger.
        with ThreadPoolExecutor(1, thread_name_prefix="jiangsai-bell") as thread:
            connection = await loop.run_in_executor(thread, connect_reader, self._path)
            try:
                before = -1
                while True:
                    version = await loop.run_in_executor(thread, _version, connection)
                    if version != before:
                        before = version
                        ears.listening(self.kind, True)
                        ears.look()
                    await asyncio.sleep(LOOK_SECONDS)
            finally:
                thread.submit(connection.close)


def _version(connection: sqlite3.Connection) -> int:
    rows = connection.execute("PRAGMA data_version").fetchall()
    return int(rows[0]["data_version"])
