"""Write: the rows that a decided draft leaves behind, in an order that keeps every unique index true."""

from __future__ import annotations

from functools import cache

import msgspec

from contest.model.fact import Fact, FactBody
from contest.model.mark import Standing
from contest.model.signing import SignedHead
from contest.store.draft import Draft
from contest.store.tables import (
    DeviceRow,
    EntryRow,
    FactRow,
    GateRow,
    HeadRow,
    MarkRow,
    ReceiptRow,
    RemarkRow,
    ReusedKeyRow,
    RoundRow,
    SchemeRow,
    SeatRow,
    SignedHeadRow,
    TieRow,
    WordsRow,
)
from contest.store.work import Change, Insert, Row, Work


def write(draft: Draft) -> Work[None]:
    """Write the facts of a draft, what they project, the receipts, and what officials wanted written with them."""
    moved = {fact.contest for fact in draft.facts}
    yield Change(HeadRow, [draft.heads[contest] for contest in moved])
    yield Insert(FactRow, list(map(fact_row, draft.facts, draft.contents)))
    yield Insert(SignedHeadRow, list(map(head_row, draft.signed)))
    yield Insert(WordsRow, draft.words)
    yield Insert(SchemeRow, draft.new_schemes)
    yield Insert(DeviceRow, draft.new_devices)
    yield from _write_marks(draft)
    yield from _write_gates(draft)
    yield from _write_people(draft)
    yield Insert(TieRow, list(draft.projection.ties.values()))
    remarks = [draft.projection.remarks[key] for key in sorted(draft.projection.changed_remarks)]
    yield Insert(RemarkRow, remarks, unless_there=True)
    yield Change(RemarkRow, remarks)
    yield Insert(ReceiptRow, _receipt_rows(draft))
    for run in draft.also:  # noqa: UP028 -- a list takes no answers, a generator does
        yield run


_encode = msgspec.json.Encoder().encode


@cache
def _kind_of(body: type[FactBody]) -> str:
    return str(body.__struct_config__.tag)


def fact_row(fact: Fact, content: bytes) -> Row:
    """A fact as it is stored."""
    return {
        "id": f"{fact.contest}:{fact.seq}",
        "contest": fact.contest,
        "seq": fact.seq,
        "kind": _kind_of(type(fact.body)),
        "event": fact.body.event,
        "at": fact.at,
        "content": content.decode(),
        "prev": fact.prev,
        "link": fact.link,
    }


def head_row(head: SignedHead) -> Row:
    """A signed head as it is stored."""
    return {"id": f"{head.contest}:{head.seq}", **msgspec.structs.asdict(head)}


def _receipt_rows(draft: Draft) -> list[Row]:
    covered = {head.contest: f"{head.contest}:{head.seq}" for head in draft.signed}
    return [
        {
            "id": f"{mark.device}:{mark.device_seq}",
            "device": mark.device,
            "device_seq": mark.device_seq,
            "digest": digest,
            "receipt": _encode(receipt).decode(),
            "head": None if receipt.seq is None else covered[contest],
        }
        for contest, digest, mark, receipt in draft.new_receipts
    ]


def _write_marks(draft: Draft) -> Work[None]:
    known = draft.projection.marks
    changed = [
        {"id": mark, "standing": known[mark]["standing"]} for mark in sorted(draft.projection.changed_marks)
    ]
    # What no longer counts makes room first: one mark counts in a place, at every moment.
    yield Change(MarkRow, [row for row in changed if row["standing"] != Standing.COUNTS])
    yield Insert(MarkRow, [known[mark] for mark in sorted(draft.projection.new_marks)])
    yield Insert(ReusedKeyRow, list(draft.projection.reused.values()))
    yield Change(MarkRow, [row for row in changed if row["standing"] == Standing.COUNTS])


def _write_gates(draft: Draft) -> Work[None]:
    projection = draft.projection
    yield Insert(GateRow, [projection.gates[gate] for gate in sorted(projection.new_gates)])
    rounds = [projection.rounds[line] for line in sorted(projection.changed_rounds)]
    yield Insert(RoundRow, rounds, unless_there=True)
    yield Change(RoundRow, [{"id": row["id"], "round": row["round"]} for row in rounds])


def _write_people(draft: Draft) -> Work[None]:
    projection = draft.projection
    ruled = sorted(projection.changed_statuses)
    yield Change(EntryRow, [{"id": entry, "status": projection.statuses[entry]} for entry in ruled])
    seats = sorted(projection.changed_seats)
    yield Change(SeatRow, [{"id": seat, "device": projection.holders[seat]} for seat in seats])
    devices = sorted(projection.changed_devices)
    yield Change(DeviceRow, [{"id": device, "revoked_at": projection.revoked[device]} for device in devices])
