"""A hall with a public: the whole application over a real socket, and a real Chromium in front of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import pytest
from litestar import Litestar
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

import contest.app
from contest.frontend import build_if_changed
from contest.model.mark import DESK
from contest.settings import Settings
from contest.store.open import Store, open_store
from contest.store.tables import EntryRow, EventRow, OrganisationRow
from realtime.routes import Live
from tests.builders import FAULTS, PANEL, THEORY, Hall, hall
from tests.journeys.running import CHROMIUM_FLAGS, LONG, PATIENCE, find_chromium
from tests.realtime.house import shown_on_boards
from tests.realtime.sockets import served

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}
WALL = {"width": 1920, "height": 1080}

PASSWORD = "a-long-password-of-nobody-1"


class Venue:
    """A served contest, and what happens in it."""

    def __init__(self, at: Hall, port: int, browser: Browser, live: Live) -> None:
        self.at = at
        self.live = live
        self.browser = browser
        self.address = f"http://localhost:{port}"
        self._numbers = count(1)

    async def mark(self, entry: int, panel: int, *, theory: int = 60) -> None:
        """Mark an entry whole: by the judge and by the theory paper."""
        await self.judge(entry, panel)
        await self.theory(entry, theory)

    async def judge(self, entry: int, panel: int) -> None:
        """Enter what the judge marks: the points, and that nothing is deducted."""
        at = self.at
        await at.stored(at.mark(panel * 1000, entry=entry, aspect=PANEL), at.mark(0, entry=entry, aspect=FAULTS))

    async def theory(self, entry: int, points: int) -> None:
        """Import a theory mark at the desk."""
        at, desk = self.at, f"{DESK}theory"
        await at.stored(
            at.mark(points * 1000, entry=entry, aspect=THEORY, device=desk, number=next(self._numbers))
        )

    async def stands_still(self, page: Page) -> None:
        """Return when a page shows all that has happened until now, and may show what it must not."""
        await shown_on_boards(self.live, self.at.event)
        await page.wait_for_timeout(1000)  # what is on its way by now arrives, and a wave of rows comes to rest

    @asynccontextmanager
    async def page(self, path: str, size: dict[str, int], **options: Any) -> AsyncIterator[Page]:
        """Open a page in a browser of its own; anything the page complains of fails the test."""
        context: BrowserContext = await self.browser.new_context(
            viewport={"width": size["width"], "height": size["height"]},
            **({"locale": "zh-CN", "timezone_id": "Asia/Shanghai"} | options),
        )
        context.set_default_timeout(1000 * PATIENCE)
        page = await context.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        page.on("console", lambda said: _refused(said.text, faults))
        try:
            await page.goto(f"{self.address}{path}")
            yield page
        finally:
            await context.close()
        assert faults == []

    def board(self, more: str = "") -> str:
        """The path of the event's board."""
        return f"/board?event={self.at.event}{more}"

    def screen(self, more: str = "") -> str:
        """The path of the event's screen."""
        return f"/screen?event={self.at.event}{more}"


def _refused(said: str, faults: list[str]) -> None:
    if "Content Security Policy" in said:
        faults.append(said)


def _assembled(settings: Settings, store: Store) -> tuple[Litestar, Live]:
    """The application, and the live part inside it."""
    made: list[Live] = []
    with pytest.MonkeyPatch.context() as patch:
        create = contest.app.create_live

        def kept(*given: Any, **more: Any) -> Live:
            made.append(create(*given, **more))
            return made[-1]

        patch.setattr(contest.app, "create_live", kept)
        app = contest.app.create_app(settings, store=store)
    return app, made[0]


@asynccontextmanager
async def venue(
    url: str, *, entries: int = 4, blind: bool = False, names: str = "选手{n}"
) -> AsyncIterator[Venue]:
    """Serve a contest with one judge, and start a browser."""
    build_if_changed()
    store: Store = await open_store(url)
    try:
        at = await hall(store, judges=1, entries=entries)
        await store.apply(
            OrganisationRow.insert(OrganisationRow(id="works", name="红星机械厂", kind="enterprise")),
            EventRow.update({EventRow.blind: blind}).where(EventRow.id == at.event),
            *(
                EntryRow.update(
                    {EntryRow.name: names.format(n=n), EntryRow.bib: f"A{n:03d}", EntryRow.organisation: "works"}
                ).where(EntryRow.id == entry)
                for n, entry in enumerate(at.entries, start=1)
            ),
        )
        app, live = _assembled(Settings(database_url=url, log_level="error"), store)
        async with served(app) as (_, port), async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=find_chromium(), args=list(CHROMIUM_FLAGS), timeout=1000 * LONG
            )
            try:
                yield Venue(at, port, browser, live)
            finally:
                await browser.close()
    finally:
        await store.close()


async def shown(page: Page) -> list[str]:
    """The names on the moving board from top to bottom, as they stand on the glass."""
    rows: list[str] = await page.evaluate(
        """() => [...document.querySelectorAll('[data-entry]')]
            .map((row) => [row.getBoundingClientRect().top, row.querySelector('.name').textContent])
            .sort((left, right) => left[0] - right[0])
            .map(([, name]) => name)"""
    )
    return rows


async def sideways(page: Page) -> int:
    """By how many pixels the page is wider than the glass."""
    wider: int = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return wider
