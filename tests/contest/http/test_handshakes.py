"""The door for sockets: the same host, origin and limits as for requests, before anything is accepted."""

import asyncio
from typing import Any

import msgspec
import pytest

from contest.store.open import Store
from tests.contest.http import world


@pytest.fixture
def store_url(sqlite_url: str) -> str:
    """One engine is enough here: nothing of this depends on it."""
    return sqlite_url


async def shake_hands(
    app: Any, *, path: str = "/live/board", bare: bool = False, **headers: str
) -> dict[str, Any]:
    """Open a socket at the application's door and return the first thing it says."""
    said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    heard.put_nowait({"type": "websocket.connect"})
    scope = {
        "type": "websocket",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "wss",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"localhost")]
        + [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
        "subprotocols": [],
        "extensions": {} if bare else {"websocket.http.response": {}},
    }
    connection = asyncio.create_task(app(scope, heard.get, said.put))
    async with asyncio.timeout(60):
        first = await said.get()
    if first["type"] == "websocket.http.response.start":
        first["body"] = msgspec.json.decode((await said.get())["body"])
    heard.put_nowait({"type": "websocket.disconnect", "code": 1000})
    async with asyncio.timeout(60):
        await connection
    return first


@pytest.mark.parametrize(
    ("headers", "accepted"),
    [
        ({"origin": "https://localhost"}, True),
        ({}, True),  # a program, without a cookie
        ({"origin": "null"}, False),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "https://localhost.evil.example"}, False),
        ({"origin": "https://localhost:8443"}, False),
        ({"origin": "http://localhost"}, False),
        ({"origin": "https://localhost", "sec_fetch_site": "cross-site"}, False),
        ({"cookie": "__Host-jiangsai=stolen"}, False),
        ({"cookie": "__Host-jiangsai=mine", "origin": "https://localhost"}, True),
    ],
)
async def test_only_our_own_pages_open_a_socket(planted: Store, headers: dict[str, str], accepted: bool):
    app = world.make_app(planted)
    async with world.asking(app):
        for path in ("/live/board", "/live/seat"):
            said = await shake_hands(app, path=path, **headers)
            if accepted:
                assert said["type"] == "websocket.accept"
            else:
                assert (said["status"], said["body"]["code"]) == (403, "foreign_origin")


async def test_a_server_that_cannot_carry_a_reason_closes_before_it_opens(planted: Store):
    app = world.make_app(planted)
    async with world.asking(app):
        said = await shake_hands(app, bare=True, origin="https://evil.example")
    assert said == {"type": "websocket.close", "code": 1008, "reason": "foreign_origin"}


async def test_reconnecting_spectators_do_not_use_up_the_tablets_part(planted: Store):
    app = world.make_app(planted, requests_per_minute_and_address=3)
    async with world.asking(app):
        boards = [(await shake_hands(app))["type"] for _ in range(4)]
        assert boards == ["websocket.accept"] * 3 + ["websocket.http.response.start"]
        assert (await shake_hands(app, path="/live/seat"))["type"] == "websocket.accept"


async def test_what_is_no_door_is_not_found(planted: Store):
    app = world.make_app(planted)
    async with world.asking(app):
        said = await shake_hands(app, path="/api/me", origin="https://localhost")
    assert said["type"] != "websocket.accept"
