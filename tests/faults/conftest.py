"""An installation of several nodes that the tests of outages share: it is started once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from deploy import local


@pytest.fixture(scope="session")
def cluster() -> Iterator[local.Cluster]:
    """PostgreSQL, Redis, nginx, two nodes that write and two that show; whoever breaks a part mends it."""
    # Not below pytest's own folder: that is closed to the account of the database whenever another run begins.
    with TemporaryDirectory(prefix="jiangsai-") as folder, local.running(Path(folder).resolve()) as running:
        yield running
