"""Who stands beside us, how each is started, and why one is not here.

Every peer serves websockets at `/watch` and writes one frame to all of them for each message at `/go`. NATS speaks
its own protocol inside websockets: viewers subscribe, and the round is a PUB on its plain port.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import NamedTuple

from bench.live.crowd import Doors, compiled, handshake, masked
from bench.live.machine import CACHE, free_port, running
from contest.frontend import find_node
from realtime.wires import KERNEL_BACKLOG

HERE = Path(__file__).parent
NODE_PEERS = CACHE / "node"


class Served(NamedTuple):
    """A server that runs."""

    pid: int
    doors: Doors


class Contender(NamedTuple):
    """One server of the table."""

    name: str
    command: Callable[[int, int], list[str | Path]]
    """From port and size of the payload."""
    missing: Callable[[], str] = lambda: ""
    """Why it is not here; empty when it is."""
    env: Mapping[str, str] = {}
    go: bytes = b"send"

    @contextmanager
    def serving(self, size: int) -> Iterator[Served]:
        """Run it on the servers' processor."""
        port = free_port()
        doors = Doors(port, handshake("/watch", port), go_port=port, least=size)
        doors = doors._replace(go_hello=handshake("/go", port), go=masked(self.go))
        with running(self.command(port, size), port=port, env=self.env, stdout=subprocess.DEVNULL) as program:
            yield Served(program.pid, doors)


class Nats(Contender):
    """The websocket gateway of nats-server."""

    __slots__ = ()

    @contextmanager
    def serving(self, size: int) -> Iterator[Served]:
        port, plain = free_port(), free_port()
        NODE_PEERS.mkdir(parents=True, exist_ok=True)
        config = CACHE / f"nats-{port}.conf"
        config.write_text(
            f'listen: "127.0.0.1:{plain}"\nmax_connections: 65536\n'
            f'websocket {{ listen: "127.0.0.1:{port}", no_tls: true, compression: false }}\n'
        )
        connect = b'CONNECT {"verbose":false,"pedantic":false}\r\n'
        doors = Doors(
            port,
            handshake("/", port),
            then=masked(connect + b"SUB live 1\r\nPING\r\n", 2),
            answer=b"PONG",
            least=size,
            go_port=plain,
            go_hello=connect + b"PING\r\n",
            go_ready=b"PONG\r\n",
            go=b"PUB live %d\r\n%s\r\n" % (size, b"x" * size),
        )
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        try:
            with running([shutil.which("nats-server") or "", "-c", config], port=port, **quiet) as program:
                yield Served(program.pid, doors)
        finally:
            config.unlink(missing_ok=True)


# ---- what each needs --------------------------------------------------------------------------------------------


def _no_compiler() -> str:
    return "" if shutil.which("gcc") or shutil.which("cc") else "no C compiler"


@cache
def _no_node_peer(name: str) -> str:
    """Install the peers that come from npm, once; say why one is not there."""
    node = find_node()
    if node is None:
        return "no Node.js"
    wanted = (HERE / "package.json").read_text("utf-8")
    installed = NODE_PEERS / "installed.json"
    if not installed.is_file() or installed.read_text("utf-8") != wanted:
        NODE_PEERS.mkdir(parents=True, exist_ok=True)
        (NODE_PEERS / "package.json").write_text(wanted, "utf-8")
        quiet = ("--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund")
        done = subprocess.run(
            [*node.npm, "install", *quiet], cwd=NODE_PEERS, capture_output=True, text=True, check=False
        )
        if done.returncode:
            lines = [line for line in done.stderr.splitlines() if line.strip()]
            return f"npm could not install it ({lines[0][:60] if lines else done.returncode})"
        installed.write_text(wanted, "utf-8")
    if name == "bun":
        return "" if _bun() else "npm brought no Bun for this machine"
    return "" if (NODE_PEERS / "node_modules" / name).is_dir() else "npm did not bring it"


def _bun() -> Path | None:
    """Bun's own binary; its package would copy it into place with a script, which is not run."""
    found = sorted((NODE_PEERS / "node_modules" / "@oven").glob("bun-*/bin/bun"))
    for program in found:
        program.chmod(0o755)
        if subprocess.run([program, "--version"], capture_output=True, check=False).returncode == 0:
            return program
    return None


def _node(port: int, size: int, way: str) -> list[str | Path]:
    node = find_node()
    assert node is not None
    return [node.node, HERE / "ws.mjs", str(port), str(size), way]


def _loop(sndbuf: int) -> Callable[[int, int], list[str | Path]]:
    return lambda port, size: [compiled(HERE / "loop.c") or "", str(port), str(size), str(sndbuf)]


def _python(*program: str) -> list[str | Path]:
    return [sys.executable, "-m", *program]


C_LOOP = Contender("C, one write() each", _loop(KERNEL_BACKLOG), _no_compiler)
OURS = Contender(
    "Jiangsai: fan_out to SocketWire",
    lambda port, size: _python("bench.live.fanout", "--serve", str(port), "--size", str(size)),
    go=b"wire",
)
WS = Contender(
    "Node ws, send()",
    lambda port, size: _node(port, size, "send"),
    lambda: _no_node_peer("ws"),
    {"PEERS": str(NODE_PEERS)},
)
NATS = Nats(
    "NATS websocket gateway",
    lambda _, __: [],
    lambda: "" if shutil.which("nats-server") else "no nats-server; Debian has one",
)
BUN = Contender(
    "Bun (uWebSockets), publish()",
    lambda port, size: [_bun() or "", HERE / "bun.mjs", str(port), str(size)],
    lambda: _no_node_peer("bun"),
)
OTHERS = (
    Contender("C, the kernel's own buffers", _loop(0), _no_compiler),
    Contender(
        "Python, a loop of socket.send",
        lambda port, size: _python("bench.live.peers.loop", str(port), str(size), str(KERNEL_BACKLOG)),
    ),
    WS,
    WS._replace(
        name="Node ws, one encoded frame to each socket", command=lambda port, size: _node(port, size, "frame")
    ),
    NATS,
    BUN,
    Contender(
        "socketify (uWebSockets), publish()",
        lambda port, size: _python("bench.live.peers.uwebsockets", str(port), str(size)),
        lambda: "" if importlib.util.find_spec("socketify") else "socketify is not installed",
    ),
    Contender("the same server, ASGI's send() awaited", OURS.command),
)
