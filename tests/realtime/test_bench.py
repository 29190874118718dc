"""Each bench of the live part runs in a tiny size and prints its table; what all stand on measures rightly."""

import contextlib
import json
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench.__main__ import modules
from bench.live import plot
from bench.live.crowd import Doors, compiled, crowd, handshake, masked
from bench.live.kernel import kernel_kib
from bench.live.limits import Limit, judged
from bench.live.machine import cpu_seconds, held_kib, running
from bench.live.peers.known import C_LOOP, NATS, OTHERS, OURS, Contender
from bench.live.stalled import sockets
from tests.house.conftest import ROOT

PATIENCE = 300
TINY = ["--quick", "--viewers", "12", "--deliveries", "360"]
FAITHLESS = """
import asyncio, sys
viewers = []
async def serve(reader, writer):
    head = await reader.readuntil(b"\\r\\n\\r\\n")
    writer.write(b"HTTP/1.1 101 Switching Protocols\\r\\n\\r\\n")
    if b" /watch " in head:
        viewers.append(writer)
    elif await reader.read(100):
        for viewer in viewers[1:]:
            viewer.write(bytes((0x81, 126, 0, 200)) + b"x" * 200)
        viewers[0].close()
    await reader.read()
async def main():
    await (await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[1]))).serve_forever()
asyncio.run(main())
"""
PINGS = """
import asyncio, sys
viewers, answered = [], asyncio.Semaphore(0)
async def serve(reader, writer):
    head = await reader.readuntil(b"\\r\\n\\r\\n")
    writer.write(b"HTTP/1.1 101 Switching Protocols\\r\\n\\r\\n")
    viewers.append(writer) if b" /watch " in head else await reader.readexactly(10)
    if b" /watch " not in head:
        for each in (*viewers, writer):
            each.write(b"\\x89\\x03abc")
    assert (await reader.readexactly(9)) == b"\\x8a\\x83\\0\\0\\0\\0abc"
    answered.release()
    if b" /watch " not in head:
        for each in (*viewers, writer):
            await answered.acquire()
        for viewer in viewers:
            viewer.write(bytes((0x81, 126, 0, 200)) + b"x" * 200)
    await reader.read()
async def main():
    await (await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[1]))).serve_forever()
asyncio.run(main())
"""
PYTHON_LOOP = next(each for each in OTHERS if each.name.startswith("Python"))


def run(*command: str) -> str:
    """A bench in a process of its own; 1 says that a limit was missed, which says nothing at this size."""
    done = subprocess.run(
        [sys.executable, "-m", "bench", *command],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stdout + done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    assert (done.returncode == 1) == ("MISSED" in done.stdout)
    return done.stdout


def row(printed: str, name: str) -> list[str]:
    """The figures of a line of the table."""
    lines = [line for line in printed.splitlines() if line.strip().startswith(name)]
    assert lines, printed
    return lines[0].split(name)[1].split()


# ---- the benches ------------------------------------------------------------------------------------------------


def test_fan_out_prints_what_ours_and_the_c_loop_came_to():
    printed = run("live.fanout", *TINY, "--only", "Python")
    assert len(row(printed, OURS.name)) == 10
    assert len(row(printed, PYTHON_LOOP.name)) == 10
    if C_LOOP.missing():
        assert "not here: no C compiler" in printed
    else:
        assert "12 viewers: deliveries a CPU-second, to C" in printed
    assert re.search(r"(kept|MISSED) +12 viewers: memory of the server for each", printed)


@pytest.mark.long
def test_fan_out_runs_every_peer_or_says_why_it_is_not_here():
    printed = run("live.fanout", *TINY)
    for peer in OTHERS:
        figures = row(printed, peer.name)
        assert len(figures) == 10 or figures[:2] == ["not", "here:"], peer.name


def test_intake_prints_marks_a_second_beside_the_bare_engine():
    printed = run(
        "live.intake", "--engines", "sqlite", "--seats", "12", "--marks", "16", "--seconds", "0.6", "--quick"
    )
    ((marks, rate),) = re.findall(r"sqlite +12 +(\d+) +([\d,]+)", printed)
    assert marks == "16"
    assert int(rate.replace(",", "")) > 0
    assert "to the bare engine" in printed


@pytest.mark.long
def test_intake_runs_on_postgresql():
    printed = run("live.intake", "--engines", "postgres", "--seats", "12", "--seconds", "1", "--quick")
    assert len(re.findall(r"postgresql +12 +(?:16|1) +[\d,]+", printed)) == 2


def test_idle_viewers_of_the_whole_product_all_stay():
    printed = run("live.idle", "--quick", "--viewers", "6000")
    assert "60 viewers came in" in printed
    assert re.search(r"kept +60 idle viewers, held for 2 s +60.00", printed)


@pytest.mark.long
def test_viewers_who_stall_are_cut_off():
    printed = run("live.stalled", "--quick")
    assert re.search(r"(kept|MISSED) +20 viewers who do not read: memory of kernel and process", printed)
    assert row(printed, OURS.name)[4:6][1] == "s", "they were never cut off"


def test_the_bench_as_a_whole_finds_every_bench_and_draws_last():
    found = modules()
    assert {"live.fanout", "live.intake", "live.idle", "live.stalled", "scoring"} <= set(found)
    assert {"live.crowd", "live.product", "live.machine", "live.peers.loop", "live.bare"}.isdisjoint(found)
    assert found[-1] == "live.plot"


# ---- what they stand on -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("in_python", [False, True], ids=["c", "python"])
def test_a_crowd_counts_each_delivery_once(in_python):
    if not in_python and C_LOOP.missing():
        in_python = True  # the same promise, kept by the other one
    with PYTHON_LOOP.serving(200) as server, crowd(server.doors, 7, in_python=in_python) as people:
        assert people.open()["opened"] == 7
        ran = people.run(5)
        assert (ran["deliveries"], ran["bytes"]) == (35, 35 * 204)
        assert 0 < ran["p50"] <= ran["p99"] <= ran["most"] + 0.01
        assert people.hold(0.01)["alive"] == 7
        assert people.run(1)["deliveries"] == 7, "a run counts its own"


@pytest.mark.parametrize("in_python", [False, True], ids=["c", "python"])
def test_a_crowd_says_when_a_server_lets_a_viewer_go(in_python):
    if not in_python and C_LOOP.missing():
        in_python = True
    faithless = Contender("lets the first go", lambda port, _: [sys.executable, "-c", FAITHLESS, str(port)])
    with faithless.serving(200) as server, crowd(server.doors, 3, in_python=in_python) as people:
        people.open()
        with pytest.raises(RuntimeError, match="a viewer was cut off"):
            people.run(1)


@pytest.mark.parametrize("in_python", [False, True], ids=["c", "python"])
def test_a_crowd_answers_pings_on_every_connection(in_python):
    if not in_python and C_LOOP.missing():
        in_python = True
    pings = Contender("pings", lambda port, _: [sys.executable, "-c", PINGS, str(port)])
    with pings.serving(200) as server, crowd(server.doors, 2, in_python=in_python) as people:
        people.open()
        ran = people.run(1)
        assert ran["deliveries"] == 2, "a ping is no delivery, and what was not answered is not served"


def test_everybody_writes_the_same_bytes():
    """One frame with the payload, its head of two bytes or of four; nothing else."""
    loops = [PYTHON_LOOP, *([] if C_LOOP.missing() else [C_LOOP])]
    for contender, size, framed in (
        (OURS, 200, 204),
        *((each, 200, 204) for each in loops),
        (loops[-1], 100, 102),
    ):
        with contender.serving(size) as server, crowd(server.doors, 2) as people:
            people.open()
            assert people.run(3)["bytes"] == 2 * 3 * framed, contender.name


def test_processor_time_counts_threads_and_children():
    burning = "import time\nwhile time.process_time() < 30: pass"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burning!r}])"
    with running([sys.executable, "-c", parent]) as program:
        end = time.monotonic() + PATIENCE
        while cpu_seconds(program.pid) < 1.0:
            assert time.monotonic() < end, "the child's time is not counted"
            time.sleep(0.05)
        child = [int(pid) for pid in Path(f"/proc/{program.pid}/task/{program.pid}/children").read_text().split()]
        assert held_kib(program.pid) > max(held_kib(pid) for pid in child)
        for pid in child:
            with running(["kill", str(pid)]) as done:
                done.wait()


def test_a_peer_that_cannot_be_had_says_why():
    nowhere = Contender("nowhere", lambda *_: [], lambda: "there is none")
    assert nowhere.missing() == "there is none"
    assert sorted(each.name for each in OTHERS if each is NATS) == [NATS.name]


def test_limits_say_which_side_they_are_on(capsys):
    kept, missed = Limit("fast", 2.0, 1.0, "×", least=True), Limit("slow", 2.0, 1.0, "ms")
    assert [kept.kept, missed.kept] == [True, False]
    assert judged([kept]) == 0
    assert judged([kept, missed]) == 1
    printed = capsys.readouterr().out
    assert "kept   fast" in printed
    assert "MISSED slow" in printed


def test_handshake_and_frames_are_those_of_a_websocket():
    assert handshake("/watch", 1).startswith(b"GET /watch HTTP/1.1\r\nHost: 127.0.0.1:1\r\n")
    assert masked(b"go") == b"\x81\x82\0\0\0\0go"
    assert masked(b"x" * 200)[:8] == b"\x81\xfe\x00\xc8\0\0\0\0"
    assert Doors(1, b"").ready == b"\r\n\r\n"


def test_sockets_of_a_process_are_counted():
    with PYTHON_LOOP.serving(200) as server, crowd(server.doors, 3) as people:
        before = sockets(server.pid)
        people.open()
        assert sockets(server.pid) == before + 4, "three viewers and the one who says go"


def test_the_kernel_s_memory_is_that_of_one_server_s_unread_bytes():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as reader, listening.accept()[0] as writer:
            assert kernel_kib(port) < 16
            writer.setblocking(False)
            sent = 0
            with contextlib.suppress(BlockingIOError):
                while True:
                    sent += writer.send(bytes(65536))
            unread = kernel_kib(port)
            assert unread > 256, f"{sent} bytes were taken, and the reader's own buffer is not that large"
            assert kernel_kib(reader.getsockname()[1]) > 0, "the other side has its own"
            while sent:
                sent -= len(reader.recv(min(sent, 1 << 20)))
            end = time.monotonic() + PATIENCE
            while kernel_kib(port) > unread / 2:
                assert time.monotonic() < end, "what was read is still counted"


def test_a_program_is_compiled_once():
    if C_LOOP.missing():
        assert compiled(ROOT / "bench/live/crowd.c") is None
        return
    first = compiled(ROOT / "bench/live/crowd.c")
    made = first.stat().st_mtime_ns
    assert compiled(ROOT / "bench/live/crowd.c") == first
    assert first.stat().st_mtime_ns == made


# ---- the picture and the handbook -------------------------------------------------------------------------------

LIMIT = {"told": "to the C loop", "figure": 0.75, "bound": 0.7, "unit": "×", "least": True, "kept": True}
LAP = {"wall": 2e5, "cpu": 2e5, "p50": 1.0, "p99": 2.0, "paced_p50": 1.0, "paced_p99": 2.0, "paced_share": 9.0}
FANOUT = {
    "5000": {
        OURS.name: {**LAP, "ratio": 0.75, "kib": 20.0, "entering": 2000.0},
        NATS.name: {"missing": "no nats-server; Debian has one"},
    }
}


def test_the_picture_and_the_tables_are_made_from_what_was_measured(tmp_path):
    (tmp_path / "fanout.json").write_text(
        json.dumps({"machine": "two cores", "figures": FANOUT, "limits": [LIMIT]})
    )
    page, readme = tmp_path / "performance.md", tmp_path / "README.md"
    page.write_text(f"before\n{plot.BEGIN}\nold\n{plot.END}\nafter\n")
    readme.write_text("no place")
    places = ["--docs", str(tmp_path), "--readme", str(readme), "--kept", str(tmp_path)]
    printed = run("live.plot", *places)
    assert "performance.md: written" in printed
    assert "README.md: has no place for figures" in printed
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "old" not in text
    assert "| **Jiangsai: fan_out to SocketWire** | 200 | 200 | 0.75 |" in text
    assert "| NATS websocket gateway | not here: no nats-server; Debian has one |" in text
    assert "| to the C loop | 0.75 × | ≥ 0.7 × | kept |" in text
    drawn = (tmp_path / "live.svg").read_text()
    assert drawn.startswith("<?xml")
    assert OURS.name in drawn
    assert plot.between(page, "new")
    assert page.read_text() == f"before\n{plot.BEGIN}\n\nnew\n\n{plot.END}\nafter\n"
