"""The programs of an installation, each started, stopped, frozen and killed on its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

PATIENCE = 120.0
"""Seconds after which a program that does not come up, or does not end, is a failure."""


def free_port() -> int:
    """A port of this machine that nobody listens on, outside of those that the system gives to connections."""
    with socket.socket() as probe:
        for port in range(10_000 + os.getpid() * 53 % 9_000, 20_000):
            with suppress(OSError):
                if port not in _given:
                    probe.bind(("127.0.0.1", port))
                    _given.add(port)
                    return port
    raise RuntimeError("no free port")


_given: set[int] = set()

_STARTER = ThreadPoolExecutor(1, thread_name_prefix="starter")
"""Starts every program: the kernel ends what a thread has started when that thread ends, and this one stays."""


class Part:
    """One program: its command, its log, and its process while it runs."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        folder: Path,
        *,
        ready: Callable[[], bool],
        environment: Mapping[str, str] | None = None,
        ends_by: signal.Signals = signal.SIGTERM,
        account: str = "",
    ) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self._command = command
        self._folder = folder
        self._ready = ready
        self._environment = environment
        self._ends_by = ends_by
        self._account = {"user": account, "group": account, "extra_groups": []} if account else {}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *, wait: bool = True) -> None:
        """Start, and return when it answers."""
        assert self.process is None, f"{self.name} runs already"
        with self.log.open("ab") as out:
            self.process = _STARTER.submit(
                subprocess.Popen[bytes],
                # Ended by the kernel when we are killed, where there is a tool for that; not by our Ctrl-C.
                [*_ends_with_us(self._ends_by), *self._command],
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                **self._account,
            ).result()
        if wait:
            self.wait()

    def wait(self) -> None:
        """Return when it answers."""
        give_up = time.monotonic() + PATIENCE
        while not self._ready():
            if not self.alive or time.monotonic() > give_up:
                raise RuntimeError(
                    f"{self.name} does not come up:\n{self.log.read_text('utf-8', 'replace')[-4000:]}"
                )
            time.sleep(0.05)

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self, how: signal.Signals | None = None) -> float:
        """End it, and return how many seconds that took; one that does not is killed: a failure."""
        process, self.process = self.process, None
        began = time.monotonic()
        if process is None:
            return 0.0
        with suppress(ProcessLookupError):
            _signal_all(process.pid, signal.SIGCONT)
            process.send_signal(how or self._ends_by)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            _kill_all(process)
            raise
        _kill_all(process)
        return time.monotonic() - began

    def kill(self) -> None:
        """End it as a power cut does, with all it started."""
        process, self.process = self.process, None
        if process is not None:
            _kill_all(process)
            process.wait(PATIENCE)

    def freeze(self) -> None:
        """Let it stand still, as behind a network that carries nothing."""
        self._all(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._all(signal.SIGCONT)

    def _all(self, what: signal.Signals) -> None:
        assert self.process is not None, f"{self.name} does not run"
        _signal_all(self.process.pid, what)


def _kill_all(process: subprocess.Popen[bytes]) -> None:
    _signal_all(process.pid, signal.SIGKILL)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)  # whoever lost its parent


def _signal_all(pid: int, what: signal.Signals) -> None:
    """Signal a process and all it has started, also those in groups of their own, as PostgreSQL's are."""
    for one in (pid, *_started_by(pid)):
        with suppress(ProcessLookupError):
            os.kill(one, what)


def _started_by(pid: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            after = stat.read_text("utf-8", errors="replace").rpartition(")")[2].split()
            parents.setdefault(int(after[1]), []).append(int(stat.parent.name))
    found = parents.get(pid, [])
    for child in found:
        found.extend(parents.get(child, []))
    return found


def _ends_with_us(how: signal.Signals) -> list[str]:
    tool = shutil.which("setpriv")
    return [tool, "--pdeathsig", how.name.removeprefix("SIG"), "--"] if tool else []


def listens(port: int) -> bool:
    """Whether somebody listens on a port of this machine."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def healthy(port: int) -> bool:
    """Whether a node says that it can do its work."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def node(name: str, role: str, port: int, folder: Path, environment: Mapping[str, str]) -> Part:
    """A node of ours."""
    return Part(
        name,
        [sys.executable, "-m", "contest.cli", "serve", "--role", role, "--port", str(port)],
        folder,
        ready=lambda: healthy(port),
        environment=environment,
    )


def redis(port: int, folder: Path) -> Part:
    """A Redis that keeps nothing."""
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    return Part("redis", command, folder, ready=lambda: listens(port))


def nginx(port: int, folder: Path, *, web: Sequence[int], board: Sequence[int]) -> Part:
    """The proxy, with the very configuration of the handbook; only addresses are other ones."""
    here = folder / "nginx"
    site = here / "jiangsai"
    shutil.copytree(Path(__file__).parent / "nginx", site)
    # A single node that does not answer for a moment is no reason to turn everybody away here.
    for name, ports in (("web", web), ("board", board)):
        lines = [f"server 127.0.0.1:{to} max_fails=1 fail_timeout=1s;\n" for to in ports]
        (site / f"{name}.conf").write_text("".join(lines), "utf-8")
    (site / "listen.conf").write_text(f"listen 127.0.0.1:{port} backlog=4096;\nserver_name localhost;\n", "utf-8")
    cache = f"proxy_cache_path {here}/cache keys_zone=jiangsai_public:10m max_size=256m inactive=10m;\n"
    (site / "cache.conf").write_text(cache, "utf-8")
    account = "user root;\n" if os.name != "nt" and os.geteuid() == 0 else ""
    temporary = "".join(
        f"    {kind}_temp_path {here}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (here / "nginx.conf").write_text(
        f"{account}worker_processes 1;\nworker_rlimit_nofile 20000;\ndaemon off;\npid {here}/pid;\n"
        f"error_log stderr warn;\nevents {{ worker_connections 10000; }}\n"
        f"http {{\n    access_log off;\n{temporary}    include jiangsai/jiangsai.conf;\n}}\n",
        "utf-8",
    )
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    command = [program, "-p", here, "-e", "stderr", "-c", here / "nginx.conf"]
    return Part("nginx", command, folder, ready=lambda: listens(port), ends_by=signal.SIGTERM)
