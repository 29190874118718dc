"""The edge towards the network, on real sockets of this machine."""

import asyncio
import inspect
import re
import shlex
import socket
import subprocess
import sys
from contextlib import asynccontextmanager, suppress

import pytest
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame as LibraryFrame
from websockets.frames import Opcode

from realtime.socket_wire import MOST_UNREAD, SocketWire
from realtime.transport import FanOut, QuickHead, serve_options
from realtime.wires import BACKLOG, EXTENSION, SentWire, fan_out, frame_of, sockets_allowed, wire_of
from tests.realtime.sockets import PATIENCE, connect, served, strike, until

NEVER = 3600.0
"""Seconds of a limit that is not to be over by itself: the test says when."""

_OF_WEBSOCKETS = """
connection_made connection_lost pause_writing resume_writing keepalive_timeout shutdown run_asgi
send_receive_event_to_app handle_parser_exception eof_received handle_close
"""
_OF_HTTP = """
connection_made connection_lost data_received on_message_begin on_headers_complete on_message_complete
handle_websocket_upgrade pause_writing resume_writing
"""

HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


@asynccontextmanager
async def raw(port: int, room: int):
    """A socket that has shaken hands and reads nothing by itself; `room`: bytes the kernel keeps for it."""
    with socket.create_connection(("127.0.0.1", port)) as made:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        made.settimeout(PATIENCE)
        made.sendall(HANDSHAKE)
        yield made


class Room:
    """A bare application: keeps the wires of its sockets, answers HTTP with what it is told."""

    def __init__(self) -> None:
        self.wires = []
        self.received = []
        self.answer = b"ok"
        self.ended = asyncio.Event()

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
        elif scope["type"] == "http":
            await receive()
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": self.answer})
        else:
            await receive()
            await send({"type": "websocket.accept"})
            self.wires.append(wire_of(scope, send))
            while (message := await receive())["type"] != "websocket.disconnect":
                self.received.append(message)
            self.ended.set()


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536, 70000])
def test_a_frame_is_what_the_library_would_write(size):
    payload = b"x" * size
    assert frame_of(payload).framed == LibraryFrame(Opcode.TEXT, payload).serialize(mask=False)


def test_the_names_inside_uvicorn_that_we_lean_on_are_there():
    for protocol, names in (
        (WebSocketsSansIOProtocol, _OF_WEBSOCKETS),
        (HttpToolsProtocol, _OF_HTTP),
    ):
        assert [name for name in names.split() if not callable(getattr(protocol, name, None))] == []
    source = inspect.getsource(WebSocketsSansIOProtocol)
    for name in (
        "close_timeout",
        "close_sent",
        "handshake_complete",
        "curr_msg_data_type",
        "frames",
        "conn",
        "request",
    ):
        assert f"self.{name}" in source
    assert source.count("self.close_sent = True") >= 5, "it is by this that the wire hears of a closing frame"
    # What a viewer's connection forgets is asked for by nothing but the handshake.
    for gone in ("self.request", "self.response"):
        others = [
            name
            for name, method in vars(WebSocketsSansIOProtocol).items()
            if inspect.isfunction(method) and re.search(rf"{gone}\b", inspect.getsource(method))
        ]
        assert set(others) <= {"handle_connect", "send"}
    source = inspect.getsource(HttpToolsProtocol)
    assert "response_complete" in source
    assert "protocol.connection_made(self.transport)" in source


async def test_one_frame_reaches_every_socket_unchanged():
    room = Room()
    async with served(room) as (_, port):
        clients = [await connect(f"ws://127.0.0.1:{port}/") for _ in range(150)]
        await until(lambda: len(room.wires) == 150)
        assert isinstance(room.wires[0], SocketWire)
        assert await fan_out(frame_of(b'{"n":1}'), room.wires) == []
        assert [await client.recv() for client in clients] == ['{"n":1}'] * 150
        await asyncio.gather(*(client.close() for client in clients))


async def cut_off(server, protocol) -> None:
    """Let time pass for somebody who takes nothing any more; what the kernel takes is a last reprieve."""

    def gone() -> bool:
        if protocol in server.server_state.connections and protocol.stalled is not None:
            strike(protocol.stalled)
        return protocol not in server.server_state.connections

    await until(gone)


async def test_a_reader_who_stops_is_skipped_and_then_cut_off_while_the_others_read_on(monkeypatch):
    monkeypatch.setattr(FanOut, "LOOK_SECONDS", NEVER)
    room = Room()
    async with (
        served(room) as (server, port),
        connect(f"ws://127.0.0.1:{port}/") as quick,
        raw(port, 4096),
    ):
        await until(lambda: len(room.wires) == 2)
        for wire in room.wires:
            wire.narrow()
        frame = frame_of(b"x" * 16_000)
        skipped = []
        for _ in range(60):
            skipped += await fan_out(frame, room.wires)
            assert len(await quick.recv()) == 16_000
        assert set(skipped) == {room.wires[1]}
        assert len(skipped) > 30
        kept = room.wires[1]._transport.get_write_buffer_size()
        assert kept <= BACKLOG + 2 * len(frame.framed)
        assert len(server.server_state.connections) == 2
        await cut_off(server, room.wires[1]._protocol)
        assert len(server.server_state.connections) == 1


async def test_a_tablet_on_a_weak_network_gets_its_large_sheet_and_all_that_comes_meanwhile(monkeypatch):
    monkeypatch.setattr(FanOut, "LOOK_SECONDS", NEVER)
    room = Room()
    async with served(room) as (server, port), raw(port, 65_536) as weak:
        await until(lambda: room.wires)
        [wire] = room.wires
        wire._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)
        sent = frame_of(b"s" * 2_000_000)
        receipt = frame_of(b"receipt")
        assert wire.put(sent)
        assert wire._protocol.stalled is not None
        assert wire.put(receipt), "a large sheet under way is no reason to leave a receipt out"
        read, times = b"", 0
        while times < 8:
            taken, _ = wire._protocol.stalled._args
            while wire._protocol.given - wire._transport.get_write_buffer_size() <= taken:
                read += await asyncio.to_thread(weak.recv, 40_000)
            strike(wire._protocol.stalled)
            times += 1
        assert len(server.server_state.connections) == 1, "who reads, however slowly, is not cut off"
        while not read.endswith(receipt.framed):
            read += await asyncio.to_thread(weak.recv, 1 << 16)
        assert read.endswith(sent.framed + receipt.framed)
        while wire.put(sent):
            pass
        assert wire._transport.get_write_buffer_size() < MOST_UNREAD + 2 * len(sent.framed)
        await cut_off(server, wire._protocol)


async def test_a_reader_who_catches_up_is_written_to_again(monkeypatch):
    monkeypatch.setattr(FanOut, "LOOK_SECONDS", NEVER)
    room = Room()
    async with served(room) as (_, port), connect(f"ws://127.0.0.1:{port}/", max_queue=1) as client:
        await until(lambda: room.wires)
        room.wires[0].narrow()
        frame = frame_of(b"x" * 60_000)
        await until(lambda: not room.wires[0].put(frame))
        await until(lambda: room.wires[0]._protocol.stalled is not None)

        async def read() -> None:
            while await client.recv() != "again":
                pass

        reading = asyncio.create_task(read())
        await until(lambda: room.wires[0].put(frame_of(b"again")))
        async with asyncio.timeout(PATIENCE):
            await reading


async def test_whoever_answers_no_ping_is_cut_off_also_with_bytes_unread(monkeypatch):
    monkeypatch.setattr(FanOut, "LOOK_SECONDS", NEVER)
    monkeypatch.setattr(FanOut, "LINGER_SECONDS", NEVER)
    room = Room()
    async with (
        served(room, ws_ping_interval=NEVER, ws_ping_timeout=NEVER) as (server, port),
        raw(port, 4096),
    ):
        await until(lambda: room.wires)
        room.wires[0].narrow()
        await until(lambda: not room.wires[0].put(frame_of(b"x" * 60_000)))
        protocol = room.wires[0]._protocol
        strike(protocol.ping_timer)
        strike(protocol.pong_timer)
        await until(lambda: protocol._linger is not None)
        assert protocol.transport.get_write_buffer_size() > 0
        assert len(server.server_state.connections) == 1
        strike(protocol._linger)
        await until(lambda: not server.server_state.connections)


async def test_when_the_server_stops_it_says_goodbye_and_closes_with_1012():
    room = Room()
    async with served(room) as (server, port):
        client = await connect(f"ws://127.0.0.1:{port}/")
        await until(lambda: room.wires)
        server.should_exit = True
        assert await client.recv() == '{"type":"goodbye","code":"restarting"}'
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
        assert closed.value.rcvd.code == 1012


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (LibraryFrame(Opcode.TEXT, b"\xff\xfe").serialize(mask=True), 1007),
        (b"\x82\xff" + (65_537).to_bytes(8, "big") + b"mask", 1009),
        (b"\x83\x80\x00\x00\x00\x00", 1002),
        (b"\x81\x05hello", 1002),
    ],
    # The mask of a frame is random, so the frame cannot name the case.
    ids=["no UTF-8", "too long", "unknown opcode", "not masked"],
)
async def test_a_broken_frame_ends_the_connection_by_its_code_and_leaves_no_traceback(frame, code, caplog):
    room = Room()
    async with served(room) as (server, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HANDSHAKE)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(frame)
        async with asyncio.timeout(PATIENCE):
            closing = await reader.read()
        assert closing[:1] == b"\x88"
        assert int.from_bytes(closing[2:4], "big") == code
        writer.close()
        await until(lambda: not server.server_state.connections)
    assert not [record for record in caplog.records if record.exc_info]


def due(server) -> list[asyncio.TimerHandle]:
    """The deadlines that stand over the server's connections now."""
    return [known._due for known in server.server_state.connections if known._due is not None]


async def test_heads_that_drip_and_lines_that_say_nothing_are_cut_off(monkeypatch):
    monkeypatch.setattr(QuickHead, "HEAD_SECONDS", NEVER)
    async with served(Room(), timeout_keep_alive=int(NEVER)) as (server, port):
        dripping = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        dripping[0][1].write(b"GET / HTTP/1.1\r\nHost:")
        dripping[2][1].write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await dripping[2][0].readuntil(b"ok")).startswith(b"HTTP/1.1 200")
        await until(lambda: len(server.server_state.connections) == 3)
        assert len(due(server)) == 2, "nothing is due of a line that is at rest"
        dripping[2][1].write(b"\r\n")
        await until(lambda: len(due(server)) == 3)
        for timer in due(server):
            strike(timer)
        await until(lambda: not server.server_state.connections)
        for _, writer in dripping:
            writer.close()


async def test_a_head_without_end_and_a_body_that_drips_are_cut_off(monkeypatch):
    monkeypatch.setattr(QuickHead, "HEAD_SECONDS", NEVER)
    monkeypatch.setattr(QuickHead, "BODY_SECONDS", 2 * NEVER)
    async with served(Room()) as (server, port):
        reader, endless = await asyncio.open_connection("127.0.0.1", port)
        endless.write(b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000)
        with suppress(ConnectionResetError):
            assert await reader.read() == b""
        await until(lambda: not server.server_state.connections)
        _, slow = await asyncio.open_connection("127.0.0.1", port)
        slow.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nx")
        now = asyncio.get_running_loop().time()
        await until(lambda: any(timer.when() > now + 1.5 * NEVER for timer in due(server)))
        strike(due(server)[0])
        await until(lambda: not server.server_state.connections)
        endless.close()
        slow.close()


async def test_a_websocket_outlives_the_deadlines_of_its_handshake(monkeypatch):
    upgraded, upgrade = [], QuickHead.handle_websocket_upgrade
    monkeypatch.setattr(QuickHead, "handle_websocket_upgrade", lambda http: (upgraded.append(http), upgrade(http)))
    monkeypatch.setattr(QuickHead, "HEAD_SECONDS", NEVER)
    monkeypatch.setattr(QuickHead, "BODY_SECONDS", NEVER)
    room = Room()
    async with served(room) as (_, port), connect(f"ws://127.0.0.1:{port}/") as client:
        await until(lambda: room.wires)
        (http,) = upgraded
        left = [timer for timer in asyncio.get_running_loop()._scheduled if not timer.cancelled()]
        assert [timer for timer in left if timer._callback == http.transport.abort] == []
        await client.send("here")
        await until(lambda: room.received)


async def test_under_another_server_frames_go_through_send_and_a_slow_reader_is_skipped():
    sent, gate = [], asyncio.Event()

    async def send(message) -> None:
        sent.append(message)
        await gate.wait()

    wire = wire_of({"extensions": {}}, send)
    assert isinstance(wire, SentWire)
    frames = [frame_of(b"%d" % number) for number in range(SentWire.WAITING + 5)]
    put = [wire.put(frame) for frame in frames]
    assert put == [True] * SentWire.WAITING + [False] * 5
    gate.set()
    await until(lambda: len(sent) == SentWire.WAITING)
    assert sent[1] == {"type": "websocket.send", "text": "1"}
    assert wire.put(frames[0]) is True
    wire.abort()
    await asyncio.sleep(0)
    assert wire.put(frames[0]) is False


async def test_under_another_server_nothing_is_kept_of_a_connection_that_is_over():
    async def send(message) -> None:
        pass

    before = asyncio.all_tasks()
    wire = wire_of({}, send)
    assert wire.put(frame_of(b"1"))
    wire.end()
    await until(lambda: asyncio.all_tasks() == before)


def test_the_system_is_asked_for_as_many_sockets_as_it_gives():
    asked = "from realtime.wires import sockets_allowed; print(sockets_allowed())"
    limited = f"ulimit -Sn 128; ulimit -Hn 700; {shlex.quote(sys.executable)} -c {shlex.quote(asked)}"
    told = subprocess.run(["/bin/sh", "-c", limited], capture_output=True, text=True, check=True)
    assert told.stdout == "700\n"
    assert sockets_allowed() >= 700


def test_the_options_turn_off_what_costs_and_limit_what_comes():
    options = serve_options()
    assert (options["ws_per_message_deflate"], options["ws_max_size"], options["access_log"]) == (
        False,
        65_536,
        False,
    )
    uvicorn.Config(Room(), **options).load()
    assert EXTENSION == "jiangsai.wire"
