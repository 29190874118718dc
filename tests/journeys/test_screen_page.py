"""The wall of a hall: whole pages, the podium always in sight, keys for the operator, and it mends itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from contest.model.gate import Line
from tests.journeys.spectators import WALL, sideways, venue

pytestmark = pytest.mark.browser

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


async def on_the_wall(page: Page) -> list[str]:
    names: list[str] = await page.evaluate(
        """() => [...document.querySelectorAll('ol li .name')]
            .map((name) => [name.getBoundingClientRect().top, name.textContent])
            .sort((left, right) => left[0] - right[0]).map(([, name]) => name)"""
    )
    return names


async def test_pages_turn_by_clock_and_keys_with_the_podium_on_each(sqlite_url: str):
    async with venue(sqlite_url, entries=20) as at, at.page("/", WALL) as page:
        # Nobody is ranked before everybody is marked; then the first three are a podium.
        for entry in range(20):
            await at.mark(entry, 9, theory=90 - entry)
        # Time stands still but for what the test lets pass, or a slow page would turn by itself.
        await page.clock.install(time=NOON)
        await page.clock.pause_at(NOON + timedelta(hours=1))
        await page.goto(f"{at.address}{at.screen()}")
        await expect(page.get_by_text("第 1/2 页")).to_be_visible()
        first = await on_the_wall(page)
        assert first[:3] == ["选手1", "选手2", "选手3"]
        await page.clock.run_for(12_500)
        await expect(page.get_by_text("第 2/2 页")).to_be_visible()
        second = await on_the_wall(page)
        assert second[:3] == first[:3]
        assert sorted([*first, *second[3:]]) == sorted(f"选手{n}" for n in range(1, 21))
        await page.keyboard.press("Space")
        await expect(page.get_by_text("已暂停翻页")).to_be_visible()
        await page.clock.run_for(30_000)
        await expect(page.get_by_text("第 2/2 页")).to_be_visible()
        await page.keyboard.press("ArrowRight")
        await expect(page.get_by_text("第 1/2 页")).to_be_visible()


async def test_names_are_large_and_no_row_is_cut(sqlite_url: str):
    async with venue(sqlite_url, entries=30) as at, at.page(at.screen(), WALL) as page:
        await expect(page.locator("ol li .name").first).to_be_visible()
        sizes = await page.evaluate(
            """() => [...document.querySelectorAll('ol li .name')]
                .map((name) => parseFloat(getComputedStyle(name).fontSize))"""
        )
        lowest = await page.evaluate(
            """() => Math.max(...[...document.querySelectorAll('ol li')]
                .map((row) => row.getBoundingClientRect().bottom))"""
        )
        assert min(sizes) >= 40
        assert len(sizes) <= 16
        assert lowest <= WALL["height"]
        assert await sideways(page) == 0


async def test_the_wall_comes_back_by_itself(sqlite_url: str):
    async with venue(sqlite_url, entries=3) as at, at.page("/", WALL) as page:
        await page.clock.install()
        await page.goto(f"{at.address}{at.screen()}")
        await expect(page.locator("ol li .name").first).to_be_visible()
        await page.context.set_offline(True)
        await page.clock.fast_forward(12_000)
        await expect(page.get_by_text("数据停在")).to_be_visible()
        await at.mark(2, 9)
        await page.context.set_offline(False)
        await expect(page.get_by_text("实时", exact=True)).to_be_visible()
        await expect(page.locator("ol li", has_text="选手3")).to_contain_text("69")


async def test_a_frozen_board_says_so_and_stands_still(sqlite_url: str):
    async with venue(sqlite_url, entries=3) as at, at.page(at.screen(), WALL) as page:
        await at.mark(0, 7)
        await expect(page.locator("ol li", has_text="选手1")).to_contain_text("67")
        await at.at.pass_gate("frozen", Line.VIEW)
        await expect(page.get_by_text("已封榜")).to_be_visible()
        before = await on_the_wall(page)
        await at.mark(2, 9)
        await at.stands_still(page)
        assert await on_the_wall(page) == before
        await expect(page.locator("ol li", has_text="选手3")).not_to_contain_text("69")
        await at.at.pass_gate("thawed", Line.VIEW)
        await expect(page.locator("ol li", has_text="选手3")).to_contain_text("69")


async def test_the_test_card_names_the_screen_and_leaves_by_a_key(sqlite_url: str):
    async with venue(sqlite_url) as at, at.page(at.screen("&test=1&screen=7"), WALL) as page:
        await expect(page.get_by_role("heading", name="测试卡 · 屏幕 7")).to_be_visible()
        await expect(page.get_by_text("1920 × 1080")).to_be_visible()
        await expect(page.get_by_text("有应答")).to_be_visible()
        await page.keyboard.press("t")
        await expect(page.locator("ol li .name").first).to_be_visible()
        await page.keyboard.press("b")
        await expect(page.locator("ol")).to_have_count(0)
