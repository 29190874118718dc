"""A contest large enough to be measured, put into a store in a second: panels of ten, each in its own event."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import msgspec

from contest.model.gate import Line
from contest.model.ids import ContestId, DeviceId, EventId, SeatId, SessionId
from contest.model.mark import EnterMark, MarkKind
from contest.model.ruling import PassGate
from contest.store.open import Store
from contest.store.tables import (
    ContestRow,
    EntryRow,
    EventRow,
    PanelRow,
    SeatRow,
    SessionEntryRow,
    SessionRow,
    StageRow,
)

CONTEST = ContestId("contest-0001")
SEATS_A_PANEL = 10
MADE_AT = "2026-11-20T09:00:00.000Z"


class Place(msgspec.Struct, frozen=True):
    """One seat, and what it marks."""

    seat: str
    device: str
    token: str
    event: str
    session: str
    entries: list[str]
    aspects: list[str]

    def marks(self, wanted: int, after: int) -> Iterator[dict[str, object]]:
        """The next marks of this seat as a tablet has them: sheet after sheet, then all of them corrected."""
        for number in range(after + 1, after + wanted + 1):
            turn, at = divmod(number - 1, len(self.entries) * len(self.aspects))
            entry, aspect = divmod(at, len(self.aspects))
            earlier = number - len(self.entries) * len(self.aspects)
            yield {
                "mark": _mark(self.device, number),
                "device_seq": number,
                "session": self.session,
                "entry": self.entries[entry],
                "aspect": self.aspects[aspect],
                "value": 100 * ((number * 7 + turn) % 101),
                "replaces": _mark(self.device, earlier) if turn else None,
                "made_at": MADE_AT,
            }

    def commands(self, wanted: int, after: int) -> list[EnterMark]:
        """The same marks as the book takes them."""
        return [
            EnterMark(device=DeviceId(self.device), kind=MarkKind.ENTERED, **({"reason": "", "by": ""} | mark))
            for mark in self.marks(wanted, after)
        ]


def _mark(device: str, number: int) -> str:
    """As long as the random ids of tablets, and never the same."""
    return f"{device[-8:]}-{number:023x}"


def scheme(aspects: list[str]) -> str:
    """Aspects that every judge of the panel marks from 0 to 10."""
    parts = [{"kind": "panel", "id": id_, "name": id_, "high": "10", "step": "0.1"} for id_ in aspects]
    return msgspec.json.encode({"root": {"kind": "sum", "id": "total", "name": "总分", "parts": parts}}).decode()


async def planted(store: Store, seats: int, *, entries: int = 50, aspects: int = 16) -> list[Place]:
    """Plan events with panels of ten and open their sessions; every seat is held by a tablet."""
    await store.apply(ContestRow.insert(ContestRow(id=CONTEST, name="县赛", level="county", kind="skills")))
    return [
        place
        for number in range(-(-seats // SEATS_A_PANEL))
        for place in await _panel(
            store, number, min(SEATS_A_PANEL, seats - number * SEATS_A_PANEL), entries, aspects
        )
    ]


async def _panel(store: Store, number: int, seats: int, entries: int, aspects: int) -> list[Place]:
    name = f"{CONTEST}-{number:04}"
    event, session, panel, stage = f"{name}-event", f"{name}-session", f"{name}-panel", f"{name}-stage"
    named = [f"aspect-{each:03}" for each in range(1, aspects + 1)]
    entered = [f"{name}-entry-{each:04}" for each in range(1, entries + 1)]
    held = [f"{name}-seat-{each:02}" for each in range(1, seats + 1)]
    here = {"contest": CONTEST, "event": event}
    await store.apply(
        EventRow.insert(EventRow(id=event, contest=CONTEST, code=f"W{number}", name="焊工", public_view="live")),
        StageRow.insert(StageRow(id=stage, name="决赛", **here)),
        PanelRow.insert(PanelRow(id=panel, name="裁判组", **here)),
        SeatRow.insert(*(SeatRow(id=seat, panel=panel, number=at, **here) for at, seat in enumerate(held, 1))),
        EntryRow.insert(*(EntryRow(id=entry, kind="competitor", name=entry, **here) for entry in entered)),
        SessionRow.insert(
            SessionRow(
                id=session,
                stage=stage,
                name="第一场",
                panel=panel,
                aspects=msgspec.json.encode(named).decode(),
                **here,
            )
        ),
        SessionEntryRow.insert(
            *(SessionEntryRow(id=f"{session}-{entry}", session=session, entry=entry) for entry in entered)
        ),
    )
    await store.book.adopt_scheme(CONTEST, event=EventId(event), document=scheme(named), by="bench")
    places = [
        Place(seat, f"tablet-{number:04}{at:04}", f"token-of-{seat}", event, session, entered, named)
        for at, seat in enumerate(held)
    ]
    await asyncio.gather(
        *(
            store.book.take_seat(
                CONTEST,
                seat=SeatId(place.seat),
                device=DeviceId(place.device),
                name="平板",
                token=sha256(place.token.encode()).hexdigest(),
                by="bench",
            )
            for place in places
        )
    )
    opened = PassGate(
        event=EventId(event), line=Line.SESSION, subject=SessionId(session), gate="opened", by="bench"
    )
    await store.book.record(CONTEST, opened)
    return places


@contextmanager
def postgres() -> Iterator[str]:
    """A fresh PostgreSQL that keeps what it acknowledges; yields its URL. It is not tied to a processor."""
    from tests import postgres as server  # needs what only the tests install

    kept = dict(server.SETTINGS)
    server.SETTINGS.update(fsync="on", full_page_writes="on", autovacuum="on", synchronous_commit="on")
    try:
        with server.running() as url:
            yield url
    finally:
        server.SETTINGS.clear()
        server.SETTINGS.update(kept)


async def fresh_database(server: str, name: str) -> str:
    """Make an empty database on a server and return its URL."""
    import asyncpg

    connection = await asyncpg.connect(server)
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    return server.replace("/postgres?", f"/{name}?", 1)


def sqlite_url(folder: Path, name: str) -> str:
    return f"sqlite:///{folder / name}.db"
