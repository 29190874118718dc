"""Processes that write or serve, and die: forked from one that has loaded everything, so that a life costs little.

`Nursery` starts that one (`python -m tests.faults.children`); it forks a child a life and waits for its end. A
child writes what it hears into a history file, which outlives it. `serve` runs the product's own application; for
named places of the product's way of a mark it may be told to kill itself at the n-th pass: the functions are
wrapped here, in the child, before it serves. The product has no hooks.
"""

from __future__ import annotations

import asyncio
import importlib
import itertools
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec

from tests.faults.history import History


class Nursery:
    """Starts lives, one by one or together, and says how each ended."""

    def __enter__(self) -> Nursery:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.children"],
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
    from contest.app import create_app
    from contest.serving import Server, server_config
    from contest.settings import Settings
    from tests.faults.places import mine

    settings = Settings(
        database_url=url, port=port, signing_key=str(Path(folder) / "signing.pem"), log_level="error"
    )
    if place:
        mine(place, passes)
    await Server(server_config(create_app(settings), settings), None).serve()


LIVES: dict[str, Callable[..., Any]] = {"write": write, "serve": serve}


def _live(life: str, about: dict[str, Any]) -> None:
    asyncio.run(LIVES[life](**about))


LOADED = ("asyncpg", "uvicorn", "contest.app", "contest.serving", "tests.faults.places")
"""What every child needs, loaded once."""


def main() -> None:
    """Answer questions, one a line, until nobody asks any more; then end everybody."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for module in LOADED:
        importlib.import_module(module)
    children: set[int] = set()
    print("ready", flush=True)
    for line in sys.stdin:
        question = json.loads(line)
        if "wait" in question:
            _, status = os.waitpid(question["wait"], 0)
            children.discard(question["wait"])
            print(status, flush=True)
            continue
        child = os.fork()
        if not child:
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
