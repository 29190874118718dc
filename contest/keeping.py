"""`jiangsai export-ledger`, `verify`, `backup` and `restore`: the ledger in other hands, and the database again.

Whatever is slow to load is loaded by the command that needs it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Say what may be asked for."""
    export = commands.add_parser("export-ledger", help="write a contest's ledger as a file that anybody can check")
    export.add_argument("contest", metavar="CONTEST", help="the contest's id, as `jiangsai verify` prints it")
    export.add_argument("--out", metavar="FILE", required=True)
    export.add_argument("--words", action="store_true", help="with the free texts that stand beside the chain")
    export.add_argument("--force", action="store_true", help="replace a file that is there")
    export.set_defaults(run=_export)

    verify = commands.add_parser("verify", help="check exported ledgers, or without files the whole database")
    verify.add_argument("files", metavar="FILE", nargs="*", help="ledgers as `export-ledger` writes them")
    verify.add_argument("--trust", metavar="FINGERPRINT", action="append", default=[])
    verify.add_argument("--receipts", metavar="FILE", help="receipts of tablets, as JSON")
    verify.add_argument("--against", metavar="OLDER_BUNDLE", help="a ledger of the same contest, exported earlier")
    verify.add_argument("--every-signature", action="store_true", help="however many there are")
    verify.set_defaults(run=_verify)


def _export(chosen: argparse.Namespace) -> int:
    from contest.errors import SigningKeyLost
    from contest.settings import Settings
    from contest.store.keys import read_key

    settings = Settings.from_environment()
    key = read_key(settings.key_file)
    if key is None:
        raise SigningKeyLost(path=str(settings.key_file), key="–")
    out = Path(chosen.out)
    if out.exists() and not chosen.force:
        return _complain(f"{out} 已存在；要覆盖请加 --force。", f"{out} exists; --force replaces it.")

    async def export() -> int:
        from contest.model.ids import ContestId
        from contest.store.bundle import bundle
        from contest.store.open import open_store

        store = await open_store(settings.database_url, readonly=True)
        try:
            return await _put(out, bundle(store, ContestId(chosen.contest), key, words=chosen.words))
        finally:
            await store.close()

    try:
        size = asyncio.run(export())
    except OSError as failed:
        return _complain(f"{out} 无法写入：{failed.strerror}", f"{out} cannot be written: {failed.strerror}")
    sys.stdout.write(f"{out}  {size} 字节 bytes  密钥 key {key.fingerprint}\n")
    return 0


async def _put(path: Path, pieces: AsyncIterator[bytes]) -> int:
    """Write a file whole or not at all, and return its size."""
    beside, size = path.with_name(f".{path.name}.{uuid4().hex}"), 0
    file = await asyncio.to_thread(beside.open, "xb")
    try:
        with file:
            async for piece in pieces:
                size += await asyncio.to_thread(file.write, piece)
            file.flush()
            await asyncio.to_thread(os.fsync, file.fileno())
        await asyncio.to_thread(beside.replace, path)
    except BaseException:
        await asyncio.to_thread(beside.unlink, missing_ok=True)
        raise
    return size


def _verify(chosen: argparse.Namespace) -> int:
    if chosen.files:
        return max(_verified(chosen, file) for file in chosen.files)
    if chosen.receipts or chosen.against or chosen.trust:
        return _complain("--receipts、--against、--trust 用于核对文件。", "Name a FILE to compare with.")
    from contest.settings import Settings
    from contest.store.verify import verify_all

    broken = 0
    for contest, facts, problem in asyncio.run(verify_all(Settings.from_environment().database_url)):
        broken += bool(problem)
        sys.stdout.write(f"{contest or '-'}  {facts} facts  {problem or 'unbroken 完整'}\n")
    return 1 if broken else 0


def _verified(chosen: argparse.Namespace, file: str) -> int:
    from contest.ledger_verifier import main

    arguments = [file, *(part for fingerprint in chosen.trust for part in ("--trust", fingerprint))]
    for option, value in (("--receipts", chosen.receipts), ("--against", chosen.against)):
        arguments += [option, value] if value else []
    return main([*arguments, *(["--every-signature"] if chosen.every_signature else [])])


def _complain(zh: str, en: str) -> int:
    sys.stderr.write(f"{zh}\n{en}\n")
    return 2
