"""Sessions, panels and entries: their defaults, what a change may not break, and who is hidden from whom."""

import asyncio
from copy import deepcopy

import pytest

from tests.contest.http.desk import SCHEME, Desks, Ground


@pytest.fixture
async def ground(desks: Desks) -> Ground:
    return await Ground.prepare(desks)


async def test_a_session_marks_everyone_and_all_that_is_entered_on_tablets_unless_it_says_otherwise(
    ground: Ground,
) -> None:
    event = await ground.event("焊工")
    entries = await ground.entries(event, ["赵甲", "钱乙"])
    session = await ground.organiser.post(f"/events/{event}/sessions", {"name": "实操"})
    assert (session["aspects"], sorted(session["entries"])) == (["craft", "pieces"], sorted(entries))
    (stage,) = await ground.organiser.get(f"/events/{event}/stages")
    assert (session["stage"], session["gates"]["state"]) == (stage["id"], "planned")


async def test_no_aspect_of_an_entry_is_marked_in_two_sessions(ground: Ground) -> None:
    event = await ground.event("焊工")
    one, two = await ground.entries(event, ["赵甲", "钱乙"])
    path = f"/events/{event}/sessions"
    first = await ground.organiser.post(path, {"name": "一组", "aspects": ["craft"], "entries": [one]})
    twice = (409, "aspect_scheduled_twice")
    assert await ground.organiser.refusal("POST", path, {"name": "二组", "aspects": ["craft"]}) == twice
    second = await ground.organiser.post(path, {"name": "二组", "aspects": ["craft"], "entries": [two]})
    await ground.organiser.post(path, {"name": "件数", "aspects": ["pieces"]})
    grown = {"entries": [one, two]}
    assert await ground.organiser.refusal("PATCH", f"/sessions/{second['id']}", grown) == twice
    assert await ground.organiser.refusal("PATCH", f"/sessions/{first['id']}", {"aspects": ["nothing"]}) == (
        404,
        "not_found",
    )


async def test_who_is_entered_late_joins_the_sessions_of_everyone_and_no_heat(ground: Ground) -> None:
    event = await ground.event("焊工")
    path = f"/events/{event}/sessions"
    theory = await ground.organiser.post(path, {"name": "理论", "aspects": ["theory"]})
    (one,) = await ground.entries(event, ["赵甲"])
    heat = await ground.organiser.post(path, {"name": "一组"})
    (two,) = await ground.entries(event, ["钱乙"])
    await ground.organiser.ask("PATCH", f"/sessions/{heat['id']}", {"entries": [one]})
    (three,) = await ground.entries(event, ["孙丙"])
    sessions = {session["name"]: session["entries"] for session in await ground.organiser.get(path)}
    assert sessions == {"理论": [one, two, three], "一组": [one]}
    assert theory["entries"] == []


async def test_a_session_without_what_it_needs_is_not_opened(ground: Ground) -> None:
    event = await ground.event("焊工")
    path = f"/events/{event}/sessions"
    empty = await ground.organiser.post(path, {"name": "理论", "aspects": ["theory"]})
    not_ready = (409, "session_not_ready")
    assert await ground.chief.refusal("POST", f"/sessions/{empty['id']}/open") == not_ready
    await ground.entries(event, ["赵甲"])
    await ground.chief.post(f"/sessions/{empty['id']}/open")
    no_panel = await ground.organiser.post(path, {"name": "实操"})
    assert await ground.chief.refusal("POST", f"/sessions/{no_panel['id']}/open") == not_ready
    panel = await ground.panel(event)
    await ground.organiser.ask("PATCH", f"/sessions/{no_panel['id']}", {"panel": panel["id"]})
    await ground.chief.post(f"/sessions/{no_panel['id']}/open")


async def test_a_panel_too_small_for_its_scheme_is_not_let_to_mark(ground: Ground) -> None:
    event = await ground.event("焊工")
    document = deepcopy(SCHEME)
    document["root"]["parts"][1]["parts"][0]["rule"] = {"take": "trimmed", "low": 1, "high": 1}
    await ground.organiser.ask("PUT", f"/events/{event}/scheme", {"document": document})
    await ground.entries(event, ["赵甲"])
    two, three = [(await ground.panel(event, judges))["id"] for judges in (2, 3)]
    session = {"name": "实操", "aspects": ["craft", "pieces"], "panel": two}
    practice = (await ground.organiser.post(f"/events/{event}/sessions", session))["id"]
    refused = await ground.chief.refusal("POST", f"/sessions/{practice}/open")
    assert refused == (409, "panel_too_small")
    await ground.organiser.ask("PATCH", f"/sessions/{practice}", {"panel": three})
    await ground.chief.post(f"/sessions/{practice}/open")


async def test_the_scheme_is_locked_when_the_first_session_opens(ground: Ground) -> None:
    event = await ground.event("焊工")
    await ground.entries(event, ["赵甲"])
    theory, _ = await ground.sessions(event, (await ground.panel(event))["id"])
    smaller = {**SCHEME, "root": {**SCHEME["root"], "parts": SCHEME["root"]["parts"][1:]}}
    adopted = await ground.organiser.ask("PUT", f"/events/{event}/scheme", {"document": smaller})
    assert adopted["version"] == 2
    sessions = {
        session["name"]: session["aspects"] for session in await ground.organiser.get(f"/events/{event}/sessions")
    }
    assert sessions == {"理论": [], "实操": ["craft", "pieces"]}
    await ground.organiser.ask("PUT", f"/events/{event}/scheme", {"document": SCHEME})
    await ground.organiser.ask("PATCH", f"/sessions/{theory}", {"aspects": ["theory"]})
    await ground.chief.post(f"/sessions/{theory}/open")
    refused = await ground.organiser.refusal("PUT", f"/events/{event}/scheme", {"document": SCHEME})
    assert refused == (409, "scheme_locked")
    assert (await ground.organiser.get(f"/events/{event}/scheme"))["locked"] is True
    for changes in ({"blind": True}, {"public_view": "after_publication"}):
        assert await ground.organiser.refusal("PATCH", f"/events/{event}", changes) == (409, "event_started")


async def test_an_open_session_may_grow_but_loses_nothing_that_has_marks(ground: Ground) -> None:
    event = await ground.event("焊工")
    one, two = await ground.entries(event, ["赵甲", "钱乙"])
    panel = await ground.panel(event)
    session = await ground.organiser.post(
        f"/events/{event}/sessions", {"name": "实操", "panel": panel["id"], "aspects": ["craft"]}
    )
    path = f"/sessions/{session['id']}"
    tablets = await ground.tablets(panel)
    await ground.chief.post(f"{path}/open")
    await tablets[0].mark(session["id"], one, "craft", 50_000)
    other = await ground.panel(event)
    exist = (409, "marks_exist")
    for changes in ({"entries": [two]}, {"aspects": ["pieces"]}, {"panel": other["id"]}, {"panel": None}):
        assert await ground.organiser.refusal("PATCH", path, changes) == exist
    assert await ground.organiser.refusal("DELETE", f"/entries/{one}") == exist
    assert await ground.organiser.refusal("DELETE", path) == (409, "still_in_use")
    changed = await ground.organiser.ask(
        "PATCH", path, {"entries": [one], "aspects": ["craft", "pieces"], "room": "二号厅"}
    )
    assert (changed["entries"], changed["aspects"], changed["room"]) == ([one], ["craft", "pieces"], "二号厅")
    await ground.chief.post(f"{path}/lock")
    assert await ground.organiser.refusal("PATCH", path, {"entries": [one, two]}) == (409, "session_locked")
    assert (await ground.organiser.ask("PATCH", path, {"room": "三号厅"}))["room"] == "三号厅"


async def test_a_judge_is_renamed_and_keeps_the_seat(ground: Ground) -> None:
    event = await ground.event("焊工")
    (entry,) = await ground.entries(event, ["赵甲"])
    panel = await ground.panel(event)
    path = f"/panels/{panel['id']}"
    keys = [seat["id"] for seat in panel["seats"]]
    by_number = {"seats": [{"judge_name": name} for name in ("甲", "乙", "丙", "丁")]}
    changed = await ground.organiser.ask("PATCH", path, by_number)
    assert [seat["id"] for seat in changed["seats"]][:3] == keys
    assert [(seat["number"], seat["judge_name"]) for seat in changed["seats"]] == [
        (1, "甲"),
        (2, "乙"),
        (3, "丙"),
        (4, "丁"),
    ]
    by_seat = {"seats": [{"seat": keys[1], "judge_name": "乙"}, {"seat": keys[2], "judge_name": "丙"}]}
    smaller = await ground.organiser.ask("PATCH", path, by_seat)
    assert [(seat["id"], seat["number"]) for seat in smaller["seats"]] == [(keys[1], 1), (keys[2], 2)]
    assert (await ground.organiser.get(f"/events/{event}/panels")) == [smaller]
    _, practice = await ground.sessions(event, panel["id"])
    tablets = await ground.tablets(smaller)
    await ground.chief.post(f"/sessions/{practice}/open")
    await tablets[0].mark(practice, entry, "craft", 50_000)
    fewer = {"seats": [{"seat": keys[1], "judge_name": "乙"}]}
    assert await ground.organiser.refusal("PATCH", path, fewer) == (409, "still_in_use")
    renamed = {"seats": [{"seat": keys[1], "judge_name": "新乙"}, {"seat": keys[2], "judge_name": "丙"}]}
    assert (await ground.organiser.ask("PATCH", path, renamed))["seats"][0]["judge_name"] == "新乙"
    marks = (await ground.chief.get(f"/sessions/{practice}/marks"))["marks"]
    assert [(mark["seat"], mark["by_name"]) for mark in marks] == [(keys[1], "新乙")]


async def test_a_blind_event_hides_names_from_the_chief_judge_until_it_is_unblinded(ground: Ground) -> None:
    event = await ground.event("焊工", blind=True)
    entries = await ground.entries(event, ["赵甲", "钱乙", "孙丙"])
    numbered = await ground.organiser.post(f"/events/{event}/entries/numbers", {"station_prefix": "G"})
    assert sorted(entry["station"] for entry in numbered) == ["G01", "G02", "G03"]
    assert sorted(entry["bib"] for entry in numbered) == ["A01", "A02", "A03"]
    panel = await ground.panel(event)
    theory, practice = await ground.sessions(event, panel["id"])
    chief, organiser = ground.chief, ground.organiser
    seen = [
        await chief.get(f"/events/{event}/entries"),
        await chief.get(f"/sessions/{practice}/marks"),
        await chief.get(f"/events/{event}/results"),
    ]
    for answer in seen:
        told = str(answer)
        assert "G01" in told
        assert not any(secret in told for secret in ("赵甲", "钱乙", "孙丙", "A01", "A02", "A03"))
    assert [entry["station"] for entry in seen[0]] == ["G01", "G02", "G03"]
    assert "赵甲" in str(await organiser.get(f"/events/{event}/entries"))
    assert "赵甲" in str(await organiser.get(f"/events/{event}/results"))
    assert await organiser.refusal("POST", f"/events/{event}/unblind") == (409, "sessions_not_confirmed")
    tablets = await ground.tablets(panel)
    for session in (theory, practice):
        await chief.post(f"/sessions/{session}/open")
    await ground.theory(theory, dict.fromkeys(entries, 60))
    for entry, points in zip(entries, (50, 40, 30), strict=True):
        for tablet in tablets:
            await tablet.mark(practice, entry, "craft", points * 1000)
        await tablets[0].mark(practice, entry, "pieces", 1000)
    again = await organiser.refusal(
        "POST", f"/events/{event}/entries/numbers", {"again": True, "station_prefix": "Z"}
    )
    assert again == (409, "marks_exist")
    moved = await organiser.refusal("PATCH", f"/entries/{entries[0]}", {"station": "Z99"})
    assert moved == (409, "marks_exist")
    for session in (theory, practice):
        await ground.close(session)
    await organiser.post(f"/events/{event}/unblind")
    assert "赵甲" in str(await chief.get(f"/events/{event}/entries"))
    assert "赵甲" in str(await chief.get(f"/events/{event}/results"))


async def test_numbers_are_unique_in_an_event_and_nobody_is_entered_twice(ground: Ground) -> None:
    event = await ground.event("焊工")
    await ground.entries(event, ["赵甲"], bib="A01", station="G7")
    competitor = (await ground.organiser.get(f"/contests/{ground.contest}/competitors"))["rows"][0]["id"]
    path = f"/events/{event}/entries"
    taken = (409, "already_exists")
    assert await ground.organiser.refusal("POST", path, {"subject": competitor}) == taken
    project = {"kind": "project", "name": "节能改造"}
    assert await ground.organiser.refusal("POST", path, {**project, "bib": "A01"}) == taken
    assert await ground.organiser.refusal("POST", path, {**project, "station": "G7"}) == taken
    assert await ground.organiser.refusal("POST", path, {"kind": "project"}) == (400, "bad_input")
    assert await ground.organiser.refusal("POST", path, {"kind": "team"}) == (400, "bad_input")
    entered = await ground.organiser.post(path, {**project, "bib": "A02"})
    numbered = await ground.organiser.post(f"{path}/numbers", {})
    assert {entry["name"]: entry["bib"] for entry in numbered} == {"赵甲": "A01", "节能改造": "A02"}
    assert {entry["station"] for entry in numbered} == {"G7", "G01"}
    assert await ground.organiser.refusal("PATCH", f"/entries/{entered['id']}", {"bib": "A01"}) == taken


async def test_entries_follow_what_they_are_entries_of(ground: Ground) -> None:
    event = await ground.event("焊工")
    path = f"/contests/{ground.contest}"
    works = await ground.organiser.post("/organisations", {"name": "一厂"})
    person = await ground.organiser.post(f"{path}/competitors", {"name": "赵甲"})
    team = await ground.organiser.post(f"{path}/teams", {"name": "一队", "members": [person["id"]]})
    for kind, subject in (("competitor", person), ("team", team), ("unit", works)):
        await ground.organiser.post(f"/events/{event}/entries", {"kind": kind, "subject": subject["id"]})
    await ground.organiser.ask(
        "PATCH", f"/competitors/{person['id']}", {"name": "赵佳", "organisation": works["id"]}
    )
    await ground.organiser.ask("PATCH", f"/teams/{team['id']}", {"name": "红队"})
    await ground.admin.ask("PATCH", f"/organisations/{works['id']}", {"name": "一厂（集团）"})
    entries = {entry["kind"]: entry for entry in await ground.organiser.get(f"/events/{event}/entries")}
    assert {kind: entry["name"] for kind, entry in entries.items()} == {
        "competitor": "赵佳",
        "team": "红队",
        "unit": "一厂（集团）",
    }
    assert entries["competitor"]["organisation"] == entries["unit"]["organisation"] == works["id"]
    assert await ground.organiser.refusal("DELETE", f"/teams/{team['id']}") == (409, "still_in_use")


async def test_two_requests_at_once_give_a_number_only_once(ground: Ground) -> None:
    event = await ground.event("焊工")
    bodies = [{"kind": "project", "name": f"项目{number}", "bib": "A01"} for number in range(2)]
    answers = await asyncio.gather(
        *(ground.organiser.client.post(f"/api/events/{event}/entries", json=body) for body in bodies)
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]


async def test_who_is_imported_joins_the_sessions_of_everyone_too(ground: Ground) -> None:
    event = await ground.event("HG")
    session = await ground.organiser.post(f"/events/{event}/sessions", {"name": "实操"})
    await ground.entries(event, ["赵甲"])
    sheet = "姓名,单位,编号,赛项代码,参赛号\n钱乙,一厂,N2,HG,A02\n孙丙,一厂,N3,HG,A03\n"
    path = f"/api/contests/{ground.contest}/competitors/import"
    answer = await ground.organiser.client.post(
        path, files={"file": ("选手.csv", sheet.encode())}, params={"dry_run": "false"}
    )
    assert (answer.status_code, answer.json()["applied"], answer.json()["entered"]) == (200, True, 2), answer.text
    placed = (await ground.organiser.get(f"/sessions/{session['id']}"))["entries"]
    entries = await ground.organiser.get(f"/events/{event}/entries")
    assert sorted(placed) == sorted(entry["id"] for entry in entries)
    assert sorted(entry["bib"] for entry in entries) == ["", "A02", "A03"]


async def test_who_was_absent_stays_on_the_list_that_the_panel_signs(ground: Ground) -> None:
    event = await ground.event("焊工")
    one, two = await ground.entries(event, ["赵甲", "钱乙"])
    theory = (await ground.organiser.post(f"/events/{event}/sessions", {"name": "理论", "aspects": ["theory"]}))[
        "id"
    ]
    await ground.chief.post(f"/sessions/{theory}/open")
    await ground.theory(theory, {one: 60})
    await ground.chief.post(f"/entries/{two}/ruling", {"status": "not_started", "reason": ""})
    await ground.organiser.post(f"/sessions/{theory}/lock")
    assert await ground.organiser.refusal("DELETE", f"/entries/{two}") == (409, "session_locked")
    await ground.chief.post(f"/sessions/{theory}/confirm")
    assert await ground.organiser.refusal("DELETE", f"/entries/{two}") == (409, "session_locked")
    assert len(await ground.organiser.get(f"/events/{event}/entries")) == 2


async def test_a_mark_that_was_taken_back_is_missing_again(ground: Ground) -> None:
    event = await ground.event("焊工")
    (one,) = await ground.entries(event, ["赵甲"])
    theory = (await ground.organiser.post(f"/events/{event}/sessions", {"name": "理论", "aspects": ["theory"]}))[
        "id"
    ]
    await ground.chief.post(f"/sessions/{theory}/open")
    mark = {"mark": "m1", "device_seq": 1, "entry": one, "aspect": "theory", "value": 60_000}
    erased = {**mark, "mark": "m2", "device_seq": 2, "value": None, "kind": "erased", "replaces": "m1"}
    receipts = await ground.organiser.post(f"/sessions/{theory}/marks", {"marks": [mark, erased]})
    assert [receipt["verdict"] for receipt in receipts] == ["stored", "stored"]
    assert (await ground.organiser.post(f"/sessions/{theory}/lock"))["missing"] == 1
    assert await ground.chief.refusal("POST", f"/sessions/{theory}/confirm") == (409, "marks_missing")
