"""An organiser and a chief judge run a small contest from the desk's pages alone, to the seal and the workbook.

Chromium sits at the desk; three tablets speak the real protocol.
"""

from __future__ import annotations

import io
import re
from pathlib import Path

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from contest.model.access import ALLOWS, Role
from tests.journeys.at_the_desk import Desk, Tablet
from tests.journeys.people import AT_REST
from tests.journeys.running import PASSWORD, Service

ROOT = Path(__file__).resolve().parents[2]
CONTEST = "青川县第三届职工职业技能竞赛"


def _plan_contest(desk: Desk) -> None:
    page = desk.page
    desk.press("新建竞赛")
    page.get_by_label("竞赛名称").fill(CONTEST)
    page.get_by_label("开始日期").fill("2026-11-20")
    page.get_by_label("结束日期").fill("2026-11-19")
    expect(page.get_by_text("结束日期早于开始日期")).to_be_visible()
    page.get_by_label("结束日期").fill("2026-11-22")
    page.get_by_label("地点").fill("青川县职业教育中心")
    desk.agree("新建竞赛")
    desk.picture("overview-empty")
    desk.press("添加第一个赛项")
    page.get_by_label("赛项名称").fill("焊工")
    page.get_by_label("赛项代码").fill("WELD")
    desk.agree("添加赛项")
    card = page.get_by_role("listitem").filter(has_text="理论 30 %")
    card.get_by_role("button", name="从这个样板开始").click()
    expect(page.get_by_text("检查通过")).to_be_visible()


def _write_scheme(desk: Desk) -> None:
    """A fault is named at its node as one types; what is right becomes version 1."""
    page = desk.page
    page.get_by_role("button", name="全部（JSON）").click()
    text = page.get_by_label("文档（JSON）")
    right = text.input_value()
    text.fill(right.replace('"weight": "0.3"', '"weight": 0.3', 1))
    expect(page.get_by_text(re.compile(r"\d+ 处问题"))).to_be_visible()
    expect(page.get_by_role("button", name="保存为第 1 版")).to_be_disabled()
    desk.picture("scheme-wrong")
    text.fill(right[:-2])
    expect(page.get_by_text(re.compile("不是合法的 JSON"))).to_be_visible()
    text.fill(right)
    expect(page.get_by_text("检查通过")).to_be_visible()
    desk.picture("scheme")
    desk.press("保存为第 1 版")
    expect(page.get_by_role("heading", name="第 1 版")).to_be_visible()


def _import_competitors(desk: Desk) -> None:
    """The template, filled; with two faults nothing is written, without them all of it."""
    page = desk.page
    desk.side("选手")
    page.get_by_role("link", name="从表格导入").click()
    with page.expect_download() as download:
        desk.press("下载模板")
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    sheet = book.worksheets[0]
    head = 3
    columns = {str(cell.value).rstrip("*"): place for place, cell in enumerate(sheet[head], 1)}
    for place in range(10):
        row = head + 1 + place
        sheet.cell(row, columns["姓名"], f"选手{'甲乙丙丁戊己庚辛壬癸'[place]}")
        sheet.cell(row, columns["单位"], "青川县第一建筑公司" if place % 2 else "青川县公交公司")
        sheet.cell(row, columns["编号"], f"QC{place + 1:03d}")
        sheet.cell(row, columns["赛项代码"], "WELD")
    sheet.cell(head + 3, columns["赛项代码"], "WELDD")
    sheet.cell(head + 5, columns["姓名"]).value = None
    desk.picture("import")
    _choose(page, book)
    expect(page.get_by_text("2 处错误")).to_be_visible()
    expect(page.get_by_role("cell", name="WELDD", exact=True)).to_be_visible()
    expect(page.get_by_role("cell", name=str(head + 3), exact=True)).to_be_visible()
    desk.picture("import-errors")
    desk.press("换一个文件")
    sheet.cell(head + 3, columns["赛项代码"], "WELD")
    sheet.cell(head + 5, columns["姓名"], "选手戊")
    _choose(page, book)
    expect(page.get_by_text("没有错误，尚未写入")).to_be_visible()
    desk.picture("import-diff")
    desk.press("导入 10 行")
    expect(page.get_by_text("已导入：新增 10，修改 0")).to_be_visible()


def _choose(page: Page, book: openpyxl.Workbook) -> None:
    content = io.BytesIO()
    book.save(content)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    file = {"name": "报名表.xlsx", "mimeType": kind, "buffer": content.getvalue()}
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type] # a dict is a FilePayload


def _seat_panel(desk: Desk) -> list[Tablet]:
    page = desk.page
    desk.side("焊工")
    desk.tab("参赛")
    expect(page.get_by_text("选手癸")).to_be_visible()
    desk.press("编号抽签")
    desk.agree("编号抽签")
    expect(page.get_by_role("cell", name=re.compile("^G")).first).to_be_visible()
    desk.picture("entries")
    desk.tab("裁判组")
    desk.press("添加裁判组")
    page.get_by_label("裁判员姓名").fill("张裁判\n李裁判\n王裁判")
    desk.agree("添加裁判组")
    tablets = []
    desk.press("配对设备")
    for place in range(3):
        code = page.locator(".short.mono").first
        expect(code).to_have_text(re.compile(r"^[A-Z0-9]{8}$"))
        if place == 0:
            desk.picture("pairing")
        tablet = Tablet(desk.url, code.inner_text().strip())
        page.get_by_label("设备上的 4 位数字").fill(tablet.number)
        if place == 0:
            desk.picture("pairing-number")
        desk.press("确认配对")
        expect(page.get_by_text(re.compile("^已配对"))).to_be_visible()
        tablet.collect()
        tablets.append(tablet)
        if place < 2:
            desk.press(re.compile("^下一席"))
    desk.press("关闭")
    expect(page.get_by_text("Chrome 126, Android")).to_have_count(3)
    desk.picture("panels")
    return tablets


def _grant_chief(desk: Desk) -> None:
    page = desk.page
    desk.side("人员与角色")
    desk.press("新建账号")
    page.get_by_label("姓名").fill("陈裁判长")
    page.get_by_label("登录账号").fill("chief")
    page.get_by_label("初始密码").fill(PASSWORD)
    page.get_by_role("dialog").get_by_role("button", name="新建账号").click()
    expect(page.get_by_role("dialog", name="授予角色")).to_be_visible()
    desk.agree("授予“裁判长”")
    expect(page.get_by_role("cell", name="陈裁判长")).to_be_visible()
    desk.picture("people")


def _open(desk: Desk, session: str) -> None:
    desk.tab("场次")
    desk.page.get_by_role("link", name=session, exact=True).click()
    desk.press(f"开放“{session}”")
    desk.agree(f"开放“{session}”")
    expect(desk.page.get_by_role("button", name=f"锁定“{session}”")).to_be_visible()


def _lock(desk: Desk, session: str) -> None:
    desk.press(f"锁定“{session}”")
    desk.agree(f"锁定“{session}”")
    expect(desk.page.get_by_role("button", name=f"锁定“{session}”")).to_have_count(0)


@pytest.mark.browser
@pytest.mark.timeout(840)
def test_a_small_contest_is_run_from_the_desk_alone(service: Service, browser: Browser) -> None:
    desk = Desk(browser, service.url)
    page = desk.page
    desk.sign_in("admin")
    desk.picture("home-empty")
    _plan_contest(desk)
    _write_scheme(desk)
    _import_competitors(desk)
    tablets = _seat_panel(desk)
    _grant_chief(desk)

    # Two clicks plan a small contest: judges mark in one session, theory comes from outside in another.
    desk.side("焊工")
    desk.tab("场次")
    desk.picture("sessions-empty")
    desk.press(re.compile("^排第一场"))
    expect(page.get_by_role("link", name="外来成绩录入", exact=True)).to_be_visible()
    desk.picture("sessions")
    _open(desk, "第 1 场")
    for place, tablet in enumerate(tablets[:2]):
        assert tablet.mark_everything(70_000 + place * 2000, session="第 1 场")["receipts"]
    expect(page.get_by_text(re.compile("缺 30$"))).to_be_visible()
    desk.picture("console-running")
    tablets[2].mark_everything(80_000, session="第 1 场")
    expect(page.get_by_text("全部完成")).to_be_visible()
    _lock(desk, "第 1 场")

    # A correction that arrives after the lock counts nowhere until the chief judge accepts it.
    late = tablets[0].mark_everything(90_000, session="第 1 场")["receipts"]
    assert {receipt["standing"] for receipt in late} == {"pending"}
    expect(page.get_by_role("heading", name="待定打分")).to_be_visible()
    expect(page.get_by_text("由裁判长处理")).to_be_visible()

    _open(desk, "外来成绩录入")
    first = page.locator("#imported-0-0")
    column = "\n".join(["８５．５", *(str(60 + place * 4) for place in range(8)), "101"])
    first.focus()
    page.evaluate(
        """text => { const data = new DataTransfer(); data.setData('text/plain', text);
        document.activeElement.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true,
        cancelable: true})); }""",
        column,
    )
    expect(page.get_by_text("0 到 100").first).to_be_visible()
    desk.picture("imported")
    page.locator("#imported-9-0").fill("96")
    desk.press("录入 10 项")
    expect(page.get_by_text("已入库 10 项")).to_be_visible()
    expect(first).to_have_value("85.5")
    _lock(desk, "外来成绩录入")

    chief = Desk(browser, service.url)
    chief.sign_in("chief")
    chief.page.get_by_role("link", name=CONTEST).click()
    chief.side("焊工")
    chief.page.get_by_role("link", name="第 1 场", exact=True).click()
    expect(chief.page.get_by_role("button", name=re.compile("^采纳"))).to_have_count(len(late))
    chief.picture("pending")
    chief.press(re.compile("^采纳"))
    chief.agree(re.compile("^采纳"), reason="复核录像")
    chief.press(f"全部不采纳（{len(late) - 1} 项）")
    chief.agree(f"全部不采纳（{len(late) - 1} 项）", reason="锁定后改动，无依据")
    expect(chief.page.get_by_role("heading", name="待定打分")).to_have_count(0)
    chief.press("签字确认“第 1 场”")
    chief.agree("签字确认“第 1 场”")
    chief.tab("场次")
    chief.page.get_by_role("link", name="外来成绩录入", exact=True).click()
    chief.press("签字确认“外来成绩录入”")
    chief.agree("签字确认“外来成绩录入”")
    expect(chief.page.get_by_role("button", name="请求重新开放")).to_be_visible()

    desk.tab("成绩")
    desk.picture("results-before")
    why = page.get_by_role("button", name=re.compile("^查看 .* 的计算过程$"))
    expect(why).to_have_count(10)
    why.first.click()
    expect(page.get_by_role("dialog").get_by_role("listitem").first).to_be_visible()
    desk.picture("why")
    page.keyboard.press("Escape")
    desk.press("公布临时成绩")
    desk.agree("公布临时成绩")
    desk.press("公布官方成绩")
    desk.agree("请求公布官方成绩")
    expect(page.get_by_text("正等第二个人同意")).to_be_visible()

    chief.side("待同意")
    chief.picture("consents")
    chief.press(re.compile("^同意"))
    chief.agree(re.compile("^同意"))
    expect(chief.page.get_by_text("没有等待同意的事")).to_be_visible()

    page.reload()
    expect(page.get_by_text("官方成绩").first).to_be_visible()
    desk.picture("results-official")
    with page.expect_download() as download:
        desk.press("获奖名单 Excel")
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    printed = {str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row if cell.value is not None}
    shown = page.locator("tbody tr").first
    assert shown.locator(".total").inner_text() in printed | {f"{value:.2f}" for value in _numbers(book)}, (
        "the workbook prints the total that stands on the page"
    )

    desk.side("台账")
    expect(page.get_by_role("cell", name="打分").first).to_be_visible()
    desk.picture("ledger")
    desk.side("概览")
    expect(page.get_by_text("全部赛项都有官方成绩")).to_be_visible()
    desk.picture("overview")
    _looks_right_everywhere(desk)
    desk.close()
    chief.close()


def _numbers(book: openpyxl.Workbook) -> list[float]:
    cells = (cell.value for row in book.worksheets[0].iter_rows() for cell in row)
    return [float(value) for value in cells if isinstance(value, int | float)]


def _looks_right_everywhere(desk: Desk) -> None:
    """On a phone no page scrolls sideways; axe finds nothing; English has no Chinese left in its own words."""
    page = desk.page
    contest = page.url.split("#")[1]
    event = page.locator("#ways .events a").first.get_attribute("href")
    assert event
    base = event.removeprefix("#").rsplit("/", 1)[0]
    places = [
        "/",
        "/seasons",
        "/organisations",
        "/accounts",
        *(f"{contest}{part}" for part in ("", "/competitors", "/import", "/teams", "/people", "/devices")),
        *(f"{contest}{part}" for part in ("/consents", "/ledger")),
        *(f"{base}/{part}" for part in ("sessions", "entries", "scheme", "panels", "results", "settings")),
    ]
    wrong: dict[str, list[str]] = {}
    for place in places:
        page.goto(f"{desk.url}/desk#{place}")
        expect(page.locator("h1")).to_be_visible()
        page.wait_for_load_state("networkidle")
        page.evaluate(AT_REST)
        found = Axe().run(page)
        faults = [
            f"{rule['id']} {node['html'][:160]}" for rule in found.response["violations"] for node in rule["nodes"]
        ]
        name = place.strip("/").split("/")[-1][:12] or "home"
        desk.picture(f"wide-{name}")
        page.set_viewport_size({"width": 360, "height": 740})
        wide = page.evaluate("document.documentElement.scrollWidth")
        desk.picture(f"phone-{name}")
        page.set_viewport_size({"width": 1280, "height": 800})
        if faults or wide > 360:
            wrong[place] = [*faults, f"{wide} wide"]
    assert wrong == {}


def test_the_desk_offers_what_the_roles_allow() -> None:
    source = (ROOT / "frontend/src/desk/roles.ts").read_text()
    table = source.split("ALLOWS", 1)[1].split("= {", 1)[1].split("\n};", 1)[0]
    offered = {
        role: set(re.findall(r"'(\w+)'", acts)) for role, acts in re.findall(r"(\w+): \[(.*?)\]", table, re.DOTALL)
    }
    assert offered == {role.value: {act.value for act in ALLOWS[role]} for role in Role}
