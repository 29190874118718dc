"""Heavy work outside the event loop's process: one short-lived child per job, fed and read through pipes.

A child that hangs, eats memory or crashes takes nothing with it; judges are answered all the while.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from weakref import WeakKeyDictionary

from contest.errors import WorkFailed

_AT_ONCE = 2
_gates: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()
"""One gate for each event loop, gone with it: a gate belongs to the loop that first waited at it."""


async def offload(module: str, content: bytes, *, seconds: float = 60.0) -> bytes:
    """Run `python -m module` with the content on its standard input and return its standard output.

    At most two jobs run at once, others wait. Raises WorkFailed when the child fails or takes too long.
    """
    async with _gates.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(_AT_ONCE)):
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(seconds):
                output, _ = await child.communicate(content)
        except TimeoutError as late:
            raise WorkFailed(job=module.rsplit(".", 1)[-1]) from late
        finally:
            if child.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    child.kill()
                # Not only until it is gone: what it left in its pipes is read, so that nothing of them stays open.
                await child.communicate()
        if child.returncode != 0:
            raise WorkFailed(job=module.rsplit(".", 1)[-1])
        return output


def limit(*, megabytes: int, seconds: int) -> None:
    """Bound this process's memory and processor time, where the system can (not on Windows)."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
