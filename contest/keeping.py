"""`jiangsai export-ledger`, `verify`, `backup` and `restore`: the ledger in other hands, and the database again.

Whatever is slow to load is loaded by the command that needs it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

from contest.errors import ContestError, SigningKeyLost


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

    backup = commands.add_parser("backup", help="copy the database while it is in use, and verify the copy")
    backup.add_argument("--to", metavar="FOLDER", required=True, help="on another disk; it must be there already")
    backup.add_argument("--every", metavar="MINUTES", type=_positive, help="again and again, until it is ended")
    backup.add_argument("--keep", metavar="N", type=_positive, help="remove all but the newest N copies")
    backup.set_defaults(run=_backup)

    restore = commands.add_parser("restore", help="put a copy in the place of the database")
    restore.add_argument("file", metavar="FILE")
    restore.add_argument("--replace", action="store_true", help="also of one that holds facts; it is kept aside")
    restore.add_argument("--older", action="store_true", help="although a newer copy lies beside it")
    restore.set_defaults(run=_restore)


def _export(chosen: argparse.Namespace) -> int:
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
            return await _put(
                out, bundle(store, ContestId(chosen.contest), key, words=chosen.words), private=chosen.words
            )
        finally:
            await store.close()

    try:
        size = asyncio.run(export())
    except OSError as failed:
        return _complain(f"{out} 无法写入：{failed.strerror}", f"{out} cannot be written: {failed.strerror}")
    sys.stdout.write(f"{out}  {size} 字节 bytes  密钥 key {key.fingerprint}\n")
    return 0


async def _put(path: Path, pieces: AsyncIterator[bytes], *, private: bool) -> int:
    """Write a file whole or not at all, and return its size; free texts are for its owner alone."""
    from contest.store.sqlite import make_private

    beside, size = path.with_name(f".{path.name}.{uuid4().hex}"), 0
    if private:
        await asyncio.to_thread(make_private, beside)
    file = await asyncio.to_thread(beside.open, "wb" if private else "xb")
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


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


STEPS = {
    "copying": "复制 copying",
    "migrating": "升级结构 bringing to the newest schema",
    "verifying": "核对 verifying every link and signature",
    "recording": "登记备份点 recording the checkpoint",
    "loading": "装入 loading",
}


class _Said:
    """Says how far it is, at each quarter of a step."""

    def __init__(self) -> None:
        self._last = ""

    def __call__(self, step: str, done: int, total: int) -> None:
        line = f"{STEPS[step]} … {f'{4 * done // total * 25} %' if total else ''}".rstrip()
        if line != self._last:
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
            self._last = line


def _backup(chosen: argparse.Namespace) -> int:
    while True:
        try:
            asyncio.run(_back_up(chosen))
        except ContestError as broken:
            if chosen.every is None:
                raise
            # The next one may succeed: a disk is put back, room is made.
            sys.stderr.write(f"{broken.sentence('zh')}\n{broken.sentence('en')}\n")
        if chosen.every is None:
            return 0
        time.sleep(chosen.every * 60)


async def _back_up(chosen: argparse.Namespace) -> None:
    from contest.settings import Settings
    from contest.store.backup import back_up, prune
    from contest.store.keys import read_key

    settings = Settings.from_environment()
    key = read_key(settings.key_file)
    if key is None:
        raise SigningKeyLost(path=str(settings.key_file), key="–")
    began = time.monotonic()
    folder = Path(chosen.to)
    copied = await back_up(settings.database_url, folder, settings.key_file, key, _Said())
    for contest, seq in copied.reaches.items():
        sys.stdout.write(f"{contest}  1–{seq}\n")
    _tell(
        f"备份完成并已核对，用时 {time.monotonic() - began:.1f} 秒：{copied.path}",
        "The copy is made and verified.",
        f"SHA-256 {copied.sha256}" if copied.sha256 else "",
    )
    if not copied.recorded:
        _tell("备份点将由运行中的服务登记。", "The running server takes its checkpoint in within seconds.")
    if copied.same_disk:
        _tell("注意：它与数据库在同一磁盘上。", "Take care: it lies on the disk of the database itself.")
    if chosen.keep is not None:
        gone = await asyncio.to_thread(prune, folder, chosen.keep)
        if gone:
            _tell(f"已删除 {len(gone)} 份旧备份。", f"{len(gone)} older copies were removed.")


def _restore(chosen: argparse.Namespace) -> int:
    from contest.settings import Settings
    from contest.store.keys import read_key
    from contest.store.restore import restore

    settings, began = Settings.from_environment(), time.monotonic()
    restored = asyncio.run(
        restore(settings.database_url, Path(chosen.file), replace=chosen.replace, older=chosen.older, say=_Said())
    )
    for contest, facts in restored.facts.items():
        sys.stdout.write(f"{contest}  1–{facts}\n")
    _tell(f"恢复完成并已核对，用时 {time.monotonic() - began:.1f} 秒。", "The copy is in place and verified.")
    if restored.aside:
        _tell(f"原来的数据库在 {restored.aside}", "The database that was there is kept under that name.")
    if read_key(settings.key_file) is None:
        _tell(
            f"缺签名密钥 {settings.key_file}：放回原文件；确已丢失则运行 jiangsai key make。",
            "The signing key is missing: put its file back, or make another if it is lost for good.",
        )
    _tell(
        "下一步：启动服务；让所有平板保持打开并联网，它们会自动补交备份之后的打分；"
        "待各平板都不再显示“未发送”，再锁定场次。",
        "Next: start the server. Keep every tablet on and connected: each sends again what the copy lacks. "
        "Lock no session while any of them says «unsent».",
    )
    return 0


def _tell(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines if line))


def _complain(zh: str, en: str) -> int:
    sys.stderr.write(f"{zh}\n{en}\n")
    return 2
