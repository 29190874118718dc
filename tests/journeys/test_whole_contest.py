"""A small contest from the first sign-in to the workbook: four people, four browsers, one service.

The organiser and the chief judge sit at desks, the judge holds a tablet, a spectator stands outside with a phone.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Browser, Locator, WebSocket, expect, sync_playwright

from contest.frontend import build_if_changed
from tests.journeys.people import DESK, PHONE, TABLET, Person, needs_chromium
from tests.journeys.running import LONG, Service, find_chromium
from tests.journeys.small_contest import (
    ASPECTS,
    BEST_FIRST,
    CONTEST,
    EVENT,
    EXPECTED,
    FIELD,
    NAMES,
    RANKS,
    SESSION,
    WRITTEN,
    Shown,
    import_competitors,
    make_chief,
    pair,
    plan,
    seat_a_judge,
    side,
    sign_in,
    tab,
)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    build_if_changed()
    started = Service(tmp_path)
    started.prepare()
    try:
        started.start()
        yield started
    finally:
        started.stop()


@pytest.fixture
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=find_chromium(), timeout=1000 * LONG)
        yield opened
        opened.close()


class Board:
    """The public board on a phone; it is opened once and never again."""

    def __init__(self, spectator: Person) -> None:
        self.spectator = spectator
        self.page = spectator.page
        self.frames = 0
        self.page.on("websocket", self._opened)

    def _opened(self, socket: WebSocket) -> None:
        if "/live/board" in socket.url:
            socket.on("framereceived", self._heard)

    def _heard(self, _frame: Any) -> None:
        self.frames += 1

    def come(self) -> None:
        """From the home page to the board of the event, as a visitor would."""
        self.spectator.open("/")
        self.spectator.look_in_both("home", WRITTEN)
        self.page.get_by_role("link", name=re.compile(EVENT)).first.tap()
        expect(self.page.get_by_role("heading", name=EVENT)).to_be_visible()
        expect(self.page.locator("[data-entry]")).to_have_count(10)
        self.page.evaluate("window.openedOnce = true")

    def row(self, name: str) -> Locator:
        return self.page.locator("[data-entry]").filter(has=self.page.locator(".name", has_text=name))

    def rows(self) -> list[tuple[str, str, str]]:
        """Rank, name and total from top to bottom, as they stand on the glass."""
        self.spectator.rest()
        found: list[list[str]] = self.page.evaluate(
            """() => [...document.querySelectorAll('[data-entry]')]
                .map(row => [row.getBoundingClientRect().top, row])
                .sort((left, right) => left[0] - right[0])
                .map(([, row]) => ['.rank [aria-hidden]', '.name', '.sum']
                  .map(part => row.querySelector(part)?.textContent ?? ''))"""
        )
        return [(rank, name, total) for rank, name, total in found]

    def still_the_same_page(self) -> bool:
        return bool(self.page.evaluate("window.openedOnce === true"))


def _mark(judge: Person, board: Board) -> None:
    """Tap every mark; each is stored, and the phone outside follows after each competitor."""
    tablet = judge.page
    judge.look_in_both("sessions", WRITTEN, says="Open")
    tablet.get_by_role("button", name=re.compile(SESSION)).tap()
    left = {one.name: one for one in FIELD}
    while left:
        name = next(name for name in left if name in tablet.locator(".who .label").inner_text())
        one = left.pop(name)
        _mark_one(judge, one, first=len(left) == len(FIELD) - 1)
        expect(board.row(one.name).locator(".sum")).to_have_text(one.total)
        if len(left) == 6:
            judge.look_in_both("sheet", (*WRITTEN, *NAMES), says="Stored")
            board.spectator.look_in_both("running", (*WRITTEN, *NAMES), says="In progress, ranks may change")
        tablet.get_by_role("button", name=re.compile("^下一位：" if left else "^已到最后")).tap()
        expect(tablet.locator(".who .label").filter(has_text=name)).to_have_count(0)
    expect(tablet.get_by_text("已全部打分")).to_be_visible()
    judge.look("all-marked")


def _lock(organiser: Person) -> None:
    """The organiser sees on the console that everything is there, and locks."""
    page = organiser.page
    tab(organiser, "场次")
    page.get_by_role("link", name=SESSION, exact=True).click()
    expect(page.get_by_text("全部完成")).to_be_visible()
    organiser.look_in_both("console", (*WRITTEN, *NAMES))
    organiser.press(f"锁定“{SESSION}”")
    organiser.look("lock")
    organiser.agree(f"锁定“{SESSION}”")
    expect(page.get_by_role("button", name="请求重新开放")).to_be_visible()


def _confirm(chief: Person) -> None:
    page = chief.page
    page.get_by_role("link", name=CONTEST).click()
    expect(page.get_by_role("link", name=re.compile("裁判长签字确认")).first).to_be_visible()
    chief.look_in_both("overview", WRITTEN)
    side(chief, EVENT)
    tab(chief, "场次")
    page.get_by_role("link", name=SESSION, exact=True).click()
    chief.press(f"签字确认“{SESSION}”")
    chief.look("confirm")
    chief.agree(f"签字确认“{SESSION}”")
    expect(page.get_by_role("button", name="请求重新开放")).to_be_visible()
    chief.look_in_both("confirmed", (*WRITTEN, *NAMES))


def _publish(organiser: Person) -> None:
    tab(organiser, "成绩")
    expect(organiser.page.get_by_text("打分齐全")).to_be_visible()
    organiser.look_in_both("results", (*WRITTEN, *NAMES))
    organiser.press("公布临时成绩")
    organiser.look("publish")
    organiser.agree("公布临时成绩")


def _ask_to_seal(organiser: Person) -> None:
    organiser.press("公布官方成绩")
    organiser.look("make-official")
    organiser.agree("请求公布官方成绩")
    expect(organiser.page.get_by_text("正等第二个人同意")).to_be_visible()


def _consent(chief: Person) -> None:
    side(chief, "待同意")
    expect(chief.page.get_by_role("button", name=re.compile("^同意"))).to_be_visible()
    chief.look_in_both("consents", (*WRITTEN, *NAMES))
    chief.press(re.compile("^同意"))
    chief.agree(re.compile("^同意"))
    expect(chief.page.get_by_text("没有等待同意的事")).to_be_visible()


def _award_list(organiser: Person, state: str) -> list[tuple[int, str, Decimal]]:
    """Rank, name and total of everybody in the workbook that the organiser takes away."""
    page = organiser.page
    page.reload()
    expect(page.locator("tbody tr")).to_have_count(10)
    organiser.look("published")
    with page.expect_download() as download:
        organiser.press("获奖名单 Excel")
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    sheet = book.worksheets[0]
    assert str(sheet["A1"].value).startswith(CONTEST)
    assert state in str(sheet["A2"].value)
    heads = {cell.value: cell.column - 1 for cell in sheet[3]}
    found = []
    for line in sheet.iter_rows(min_row=4, max_row=13, values_only=True):
        rank, name, total = (line[heads[head]] for head in ("名次", "姓名", "总分"))
        found.append((rank, name, Decimal(str(total))))
    return found


def _mark_one(judge: Person, one: Shown, *, first: bool) -> None:
    """Three numbers on the pad, one tap for the minutes; all four are stored before the judge goes on."""
    tablet = judge.page
    for aspect, points in zip(ASPECTS, one[1:4], strict=True):
        tablet.get_by_role("button", name=re.compile(f"^输入：{aspect}，.*{one.name}")).tap()
        pad = tablet.get_by_role("dialog")
        for key in points:
            pad.get_by_role("button", name="小数点" if key == "." else key, exact=True).tap()
        if first and aspect == ASPECTS[0]:
            judge.look("pad")
        pad.get_by_role("button", name=re.compile(f"^记 {points}")).tap()
        expect(pad).to_have_count(0)
    over = tablet.get_by_role("group", name=re.compile(f"^超时.*{one.name}"))
    over.get_by_role("button", name=str(one.minutes), exact=True).tap()
    expect(tablet.locator(".chip.stored").filter(has_text="已入库")).to_have_count(4)
    expect(tablet.get_by_text("本页已全部打分")).to_be_visible()


@needs_chromium
@pytest.mark.browser
@pytest.mark.timeout(840)
def test_a_contest_goes_from_the_desk_over_the_tablet_to_the_phone_and_the_workbook(
    service: Service, browser: Browser
) -> None:
    address = service.url.replace("127.0.0.1", "localhost")
    organiser = Person(browser, address, "organiser", DESK)
    judge = Person(browser, address, "judge", TABLET)
    spectator = Person(browser, address, "spectator", PHONE)
    chief = Person(browser, address, "chief", DESK)
    board = Board(spectator)

    sign_in(organiser, "admin")
    plan(organiser)
    import_competitors(organiser)
    make_chief(organiser)
    seat_a_judge(organiser)
    board.come()
    spectator.look_in_both("before", (*WRITTEN, *NAMES))
    pair(organiser, judge)
    before = board.frames
    _mark(judge, board)
    assert board.frames >= before + len(FIELD), "every competitor's total came over the live connection"
    expect(board.row(BEST_FIRST[0]).locator(".rank [aria-hidden]")).to_have_text("1")
    final = board.rows()
    assert set(final) == EXPECTED
    assert [rank.removeprefix("=") for rank, _, _ in final] == list(map(str, RANKS))
    spectator.look_in_both("all-marked", (*WRITTEN, *NAMES))

    _lock(organiser)
    sign_in(chief, "chief")
    _confirm(chief)
    _publish(organiser)
    expect(spectator.page.get_by_text("临时成绩")).to_be_visible()
    spectator.look_in_both("provisional", (*WRITTEN, *NAMES), says="Provisional")
    assert board.rows() == final
    printed = [(int(rank.removeprefix("=")), name, Decimal(total)) for rank, name, total in final]
    assert _award_list(organiser, "临时成绩") == printed
    _ask_to_seal(organiser)
    _consent(chief)
    expect(spectator.page.locator(".seal")).to_have_text(re.compile("官方成绩"))
    expect(spectator.page.get_by_text("临时成绩")).to_have_count(0)
    spectator.look_in_both("official", (*WRITTEN, *NAMES), says="Official result")
    assert board.rows() == final
    assert _award_list(organiser, "官方成绩") == printed
    assert board.still_the_same_page()
    assert [fault for person in (organiser, judge, spectator, chief) for fault in person.leave()] == []
