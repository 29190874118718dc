"""The judge's tablet in a real browser against the real service."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.journeys.conftest import OpenPage
from tests.journeys.hall import Hall, card, enter
from tests.journeys.running import PATIENCE, Official, OwnBrowser, Service, until

pytestmark = pytest.mark.browser

STORED = re.compile(r"已入库\s*#\d+ · \d\d:\d\d:\d\d")


@pytest.fixture
def hall(admin: Official) -> Hall:
    made = Hall(admin)
    made.open()
    return made


@pytest.fixture
def tablet(hall: Hall, service: Service, open_page: OpenPage) -> Page:
    """A tablet that holds the first seat and shows the sheet."""
    page = open_page(f"{service.url}/judge")
    hall.pair(page)
    hall.open_sheet(page)
    return page


def kept_there(page: Page) -> None:
    """Wait until the page opens without a network."""
    page.wait_for_function("navigator.serviceWorker.controller !== null")


def test_a_judge_pairs_by_letters_marks_and_sees_the_mark_stored(
    hall: Hall, service: Service, open_page: OpenPage
):
    page = open_page(f"{service.url}/judge")
    hall.pair(page, typed=True)
    hall.open_sheet(page)
    expect(page.locator(".who")).to_contain_text("01 张伟")

    enter(page, "焊缝", "8.5")
    card(page, "工艺").get_by_role("button", name="2 部分超过行业标准").click()
    card(page, "劳保齐全").get_by_role("button", name="合格", exact=True).click()
    for aspect in ("焊缝", "工艺", "劳保齐全"):
        expect(card(page, aspect)).to_contain_text(STORED)
    expect(card(page, "完成焊点")).to_contain_text("未打分")
    expect(page.get_by_text("未发送 0 项")).to_be_visible()

    values = {
        aspect: [mark["value"] for mark in hall.marks(aspect)] for aspect in ("seam", "craft", "safe", "spots")
    }
    assert values == {"seam": [8500], "craft": [2000], "safe": [1000], "spots": []}


def test_the_secret_leaves_the_address_at_once(hall: Hall, service: Service, open_page: OpenPage):
    page = open_page(f"{service.url}/judge")
    hall.pair(page)
    assert page.evaluate("location.hash") == ""
    assert page.evaluate("JSON.stringify(history.state)") == "null"


def test_steps_are_gathered_into_one_mark_and_a_value_out_of_range_never_leaves_the_pad(hall: Hall, tablet: Page):
    enter(tablet, "焊缝", "9.8")
    more = card(tablet, "焊缝").get_by_role("button", name="加 0.1")
    # Both in one breath: a browser that is slow must not let the hand rest in between.
    more.evaluate("button => { button.click(); button.click(); }")
    expect(card(tablet, "焊缝")).to_contain_text("10.0")
    more.click()
    expect(card(tablet, "焊缝").get_by_role("alert")).to_contain_text("10.1 高于上限 10.0")
    until(lambda: len(hall.marks("seam")) == 2, what="the steps became one mark")
    assert [(mark["value"], mark["standing"]) for mark in hall.marks("seam")] == [
        (9800, "superseded"),
        (10000, "counts"),
    ]

    card(tablet, "焊缝").get_by_role("button", name=re.compile("^输入")).click()
    for key in "11":
        tablet.keyboard.press(key)
    expect(tablet.locator("dialog").get_by_role("alert")).to_contain_text("11.0 高于上限 10.0")
    expect(tablet.get_by_role("button", name="记 11.0")).to_be_disabled()
    tablet.keyboard.press("Enter")
    tablet.keyboard.press("Escape")
    expect(card(tablet, "焊缝")).to_contain_text("10.0")
    assert len(hall.marks("seam")) == 2


def test_absent_not_attempted_and_erased_are_said_in_words(hall: Hall, tablet: Page):
    craft = card(tablet, "工艺")
    for act, words in (("本席缺席", "本席缺席"), ("选手未参加此项", "未参加此项"), ("擦除", "已擦除")):
        craft.get_by_role("button", name=re.compile("^更多")).click()
        tablet.locator("dialog").get_by_role("button", name=re.compile(act)).click()
        expect(craft).to_contain_text(words)
        expect(craft).to_contain_text(STORED)
    assert [mark["kind"] for mark in hall.marks("craft")] == ["absent", "not_attempted", "erased"]


def test_one_aspect_of_all_competitors(hall: Hall, tablet: Page):
    tablet.get_by_role("button", name="按评分点").click()
    expect(tablet.locator(".who")).to_contain_text("焊缝")
    enter_for = tablet.locator("article").nth(2)
    enter_for.get_by_role("button", name=re.compile("^输入：焊缝，03 王建国")).click()
    tablet.keyboard.type("7")
    tablet.keyboard.press("Enter")
    expect(enter_for).to_contain_text(STORED)
    assert [mark["value"] for mark in hall.marks("seam", entry=2)] == [7000]


def test_after_the_lock_a_correction_needs_a_reason_and_waits_for_the_chief_judge(
    hall: Hall, service: Service, tablet: Page
):
    enter(tablet, "焊缝", "8")
    expect(card(tablet, "焊缝")).to_contain_text(STORED)
    hall.lock()
    expect(tablet.get_by_text("本场已锁定。再打的分作为更正")).to_be_visible()

    enter_again = card(tablet, "焊缝").get_by_role("button", name=re.compile("^输入"))
    enter_again.click()
    tablet.keyboard.type("6")
    tablet.keyboard.press("Enter")
    send = tablet.get_by_role("button", name="送裁判长")
    expect(send).to_be_disabled()
    tablet.get_by_role("textbox", name="理由").fill("看错了刻度")
    send.click()
    expect(card(tablet, "焊缝")).to_contain_text(re.compile(r"待裁判长：\s*本场已锁定 · 现计 8.0"))

    pending = hall.marks("seam")[1]
    assert (pending["value"], pending["standing"], pending["because"]) == (6000, "pending", "session_locked")

    with hall.person(service, "chief_judge") as chief:
        chief.post(f"/marks/{pending['mark']}/settle", {"accept": True, "reason": "同意"})
    tablet.get_by_role("button", name="返回").click()
    hall.open_sheet(tablet)
    expect(card(tablet, "焊缝")).to_contain_text("6.0")
    expect(card(tablet, "焊缝")).to_contain_text(STORED)


def test_a_mark_made_offline_survives_the_killed_browser_and_arrives_once(
    hall: Hall, service: Service, playwright: Playwright, own_browser: Callable[[], OwnBrowser]
):
    first = own_browser()
    context = playwright.chromium.connect_over_cdp(first.url, timeout=1000 * PATIENCE).contexts[0]
    context.set_default_timeout(1000 * PATIENCE)
    page = context.new_page()
    page.goto(f"{service.url}/judge?lang=zh")
    hall.pair(page)
    hall.open_sheet(page)
    kept_there(page)

    context.set_offline(True)
    enter(page, "焊缝", "8.5")
    card(page, "工艺").get_by_role("button", name="1 达到行业标准").click()
    expect(page.get_by_text("未发送 2 项")).to_be_visible()
    assert "已入库" not in page.locator("main").inner_text()
    first.kill()
    assert hall.marks("seam") == []

    second = own_browser()
    context = playwright.chromium.connect_over_cdp(second.url, timeout=1000 * PATIENCE).contexts[0]
    context.set_default_timeout(1000 * PATIENCE)
    context.set_offline(True)
    page = context.new_page()
    page.goto(f"{service.url}/judge?lang=zh")
    expect(page.get_by_text("未发送 2 项")).to_be_visible()
    hall.open_sheet(page)
    expect(card(page, "焊缝")).to_contain_text("8.5")
    expect(card(page, "焊缝")).to_contain_text("已存本机")

    context.set_offline(False)
    expect(card(page, "焊缝")).to_contain_text(STORED)
    expect(card(page, "工艺")).to_contain_text(STORED)
    assert [(mark["value"], mark["standing"]) for mark in hall.marks("seam")] == [(8500, "counts")]
    assert [(mark["value"], mark["standing"]) for mark in hall.marks("craft")] == [(1000, "counts")]


def test_the_service_is_killed_in_mid_sheet_and_every_mark_arrives_once(
    hall: Hall, service: Service, tablet: Page
):
    enter(tablet, "焊缝", "8")
    expect(card(tablet, "焊缝")).to_contain_text(STORED)
    service.kill()
    enter(tablet, "焊缝", "8.5")
    card(tablet, "工艺").get_by_role("button", name="3 堪称典范").click()
    expect(tablet.get_by_text("网络断开")).to_be_visible()
    expect(card(tablet, "焊缝")).to_contain_text("已存本机")
    service.start()
    expect(card(tablet, "焊缝")).to_contain_text(STORED)
    expect(card(tablet, "工艺")).to_contain_text(STORED)
    assert [(mark["value"], mark["standing"]) for mark in hall.marks("seam")] == [
        (8000, "superseded"),
        (8500, "counts"),
    ]


def test_a_silent_network_is_noticed_though_the_socket_stays_open(hall: Hall, tablet: Page):
    tablet.context.set_offline(True)
    expect(tablet.get_by_text(re.compile("数据停在 |网络断开"))).to_be_visible()
    card(tablet, "工艺").get_by_role("button", name="0 低于行业标准").click()
    expect(card(tablet, "工艺")).to_contain_text("已存本机")
    tablet.context.set_offline(False)
    expect(card(tablet, "工艺")).to_contain_text(STORED)
    assert [mark["value"] for mark in hall.marks("craft")] == [0]


def test_the_page_opens_and_marks_without_a_network(tablet: Page):
    kept_there(tablet)
    tablet.context.set_offline(True)
    tablet.reload()
    expect(card(tablet, "焊缝")).to_be_visible()
    enter(tablet, "焊缝", "4")
    expect(card(tablet, "焊缝")).to_contain_text("已存本机")


# As the judge page does it, and left before it has come to its end.
OPENS_THE_BOOK = """() => new Promise((begun) => {
  globalThis.channel = new BroadcastChannel('jiangsai-judge');
  channel.onmessage = () => undefined;
  const opening = indexedDB.open('jiangsai-judge', 1);
  opening.onupgradeneeded = () => {
    const shelf = opening.result.createObjectStore('marks');
    const on = () => { shelf.put(1, 'one').onsuccess = on; };
    on();
    begun();
  };
})"""


def test_a_page_that_was_left_while_it_opened_the_book_holds_nobody_up(
    hall: Hall, service: Service, playwright: Playwright, own_browser: Callable[[], OwnBrowser]
):
    # A browser of its own: those that Playwright starts keep no page for a step back.
    browser = playwright.chromium.connect_over_cdp(own_browser().url, timeout=1000 * PATIENCE)
    page = browser.contexts[0].new_page()
    page.set_default_timeout(1000 * PATIENCE)
    page.goto(f"{service.url}/?lang=zh")
    page.evaluate(OPENS_THE_BOOK)
    hall.pair(page)
    hall.open_sheet(page)
    enter(page, "焊缝", "8.5")
    expect(card(page, "焊缝")).to_contain_text(STORED)


def test_only_one_tab_marks_and_another_can_take_over(hall: Hall, tablet: Page):
    tablet.context.set_offline(True)
    enter(tablet, "焊缝", "5")
    tablet.context.set_offline(False)
    other = tablet.context.new_page()
    other.goto(tablet.url)
    expect(other.get_by_text("本机的另一个标签页正在打分")).to_be_visible()
    other.get_by_role("button", name="改在这里打分").click()
    expect(card(other, "焊缝")).to_contain_text("5.0")
    expect(tablet.get_by_text("本机的另一个标签页正在打分")).to_be_visible()
    expect(card(other, "焊缝")).to_contain_text(STORED)
    assert [mark["value"] for mark in hall.marks("seam")] == [5000]


def test_leaving_is_refused_while_a_mark_is_unsent_and_the_unsent_marks_can_be_taken_along(tablet: Page):
    tablet.context.set_offline(True)
    enter(tablet, "焊缝", "5")
    tablet.get_by_role("button", name="返回").click()
    tablet.get_by_role("button", name="离开席位").click()
    dialog = tablet.locator("dialog")
    expect(dialog).to_contain_text("还有 1 项打分未送达，现在不能离开")
    dialog.get_by_role("button", name="未发送与被拒").click()
    expect(dialog).to_contain_text("01 张伟")
    with tablet.expect_download() as download:
        dialog.get_by_role("button", name="导出为文件").click()
    taken = json.loads(download.value.path().read_text("utf-8"))
    assert [(mark["aspect"], mark["value"]) for mark in taken["marks"]] == [("seam", 5000)]
    assert "token" not in json.dumps(taken)


def test_a_revoked_tablet_marks_no_more_and_delivers_what_it_holds(hall: Hall, tablet: Page):
    tablet.context.set_offline(True)
    enter(tablet, "焊缝", "5")
    (device,) = hall.desk.get(f"/contests/{hall.contest}/devices")
    hall.desk.post(f"/devices/{device['device']}/revoke")
    tablet.context.set_offline(False)
    expect(tablet.get_by_text("这台平板不再持有该席位")).to_be_visible()
    expect(card(tablet, "焊缝")).to_contain_text("席位已移交")
    expect(card(tablet, "工艺").get_by_role("button", name="1 达到行业标准")).to_be_disabled()
    expect(tablet.get_by_role("button", name="未发送 0")).to_be_visible()
    (mark,) = hall.desk.get(f"/sessions/{hall.session}/marks")["marks"]
    assert (mark["standing"], mark["because"]) == ("pending", "seat_revoked")


def test_the_language_changes_in_place(tablet: Page):
    enter(tablet, "焊缝", "5")
    tablet.get_by_role("button", name="English").click()
    expect(card(tablet, "Seam")).to_contain_text("Stored")
    expect(tablet.get_by_role("heading", name="Appearance")).to_be_visible()
    assert tablet.evaluate("document.documentElement.lang") == "en"
    tablet.reload()
    expect(card(tablet, "Seam")).to_contain_text("5.0")


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing_on_any_view(
    language: str, width: int, hall: Hall, service: Service, open_page: OpenPage
):
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(f"{service.url}/judge", width=width, height=800, language=language)
    found: dict[str, list[str]] = {}

    def look(view: str) -> None:
        result = Axe().run(page)
        found[view] = [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in result.response["violations"]]

    expect(page.locator("main")).to_be_visible()
    look("pairing")
    hall.pair(page)
    look("sessions")
    hall.open_sheet(page)
    card(page, "工艺" if language == "zh-CN" else "Craft").locator("button[aria-pressed]").nth(1).click()
    look("sheet")
    page.locator("article button.value").first.click()
    look("pad")
    page.keyboard.press("Escape")
    page.locator("article button.menu").first.click()
    look("menu")
    page.keyboard.press("Escape")
    page.locator(".order button").nth(1).click()
    look("by aspect")
    page.locator(".unsent").click()
    look("unsent")
    assert {view: problems for view, problems in found.items() if problems} == {}
    assert page.evaluate("document.documentElement.scrollWidth") <= width
