"""The pages: cached as long as they may be, nothing outside the build, and words when there is none."""

import gzip
from pathlib import Path

import pytest

from contest.http import pages
from contest.store.open import Store
from tests.contest.http import world
from tests.contest.http.world import Asking

SCRIPT = b"export const answer = 42;\n" * 100


@pytest.fixture
def store_url(sqlite_url: str) -> str:
    """One engine is enough here: nothing of this depends on it."""
    return sqlite_url


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "frontend" / "dist"
    (root / "assets").mkdir(parents=True)
    for face in pages.FACES.values():
        (root / f"{face}.html").write_text(f"<!doctype html><title>{face}</title>", "utf-8")
    (root / "assets" / "judge-abc123.js").write_bytes(SCRIPT)
    (root / "sw.js").write_text("// the service worker", "utf-8")
    (root / "judge.webmanifest").write_text("{}", "utf-8")
    (root / ".stamp").write_text("hidden", "utf-8")
    (tmp_path / "secret.txt").write_text("outside", "utf-8")
    (root / "assets" / "way-out.txt").symlink_to(tmp_path / "secret.txt")
    monkeypatch.setattr(pages, "_ROOT", tmp_path / "contest")
    return root


@pytest.mark.parametrize(
    ("path", "face"),
    [("/", "index"), ("/judge", "judge"), ("/board", "board"), ("/screen", "screen"), ("/desk", "desk")],
)
async def test_every_face_has_its_address(ask: Asking, build: Path, path: str, face: str):
    answer = await ask().get(path)
    assert (answer.status_code, face in answer.text) == (200, True)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"


async def test_a_page_that_did_not_change_is_not_sent_again(ask: Asking, build: Path):
    first = await ask().get("/judge")
    again = await ask().get("/judge", headers={"if-none-match": f'W/{first.headers["etag"]}, "another"'})
    assert (again.status_code, again.content) == (304, b"")
    (build / "judge.html").write_text("<!doctype html><title>another judge</title>", "utf-8")
    changed = await ask().get("/judge", headers={"if-none-match": first.headers["etag"]})
    assert changed.status_code == 200


async def test_assets_are_kept_for_ever_and_packed(ask: Asking, build: Path):
    packed = await ask().get("/app/assets/judge-abc123.js")
    assert packed.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["content-type"].startswith("text/javascript")
    assert packed.content == SCRIPT
    assert len(gzip.compress(SCRIPT)) + 100 > int(packed.headers["content-length"])
    plain = await ask().get("/app/assets/judge-abc123.js", headers={"accept-encoding": "identity"})
    assert (plain.content, plain.headers["vary"]) == (SCRIPT, "Accept-Encoding")
    assert "content-encoding" not in plain.headers


async def test_the_service_worker_and_the_manifest_are_asked_for_each_time(ask: Asking, build: Path):
    worker = await ask().get("/sw.js")
    assert worker.headers["service-worker-allowed"] == "/"
    assert worker.headers["content-type"].startswith("text/javascript")
    manifest = await ask().get("/app/judge.webmanifest")
    assert manifest.headers["content-type"] == "application/manifest+json"
    assert {worker.headers["cache-control"], manifest.headers["cache-control"]} == {"no-cache"}


@pytest.mark.parametrize(
    "path",
    [
        "/app/../secret.txt",
        "/app/%2e%2e/%2e%2e/secret.txt",
        "/app/..%2f..%2fsecret.txt",
        "/app/..\\..\\secret.txt",
        "/app//etc/passwd",
        "/app/%2fetc/passwd",
        "/app/.stamp",
        "/app/assets/way-out.txt",
        "/app/assets",
        "/app/nothing.js",
    ],
)
async def test_nothing_outside_the_build_and_nothing_hidden_is_sent(ask: Asking, build: Path, path: str):
    answer = await ask().get(path)
    assert answer.status_code == 404
    assert "outside" not in answer.text


async def test_without_a_build_the_page_says_what_to_run_and_the_service_works(
    planted: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pages, "_ROOT", tmp_path / "contest")
    async with world.asking(world.make_app(planted)) as ask:
        page = await ask().get("/")
        assert page.status_code == 503
        assert "请运行 <code>jiangsai build</code>" in page.text
        assert "Run <code>jiangsai build</code>" in page.text
        assert (await ask().get("/sw.js")).status_code == 404
        assert (await ask().get("/health")).status_code == 200
