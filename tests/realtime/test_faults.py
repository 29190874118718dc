"""What strangers, broken tablets and dead networks may do to the live part: nothing."""

import asyncio
import os
import random
import socket
import sys
from collections import Counter
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from realtime.transport import FanOut
from tests.journeys.running import free_port
from tests.realtime.house import Peer, open_house, paired, wire_form
from tests.realtime.sockets import PATIENCE, connect, strike, until


@pytest.fixture
async def at(store):
    return await paired(store)


async def test_no_receipt_leaves_before_the_commit(store, at, monkeypatch):
    written, committed, transact = asyncio.Event(), asyncio.Event(), store.writer.transact

    async def late(work):
        written.set()
        await committed.wait()
        return await transact(work)

    async with open_house(store) as house, house.tablet(at) as tablet:
        await tablet.hear("welcome")
        monkeypatch.setattr(store.writer, "transact", late)
        await tablet.say({"type": "enter_marks", "marks": [wire_form(at.mark(8000))]})
        await written.wait()
        await tablet.heard_nothing()
        committed.set()
        assert (await tablet.hear())["type"] == "marks_stored"


async def test_when_the_store_fails_nothing_is_acknowledged_and_the_socket_stays(store, at, monkeypatch):
    transact = store.writer.transact

    async def broken(work):
        raise OSError("the disk is full")

    async with open_house(store) as house, house.tablet(at) as tablet:
        await tablet.hear("welcome")
        mark = at.mark(8000)
        monkeypatch.setattr(store.writer, "transact", broken)
        assert (await tablet.enter(at, mark))["code"] == "store_unavailable"
        monkeypatch.setattr(store.writer, "transact", transact)
        assert (await tablet.enter(at, mark))["receipts"][0]["standing"] == "counts"


SHAKEN = b"\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
KEY = b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"


def masked(opcode: int, payload: bytes, *, length: int | None = None, fin: bool = True) -> bytes:
    size = len(payload) if length is None else length
    head = bytes([(0x80 if fin else 0) | opcode])
    if size < 126:
        head += bytes([0x80 | size])
    elif size < 65536:
        head += b"\xfe" + size.to_bytes(2, "big")
    else:
        head += b"\xff" + size.to_bytes(8, "big")
    return head + b"\0\0\0\0" + payload


def malformed(dice: random.Random) -> bytes:
    """One of many ways not to speak the protocol."""
    noise = dice.randbytes(dice.randrange(1, 200))
    return dice.choice(
        [
            noise,
            masked(1, noise),
            masked(2, noise),
            masked(1, b"[" * 5000),
            masked(1, b'{"type":"enter_marks","marks":[{"mark":' + noise.hex().encode() + b"}]}"),
            masked(1, b'{"type":"hello","token":"' + noise.hex().encode() + b'"}'),
            masked(1, b'{"type":"watch","event":"' + noise.hex().encode()[:60] + b'"}'),
            masked(8, b"\x03"),
            masked(8, b"\xff\xff" + noise[:100]),
            masked(9, noise[:100]),
            masked(9, b"x" * 126),
            masked(dice.randrange(3, 8), b""),
            masked(1, b"", length=2**40),
            masked(1, b"x" * 70_000),
            masked(0, b"alone"),
            masked(1, b"half", fin=False) + masked(1, b"other"),
            b"\xf1\x00",
        ]
    )


async def test_hundreds_of_malformed_frames_leave_no_crash_no_traceback_and_no_socket(store, at, caplog):
    answered = Counter[bool]()
    async with open_house(store) as house, house.tablet(at) as tablet:
        await tablet.hear("welcome")

        async def stranger(number: int) -> None:
            dice = random.Random(20261120 + number)  # its own: what it says must not hang on who comes first
            reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
            path = dice.choice(["seat", "board"]).encode()
            writer.write(b"GET /live/" + path + b" HTTP/1.1" + SHAKEN + (KEY if number % 20 else b"\r\n"))
            try:
                async with asyncio.timeout(PATIENCE):
                    await reader.readuntil(b"\r\n\r\n")
                    writer.write(b"".join(malformed(dice) for _ in range(dice.randrange(1, 4))))
                    answered[bool(await reader.read(4096))] += 1
            except (ConnectionError, asyncio.IncompleteReadError):
                answered[False] += 1
            finally:
                writer.close()

        for start in range(0, 600, 30):
            await asyncio.gather(*(stranger(start + number) for number in range(30)))
        assert answered[True] > 400
        assert (await tablet.enter(at, at.mark(8000)))["type"] == "marks_stored"
        await until(lambda: len(house.server.server_state.connections) == 1)
        assert house.count("jiangsai_live_faults_total") == 0
    assert [record.getMessage() for record in caplog.records if record.exc_info] == []


async def test_a_viewer_who_does_not_read_is_cut_off_and_the_judge_is_answered_all_the_while(store, monkeypatch):
    monkeypatch.setattr(FanOut, "LOOK_SECONDS", 3600.0)
    at = await paired(store, entries=200)
    async with open_house(store) as house, house.tablet(at) as tablet, house.board(at.event) as quick:
        await tablet.hear("welcome")
        assert len((await quick.hear("reset"))["rows"]) == 200
        with socket.create_connection(("127.0.0.1", house.port)) as stalled:
            stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            stalled.sendall(b"GET /live/board HTTP/1.1" + SHAKEN + KEY)
            assert (await asyncio.to_thread(stalled.recv, 4096)).startswith(b"HTTP/1.1 101")
            # It asks for the whole board again and again and reads none of it.
            stalled.sendall(masked(1, b'{"type":"watch","event":"%s"}' % at.event.encode()) * 40)
            await until(lambda: house.count("jiangsai_viewers", audience="public") == 2)
            connections = house.server.server_state.connections
            await until(lambda: any(getattr(known, "stalled", None) for known in connections))
            async with asyncio.timeout(PATIENCE):
                while house.count("jiangsai_viewers", audience="public") == 2:
                    assert (await tablet.enter(at, at.mark(8000)))["type"] == "marks_stored"
                    for known in connections:
                        if getattr(known, "stalled", None) and not known.stalled.cancelled():
                            strike(known.stalled)


@asynccontextmanager
async def serving(url: str, role: str):
    """A real process of the product with that role; yields its port."""
    port = free_port()
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": url}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "contest.cli", "serve", "--role", role, "--port", str(port)),
        env=environment,
        cwd=Path(__file__).parents[2],
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        async with (
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as web,
            asyncio.timeout(2 * PATIENCE),
        ):
            while True:
                assert process.returncode is None, "the process ended by itself"
                try:
                    if (await web.get("/api/public/contests")).status_code == 200:
                        break
                except httpx.TransportError:
                    await asyncio.sleep(0.1)
        yield port
    finally:
        if process.returncode is None:
            process.terminate()
        try:
            async with asyncio.timeout(PATIENCE):
                assert await process.wait() in (0, -15)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def test_a_board_in_a_process_of_its_own_follows_and_has_no_seats(store, store_url, at):
    async with (
        serving(store_url, "board") as port,
        open_house(store) as house,
        house.tablet(at) as tablet,
        connect(f"ws://127.0.0.1:{port}/live/board") as socket,
    ):
        board = Peer(socket)
        await board.say({"type": "watch", "event": at.event})
        assert len((await board.hear("reset"))["rows"]) == 4
        await tablet.hear("welcome")
        assert (await tablet.enter(at, at.mark(8000)))["type"] == "marks_stored"
        await at.stored(*(at.mark(8000, seat=seat) for seat in (1, 2)))
        await board.hear_points("8.00")
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as web:
            assert (await web.get("/live/seat")).status_code == 404
            assert (await web.get(f"/api/public/events/{at.event}/board")).json()["rows"][0]["points"] == "8.00"
