"""Judges too far apart: named to officials, settled before the panel signs, or signed for with a reason."""

from typing import Any

import pytest

from tests.contest.http.desk import SCHEME, Desks, Ground, Json

APART: Json = {
    "root": {
        "kind": "sum",
        "id": "total",
        "name": "总分",
        "parts": [
            {
                "kind": "panel",
                "id": "craft",
                "name": "工艺",
                "name_en": "Craft",
                "high": "10",
                "step": "0.5",
                "spread": "2",
            },
            {"kind": "veto", "id": "unsafe", "name": "违反安全规程", "name_en": "Unsafe", "effect": "unranked"},
        ],
    },
    "ranking": SCHEME["ranking"],
}


class Judged:
    """An event of two entries with a panel of three, whose session is open."""

    def __init__(self, ground: Ground, event: str, entries: list[str], session: str, tablets: list[Any]) -> None:
        self.ground, self.event, self.entries, self.session = ground, event, entries, session
        self.tablets = tablets
        self.path = f"/sessions/{session}"

    @classmethod
    async def begin(cls, desks: Desks) -> "Judged":
        ground = await Ground.prepare(desks)
        event = await ground.event("焊工")
        await ground.organiser.ask("PUT", f"/events/{event}/scheme", {"document": APART})
        entries = await ground.entries(event, ["赵甲", "钱乙"])
        panel = await ground.panel(event)
        session = await ground.organiser.post(f"/events/{event}/sessions", {"name": "实操", "panel": panel["id"]})
        await ground.chief.post(f"/sessions/{session['id']}/open")
        return cls(ground, event, entries, session["id"], await ground.tablets(panel))

    async def mark(self, entry: int, *values: float) -> list[Json]:
        return [
            await tablet.mark(self.session, self.entries[entry], "craft", int(value * 1000))
            for tablet, value in zip(self.tablets, values, strict=True)
        ]


@pytest.fixture
async def judged(desks: Desks) -> Judged:
    return await Judged.begin(desks)


async def test_judges_too_far_apart_are_named_and_signed_for_only_with_a_reason(judged: Judged) -> None:
    chief = judged.ground.chief
    await judged.mark(0, 9, 8, 7.5)
    await judged.mark(1, 9, 8, 6.5)
    remark = {
        "entry": judged.entries[1],
        "aspect": "craft",
        "name": "工艺",
        "name_en": "Craft",
        "reason": "spread",
        "spread": "2.5",
        "called_at": "",
    }
    [due] = await chief.get(f"{judged.path}/remarks")
    assert due["called_at"] > "2026", "the ledger says since when its judges are called"
    assert due | {"called_at": ""} == remark
    assert (await chief.get(f"/events/{judged.event}/results"))["remarks"] == [remark]
    await chief.post(f"{judged.path}/lock")
    answer = await chief.client.post(f"/api{judged.path}/confirm")
    assert (answer.status_code, answer.json()["code"]) == (409, "remarks_open")
    assert answer.json()["params"] == {"count": 1}
    assert await chief.refusal("POST", f"{judged.path}/confirm", {"reason": " "}) == (409, "remarks_open")
    signed = await chief.post(f"{judged.path}/confirm", {"reason": "三名裁判复核，维持原分"})
    assert [(gate["gate"], gate["reason"]) for gate in signed["passed"]] == [
        ("opened", ""),
        ("locked", ""),
        ("confirmed", "三名裁判复核，维持原分"),
    ]
    shown = (await chief.get(judged.path))["gates"]["passed"][-1]
    assert shown["reason"] == "三名裁判复核，维持原分"


async def test_a_remark_goes_when_the_judge_marks_again_and_asks_nothing_of_who_is_out(judged: Judged) -> None:
    chief = judged.ground.chief
    await judged.mark(0, 9, 8, 7.5)
    *_, far = await judged.mark(1, 9, 8, 2)
    assert len(await chief.get(f"{judged.path}/remarks")) == 1
    again = await judged.tablets[2].mark(judged.session, judged.entries[1], "craft", 7000, replaces=far.mark)
    assert again.verdict == "stored"
    assert await chief.get(f"{judged.path}/remarks") == []
    await judged.tablets[2].mark(judged.session, judged.entries[1], "craft", 1000, replaces=again.mark)
    await chief.post(f"/entries/{judged.entries[1]}/ruling", {"status": "disqualified", "reason": "作弊"})
    assert await chief.get(f"{judged.path}/remarks") == []
    await chief.post(f"{judged.path}/lock")
    assert (await chief.post(f"{judged.path}/confirm"))["state"] == "confirmed"


async def test_no_public_page_carries_a_remark(judged: Judged) -> None:
    await judged.mark(0, 9, 8, 2)
    nobody = judged.ground.desks.nobody()
    board = await nobody.get(f"/api/public/events/{judged.event}/board")
    assert board.status_code == 200
    assert "remark" not in board.text
    for path in (f"{judged.path}/remarks", f"/events/{judged.event}/results", f"/events/{judged.event}/agreement"):
        assert (await nobody.get(f"/api{path}")).status_code == 401


async def test_an_entry_that_is_barred_says_by_what(judged: Judged) -> None:
    ground = judged.ground
    await judged.mark(0, 9, 8, 8)
    await judged.mark(1, 5, 5, 5)
    await judged.tablets[0].mark(judged.session, judged.entries[0], "unsafe", 1000)
    sheet = await ground.chief.get(f"/events/{judged.event}/results")
    assert [(row["entry"], row["rank"], row["excluded"]) for row in sheet["rows"]] == [
        (judged.entries[1], 1, []),
        (judged.entries[0], None, ["unsafe"]),
    ]
    assert sheet["barriers"] == [{"node": "unsafe", "name": "违反安全规程", "name_en": "Unsafe"}]
    board = (await ground.desks.nobody().get(f"/api/public/events/{judged.event}/board")).json()
    assert [(row["entry"], row["unranked"]) for row in board["rows"]] == [
        (judged.entries[1], ""),
        (judged.entries[0], "barred"),
    ]
    assert (await ground.chief.post(f"{judged.path}/lock"))["missing"] == 0
    await ground.chief.post(f"{judged.path}/confirm")
    table = await ground.organiser.client.get(
        f"/api/events/{judged.event}/scores.csv", headers={"accept-language": "zh"}
    )
    assert "不排名（违反安全规程）" in table.text
