"""The doorway: hosts, origins, sizes, floods, proxies and the headers on every answer."""

import pytest

from contest.http.limits import Limit, Limits
from contest.http.security import HEADERS
from contest.model.access import Role
from contest.settings import Settings
from contest.store.open import Store
from tests.contest.http import world
from tests.contest.http.world import Asking, token_for

TOKEN = token_for(Role.ADMINISTRATOR, "own contest")
CHANGE = {"language": "en"}


@pytest.fixture
def store_url(sqlite_url: str) -> str:
    """One engine is enough here: nothing of this depends on it."""
    return sqlite_url


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://localhost"}, 200),
        ({"origin": "https://localhost", "sec_fetch_site": "same-origin"}, 200),
        ({"origin": "null"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "https://localhost.evil.example"}, 403),
        ({"origin": "https://localhost:8443"}, 403),
        ({"origin": "http://localhost"}, 403),
        ({"origin": "https://localhost", "sec_fetch_site": "cross-site"}, 403),
        ({"origin": "https://localhost", "sec_fetch_site": "same-site"}, 403),
    ],
)
async def test_only_our_own_pages_change_something(ask: Asking, headers: dict[str, str], status: int):
    assert (await ask(cookie=TOKEN, **headers).patch("/api/me", json=CHANGE)).status_code == status


async def test_a_cookie_without_an_origin_is_refused_and_a_bearer_token_is_not(ask: Asking):
    bare = ask(cookie=TOKEN)
    del bare.headers["origin"]
    assert (await bare.patch("/api/me", json=CHANGE)).json()["code"] == "foreign_origin"
    assert (await ask(TOKEN).patch("/api/me", json=CHANGE)).status_code == 200
    assert (await bare.get("/api/me")).status_code == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("https://localhost", 200),
        ("https://localhost:8443", 200),
        ("https://127.0.0.1:8000", 200),
        ("https://[::1]:8000", 200),
        ("https://evil.example", 400),
        ("https://localhost.evil.example", 400),
        ("https://venue.example", 200),
        ("https://venue.example:8443", 200),
        ("https://desk.example:8443", 200),
        ("https://desk.example:9443", 400),
    ],
)
async def test_only_known_hosts_are_answered(planted: Store, host: str, status: int):
    app = world.make_app(planted, allowed_hosts=("venue.example", "desk.example:8443"))
    async with world.asking(app) as ask:
        assert (await ask(host=host).get("/health")).status_code == status


async def test_two_hosts_in_one_request_are_refused(ask: Asking):
    answer = await ask().get("/health", headers=[("host", "localhost"), ("host", "evil.example")])
    assert answer.json()["code"] == "foreign_host"


@pytest.mark.parametrize(
    ("path", "status"),
    [("/health", 200), ("/api/me", 401), ("/api/nothing", 404), ("/nothing", 404), ("/schema/openapi.json", 200)],
)
async def test_every_answer_carries_the_security_headers(ask: Asking, path: str, status: int):
    answer = await ask().get(path)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert answer.headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in answer.headers
    assert "strict-transport-security" not in answer.headers


async def test_refusals_of_the_doorway_carry_them_too(planted: Store):
    async with world.asking(world.make_app(planted, public_url="https://jiangsai.example")) as ask:
        answer = await ask(host="https://evil.example").get("/")
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


async def test_nobody_is_told_that_other_sites_may_ask(ask: Asking):
    answer = await ask(origin="https://evil.example").options("/api/me")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_there")


async def test_a_body_larger_than_allowed_is_not_read(ask: Asking):
    large = b'{"language": "' + b"x" * 70_000 + b'"}'
    kind = {"content-type": "application/json"}
    answer = await ask(TOKEN).patch("/api/me", content=large, headers=kind)
    assert (answer.status_code, answer.json()["params"]) == (413, {"limit": "64 KiB"})

    async def drop_by_drop():
        for _ in range(60):
            yield b"x" * 50_000

    answer = await ask(TOKEN).patch("/api/me", content=drop_by_drop(), headers=kind)
    assert answer.status_code == 413
    huge = await ask(TOKEN).patch("/api/me", content=b"{}", headers={**kind, "content-length": "90000000"})
    assert huge.status_code == 413


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_only_json_is_read(ask: Asking, kind: str):
    answer = await ask(TOKEN).patch("/api/me", content=b'{"language":"en"}', headers={"content-type": kind})
    assert (answer.status_code, answer.json()["code"]) == (415, "wrong_media_type")


async def test_who_is_signed_in_is_not_locked_out_by_strangers_of_the_same_hall(planted: Store):
    app = world.make_app(planted, requests_per_minute_and_address=5, requests_per_minute_in_all=8)
    async with world.asking(app) as ask:
        desk = ask(TOKEN)
        assert (await desk.get("/api/me")).status_code == 200
        strangers = [(await ask("guessed").get("/api/me")).status_code for _ in range(6)]
        assert strangers == [401, 401, 401, 401, 429, 429]
        assert (await desk.get("/api/me")).status_code == 200
        others = [(await ask(address="10.0.0.9").get("/api/me")).status_code for _ in range(4)]
        assert others == [401, 401, 401, 429], "all strangers together have a limit as well"
        watching = [(await ask().get(path)).status_code for path in ("/health", "/metrics")]
        assert watching == [200, 200], "the service does not look ill because strangers flood it"


async def test_one_sign_in_may_not_flood(planted: Store):
    async with world.asking(world.make_app(planted, requests_per_minute=3)) as ask:
        answers = [(await ask(TOKEN).get("/api/me")).status_code for _ in range(5)]
    assert answers == [200, 200, 200, 200, 429], "the first request made the token known"


def test_a_bucket_fills_evenly_and_says_when():
    now = [0.0]
    limit = Limit(60, lambda: now[0])
    assert [limit.wait("a") for _ in range(61)] == [0] * 60 + [1]
    assert limit.wait("b") == 0
    now[0] = 1.0
    assert [limit.wait("a"), limit.wait("a")] == [0, 1]


def test_the_number_of_buckets_is_bounded():
    limits = Limits(Settings())
    for number in range(21_000):
        limits.admit(digest="", address=str(number), seat=False)
    assert len(limits._address._buckets) <= 20_000


async def test_no_proxy_is_believed_that_was_not_named(planted: Store):
    told = {"x_forwarded_for": "203.0.113.7"}
    async with world.asking(world.make_app(planted, requests_per_minute_and_address=2)) as ask:
        answers = [
            (await ask(x_forwarded_for=f"203.0.113.{number}").get("/health")).status_code for number in range(3)
        ]
    assert answers == [200, 200, 429], "another address each time, and still the same caller"
    named = world.make_app(planted, requests_per_minute_and_address=2, trusted_proxies=("127.0.0.1", "10.0.0.0/8"))
    async with world.asking(named) as ask:
        spoofed = {"x_forwarded_for": "198.51.100.1, 203.0.113.7, 10.1.2.3"}
        answers = [(await ask(**headers).get("/health")).status_code for headers in (told, spoofed, told)]
        assert answers == [200, 200, 429], "the last address before our own proxies counts"
        far = ask(address="192.0.2.1", **told)
        assert (await far.get("/health")).status_code == 200


async def test_a_named_proxy_says_that_the_way_was_encrypted(planted: Store):
    told = {"x_forwarded_proto": "https", "origin": "https://localhost"}
    async with world.asking(world.make_app(planted, trusted_proxies=("127.0.0.1",))) as ask:
        client = ask(cookie=TOKEN, host="http://localhost", **told)
        assert (await client.patch("/api/me", json=CHANGE)).status_code == 200
    async with world.asking(world.make_app(planted)) as ask:
        client = ask(cookie=TOKEN, host="http://localhost", **told)
        assert (await client.patch("/api/me", json=CHANGE)).status_code == 403


async def test_metrics_are_for_this_machine_or_with_a_token(planted: Store):
    async with world.asking(world.make_app(planted, metrics_token="a-metrics-token")) as ask:
        here = await ask().get("/metrics")
        assert (here.status_code, "jiangsai_requests_total" in here.text) == (200, True)
        assert (await ask(address="192.0.2.1").get("/metrics")).status_code == 403
        assert (await ask(x_forwarded_for="192.0.2.1").get("/metrics")).status_code == 403
        assert (await ask("a-metrics-token", address="192.0.2.1").get("/metrics")).status_code == 200
        assert (await ask("another", address="192.0.2.1").get("/metrics")).status_code == 403


async def test_health_says_whether_the_book_can_be_written(planted: Store):
    async with world.asking(world.make_app(planted)) as ask:
        well = await ask().get("/health")
        assert well.json() == {"status": "ok", "database": True, "writer": True, "role": "all"}
        writer, planted._writer = planted._writer, None
        try:
            ill = await ask().get("/health")
        finally:
            planted._writer = writer
        assert (ill.status_code, ill.json()["writer"]) == (503, False)
