"""How the code reads: names, sizes, reasons for exceptions, and nothing that names a machine or a registry."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.conftest import ROOT, tracked

LONGEST = 400
ALONE = {"contest/ledger_verifier.py": 620}
"""What anybody runs without the rest of it must be one file."""
NOT_OUR_WORDS = re.compile(
    r"(?:^|_)(grade|user|data|info|item|manager|helper|utils?)(?:s?$|_)|^(process|handle)_", re.I
)
NAMED_BY_OTHERS = {"data_received", "handle_close", "handle_websocket_upgrade"}
"""Methods that uvicorn calls by these names."""
ENGINES = {("engine.py", "PostgresEngine"), ("engine.py", "SQLiteEngine")}
"""What may be taken of Piccolo's engines, and where: to refuse their transactions."""
THE_DRIVERS = {"restore.py": {"transaction"}}
"""Where asyncpg's own transaction is used, on a connection of its own."""
OURS = ("contest", "scoring", "realtime", "seed")


def python_files() -> list[Path]:
    return [path for path in tracked(".py") if path.relative_to(ROOT).parts[0] in OURS]


def defined(path: Path) -> Iterator[str]:
    yield path.stem
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        if named and node.name not in NAMED_BY_OTHERS:
            yield re.sub(r"(?<=[a-z])(?=[A-Z])", "_", node.name)


def test_nothing_is_named_with_a_word_that_says_nothing():
    found = [f"{path.relative_to(ROOT)}: {name}" for path in python_files() for name in defined(path)]
    assert len(found) > 100
    assert [name for name in found if NOT_OUR_WORDS.search(name.split(": ")[1])] == []


def test_files_stay_small_enough_to_read():
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked(".py", ".ts", ".svelte")
        if "/wire/" not in str(path)
        and (lines := len(path.read_text("utf-8").splitlines())) > ALONE.get(str(path.relative_to(ROOT)), LONGEST)
    }
    assert long == {}


def test_every_exception_to_a_rule_says_why():
    silent = []
    for path in python_files():
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if re.search(r"#\s*noqa(?!: [A-Z0-9, ]+ -- \S)", line) or re.search(
                r"#\s*type: ignore(?!\[[a-z-, ]+\]\s*#\s*\S)", line
            ):
                silent.append(f"{path.relative_to(ROOT)}:{number}")
    assert silent == []


def test_no_file_names_a_registry_or_a_machine():
    # Written in pieces, so that this file does not find itself.
    hosts = [
        "py" + "pi.org",
        "python" + "hosted.org",
        "npm" + "js.",
        "deb." + "debian.",
        "/wo" + "rk/",
        "/ro" + "ot/",
    ]
    found = []
    for path in tracked(""):
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {host}" for host in hosts if host in text]
    assert found == []


def test_locks_carry_hashes_and_no_addresses():
    for name in ("run", "demo", "dev", "uv"):
        lock = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
        pinned = re.findall(r"^[\w.\[\]-]+==\S+", lock, re.M)
        assert pinned
        assert "://" not in lock
        assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}", lock)) >= len(pinned)
    lock = (ROOT / "frontend" / "package-lock.json").read_text("utf-8")
    assert '"resolved"' not in lock
    assert '"integrity"' in lock


def test_whoever_opens_the_store_to_write_signs_with_the_key_in_the_file():
    calls, silent = 0, []
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "open_store":
                calls += 1
                given = {word.arg: word.value for word in node.keywords}
                follows = isinstance(given.get("readonly"), ast.Constant) and given["readonly"].value is True
                if not follows and "signing_key" not in given:
                    silent.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert calls >= 6
    assert silent == []


def test_nothing_uses_transactions_of_piccolo():
    """They lose rows when a COMMIT fails; the store has its own, and refuses these (contest/store/engine.py)."""
    theirs = {"transaction", "atomic", "batch", "savepoint", "get_connection", "get_new_connection"}
    found = []
    for path in [*python_files(), *(path for path in tracked(".py") if "bench" in path.parts)]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            refused = theirs - THE_DRIVERS.get(path.name, set())
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in refused:
                found.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.func.attr}")
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("piccolo.engine"):
                found += [
                    f"{path.relative_to(ROOT)}:{node.lineno} {name.name}"
                    for name in node.names
                    if (path.name, name.name) not in ENGINES
                ]
    assert found == []


def test_layers_hold(capfd):
    from importlinter.cli import lint_imports  # slow: builds the import graph

    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), cache_dir=None) == 0, capfd.readouterr().out
