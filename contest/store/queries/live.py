"""Questions of the live part: what is new in the ledger, what a tablet sees, what is on the public programme."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from contest.model.contest import Event
from contest.model.fact import Fact
from contest.model.gate import PLANNED, Line
from contest.model.ids import AspectId, ContestId, DeviceId, EntryId, EventId, SeatId, SessionId
from contest.model.mark import WHOLE_PANEL, Standing
from contest.store.open import Store
from contest.store.queries import facts, plans
from contest.store.queries.results import MarkOnRecord
from contest.store.tables import (
    EventRow,
    FactRow,
    GateRow,
    MarkRow,
    PlanRow,
    ReceiptRow,
    RemarkRow,
    RoundRow,
)

FACTS_AT_ONCE = 1000


async def heads(store: Store, contests: Iterable[str]) -> dict[str, int]:
    """The newest number of each contest's ledger; a contest without facts is left out."""
    wanted = [ContestId(contest) for contest in contests]
    return {head.contest: head.seq for head in await facts.heads(store, wanted)}


async def facts_after(store: Store, contest: str, seq: int) -> list[Fact]:
    """The next facts of a contest after a number, in order; at most a thousand.

    Those that this process committed just now come without asking the database, and then only as many of them as
    follow without a hole.
    """
    fresh = store.fresh.after(contest, seq, FACTS_AT_ONCE)
    return fresh or await facts.facts_after(store, ContestId(contest), seq, FACTS_AT_ONCE)


async def contents_of_event(store: Store, event: EventId, *, after: int = 0, until: int, limit: int) -> list[str]:
    """The next facts of an event after a number of its contest's ledger and up to another, as they were hashed."""
    query = FactRow.select(FactRow.content)
    query = query.where((FactRow.event == event) & (FactRow.seq > after) & (FactRow.seq <= until))
    return await store.select(query.order_by(FactRow.seq).limit(limit).output(as_list=True))


async def plan_version(store: Store) -> int:
    """How often anything that boards and tablets show of the plan has changed, in the whole installation."""
    rows = await store.select(PlanRow.select(PlanRow.version))
    return int(rows[0]["version"]) if rows else 0


async def next_device_seq(store: Store, device: DeviceId) -> int:
    """The number from which on the book has seen none from a device."""
    query = ReceiptRow.select(ReceiptRow.device_seq).where(ReceiptRow.device == device)
    newest = await store.select(query.order_by(ReceiptRow.device_seq, ascending=False).limit(1))
    return int(newest[0]["device_seq"]) + 1 if newest else 1


class Numbers(NamedTuple):
    """Which of a device's numbers the book has seen."""

    send_from: int
    """The lowest it has not."""
    next: int
    """The one from which on it has seen none."""


async def numbers_of(store: Store, device: DeviceId) -> Numbers:
    """Which of a device's numbers the book has seen, refused ones included; answered from one index."""
    counted = await store.select(
        ReceiptRow.raw(
            'SELECT COUNT(*) AS "seen", MAX("device_seq") AS "newest" FROM "receipt" WHERE "device" = {}', device
        )
    )
    seen, newest = int(counted[0]["seen"]), int(counted[0]["newest"] or 0)
    if seen == newest:  # each number once, from 1: nothing is missing
        return Numbers(newest + 1, newest + 1)
    free = await store.select(ReceiptRow.raw(_LOWEST_FREE, device, device))
    return Numbers(int(free[0]["free"]), newest + 1)


_LOWEST_FREE = """
    SELECT MIN("seen"."after") AS "free" FROM (
        SELECT 1 AS "after" UNION ALL SELECT "device_seq" + 1 FROM "receipt" WHERE "device" = {}
    ) AS "seen"
    WHERE NOT EXISTS (SELECT 1 FROM "receipt" WHERE "device" = {} AND "device_seq" = "seen"."after")
"""


class RemarkStanding(msgspec.Struct, frozen=True, kw_only=True):
    """A call to mark again that stands, with the seats that are asked."""

    session: SessionId
    entry: EntryId
    aspect: AspectId
    reason: str
    seats: tuple[SeatId, ...]
    seq: int
    at: str


async def remarks_standing(store: Store, event: EventId) -> list[RemarkStanding]:
    """The calls to mark again that stand in the sessions of an event, in the order of the ledger."""
    sessions = [session.id for session in await plans.sessions_of_event(store, event)]
    if not sessions:
        return []
    query = RemarkRow.select().where(RemarkRow.session.is_in(sessions) & (RemarkRow.standing == "called"))
    rows = await store.select(query.order_by(RemarkRow.seq))
    return [msgspec.convert({**row, "seats": msgspec.json.decode(row["seats"])}, RemarkStanding) for row in rows]


async def marks_for_seat(store: Store, session: SessionId, seat: SeatId) -> list[MarkOnRecord]:
    """What of a session a seat sees: its own marks that count or wait, and those made once for the panel."""
    where = (
        (MarkRow.session == session)
        & (MarkRow.seat.is_in([seat, WHOLE_PANEL]))
        & (
            (MarkRow.standing == Standing.COUNTS.value)
            | ((MarkRow.standing == Standing.PENDING.value) & (MarkRow.made_by == seat))
        )
    )
    rows = await store.select(MarkRow.select().where(where).order_by(MarkRow.seq))
    return msgspec.convert(rows, list[MarkOnRecord])


class ContestOnProgramme(msgspec.Struct, frozen=True, kw_only=True):
    """A contest as the public reads it."""

    contest: str
    name: str
    level: str
    kind: str
    starts_on: str
    ends_on: str
    place: str
    events: list[EventOnProgramme]


class EventOnProgramme(msgspec.Struct, frozen=True, kw_only=True):
    """An event as the public reads it: that it is held, and how far it has come."""

    event: str
    code: str
    name: str
    state: str


async def programme(store: Store) -> list[ContestOnProgramme]:
    """All contests with their events and the states of their results, the newest contest first."""
    contests = await plans.contests(store)
    events = msgspec.convert(
        await store.select(EventRow.select().order_by(EventRow.position, EventRow.code)), list[Event]
    )
    states = await _states_of_results(store)
    return [
        ContestOnProgramme(
            contest=contest.id,
            name=contest.name,
            level=contest.level,
            kind=contest.kind,
            starts_on=contest.starts_on,
            ends_on=contest.ends_on,
            place=contest.place,
            events=[
                EventOnProgramme(
                    event=event.id, code=event.code, name=event.name, state=states.get(event.id, PLANNED)
                )
                for event in events
                if event.contest == contest.id
            ],
        )
        for contest in contests
    ]


async def _states_of_results(store: Store) -> dict[str, str]:
    """The gate that each event's results passed last; of a frozen event the last before the freeze."""
    rounds = {row["id"]: row["round"] for row in await store.select(RoundRow.select())}
    gates = await store.select(
        GateRow.select()
        .where(GateRow.line.is_in([Line.RESULTS.value, Line.VIEW.value]))
        .order_by(GateRow.seq, ascending=False)
    )
    frozen: dict[str, int] = {}
    thawed: set[str] = set()
    for row in gates:
        if row["line"] == Line.VIEW and row["round"] == rounds.get(f"{Line.VIEW}:{row['subject']}", 1):
            if row["gate"] == "thawed":
                thawed.add(row["subject"])
            elif row["subject"] not in thawed:
                frozen[row["subject"]] = row["seq"]
    states: dict[str, str] = {}
    for row in gates:
        event = row["subject"]
        current = rounds.get(f"{Line.RESULTS}:{event}", 1)
        if row["line"] != Line.RESULTS:
            continue
        if row["seq"] <= frozen[event] if event in frozen else row["round"] == current:
            states.setdefault(event, row["gate"])
    return states
