"""The public pages in a real browser: a mark moves a row, and nothing is shown before its time."""

from __future__ import annotations

import time

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, WebSocketRoute, expect

from contest.actions.accounts import make_administrator
from contest.model.gate import Line
from tests.journeys.running import PATIENCE
from tests.journeys.spectators import DESKTOP, PASSWORD, PHONE, shown, sideways, venue

pytestmark = pytest.mark.browser


async def until_shown(page: Page, names: list[str]) -> None:
    end = time.monotonic() + PATIENCE
    while (now := await shown(page)) != names:
        assert time.monotonic() < end, now
        await page.wait_for_timeout(100)


async def test_marks_move_the_rows_and_nobody_is_called_ranked_too_early(sqlite_url: str):
    async with venue(sqlite_url, entries=3) as at, at.page(at.board(), DESKTOP) as page:
        await until_shown(page, ["选手1", "选手2", "选手3"])
        await expect(page.get_by_text("进行中，名次可能变化")).to_be_visible()
        await expect(page.get_by_text("尚无名次：")).to_be_visible()
        await at.mark(1, 8)
        await until_shown(page, ["选手2", "选手1", "选手3"])
        await expect(page.get_by_text("以下未完成或不计名次")).to_be_visible()
        await at.mark(2, 9)
        await until_shown(page, ["选手3", "选手2", "选手1"])
        best, last = (page.locator("[data-entry]", has_text=name) for name in ("选手3", "选手1"))
        await expect(best.locator(".total")).to_contain_text("69.00")
        await expect(best.locator(".rank").first).to_contain_text("第 1 名")
        # More points than the first, and yet no rank: a mark is missing.
        await at.theory(0, 100)
        await expect(last.locator(".total")).to_contain_text("1/3")
        await expect(last.locator(".rank").first).to_contain_text("尚无名次")
        await at.judge(0, 4)
        await until_shown(page, ["选手1", "选手3", "选手2"])
        await expect(last.locator(".rank").first).to_contain_text("第 1 名")


async def test_a_shared_rank_is_said_with_an_equals_sign(sqlite_url: str):
    async with venue(sqlite_url, entries=3) as at, at.page(at.board(), DESKTOP) as page:
        for entry, panel in ((0, 9), (1, 8), (2, 8)):
            await at.mark(entry, panel)
        await expect(page.locator("[data-entry]", has_text="=2")).to_have_count(2)


async def test_the_words_follow_the_results_without_a_reload(sqlite_url: str):
    async with venue(sqlite_url, entries=2) as at, at.page(at.board(), DESKTOP) as page:
        for entry in (0, 1):
            await at.mark(entry, 7 + entry)
        for gate in ("locked", "confirmed"):
            await at.at.pass_gate(gate)
        await at.at.pass_gate("provisional", Line.RESULTS)
        await expect(page.get_by_text("临时成绩，复核期内可能更正")).to_be_visible()
        await at.at.pass_gate("official", Line.RESULTS)
        await expect(page.locator("header").get_by_text("官方成绩")).to_be_visible()
        await expect(page.get_by_text("名次可能变化")).to_have_count(0)


async def test_a_blind_event_shows_and_sends_no_name_number_or_score(sqlite_url: str):
    heard: list[str] = []
    async with venue(sqlite_url, entries=2, blind=True) as at, at.page("/", DESKTOP) as page:
        await at.mark(0, 7)
        page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: heard.append(str(frame))))
        await page.goto(f"{at.address}{at.board()}")
        await expect(page.get_by_role("heading", name="盲评中，暂不公开")).to_be_visible()
        await at.mark(1, 8)
        await at.stands_still(page)
        said = await page.inner_text("body") + "".join(heard)
        assert len(heard) > 0
        for secret in ("选手", "A001", "红星", "67", "68"):
            assert secret not in said
        for gate in ("locked", "confirmed"):
            await at.at.pass_gate(gate)
        await at.at.pass_gate("unblinded", Line.IDENTITY)
        await until_shown(page, ["选手2", "选手1"])


async def test_officials_see_more_and_are_told_that_others_do_not(sqlite_url: str):
    async with venue(sqlite_url, entries=2, blind=True) as at, at.page("/", DESKTOP) as page:
        await make_administrator(at.at.store, "admin", PASSWORD)
        await at.mark(0, 7)
        await sign_in(page)
        await page.goto(f"{at.address}{at.board()}")
        await expect(page.get_by_text("内部视图，不公开")).to_be_visible()
        await expect(page.locator("[data-entry]")).to_have_count(2)
        # The same browser on a wall shows what the public sees.
        await page.goto(f"{at.address}{at.screen()}")
        await expect(page.get_by_role("heading", name="盲评中，暂不公开")).to_be_visible()
        await expect(page.get_by_text("此浏览器已登录，大屏只显示公开内容")).to_be_visible()


async def sign_in(page: Page) -> None:
    status = await page.evaluate(
        """async (password) => (await fetch('/api/sign-in', {
            method: 'POST', headers: {'Content-Type': 'application/json'},
            body: JSON.stringify({login: 'admin', password})})).status""",
        PASSWORD,
    )
    assert status < 300


async def test_a_dead_network_is_named_and_the_rows_stay_until_it_is_back(sqlite_url: str):
    async with venue(sqlite_url, entries=2) as at, at.page("/", DESKTOP) as page:
        await page.clock.install()
        await page.goto(f"{at.address}{at.board()}")
        await until_shown(page, ["选手1", "选手2"])
        await page.context.set_offline(True)
        await page.clock.fast_forward(12_000)
        await expect(page.get_by_text("数据停在")).to_be_visible()
        await page.clock.fast_forward(60_000)
        await expect(page.get_by_text("连接中断")).to_be_visible()
        assert await shown(page) == ["选手1", "选手2"]
        await at.mark(1, 9)
        await page.context.set_offline(False)
        await expect(page.get_by_text("实时", exact=True)).to_be_visible()
        await until_shown(page, ["选手2", "选手1"])


async def test_a_page_without_websockets_asks_now_and_then(sqlite_url: str):
    async def hang_up(route: WebSocketRoute) -> None:
        await route.close()

    async with venue(sqlite_url, entries=2) as at, at.page("/", DESKTOP) as page:
        await page.route_web_socket("**/live/board", hang_up)
        await page.goto(f"{at.address}{at.board()}")
        await expect(page.get_by_text("定时刷新")).to_be_visible()
        await until_shown(page, ["选手1", "选手2"])
        await at.mark(1, 9)
        await until_shown(page, ["选手2", "选手1"])


async def test_a_phone_shows_long_names_without_scrolling_sideways(sqlite_url: str):
    names = "阿不都热合曼·买买提明·" * 4 + "甲乙丙丁戊己庚辛{n}"
    async with (
        venue(sqlite_url, entries=30, names=names) as at,
        at.page(at.board(), PHONE, has_touch=True) as page,
    ):
        await expect(page.locator("[data-entry]").first).to_be_visible()
        assert await sideways(page) == 0
        await page.locator("[data-entry]").first.tap()
        await expect(page.get_by_role("group", name="各项得分")).to_be_visible()
        assert await sideways(page) == 0


async def test_a_star_search_pause_and_table(sqlite_url: str):
    async with venue(sqlite_url, entries=40) as at, at.page(at.board(), DESKTOP) as page:
        await page.get_by_role("button", name="关注 选手10", exact=True).click()
        await expect(page.get_by_label("我的关注")).to_contain_text("选手10")
        await page.reload()
        await expect(page.get_by_label("我的关注")).to_contain_text("选手10")
        await page.get_by_label("姓名、单位、编号").fill("选手33")
        await until_shown(page, ["选手33"])
        await page.get_by_label("姓名、单位、编号").fill("")
        await page.get_by_role("button", name="暂停更新").click()
        await at.mark(39, 9)
        resume = page.get_by_role("button", name="继续更新 · 1 条新变化").first
        await expect(resume).to_be_visible()
        assert (await shown(page))[0] == "选手1"
        await resume.click()
        await expect(page.locator("[data-entry]", has_text="选手40")).to_be_visible()
        await page.get_by_role("button", name="表格").click()
        await expect(page.locator("tbody tr")).to_have_count(40)
        assert "view=table" in page.url


async def test_pages_have_no_known_barriers(sqlite_url: str):
    async with venue(sqlite_url, entries=3) as at, at.page(at.board(), DESKTOP) as page:
        await at.mark(0, 7)
        await expect(page.locator("[data-entry]").first).to_be_visible()
        for path in (at.board(), at.board("&view=table"), "/"):
            await page.goto(f"{at.address}{path}")
            await expect(page.locator("h1")).to_be_visible()
            found = await Axe().run(page)
            assert [violation["id"] for violation in found.response["violations"]] == []


async def test_home_lists_contests_finds_events_and_leads_to_a_board(sqlite_url: str):
    async with venue(sqlite_url) as at, at.page("/", PHONE) as page:
        await expect(page.get_by_role("heading", name="县赛")).to_be_visible()
        assert await sideways(page) == 0
        await page.get_by_label("查找竞赛、赛项、地点").fill("电工")
        await expect(page.get_by_text("没有找到“电工”")).to_be_visible()
        await page.get_by_label("查找竞赛、赛项、地点").fill("焊")
        await page.get_by_role("button", name="English").click()
        await expect(page.get_by_role("heading", name="Contests and results")).to_be_visible()
        await page.get_by_role("link", name="焊工").click()
        await expect(page.get_by_text("In progress, ranks may change")).to_be_visible()
        assert await page.evaluate("document.documentElement.lang") == "en"


async def test_an_unknown_event_and_no_event_say_what_to_do(sqlite_url: str):
    async with venue(sqlite_url) as at, at.page("/board?event=nowhere", DESKTOP) as page:
        await expect(page.get_by_role("heading", name="没有找到这个赛项")).to_be_visible()
        await page.goto(f"{at.address}/board")
        await expect(page.get_by_role("heading", name="没有指定赛项").last).to_be_visible()
