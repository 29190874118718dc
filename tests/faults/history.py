"""What happened in a run, line by line, as those outside saw it: written while it goes on, judged afterwards.

Nothing of the product is imported here: what was sent and what is stored are compared by a digest that this file
computes itself. The order of the lines is the order of events; files of several processes are merged by `t`.

    run      seed                                   the first line
    saved    client key digest                      kept on the tablet: it must arrive
    sent     client key digest                      handed to the network
    answered client key digest verdict seq link because      what came back: stored, pending or refused
    unknown  client key                             the connection broke: it may be stored or not
    drained  client                                 its outbox is empty: all it saved was answered
    lost     client                                 the tablet is gone, with what only it held
    restored contest seq                            an older backup took the place of the ledger after `seq`
    allowed  event rows                             a state of the board that may be seen
    saw      viewer event message epoch after version rows gone     what a viewer took over
    may_see  viewer event rows                      what the viewer must have in the end
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TextIO

Line = dict[str, Any]

SAID = ("mark", "device", "device_seq", "session", "entry", "aspect", "kind", "value", "replaces")
"""What a judge said, and under which number; everything else about a mark is added or checked by the server."""


def canonical(value: Any) -> str:
    """One text for one value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest_of(mark: Mapping[str, Any]) -> str:
    """SHA-256 of what a mark says: alike for the message that was sent and for the fact that is stored."""
    said = {name: mark.get(name) for name in SAID}
    said["kind"] = str(said["kind"] or "entered")
    return hashlib.sha256(canonical(said).encode()).hexdigest()


def key_of(mark: Mapping[str, Any]) -> str:
    """The number under which a mark is kept for ever."""
    return f"{mark['device']}:{mark['device_seq']}"


def seed_of(otherwise: int) -> int:
    """The seed of this run: `JIANGSAI_TEST_SEED` repeats one that was printed."""
    seed = int(os.environ.get("JIANGSAI_TEST_SEED") or otherwise)
    print(f"JIANGSAI_TEST_SEED={seed}")
    return seed


class History:
    """Lines of one run; in memory, and in a file if there is one."""

    def __init__(
        self, seed: int, path: Path | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.lines: list[Line] = []
        self._clock = clock
        self._file: TextIO | None = path.open("a", encoding="utf-8") if path else None
        self.write("run", seed=seed)

    def write(self, kind: str, **fields: Any) -> None:
        """Add a line; in the file it is at once, so that it outlives whoever writes it."""
        line = {"kind": kind, "t": self._clock(), **fields}
        self.lines.append(line)
        if self._file is not None:
            self._file.write(canonical(line) + "\n")
            self._file.flush()

    def saved(self, client: str, mark: Mapping[str, Any]) -> None:
        """A tablet has kept a mark."""
        self.write("saved", client=client, key=key_of(mark), digest=digest_of(mark))

    def sent(self, client: str, mark: Mapping[str, Any]) -> None:
        """A mark was handed to the network."""
        self.write("sent", client=client, key=key_of(mark), digest=digest_of(mark))

    def answered(self, client: str, mark: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        """A mark was answered; `answer` has `verdict`, and `seq`, `link` and `because` where they belong."""
        self.write(
            "answered",
            client=client,
            key=key_of(mark),
            digest=digest_of(mark),
            verdict=answer["verdict"],
            seq=answer.get("seq"),
            link=answer.get("link") or "",
            because=answer.get("because") or "",
        )

    def unknown(self, client: str, mark: Mapping[str, Any]) -> None:
        """The connection broke before a mark was answered."""
        self.write("unknown", client=client, key=key_of(mark))

    def saw(self, viewer: str, event: str, message: Mapping[str, Any]) -> None:
        """A viewer took over a `reset` or `moved` message of the board."""
        self.write(
            "saw",
            viewer=viewer,
            event=event,
            message=message["type"],
            epoch=message.get("epoch", ""),
            after=message.get("after"),
            version=message["version"],
            rows={row["entry"]: row for row in message["rows"]},
            gone=list(message.get("gone", ())),
        )

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None


def read(path: Path) -> list[Line]:
    """The lines of a file; a last line that was cut off by a crash was never written."""
    lines = path.read_text("utf-8").split("\n")
    return [json.loads(line) for line in lines[:-1] if line]


def merged(histories: Iterable[Iterable[Line]]) -> list[Line]:
    """Several histories of one run, in the order of their clocks, which must be one clock."""
    return sorted((line for lines in histories for line in lines), key=lambda line: line["t"])
