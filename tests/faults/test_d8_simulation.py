"""D8: seeded runs of the whole live part among tablets, viewers, officials and misfortunes, in virtual time.

One seed replays exactly: `JIANGSAI_TEST_SEED=4711 pytest tests/faults/test_d8_simulation.py -k a_seed`.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.ground import planted
from tests.faults.history import canonical, seed_of
from tests.faults.simulation import simulated

RUNS = 120
NIGHTS_RUNS, PARTS = 100_000, 20
FASTER = 30
"""At least so many times as fast as the clock on the wall, on a machine that does other things as well."""

MUST_HAPPEN = {
    ("answered", "stored", ""),
    ("answered", "pending", "not_newest"),
    ("answered", "pending", "session_locked"),
    ("answered", "pending", "seat_revoked"),
    ("answered", "refused", "key_reused"),
    ("unknown", "", ""),
    ("lost", "", ""),
    ("restored", "", ""),
    ("saw", "reset", ""),
    ("saw", "moved", ""),
    ("may_see", "", ""),
}
"""What never happens in a simulation is not shown by it."""


@pytest.fixture(scope="module")
def ground():
    return planted()


def lived(seeds, ground):
    """Live through many runs; return what was wrong in which, what happened, and in how many seconds of theirs."""
    wrong, met, seconds = {}, Counter(), 0.0
    for seed in seeds:
        world, problems = simulated(seed, ground)
        for line in world.history.lines:
            met[line["kind"], line.get("verdict", line.get("message", "")), line.get("because", "")] += 1
        seconds += world.loop.time()
        if problems:
            wrong[seed] = problems
    return wrong, met, seconds


def test_no_mark_is_lost_doubled_or_altered_and_nobody_sees_what_is_hidden_whatever_happens(ground):
    first, began = seed_of(20_261_120), time.process_time()
    wrong, met, seconds = lived(range(first, first + RUNS), ground)
    took = time.process_time() - began
    marks = met["saved", "", ""]
    print(f"{RUNS} runs, {marks} marks, {seconds:.0f} s in {took:.1f} s: {seconds / took:.0f} times as fast")
    assert wrong == {}
    assert marks > 10 * RUNS
    assert met.keys() >= MUST_HAPPEN
    assert seconds > FASTER * took


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("part", range(PARTS))
def test_a_night_of_runs(ground, part):
    first, runs = seed_of(1_000_000), NIGHTS_RUNS // PARTS
    wrong, _, _ = lived(range(first + part * runs, first + (part + 1) * runs), ground)
    assert wrong == {}


def test_a_seed_alone_tells_what_happened(ground, capsys):
    seed = seed_of(4711)
    world, problems = simulated(seed, ground)
    with capsys.disabled():
        if "JIANGSAI_TEST_SEED" in os.environ:
            print(*world.lines_of_history, *problems, sep="\n")
    assert problems == []


def digest_of(seeds):
    """What happened in some runs, in one word."""
    ground = planted()
    told = [simulated(seed, ground)[0].lines_of_history for seed in seeds]
    return hashlib.sha256(canonical(told).encode()).hexdigest()


def test_the_same_seed_replays_exactly_in_another_process():
    said = "from tests.faults.test_d8_simulation import digest_of; print(digest_of(range(3)))"
    runs = [
        subprocess.run(
            [sys.executable, "-c", said],
            env={"PATH": os.environ["PATH"], "PYTHONHASHSEED": salt, "PYTHONPATH": str(Path(__file__).parents[2])},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for salt in ("1", "2")
    ]
    assert runs == [digest_of(range(3)) + "\n"] * 2
