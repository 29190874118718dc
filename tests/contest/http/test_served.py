"""The same promises through the real server, over real sockets."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from contest.app import create_app
from contest.serving import Server, server_config
from contest.settings import Settings
from tests.contest.http.world import hold_time
from tests.journeys.running import free_port
from tests.realtime.sockets import PATIENCE, connect, until


@pytest.fixture
async def port(sqlite_url: str) -> AsyncIterator[int]:
    """A free port at which the application is served as `jiangsai serve` does it."""
    number = free_port()
    settings = Settings(
        database_url=sqlite_url, port=number, log_level="error", requests_per_minute_and_address=20
    )
    app = create_app(settings)
    hold_time(app.state.limits)
    ready = asyncio.Event()
    server = Server(server_config(app, settings), ready.set)
    serving = asyncio.create_task(server.serve())
    try:
        await until(lambda: ready.is_set() or serving.done())
        yield number
    finally:
        server.should_exit = True
        async with asyncio.timeout(PATIENCE):
            await serving


async def test_the_server_believes_no_proxy_by_itself(port: int):
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as client:
        answers = [
            await client.get("/health", headers={"x-forwarded-for": f"203.0.113.{number}"}) for number in range(40)
        ]
        # Were it believed, these were forty callers, and none had asked too often.
        assert {answer.status_code for answer in answers} == {200, 429}
        assert "server" not in answers[0].headers


async def test_the_address_a_connection_arrived_at_may_be_its_host_and_no_other(port: int):
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as client:
        statuses = {
            host: (await client.get("/health", headers={"host": host})).status_code
            for host in (f"127.0.0.1:{port}", "localhost", f"192.0.2.7:{port}", "evil.example")
        }
    assert list(statuses.values()) == [200, 200, 400, 400]


async def test_a_handshake_from_another_site_is_refused_and_says_why(port: int):
    address = f"ws://127.0.0.1:{port}/live/board"
    async with connect(address, origin=f"http://127.0.0.1:{port}"):
        pass
    with pytest.raises(InvalidStatus) as told:
        async with connect(address, origin="https://evil.example"):
            pass
    assert told.value.response.status_code == 403
    assert b"foreign_origin" in told.value.response.body


async def test_a_body_that_is_too_large_is_refused_before_it_is_sent(port: int):
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as client:
        answer = await client.post(
            "/api/sign-in", content=b" " * 3_000_000, headers={"content-type": "application/json"}
        )
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_who_leaves_in_the_middle_of_a_body_is_no_fault_of_ours_and_fills_no_log(
    port: int, capsys: pytest.CaptureFixture[str]
):
    head = f"POST /api/sign-in HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
    for _ in range(3):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f'{head}Content-Length: 100\r\n\r\n{{"login":'.encode())
        writer.write_eof()
        async with asyncio.timeout(PATIENCE):
            assert await reader.read() == b""
        writer.close()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as client:
        figures = (await client.get("/metrics")).text
    counted = 'jiangsai_requests_total{method="POST",route="/api/sign-in",status='
    assert f'{counted}"400"}} 3.0' in figures
    assert f'{counted}"500"}}' not in figures
    assert "Traceback" not in capsys.readouterr().err
