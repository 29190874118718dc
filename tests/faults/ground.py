"""What every simulated run begins with: a planted contest, and somebody who watches its board."""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from contest.actions.signing_in import digest
from contest.store.open import migrate, open_store
from tests.builders import Hall, hall
from tests.faults.history import History
from tests.faults.server import KEY, foretold
from tests.faults.truth import seen_of


@dataclass(frozen=True)
class Planted:
    """A contest that waits for its first mark, as the bytes of a database."""

    content: bytes
    at: Hall


def planted(*, judges: int = 3, entries: int = 3) -> Planted:
    """Make the database with which every run begins."""

    async def plant(url: str) -> Hall:
        await migrate(url)
        store = await open_store(url, signing_key=KEY)
        try:
            return await hall(store, judges=judges, entries=entries)
        finally:
            await store.close()

    with TemporaryDirectory() as folder:
        path = Path(folder) / "jiangsai.db"
        with foretold(random.Random(0)):
            at = asyncio.run(plant(f"sqlite:///{path}"))
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA journal_mode=DELETE")
        for device in at.devices:
            token = digest(token_of(device))
            connection.execute("UPDATE device SET token = ? WHERE id = ?", (token, device))
        connection.commit()
        content = connection.serialize()
        connection.close()
    return Planted(content, at)


def token_of(device: str) -> str:
    """What a tablet of the runs is known by."""
    return f"token-of-{device}-{'x' * 16}"


class Viewer:
    """Somebody who watches the board, with the rules of the board's page."""

    def __init__(self, name: str, event: str, history: History) -> None:
        self.name, self.event, self.history = name, event, history
        self.epoch, self.version = "", 0
        self.send: Callable[[str], bool] = lambda text: False

    def watch(self) -> None:
        """Ask for the board from where this viewer stands."""
        said = {"type": "watch", "event": self.event, "epoch": self.epoch, "version": self.version}
        self.send(json.dumps(said))

    def hear(self, text: str) -> None:
        """Take a step over, or ask anew when it does not follow."""
        message = json.loads(text)
        if message["type"] not in ("reset", "moved"):
            return
        if message["type"] == "moved" and message["after"] != self.version:
            self.watch()
            return
        self.epoch = message.get("epoch", self.epoch)
        self.version = message["version"]
        rows = {row["entry"]: seen_of(row) for row in message["rows"]}
        fields = {"epoch": message.get("epoch", ""), "after": message.get("after"), "gone": []}
        fields |= {"message": message["type"], "version": message["version"], "rows": rows}
        self.history.write("saw", viewer=self.name, event=self.event, **fields)
