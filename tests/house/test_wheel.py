"""The wheel: it carries the pages, and runs the demo where there is neither Node nor a checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import httpx
import pytest

from contest.frontend import build_if_changed
from tests.house.conftest import ROOT
from tests.journeys.running import PATIENCE, ended, free_port
from tests.journeys.service import wait_until

UV = Path(sys.executable).with_name("uv")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    build_if_changed()
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, check=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def bare(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel and what it needs to run, and nothing else on the path."""
    folder = tmp_path_factory.mktemp("bare") / "env"
    subprocess.run([UV, "venv", "-q", "--python", sys.executable, folder], check=True)
    python = folder / "bin" / "python"
    install = [UV, "pip", "install", "-q", "--python", python]
    subprocess.run([*install, "--require-hashes", "-r", ROOT / "requirements" / "run.txt"], check=True)
    subprocess.run([*install, "--no-deps", wheel], check=True)
    return folder / "bin"


def test_the_wheel_carries_the_pages_and_the_documents_it_reads(wheel: Path):
    names = zipfile.ZipFile(wheel).namelist()
    for page in ("index", "judge", "board", "screen", "desk"):
        assert f"contest/web/{page}.html" in names
    assert "seed/schemes/bus.json" in names
    assert sum(name.startswith("seed/presets/") for name in names) >= 7
    assert not [name for name in names if name.startswith(("tests/", "frontend/"))]


@pytest.mark.xdist_group("demo")
def test_the_demo_runs_from_the_wheel_without_node(bare: Path, tmp_path: Path):
    port = free_port()
    environment = {
        "PATH": str(bare),
        "HOME": str(tmp_path),
        "PORT": str(port),
        "LANG": os.environ.get("LANG", "C.UTF-8"),
    }
    log = (tmp_path / "out").open("wb")
    process = subprocess.Popen([bare / "jiangsai", "demo"], cwd=tmp_path, env=environment, stdout=log, stderr=log)
    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE)
    try:
        wait_until(lambda: client.get("/health").is_success, process=process, log=tmp_path / "out")
        for page in ("/", "/judge", "/desk"):
            assert "<script" in client.get(page).text
        event = client.get("/api/public/contests").json()[0]["events"][0]["event"]
        before = client.get(f"/api/public/events/{event}/board").json()["rows"]
        wait_until(
            lambda: client.get(f"/api/public/events/{event}/board").json()["rows"] != before,
            process=process,
            log=tmp_path / "out",
        )
    finally:
        client.close()
        ended(process)
        log.close()
    assert (tmp_path / "var" / "jiangsai.db").is_file()
