"""One contest from its season to official results, over HTTP, with several events at once."""

import asyncio
from itertools import pairwise

from contest.model.access import Role
from tests.contest.http.desk import Desks, Ground


async def mark_everything(ground: Ground, code: str, points: list[tuple[int, int]]) -> tuple[str, list[str]]:
    """An event with theory and craft points for each entry, marked, locked and confirmed."""
    event = await ground.event(code)
    entries = await ground.entries(event, [f"{code}选手{number}" for number in range(len(points))])
    panel = await ground.panel(event)
    theory, practice = await ground.sessions(event, panel["id"])
    tablets = await ground.tablets(panel)
    for session in (theory, practice):
        await ground.chief.post(f"/sessions/{session}/open")
    receipts = await ground.theory(
        theory, {entry: score for entry, (score, _) in zip(entries, points, strict=True)}
    )
    assert [receipt["verdict"] for receipt in receipts] == ["stored"] * len(points)
    for entry, (_, craft) in zip(entries, points, strict=True):
        for tablet in tablets:
            assert (await tablet.mark(practice, entry, "craft", craft * 1000)).verdict == "stored"
        assert (await tablets[0].mark(practice, entry, "pieces", 4000)).verdict == "stored"
    for session in (theory, practice):
        await ground.close(session)
    return event, entries


async def test_a_contest_goes_from_its_season_to_official_results(desks: Desks) -> None:
    admin = await desks.person("管理员", Role.ADMINISTRATOR)
    union = await admin.post("/organisations", {"name": "县总工会", "kind": "union"})
    season = await admin.post("/seasons", {"name": "2026 年度", "year": 2026, "organiser": union["id"]})
    ground = await Ground.prepare(desks)
    changed = await admin.ask("PATCH", f"/contests/{ground.contest}", {"season": season["id"]})
    assert changed["season"] == season["id"]

    events = [
        await mark_everything(ground, "焊工", [(80, 50), (90, 55), (70, 40)]),
        await mark_everything(ground, "果树", [(60, 30), (61, 30)]),
    ]
    event, entries = events[0]
    sheet = await ground.chief.get(f"/events/{event}/results")
    # 0.3 × theory + 0.7 × (craft + 40)
    assert [(row["rank"], row["entry"], row["total"]) for row in sheet["rows"]] == [
        (1, entries[1], "93.50"),
        (2, entries[0], "87.00"),
        (3, entries[2], "77.00"),
    ]
    assert (sheet["head"]["state"], sheet["missing"], sheet["open_ties"]) == ("started", 0, 0)
    assert [column["node"] for column in sheet["columns"]] == ["theory", "practice"]
    assert sheet["rows"][0]["awards"] == ["first"]

    for event, _ in events:
        published = await ground.organiser.post(f"/events/{event}/publish")
        assert (published["state"], published["passed"][-1]["by_name"]) == ("provisional", "organiser")
        consent = (await ground.organiser.post(f"/events/{event}/official"))["consent"]
        assert await ground.organiser.refusal("POST", f"/consents/{consent}/give") == (403, "consent_not_yours")
        await ground.chief.post(f"/consents/{consent}/give")
        gates = await ground.chief.get(f"/events/{event}/gates")
        official = gates[0]["passed"][-1]
        assert (gates[0]["state"], official["by_name"], official["second_name"]) == (
            "official",
            "organiser",
            "chief",
        )

    facts = await ground.supervisor.get(f"/contests/{ground.contest}/facts", limit=1000)
    assert [fact["seq"] for fact in facts] == list(range(1, len(facts) + 1))
    assert all(after["prev"] == before["link"] for before, after in pairwise(facts))
    assert "焊工选手" not in str(facts)
    assert "裁判1" not in str(facts)


async def test_published_results_are_taken_back_by_two_and_published_again(desks: Desks) -> None:
    ground = await Ground.prepare(desks)
    event, _ = await mark_everything(ground, "焊工", [(80, 50), (90, 55)])
    await ground.organiser.post(f"/events/{event}/publish")
    body = {"reason": "理论卷复核"}
    consent = (await ground.chief.ask("POST", f"/events/{event}/supersede", body))["consent"]
    await ground.organiser.post(f"/consents/{consent}/give")
    gates = [line for line in await ground.chief.get(f"/events/{event}/gates") if line["line"] == "results"]
    assert [(line["round"], line["state"]) for line in gates] == [(1, "provisional"), (2, "started")]
    assert (await ground.organiser.post(f"/events/{event}/publish"))["round"] == 2


async def test_a_locked_session_is_opened_again_by_two_and_corrected(desks: Desks) -> None:
    ground = await Ground.prepare(desks)
    event, entries = await mark_everything(ground, "焊工", [(80, 50), (90, 55)])
    theory = (await ground.chief.get(f"/events/{event}/sessions"))[0]
    assert theory["gates"]["state"] == "confirmed"
    consent = await ground.chief.ask("POST", f"/sessions/{theory['id']}/reopen", {"reason": "加分有误"})
    await ground.supervisor.post(f"/consents/{consent['consent']}/give")
    marks = (await ground.chief.get(f"/sessions/{theory['id']}/marks"))["marks"]
    (before,) = [mark for mark in marks if mark["entry"] == entries[0]]
    correction = {
        "mark": "correction",
        "device_seq": 1000,
        "entry": entries[0],
        "aspect": "theory",
        "value": 95000,
        "replaces": before["mark"],
        "reason": "复核",
    }
    (receipt,) = await ground.organiser.post(f"/sessions/{theory['id']}/marks", {"marks": [correction]})
    assert receipt["verdict"] == "stored"
    marks = (await ground.chief.get(f"/sessions/{theory['id']}/marks"))["marks"]
    told = [(mark["value"], mark["standing"], mark["revision"], mark["reason"], mark["by_name"]) for mark in marks]
    assert told == [
        (80000, "superseded", 1, "", "organiser"),
        (90000, "counts", 1, "", "organiser"),
        (95000, "counts", 2, "复核", "organiser"),
    ]


async def test_events_of_one_contest_are_marked_at_the_same_time(desks: Desks) -> None:
    ground = await Ground.prepare(desks)
    done = await asyncio.gather(
        *(mark_everything(ground, f"赛项{number}", [(80, 50), (90, 40)]) for number in range(3))
    )
    for event, entries in done:
        sheet = await ground.chief.get(f"/events/{event}/results")
        assert [row["entry"] for row in sheet["rows"]] == entries
    facts = await ground.supervisor.get(f"/contests/{ground.contest}/facts", limit=1000)
    assert [fact["seq"] for fact in facts] == list(range(1, len(facts) + 1))
