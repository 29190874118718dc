"""Settle: gather, decide, write. A batch of commands becomes numbered facts and the rows that follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from contest.errors import AlreadyExists, ContestError, KeyReused, NotFound, SchemeLocked, SeatRevoked
from contest.model.fact import DeviceRevoked, Fact, SchemeAdopted, SeatTaken
from contest.model.fact import KeyReused as ReusedFact
from contest.model.ids import AspectId, ContestId, EntryId, EventId, SeatId
from contest.model.mark import DESK, EnterMark, Receipt, Standing, enter, refusal
from contest.model.ruling import PassGate, Recorded, RuleEntry, rule
from contest.model.signing import SigningKey
from contest.store import schemes
from contest.store.calling import call_remarks
from contest.store.clock import now
from contest.store.commands import (
    AdoptScheme,
    Command,
    EnterMarks,
    Official,
    RevokeDevice,
    Rule,
    TakeSeat,
    given_of,
)
from contest.store.draft import Draft, Known
from contest.store.gather import gather, receipt_key
from contest.store.ids import new_id
from contest.store.sealing import proved, seal
from contest.store.work import Ring, Row, Work
from contest.store.write import write

Answer = list[Receipt] | Recorded | Exception


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a batch: an answer for each command, the contests that moved, and what to report."""

    answers: list[Answer]
    heads: dict[ContestId, int]
    facts: list[tuple[Fact, bytes]]
    """With what was hashed of each."""
    reused: list[tuple[ContestId, EnterMark]]
    known: Known | None


def settle(commands: Sequence[Command], key: SigningKey, known: Known | None = None) -> Work[Settled]:
    """Decide all commands of a batch, in order, sign the heads, write what follows; the caller commits.

    `known` is what the batch before left, and must not be used again when this one does not commit.
    """
    known = yield from gather(commands, known)
    draft = known.draft
    for command in commands:
        if (given := given_of(command)) is not None:
            yield from given()
    draft.at = now()
    answers = [_answer(draft, command) for command in commands]
    yield from call_remarks(draft)
    seals = seal(draft, key)
    answers = [
        proved(answer, seals.get(command.contest)) if isinstance(answer, list) else answer
        for command, answer in zip(commands, answers, strict=True)
    ]
    yield from write(draft)
    moved = {fact.contest: fact.seq for fact in draft.facts}
    for contest, seq in moved.items():
        yield Ring(contest, seq)
    facts = list(zip(draft.facts, draft.contents, strict=True))
    return Settled(answers=answers, heads=moved, facts=facts, reused=draft.reused, known=_left(known))


def _left(known: Known) -> Known | None:
    """What the next batch may rely upon, unless it holds rows that no lock of this one guarded."""
    draft = known.draft
    heads = known.heads | {key: row["link"] for key, row in draft.heads.items()}
    if draft.also or draft.contests - heads.keys():
        return None
    return Known(heads, known.plan, draft.next())


def _answer(draft: Draft, command: Command) -> Answer:
    try:
        if isinstance(command, EnterMarks):
            return [_enter(draft, command.contest, mark) for mark in command.marks]
        recorded = _decide(draft, command)
    except Exception as broken:
        return broken
    draft.also += command.also
    return recorded


# ---- marks ---------------------------------------------------------------------------------------------------


def _enter(draft: Draft, contest: ContestId, command: EnterMark) -> Receipt:
    key, digest = receipt_key(command), command.digest
    if key in draft.receipts:
        first, receipt = draft.receipts[key]
        return receipt if first == digest else _reused(draft, contest, command)
    if command.mark in draft.projection.marks:
        receipt = _reused(draft, contest, command)
    else:
        receipt = _decided(draft, contest, command)
    draft.receipts[key] = (digest, receipt)
    draft.new_receipts.append((contest, digest, command, receipt))
    return receipt


def _reused(draft: Draft, contest: ContestId, command: EnterMark) -> Receipt:
    draft.reused.append((contest, command))
    key = (command.device, command.device_seq, command.digest_without_words)
    if key not in draft.told:
        draft.told.add(key)
        _tell_reused(draft, contest, command)
    return refusal(command, KeyReused(device_seq=command.device_seq))


def _tell_reused(draft: Draft, contest: ContestId, command: EnterMark) -> None:
    """Put a refused mark on record for the chief judge, if session and device are known."""
    try:
        session = draft.session(contest, command.session)
    except ContestError:
        return
    at_desk = command.device.startswith(DESK)
    if not at_desk and command.device not in draft.devices:
        return
    fact = ReusedFact(
        mark=command.mark,
        event=session.event,
        session=command.session,
        entry=command.entry if command.entry in session.entries else EntryId(""),
        aspect=command.aspect if command.aspect in session.aspects else AspectId(""),
        kind=command.kind,
        value=command.value,
        device=command.device,
        device_seq=command.device_seq,
        digest=command.digest_without_words,
        by=command.by if at_desk else str(draft.devices.get(command.device, {}).get("seat", "")),
    )
    draft.record(contest, fact)


def _decided(draft: Draft, contest: ContestId, command: EnterMark) -> Receipt:
    try:
        device = draft.device(command)
        body = enter(command, draft.session(contest, command.session), device, draft.projection.slots)
    except ContestError as broken:
        return refusal(command, broken)
    fact = draft.record(contest, body, command.reason)
    return Receipt(
        mark=command.mark,
        device_seq=command.device_seq,
        verdict="stored" if body.standing == Standing.COUNTS else "pending",
        seq=fact.seq,
        link=fact.link,
        at=fact.at,
        because=body.because,
    )


# ---- officials -----------------------------------------------------------------------------------------------


def _decide(draft: Draft, command: Official) -> Recorded:
    if command.contest not in draft.heads:
        raise NotFound(what="contest")
    match command:
        case Rule():
            return _rule(draft, command)
        case TakeSeat():
            return _take_seat(draft, command)
        case RevokeDevice():
            return _revoke(draft, command)
        case AdoptScheme():
            return _adopt(draft, command)
        case _:
            assert_never(command)


def _rule(draft: Draft, command: Rule) -> Recorded:
    ruling = command.ruling
    if isinstance(ruling, RuleEntry) and draft.entries.get(ruling.entry, {}).get("event") != ruling.event:
        raise NotFound(what="entry")
    facts = rule(ruling, draft.event(command.contest, ruling.event))
    text = command.text or ("" if isinstance(ruling, PassGate) else ruling.reason)
    return draft.record_all(command.contest, facts, words_for=_principal(command, len(facts)), text=text)


def _principal(command: Rule, facts: int) -> int:
    """Which of a ruling's facts its reason belongs to: the gate or the new round that was asked for."""
    match command.ruling:
        case PassGate():
            return facts - 1
        case _:
            return max(facts - 2, 0)


def _take_seat(draft: Draft, command: TakeSeat) -> Recorded:
    seat = draft.seats.get(command.seat)
    if seat is None or seat["contest"] != command.contest:
        raise NotFound(what="seat")
    if command.device in draft.devices:
        raise AlreadyExists(what="device", name=command.device)
    event = EventId(seat["event"])
    row: Row = {
        "id": command.device,
        "contest": command.contest,
        "event": event,
        "seat": command.seat,
        "name": command.name,
        "token": command.token,
        "paired_at": draft.at,
        "confirmed_by": command.by,
        "revoked_at": None,
        "seen_at": None,
    }
    draft.new_devices.append(row)
    draft.devices[command.device] = row
    fact = SeatTaken(seat=command.seat, event=event, device=command.device, by=command.by)
    return draft.record_all(command.contest, [fact])


def _revoke(draft: Draft, command: RevokeDevice) -> Recorded:
    device = draft.devices.get(command.device)
    if device is None or device["contest"] != command.contest:
        raise NotFound(what="device")
    if draft.projection.revoked.get(command.device) is not None:
        raise SeatRevoked()
    fact = DeviceRevoked(
        device=command.device, seat=SeatId(device["seat"]), event=EventId(device["event"]), by=command.by
    )
    return draft.record_all(command.contest, [fact])


def _adopt(draft: Draft, command: AdoptScheme) -> Recorded:
    event = draft.event(command.contest, command.event)
    if event.marking_started:
        raise SchemeLocked()
    version = draft.versions.get(command.event, 0) + 1
    draft.versions[command.event] = version
    draft.schemes[command.event] = schemes.scheme_of(command.digest, command.document)
    draft.new_schemes.append(
        {
            "id": new_id(),
            "event": command.event,
            "version": version,
            "document": command.document,
            "digest": command.digest,
            "adopted_at": draft.at,
            "adopted_by": command.by,
        }
    )
    fact = SchemeAdopted(event=command.event, version=version, digest=command.digest, by=command.by)
    return draft.record_all(command.contest, [fact])
