"""The house tests read the repository itself."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def tracked(*endings: str) -> list[Path]:
    """Files that git tracks, or every file of our folders where there is no git (an unpacked archive)."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
        ).stdout.split("\0")
        paths = [ROOT / name for name in listed if name]
    except (OSError, subprocess.CalledProcessError):
        folders = ("contest", "scoring", "realtime", "seed", "tests", "frontend/src", "docs", "bench")
        paths = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    return [path for path in paths if path.is_file() and path.name.endswith(endings)]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT
