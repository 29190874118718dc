"""Stages: who goes on is said on every list, and who does not lacks nothing later."""

import asyncio

import pytest

from tests.contest.http.desk import Desks, Ground, Json

ROUNDS: Json = {
    "root": {
        "kind": "sum",
        "id": "total",
        "name": "总分",
        "parts": [
            {"kind": "imported", "id": "first", "name": "初赛", "high": "100", "counts": False},
            {"kind": "imported", "id": "last", "name": "决赛", "high": "100"},
        ],
    },
    "stages": [
        {"id": "heats", "name": "初赛", "name_en": "Heats", "node": "first", "advance": {"by": "rank", "to": 2}},
        {"id": "final", "name": "决赛", "name_en": "Final", "node": "last"},
    ],
}


class Rounds:
    """An event of three in two stages, both sessions open."""

    def __init__(self, ground: Ground, event: str, entries: list[str], first: str, last: str) -> None:
        self.ground, self.event, self.entries, self.first, self.last = ground, event, entries, first, last
        self._seq = 0

    @classmethod
    async def begin(cls, desks: Desks) -> "Rounds":
        ground = await Ground.prepare(desks)
        event = await ground.event("电工")
        await ground.organiser.ask("PUT", f"/events/{event}/scheme", {"document": ROUNDS})
        entries = await ground.entries(event, ["赵甲", "钱乙", "孙丙"])
        sessions = [
            (await ground.organiser.post(f"/events/{event}/sessions", {"name": name, "aspects": [name]}))["id"]
            for name in ("first", "last")
        ]
        for session in sessions:
            await ground.chief.post(f"/sessions/{session}/open")
        return cls(ground, event, entries, *sessions)

    async def mark(self, session: str, aspect: str, entry: int, value: int) -> None:
        self._seq += 1
        mark = {
            "mark": f"{aspect}{entry}",
            "device_seq": self._seq,
            "entry": self.entries[entry],
            "aspect": aspect,
            "value": value * 1000,
        }
        (receipt,) = await self.ground.organiser.post(f"/sessions/{session}/marks", {"marks": [mark]})
        assert receipt["verdict"] == "stored"

    async def advances(self) -> dict[str, list[str]]:
        rows = (await self.ground.chief.get(f"/events/{self.event}/results"))["rows"]
        told = {row["entry"]: row["advances"] for row in rows}
        return {name: told[entry] for name, entry in zip("abc", self.entries, strict=True)}

    async def on_board(self) -> dict[str, str]:
        return {row["entry"]: row["advance"] for row in (await self.board())["rows"]}

    async def board(self) -> Json:
        return (await self.ground.desks.nobody().get(f"/api/public/events/{self.event}/board")).json()


@pytest.fixture
async def rounds(desks: Desks) -> Rounds:
    return await Rounds.begin(desks)


async def test_who_goes_on_is_said_and_who_does_not_lacks_no_final(rounds: Rounds) -> None:
    chief = rounds.ground.chief
    await rounds.mark(rounds.first, "first", 0, 90)
    assert {states[0] for states in (await rounds.advances()).values()} == {"possible"}
    board = await rounds.board()
    assert (board["head"]["stage"]["name_en"], {row["advance"] for row in board["rows"]}) == (
        "Heats",
        {"possible"},
    )
    await rounds.mark(rounds.first, "first", 1, 80)
    await rounds.mark(rounds.first, "first", 2, 70)
    assert {name: states[0] for name, states in (await rounds.advances()).items()} == {
        "a": "through",
        "b": "through",
        "c": "out",
    }
    sheet = await chief.get(f"/events/{rounds.event}/results")
    assert [(one["stage"], one["name"], one["decided"], one["places"]) for one in sheet["stages"]] == [
        ("heats", "初赛", True, 2),
        ("final", "决赛", True, None),
    ]
    expected = dict(zip(rounds.entries, ("through", "through", "out"), strict=True))
    async with asyncio.timeout(60):
        while await rounds.on_board() != expected:  # noqa: ASYNC110 -- a board sets no event for who asks by HTTP
            await asyncio.sleep(0.05)
    await rounds.ground.close(rounds.first)
    await rounds.mark(rounds.last, "last", 0, 60)
    assert (await chief.post(f"/sessions/{rounds.last}/lock"))["missing"] == 1
    assert await chief.refusal("POST", f"/sessions/{rounds.last}/confirm") == (409, "marks_missing")


async def test_a_final_is_signed_and_published_without_marks_of_who_went_out(rounds: Rounds) -> None:
    for entry, value in enumerate((90, 80, 70)):
        await rounds.mark(rounds.first, "first", entry, value)
    await rounds.ground.close(rounds.first)
    await rounds.mark(rounds.last, "last", 0, 60)
    await rounds.mark(rounds.last, "last", 1, 65)
    await rounds.ground.close(rounds.last)
    await rounds.ground.organiser.post(f"/events/{rounds.event}/publish")
    rows = (await rounds.ground.chief.get(f"/events/{rounds.event}/results"))["rows"]
    one, two, three = rounds.entries
    assert [(row["entry"], row["rank"]) for row in rows] == [(two, 1), (one, 2), (three, 3)]
