"""A hall with a public: the whole application over a real socket, and a real Chromium in front of it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

from litestar import Litestar
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from contest.app import create_app
from contest.frontend import build_if_changed
from contest.model.mark import DESK
from contest.settings import Settings
from contest.store.open import Store, open_store
from contest.store.tables import EntryRow, EventRow, OrganisationRow
from tests.builders import FAULTS, PANEL, THEORY, Hall, hall
from tests.realtime.sockets import served

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}
WALL = {"width": 1920, "height": 1080}

PASSWORD = "a-long-password-of-nobody-1"


class Venue:
    """A served contest, and what happens in it."""

    def __init__(self, at: Hall, port: int, browser: Browser, app: Litestar) -> None:
        self.at = at
        self.app = app
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

    @asynccontextmanager
    async def page(self, path: str, size: dict[str, int], **options: Any) -> AsyncIterator[Page]:
        """Open a page in a browser of its own; anything the page complains of fails the test."""
        context: BrowserContext = await self.browser.new_context(
            viewport={"width": size["width"], "height": size["height"]},
            **({"locale": "zh-CN", "timezone_id": "Asia/Shanghai"} | options),
        )
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
        app = create_app(Settings(database_url=url, log_level="error"), store=store)
        async with served(app) as (_, port), async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"))
            try:
                yield Venue(at, port, browser, app)
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


async def wait_through(page: Page, text: str) -> None:
    """Let the page's clock run, as slowly as the network answers, until the page says this.

    One leap would let a page give up a connection that had no real time to be made.
    """
    said = page.get_by_text(text, exact=True)
    for _ in range(60):
        await page.clock.fast_forward(1_000)
        await asyncio.sleep(0.25)
        if await said.is_visible():
            return
    await expect(said).to_be_visible()


async def sideways(page: Page) -> int:
    """By how many pixels the page is wider than the glass."""
    wider: int = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return wider
