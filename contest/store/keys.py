"""The signing key of this machine: a file outside the database, and its public half inside.

Whoever can change the database must not be able to sign for it; so the private half is never stored there.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from contest.errors import SigningKeyUnusable
from contest.model.signing import PublicKey, SigningKey
from contest.store.clock import now
from contest.store.tables import SigningKeyRow
from contest.store.work import Insert, Row, Work

PRIVATE = 0o600


def read_key(path: Path) -> SigningKey | None:
    """Read a key file, or None when there is none; SigningKeyUnusable when it cannot be relied upon."""
    try:
        mode = path.stat().st_mode
        if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
            raise _unusable(path, f"权限 {stat.S_IMODE(mode):o} 过宽，应为 600", "others may read it; chmod 600")
        return SigningKey.read(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as problem:
        said = problem.strerror or type(problem).__name__
        raise _unusable(path, f"无法读取（{said}）", f"it cannot be read ({said})") from problem
    except ValueError as problem:
        raise _unusable(path, "内容不是 Ed25519 私钥", str(problem)) from problem


def make_key(path: Path) -> SigningKey:
    """Make a key file that only its owner reads; the one that is there already when somebody was faster."""
    made = SigningKey.make()
    beside = path.with_name(f".{path.name}.{made.fingerprint}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_private(beside, made.pem)
        try:
            # A link appears whole or not at all, and never in the place of another.
            os.link(beside, path)
        except FileExistsError:
            pass
        finally:
            beside.unlink()
        _sync(path.parent)
    except OSError as problem:
        said = problem.strerror or type(problem).__name__
        raise _unusable(path, f"无法建立（{said}）", f"it cannot be made ({said})") from problem
    found = read_key(path)
    assert found is not None
    return found


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner reads, durably; FileExistsError when it is there."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def introduce(key: PublicKey, *, kept: bool) -> Work[None]:
    """Put the public half of a key on record, if it is not there."""
    yield Insert(SigningKeyRow, [key_row(key, kept=kept)], unless_there=True)


def key_row(key: PublicKey, *, kept: bool) -> Row:
    """A public key as it is stored."""
    return {
        "id": key.fingerprint,
        "public": key.public,
        "made_at": key.made_at,
        "vouched_by": key.vouched_by,
        "voucher": key.voucher,
        "kept": kept,
    }


def key_of(row: Row) -> PublicKey:
    """A public key as it was stored."""
    return PublicKey(
        fingerprint=row["id"],
        public=row["public"],
        made_at=row["made_at"],
        vouched_by=row["vouched_by"],
        voucher=row["voucher"],
    )


def successor_of(path: Path, old: SigningKey) -> PublicKey:
    """Make the key that shall follow the one in the file, and let the old one vouch for it.

    It lies beside the file until `take_over`; a rotation that was broken off goes on with the same key.
    """
    beside = _next(path)
    return old.vouch(read_key(beside) or make_key(beside), now())


def take_over(path: Path) -> None:
    """Let the successor take the place of the key in the file; the old private half is gone with this."""
    _next(path).replace(path)
    _sync(path.parent)


def _next(path: Path) -> Path:
    return path.with_name(f"{path.name}.next")


def _sync(folder: Path) -> None:
    """Make the names in a folder durable, where the system can."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _unusable(path: Path, problem_zh: str, problem: str) -> SigningKeyUnusable:
    return SigningKeyUnusable(path=str(path), problem=f"{problem_zh} {problem}")
