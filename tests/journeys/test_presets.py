"""Every preset through the whole line: planned, marked, signed, published, and the same numbers everywhere.

Nothing here knows what a preset means. The marks go through real websockets into the ledger; what comes back over
the API, on the public board and in the workbook is what `scoring.results` makes of the same marks on a sheet that
the test lays out by itself.
"""

from __future__ import annotations

import asyncio
import io
import json
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pytest

from scoring import Results, SheetMark
from seed.judges import SimulatedJudge, pair
from tests.journeys.preset_event import PRESETS, UNITS, PresetEvent
from tests.journeys.running import PATIENCE, until
from tests.journeys.service import Service, ask, served

SCORES_FROM = 4
"""Rank, number, name and organisation stand before the scores in a workbook."""

FURTHER: Any = {
    "root": {
        "kind": "sum",
        "id": "total",
        "name": "总分",
        "places": 2,
        "parts": [
            {
                "kind": "panel",
                "id": "work",
                "name": "作品",
                "high": "100",
                "step": "1",
                "places": 2,
                "standardise": {"scale": "t", "places": 2},
            },
            {
                "kind": "quantity",
                "id": "speed",
                "name": "用时",
                "low": "1",
                "high": "900",
                "step": "0.01",
                "places": 2,
                "dual": True,
                "convert": {"by": "best", "points": "30", "better": "low"},
            },
            {
                "kind": "best",
                "id": "runs",
                "name": "两轮取低",
                "from": "low",
                "parts": [
                    {"kind": "amount", "id": "run1", "name": "第一轮", "high": "9", "dual": True},
                    {"kind": "amount", "id": "run2", "name": "第二轮", "high": "9"},
                ],
            },
            {"kind": "adjustment", "id": "chief", "name": "裁判长调整", "most": "0.5", "step": "0.05"},
            {
                "kind": "bonus",
                "id": "first",
                "name": "首创",
                "high": "1",
                "each": "2",
                "dual": True,
                "optional": True,
            },
        ],
    },
    "ranking": {"keys": [{"of": "lot"}]},
    "awards": [{"id": "half", "name": "优秀", "rule": {"by": "first_half"}}],
}
"""What no preset says: independent double entry, judges on a scale, ratio to the best, adjustments, drawn lots."""


async def mark_everything(
    address: str, organiser: httpx.Client, events: dict[PresetEvent, list[SheetMark]]
) -> int:
    """Five tablets for each event mark at once; returns how many marks were stored."""

    async def judging(event: PresetEvent, marks: list[SheetMark], number: int, token: str) -> int:
        judge = SimulatedJudge(address, token)
        async with judge.seated() as welcome:
            assert welcome.seat_number == number
            verdicts = await judge.enter(event.drafts(number, marks))
        assert {verdict.standing for verdict in verdicts} <= {"counts"}
        return len(verdicts)

    headers = {"Authorization": organiser.headers["Authorization"]}
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=PATIENCE) as desk:
        tokens = [
            (event, marks, number, await pair(desk, seat))
            for event, marks in events.items()
            for number, seat in enumerate(event.seats, 1)
        ]
    async with asyncio.TaskGroup() as tablets:
        work = [tablets.create_task(judging(*place)) for place in tokens]
    return sum(task.result() for task in work)


def check_results(sheet: dict[str, Any], expected: Results) -> None:
    """The officials' page: every row with every word of it."""
    columns = [column["node"] for column in sheet["columns"]]
    assert columns == [column.id for column in expected.columns]
    assert (sheet["missing"], sheet["open_ties"]) == (expected.missing, expected.open_ties)
    assert [row["entry"] for row in sheet["rows"]] == [row.entry for row in expected.rows]
    words = ("rank", "shared", "place", "total", "points", "complete", "aspects", "best", "worst", "tie_broken_by")
    for found, row in zip(sheet["rows"], expected.rows, strict=True):
        assert {word: found[word] for word in words} == {word: getattr(row, word) for word in words}
        assert found["scores"] == [row.scores[column] for column in columns]
        for word in ("awards", "excluded", "advances"):
            assert found[word] == list(getattr(row, word)), word


def check_teams(tables: list[dict[str, Any]], content: bytes, expected: Results) -> None:
    """Tables of teams and organisations: on the officials' page, and each on a sheet of the award workbook."""
    assert [table["table"] for table in tables] == [table.table for table in expected.teams]
    sheets = openpyxl.load_workbook(io.BytesIO(content)).worksheets[2:]
    assert len(sheets) == len(tables)
    words = ("group", "place", "rank", "shared", "points", "entries", "counted", "pending", "unranked")
    for shown, sheet, table in zip(tables, sheets, expected.teams, strict=True):
        assert (shown["complete"], shown["open_ties"]) == (table.complete, len(table.open_ties))
        for found, row in zip(shown["rows"], table.rows, strict=True):
            assert {word: found[word] for word in words} == {word: getattr(row, word) for word in words}
        printed = sheet.iter_rows(min_row=4, max_row=3 + len(table.rows), values_only=True)
        assert [(row[0], row[1], as_number(row[2])) for row in printed] == [
            (row.rank, row.group, as_number(row.points)) for row in table.rows
        ]


def check_board(board: dict[str, Any], event: PresetEvent, expected: Results) -> None:
    """The public board: rows in their order, and the score of every node it shows."""
    columns = [column["node"] for column in board["head"]["columns"]]
    assert set(columns) <= set(event.scheme.nodes)
    for found, row in zip(board["rows"], expected.rows, strict=True):
        assert (found["entry"], found["rank"], found["shared"]) == (row.entry, row.rank, row.shared)
        assert (found["total"], found["gap"], found["awards"]) == (row.total, row.gap, list(row.awards))
        assert found["scores"] == [row.scores[column] for column in columns]


def check_workbook(content: bytes, event: PresetEvent, expected: Results) -> None:
    """The workbook's sheet of details: rank, every node's score, total and prizes, to the last place."""
    rows = list(openpyxl.load_workbook(io.BytesIO(content)).worksheets[1].iter_rows(min_row=3, values_only=True))
    nodes = [node for node in event.scheme.nodes if node != event.scheme.root.id]
    assert list(rows[0][SCORES_FROM : SCORES_FROM + len(nodes)]) == [
        event.scheme.nodes[node].node.name for node in nodes
    ]
    awards = {award.id: award.name for award in expected.awards}
    for printed, row in zip(rows[1:], expected.rows, strict=False):
        end = SCORES_FROM + len(nodes)
        assert printed[0] == row.rank
        assert [as_number(one) for one in printed[SCORES_FROM:end]] == [
            as_number(row.scores[node]) for node in nodes
        ]
        assert as_number(printed[end]) == as_number(row.total)
        assert (printed[end + 1] or "") == "、".join(awards[award] for award in row.awards)


def as_number(printed: Any) -> float | None:
    return None if printed in (None, "") else float(printed)


@pytest.fixture
def service(tmp_path: Path):
    with served(tmp_path, pairings_per_minute="10000", requests_per_minute="1000000") as found:
        yield found


def test_every_preset_goes_through_the_whole_line(service: Service):
    admin = service.client()
    contest = ask(admin, "POST", "/contests", {"name": "全部预设"})["id"]
    organiser = service.official(admin, contest, "organiser", "organiser")
    chief = service.official(admin, contest, "chief", "chief_judge")
    units = [ask(organiser, "POST", "/organisations", {"name": name})["id"] for name in UNITS]
    offered = {one["preset"]: one for one in ask(organiser, "GET", "/presets")}
    assert sorted(offered) == [path.stem for path in PRESETS]
    offered["further"] = {"preset": "further", "name": "其余的词", "document": FURTHER}

    numbers = count(1)
    events: dict[PresetEvent, list[SheetMark]] = {}
    brought = 0
    for at, preset in enumerate(offered.values(), 1):
        event = PresetEvent(preset["preset"], preset["document"], preset["name"])
        event.plan(organiser, contest, f"P{at}", units)
        events[event] = marks = event.marks()
        brought += event.bring_in(organiser, marks, numbers)
    stored = asyncio.run(mark_everything(service.address, organiser, events))
    assert stored + brought == sum(map(len, events.values()))

    decided = 0
    for event, marks in events.items():
        for session in event.sessions.values():
            ask(chief, "POST", f"/sessions/{session}/lock")
            sign(event, session, chief, event.computed(marks))
        decided += break_ties(event, organiser, chief)
        expected = event.computed(marks)
        assert expected.missing == expected.open_ties == 0, event.preset
        assert ask(organiser, "POST", f"/events/{event.event}/publish")["state"] == "provisional", event.preset
        shown = ask(organiser, "GET", f"/events/{event.event}/results")
        check_results(shown, expected)
        if expected.teams:
            check_teams(shown["teams"], organiser.get(f"/events/{event.event}/awards.xlsx").content, expected)
        check_board(published(organiser, event), event, expected)
        check_workbook(organiser.get(f"/events/{event.event}/scores.xlsx").content, event, expected)
    # The fourth and the fifth are marked alike, so every preset that wants its ties broken has one.
    must = sum(event.scheme.ranking.ties == "must_break" for event in events)
    assert decided == must + 1 > 2  # and the one that asks for lots


def sign(event: PresetEvent, session: str, chief: httpx.Client, expected: Results) -> None:
    """The chief judge signs; where judges are further apart than the scheme allows, only with a reason."""
    aspects = next(one.aspects for one in event.sittings() if event.sessions[one.name] == session)
    apart = [remark for remark in expected.remarks if remark.aspect in aspects]
    if apart:
        refused = chief.post(f"/sessions/{session}/confirm").json()
        assert (refused["code"], refused["params"]) == ("remarks_open", {"count": len(apart)})
    ask(chief, "POST", f"/sessions/{session}/confirm", {"reason": "复核后维持原分"} if apart else None)


def break_ties(event: PresetEvent, organiser: httpx.Client, chief: httpx.Client) -> int:
    """Nothing is published over an open tie; the chief judge decides each, the last by number first."""
    shown = ask(organiser, "GET", f"/events/{event.event}/results")
    if not shown["ties"]:
        return 0
    if event.scheme.ranking.ties == "must_break":
        refused = organiser.post(f"/events/{event.event}/publish")
        assert (refused.status_code, refused.json()["code"]) == (409, "tie_open")
    for tie in shown["ties"]:
        body = {"entries": list(reversed(tie["entries"])), "how": "lot", "reason": "当众抽签"}
        ask(chief, "POST", f"/events/{event.event}/ties", body)
        event.lots |= {entry: place for place, entry in enumerate(body["entries"], 1)}
    return len(shown["ties"])


def published(organiser: httpx.Client, event: PresetEvent) -> dict[str, Any]:
    """The board as the public gets it, once it says that the results are published."""

    def board() -> dict[str, Any] | None:
        found = ask(organiser, "GET", f"/public/events/{event.event}/board")
        return found if found["head"]["state"] == "provisional" else None

    found: dict[str, Any] = json.loads(json.dumps(until(board, what="the board says that it is published")))
    return found
