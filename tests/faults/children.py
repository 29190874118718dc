"""Processes that write or serve, and die: forked from one that has loaded everything, so that a life costs little.

`Nursery` starts that one (`python -m tests.faults.children`); it forks a child a life and waits for its end. A
child writes what it hears into a history file, which outlives it. `serve` runs the product's own application; for
named places of the product's way of a mark it may be told to kill itself at the n-th pass: the functions are
wrapped here, in the child, before it serves. The product has no hooks.
"""

from __future__ import annotations

import asyncio
import ctypes
import importlib
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec

from tests.faults.history import History

PATIENCE = 60.0
"""Seconds after which a life that should end is ended."""


class Nursery:
    """Starts lives, one by one or together, and says how each ended."""

    program = "tests.faults.children"

    def __enter__(self) -> Nursery:
        self._process = subprocess.Popen(
            [sys.executable, "-m", self.program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
            text=True,
        )
        try:
            self._answer()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind: type | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()  # it ends its children and itself
        self._process.wait(60)
        self._process.stdout.close()

    def start(self, life: str, **about: Any) -> int:
        """Begin a life; its process id."""
        return int(self._ask({"life": life, **about}))

    def wait(self, child: int) -> int:
        """Wait for the end of a life: 0, the number of an error, or minus the signal that ended it."""
        return os.waitstatus_to_exitcode(int(self._ask({"wait": child})))

    def _ask(self, question: dict[str, Any]) -> str:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        answer = self._process.stdout.readline().strip()
        assert answer, "the nursery is gone"
        return answer


# ---- lives ---------------------------------------------------------------------------------------------------


def write(*, marks: str, **about: Any) -> Coroutine[Any, Any, None]:
    """Store the marks of a file, several at once, and write down each answer."""
    return _write(Path(marks).read_bytes(), **about)


async def _write(
    marks: bytes, *, url: str, contest: str, history: str, seed: int, key: str, judges: int = 6
) -> None:
    from contest.errors import StoreUnavailable
    from contest.model.ids import ContestId
    from contest.model.mark import EnterMark
    from contest.store.open import open_store

    said = History(seed, Path(history))
    waiting = msgspec.json.decode(marks, type=list[EnterMark])
    random.Random(seed).shuffle(waiting)
    store = await open_store(url, signing_key=Path(key))
    rest = iter(waiting)

    async def judge(name: str) -> None:
        while message := list(itertools.islice(rest, 2)):
            for mark in message:
                said.sent(name, msgspec.to_builtins(mark))
            try:
                receipts = await store.book.enter(ContestId(contest), message)
            except StoreUnavailable:
                continue
            for mark, receipt in zip(message, receipts, strict=True):
                said.answered(name, msgspec.to_builtins(mark), msgspec.to_builtins(receipt))

    await asyncio.gather(*(judge(f"judge-{number}") for number in range(judges)))
    await store.close()


async def serve(*, url: str, port: int, folder: str, place: str = "", passes: int = 1) -> None:
    """Serve the product, until it is ended or has passed a place that often."""
    from contest.serving import Server, server_config
    from tests.faults.places import mine

    app, settings = assembled(url, port, folder)
    ready = mine(place, passes) if place else None
    await Server(server_config(app, settings), ready).serve()


@cache
def assembled(url: str, port: int, folder: str) -> Any:
    """The application, put together once before the fork; it opens its store when it begins to serve."""
    from contest.app import create_app
    from contest.settings import Settings

    settings = Settings(
        database_url=url, port=port, signing_key=str(Path(folder) / "signing.pem"), log_level="error"
    )
    return create_app(settings), settings


LIVES: dict[str, Callable[..., Any]] = {"write": write, "serve": serve}


def _live(life: str, about: dict[str, Any]) -> None:
    living = LIVES[life](**about)
    if living is not None:
        asyncio.run(living)


LOADED = ("asyncpg", "uvicorn", "contest.app", "contest.serving", "tests.faults.places")
"""What every child needs, loaded once."""


def _end_of(child: int) -> int:
    """How a child ended; one that does not end is killed, and that is no good end for a test."""
    give_up = time.monotonic() + PATIENCE
    while not (found := os.waitpid(child, os.WNOHANG))[0]:
        if time.monotonic() > give_up:
            os.kill(child, signal.SIGABRT)
        time.sleep(0.002)
    return found[1]


def _die_with_parent() -> None:
    """Leave nothing behind when the tests are killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def main() -> None:
    """Answer questions, one a line, until nobody asks any more; then end everybody."""
    _die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for module in LOADED:
        importlib.import_module(module)
    children: set[int] = set()
    print("ready", flush=True)
    for line in sys.stdin:
        question = json.loads(line)
        if "wait" in question:
            print(_end_of(question["wait"]), flush=True)
            children.discard(question["wait"])
            continue
        if question["life"] == "serve":
            assembled(question["url"], question["port"], question["folder"])
        child = os.fork()
        if not child:
            _die_with_parent()
            os.close(0)
            os.dup2(2, 1)
            try:
                _live(question.pop("life"), question)
            except BaseException:
                import traceback

                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        children.add(child)
        print(child, flush=True)
    for child in children:
        os.kill(child, signal.SIGKILL)


if __name__ == "__main__":
    main()
