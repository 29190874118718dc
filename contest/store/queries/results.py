"""Questions about what was marked and decided: gates in all their rounds, marks with their standing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from piccolo.query.functions.aggregate import Min

from contest.model.gate import ORDER, GateLine, Line, Passed
from contest.model.ids import AspectId, ContestId, DeviceId, EntryId, EventId, MarkId, SeatId, SessionId
from contest.model.mark import MarkKind, Standing
from contest.store.open import Store
from contest.store.queries.plans import row_of
from contest.store.tables import GateRow, MarkRow, ReusedKeyRow, RoundRow, WordsRow


class EventGates(msgspec.Struct, frozen=True, kw_only=True):
    """Every line of gates of an event and its sessions, in all rounds, the newest last."""

    event: EventId
    rounds: tuple[GateLine, ...]

    def line(self, line: Line, subject: str) -> GateLine:
        """Return the current round of a line; one of which no gate was ever passed is in its first."""
        mine = self.rounds_of(line, subject)
        return mine[-1] if mine else GateLine(line=line, subject=subject)

    def rounds_of(self, line: Line, subject: str) -> list[GateLine]:
        """Return all rounds of a line, the current one last."""
        return [known for known in self.rounds if known.line is line and known.subject == subject]

    @property
    def results(self) -> GateLine:
        """The line of the event's results."""
        return self.line(Line.RESULTS, self.event)

    def session(self, session: SessionId) -> GateLine:
        """Return the current round of a session's line."""
        return self.line(Line.SESSION, session)

    @property
    def unblinded(self) -> bool:
        """Whether names may stand beside station numbers."""
        return self.line(Line.IDENTITY, self.event).has("unblinded")


async def gates_of_event(store: Store, key: EventId) -> EventGates:
    """The gates of an event and of its sessions, with all rounds."""
    passed = await store.select(GateRow.select().where(GateRow.event == key).order_by(GateRow.seq))
    newest = await store.select(RoundRow.select().where(RoundRow.event == key))
    return EventGates(event=key, rounds=_rounds(passed, newest))


def _rounds(passed: Sequence[Mapping[str, Any]], newest: Sequence[Mapping[str, Any]]) -> tuple[GateLine, ...]:
    found: dict[tuple[Line, str, int], list[Passed]] = {}
    for row in passed:
        gate = Passed(gate=row["gate"], at=row["at"], by=row["passed_by"], second=row["second"], seq=row["seq"])
        found.setdefault((Line(row["line"]), row["subject"], row["round"]), []).append(gate)
    for row in newest:
        found.setdefault((Line(row["line"]), row["subject"], row["round"]), [])
    return tuple(
        GateLine(line=line, subject=subject, round=number, passed=tuple(_in_order(line, gates)))
        for (line, subject, number), gates in sorted(found.items())
    )


def _in_order(line: Line, gates: list[Passed]) -> list[Passed]:
    """Two gates may be passed in one fact's commit; the line itself says which comes first."""
    return sorted(gates, key=lambda passed: ORDER[line].index(passed.gate))


async def states_of_results(store: Store, events: Collection[EventId]) -> dict[EventId, str]:
    """The gate that the results of each of these events passed last; one that passed none is left out."""
    among: list[str] = [*events] or [""]
    line = GateRow.line == Line.RESULTS.value
    passed = await store.select(GateRow.select().where(GateRow.subject.is_in(among) & line).order_by(GateRow.seq))
    newest = await store.select(RoundRow.select().where(RoundRow.event.is_in(among)))
    lines = {known.subject: known for known in _rounds(passed, newest) if known.line is Line.RESULTS}
    return {EventId(subject): known.state for subject, known in lines.items() if known.passed}


class MarkOnRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One revision of a mark as it stands on record. `by` is a seat or an account."""

    id: MarkId
    contest: ContestId
    event: EventId
    session: SessionId
    entry: EntryId
    aspect: AspectId
    seat: SeatId
    kind: MarkKind
    value: int | None
    revision: int
    replaces: MarkId | None
    standing: Standing
    because: str
    device: DeviceId
    made_by: str
    made_at: str
    seq: int
    at: str
    reason: str = ""


async def mark(store: Store, key: MarkId) -> MarkOnRecord:
    """One revision of a mark."""
    return msgspec.convert(await row_of(store, MarkRow, key, "mark"), MarkOnRecord)


class CountedMark(NamedTuple):
    """What a score needs of a mark; light, because an event has ten thousand of them several times a second."""

    session: SessionId
    entry: EntryId
    aspect: AspectId
    seat: SeatId
    kind: str
    value: int | None


async def marks_that_count(store: Store, key: EventId) -> list[CountedMark]:
    """The marks of an event that stand: one for each place that is marked."""
    where = (MarkRow.event == key) & (MarkRow.standing == Standing.COUNTS.value)
    columns = (MarkRow.session, MarkRow.entry, MarkRow.aspect, MarkRow.seat, MarkRow.kind, MarkRow.value)
    rows = await store.select(MarkRow.select(*columns).where(where))
    return [CountedMark(**row) for row in rows]


async def first_marked(store: Store, key: EventId) -> dict[str, float]:
    """When each entry of an event was first marked, as the number of the fact; the unmarked are left out."""
    query = MarkRow.select(MarkRow.entry, Min(MarkRow.seq)).where(MarkRow.event == key).group_by(MarkRow.entry)
    return {row["entry"]: float(row["min"]) for row in await store.select(query)}


async def marks_of_session(store: Store, key: SessionId, contest: ContestId) -> list[MarkOnRecord]:
    """All revisions of a session's marks in the order of the ledger, with the reasons that were given."""
    rows = await store.select(MarkRow.select().where(MarkRow.session == key).order_by(MarkRow.seq))
    mine = MarkRow.select(MarkRow.seq).where(MarkRow.session == key)
    given = await store.select(WordsRow.select().where((WordsRow.contest == contest) & WordsRow.seq.is_in(mine)))
    reasons = {words["seq"]: words["text"] for words in given}
    return msgspec.convert([{**row, "reason": reasons.get(row["seq"], "")} for row in rows], list[MarkOnRecord])


class ReusedKey(msgspec.Struct, frozen=True, kw_only=True):
    """A mark that was refused because its number, or its id, had brought another mark."""

    device: DeviceId
    device_seq: int
    mark: MarkId
    entry: EntryId
    aspect: AspectId
    kind: MarkKind
    value: int | None
    made_by: str
    at: str
    seq: int


async def reused_keys(store: Store, key: SessionId) -> list[ReusedKey]:
    """What was refused in a session because its number had brought another mark, in the order of the ledger."""
    rows = await store.select(ReusedKeyRow.select().where(ReusedKeyRow.session == key).order_by(ReusedKeyRow.seq))
    return msgspec.convert(rows, list[ReusedKey])


async def pending_marks(store: Store, key: EventId) -> int:
    """How many marks of an event wait for the chief judge."""
    return await _pending(store, MarkRow.event == key)


async def pending_in_session(store: Store, key: SessionId) -> int:
    """How many marks of a session wait for the chief judge."""
    return await _pending(store, MarkRow.session == key)


async def _pending(store: Store, where: Any) -> int:
    waiting = MarkRow.standing == Standing.PENDING.value
    return len(await store.select(MarkRow.select(MarkRow.id).where(where & waiting)))
