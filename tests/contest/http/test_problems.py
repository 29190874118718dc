"""What a client reads when something was refused: named, in its language, nothing of the inside."""

import pytest
from litestar import get

from contest.errors import StoreUnavailable
from contest.http.problems import language_of
from contest.model.access import Role
from contest.store.open import Store
from tests.contest.http import world
from tests.contest.http.world import Asking, token_for

TOKEN = token_for(Role.ADMINISTRATOR, "own contest")


@pytest.fixture
def store_url(sqlite_url: str) -> str:
    """One engine is enough here: nothing of this depends on it."""
    return sqlite_url


async def test_a_refusal_is_a_problem_in_the_language_of_the_request(ask: Asking):
    chinese = await ask().get("/api/me")
    english = await ask(accept_language="en-GB,en;q=0.9,zh;q=0.5").get("/api/me")
    assert chinese.headers["content-type"] == "application/problem+json"
    assert chinese.headers["www-authenticate"] == "Bearer"
    assert chinese.json() == {
        "type": "/errors/not_signed_in",
        "title": "Unauthorized",
        "status": 401,
        "code": "not_signed_in",
        "params": {},
        "detail": "请先登录。",
    }
    assert english.json()["detail"] == "Sign in first."


async def test_without_a_language_the_accounts_own_is_spoken(ask: Asking):
    client = ask(TOKEN)
    await client.patch("/api/me", json={"language": "en"})
    assert (await client.get("/api/contests/none/grants")).json()["detail"].startswith("Not found")


@pytest.mark.parametrize(
    ("header", "language"),
    [("", "zh"), ("de", "zh"), ("en", "en"), ("de, en;q=0.3, zh;q=0.7", "zh"), ("zh-CN;q=x, en;q=0.1", "en")],
)
def test_the_language_is_the_first_of_ours_that_is_asked_for(header: str, language: str):
    assert language_of({"accept-language": header}) == language


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"login": "x", "name": "x"}', "password"),
        (b'{"login": "", "name": "x", "password": "x"}', "login"),
        (b'{"login": "x", "name": 3, "password": "x"}', "name"),
        (b'{"login": "x", "name": "x", "password": "x", "language": "fr"}', "language"),
        (b'{"login": "x", "name": "x", "password": "x", "admin": true}', "admin"),
        (b'{"login"', "body"),
        (b"[]", "body"),
        (b"", "body"),
    ],
)
async def test_wrong_input_names_the_field(ask: Asking, body: bytes, field: str):
    answer = await ask(TOKEN).post("/api/accounts", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_input")
    assert answer.json()["params"]["field"] == field


@pytest.mark.parametrize(
    ("changes", "chinese", "english"),
    [
        ({"name": 3}, "类型应为 str，收到的是 int", "Expected `str`, got `int`"),
        ({"name": ""}, "至少 1 个", "Expected `str` of length >= 1"),
        ({"login": "a b"}, "格式不对", "Expected `str` of another form"),
        ({"language": "fr"}, "不在允许的值之内：fr", "Invalid enum value 'fr'"),
        ({"password": "x" * 2000}, "至多 1024 个", "Expected `str` of length <= 1024"),
        ({"colour": "red"}, "没有这一项", "Object contains unknown field `colour`"),
    ],
)
async def test_what_is_wrong_is_said_in_the_readers_language(
    ask: Asking, changes: dict[str, object], chinese: str, english: str
):
    body = {"login": "x", "name": "x", "password": "x", **changes}
    said = [
        (await ask(TOKEN, accept_language=language).post("/api/accounts", json=body)).json()["params"]
        for language in ("zh", "en")
    ]
    assert [params["problem"] for params in said] == [chinese, english]
    assert {params["field"] for params in said} == set(changes)


async def test_who_cannot_be_served_now_is_told_when_to_come_again(
    planted: Store, monkeypatch: pytest.MonkeyPatch
):
    @get("/api/broken", opt={"public": True}, sync_to_thread=False)
    def broken() -> None:
        raise StoreUnavailable()

    monkeypatch.setattr("contest.app.OFFICIALS", (broken,))
    async with world.asking(world.make_app(planted)) as ask:
        answer = await ask().get("/api/broken")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


@pytest.mark.parametrize("log_format", ["json", "text"])
async def test_what_nobody_foresaw_is_a_number_and_stands_in_the_log(
    planted: Store, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, log_format: str
):
    @get("/api/broken", opt={"public": True}, sync_to_thread=False)
    def broken() -> None:
        password = "".join(("a", "-", "secret"))
        assert password
        raise RuntimeError("the inside of the program")

    monkeypatch.setattr("contest.app.OFFICIALS", (broken,))
    async with world.asking(world.make_app(planted, log_format=log_format)) as ask:
        answer = await ask(accept_language="en").get("/api/broken")
    assert (answer.status_code, answer.json()["code"]) == (500, "unforeseen")
    assert "inside" not in answer.text
    log = capsys.readouterr().err
    assert answer.json()["params"]["incident"] in log
    assert "the inside of the program" in log
    assert "a-secret" not in log


async def test_the_log_has_no_tokens_and_no_bodies(planted: Store, capsys: pytest.CaptureFixture[str]):
    async with world.asking(world.make_app(planted, log_level="info", log_format="json")) as ask:
        await ask(cookie=TOKEN).post(
            "/api/sign-in?secret=in-the-query", json={"login": "canary", "password": "bird"}
        )
        answer = await ask(TOKEN).get("/api/me")
    log = capsys.readouterr().err
    assert answer.headers["x-request-id"] in log
    assert '"path": "/api/me"' in log
    assert [word for word in (TOKEN, "canary", "bird", "in-the-query") if word in log] == []


async def test_ids_of_two_contests_in_one_path_are_not_found(ask: Asking):
    client = ask(TOKEN)
    assert (await client.get("/api/contests/contestC/grants")).status_code == 404
    assert (await ask().get("/api/contests/contestC/grants")).status_code == 401


async def test_the_openapi_document_names_every_route_of_the_api(ask: Asking):
    document = (await ask().get("/schema/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    assert "/api/contests/{contest}/grants" in document["paths"]
    assert not [path for path in document["paths"] if path.startswith("/app")]


async def test_the_openapi_document_says_what_a_refusal_looks_like(ask: Asking):
    document = (await ask().get("/schema/openapi.json")).json()
    answers = document["paths"]["/api/contests/{contest}/grants"]["post"]["responses"]
    assert set(answers) == {"201", "400", "401", "403", "404", "409", "413", "415", "422", "429"}
    for status in set(answers) - {"201"}:
        (kind,) = answers[status]["content"]
        assert kind == "application/problem+json"
    assert set(document["components"]["schemas"]["ProblemDetails"]["properties"]) == {
        "type",
        "title",
        "status",
        "code",
        "params",
        "detail",
    }
