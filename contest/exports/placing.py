"""Put a file where it is wanted, whole or not at all: written beside, then renamed."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def place(path: Path, content: bytes, *, replace: bool) -> None:
    """Write a file so that nobody ever sees half of it.

    Raises FileExistsError where one is there that is not to be replaced, OSError when nothing can be written.
    """
    if path.exists() and not path.is_file():
        path.write_bytes(content)  # a device or a pipe: there is nothing to rename onto
        return
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            beside.replace(path)
        else:
            _link(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def _link(beside: Path, path: Path) -> None:
    try:
        path.hardlink_to(beside)  # fails where a file has appeared meanwhile
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if path.exists():
            raise FileExistsError(path) from None
        beside.rename(path)
