"""Marking: marks that come over the desk, and what officials see of the marks of a session.

Tablets speak to the book through the live part; the desk brings theory papers and other marks from outside. Both
are decided by the same rule, inside the book.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec

from contest.actions.entering import by_station, sees_names
from contest.model.access import Person
from contest.model.contest import Session
from contest.model.ids import AspectId, DeviceId, EntryId, MarkId, SessionId
from contest.model.mark import DESK, EnterMark, MarkKind, Receipt, Standing
from contest.model.people import Entry, label_of
from contest.model.text import Key, Reason
from contest.store.open import Store
from contest.store.queries import people, plans, results, schemes
from contest.store.queries.live import next_device_seq
from contest.store.queries.people import names_of_accounts
from contest.store.queries.results import MarkOnRecord, ReusedKey
from scoring.scheme import Aspect

Thousandths = Annotated[int, msgspec.Meta(ge=-(10**12), le=10**12)]


class DeskMark(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mark from the desk. `mark` and `device_seq` are made once by the client and never again."""

    mark: Key
    device_seq: Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]
    entry: Key
    aspect: Key
    kind: MarkKind = MarkKind.ENTERED
    value: Thousandths | None = None
    replaces: Key | None = None
    reason: Reason = ""


class DeskMarks(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Marks from the desk, in the order they were made."""

    marks: Annotated[list[DeskMark], msgspec.Meta(min_length=1, max_length=500)]


async def enter_at_desk(
    store: Store, session: SessionId, marks: Sequence[DeskMark], person: Person
) -> list[Receipt]:
    """Store marks that come from outside; each gets its receipt, and a refusal harms no other."""
    planned = await plans.session(store, session)
    return await store.book.enter(
        planned.contest,
        [
            EnterMark(
                device=_desk_of(person),
                device_seq=mark.device_seq,
                mark=MarkId(mark.mark),
                session=session,
                entry=EntryId(mark.entry),
                aspect=AspectId(mark.aspect),
                kind=mark.kind,
                value=mark.value,
                replaces=MarkId(mark.replaces) if mark.replaces else None,
                reason=mark.reason,
                by=person.account,
            )
            for mark in marks
        ],
    )


def _desk_of(person: Person) -> DeviceId:
    """A signed-in person at the desk counts as one device."""
    return DeviceId(f"{DESK}{person.account}")


class AspectLine(msgspec.Struct, frozen=True, kw_only=True):
    """An aspect as the desk shows it; numbers are thousandths."""

    aspect: str
    name: str
    name_en: str
    group: str
    group_en: str
    view: str
    low: int | None
    high: int | None
    step: int
    places: int
    unit: str
    by_panel: bool
    counts: bool
    hint: str = ""
    unit_en: str = ""
    hint_en: str = ""
    optional: bool = False
    """A blank means that none was given: nothing is missing."""


class EntryLine(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as this person may see it."""

    entry: str
    label: str
    name: str
    organisation: str
    status: str


class SeatLine(msgspec.Struct, frozen=True, kw_only=True):
    """A seat of the session's panel."""

    id: str
    number: int
    judge_name: str


class MarkLine(msgspec.Struct, frozen=True, kw_only=True):
    """One revision of a mark. `seat` is `*` where the panel marks once; `by` is a seat or an account."""

    mark: str
    entry: str
    aspect: str
    seat: str
    kind: MarkKind
    value: int | None
    standing: Standing
    because: str
    revision: int
    replaces: str | None
    reason: str
    device: str
    by: str
    by_name: str
    made_at: str
    at: str
    seq: int


class ReusedLine(msgspec.Struct, frozen=True, kw_only=True):
    """A mark that was refused because its number, or its id, had brought another. `entry` may be unknown."""

    device: str
    device_seq: int
    mark: str
    entry: str
    aspect: str
    kind: MarkKind
    value: int | None
    by: str
    by_name: str
    at: str
    seq: int


class SessionMarks(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was marked in a session, all revisions, in the order of the ledger."""

    session: str
    state: str
    aspects: list[AspectLine]
    entries: list[EntryLine]
    seats: list[SeatLine]
    marks: list[MarkLine]
    next_device_seq: int
    """The number from which on this person's desk has used none."""
    reused: list[ReusedLine] = []
    """What was refused because its number had brought another mark: ask whoever sent it what they meant."""


async def marks_seen_by(store: Store, person: Person, session: SessionId) -> SessionMarks:
    """Show a session's marks to an official; while the event is blind, behind station numbers."""
    planned = await plans.session(store, session)
    event = await plans.event(store, planned.event)
    scheme = await schemes.scheme_of_event(store, planned.event)
    gates = await results.gates_of_event(store, planned.event)
    seats = (await plans.panel(store, planned.panel)).seats if planned.panel else ()
    marks = await results.marks_of_session(store, session, planned.contest)
    reused = await results.reused_keys(store, session)
    names = await names_of_accounts(store, {mark.made_by for mark in marks} | {one.made_by for one in reused})
    names |= {seat.id: seat.judge_name for seat in seats}
    return SessionMarks(
        session=session,
        state=gates.session(session).state,
        aspects=[_aspect(scheme.aspects[key]) for key in planned.aspects if key in scheme.aspects],
        entries=await _entries(store, planned, named=sees_names(event, person, unblinded=gates.unblinded)),
        seats=[SeatLine(id=seat.id, number=seat.number, judge_name=seat.judge_name) for seat in seats],
        marks=[_mark(mark, names.get(mark.made_by, "")) for mark in marks],
        next_device_seq=await next_device_seq(store, _desk_of(person)),
        reused=[_reused(one, names.get(one.made_by, "")) for one in reused],
    )


async def _entries(store: Store, session: Session, *, named: bool) -> list[EntryLine]:
    known = {entry.id: entry for entry in await people.entries_of_event(store, session.event)}
    entries = [known[key] for key in session.entries if key in known]
    if not named:
        return [_entry(entry, "") for entry in by_station(entries)]
    organisations = {one.id: one.name for one in await people.organisations(store)}
    return [
        _entry(entry, organisations.get(entry.organisation, "") if entry.organisation else "") for entry in entries
    ]


def _entry(entry: Entry, organisation: str) -> EntryLine:
    return EntryLine(
        entry=entry.id,
        label=label_of(entry),
        name=entry.name,
        organisation=organisation,
        status=entry.status.value,
    )


def _aspect(aspect: Aspect) -> AspectLine:
    return AspectLine(
        aspect=aspect.id,
        **{field: getattr(aspect, field) for field in AspectLine.__struct_fields__ if field != "aspect"},
    )


def _mark(mark: MarkOnRecord, by_name: str) -> MarkLine:
    known = {field: getattr(mark, field) for field in MarkLine.__struct_fields__ if hasattr(mark, field)}
    return MarkLine(mark=mark.id, by=mark.made_by, by_name=by_name, **known)


def _reused(one: ReusedKey, by_name: str) -> ReusedLine:
    known = {field: getattr(one, field) for field in ReusedLine.__struct_fields__ if hasattr(one, field)}
    return ReusedLine(by=one.made_by, by_name=by_name, **known)
