"""`jiangsai key`: the key that signs every commit, shown, made and replaced."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contest.model.signing import PublicKey


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Say what may be asked for."""
    key = commands.add_parser("key", help="the key that signs every commit")
    verbs = key.add_subparsers(required=True, metavar="verb")
    for name, run, sentence in (
        ("show", _show, "print its fingerprint in groups, to be compared on paper"),
        ("make", _make, "make a key file where there is none: the first, or in place of one that was lost"),
        ("rotate", _rotate, "put a new key in its place, for which the old one vouches"),
    ):
        verb = verbs.add_parser(name, help=sentence)
        verb.set_defaults(run=run)


def _show(_: argparse.Namespace) -> int:
    from contest.settings import Settings
    from contest.store.keys import read_key

    path = Settings.from_environment().key_file
    key = read_key(path)
    if key is None:
        sys.stderr.write(f"还没有签名密钥 There is no signing key yet: {path}\n")
        return 1
    _print(path, key.fingerprint)
    return 0


def _make(_: argparse.Namespace) -> int:
    from contest.settings import Settings
    from contest.store.keys import make_key, read_key

    path = Settings.from_environment().key_file
    if read_key(path) is not None:
        sys.stderr.write(f"密钥文件已存在，未作改动 The key file is there; nothing was changed: {path}\n")
        return 1
    _print(path, make_key(path).fingerprint)
    return 0


def _rotate(_: argparse.Namespace) -> int:
    from contest.settings import Settings

    settings = Settings.from_environment()
    made = asyncio.run(rotate(settings.database_url, settings.key_file))
    sys.stdout.write(f"由 {made.vouched_by} 担保 vouched for by the key before it\n")
    _print(settings.key_file, made.fingerprint)
    return 0


async def rotate(url: str, path: Path) -> PublicKey:
    """Replace the key in a file: the old one vouches for the new one, on record, before it is gone.

    StoreInUse while a server writes to the same SQLite file. What is broken off anywhere goes on with the same
    new key when it is asked for again.
    """
    from contest.errors import SigningKeyLost
    from contest.store.keys import introduce, read_key, successor_of, take_over
    from contest.store.open import open_store

    old = await asyncio.to_thread(read_key, path)
    if old is None:
        raise SigningKeyLost(path=str(path), key="–")
    store = await open_store(url, signing_key=path)
    try:
        made = await asyncio.to_thread(successor_of, path, old)
        await store.writer.transact(lambda: introduce(made, kept=True))
        await asyncio.to_thread(take_over, path)
    finally:
        await store.close()
    return made


def _print(path: Path, fingerprint: str) -> None:
    from contest.model.signing import in_groups

    sys.stdout.write(f"{in_groups(fingerprint)}\n{path}\n")
