"""Frames past the transport: whole, in order, to nobody else; on both loops that serve us."""

import asyncio
import os
import random
import socket
from contextlib import suppress
from pathlib import Path

import pytest
import uvloop
from websockets.frames import Frame, Opcode

from realtime import socket_wire
from realtime.socket_wire import SocketWire
from realtime.transport import FanOut
from realtime.wires import BACKLOG, frame_of
from tests.realtime.sockets import PATIENCE, served, until
from tests.realtime.test_transport import HANDSHAKE, Room

NEVER = 3600.0

both_loops = pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])


class Reader:
    """A raw client that reads when it is told to, and understands frames as the library does."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32_768)
        self.socket.settimeout(PATIENCE)
        self.socket.sendall(HANDSHAKE)
        self._bytes = b""
        while b"\r\n\r\n" not in self._bytes:
            self._bytes += self.socket.recv(1)
        self._bytes = b""
        self.frames: list[Frame] = []

    def glance(self, most: int) -> None:
        """Read what is there."""
        self.socket.settimeout(0)
        with suppress(BlockingIOError):
            self.read(most)
        self.socket.settimeout(PATIENCE)

    def read(self, most: int) -> bool:
        """Read some bytes; False at the end."""
        data = self.socket.recv(most)
        self._bytes += data
        while len(self._bytes) >= 2:
            size = self._bytes[1] & 0x7F
            head = {126: 4, 127: 10}.get(size, 2)
            if head > 2:
                size = int.from_bytes(self._bytes[2:head], "big")
            if len(self._bytes) < head or len(self._bytes) < head + size:
                break
            assert self._bytes[0] in (0x81, 0x88, 0x89), self._bytes[:20]
            self.frames.append(Frame(Opcode(self._bytes[0] & 15), self._bytes[head : head + size]))
            self._bytes = self._bytes[head + size :]
        return bool(data)


async def met(room: Room, port: int) -> tuple[SocketWire, Reader]:
    many = len(room.wires)
    reader = await asyncio.to_thread(Reader, port)
    await until(lambda: len(room.wires) == many + 1)
    wire = room.wires[-1]
    assert isinstance(wire, SocketWire)
    wire._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16_384)
    return wire, reader


@both_loops
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_frames_and_pings_never_interleave_however_little_the_kernel_takes(run, seed, monkeypatch):
    monkeypatch.setattr(FanOut, "LOOK_SECONDS", NEVER)
    dice = random.Random(seed)

    async def scenario() -> None:
        room = Room()
        async with served(room, ws_ping_interval=NEVER, ws_ping_timeout=NEVER) as (_, port):
            wire, reader = await met(room, port)
            wanted, pings, waited = [], 0, False
            for number in range(150):
                what = dice.randrange(10)
                if what == 0:
                    wire._protocol.send_keepalive_ping()
                    pings += 1
                elif what < 4:
                    reader.glance(dice.choice((1, 700, 60_000)))
                    await asyncio.sleep(0)
                payload = b"%d:" % number + b"x" * dice.choice((0, 10, 200, 5_000, 20_000))
                assert wire.put(frame_of(payload))
                waited = waited or not wire.free
                wanted.append(payload)
            assert waited, "the kernel took everything: nothing was tried"
            assert wire._protocol.given > 0
            while len(reader.frames) < len(wanted) + pings:
                await asyncio.to_thread(reader.read, 1 << 16)
            assert [frame.data for frame in reader.frames if frame.opcode is Opcode.TEXT] == wanted
            await until(lambda: wire.free)
            reader.socket.close()

    run(scenario())


@both_loops
def test_behind_what_waits_for_a_spectator_nothing_is_put_that_exceeds_the_bound(run, monkeypatch):
    monkeypatch.setattr(FanOut, "LOOK_SECONDS", NEVER)

    async def scenario() -> None:
        room = Room()
        async with served(room) as (_, port):
            wire, reader = await met(room, port)
            wire.narrow()
            whole = frame_of(b"x" * (BACKLOG - 2_000))
            while wire.put(whole):
                pass
            waiting = wire._transport.get_write_buffer_size
            assert 0 < waiting() <= BACKLOG, "a second whole board behind the first is too much"
            reader.socket.close()

    run(scenario())


@both_loops
def test_a_kernel_that_takes_nothing_leaves_the_frame_to_the_transport(run, monkeypatch):
    async def scenario() -> None:
        room = Room()
        async with served(room) as (_, port):
            wire, reader = await met(room, port)
            with monkeypatch.context() as broken:
                broken.setattr(os, "write", full)
                assert wire.put(frame_of(b"first"))
            assert wire.put(frame_of(b"second"))
            while len(reader.frames) < 2:
                await asyncio.to_thread(reader.read, 1000)
            assert [frame.data for frame in reader.frames] == [b"first", b"second"]
            reader.socket.close()

    def full(descriptor: int, framed: bytes) -> int:
        raise BlockingIOError

    run(scenario())


@both_loops
@pytest.mark.parametrize("fault", [BrokenPipeError, ConnectionResetError, OSError])
def test_a_socket_that_is_broken_ends_and_harms_no_other(run, fault, monkeypatch):
    async def scenario() -> None:
        room = Room()
        async with served(room) as (server, port):
            lost, gone = await met(room, port)
            kept, reader = await met(room, port)
            with monkeypatch.context() as broken:
                broken.setattr(os, "write", fail)
                assert not lost.put(frame_of(b"x"))
            assert not lost.put(frame_of(b"x"))
            await until(lambda: len(server.server_state.connections) == 1)
            assert kept.put(frame_of(b"still here"))
            await asyncio.to_thread(reader.read, 1000)
            assert reader.frames[0].data == b"still here"
            gone.socket.close()
            reader.socket.close()

    def fail(descriptor: int, framed: bytes) -> int:
        raise fault

    run(scenario())


async def written_to_a_stranger() -> bytes:
    """What somebody receives whose descriptor has the number that a viewer's had."""
    room = Room()
    async with served(room) as (server, port):
        wire, reader = await met(room, port)
        number = wire._transport.get_extra_info("socket").fileno()
        reader.socket.close()
        await until(lambda: not server.server_state.connections)
        await until(lambda: not Path(f"/proc/self/fd/{number}").exists())
        ours, theirs = socket.socketpair()
        with ours, theirs:
            if number == theirs.fileno():
                ours, theirs = theirs, ours
            elif number != ours.fileno():
                os.dup2(ours.fileno(), number)
            wire.put(frame_of(b"for somebody else"))
            if number != ours.fileno():
                os.close(number)
            theirs.setblocking(False)
            try:
                return theirs.recv(100)
            except BlockingIOError:
                return b""


@both_loops
def test_nothing_is_written_to_who_has_the_descriptor_next(run, monkeypatch):
    assert run(written_to_a_stranger()) == b""


def test_sabotage_a_wire_that_outlives_its_connection_writes_to_a_stranger(monkeypatch):
    monkeypatch.setattr(SocketWire, "over", lambda wire: None)
    assert uvloop.run(written_to_a_stranger()) != b""


@both_loops
@pytest.mark.parametrize("ended", ["close", "client", "end", "shutdown", "ping"])
def test_no_frame_follows_a_closing_one(run, ended):
    async def scenario() -> None:
        room = Room()
        async with served(room, ws_ping_interval=NEVER, ws_ping_timeout=NEVER) as (_, port):
            wire, reader = await met(room, port)
            protocol = wire._protocol
            match ended:
                case "close":
                    await protocol.send({"type": "websocket.close", "code": 1000})
                case "client":
                    reader.socket.sendall(Frame(Opcode.CLOSE, b"\x03\xe8").serialize(mask=True))
                    await until(lambda: protocol.conn.close_rcvd is not None)
                case "end":
                    reader.socket.shutdown(socket.SHUT_WR)
                    await until(protocol.transport.is_closing)
                case "shutdown":
                    protocol.shutdown()
                case "ping":
                    protocol.send_keepalive_ping()
                    protocol.keepalive_timeout()
            assert not wire.free
            assert not wire.put(frame_of(b"too late"))
            while await asyncio.to_thread(reader.read, 1000):
                if reader.frames and reader.frames[-1].opcode is Opcode.CLOSE:
                    break
            assert b"too late" not in [frame.data for frame in reader.frames]
            reader.socket.close()

    run(scenario())


@both_loops
def test_where_something_stands_in_between_frames_go_through_the_transport(run, monkeypatch):
    monkeypatch.setattr(socket_wire, "_plain_socket", lambda transport: -1)

    async def scenario() -> None:
        room = Room()
        async with served(room) as (_, port):
            wire, reader = await met(room, port)
            assert not wire.free
            protocol = wire._protocol
            protocol.pause_writing()  # as TLS may say although nothing waits
            protocol.stalled.cancel()
            protocol._look(0, NEVER)  # and so for a long time
            assert protocol.stalled is None
            assert not protocol.transport.is_closing(), "nobody is cut off for whom nothing waits"
            assert wire.put(frame_of(b"one"))
            wire.drained()
            assert wire.put(frame_of(b"two"))
            while len(reader.frames) < 2:
                await asyncio.to_thread(reader.read, 1000)
            assert [frame.data for frame in reader.frames] == [b"one", b"two"]
            reader.socket.close()

    run(scenario())
