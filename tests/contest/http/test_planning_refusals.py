"""What planning refuses, and that each refusal has a name."""

import pytest

from contest.model.access import Role
from tests.contest.http.desk import SCHEME, Desks, Ground


@pytest.fixture
async def ground(desks: Desks) -> Ground:
    return await Ground.prepare(desks)


async def test_an_organisation_cannot_stand_above_itself(ground: Ground) -> None:
    admin = ground.admin
    top = await admin.post("/organisations", {"name": "市总工会", "kind": "union"})
    middle = await admin.post("/organisations", {"name": "县总工会", "kind": "union", "parent": top["id"]})
    bottom = await admin.post("/organisations", {"name": "一厂", "parent": middle["id"]})
    for child in (top, middle, bottom):
        refused = await admin.refusal("PATCH", f"/organisations/{top['id']}", {"parent": child["id"]})
        assert refused == (409, "organisation_in_circle")
    moved = await admin.ask("PATCH", f"/organisations/{bottom['id']}", {"parent": None})
    assert moved == {**bottom, "parent": None}


async def test_a_name_stands_once_below_one_parent(ground: Ground) -> None:
    await ground.admin.post("/organisations", {"name": "一厂"})
    assert await ground.admin.refusal("POST", "/organisations", {"name": "一厂"}) == (409, "already_exists")
    assert await ground.admin.refusal("POST", "/organisations", {"name": "二厂", "parent": "nowhere"}) == (
        404,
        "not_found",
    )


async def test_an_organisation_in_use_stays(ground: Ground) -> None:
    admin, organiser = ground.admin, ground.organiser
    top = await admin.post("/organisations", {"name": "总厂"})
    leaf = await admin.post("/organisations", {"name": "分厂", "parent": top["id"]})
    assert await admin.refusal("DELETE", f"/organisations/{top['id']}") == (409, "still_in_use")
    await admin.ask("DELETE", f"/organisations/{leaf['id']}")
    body = {"name": "赵甲", "organisation": top["id"]}
    competitor = await organiser.post(f"/contests/{ground.contest}/competitors", body)
    assert await admin.refusal("DELETE", f"/organisations/{top['id']}") == (409, "still_in_use")
    await organiser.ask("DELETE", f"/competitors/{competitor['id']}")
    await admin.ask("DELETE", f"/organisations/{top['id']}")
    assert await admin.get("/organisations") == []


async def test_an_event_code_stands_once_in_a_contest_and_again_in_another(ground: Ground, desks: Desks) -> None:
    path = f"/contests/{ground.contest}/events"
    event = await ground.organiser.post(path, {"code": "A1", "name": "焊工"})
    assert await ground.organiser.refusal("POST", path, {"code": "a1", "name": "电工"}) == (409, "already_exists")
    other = await ground.organiser.post(path, {"code": "A2", "name": "电工"})
    renamed = await ground.organiser.refusal("PATCH", f"/events/{other['id']}", {"code": "A1"})
    assert renamed == (409, "already_exists")
    assert (await ground.organiser.ask("PATCH", f"/events/{event['id']}", {"code": "A1"}))["code"] == "A1"
    elsewhere = await Ground.prepare(desks, "另一竞赛")
    await elsewhere.organiser.post(f"/contests/{elsewhere.contest}/events", {"code": "A1", "name": "焊工"})


async def test_what_is_in_use_cannot_be_taken_back(ground: Ground) -> None:
    event = await ground.event("焊工")
    (entry,) = await ground.entries(event, ["赵甲"])
    panel = await ground.panel(event)
    theory, practice = await ground.sessions(event, panel["id"])
    (stage,) = await ground.organiser.get(f"/events/{event}/stages")
    assert stage["name"] == "决赛"
    (competitor,) = (await ground.organiser.get(f"/contests/{ground.contest}/competitors"))["rows"]
    in_use = (409, "still_in_use")
    assert await ground.admin.refusal("DELETE", f"/contests/{ground.contest}") == in_use
    for path in (f"/events/{event}", f"/stages/{stage['id']}", f"/panels/{panel['id']}"):
        assert await ground.organiser.refusal("DELETE", path) == in_use
    assert await ground.organiser.refusal("DELETE", f"/competitors/{competitor['id']}") == in_use
    for path in (f"/sessions/{theory}", f"/sessions/{practice}", f"/entries/{entry}", f"/panels/{panel['id']}"):
        await ground.organiser.ask("DELETE", path)
    for path in (f"/stages/{stage['id']}", f"/competitors/{competitor['id']}", f"/events/{event}"):
        await ground.organiser.ask("DELETE", path)
    await ground.admin.ask("DELETE", f"/contests/{ground.contest}")
    assert await ground.admin.get("/contests") == []


async def test_a_season_with_contests_stays(ground: Ground) -> None:
    season = await ground.admin.post("/seasons", {"name": "2026 年度", "year": 2026})
    await ground.organiser.ask("PATCH", f"/contests/{ground.contest}", {"season": season["id"]})
    assert await ground.admin.refusal("DELETE", f"/seasons/{season['id']}") == (409, "still_in_use")
    await ground.organiser.ask("PATCH", f"/contests/{ground.contest}", {"season": None})
    await ground.admin.ask("DELETE", f"/seasons/{season['id']}")


async def test_ids_of_another_contest_are_not_found_in_a_body(ground: Ground, desks: Desks) -> None:
    other = await Ground.prepare(desks, "另一竞赛")
    event, strange = await ground.event("焊工"), await other.event("焊工")
    (entry,) = await other.entries(strange, ["外人"])
    panel = await other.panel(strange)
    (stage,) = await other.organiser.get(f"/events/{strange}/stages")
    (competitor,) = (await other.organiser.get(f"/contests/{other.contest}/competitors"))["rows"]
    missing = (404, "not_found")
    team = {"name": "一队", "members": [competitor["id"]]}
    assert await ground.organiser.refusal("POST", f"/contests/{ground.contest}/teams", team) == missing
    subject = {"kind": "competitor", "subject": competitor["id"]}
    assert await ground.organiser.refusal("POST", f"/events/{event}/entries", subject) == missing
    await ground.entries(event, ["自己人"])
    path = f"/events/{event}/sessions"
    for field, value in (("stage", stage["id"]), ("panel", panel["id"]), ("entries", [entry])):
        assert await ground.organiser.refusal("POST", path, {"name": "一", field: value}) == missing
    mine = await ground.panel(event)
    seats = [{"seat": panel["seats"][0]["id"], "judge_name": "冒名"}]
    assert await ground.organiser.refusal("PATCH", f"/panels/{mine['id']}", {"seats": seats}) == missing
    assert await ground.organiser.refusal("PATCH", f"/events/{strange}", {"name": "改"}) == (403, "not_allowed")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "a\u0000b"}, "name"),
        ({"name": "好", "level": "galactic"}, "level"),
        ({"name": "好", "starts_on": "明天"}, "starts_on"),
        ({"name": "好", "colour": "red"}, "colour"),
    ],
)
async def test_a_malformed_contest_is_refused_with_its_field(
    ground: Ground, body: dict[str, str], field: str
) -> None:
    answer = await ground.admin.client.post("/api/contests", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_input")
    assert field in str(answer.json())
    assert answer.headers["content-type"].startswith("application/problem+json")


async def test_competitors_are_found_by_name_number_and_organisation_page_by_page(ground: Ground) -> None:
    works = await ground.organiser.post("/organisations", {"name": "100%_焊接厂"})
    path = f"/contests/{ground.contest}/competitors"
    for number in range(5):
        await ground.organiser.post(path, {"name": f"选手{number}", "number": f"N{number}"})
    await ground.organiser.post(path, {"name": "赵甲", "number": "x9", "organisation": works["id"]})
    page = await ground.organiser.get(path, offset=2, limit=2)
    assert (page["total"], [row["number"] for row in page["rows"]]) == (6, ["N2", "N3"])
    for words in ("赵", "X9", "%_焊"):
        assert [row["name"] for row in (await ground.organiser.get(path, search=words))["rows"]] == ["赵甲"]
    assert (await ground.organiser.get(path, search="%"))["total"] == 1
    assert (await ground.organiser.get(path, search="没有"))["total"] == 0
    assert await ground.organiser.refusal("POST", path, {"name": "重号", "number": "N1"}) == (
        409,
        "already_exists",
    )


async def test_a_judge_of_one_event_sees_that_event_only(ground: Ground, desks: Desks) -> None:
    mine, other = await ground.event("焊工"), await ground.event("电工")
    chief = await desks.person("一项裁判长", Role.CHIEF_JUDGE, ground.contest, mine)
    assert [contest["id"] for contest in await chief.get("/contests")] == [ground.contest]
    assert [event["id"] for event in await chief.get(f"/contests/{ground.contest}/events")] == [mine]
    assert await chief.refusal("GET", f"/events/{other}") == (403, "not_allowed")


async def test_a_scheme_that_is_wrong_is_refused_at_its_node_in_the_language_of_the_reader(ground: Ground) -> None:
    event = await ground.event("焊工")
    wrong = {**SCHEME, "root": {**SCHEME["root"], "parts": [{**SCHEME["root"]["parts"][0], "high": 100}]}}
    path = f"/api/events/{event}/scheme"
    for language, problem in (("zh", "数字要写成字符串"), ("en", "Write the number as a string")):
        answer = await ground.organiser.client.put(
            path, json={"document": wrong}, headers={"accept-language": language}
        )
        assert (answer.status_code, answer.json()["code"]) == (422, "scheme_invalid")
        assert answer.json()["params"]["node"].startswith("theory")
        assert problem in answer.json()["detail"]
    checked = await ground.organiser.post("/schemes/check", {"document": wrong})
    assert (checked["ok"], checked["outline"], [one["node"] for one in checked["problems"]]) == (
        False,
        [],
        ["theory.high"],
    )
    adopted = await ground.organiser.get(f"/events/{event}/scheme")
    assert (adopted["version"], adopted["locked"], adopted["document"]) == (1, False, SCHEME)
    assert [(line["node"], line["depth"], line["weight"]) for line in adopted["outline"]] == [
        ("total", 0, "1"),
        ("theory", 1, "0.3"),
        ("practice", 1, "0.7"),
        ("craft", 2, "1"),
        ("pieces", 2, "1"),
    ]


async def test_presets_are_schemes(ground: Ground) -> None:
    presets = await ground.organiser.get("/presets")
    assert len(presets) >= 8
    for preset in presets:
        checked = await ground.organiser.post("/schemes/check", {"document": preset["document"]})
        assert (preset["preset"], checked["problems"]) == (preset["preset"], [])


async def test_two_codes_that_people_take_for_the_same_are_the_same(ground: Ground) -> None:
    path = f"/contests/{ground.contest}/events"
    await ground.organiser.post(path, {"code": "W1", "name": "焊工"})
    for code in ("w1", "Ｗ１", " W1 "):
        refused = await ground.organiser.refusal("POST", path, {"code": code, "name": "别的"})
        assert refused == (409, "already_exists")
