"""The whole check of a database, in a process of its own: `python -m contest.store.full_check`.

Reads the database's URL from standard input and writes what `verify_all` finds, as JSON.
"""

from __future__ import annotations

import asyncio
import os
import sys

import msgspec

from contest.errors import ContestError
from contest.store.verify import verify_all


def main() -> int:
    """Check everything, behind whoever answers seats."""
    if hasattr(os, "nice"):
        os.nice(10)
    url = sys.stdin.buffer.read().decode()
    try:
        found = asyncio.run(verify_all(url))
    except ContestError as broken:
        found = [("", 0, f"{broken.sentence('zh')} {broken.sentence('en')}")]
    sys.stdout.buffer.write(msgspec.json.encode(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
