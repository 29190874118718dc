"""Marks, receipts and clocks: from the wire to the book, and back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from contest.model.ids import AspectId, DeviceId, EntryId, MarkId, SessionId
from contest.model.mark import EnterMark, MarkKind, Receipt, Standing
from contest.model.signing import SignedHead
from realtime.protocol import MarkEntry, RefusedMark, StoredMark

KINDS = {kind.value: kind for kind in MarkKind}
"""The kinds of marks by the word that names them on the wire."""


def heads_of(receipts: Iterable[Receipt]) -> list[SignedHead]:
    """The signed heads that these receipts stand under, each once, in the order of the chain."""
    heads = {receipt.head.seq: receipt.head for receipt in receipts if receipt.head is not None}
    return [heads[seq] for seq in sorted(heads)]


def split(receipts: Iterable[Receipt]) -> tuple[list[StoredMark], list[RefusedMark]]:
    """What the book kept, pending or not, and what broke a rule."""
    kept, refused = [], []
    for receipt in receipts:
        if receipt.verdict == "refused" or receipt.seq is None:
            refused.append(
                RefusedMark(
                    mark=receipt.mark,
                    device_seq=receipt.device_seq,
                    code=receipt.because,
                    params=receipt.params,
                )
            )
            continue
        pending = receipt.verdict == "pending"
        kept.append(
            StoredMark(
                mark=receipt.mark,
                device_seq=receipt.device_seq,
                seq=receipt.seq,
                link=receipt.link,
                at=receipt.at,
                standing=Standing.PENDING if pending else Standing.COUNTS,
                because=receipt.because,
                head=receipt.head.seq if receipt.head is not None else 0,
                path=receipt.path,
            )
        )
    return kept, refused


def command_of(entry: MarkEntry, device: DeviceId) -> EnterMark:
    """A mark as it came, in the name of the device that brought it."""
    return EnterMark(
        device=device,
        device_seq=entry.device_seq,
        mark=MarkId(entry.mark),
        session=SessionId(entry.session),
        entry=EntryId(entry.entry),
        aspect=AspectId(entry.aspect),
        kind=KINDS[entry.kind],
        value=entry.value,
        replaces=MarkId(entry.replaces) if entry.replaces is not None else None,
        reason=entry.reason,
        made_at=entry.made_at,
    )


def skew_of(at: str, wall: datetime) -> int | None:
    """Milliseconds by which a tablet's clock is ahead; None when it says no readable time."""
    try:
        told = datetime.fromisoformat(at)
    except ValueError:
        return None
    if told.tzinfo is None:
        told = told.replace(tzinfo=UTC)
    return round((told - wall).total_seconds() * 1000)
