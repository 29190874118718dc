"""The machine under the figures: which processor a program has, what it used, what it holds, and free ports.

Servers run on the first processor and clients on the last, where there are two; what the clients cost is in no
figure of a server. Everything a process uses counts: its threads and its children too.
"""

from __future__ import annotations

import os
import platform
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "jiangsai-bench"
"""What peers need is installed here, outside the repository."""

PATIENCE = 60.0
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


def _allowed() -> list[int]:
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


_ALL = _allowed()
SERVER, CLIENT = _ALL[:1], _ALL[-1:]
"""The processors of servers and of clients; none where the system does not let us choose."""


def pinned(processors: Sequence[int]) -> Callable[[], None] | None:
    """What a new process does first, so that it and all it starts stay on these processors."""
    return (lambda: os.sched_setaffinity(0, processors)) if processors else None


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextmanager
def running(
    command: Sequence[str | Path],
    *,
    port: int | None = None,
    processors: Sequence[int] = SERVER,
    env: Mapping[str, str] | None = None,
    **options: object,
) -> Iterator[subprocess.Popen]:
    """Run a program pinned, from the root of the repository; yields when its port answers, and ends it."""
    env = os.environ | {"PYTHONPATH": str(ROOT)} | (env or {})
    program = subprocess.Popen(command, cwd=ROOT, env=env, preexec_fn=pinned(processors), **options)  # noqa: PLW1509
    try:
        if port is not None:
            wait_for(port, program)
        yield program
    finally:
        program.terminate()
        try:
            program.wait(15)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()
        for pipe in (program.stdin, program.stdout, program.stderr):
            if pipe is not None:
                with suppress(OSError):  # what was still to be written has nobody to read it
                    pipe.close()


def wait_for(port: int, program: subprocess.Popen) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if program.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"{program.args[0]} does not answer ({program.poll()})")
        time.sleep(0.02)


# ---- what a process uses and holds ----------------------------------------------------------------------------


def family(pid: int) -> list[int]:
    """A process with its children and theirs."""
    children = [
        int(child) for task in Path(f"/proc/{pid}/task").glob("*/children") for child in task.read_text().split()
    ]
    return [pid, *(each for child in children for each in family(child))]


def cpu_seconds(pid: int) -> float:
    """Processor time of a process so far, in the kernel and outside, with its threads and children."""
    return sum(_spent(each) for each in family(pid))


def _spent(pid: int) -> float:
    with suppress(OSError):
        # In nanoseconds, where the kernel keeps them; the ticks of `stat` are 10 ms long.
        tasks = [task.read_text().split() for task in Path(f"/proc/{pid}/task").glob("*/schedstat")]
        if tasks:
            return sum(int(task[0]) for task in tasks) / 1e9
        # The name in the second field may hold blanks; behind its bracket the 12th and 13th are ticks.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS
    return 0.0


def held_kib(pid: int) -> int:
    """Memory of a process with its children, in KiB."""
    return sum(_kib(f"/proc/{each}/status", r"VmRSS:\s+(\d+) kB") for each in family(pid))


def peak_kib(pid: int) -> int:
    """The most memory a process ever held, in KiB."""
    return _kib(f"/proc/{pid}/status", r"VmHWM:\s+(\d+) kB")


def _kib(path: str, pattern: str) -> int:
    found = re.search(pattern, Path(path).read_text())
    return int(found[1]) if found else 0


def median(values: Iterable[float]) -> float:
    return statistics.median(values)


def described() -> str:
    """The machine in one line."""
    model = ""
    with suppress(OSError):
        found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
        model = f" {found[1]}" if found else ""
    return (
        f"{platform.machine()}{model}, {len(_ALL) or os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}; "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    )


def say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
