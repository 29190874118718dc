"""Take the README's picture from the running product: `make screenshot` writes docs/board.png."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx
from playwright.sync_api import sync_playwright

from tests.journeys.running import CHROMIUM_FLAGS, ended, find_chromium, free_port
from tests.journeys.service import wait_until

ROOT = Path(__file__).resolve().parents[2]
RANKED = 6


def main() -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "log").open("wb") as log:
        environment = {**os.environ, "DATABASE_URL": f"sqlite:///{folder}/demo.db", "PORT": str(port)}
        command = [sys.executable, "-m", "contest.cli", "demo", "--pace", "0.5"]
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            ready = {"process": process, "log": Path(log.name), "seconds": 120}
            wait_until(lambda: httpx.get(f"{address}/health").is_success, **ready)
            event = httpx.get(f"{address}/api/public/contests").json()[0]["events"][0]["event"]
            board = f"{address}/api/public/events/{event}/board"
            wait_until(
                lambda: sum(row["rank"] is not None for row in httpx.get(board).json()["rows"]) >= RANKED, **ready
            )
            take(f"{address}/board?event={event}&lang=zh", ROOT / "docs" / "board.png")
        finally:
            ended(process)


def take(address: str, file: Path) -> None:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(address)
        page.wait_for_timeout(3000)
        page.screenshot(path=file)
        browser.close()


if __name__ == "__main__":
    main()
