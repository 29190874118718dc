"""A contest as large as a province's, and the whole product that serves it: what `combined` and `storm` measure.

    python -m bench.live.arena URL FOLDER PORT TICK

One event of 200 entries × 60 aspects × 7 judges is marked completely; three panels of seven correct its marks. All
other seats belong to the other events of the contest. The product is the one that is sold, `create_app` with real
tokens and sheets; only how often one may ask is different, for here everybody comes from one address, and how
often a board is made is an option. The moment before each frame is written to its viewers is noted in a file.
"""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec

from bench.live.crowd import compiled
from bench.live.machine import PATIENCE, free_port, running
from bench.live.planted import CONTEST, Place, planted
from bench.live.product import OFTEN
from contest.settings import Settings

ENTRIES, JUDGES, CRITERIA, ASPECTS, PANELS = 200, 7, 5, 12, 3
EVENT = f"{CONTEST}-watched"
PUBLISHED = struct.Struct("<qd")
"""Version of a board, and when it was about to be written."""

HERE = Path(__file__).parent


class Arena(NamedTuple):
    """The product, as it is served."""

    pid: int
    port: int
    folder: Path
    watched: list[Place]
    others: list[Place]

    def published(self) -> dict[int, float]:
        """When each version of the watched board was about to be written, by the clock that all share."""
        told = (self.folder / "published").read_bytes()
        return dict(PUBLISHED.iter_unpack(told))


class Planted(msgspec.Struct):
    """What clients must know."""

    watched: list[Place]
    others: list[Place]


@contextmanager
def arena(folder: Path, seats: int, *, tick: float = 0.1, fsync_ms: float = 0.0) -> Iterator[Arena]:
    """Serve the product over a fresh copy of the planted contest, on the servers' processor."""
    planted_at = folder / "planted"
    if not (planted_at / "planted.json").is_file():
        planted_at.mkdir()
        asyncio.run(_plant(planted_at, seats))
    serving = folder / f"serving-{time.monotonic_ns()}"
    shutil.copytree(planted_at, serving)
    ready, port = serving / "ready", free_port()
    command = [sys.executable, "-m", "bench.live.arena", _url(serving), str(serving), str(port), str(tick)]
    with running(command, env=slow_disk(fsync_ms)) as program:
        end = time.monotonic() + PATIENCE
        while not ready.is_file():
            if program.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"the product does not answer ({program.poll()})")
            time.sleep(0.05)
        known = msgspec.json.decode((serving / "planted.json").read_bytes(), type=Planted)
        yield Arena(program.pid, port, serving, known.watched, known.others)


def slow_disk(milliseconds: float) -> dict[str, str]:
    """The environment of a program whose disk takes so much longer to keep something; needs a C compiler."""
    if not milliseconds:
        return {}
    made = compiled(HERE / "slow_disk.c", "-shared", "-fPIC")
    if made is None:
        raise RuntimeError("no C compiler: a slower disk cannot be had")
    return {"LD_PRELOAD": str(made), "FSYNC_MS": str(milliseconds)}


def disk_can_be_slow() -> bool:
    """Whether `slow_disk` works here."""
    return sys.platform == "linux" and bool(shutil.which("gcc") or shutil.which("cc"))


def like_people(place: Place, marks: list[dict], after: int) -> list[dict]:
    """The same marks with values as judges give them: entries differ in skill, and corrections are small ones.

    With marks by chance every correction would move twenty ranks, and boards would be larger than real ones.
    """
    for at, mark in enumerate(marks, after):
        skill = 5500 + 15 * place.entries.index(mark["entry"]) * PANELS
        nuance = (at * 7919 + int(place.device[-4:]) * 104_729) % 11 - 5
        turn = at // (len(place.entries) * len(place.aspects))
        mark["value"] = min(10_000, (skill // 100 + nuance + turn % 2) * 100)
    return marks


def _url(folder: Path) -> str:
    return f"sqlite:///{folder / 'arena.db'}"


# ---- planting -------------------------------------------------------------------------------------------------


async def _plant(folder: Path, seats: int) -> None:
    from contest.store.open import migrate, open_store

    await migrate(_url(folder))
    store = await open_store(_url(folder), signing_key=folder / "signing.pem")
    mine = PANELS * JUDGES
    others = await planted(store, seats - mine, entries=20, aspects=6)
    watched = await _watched(store)
    await store.close()
    (folder / "planted.json").write_bytes(msgspec.json.encode(Planted(watched, others)))


def scheme() -> str:
    """Criteria of panel aspects from 0 to 10, as large as an event's scheme gets."""
    criteria = [
        {
            "kind": "sum",
            "id": f"C{part}",
            "name": f"模块{part}",
            "parts": [
                {"kind": "panel", "id": f"C{part}-{aspect:02}", "name": "评分点", "high": "10", "step": "0.1"}
                for aspect in range(ASPECTS)
            ],
        }
        for part in range(CRITERIA)
    ]
    root = {"kind": "sum", "id": "total", "name": "总分", "parts": criteria}
    return msgspec.json.encode({"root": root}).decode()


async def large_event(store, event: str, code: str) -> list[Place]:
    """Plan an event of that size, seat its panels and open their sessions."""
    from hashlib import sha256

    from contest.model.gate import Line
    from contest.model.ruling import PassGate
    from contest.store.tables import EntryRow, EventRow, PanelRow, SeatRow, SessionEntryRow, SessionRow, StageRow

    here = {"contest": CONTEST, "event": event}
    aspects = [f"C{part}-{aspect:02}" for part in range(CRITERIA) for aspect in range(ASPECTS)]
    entered = [f"{event}-entry-{number:04}" for number in range(ENTRIES)]
    await store.apply(
        EventRow.insert(EventRow(id=event, contest=CONTEST, code=code, name="数控车", public_view="live")),
        StageRow.insert(StageRow(id=f"{event}-stage", name="决赛", **here)),
        *(
            EntryRow.insert(EntryRow(id=key, kind="competitor", name=f"选手{key[-4:]}", bib=key[-4:], **here))
            for key in entered
        ),
    )
    await store.book.adopt_scheme(CONTEST, event=event, document=scheme(), by="bench")
    places = []
    for panel in range(PANELS):
        name, session, mine = f"{event}-panel-{panel}", f"{event}-session-{panel}", entered[panel::PANELS]
        seats = [f"{name}-seat-{number}" for number in range(1, JUDGES + 1)]
        sitting = SessionRow(
            id=session,
            stage=f"{event}-stage",
            name=f"第{panel}场",
            panel=name,
            aspects=msgspec.json.encode(aspects).decode(),
            **here,
        )
        await store.apply(
            PanelRow.insert(PanelRow(id=name, name=f"裁判{panel}组", **here)),
            SeatRow.insert(*(SeatRow(id=seat, panel=name, number=at, **here) for at, seat in enumerate(seats, 1))),
            SessionRow.insert(sitting),
            SessionEntryRow.insert(
                *(SessionEntryRow(id=f"{session}-{entry}", session=session, entry=entry) for entry in mine)
            ),
        )
        places += [
            Place(seat, f"{code}-{panel:02}{at:02}", f"token-of-{seat}", event, session, mine, aspects)
            for at, seat in enumerate(seats)
        ]
    for place in places:
        token = sha256(place.token.encode()).hexdigest()
        await store.book.take_seat(
            CONTEST, seat=place.seat, device=place.device, name="平板", token=token, by="bench"
        )
    for session in dict.fromkeys(place.session for place in places):
        opened = PassGate(event=event, line=Line.SESSION, subject=session, gate="opened", by="bench")
        await store.book.record(CONTEST, opened)
    return places


async def _watched(store) -> list[Place]:
    """The watched event, with everything marked that there is to mark."""
    from contest.model.mark import EnterMark, MarkKind

    places = await large_event(store, EVENT, "tablet-w")
    for place in places:
        told = like_people(place, list(place.marks(len(place.entries) * len(place.aspects), 0)), 0)
        marks = [EnterMark(device=place.device, kind=MarkKind.ENTERED, **mark) for mark in told]
        for start in range(0, len(marks), 1000):
            receipts = await store.book.enter(CONTEST, marks[start : start + 1000])
            assert all(receipt.verdict == "stored" for receipt in receipts), receipts[0]
    return places


# ---- serving --------------------------------------------------------------------------------------------------


def _note_publishing(folder: Path) -> None:
    """Let the moment before each frame's writing be noted; ten short lines a second."""
    from realtime import rooms

    noted = os.open(folder / "published", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    fan_out = rooms.fan_out

    async def noting(frame, wires, **options):
        at = frame.payload.find(b'"version":', 0, 200)
        if at > 0 and wires:
            version = int(frame.payload[at + 10 : frame.payload.index(b",", at)])
            os.write(noted, PUBLISHED.pack(version, time.monotonic()))
        return await fan_out(frame, wires, **options)

    rooms.fan_out = noting


def _serve(url: str, folder: Path, port: int, tick: float) -> None:
    from contest import app as house
    from contest.serving import serve
    from realtime import attending
    from realtime.deeds import Limits
    from realtime.hub import Pace

    settings = Settings(
        database_url=url,
        signing_key=str(folder / "signing.pem"),
        port=port,
        log_level="error",
        requests_per_minute=OFTEN,
        requests_per_minute_and_address=OFTEN,
        requests_per_minute_in_all=OFTEN,
    )
    attending.Limits = partial(Limits, messages_at_once=float(OFTEN), messages_per_second=float(OFTEN))
    house.create_live = partial(house.create_live, pace=Pace(tick=tick))
    _note_publishing(folder)
    gc.collect()
    serve(house.create_app(settings), settings, ready=(folder / "ready").touch)


if __name__ == "__main__":
    _serve(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
