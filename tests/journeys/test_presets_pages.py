"""Presets before people's eyes: at the desk, on a tablet both ways up, on a telephone and on the wall.

Every page is one that anybody can use, in both languages, is not wider than its glass, and leaves nothing Chinese
on an English page but what people have written. `JIANGSAI_TEST_SHOTS` names a folder for pictures.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from scoring import SheetMark
from tests.journeys.hall import card
from tests.journeys.people import DESK, PHONE, TABLET, Person, needs_chromium
from tests.journeys.preset_event import JUDGES, NAMES, UNITS, PresetEvent
from tests.journeys.service import PASSWORD, Service, ask, served
from tests.journeys.test_presets import break_ties, mark_everything, sign

pytestmark = [pytest.mark.browser, needs_chromium]

SHOWN = ("worldskills", "knowledge-quiz", "safety-veto", "sports-track")
"""Totals that wait for all, nothing that must be marked, vetoes, and heats with a table of teams."""
MARKED = 4
"""Entries that are marked before the others: pages are seen while marking runs."""
WALL = {"viewport": {"width": 1920, "height": 1080}}
CONTEST = "全部样板"
SESSIONS = ("现场", "决赛", "第 1 组", "第 2 组")


@pytest.fixture
def service(tmp_path: Path, built_pages: None) -> Iterator[Service]:
    with served(tmp_path, pairings_per_minute="10000", requests_per_minute="1000000") as found:
        yield found


class Ground:
    """The contest with an event for each preset, and who goes from page to page."""

    def __init__(self, service: Service, browser: Browser) -> None:
        self.service, self.browser = service, browser
        self.faults: list[str] = []
        admin = service.client()
        self.contest = ask(admin, "POST", "/contests", {"name": CONTEST})["id"]
        self.organiser = service.official(admin, self.contest, "organiser", "organiser")
        self.chief = service.official(admin, self.contest, "chief", "chief_judge")
        units = [ask(self.organiser, "POST", "/organisations", {"name": name})["id"] for name in UNITS]
        offered = {one["preset"]: one for one in ask(self.organiser, "GET", "/presets")}
        self.events: dict[str, PresetEvent] = {}
        for at, name in enumerate(SHOWN, 1):
            event = PresetEvent(name, offered[name]["document"], offered[name]["name"])
            event.plan(self.organiser, self.contest, f"P{at}", units)
            self.events[name] = event
        names = [event.name for event in self.events.values()]
        self.written = (CONTEST, "organiser", *names, *NAMES, *UNITS, *JUDGES, *SESSIONS, "当众抽签")

    def marked(self, marks: dict[PresetEvent, list[SheetMark]]) -> None:
        """Mark from tablets without a screen; in a thread, for Playwright has a loop running in this one."""
        for event, own in marks.items():
            event.bring_in(self.organiser, own, self._numbers)
        for device in ask(self.organiser, "GET", f"/contests/{self.contest}/devices"):
            if device["holds"]:  # from the marking before; its seat is taken by another
                ask(self.organiser, "POST", f"/devices/{device['device']}/revoke")
        with ThreadPoolExecutor(1) as aside:
            aside.submit(asyncio.run, mark_everything(self.service.address, self.organiser, marks)).result()

    _numbers = count(1)

    def person(self, name: str, kind: dict[str, object]) -> Person:
        return Person(self.browser, self.service.address, name, kind)

    def gone(self, person: Person) -> None:
        self.faults += person.leave()


def test_presets_are_fit_to_be_seen(service: Service, browser: Browser) -> None:
    ground = Ground(service, browser)
    every = {event: event.marks() for event in ground.events.values()}
    early = {event: [mark for mark in own if mark.entry in event.entries[:MARKED]] for event, own in every.items()}
    ground.marked(early)

    desk = ground.person("desk", DESK)
    desk.open("/desk")
    desk.page.get_by_label("账号").fill("organiser")
    desk.page.get_by_label("密码").fill(PASSWORD)
    desk.press("登录")
    expect(desk.page.get_by_role("heading", level=1, name="竞赛")).to_be_visible()
    look_at_schemes(ground, desk)

    give_points(ground, ground.events["knowledge-quiz"])
    mark_a_veto(ground, ground.events["safety-veto"])
    for name in SHOWN:
        look_at_boards(ground, name, "running")
    waits = ground.events["worldskills"]
    with_all = httpx.get(f"{service.address}/api/public/events/{waits.event}/board").json()["rows"]
    assert [row["total"] for row in with_all] == [None] * waits.size

    ground.marked({event: [mark for mark in own if mark not in early[event]] for event, own in every.items()})
    for name in SHOWN:
        publish(ground, ground.events[name])
        look_at_results(ground, desk, name)
        look_at_boards(ground, name, "done")
    ground.gone(desk)
    assert ground.faults == []


def look_at_schemes(ground: Ground, desk: Person) -> None:
    """The schemes to begin with, and each in force, in words."""
    body = {"code": "NEW", "name": "新赛项"}
    bare = ask(ground.organiser, "POST", f"/contests/{ground.contest}/events", body)["id"]
    desk.open(f"/desk#/contests/{ground.contest}/events/{bare}/scheme")
    expect(desk.page.get_by_text("抢答题：18 轮，每轮 −10 至 10 分")).to_be_visible()
    desk.look_in_both("presets", [*ground.written, "新赛项"])
    for name, event in ground.events.items():
        desk.open(f"/desk#/contests/{ground.contest}/events/{event.event}/scheme")
        expect(desk.page.get_by_role("heading", level=1, name=event.name)).to_be_visible()
        expect(desk.page.locator("dl dt").first).to_be_visible()
        desk.look_in_both(f"scheme-{name}", [*ground.written, "新赛项"])


def seated(ground: Ground, event: PresetEvent, name: str) -> Person:
    """A tablet at the first seat, on the sheet of the last session, at the last entry."""
    judge = ground.person(f"tablet-{name}", TABLET)
    page = judge.page
    invited = ask(ground.organiser, "POST", f"/seats/{event.seats[0]}/pairing")
    page.goto(invited["url"])
    shown = page.locator(".number-shown")
    expect(shown).to_have_text(re.compile(r"^\d{4}$"))
    # A simulated judge holds the seat: it changes hands only when the chief judge agrees.
    ask(ground.chief, "POST", f"/pairings/{invited['pairing']}/agree")
    ask(ground.organiser, "POST", f"/pairings/{invited['pairing']}/confirm", {"number": shown.inner_text()})
    page.locator("main ul button").last.click()
    judge.look_in_both(f"{name}-wide", ground.written)
    page.set_viewport_size({"width": 800, "height": 1280})
    for _ in range(event.size - 1):
        page.get_by_role("button", name="下一位", exact=True).click()
    expect(page.locator(".who")).to_contain_text(NAMES[event.size - 1])
    judge.look_in_both(f"{name}-tall", ground.written)
    return judge


def give_points(ground: Ground, event: PresetEvent) -> None:
    """Rounds stand together under their heading, each answered by one tap; nothing is said to be open."""
    judge = seated(ground, event, "quiz")
    page = judge.page
    expect(page.locator(".who")).to_contain_text("没有必打项")
    expect(page.get_by_text(re.compile(r"\d/0|\d / 0"))).to_have_count(0)
    expect(page.get_by_role("heading", name=re.compile("^抢答题"))).to_contain_text("答错或抢跑扣 10 分")
    tenth = page.get_by_role("group", name=re.compile("^抢答题 第 10 轮"))
    tenth.get_by_role("button", name="+10", exact=True).click()
    expect(page.locator("article", has=tenth)).to_contain_text("已入库")
    judge.picture("quiz-given")
    judge.page.get_by_role("button", name="按评分点").click()
    judge.look("quiz-by-aspect")
    ground.gone(judge)


def mark_a_veto(ground: Ground, event: PresetEvent) -> None:
    """A veto says what it costs before it is marked, and asks first."""
    judge = seated(ground, event, "veto")
    page = judge.page
    injury = card(page, "发生重伤事故")
    expect(injury).to_contain_text("“隐患排查治理”计为零分")
    expect(card(page, "发生死亡事故")).to_contain_text("不参加排名，不得奖")
    veto = injury.get_by_role("button", name="一票否决", exact=True)
    veto.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("“隐患排查治理”计为零分")
    judge.look("veto-asks")
    page.keyboard.press("Escape")
    expect(veto).to_have_attribute("aria-pressed", "false")
    veto.click()
    judge.agree("记一票否决")
    expect(injury).to_contain_text("已入库")
    expect(veto).to_have_attribute("aria-pressed", "true")
    judge.look("veto-marked")
    ground.gone(judge)


def look_at_boards(ground: Ground, name: str, step: str) -> None:
    """The telephone in the hand, with a row opened, and the wall of the hall."""
    event = ground.events[name]
    phone = ground.person(f"phone-{step}-{name}", PHONE)
    phone.open(f"/board?event={event.event}")
    rows = phone.page.locator("[data-entry]")
    expect(rows).to_have_count(event.size)
    if (step, name) == ("running", "worldskills"):
        expect(phone.page.get_by_text("全部打完才有")).to_be_visible()
        expect(rows.filter(has_text="总分待定")).to_have_count(MARKED)
    rows.first.click()
    phone.look_in_both("board", ground.written)
    ground.gone(phone)
    wall = ground.person(f"wall-{step}-{name}", WALL)
    wall.open(f"/screen?event={event.event}")
    expect(wall.page.locator("li")).to_have_count(event.size)
    wall.look("wall")
    ground.gone(wall)


def publish(ground: Ground, event: PresetEvent) -> None:
    found = event.computed(event.marks())
    for session in event.sessions.values():
        ask(ground.chief, "POST", f"/sessions/{session}/lock")
        sign(event, session, ground.chief, found)
    break_ties(event, ground.organiser, ground.chief)
    ask(ground.organiser, "POST", f"/events/{event.event}/publish")


def look_at_results(ground: Ground, desk: Person, name: str) -> None:
    """The officials' page, with the table of teams where the scheme makes one."""
    event = ground.events[name]
    desk.open(f"/desk#/contests/{ground.contest}/events/{event.event}/results")
    expect(desk.page.get_by_role("heading", level=1, name=event.name)).to_be_visible()
    expect(desk.page.locator("table tbody tr").first).to_contain_text(re.compile("怎么算的"))
    if name == "sports-track":
        teams = desk.page.get_by_role("region", name="团体总分").first
        expect(teams.locator("tbody tr")).to_have_count(len(UNITS))
        teams.scroll_into_view_if_needed()
    desk.look_in_both(f"results-{name}", [*ground.written, "新赛项"])
