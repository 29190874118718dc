"""What nobody sends by intention, or only with a bad one: an answer with a name, and never a fault of our own."""

import json
from typing import Any

import httpx
import pytest

from tests.contest.http.desk import Desks, Ground

JSON = {"content-type": "application/json"}
FORM = {"content-type": "multipart/form-data; boundary=x"}


@pytest.fixture
async def ground(desks: Desks) -> Ground:
    return await Ground.prepare(desks)


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize(
    "path",
    [
        "/contests/a%00b",
        "/public/events/a%00b/board",
        "/sessions/%00/marks",
        "/contests/{contest}/competitors?search=%00",
    ],
)
async def test_a_null_character_in_an_address_names_nothing(ground: Ground, path: str) -> None:
    answer = await ground.organiser.client.get("/api" + path.format(contest=ground.contest))
    assert answer.status_code in (200, 400, 404), answer.text
    assert answer.status_code != 200 or answer.json() == {"total": 0, "rows": []}


async def test_a_null_character_in_a_pairing_names_nothing(ground: Ground) -> None:
    answer = await ground.organiser.client.post("/api/pairing/collect", json={"pairing": "a\0b", "claim": "x"})
    assert told(answer) == (400, "bad_input")


@pytest.mark.parametrize("number", [2**53, 2**63, 10**30])
async def test_numbers_beyond_the_ledger_are_refused(ground: Ground, number: int) -> None:
    path = f"/contests/{ground.contest}/facts"
    assert await ground.admin.refusal("GET", path, after=number) == (400, "bad_input")


@pytest.mark.parametrize("document", [b"[" * 20_000 + b"]" * 20_000, b'{"a":' * 5000 + b"1" + b"}" * 5000])
async def test_what_is_nested_too_deeply_is_no_scheme(ground: Ground, document: bytes) -> None:
    body = b'{"document": ' + document + b"}"
    answer = await ground.organiser.client.post("/api/schemes/check", content=body, headers=JSON)
    assert told(answer) == (400, "bad_input")


def part(name: str, text: str, file: str = "") -> bytes:
    named = f'; filename="{file}"' if file else ""
    return f'--x\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n{text}\r\n'.encode()


@pytest.mark.parametrize(
    "parts",
    [
        part("file", "姓名"),
        part("file", "姓名", "a.csv") + part("file", "姓名", "b.csv"),
        part("other", "姓名", "a.csv"),
        b"garbage",
        b"",
    ],
)
async def test_a_form_holds_one_file(ground: Ground, parts: bytes) -> None:
    path = f"/api/contests/{ground.contest}/competitors/import"
    answer = await ground.organiser.client.post(path, content=parts + b"--x--\r\n", headers=FORM)
    assert told(answer) == (400, "bad_input")


async def test_a_cell_is_taken_without_what_no_name_carries(ground: Ground) -> None:
    sheet = '姓名,单位\n"张\n三",一厂\u202c\n\u200b李　四\x1b, 二\u00a0厂 \n\u200b,\n'
    answer = await ground.organiser.client.post(
        f"/api/contests/{ground.contest}/competitors/import",
        files={"file": ("选手.csv", sheet.encode())},
        params={"dry_run": "false"},
    )
    assert answer.json()["applied"], answer.text
    rows = (await ground.organiser.get(f"/contests/{ground.contest}/competitors"))["rows"]
    assert sorted(one["name"] for one in rows) == ["张 三", "李 四"]
    assert [one["name"] for one in await ground.organiser.get("/organisations")] == ["一厂", "二 厂"]


async def test_a_session_of_a_whole_season_fits_into_a_request(ground: Ground) -> None:
    event = await ground.event("HG")
    body = {"name": "实操", "aspects": ["craft"], "entries": [f"{number:032x}" for number in range(5000)]}
    refused = await ground.organiser.refusal("POST", f"/events/{event}/sessions", body)
    assert refused == (404, "not_found")
    session = await ground.organiser.post(f"/events/{event}/sessions", {"name": "实操"})
    changes = {"entries": body["entries"]}
    refused = await ground.organiser.refusal("PATCH", f"/sessions/{session['id']}", changes)
    assert refused == (404, "not_found")


async def make(ground: Ground, login: str) -> httpx.Response:
    body: Any = {"login": login, "name": "某人", "password": "correct horse battery"}
    return await ground.admin.client.post("/api/accounts", json=body)


@pytest.mark.parametrize(
    "login", ["İ" * 64, "adm\u200bin", "adm\u202ein", "a\u3164b", "两 个", "\ufeff", "x" * 65]
)
async def test_a_login_that_nobody_could_type_is_refused(ground: Ground, login: str) -> None:
    assert told(await make(ground, login)) == (400, "bad_input")


async def test_a_login_is_the_same_however_it_is_typed(ground: Ground) -> None:
    made = await make(ground, "Ｌｉ-王")
    assert (made.status_code, made.json()["login"]) == (201, "li-王")
    assert told(await make(ground, "LI-王")) == (409, "already_exists")
    for typed in ("li-王", "ＬＩ-王"):
        body = {"login": typed, "password": "correct horse battery", "bearer": True}
        answer = await ground.admin.client.post("/api/sign-in", content=json.dumps(body), headers=JSON)
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("field", ["bib_prefix", "station_prefix"])
async def test_a_prefix_leaves_room_for_the_number(ground: Ground, field: str) -> None:
    event = await ground.event("HG")
    await ground.entries(event, ["赵甲"])
    path = f"/events/{event}/entries/numbers"
    assert await ground.organiser.refusal("POST", path, {field: "长" * 32}) == (400, "bad_input")
    (entry,) = await ground.organiser.post(path, {field: "长" * 16})
    assert entry[field.removesuffix("_prefix")] == "长" * 16 + "01"
