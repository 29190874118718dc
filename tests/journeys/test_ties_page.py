"""A tie that must be broken, at the chief judge's desk and on a telephone: shown, ordered, anew, published."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from contest.store.ids import new_id
from tests.journeys.at_the_desk import Desk
from tests.journeys.running import PASSWORD, Official, Service

pytestmark = pytest.mark.browser

CONTEST, EVENT = "并列赛", "电工"
SCHEME = {
    "root": {
        "kind": "sum",
        "id": "total",
        "name": "总分",
        "parts": [{"kind": "imported", "id": "theory", "name": "理论", "high": "100"}],
    },
    "ranking": {"ties": "must_break"},
}
NAMES = ("张伟", "李秀英", "王建国")


def prepare(admin: Official) -> str:
    """An event whose three entries are equal, its session confirmed; return the event."""
    contest = admin.post("/contests", {"name": CONTEST})["id"]
    event = str(admin.post(f"/contests/{contest}/events", {"code": "E", "name": EVENT})["id"])
    admin.put(f"/events/{event}/scheme", {"document": SCHEME})
    for number, name in enumerate(NAMES, 1):
        admin.post(f"/events/{event}/entries", {"kind": "project", "name": name, "bib": f"A0{number}"})
    for login, role in (("chief", "chief_judge"), ("organiser", "organiser")):
        account = {"login": login, "name": login, "password": PASSWORD, "language": "zh"}
        made = admin.post("/accounts", account)["account"]
        admin.post(f"/contests/{contest}/grants", {"account": made, "role": role})
    session = admin.post(f"/events/{event}/sessions", {"name": "理论", "aspects": ["theory"]})["id"]
    admin.post(f"/sessions/{session}/open")
    marks = [
        {"mark": new_id(), "device_seq": number, "entry": entry["id"], "aspect": "theory", "value": 80_000}
        for number, entry in enumerate(admin.get(f"/events/{event}/entries"), 1)
    ]
    admin.post(f"/sessions/{session}/marks", {"marks": marks})
    admin.post(f"/sessions/{session}/lock")
    return session


def look(desk: Desk) -> None:
    desk.page.get_by_role("link", name=CONTEST).click()
    desk.side(EVENT)
    desk.tab("成绩")


def ranks(desk: Desk) -> list[str]:
    rows = desk.page.locator("table tbody tr")
    return [
        re.sub(r"\s+", " ", f"{row.locator('.rank').inner_text()} {row.locator('.entry').inner_text()}").strip()
        for row in rows.all()
    ]


def test_the_chief_judge_breaks_a_tie_with_keys_and_with_a_finger(
    service: Service, admin: Official, browser: Browser
) -> None:
    session = prepare(admin)
    chief = Desk(browser, service.url)
    chief.sign_in("chief")
    look(chief)
    page = chief.page
    ties = page.get_by_role("region", name="并列的先后")
    expect(ties).to_contain_text("第 1 名：3 个并列")
    expect(ties).to_contain_text("签字确认后再定先后")
    expect(page.get_by_role("button", name="决定先后")).to_have_count(0)
    with service.official("chief") as official:
        official.post(f"/sessions/{session}/confirm")

    page.reload()
    page.get_by_role("button", name="决定先后").press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("登记现场抽签的结果").press("Space")
    up = dialog.get_by_role("button", name="把 A03 王建国 上移")
    up.press("Enter")
    expect(up).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("button", name="把 A03 王建国 下移")).to_be_focused()
    expect(dialog.get_by_role("listitem").first).to_contain_text("王建国")
    chief.picture("tie-decide")
    dialog.get_by_label("理由").fill("三位选手当众抽签")
    chief.agree("按此顺序记入")
    expect(ties).to_contain_text("现场抽签，chief")
    expect(ties).to_contain_text("三位选手当众抽签")
    expect(page.locator("table tbody tr").nth(1).locator(".rank")).to_have_text("2")
    assert ranks(chief) == ["1 A03 王建国", "2 A01 张伟", "3 A02 李秀英"]
    page.get_by_role("button", name="查看 A03 王建国 的计算过程").click()
    expect(page.get_by_role("dialog")).to_contain_text("由现场抽签定为第 1 位")
    page.keyboard.press("Escape")
    chief.picture("tie-decided")
    chief.close()

    _decide_anew_on_a_telephone(browser, service)

    organiser = Desk(browser, service.url)
    organiser.sign_in("organiser")
    look(organiser)
    expect(organiser.page.get_by_role("button", name="重新决定")).to_have_count(0)
    organiser.press("公布临时成绩")
    organiser.agree("公布临时成绩")
    expect(organiser.page.get_by_text("已公布临时成绩")).to_be_visible()
    assert ranks(organiser) == ["1 A01 张伟", "2 A03 王建国", "3 A02 李秀英"]
    organiser.close()


def _decide_anew_on_a_telephone(browser: Browser, service: Service) -> None:
    phone = Desk(browser, service.url, viewport={"width": 390, "height": 844}, has_touch=True)
    phone.sign_in("chief")
    # The way through the side menu is for wide windows; a telephone opens the page by its address.
    with service.official("chief") as official:
        (contest,) = [one for one in official.get("/contests") if one["name"] == CONTEST]
        (event,) = official.get(f"/contests/{contest['id']}/events")
    phone.page.goto(f"{service.url}/desk#/contests/{contest['id']}/events/{event['id']}/results")
    phone.page.get_by_role("button", name="重新决定").tap()
    dialog = phone.page.get_by_role("dialog")
    dialog.get_by_label("按规程由裁判长决定").tap()
    record = dialog.get_by_role("button", name="按此顺序记入")
    expect(record).to_be_disabled()
    dialog.get_by_role("button", name="把 A03 王建国 下移").tap()
    dialog.get_by_label("理由").fill("按规程第九条以完成时间定")
    phone.picture("tie-phone")
    record.tap()
    expect(dialog).to_have_count(0)
    expect(phone.page.get_by_role("region", name="并列的先后")).to_contain_text("裁判长决定，chief")
    phone.close()
