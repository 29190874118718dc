"""A small hall: a contest with one event, three competitors and one panel, made through the public API."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.journeys.running import PASSWORD, Official, Service, until

Json = Any

SCHEME: Json = {
    "scheme": 1,
    "root": {
        "kind": "sum",
        "id": "total",
        "name": "总分",
        "name_en": "Total",
        "parts": [
            {
                "kind": "sum",
                "id": "look",
                "name": "外观",
                "name_en": "Appearance",
                "parts": [
                    {
                        "kind": "panel",
                        "id": "seam",
                        "name": "焊缝",
                        "name_en": "Seam",
                        "high": "10",
                        "step": "0.1",
                    },
                    {
                        "kind": "judgement",
                        "id": "craft",
                        "name": "工艺",
                        "name_en": "Craft",
                        "max": "5",
                        "descriptors": ["低于行业标准", "达到行业标准", "部分超过行业标准", "堪称典范"],
                        "descriptors_en": ["below", "meets", "in places exceeds", "excellent"],
                    },
                ],
            },
            {
                "kind": "completed",
                "id": "spots",
                "name": "完成焊点",
                "name_en": "Spots",
                "max": "8",
                "possible": 8,
            },
            {"kind": "pass_fail", "id": "safe", "name": "劳保齐全", "name_en": "Equipment worn", "max": "2"},
        ],
    },
    "ranking": {"ties": "must_break"},
}


class Hall:
    """What was planned, and how the desk sees it."""

    def __init__(self, official: Official, names: tuple[str, ...] = ("张伟", "李秀英", "王建国")) -> None:
        self.desk = official
        self.contest = official.post("/contests", {"name": "青山县职工技能竞赛"})["id"]
        event = official.post(f"/contests/{self.contest}/events", {"code": "WELD", "name": "电焊工"})
        self.event = event["id"]
        official.put(f"/events/{self.event}/scheme", {"document": SCHEME})
        self.entries = [self._enter(name, number) for number, name in enumerate(names, 1)]
        seats = [{"judge_name": "周师傅"}, {"judge_name": "吴师傅"}]
        panel = official.post(f"/events/{self.event}/panels", {"name": "第一组", "seats": seats})
        self.seats = [seat["id"] for seat in panel["seats"]]
        session = {"name": "实操第一场", "panel": panel["id"], "room": "1 号厅"}
        self.session = official.post(f"/events/{self.event}/sessions", session)["id"]

    def _enter(self, name: str, number: int) -> str:
        competitor = self.desk.post(f"/contests/{self.contest}/competitors", {"name": name})
        entry = {"kind": "competitor", "subject": competitor["id"], "bib": f"{number:02}"}
        return str(self.desk.post(f"/events/{self.event}/entries", entry)["id"])

    def person(self, service: Service, role: str) -> Official:
        """Somebody new who has a role in this contest, signed in."""
        login = f"{role}-{self.contest[:8]}"
        account = {"login": login, "name": login, "password": PASSWORD, "language": "zh"}
        made = self.desk.post("/accounts", account)["account"]
        self.desk.post(f"/contests/{self.contest}/grants", {"account": made, "role": role})
        return service.official(login)

    def open(self) -> None:
        self.desk.post(f"/sessions/{self.session}/open")

    def lock(self) -> None:
        self.desk.post(f"/sessions/{self.session}/lock")

    def marks(self, aspect: str, entry: int = 0) -> list[Json]:
        """Every revision that the book holds for one place, oldest first."""
        found = self.desk.get(f"/sessions/{self.session}/marks")["marks"]
        wanted = [mark for mark in found if (mark["aspect"], mark["entry"]) == (aspect, self.entries[entry])]
        return sorted(wanted, key=lambda mark: mark["seq"])

    def pair(self, page: Page, seat: int = 0, *, typed: bool = False) -> None:
        """Give a tablet a seat: by the secret of the QR code, or by its letters."""
        invited = self.desk.post(f"/seats/{self.seats[seat]}/pairing")
        if typed:
            for letter in invited["code"]:
                page.get_by_role("button", name=letter, exact=True).click()
            page.get_by_role("button", name=re.compile("领取席位|Take the seat")).click()
        else:
            page.goto(invited["url"])
        shown = page.locator(".number-shown")
        expect(shown).to_have_text(re.compile(r"^\d{4}$"))
        path = f"/pairings/{invited['pairing']}"
        until(lambda: self.desk.get(path)["state"] == "claimed", what="the tablet claimed the seat")
        self.desk.post(f"{path}/confirm", {"number": shown.inner_text()})
        expect(page.get_by_text(re.compile("周师傅|吴师傅")).first).to_be_visible()

    def open_sheet(self, page: Page) -> None:
        page.get_by_role("button", name=re.compile("实操第一场")).click()
        expect(page.locator("article").first).to_be_visible()


def enter(page: Page, aspect: str, digits: str) -> None:
    """Type a number on the tablet's own pad."""
    card(page, aspect).get_by_role("button", name=re.compile(f"^(输入|Enter)[：:] ?{aspect}")).click()
    pad = page.locator("dialog")
    for digit in digits:
        name = {".": re.compile("小数点|Decimal point")}.get(digit, digit)
        pad.get_by_role("button", name=name, exact=True).click()
    pad.get_by_role("button", name=re.compile("^(记|Record) ")).click()
    expect(pad).to_be_hidden()


def card(page: Page, aspect: str) -> Any:
    """The place of one aspect on the sheet."""
    return page.locator("article", has=page.get_by_role("heading", name=aspect, exact=True))
