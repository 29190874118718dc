"""`jiangsai key`: what is printed is what people compare on paper."""

import asyncio

import pytest

from contest.cli import main
from contest.model.signing import in_groups
from contest.store.keys import make_key, read_key
from contest.store.open import open_store


@pytest.fixture
def path(tmp_path, sqlite_url, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setenv("JIANGSAI_SIGNING_KEY", str(tmp_path / "keys" / "signing.pem"))
    return tmp_path / "keys" / "signing.pem"


def test_the_fingerprint_is_shown_in_groups(path, capsys):
    assert main(["key", "show"]) == 1
    assert str(path) in capsys.readouterr().err
    assert main(["key", "make"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown == [in_groups(read_key(path).fingerprint), str(path)]
    assert main(["key", "show"]) == 0
    assert capsys.readouterr().out.splitlines() == shown
    assert main(["key", "make"]) == 1
    assert capsys.readouterr().out == ""
    assert in_groups(read_key(path).fingerprint) == shown[0]


def test_rotating_prints_the_new_one_and_who_vouches(path, capsys):
    old = make_key(path)
    assert main(["key", "rotate"]) == 0
    said = capsys.readouterr().out
    new = read_key(path)
    assert new.fingerprint != old.fingerprint
    assert old.fingerprint in said
    assert in_groups(new.fingerprint) in said


def test_without_a_key_there_is_nothing_to_rotate(path, capsys):
    assert main(["key", "rotate"]) == 1
    said = capsys.readouterr().err
    assert "找不到签名密钥文件" in said
    assert "is missing" in said
    assert not path.exists()


def test_serving_stops_at_once_with_a_key_that_others_may_read(path, sqlite_url, capsys):
    make_key(path)
    path.chmod(0o644)
    assert main(["serve", "--port", "0"]) == 1
    said = capsys.readouterr().err
    assert "权限 644 过宽" in said
    assert "chmod 600" in said
    asyncio.run(_nothing_is_held(sqlite_url))


async def _nothing_is_held(url: str) -> None:
    await (await open_store(url)).close()
