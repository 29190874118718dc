"""Gather: everything that the commands of a batch depend on, read under the lock of their contests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from contest.model.fact import FIRST_LINK
from contest.model.ids import PanelId, SeatId
from contest.model.mark import DESK, WHOLE_PANEL, EnterMark, Receipt, slot_of
from contest.model.merkle import Tree
from contest.model.ruling import RuleEntry, SettleMark
from contest.model.signing import SignedHead
from contest.store import schemes
from contest.store.commands import AdoptScheme, Command, EnterMarks, RevokeDevice, Rule, TakeSeat
from contest.store.draft import Draft, Known
from contest.store.projections import slot_of_row
from contest.store.tables import (
    ContestRow,
    DeviceRow,
    EntryRow,
    EventRow,
    FactRow,
    GateRow,
    HeadRow,
    MarkRow,
    PlanRow,
    ReceiptRow,
    ReusedKeyRow,
    RoundRow,
    SchemeRow,
    SeatRow,
    SessionEntryRow,
    SessionRow,
    SignedHeadRow,
)
from contest.store.trees import trees
from contest.store.work import Find, Insert, Row, Span, Work

_RECEIPT = msgspec.json.Decoder(Receipt)
_SLOT = ("session", "entry", "aspect", "seat")


def receipt_key(mark: EnterMark) -> str:
    """The key under which a mark's receipt is kept for ever."""
    return f"{mark.device}:{mark.device_seq}"


def gather(commands: Sequence[Command], known: Known | None) -> Work[Known]:
    """Lock the contests and read what the commands depend on, but for what is known and still holds."""
    heads = yield from _heads({command.contest for command in commands})
    plan = yield from _plan()
    if (
        known is None
        or known.plan != plan
        or any(known.heads.get(key, row["link"]) != row["link"] for key, row in heads.items())
    ):
        known = Known({}, plan, Draft())
    draft = known.draft
    draft.heads = heads
    yield from _unsigned(draft)
    marks = [mark for command in commands if isinstance(command, EnterMarks) for mark in command.marks]
    rulings = [command.ruling for command in commands if isinstance(command, Rule)]
    adopting = [command.event for command in commands if isinstance(command, AdoptScheme)]
    events = {*(ruling.event for ruling in rulings), *adopting}
    named = {mark.mark for mark in marks} | {ruling.mark for ruling in rulings if isinstance(ruling, SettleMark)}

    yield from _receipts(draft, marks)
    yield from _reused(draft, marks)
    yield from _devices(draft, marks, commands)
    yield from _sessions(draft, {mark.session for mark in marks}, events)
    yield from _places(draft, marks)
    ruled = _keys(ruling.entry for ruling in rulings if isinstance(ruling, RuleEntry))
    draft.entries = {row["id"]: row for row in (yield Find(EntryRow, ("id",), ruled, ("id", "event")))}
    yield from _schemes(draft, {mark.session for mark in marks}, events)
    yield from _gates(draft, {mark.session for mark in marks}, events)
    yield from _marks(draft, _keys(named), events)
    yield from _slots(draft, marks)
    return known


def _keys(names: Iterable[Any]) -> list[tuple[str | int, ...]]:
    return [(name,) for name in sorted(set(names))]


def _heads(contests: set[Any]) -> Work[dict[str, Row]]:
    found = yield Find(HeadRow, ("id",), _keys(contests), lock=True)
    new = contests - {row["id"] for row in found}
    if new:
        there = yield Find(ContestRow, ("id",), _keys(new), ("id",))
        first = [{"id": row["id"], "seq": 0, "link": FIRST_LINK, "signed": 0} for row in there]
        yield Insert(HeadRow, first, unless_there=True)
        found += yield Find(HeadRow, ("id",), _keys(row["id"] for row in there), lock=True)
    return {row["id"]: row for row in found}


def _plan() -> Work[int]:
    """The version of the plan, read before anything that is planned."""
    found = yield Find(PlanRow, ("id",), [("plan",)])
    return found[0]["version"] if found else 0


def _unsigned(draft: Draft) -> Work[None]:
    rows = draft.heads.values()
    before = [(row["id"], row["signed"] + 1, row["seq"]) for row in rows if row["signed"] < row["seq"]]
    for row in (yield Span(FactRow, before, ("contest", "link"))):
        draft.unsigned.setdefault(row["contest"], []).append(row["link"])


def _receipts(draft: Draft, marks: Sequence[EnterMark]) -> Work[None]:
    columns = ("id", "digest", "receipt", "head")
    found = yield Find(ReceiptRow, ("id",), _keys(map(receipt_key, marks)), columns)
    proofs = yield from _proofs({row["head"] for row in found if row["head"]})
    for row in found:
        receipt = _RECEIPT.decode(row["receipt"])
        if row["head"] and receipt.seq:
            head, tree = proofs[row["head"]]
            receipt = msgspec.structs.replace(receipt, head=head, path=tree.path(receipt.seq - head.first))
        draft.receipts[row["id"]] = (row["digest"], receipt)


def _proofs(wanted: set[Any]) -> Work[dict[str, tuple[SignedHead, Tree]]]:
    """Signed heads by their id, with the tree over the links that each of them covers."""
    heads: dict[str, Row] = {row["id"]: row for row in (yield Find(SignedHeadRow, ("id",), _keys(wanted)))}
    known = {key: trees.kept(row["root"]) for key, row in heads.items()}
    new = [row for key, row in heads.items() if known[key] is None]
    spans = [(row["contest"], row["first"], row["seq"]) for row in new]
    links: dict[tuple[str, int], str] = {
        (row["contest"], row["seq"]): row["link"]
        for row in (yield Span(FactRow, spans, ("contest", "seq", "link")))
    }
    for row in new:
        numbers = range(row["first"], row["seq"] + 1)
        tree = known[row["id"]] = Tree([links[row["contest"], seq] for seq in numbers])
        trees.keep(row["root"], tree, len(numbers))
    return {key: (head_of(heads[key]), tree) for key, tree in known.items() if tree is not None}


def head_of(row: Row) -> SignedHead:
    """A signed head as it was stored."""
    return SignedHead(**{name: row[name] for name in SignedHead.__struct_fields__})


def _reused(draft: Draft, marks: Sequence[EnterMark]) -> Work[None]:
    """Numbers that bring another mark than before, and which of them the ledger knows already."""
    if not draft.receipts:
        return
    other = {
        (mark.device, mark.device_seq, mark.digest_without_words)
        for mark in marks
        if receipt_key(mark) in draft.receipts and draft.receipts[receipt_key(mark)][0] != mark.digest
    }
    by = ("device", "device_seq", "digest")
    for row in (yield Find(ReusedKeyRow, by, sorted(other), by)):
        draft.told.add((row["device"], row["device_seq"], row["digest"]))


def _devices(draft: Draft, marks: Sequence[EnterMark], commands: Sequence[Command]) -> Work[None]:
    wanted = {mark.device for mark in marks if not mark.device.startswith(DESK)}
    wanted |= {command.device for command in commands if isinstance(command, RevokeDevice | TakeSeat)}
    columns = ("id", "contest", "event", "seat", "revoked_at")
    for row in (yield Find(DeviceRow, ("id",), _keys(wanted - draft.devices.keys()), columns)):
        draft.devices[row["id"]] = row
        draft.contests.add(row["contest"])
        draft.projection.revoked[row["id"]] = row["revoked_at"]
    # Of these alone: a hall has hundreds of devices, of which a commit hears a few.
    seats = {draft.devices[device]["seat"] for device in wanted & draft.devices.keys()}
    seats |= {command.seat for command in commands if isinstance(command, TakeSeat)}
    columns = ("id", "contest", "event", "panel", "device")
    for row in (yield Find(SeatRow, ("id",), _keys(seats - draft.seats.keys()), columns)):
        draft.seats[row["id"]] = row
        draft.contests.add(row["contest"])
        draft.projection.holders[row["id"]] = row["device"]


def _sessions(draft: Draft, sessions: set[Any], events: set[Any]) -> Work[None]:
    columns = ("id", "contest", "event", "panel", "aspects")
    found = yield Find(SessionRow, ("id",), _keys(sessions - draft.sessions.keys()), columns)
    found += yield Find(SessionRow, ("event",), _keys(events), columns)
    draft.sessions.update({row["id"]: row for row in found})
    draft.contests |= {row["contest"] for row in found}
    for row in (yield Find(EventRow, ("id",), _keys(events), ("id", "contest", "blind"))):
        draft.events[row["id"]] = row


def _places(draft: Draft, marks: Sequence[EnterMark]) -> Work[None]:
    pairs = {(mark.session, mark.entry) for mark in marks if mark.entry not in draft.entered.get(mark.session, ())}
    for row in (yield Find(SessionEntryRow, ("session", "entry"), sorted(pairs), ("session", "entry"))):
        draft.entered.setdefault(row["session"], set()).add(row["entry"])
    sitting = {draft.sessions[mark.session]["panel"] for mark in marks if mark.session in draft.sessions}
    panels = _keys(panel for panel in sitting - draft.panels.keys() if panel)
    for row in (yield Find(SeatRow, ("panel",), panels, ("id", "panel"))):
        panel = PanelId(row["panel"])
        draft.panels[panel] = draft.panels.get(panel, frozenset()) | {SeatId(row["id"])}


def _schemes(draft: Draft, sessions: set[Any], events: set[Any]) -> Work[None]:
    marked = {draft.sessions[session]["event"] for session in sessions if session in draft.sessions}
    wanted = (marked | events) - draft.schemes.keys()
    newest: dict[str, Any] = {}
    for row in (yield Find(SchemeRow, ("event",), _keys(wanted), ("id", "event", "version", "digest"))):
        if row["version"] > draft.versions.get(row["event"], 0):
            draft.versions[row["event"]] = row["version"]
            newest[row["event"]] = row
    unread = [(row["id"],) for row in newest.values() if schemes.known(row["digest"]) is None]
    for row in (yield Find(SchemeRow, ("id",), unread, ("digest", "document"))):
        schemes.scheme_of(row["digest"], row["document"])
    for event, row in newest.items():
        scheme = schemes.known(row["digest"])
        if scheme is not None:
            draft.schemes[event] = scheme


def _gates(draft: Draft, sessions: set[Any], events: set[Any]) -> Work[None]:
    new = sessions - draft.gated
    for found in (
        (yield Find(GateRow, ("subject",), _keys(new))),
        (yield Find(GateRow, ("event",), _keys(events))),
    ):
        for row in found:
            draft.projection.know_gate(row)
    for found in (
        (yield Find(RoundRow, ("id",), _keys(f"session:{session}" for session in new))),
        (yield Find(RoundRow, ("event",), _keys(events))),
    ):
        for row in found:
            draft.projection.rounds[row["id"]] = row
    draft.gated |= new & draft.sessions.keys()


def _marks(draft: Draft, named: list[tuple[str | int, ...]], events: set[Any]) -> Work[None]:
    """Marks by their id (to settle one, or to see that an id is taken), and what waits in the events ruled on."""
    found = yield Find(MarkRow, ("id",), named)
    slots = sorted({slot_of_row(row) for row in found})
    found += yield Find(MarkRow, ("event", "standing"), [(event, "pending") for event in sorted(events)])
    found += yield Find(MarkRow, _SLOT, slots)
    for row in found:
        draft.projection.know_mark(row)


def _slots(draft: Draft, marks: Sequence[EnterMark]) -> Work[None]:
    wanted: dict[tuple[str, str, str, str], None] = {}
    for mark in marks:
        session, device = draft.sessions.get(mark.session), draft.devices.get(mark.device)
        scheme = draft.schemes.get(session["event"]) if session else None
        aspect = scheme.aspects.get(mark.aspect) if scheme else None
        if aspect is not None:
            wanted[slot_of(mark, aspect, SeatId(device["seat"]) if device else WHOLE_PANEL)] = None
    for row in (yield Find(MarkRow, _SLOT, list(wanted))):
        draft.projection.know_mark(row)
