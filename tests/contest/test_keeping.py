"""The commands that put the ledger into other hands and the database back: as an operator types them."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from contest import cli
from contest.store.checkpoints import backed_up
from contest.store.open import open_store
from tests.builders import hall


@pytest.fixture
def installation(tmp_path: Path, sqlite_url: str, monkeypatch) -> Path:
    """A small installation with one contest, and a folder for copies."""
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setenv("JIANGSAI_SIGNING_KEY", str(tmp_path / "keys" / "signing.pem"))
    asyncio.run(marked(sqlite_url, tmp_path / "keys" / "signing.pem"))
    (tmp_path / "copies").mkdir()
    return tmp_path


async def marked(url: str, key_file: Path) -> None:
    store = await open_store(url, signing_key=key_file)
    at = await hall(store)
    await at.stored(at.mark(8000), at.mark(8100, seat=1))
    await store.close()


def said(capfd) -> str:
    out, err = capfd.readouterr()
    return out + err


def test_a_ledger_is_exported_and_verified(installation, capfd):
    out = installation / "ledger.jsonl"
    assert cli.main(["export-ledger", "c1", "--out", str(out)]) == 0
    fingerprint = said(capfd).split()[-1]
    assert cli.main(["verify", str(out), "--trust", fingerprint]) == 0
    assert "完整 unbroken" in said(capfd)
    assert cli.main(["verify", str(out), "--trust", "0" * 32, "--every-signature"]) == 1
    assert "NOT SOUND" in said(capfd)
    assert cli.main(["verify", str(out), str(out), "--against", str(out)]) == 0
    # What is there is replaced only when asked.
    assert cli.main(["export-ledger", "c1", "--out", str(out)]) == 2
    assert "--force" in said(capfd)
    assert cli.main(["export-ledger", "c1", "--out", str(out), "--force", "--words"]) == 0
    assert cli.main(["export-ledger", "nowhere", "--out", str(installation / "x")]) == 1
    assert cli.main(["export-ledger", "c1", "--out", str(installation / "no" / "x")]) == 2
    assert sorted(path.name for path in installation.glob("*.jsonl")) == ["ledger.jsonl"]
    assert not list(installation.glob(".*"))


def test_the_database_is_verified_without_a_file(installation, sqlite_url, capfd):
    assert cli.main(["verify"]) == 0
    assert said(capfd) == "c1  8 facts  unbroken 完整\n"
    assert cli.main(["verify", "--trust", "0" * 32]) == 2
    connection = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))
    connection.execute("UPDATE mark SET value = 1")
    connection.commit()
    connection.close()
    said(capfd)
    assert cli.main(["verify"]) == 1
    assert "differs from the ledger 与账本不符" in said(capfd)


def test_a_copy_is_made_and_put_back_and_each_step_is_said_in_both_languages(installation, sqlite_url, capfd):
    copies = installation / "copies"
    assert cli.main(["backup", "--to", str(copies), "--keep", "1"]) == 0
    words = said(capfd)
    assert "复制 copying … 100 %" in words
    assert "核对 verifying" in words
    assert "c1  1–8" in words
    assert "备份完成并已核对" in words
    assert "The copy is made and verified." in words
    (copy,) = copies.iterdir()

    async def covered() -> int:
        store = await open_store(sqlite_url, readonly=True)
        try:
            return await backed_up(store, "c1")
        finally:
            await store.close()

    assert asyncio.run(covered()) == 8
    assert cli.main(["restore", str(copy)]) == 1
    words = said(capfd)
    assert "要用备份代替它请加 --replace" in words
    assert "--replace puts the copy in its place" in words
    assert cli.main(["restore", str(copy), "--replace"]) == 0
    words = said(capfd)
    assert "恢复完成并已核对" in words
    assert "Keep every tablet on and connected" in words
    assert "aside-" in words
    assert cli.main(["verify"]) == 0


def test_a_missing_key_is_said_before_anything_is_done(installation, capfd):
    (installation / "keys" / "signing.pem").unlink()
    assert cli.main(["backup", "--to", str(installation / "copies")]) == 1
    assert cli.main(["export-ledger", "c1", "--out", str(installation / "x")]) == 1
    assert "签名密钥" in said(capfd)
    assert list((installation / "copies").iterdir()) == []


def test_what_goes_wrong_has_a_name_and_no_trace(installation, capfd):
    for arguments in (
        ["backup", "--to", str(installation / "nowhere")],
        ["restore", str(installation / "nowhere")],
        ["restore", str(installation / "keys" / "signing.pem")],
    ):
        assert cli.main(arguments) == 1
        words = said(capfd)
        assert "Traceback" not in words
        assert len(words.splitlines()) == 2
    with pytest.raises(SystemExit):
        cli.main(["backup", "--to", "x", "--every", "0"])


def test_copies_are_made_again_and_again_whatever_happens_in_between(installation):
    copies = installation / "copies"
    child = subprocess.Popen(
        [sys.executable, "-c", EVERY, str(copies)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    heard = []
    assert child.stdout is not None
    try:
        for line in child.stdout:
            heard.append(line)
            made = sum("The copy is made" in one for one in heard)
            if made == 1 and copies.exists():
                copies.rename(installation / "away")
            if any("no copy can be made" in one.lower() for one in heard) and not copies.exists():
                (installation / "away").rename(copies)
            if made == 3 and "removed" in line:
                break
    finally:
        child.terminate()
        child.communicate()
    assert sum("The copy is made" in one for one in heard) == 3, heard
    assert len(list(copies.glob("*.db"))) == 2


EVERY = """
import sys, time
from contest import cli, keeping
rest = time.sleep
keeping.time.sleep = lambda seconds: rest(0.2 if seconds == 60 else seconds)
cli.main(["backup", "--to", sys.argv[1], "--every", "1", "--keep", "2"])
"""
