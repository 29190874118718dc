"""What the judge's page costs an old tablet: bytes, seconds, milliseconds a tap, and memory after a day.

    python -m bench frontend [--quick]

The real service, a real Chromium, its processor slowed down six times as in an old tablet; a sheet of 300 aspects.
«Interactive» is the moment at which the first button stands and the main thread has answered a task behind it.
A tap's time is the browser's own Event Timing: from the finger to the next picture. Ends with 1 on a missed limit.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Page, sync_playwright

from contest.frontend import build_if_changed
from tests.journeys.running import CHROMIUM_FLAGS, Official, Service, find_chromium, until

SLOWER = 6
ASPECTS, GROUPS = 300, 15
BUTTON = "main button, main [role=button]"

FIRST_BUTTON = """
(() => {
  const look = () => document.querySelector('%s')
    ? setTimeout(() => { window.interactiveAt = performance.now(); }, 0)
    : requestAnimationFrame(look);
  requestAnimationFrame(look);
})();
"""

BEFORE = """
() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
  .filter((one) => one.startTime < window.interactiveAt)
  .reduce((sum, one) => sum + one.encodedBodySize, 0)
"""

TAPS = """
() => {
  window.taps = [];
  new PerformanceObserver((seen) => {
    for (const event of seen.getEntries()) {
      if (event.interactionId) window.taps.push([event.interactionId, event.duration]);
    }
  }).observe({ type: 'event', durationThreshold: 16, buffered: false });
}
"""

SPOT = """
(place) => {
  const button = document.querySelectorAll('article')[place + 1].querySelector('.pick button');
  button.scrollIntoView({ block: 'center' });
  const { x, y, width, height } = button.getBoundingClientRect();
  return { x: x + width / 2, y: y + height / 2 };
}
"""

MARK_EVERYTHING = r"""
async () => {
  const pause = () => new Promise((next) => requestAnimationFrame(() => setTimeout(next, 0)));
  let marked = 0;
  for (const card of document.querySelectorAll('article')) {
    const words = (one) => one.textContent.trim();
    const button = [...card.querySelectorAll('button')].find((one) => /^(合格|1)/.test(words(one)));
    if (!button) continue;
    button.click();
    marked += 1;
    if (marked % 10 === 0) await pause();
  }
  return marked;
}
"""


class Limit(NamedTuple):
    """A figure beside what it must not exceed."""

    what: str
    figure: float
    most: float
    unit: str

    @property
    def kept(self) -> bool:
        return self.figure <= self.most

    def line(self) -> str:
        said = "kept" if self.kept else "MISSED"
        return f"{self.what:<62}{self.figure:8.1f} {self.unit:<4} ≤ {self.most:g}  {said}"


def scheme() -> dict[str, Any]:
    """300 aspects in 15 criteria: half of them pass or fail, half judged 0–3."""

    def aspect(number: int) -> dict[str, Any]:
        common = {"id": f"a{number}", "name": f"评分点 {number}", "name_en": f"Aspect {number}", "max": "1"}
        if number % 2:
            return common | {"kind": "pass_fail"}
        words = ["低于行业标准", "达到行业标准", "部分超过行业标准", "堪称典范"]
        return common | {"kind": "judgement", "descriptors": words, "descriptors_en": ["a", "b", "c", "d"]}

    size = ASPECTS // GROUPS
    groups = [
        {
            "kind": "sum",
            "id": f"g{group}",
            "name": f"模块 {group}",
            "name_en": f"Module {group}",
            "parts": [aspect(group * size + place) for place in range(size)],
        }
        for group in range(GROUPS)
    ]
    return {
        "scheme": 1,
        "root": {"kind": "sum", "id": "total", "name": "总分", "name_en": "Total", "parts": groups},
    }


class Day:
    """One event with one seat and as many entries as a day has."""

    def __init__(self, desk: Official, entries: int) -> None:
        self.desk = desk
        contest = desk.post("/contests", {"name": "青山县职工技能竞赛"})["id"]
        event = desk.post(f"/contests/{contest}/events", {"code": "WELD", "name": "电焊工"})["id"]
        desk.put(f"/events/{event}/scheme", {"document": scheme()})
        for number in range(1, entries + 1):
            person = desk.post(f"/contests/{contest}/competitors", {"name": f"选手 {number}"})["id"]
            entry = {"kind": "competitor", "subject": person, "bib": f"{number:02}"}
            desk.post(f"/events/{event}/entries", entry)
        panel = desk.post(f"/events/{event}/panels", {"name": "第一组", "seats": [{"judge_name": "周师傅"}]})
        self.seat = panel["seats"][0]["id"]
        planned = {"name": "实操第一场", "panel": panel["id"], "room": "1 号厅"}
        session = desk.post(f"/events/{event}/sessions", planned)["id"]
        desk.post(f"/sessions/{session}/open")

    def pair(self, page: Page) -> None:
        invited = self.desk.post(f"/seats/{self.seat}/pairing")
        page.goto(invited["url"])
        shown = page.locator(".number-shown")
        shown.wait_for()
        path = f"/pairings/{invited['pairing']}"
        until(lambda: self.desk.get(path)["state"] == "claimed")
        self.desk.post(f"{path}/confirm", {"number": shown.inner_text()})
        page.get_by_text("周师傅").first.wait_for()


def first_load(page: Page, address: str, *, slower: int) -> tuple[float, float]:
    """Kilobytes, packed, of all that was asked for until the page is interactive, and the milliseconds to then."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("Network.enable")
    cdp.send("Network.setCacheDisabled", {"cacheDisabled": True})
    cdp.send("Network.setBypassServiceWorker", {"bypass": True})
    cdp.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    page.add_init_script(FIRST_BUTTON % BUTTON)
    page.goto(address, wait_until="commit")
    until(lambda: page.evaluate("window.interactiveAt !== undefined"))
    interactive = float(page.evaluate("window.interactiveAt"))
    kilobytes = float(page.evaluate(BEFORE)) / 1000
    cdp.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    cdp.detach()
    return kilobytes, interactive


def taps(page: Page, number: int) -> list[float]:
    """Milliseconds of so many taps on marks, each on another aspect, with the processor slowed down."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.evaluate(TAPS)
    for place in range(number):
        # The finger comes from outside: nothing of ours runs in the page while it answers.
        spot = page.evaluate(SPOT, place * 2 * 7 % ASPECTS)
        page.wait_for_timeout(700)
        page.touchscreen.tap(spot["x"], spot["y"])
        page.wait_for_timeout(700)
    page.wait_for_timeout(1500)
    cdp.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    longest: dict[int, float] = {}
    for interaction, duration in page.evaluate("window.taps"):
        longest[interaction] = max(duration, longest.get(interaction, 0))
    # What took less than 16 ms is not told of.
    return sorted([*longest.values(), *[16.0] * (number - len(longest))])


def heap(page: Page) -> float:
    """Megabytes of script heap after the garbage is gone."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("HeapProfiler.collectGarbage")
    return float(page.evaluate("performance.memory.usedJSHeapSize")) / 1e6


def mark_a_day(page: Page, entries: int) -> int:
    """Mark every aspect of so many entries, one after the other, as a judge does."""
    marked = 0
    for entry in range(1, entries + 1):
        page.locator(".who").filter(has_text=f"{entry:02} 选手 {entry}").wait_for()
        marked += int(page.evaluate(MARK_EVERYTHING))
        page.get_by_text("未发送 0 项").wait_for(timeout=300_000)
        if entry < entries:
            page.get_by_role("button", name=re.compile("下一位|Next")).first.click()
    return marked


def measure(service: Service, chromium: str, *, entries: int, presses: int) -> list[Limit]:
    with sync_playwright() as playwright, service.official() as desk:
        flags = [*CHROMIUM_FLAGS, "--enable-precise-memory-info"]
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        day = Day(desk, entries)
        address = f"{service.url}/judge"

        def tablet() -> Page:
            size = {"width": 800, "height": 1280}
            page = browser.new_context(viewport=size, locale="zh-CN", has_touch=True).new_page()
            page.set_default_timeout(120_000)
            return page

        fresh = [first_load(tablet(), address, slower=SLOWER) for _ in range(5)]
        page = tablet()
        page.goto(address)
        day.pair(page)
        paired = [first_load(page, address, slower=SLOWER) for _ in range(5)]
        page.get_by_role("button", name=re.compile("实操第一场")).click()
        page.locator("article").first.wait_for()
        pressed = taps(page, presses)
        page.reload()
        page.locator("article").first.wait_for()
        marked = mark_a_day(page, entries)
        megabytes = heap(page)
        browser.close()
    print(
        f"{ASPECTS} aspects, {entries} entries, {marked:,} marks made on the tablet; "
        f"taps p50 {statistics.median(pressed):.0f} ms of {len(pressed)}"
    )
    return [
        Limit(
            "first load of the judge page: page, style and script, gzip",
            statistics.median(kb for kb, _ in fresh),
            60,
            "kB",
        ),
        Limit(f"interactive at {SLOWER}x, a new tablet", statistics.median(ms for _, ms in fresh), 2000, "ms"),
        Limit(
            f"interactive at {SLOWER}x, one that has its seat",
            statistics.median(ms for _, ms in paired),
            2000,
            "ms",
        ),
        Limit(f"slowest tap at {SLOWER}x on {ASPECTS} aspects", pressed[-1], 100, "ms"),
        Limit("script heap after a day's sheet", megabytes, 80, "MB"),
    ]


def main() -> int:
    """Measure and print the table."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--quick", action="store_true", help="two entries instead of twelve")
    chosen, _ = asked.parse_known_args()
    chromium = find_chromium()
    if chromium is None:
        print("no Chromium on this machine: sh tests/browser.sh")
        return 1
    build_if_changed()
    with tempfile.TemporaryDirectory() as folder:
        service = Service(Path(folder), signing_key=f"{folder}/signing.pem")
        service.prepare()
        service.start()
        try:
            quick = chosen.quick
            limits = measure(service, chromium, entries=2 if quick else 12, presses=10 if quick else 40)
        finally:
            service.stop()
    for limit in limits:
        print(limit.line())
    return 0 if all(limit.kept for limit in limits) else 1


if __name__ == "__main__":
    sys.exit(main())
