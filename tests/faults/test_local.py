"""The installation on one machine that a person starts: it says where it is, and ends with all it started."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from deploy.parts import _started_by
from tests.journeys.running import LONG, PATIENCE, until

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("province")]


def _alive(processes: list[int]) -> list[int]:
    return [one for one in processes if _state(one) not in "ZX"]


def _state(process: int) -> str:
    try:
        return Path(f"/proc/{process}/stat").read_text("utf-8", errors="replace").rpartition(")")[2].split()[0]
    except OSError:
        return "X"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_it_says_where_it_is_and_ends_with_all_it_started(tmp_path, how):
    out = tmp_path / "said"
    with out.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.local"], stdout=said, stderr=said, cwd=Path(__file__).parents[2]
        )
    try:
        until(lambda: "Ctrl-C" in out.read_text("utf-8") or process.poll() is not None, LONG)
        text = out.read_text("utf-8")
        (address, login, password) = re.findall(r"(http://\S+)/desk +(\S+) / (\S+)", text)[0]
        signed_in = httpx.post(
            f"{address}/api/sign-in", json={"login": login, "password": password}, timeout=PATIENCE
        )
        assert signed_in.is_success
        assert httpx.get(f"{address}/metrics", timeout=PATIENCE).status_code == 404
        started = _started_by(process.pid)
        assert len(started) > 7
    finally:
        os.kill(process.pid, how)
        code = process.wait(PATIENCE)
    until(lambda: not _alive(started), what="all of it ends")
    assert code == (-signal.SIGKILL if how is signal.SIGKILL else 0)
