"""Somebody at the desk in a real browser, and the tablets of a panel without a screen.

`JIANGSAI_TEST_SHOTS` names a folder for pictures of the steps.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import httpx
import msgspec
from playwright.sync_api import Browser, expect
from websockets.sync.client import ClientConnection, connect

from contest.store.ids import new_id
from tests.journeys.running import PASSWORD, PATIENCE

SHOTS = os.environ.get("JIANGSAI_TEST_SHOTS", "")


class Desk:
    """One person at one browser; whatever the browser complains about is a fault."""

    def __init__(self, browser: Browser, url: str, **screen: Any) -> None:
        look = {"viewport": {"width": 1280, "height": 800}, **screen}
        self.context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", **look)
        self.page = self.context.new_page()
        self.page.set_default_timeout(1000 * PATIENCE)
        self.url = url
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self._heard)

    def _heard(self, message: Any) -> None:
        # A refused request is an answer, and its sentence stands on the page.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.faults.append(message.text)

    def sign_in(self, login: str, password: str = PASSWORD) -> None:
        self.page.goto(f"{self.url}/desk")
        self.page.get_by_label("账号").fill(login)
        self.page.get_by_label("密码").fill(password)
        self.press("登录")
        expect(self.page.get_by_role("heading", level=1, name="竞赛")).to_be_visible()

    def press(self, name: str | re.Pattern[str]) -> None:
        self.page.get_by_role("button", name=name, exact=isinstance(name, str)).first.click()

    def agree(self, name: str | re.Pattern[str], *, reason: str = "") -> None:
        """Press the button in the dialog that asks."""
        dialog = self.page.get_by_role("dialog")
        if reason:
            dialog.get_by_label("理由").fill(reason)
        dialog.get_by_role("button", name=name, exact=isinstance(name, str)).click()
        expect(dialog).to_have_count(0)

    def tab(self, name: str) -> None:
        self.page.locator("main nav").get_by_role("link", name=re.compile(f"^{name}")).click()

    def side(self, name: str) -> None:
        self.page.locator("#ways").get_by_role("link", name=re.compile(f"^{name}")).first.click()

    def picture(self, name: str) -> None:
        if SHOTS:
            self.page.wait_for_timeout(300)
            self.page.screenshot(path=Path(SHOTS) / f"{name}.png")

    def close(self) -> None:
        assert self.faults == []
        self.context.close()


class Tablet:
    """A judge's tablet without a screen: paired by code, then marking over the real socket."""

    def __init__(self, url: str, code: str) -> None:
        self.url = url
        self.seq = 0
        claim = {"code": code, "device_name": "Chrome 126, Android"}
        answer = httpx.post(f"{url}/api/pairing/claim", json=claim, timeout=PATIENCE)
        assert answer.is_success, (code, answer.text)
        self.claimed = answer.json()

    @property
    def number(self) -> str:
        return str(self.claimed["number"])

    def collect(self) -> None:
        wanted = {"pairing": self.claimed["pairing"], "claim": self.claimed["claim"]}
        answer = httpx.post(f"{self.url}/api/pairing/collect", json=wanted, timeout=PATIENCE)
        self.token = answer.raise_for_status().json()["token"]

    def _hear(self, socket: ClientConnection, kind: str) -> dict[str, Any]:
        while True:
            message: dict[str, Any] = msgspec.json.decode(socket.recv(timeout=PATIENCE))
            if message["type"] == kind:
                return message
            assert message["type"] not in ("refused", "marks_refused", "goodbye"), message

    def mark_everything(self, value: int, *, session: str) -> dict[str, Any]:
        """Mark every entry of a session for every aspect that is this seat's or the panel's and still blank."""
        with connect(f"ws{self.url.removeprefix('http')}/live/seat", open_timeout=PATIENCE) as socket:
            socket.send(msgspec.json.encode({"type": "hello", "token": self.token}).decode())
            welcome = self._hear(socket, "welcome")
            self.seq = max(self.seq, welcome["next_device_seq"])
            wanted = next(one["session"] for one in welcome["sessions"] if one["name"] == session)
            socket.send(msgspec.json.encode({"type": "open_sheet", "session": wanted}).decode())
            sheet = self._hear(socket, "sheet")
            there = {(mark["entry"], mark["aspect"]): mark["mark"] for mark in sheet["marks"]}
            marks = [
                self._mark(wanted, entry["entry"], aspect, value + place * 1000, there)
                for place, entry in enumerate(sheet["entries"])
                for aspect in sheet["aspects"]
                if aspect["by_panel"] or (entry["entry"], aspect["aspect"]) not in there
            ]
            socket.send(msgspec.json.encode({"type": "enter_marks", "marks": marks}).decode())
            return self._hear(socket, "marks_stored")

    def _mark(self, session: str, entry: str, aspect: dict[str, Any], value: int, there: Any) -> dict[str, Any]:
        self.seq += 1
        step = aspect["step"] or 1
        held = min(max(value, aspect["low"] or 0), aspect["high"] if aspect["high"] is not None else value)
        return {
            "mark": new_id(),
            "device_seq": self.seq,
            "session": session,
            "entry": entry,
            "aspect": aspect["aspect"],
            "value": held - held % step,
            "replaces": there.get((entry, aspect["aspect"])),
            "reason": "复核" if (entry, aspect["aspect"]) in there else "",
        }
