"""A small contest in a store, of which a test names only what it cares about."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count

import msgspec

from contest.model.gate import Line
from contest.model.ids import AspectId, ContestId, DeviceId, EntryId, EventId, MarkId, SeatId, SessionId
from contest.model.mark import EnterMark, MarkKind, Receipt
from contest.model.ruling import PassGate, Recorded, ReopenLine, RuleEntry, SettleMark
from contest.model.tie import DecideTie, How, Tied
from contest.store.open import Store
from contest.store.tables import (
    ContestRow,
    EntryRow,
    EventRow,
    MarkRow,
    PanelRow,
    SeatRow,
    SessionEntryRow,
    SessionRow,
    StageRow,
)
from contest.store.verify import verify

PANEL, THEORY, FAULTS = AspectId("panel"), AspectId("theory"), AspectId("faults")
CHIEF, SECOND = "account-chief", "account-second"

SCHEME = msgspec.json.encode(
    {
        "root": {
            "kind": "sum",
            "id": "total",
            "name": "总分",
            "parts": [
                {
                    "kind": "panel",
                    "id": PANEL,
                    "name": "外观",
                    "unit": "分",
                    "unit_en": "pts",
                    "hint": "看焊缝",
                    "hint_en": "Look at the seam",
                    "high": "10",
                    "step": "0.1",
                },
                {"kind": "imported", "id": THEORY, "name": "理论", "high": "100"},
                {"kind": "penalty", "id": FAULTS, "name": "扣分", "high": "10"},
            ],
        }
    }
).decode()
"""One aspect marked by every judge, one imported from a theory paper, one deduction for the whole panel."""


@dataclass
class Hall:
    """A contest with one event, one session and one panel; seat n is held by device n."""

    store: Store
    contest: ContestId
    event: EventId
    session: SessionId
    seats: list[SeatId]
    devices: list[DeviceId]
    entries: list[EntryId]
    _numbers: dict[str, count[int]] = field(default_factory=dict)
    _ids: count[int] = field(default_factory=lambda: count(1))

    def mark(
        self,
        value: int | None = 8000,
        *,
        seat: int = 0,
        entry: int = 0,
        aspect: AspectId = PANEL,
        kind: MarkKind = MarkKind.ENTERED,
        replaces: MarkId | None = None,
        reason: str = "",
        device: str = "",
        number: int | None = None,
        session: SessionId | None = None,
        by: str = "",
    ) -> EnterMark:
        """A mark of the n-th seat for the n-th entry, under the device's next number."""
        device = device or self.devices[seat]
        return EnterMark(
            device=DeviceId(device),
            device_seq=next(self._numbers.setdefault(device, count(1))) if number is None else number,
            mark=MarkId(f"{self.contest}-mark-{next(self._ids)}"),
            session=session or self.session,
            entry=self.entries[entry],
            aspect=aspect,
            kind=kind,
            value=value,
            replaces=replaces,
            reason=reason,
            made_at="2026-11-20T09:00:00.000Z",
            by=by,
        )

    async def enter(self, *marks: EnterMark) -> list[Receipt]:
        """Put marks into the book."""
        return await self.store.book.enter(self.contest, marks)

    async def stored(self, *marks: EnterMark) -> list[Receipt]:
        """Put marks into the book that must all count."""
        receipts = await self.enter(*marks)
        assert [receipt.verdict for receipt in receipts] == ["stored"] * len(marks)
        return receipts

    async def pass_gate(self, gate: str, line: Line = Line.SESSION, *, text: str = "") -> Recorded:
        """Let the session, or the event, pass a gate."""
        subject = self.session if line is Line.SESSION else self.event
        ruling = PassGate(event=self.event, line=line, subject=subject, gate=gate, by=CHIEF)
        return await self.store.book.record(self.contest, ruling, text=text)

    async def reopen(self, line: Line = Line.SESSION, *, text: str = "") -> Recorded:
        """Start a new round of the session's or the results' line."""
        subject = self.session if line is Line.SESSION else self.event
        ruling = ReopenLine(event=self.event, line=line, subject=subject, by=CHIEF, second=SECOND)
        return await self.store.book.record(self.contest, ruling, text=text)

    async def settle(self, mark: MarkId, *, accept: bool, text: str = "") -> Recorded:
        """Accept or decline a pending mark."""
        ruling = SettleMark(event=self.event, session=self.session, mark=mark, accept=accept, by=CHIEF)
        return await self.store.book.record(self.contest, ruling, text=text)

    async def decide_tie(self, *entries: int, text: str = "") -> Recorded:
        """Put entries that share the first rank in this order."""
        order = tuple(self.entries[entry] for entry in entries)
        ruling = DecideTie(
            event=self.event,
            entries=order,
            how=How.LOT,
            replaces=0,
            ties=(Tied(rank=1, entries=order),),
            by=CHIEF,
            reason=text,
        )
        return await self.store.book.record(self.contest, ruling, text=text)

    async def rule_entry(self, entry: int, status: str, *, text: str = "") -> Recorded:
        """Rule the n-th entry not started, disqualified, and so on."""
        ruling = RuleEntry(event=self.event, entry=self.entries[entry], status=status, by=CHIEF)
        return await self.store.book.record(self.contest, ruling, text=text)


async def hall(store: Store, *, name: str = "c1", judges: int = 3, entries: int = 4, opened: bool = True) -> Hall:
    """Plant a contest in a store, seat its judges, adopt a scheme and open its session."""
    contest, event = ContestId(name), EventId(f"{name}-event")
    panel, session, stage = f"{name}-panel", SessionId(f"{name}-session"), f"{name}-stage"
    seats = [SeatId(f"{name}-seat-{number}") for number in range(1, judges + 1)]
    devices = [DeviceId(f"{name}-tablet-{number}") for number in range(1, judges + 1)]
    entered = [EntryId(f"{name}-entry-{number}") for number in range(1, entries + 1)]
    here = {"contest": contest, "event": event}
    aspects = msgspec.json.encode([PANEL, THEORY, FAULTS]).decode()
    await store.apply(
        ContestRow.insert(ContestRow(id=contest, name="县赛", level="county", kind="skills")),
        EventRow.insert(EventRow(id=event, contest=contest, code="W1", name="焊工", public_view="live")),
        StageRow.insert(StageRow(id=stage, name="决赛", **here)),
        PanelRow.insert(PanelRow(id=panel, name="裁判组", **here)),
        SeatRow.insert(
            *(SeatRow(id=seat, panel=panel, number=n, **here) for n, seat in enumerate(seats, start=1))
        ),
        EntryRow.insert(*(EntryRow(id=entry, kind="competitor", name=entry, **here) for entry in entered)),
        SessionRow.insert(
            SessionRow(id=session, stage=stage, name="第一场", panel=panel, aspects=aspects, **here)
        ),
        SessionEntryRow.insert(
            *(SessionEntryRow(id=f"{session}-{entry}", session=session, entry=entry) for entry in entered)
        ),
    )
    await store.book.adopt_scheme(contest, event=event, document=SCHEME, by="account-organiser")
    for seat, device in zip(seats, devices, strict=True):
        await store.book.take_seat(
            contest, seat=seat, device=device, name="平板", token="0" * 64, by="account-organiser"
        )
    made = Hall(store, contest, event, session, seats, devices, entered)
    if opened:
        await made.pass_gate("opened")
    return made


async def standings(store: Store) -> dict[str, str]:
    """The standing of every stored mark, by its id."""
    rows = await store.select(MarkRow.select(MarkRow.id, MarkRow.standing))
    return {row["id"]: row["standing"] for row in rows}


async def unbroken(at: Hall) -> bool:
    """Say that the chain of a contest and everything projected from it are as they must be."""
    checked = await verify(at.store, at.contest)
    assert checked.problem == ""
    return checked.facts > 0


def session_gate(at: Hall, gate: str) -> PassGate:
    """The chief judge's command to let the session pass a gate."""
    return PassGate(event=at.event, line=Line.SESSION, subject=at.session, gate=gate, by=CHIEF)
