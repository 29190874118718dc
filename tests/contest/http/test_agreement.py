"""How far judges agree, for officials: named, in sentences, and the same in a process of its own."""

import pytest

from contest.actions import agreeing
from tests.contest.http.desk import Desks, Ground
from tests.contest.http.test_remarks import Judged


@pytest.fixture
async def judged(desks: Desks) -> Judged:
    begun = await Judged.begin(desks)
    await begun.mark(0, 9, 8, 7.5)
    await begun.mark(1, 9, 6, 3)
    return begun


async def test_officials_read_about_each_judge_by_name(judged: Judged) -> None:
    told = await judged.ground.chief.get(f"/events/{judged.event}/agreement")
    assert (told["unit"], told["marks"]) == ("mark", 6)
    assert [(one["seat"], one["judge_name"], one["bias"]["value"]) for one in told["judges"]] == [
        (1, "裁判1", "1.92"),
        (2, "裁判2", "-0.08"),
        (3, "裁判3", "-1.83"),
    ]
    (aspect,) = told["aspects"]
    assert (aspect["name"], aspect["widest"], aspect["limit"], aspect["over"]) == ("工艺", "6.00", "2.00", 1)
    assert all(one["said"] and one["said_en"] for one in (*told["judges"], *told["panels"], *told["aspects"]))
    assert [one["panel"] for one in told["panels"]] == [""]


async def test_many_marks_are_computed_elsewhere_and_say_the_same(
    judged: Judged, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/events/{judged.event}/agreement"
    here = await judged.ground.supervisor.get(path)
    monkeypatch.setattr(agreeing, "IN_PROCESS", 0)
    assert await judged.ground.supervisor.get(path) == here


async def test_two_panels_are_told_apart(desks: Desks) -> None:
    ground = await Ground.prepare(desks)
    event = await ground.event("焊工")
    entries = await ground.entries(event, ["赵甲", "钱乙"])
    for number, entry in enumerate(entries):
        panel = await ground.panel(event, judges=2)
        body = {"name": f"第{number}场", "panel": panel["id"], "aspects": ["craft"], "entries": [entry]}
        session = (await ground.organiser.post(f"/events/{event}/sessions", body))["id"]
        await ground.chief.post(f"/sessions/{session}/open")
        for at, tablet in enumerate(await ground.tablets(panel)):
            await tablet.mark(session, entry, "craft", 40_000 + 1000 * at)
    told = await ground.organiser.get(f"/events/{event}/agreement")
    assert [(one["panel"], one["seat"], one["judge_name"]) for one in told["judges"]] == [
        ("第一组", 1, "裁判1"),
        ("第一组", 2, "裁判2"),
        ("第一组 (2)", 1, "裁判1"),
        ("第一组 (2)", 2, "裁判2"),
    ]


async def test_an_event_without_marks_says_so(desks: Desks) -> None:
    ground = await Ground.prepare(desks)
    event = await ground.event("焊工")
    told = await ground.chief.get(f"/events/{event}/agreement")
    assert (told["marks"], told["judges"], told["panels"]) == (0, [], [])
    assert told["adjusted"]
