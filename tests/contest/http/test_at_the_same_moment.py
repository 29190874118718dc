"""Two people, or two clicks, at the same moment: one of them wins, and nothing is lost, doubled or half done."""

import asyncio
from typing import Any

import httpx
import pytest

from contest.actions import entering, readiness
from contest.store.queries import people, plans
from tests.contest.http.desk import Desks, Ground


@pytest.fixture
async def ground(desks: Desks) -> Ground:
    return await Ground.prepare(desks)


async def signed(ground: Ground) -> tuple[str, list[str]]:
    """An event with three entries, marked and signed; the last of them did not start and has no mark."""
    event = await ground.event("HG")
    entries = await ground.entries(event, ["赵甲", "钱乙", "孙丙"])
    panel = await ground.panel(event)
    theory, practice = await ground.sessions(event, panel["id"])
    tablets = await ground.tablets(panel)
    for session in (theory, practice):
        await ground.chief.post(f"/sessions/{session}/open")
    await ground.theory(theory, {entries[0]: 80, entries[1]: 60})
    for entry in entries[:2]:
        for tablet in tablets:
            await tablet.mark(practice, entry, "craft", 50_000)
        await tablets[0].mark(practice, entry, "pieces", 3000)
    await rule(ground, entries[2], "not_started")
    for session in (theory, practice):
        await ground.close(session)
    return event, entries


async def rule(ground: Ground, entry: str, status: str) -> None:
    await ground.chief.post(f"/entries/{entry}/ruling", {"status": status, "reason": ""})


async def test_results_are_not_published_over_a_ruling_of_the_same_moment(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    event, entries = await signed(ground)
    results_of = readiness.results_of

    async def overtaken(*asked: Any) -> Any:
        computed = await results_of(*asked)
        await rule(ground, entries[2], "entered")
        return computed

    with monkeypatch.context() as patch:
        patch.setattr(readiness, "results_of", overtaken)
        assert await ground.organiser.refusal("POST", f"/events/{event}/publish") == (409, "overtaken")
    assert await ground.organiser.refusal("POST", f"/events/{event}/publish") == (409, "marks_missing")
    await rule(ground, entries[2], "withdrawn")
    assert (await ground.organiser.post(f"/events/{event}/publish"))["state"] == "provisional"


async def test_a_second_click_on_publish_changes_nothing(ground: Ground) -> None:
    event, _ = await signed(ground)
    path = f"/api/events/{event}/publish"
    answers = await asyncio.gather(*(ground.organiser.client.post(path) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    gates = await ground.organiser.get(f"/events/{event}/gates")
    (results,) = [line for line in gates if line["line"] == "results"]
    assert [gate["gate"] for gate in results["passed"]] == ["started", "ended", "provisional"]


async def test_a_tablet_that_is_confirmed_twice_at_once_takes_the_seat_once(ground: Ground) -> None:
    event = await ground.event("HG")
    seat = (await ground.panel(event, judges=1))["seats"][0]["id"]
    invited = await ground.organiser.post(f"/seats/{seat}/pairing")
    claimed = await ground.organiser.post("/pairing/claim", {"code": invited["code"], "device_name": "平板"})
    path = f"/api/pairings/{invited['pairing']}/confirm"
    body = {"number": claimed["number"]}
    answers = await asyncio.gather(*(ground.organiser.client.post(path, json=body) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 403, 403]
    (device,) = await ground.organiser.get(f"/contests/{ground.contest}/devices")
    assert device["holds"] is True


async def test_numbers_that_are_drawn_twice_at_once_are_drawn_once(ground: Ground) -> None:
    event = await ground.event("HG", blind=True)
    await ground.entries(event, [f"选手{number}" for number in range(12)])
    path = f"/api/events/{event}/entries/numbers"
    answers = await asyncio.gather(*(ground.organiser.client.post(path, json={}) for _ in range(3)))
    drawn = [{entry["id"]: entry["station"] for entry in answer.json()} for answer in answers]
    assert drawn[0] == drawn[1] == drawn[2]
    assert sorted(drawn[0].values()) == [f"G{number:02d}" for number in range(1, 13)]


async def test_a_number_that_somebody_gives_by_hand_survives_the_draw_of_the_same_moment(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await ground.event("HG")
    one, two = await ground.entries(event, ["赵甲", "钱乙"])
    entries_of_event = people.entries_of_event

    async def overtaken(*asked: Any) -> Any:
        read = await entries_of_event(*asked)
        monkeypatch.undo()
        await ground.organiser.ask("PATCH", f"/entries/{one}", {"station": "S1", "bib": "B7"})
        return read

    monkeypatch.setattr(people, "entries_of_event", overtaken)
    drawn = await ground.organiser.post(f"/events/{event}/entries/numbers", {})
    assert {entry["id"]: (entry["bib"], entry["station"]) for entry in drawn} == {
        one: ("B7", "S1"),
        two: ("A01", "G01"),
    }


def upload(ground: Ground, sheet: str) -> Any:
    return ground.organiser.client.post(
        f"/api/contests/{ground.contest}/competitors/import",
        files={"file": ("选手.csv", sheet.encode())},
        params={"dry_run": "false"},
    )


async def test_a_sheet_that_is_imported_twice_at_once_is_imported_once(ground: Ground) -> None:
    await ground.event("HG")
    sheet = "姓名,单位,编号,赛项代码\n" + "".join(f"选手{number},一厂,N{number},HG\n" for number in range(20))
    answers: list[httpx.Response] = await asyncio.gather(*(upload(ground, sheet) for _ in range(3)))
    told = sorted((len(one["added"]), one["unchanged"], one["applied"]) for one in (a.json() for a in answers))
    assert told == [(0, 20, True), (0, 20, True), (20, 0, True)]
    assert (await ground.organiser.get(f"/contests/{ground.contest}/competitors"))["total"] == 20
    assert [one["name"] for one in await ground.organiser.get("/organisations")] == ["一厂"]


async def test_who_is_entered_late_joins_no_session_that_is_locked(ground: Ground) -> None:
    event = await ground.event("HG")
    (one,) = await ground.entries(event, ["赵甲"])
    theory, practice = await ground.sessions(event, (await ground.panel(event))["id"])
    await ground.chief.post(f"/sessions/{theory}/open")
    await ground.theory(theory, {one: 60})
    await ground.close(theory)
    (two,) = await ground.entries(event, ["钱乙"])
    answer = await upload(ground, "姓名,赛项代码\n孙丙,HG\n")
    assert answer.json()["applied"] is True
    entries = [entry["id"] for entry in await ground.organiser.get(f"/events/{event}/entries")]
    assert {one, two} < set(entries)
    assert (await ground.organiser.get(f"/sessions/{theory}"))["entries"] == [one]
    assert sorted((await ground.organiser.get(f"/sessions/{practice}"))["entries"]) == sorted(entries)


async def test_an_entry_does_not_slip_into_a_session_that_is_locked_at_that_moment(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await ground.event("HG")
    (one,) = await ground.entries(event, ["赵甲"])
    theory, _ = await ground.sessions(event, (await ground.panel(event))["id"])
    await ground.chief.post(f"/sessions/{theory}/open")
    places_for = entering.places_for

    async def overtaken(*asked: Any) -> Any:
        places = await places_for(*asked)
        monkeypatch.undo()
        await ground.chief.post(f"/sessions/{theory}/lock")
        return places

    monkeypatch.setattr(entering, "places_for", overtaken)
    await ground.entries(event, ["钱乙"])
    assert (await ground.organiser.get(f"/sessions/{theory}"))["entries"] == [one]


async def test_a_session_loses_no_entry_that_came_and_was_marked_a_moment_ago(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await ground.event("HG")
    one, two, three = await ground.entries(event, ["赵甲", "钱乙", "孙丙"])
    session = await ground.organiser.post(
        f"/events/{event}/sessions", {"name": "理论", "aspects": ["theory"], "entries": [one, three]}
    )
    path = f"/sessions/{session['id']}"
    await ground.chief.post(f"{path}/open")
    planned = plans.session

    async def overtaken(*asked: Any) -> Any:
        before = await planned(*asked)
        monkeypatch.undo()
        await ground.organiser.ask("PATCH", path, {"entries": [one, two, three]})
        await ground.theory(session["id"], {two: 60})
        return before

    monkeypatch.setattr(plans, "session", overtaken)
    assert await ground.organiser.refusal("PATCH", path, {"entries": [one]}) == (409, "marks_exist")
    assert (await ground.organiser.get(path))["entries"] == [one, two, three]


async def test_what_spectators_see_is_settled_before_the_first_session_opens_however_close(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await ground.event("HG", public_view="after_publication")
    await ground.entries(event, ["赵甲"])
    theory, _ = await ground.sessions(event, (await ground.panel(event))["id"])
    apply = ground.desks.store.apply

    async def overtaken(*queries: Any, **more: Any) -> Any:
        monkeypatch.undo()
        await ground.chief.post(f"/sessions/{theory}/open")
        return await apply(*queries, **more)

    monkeypatch.setattr(ground.desks.store, "apply", overtaken)
    refused = await ground.organiser.refusal("PATCH", f"/events/{event}", {"public_view": "live"})
    assert refused == (409, "event_started")
    assert (await ground.organiser.get(f"/events/{event}"))["public_view"] == "after_publication"


async def test_nothing_is_taken_back_that_is_used_from_this_moment_on(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await ground.event("HG")
    panel = await ground.panel(event)
    stage = await ground.organiser.post(f"/events/{event}/stages", {"name": "预赛"})
    apply = ground.desks.store.apply

    async def overtaken(*queries: Any, **more: Any) -> Any:
        monkeypatch.undo()
        body = {"name": "实操", "panel": panel["id"], "stage": stage["id"]}
        await ground.organiser.post(f"/events/{event}/sessions", body)
        return await apply(*queries, **more)

    for path in (f"/panels/{panel['id']}", f"/stages/{stage['id']}"):
        monkeypatch.setattr(ground.desks.store, "apply", overtaken)
        assert await ground.organiser.refusal("DELETE", path) == (409, "still_in_use")
        (session,) = await ground.organiser.get(f"/events/{event}/sessions")
        await ground.organiser.ask("DELETE", f"/sessions/{session['id']}")
    await ground.organiser.ask("DELETE", f"/panels/{panel['id']}")

    async def entered(*queries: Any, **more: Any) -> Any:
        monkeypatch.undo()
        await ground.organiser.post(f"/events/{event}/entries", {"kind": "project", "name": "节能改造"})
        return await apply(*queries, **more)

    monkeypatch.setattr(ground.desks.store, "apply", entered)
    assert await ground.organiser.refusal("DELETE", f"/events/{event}") == (409, "still_in_use")


async def test_no_session_is_planned_for_a_panel_that_goes_at_this_moment(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await ground.event("HG")
    panel = await ground.panel(event)
    apply = ground.desks.store.apply

    async def overtaken(*queries: Any, **more: Any) -> Any:
        monkeypatch.undo()
        await ground.organiser.ask("DELETE", f"/panels/{panel['id']}")
        return await apply(*queries, **more)

    monkeypatch.setattr(ground.desks.store, "apply", overtaken)
    path, body = f"/events/{event}/sessions", {"name": "实操", "panel": panel["id"]}
    assert await ground.organiser.refusal("POST", path, body) == (404, "not_found")
    assert await ground.organiser.get(path) == []


async def test_no_panel_signs_over_a_mark_that_is_taken_back_at_this_moment(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await ground.event("HG")
    (one,) = await ground.entries(event, ["赵甲"])
    theory, _ = await ground.sessions(event, (await ground.panel(event))["id"])
    path = f"/sessions/{theory}"
    await ground.chief.post(f"{path}/open")
    await ground.theory(theory, {one: 60})
    await ground.organiser.post(f"{path}/lock")
    erased = {"mark": "late", "device_seq": 999, "entry": one, "aspect": "theory", "kind": "erased"}
    (receipt,) = await ground.organiser.post(f"{path}/marks", {"marks": [erased]})
    assert receipt["verdict"] == "pending"
    record = ground.desks.store.book.record

    async def overtaken(*asked: Any, **more: Any) -> Any:
        monkeypatch.undo()
        await ground.chief.post("/marks/late/settle", {"accept": True, "reason": ""})
        return await record(*asked, **more)

    monkeypatch.setattr(ground.desks.store.book, "record", overtaken)
    assert await ground.chief.refusal("POST", f"{path}/confirm") == (409, "overtaken")
    assert await ground.chief.refusal("POST", f"{path}/confirm") == (409, "marks_missing")
