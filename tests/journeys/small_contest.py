"""A small contest as its organiser prepares it on the desk's pages: planned, filled, seated and paired."""

from __future__ import annotations

import io
import re
from decimal import Decimal
from typing import Any, NamedTuple

import openpyxl
from playwright.sync_api import expect

from tests.journeys.people import Person
from tests.journeys.running import PASSWORD

CONTEST = "平江县职工创新成果展示赛"
EVENT = "小改小革"
SESSION = "第 1 场"
JUDGE = "沈裁判"
CHIEF = "陆裁判长"
UNITS = ("平江县供电公司", "平江县自来水厂")
# What people have written stands as it was written, in whatever language the page speaks.
WRITTEN = (CONTEST, EVENT, SESSION, JUDGE, CHIEF, *UNITS, "第 1 组", "平江县职工之家")
ASPECTS = ("内容", "成效", "表达与答辩")


class Shown(NamedTuple):
    """One competitor and what the judge thinks: points for three aspects, and minutes over time."""

    name: str
    content: str
    benefit: str
    delivery: str
    minutes: int

    @property
    def total(self) -> str:
        return f"{sum(map(Decimal, (self.content, self.benefit, self.delivery))) - self.minutes:.2f}"


# Later ones overtake earlier ones; the fourth and the eighth are equal in everything that counts.
FIELD = (
    Shown("赵一鸣", "20.5", "21", "19.5", 0),
    Shown("钱小雨", "24", "22.5", "20", 1),
    Shown("孙大江", "28", "27", "22", 0),
    Shown("李秋水", "30", "30", "25", 0),
    Shown("周百川", "22", "20", "18", 3),
    Shown("吴长青", "33.5", "34", "29", 0),
    Shown("郑南山", "31", "29.5", "24", 2),
    Shown("王晓峰", "30", "30", "26", 1),
    Shown("冯远", "26", "25.5", "23", 10),
    Shown("陈春晖", "35", "35", "30", 0),
)
BEST_FIRST = ["陈春晖", "吴长青", "李秋水", "王晓峰", "郑南山", "孙大江", "钱小雨", "冯远", "赵一鸣", "周百川"]
RANKS = [1, 2, 3, 3, 5, 6, 7, 8, 9, 10]
TOTALS = {one.name: one.total for one in FIELD}
EXPECTED = {
    (f"={rank}" if RANKS.count(rank) > 1 else str(rank), name, TOTALS[name])
    for rank, name in zip(RANKS, BEST_FIRST, strict=True)
}
NAMES = tuple(one.name for one in FIELD)


def sign_in(person: Person, login: str) -> None:
    person.open("/desk")
    person.page.get_by_label("账号").fill(login)
    person.page.get_by_label("密码").fill(PASSWORD)
    if login == "admin":
        person.look_in_both("sign-in", WRITTEN)
    person.press("登录")
    expect(person.page.get_by_role("heading", level=1, name="竞赛")).to_be_visible()


def side(person: Person, name: str) -> None:
    person.page.locator("#ways").get_by_role("link", name=re.compile(f"^{name}")).first.click()


def tab(person: Person, name: str) -> None:
    person.page.locator("main nav").get_by_role("link", name=re.compile(f"^{name}")).click()


def plan(organiser: Person) -> None:
    """A contest, an event, and a preset scheme that is bent to a panel of one."""
    page = organiser.page
    organiser.look_in_both("no-contest", WRITTEN)
    organiser.press("新建竞赛")
    page.get_by_label("竞赛名称").fill(CONTEST)
    page.get_by_label("类别").select_option(label="五小、创新评审")
    page.get_by_label("开始日期").fill("2026-11-20")
    page.get_by_label("结束日期").fill("2026-11-20")
    page.get_by_label("地点").fill("平江县职工之家")
    organiser.look("new-contest")
    organiser.agree("新建竞赛")
    organiser.look_in_both("empty-contest", WRITTEN)
    organiser.press("添加第一个赛项")
    page.get_by_label("赛项名称").fill(EVENT)
    page.get_by_label("赛项代码").fill("XGXG")
    expect(page.get_by_label("公开方式")).to_have_value("live")
    organiser.look("new-event")
    organiser.agree("添加赛项")
    organiser.look_in_both("presets", WRITTEN)
    card = page.get_by_role("listitem").filter(has_text="成果展示与答辩")
    card.get_by_role("button", name="从这个样板开始").click()
    expect(page.get_by_text("检查通过")).to_be_visible()
    page.get_by_role("button", name="全部（JSON）").click()
    text = page.get_by_label("文档（JSON）")
    one_judge = re.sub(r'"rule": \{[^}]*\},\s*"min_judges": 3', '"rule": {"take": "mean"}', text.input_value())
    text.fill(one_judge)
    expect(page.get_by_text("检查通过")).to_be_visible()
    organiser.look("scheme-editor")
    organiser.press("保存为第 1 版")
    expect(page.get_by_role("heading", name="第 1 版")).to_be_visible()
    organiser.look_in_both("scheme", WRITTEN)


def import_competitors(organiser: Person) -> None:
    """The template, filled: with one wrong cell nothing is written, with all right ten people are in the event."""
    page = organiser.page
    side(organiser, "选手")
    page.get_by_role("link", name="从表格导入").click()
    with page.expect_download() as download:
        organiser.press("下载模板")
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    sheet = book.worksheets[0]
    columns = {str(cell.value).rstrip("*"): cell.column for cell in sheet[3]}
    for place, one in enumerate(FIELD):
        line = {"姓名": one.name, "单位": UNITS[place % 2], "编号": f"PJ{place + 1:03d}", "赛项代码": "XGXG"}
        for heading, content in line.items():
            sheet.cell(4 + place, columns[heading], content)
    sheet.cell(9, columns["赛项代码"], "XGXX")
    organiser.look_in_both("import", WRITTEN)
    _choose(organiser, book)
    expect(page.get_by_text("1 处错误，未写入任何内容")).to_be_visible()
    wrong = page.locator("tbody tr")
    expect(wrong).to_have_count(1)
    cells = [cell.strip() for cell in wrong.get_by_role("cell").all_inner_texts()]
    assert cells[:3] == ["9", "D 赛项代码", "XGXX"]
    organiser.look("import-error")
    side(organiser, "选手")
    expect(page.get_by_text("还没有选手。")).to_be_visible()
    page.get_by_role("link", name="从表格导入").click()
    sheet.cell(9, columns["赛项代码"], "XGXG")
    _choose(organiser, book)
    expect(page.get_by_text("没有错误，尚未写入")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(10)
    organiser.look_in_both("import-diff", (*WRITTEN, *NAMES, "报名表", "、"))
    organiser.press("导入 10 行")
    expect(page.get_by_text("已导入：新增 10，修改 0")).to_be_visible()
    organiser.look("imported")


def _choose(organiser: Person, book: openpyxl.Workbook) -> None:
    content = io.BytesIO()
    book.save(content)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    file: Any = {"name": "报名表.xlsx", "mimeType": kind, "buffer": content.getvalue()}
    organiser.page.locator("input[type=file]").set_input_files(file)


def seat_a_judge(organiser: Person) -> None:
    """Numbers for the competitors, a panel with one judge, and everything in one session."""
    page = organiser.page
    side(organiser, EVENT)
    tab(organiser, "参赛")
    expect(page.get_by_text(NAMES[-1])).to_be_visible()
    organiser.press("编号抽签")
    organiser.agree("编号抽签")
    organiser.look_in_both("entries", (*WRITTEN, *NAMES))
    tab(organiser, "裁判组")
    organiser.press("添加裁判组")
    page.get_by_label("裁判员姓名").fill(JUDGE)
    organiser.look("new-panel")
    organiser.agree("添加裁判组")
    organiser.look_in_both("panels", WRITTEN)
    tab(organiser, "场次")
    organiser.press(re.compile("^排第一场"))
    page.get_by_role("link", name=SESSION, exact=True).click()
    organiser.look_in_both("session-planned", (*WRITTEN, *NAMES))
    organiser.press(f"开放“{SESSION}”")
    organiser.agree(f"开放“{SESSION}”")
    expect(page.get_by_role("button", name=f"锁定“{SESSION}”")).to_be_visible()


def make_chief(organiser: Person) -> None:
    page = organiser.page
    side(organiser, "人员与角色")
    organiser.press("新建账号")
    page.get_by_label("姓名").fill(CHIEF)
    page.get_by_label("登录账号").fill("chief")
    page.get_by_label("初始密码").fill(PASSWORD)
    page.get_by_role("dialog").get_by_role("button", name="新建账号").click()
    expect(page.get_by_role("dialog", name="授予角色")).to_be_visible()
    organiser.agree("授予“裁判长”")
    expect(page.get_by_role("cell", name=CHIEF)).to_be_visible()
    organiser.look_in_both("people", WRITTEN)


def pair(organiser: Person, judge: Person) -> None:
    """The judge types the code; both screens show one number; only then the tablet has its seat."""
    page, tablet = organiser.page, judge.page
    side(organiser, EVENT)
    tab(organiser, "裁判组")
    organiser.press("配对设备")
    code = page.locator(".short.mono").first
    expect(code).to_have_text(re.compile("^[A-Z]{4}.?[A-Z]{4}$"))
    organiser.look("pairing")
    letters = re.sub("[^A-Z]", "", code.inner_text())
    judge.open("/judge")
    expect(tablet.get_by_role("heading", name="领取席位")).to_be_visible()
    for letter in letters:
        tablet.get_by_role("button", name=letter, exact=True).tap()
    judge.look_in_both("code", WRITTEN, says="Take a seat")
    tablet.get_by_role("button", name="领取席位", exact=True).tap()
    number = tablet.locator(".number-shown")
    expect(number).to_have_text(re.compile(r"^\d{4}$"))
    judge.look_in_both("number", WRITTEN, says="Tell the organiser these four digits")
    page.get_by_label("设备上的 4 位数字").fill(number.inner_text())
    organiser.look("pairing-number")
    organiser.press("确认配对")
    expect(page.get_by_text(re.compile(f"^已配对.*{JUDGE}"))).to_be_visible()
    organiser.look("paired")
    organiser.press("关闭")
    expect(tablet.get_by_text(JUDGE)).to_be_visible()
