"""People at real browsers: each in a context of its own, and whatever the browser complains about is a fault.

`JIANGSAI_TEST_SHOTS` names a folder for pictures of every step.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, expect

from tests.journeys.running import PATIENCE, find_chromium

# Where the tests must all run, a missing browser is a failure and no reason to pass over them.
needs_chromium = pytest.mark.skipif(
    find_chromium() is None and os.environ.get("CI") != "true", reason="no Chromium on this machine"
)
DESK = {"viewport": {"width": 1280, "height": 800}}
TABLET = {"viewport": {"width": 1280, "height": 800}, "has_touch": True}
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
SHOTS = os.environ.get("JIANGSAI_TEST_SHOTS", "")

# What stands in Chinese on an English page, but for what people have written themselves.
_CHINESE_LEFT = """written => {
  const seen = element => element.checkVisibility({visibilityProperty: true});
  // A toast and what was read aloud are said once, in the language of that moment.
  const said = '.toasts, .unseen[aria-live]';
  const own = element => element.closest(`[lang|=zh]:not(html), script, style, textarea, pre, svg, ${said}`);
  const left = new Set();
  const look = text => {
    const rest = written.reduce((kept, name) => kept.split(name).join(''), text ?? '');
    if (/[\\u3400-\\u9fff\\uff01-\\uff5e\\u3001-\\u3011]/.test(rest)) left.add(text.trim());
  };
  for (const element of document.querySelectorAll('body, body *')) {
    if (own(element) || !seen(element)) continue;
    for (const node of element.childNodes) if (node.nodeType === 3) look(node.data);
    for (const name of ['aria-label', 'title', 'placeholder', 'alt']) look(element.getAttribute(name));
  }
  look(document.title);
  return [...left];
}"""

# What still fades in is not yet what a person reads.
AT_REST = """() => Promise.all(document.getAnimations()
  .filter(one => one.effect.getComputedTiming().endTime < 10000)
  .map(one => one.finished.catch(() => null)))"""


class Person:
    """Somebody in front of one browser."""

    def __init__(self, browser: Browser, address: str, name: str, kind: dict[str, Any]) -> None:
        self.name = name
        self.address = address
        self.context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", **kind)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(1000 * PATIENCE)
        self.faults: list[str] = []
        self.pictures = 0
        self.page.on("pageerror", lambda error: self.complain(f"page error: {error}"))
        self.page.on("console", self._heard)
        self.page.on("response", self._answered)

    def complain(self, fault: str) -> None:
        """Note a fault; the journey goes on, so that one run names them all."""
        print(f"{self.name}: {fault}")
        self.faults.append(fault)

    def _heard(self, said: ConsoleMessage) -> None:
        # The same refusals are judged by their address and status, which this sentence does not say.
        if said.type in ("error", "warning") and "Failed to load resource" not in said.text:
            self.complain(f"console: {said.text}")

    def _answered(self, response: Response) -> None:
        path = response.url.removeprefix(self.address)
        # Before anybody has signed in, the desk asks who is here and hears that nobody is.
        if response.status >= 400 and (response.status, path) != (401, "/api/me"):
            self.complain(f"{response.status} {response.request.method} {path}")

    def open(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}")

    def press(self, name: str | re.Pattern[str]) -> None:
        self.page.get_by_role("button", name=name, exact=isinstance(name, str)).first.click()

    def agree(self, name: str | re.Pattern[str]) -> None:
        """Press the button of the dialog that asks, and see it go."""
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("button", name=name, exact=isinstance(name, str)).click()
        expect(dialog).to_have_count(0)

    def speak(self, language: Literal["zh", "en"]) -> None:
        """Switch the language by the button that every page has."""
        other = "English" if language == "en" else "中文"
        self.page.get_by_role("button", name=other, exact=True).first.click()
        expect(self.page.locator("html")).to_have_attribute("lang", "en" if language == "en" else "zh-CN")

    def rest(self) -> None:
        """Wait until nothing moves or fades any more."""
        self.page.evaluate(AT_REST)

    def picture(self, step: str) -> None:
        """Keep what the glass shows, where a folder for pictures is named."""
        if SHOTS:
            self.pictures += 1
            self.page.wait_for_timeout(350)
            self.page.screenshot(path=Path(SHOTS) / f"{self.name}-{self.pictures:02d}-{step}.png")

    def look(self, step: str) -> None:
        """Anybody can use the page as it stands: axe finds nothing, and it is not wider than the glass."""
        self.picture(step)
        self.rest()
        found = Axe().run(self.page).response["violations"]
        for rule in found:
            for node in rule["nodes"]:
                self.complain(f"{step}: {rule['id']}: {node['html'][:160]}")
        wider = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wider > 0:
            self.complain(f"{step}: {wider} px wider than the glass")

    def look_in_both(self, step: str, written: Iterable[str], says: str = "") -> None:
        """The same in English, where nothing is left in Chinese but what people have written."""
        self.look(step)
        self.speak("en")
        if says:
            expect(self.page.get_by_text(says).first).to_be_visible()
        self.look(f"{step}-en")
        # The longest first, so that no name is cut by one it contains.
        names = sorted(written, key=len, reverse=True)
        left = self.page.evaluate(_CHINESE_LEFT, names)
        for words in left:
            self.complain(f"{step}: not in English: {words}")
        self.speak("zh")

    def leave(self) -> list[str]:
        """Close the browser and say everything it had to complain of."""
        self.context.close()
        return [f"{self.name}: {fault}" for fault in self.faults]
