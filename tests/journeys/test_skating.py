"""A Grand Prix through the whole line: eight programmes, 84 performances, nine judges, 10,566 marks.

Everything goes the way a contest goes: planned over the HTTP API, tablets paired with their seats, every mark over
a real websocket into the ledger, element scores and deductions from the desk. What comes out is compared with the
published protocols: every component, total and rank, on the leaderboard and in the workbook.
"""

from __future__ import annotations

import asyncio
import io
import json
from collections import Counter
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import uuid4

import httpx
import openpyxl
import pytest
from websockets.asyncio.client import connect

from seed.judges import Draft, SimulatedJudge, pair
from tests.journeys.running import PATIENCE
from tests.journeys.service import Service, ask, served
from tests.scoring.skating import Programme, programmes

JUDGES = 9
MARKS = 10_566


class Segment:
    """One programme as an event of the contest."""

    def __init__(self, programme: Programme, code: str) -> None:
        self.programme = programme
        self.code = code
        self.event = ""
        self.session = ""
        self.entries: dict[str, str] = {}
        """Published performance to entry."""
        self.seats: list[str] = []

    def plan(self, organiser: httpx.Client, contest: str) -> None:
        event = ask(
            organiser, "POST", f"/contests/{contest}/events", {"code": self.code, "name": self.programme.name}
        )
        self.event = event["id"]
        ask(organiser, "PUT", f"/events/{self.event}/scheme", {"document": self.programme.document()})
        for one in self.programme.performances:
            body = {"kind": "project", "name": one["name"], "bib": one["starting_number"]}
            self.entries[one["performance_id"]] = ask(organiser, "POST", f"/events/{self.event}/entries", body)[
                "id"
            ]
        seats = [{"judge_name": f"J{number}"} for number in range(1, JUDGES + 1)]
        panel = ask(organiser, "POST", f"/events/{self.event}/panels", {"name": "Panel", "seats": seats})
        self.seats = [seat["id"] for seat in sorted(panel["seats"], key=lambda seat: seat["number"])]
        aspects = [line["node"] for line in ask(organiser, "GET", f"/events/{self.event}/scheme")["outline"]]
        sheet = self.programme.sheet()
        marked = {mark.aspect for mark in sheet.marks}
        body = {
            "name": "Segment",
            "panel": panel["id"],
            "aspects": [aspect for aspect in aspects if aspect in marked],
        }
        self.session = ask(organiser, "POST", f"/events/{self.event}/sessions", body)["id"]
        ask(organiser, "POST", f"/sessions/{self.session}/open")

    def bring_in(self, organiser: httpx.Client, numbers: Any) -> None:
        """The technical panel's element scores and the deductions, over the desk."""
        marks = [
            {
                "mark": uuid4().hex,
                "device_seq": next(numbers),
                "entry": self.entries[mark.entry],
                "aspect": mark.aspect,
                "kind": mark.kind,
                "value": mark.value,
            }
            for mark in self.programme.sheet().marks
            if mark.seat == 0
        ]
        receipts = ask(organiser, "POST", f"/sessions/{self.session}/marks", {"marks": marks})
        assert {receipt["verdict"] for receipt in receipts} == {"stored"}

    def drafts(self, judge: int) -> list[Draft]:
        """What one judge marked, performance by performance."""
        return [
            Draft(self.session, self.entries[mark.entry], mark.aspect, mark.value, mark.kind)
            for mark in self.programme.sheet().marks
            if mark.seat == judge
        ]


def numbering(start: int = 1):
    while True:
        yield start
        start += 1


async def mark_everything(address: str, organiser: httpx.Client, segments: list[Segment]) -> list[int]:
    """Nine tablets for each programme mark at once; returns the ledger numbers of all receipts."""

    async def judging(segment: Segment, number: int, token: str) -> list[int]:
        judge = SimulatedJudge(address, token)
        async with judge.seated() as welcome:
            assert welcome.seat_number == number
            verdicts = await judge.enter(segment.drafts(number))
        assert {verdict.standing for verdict in verdicts} == {"counts"}
        return [verdict.seq for verdict in verdicts]

    headers = {"Authorization": organiser.headers["Authorization"]}
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=PATIENCE) as desk:
        tokens = {
            (segment, number): await pair(desk, seat)
            for segment in segments
            for number, seat in enumerate(segment.seats, 1)
        }
    async with asyncio.TaskGroup() as tablets:
        work = [tablets.create_task(judging(*place, token)) for place, token in tokens.items()]
    return [seq for task in work for seq in task.result()]


async def board_of(address: str, event: str, entries: int) -> dict[str, Any]:
    """The leaderboard as a spectator gets it, once every row is complete."""
    async with connect(
        address.replace("http", "ws") + "/live/board", max_size=None, open_timeout=PATIENCE
    ) as socket:
        for _ in range(PATIENCE):
            await socket.send(json.dumps({"type": "watch", "event": event}))
            while (message := json.loads(await socket.recv()))["type"] != "reset":
                pass
            if sum(row["total"] is not None for row in message["rows"]) == entries:
                return message
            await asyncio.sleep(1)
    raise AssertionError(f"the board never became complete: {message['head']}")


def published(programme: Programme) -> dict[str, tuple[int, str, dict[str, str]]]:
    """What the protocols print: rank, total, each component and what is taken away, by performance."""
    return {
        one["performance_id"]: (
            int(one["rank"]),
            one["total_segment_score"],
            {
                programme.ids[component["aspect_desc"]]: f"{float(component['scores_of_panel']):.2f}"
                for component in programme.components[one["performance_id"]]
            }
            | {"deductions": f"{0 - float(one['total_deductions']):.1f}"},
        )
        for one in programme.performances
    }


def check_board(board: dict[str, Any], segment: Segment) -> int:
    """Compare the leaderboard with the protocol; returns how many numbers were compared."""
    names = {entry: performance for performance, entry in segment.entries.items()}
    columns = [column["node"] for column in board["head"]["columns"]]
    compared = 0
    expected = published(segment.programme)
    for row in board["rows"]:
        rank, total, components = expected.pop(names[row["entry"]])
        scores = dict(zip(columns, row["scores"], strict=True))
        found = (row["rank"], row["total"], {node: scores[node] for node in components})
        assert found == (rank, total, components)
        compared += 2 + len(components)
    assert expected == {}
    return compared


def check_workbook(content: bytes, segment: Segment) -> int:
    """Compare the workbook's sheet of details with the protocol; returns how many numbers were compared."""
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[1]
    rows = list(sheet.iter_rows(min_row=3, values_only=True))
    headings = list(rows[0])
    by_name = {one["name"]: one["performance_id"] for one in segment.programme.performances}
    words = {node: place.node.name for node, place in segment_nodes(segment)}
    expected = published(segment.programme)
    compared = 0
    for row in rows[1:]:
        if row[2] not in by_name:
            continue
        rank, total, components = expected.pop(by_name[row[2]])
        printed = {
            node: f"{row[headings.index(words[node])]:.{len(text.partition('.')[2])}f}"
            for node, text in components.items()
        }
        assert (row[0], f"{row[headings.index('总分')]:.2f}", printed) == (rank, total, components)
        compared += 2 + len(components)
    assert expected == {}
    return compared


def segment_nodes(segment: Segment):
    from scoring import parse

    return parse(json.dumps(segment.programme.document())).nodes.items()


@pytest.fixture
def service(tmp_path: Path):
    with served(tmp_path, pairings_per_minute="1000", requests_per_minute="100000") as found:
        yield found


def test_a_grand_prix_goes_through_the_whole_line(service: Service, record_property):
    admin = service.client()
    contest = ask(admin, "POST", "/contests", {"name": "Rostelecom Cup 2016", "kind": "sports"})["id"]
    organiser = service.official(admin, contest, "organiser", "organiser")
    chief = service.official(admin, contest, "chief", "chief_judge")
    segments = [Segment(programme, f"P{number}") for number, programme in enumerate(programmes(), 1)]
    numbers = numbering()
    for segment in segments:
        segment.plan(organiser, contest)
        segment.bring_in(organiser, numbers)

    started = perf_counter()
    seqs = asyncio.run(mark_everything(service.address, organiser, segments))
    seconds = perf_counter() - started
    assert len(seqs) == len(set(seqs)) == MARKS

    on_boards = in_workbooks = 0
    for segment in segments:
        board = asyncio.run(board_of(service.address, segment.event, len(segment.entries)))
        on_boards += check_board(board, segment)
        ask(chief, "POST", f"/sessions/{segment.session}/lock")
        ask(chief, "POST", f"/sessions/{segment.session}/confirm")
        assert ask(organiser, "POST", f"/events/{segment.event}/publish")["state"] == "provisional"
        workbook = organiser.get(f"/events/{segment.event}/scores.xlsx")
        in_workbooks += check_workbook(workbook.content, segment)
    # 84 ranks, 84 totals, 5 components each (ice dance too) and the deductions, in both places.
    assert on_boards == in_workbooks == 84 * 8

    facts = Counter[str]()
    after = 0
    auditor = service.official(admin, contest, "auditor", "auditor")
    while found := ask(auditor, "GET", f"/contests/{contest}/facts", after=after, limit=1000):
        facts.update(fact["body"]["fact"] for fact in found)
        after = found[-1]["seq"]
    assert facts["mark_entered"] == MARKS + sum(
        mark.seat == 0 for segment in segments for mark in segment.programme.sheet().marks
    )
    record_property("marks per second", round(MARKS / seconds))
    print(f"\n{MARKS} marks over {8 * JUDGES} websockets in {seconds:.1f} s: {MARKS / seconds:.0f} a second")
