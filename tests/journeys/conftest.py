"""A service, a browser and an official for the journeys.

Playwright is started anew for each test: while its synchronous interface is open, no asynchronous test can run in
the same process.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect as expect_awaited
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright
from playwright.sync_api import expect as expect_at_once

from contest.frontend import build_if_changed
from tests.journeys.running import (
    CHROMIUM_FLAGS,
    LONG,
    PATIENCE,
    Official,
    OwnBrowser,
    Service,
    find_chromium,
)

for _expect in (expect_at_once, expect_awaited):
    _expect.set_options(timeout=1000 * PATIENCE)

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Chromium; without one these tests cannot say anything, and CI must not go on."""
    found = find_chromium()
    if found is None:
        message = "no Chromium on this machine: sh tests/browser.sh"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return found


@pytest.fixture(scope="session")
def built_pages() -> None:
    """The pages as they are in the tree now."""
    build_if_changed()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, built_pages: None) -> Iterator[Service]:
    """A running service with one administrator; the tests of a module share it, each with a contest of its own."""
    with Service(tmp_path_factory.mktemp("service")).started() as running:
        yield running


@pytest.fixture
def admin(service: Service) -> Iterator[Official]:
    """The administrator at the desk."""
    official = service.official()
    yield official
    official.close()


@pytest.fixture
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture
def browser(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    launched = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS), timeout=1000 * LONG)
    yield launched
    launched.close()


class Watched:
    """What pages complained about that must never happen: broken code, and what the content policy forbids."""

    def __init__(self) -> None:
        self.complaints: list[str] = []

    def page(self, page: Page) -> Page:
        page.on("pageerror", lambda problem: self.complaints.append(str(problem)))
        page.on("console", lambda message: self._console(message.text))
        return page

    def _console(self, text: str) -> None:
        if "Content Security Policy" in text or "Content-Security-Policy" in text:
            self.complaints.append(text)


@pytest.fixture
def watched() -> Iterator[Watched]:
    watching = Watched()
    yield watching
    assert watching.complaints == []


@pytest.fixture
def open_page(browser: Browser, watched: Watched) -> Iterator[OpenPage]:
    """Open a page in a context of its own: a tablet held upright and in Chinese unless something else is asked."""
    contexts: list[BrowserContext] = []

    def opened(
        address: str, *, width: int = 800, height: int = 1280, language: str = "zh-CN", **more: Any
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale=language, has_touch=True, **more
        )
        context.set_default_timeout(1000 * PATIENCE)
        contexts.append(context)
        page = watched.page(context.new_page())
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def own_browser(chromium: str, tmp_path: Path) -> Iterator[Callable[[], OwnBrowser]]:
    """Start a Chromium whose profile outlives it; every start takes up the same profile."""
    started: list[OwnBrowser] = []

    def start() -> OwnBrowser:
        started.append(OwnBrowser(chromium, tmp_path / "profile"))
        return started[-1]

    yield start
    for one in started:
        one.kill()
