"""Numbering: the entries of an event get their bibs and stations, by lot or in the order of the list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from contest.actions.changing import repeated
from contest.model.ids import ContestId, EntryId, EventId
from contest.model.people import Entry
from contest.model.text import Prefix
from contest.store.holding import none_marked, numbers_stand
from contest.store.open import Store
from contest.store.queries import people, plans
from contest.store.tables import EntryRow
from contest.store.work import Work
from scoring.ranking import natural

Shuffle = Callable[[list[EntryId]], None]
"""Brings a list into an order that nobody chose; the dice come from outside."""


class NumbersWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which numbers to draw; with `again`, those that were given are drawn anew.

    Stations are always drawn by lot; bibs are with `bibs_by_lot`, and otherwise follow the organiser's own numbers
    and then the names.
    """

    bibs: bool = True
    stations: bool = True
    bib_prefix: Prefix = "A"
    station_prefix: Prefix = "G"
    again: bool = False
    bibs_by_lot: bool = False


async def number_entries(store: Store, event: EventId, wanted: NumbersWanted, shuffle: Shuffle) -> list[Entry]:
    """Draw the numbers of an event: bibs by lot or in the order of the list, stations by lot, each like `A01`."""
    await repeated(lambda: _draw(store, event, wanted, shuffle))
    return await people.entries_of_event(store, event)


async def _draw(store: Store, event: EventId, wanted: NumbersWanted, shuffle: Shuffle) -> None:
    planned = await plans.event(store, event)
    entries = await people.entries_of_event(store, event)
    bibs = {entry.id: entry.bib for entry in entries}
    stations = {entry.id: entry.station for entry in entries}
    # Two draws: from one, a bib would say behind which station somebody works.
    if wanted.stations:
        stations = _numbered(_by_lot(entries, shuffle), stations, wanted.station_prefix, again=wanted.again)
    if wanted.bibs and wanted.bibs_by_lot:
        bibs = _numbered(_by_lot(entries, shuffle), bibs, wanted.bib_prefix, again=wanted.again)
    elif wanted.bibs:
        listed = await _as_listed(store, planned.contest, entries)
        bibs = _numbered(listed, bibs, wanted.bib_prefix, again=wanted.again)
    after = [msgspec.structs.replace(entry, bib=bibs[entry.id], station=stations[entry.id]) for entry in entries]
    changed = [now for was, now in zip(entries, after, strict=True) if now != was]
    moved = [
        (now.id, now.name)
        for was, now in zip(entries, after, strict=True)
        if planned.blind and was.station and now.station != was.station
    ]

    def given() -> Work[None]:
        yield from numbers_stand(planned.contest, event, entries)
        yield from none_marked(planned.contest, event, moved)

    await store.apply(
        *(
            EntryRow.update({EntryRow.bib: entry.bib, EntryRow.station: entry.station}).where(
                EntryRow.id == entry.id
            )
            for entry in changed
        ),
        given=given,
    )


def _by_lot(entries: Sequence[Entry], shuffle: Shuffle) -> list[EntryId]:
    order = [entry.id for entry in entries]
    shuffle(order)
    return order


async def _as_listed(store: Store, contest: ContestId, entries: Sequence[Entry]) -> list[EntryId]:
    """Entries as the organiser lists them: by the organiser's own numbers, and then by name."""
    numbers: dict[str, str] = {one.id: one.number for one in await people.competitors_of_contest(store, contest)}

    def place(entry: Entry) -> tuple[bool, str, bytes, str]:
        number = numbers.get(entry.subject or "", "")
        return not number, natural(number), _as_spoken(entry.name), entry.id

    return [entry.id for entry in sorted(entries, key=place)]


def _as_spoken(name: str) -> bytes:
    # The national character set has the common characters in the order of their sounds, as lists of names stand.
    return natural(name).encode("gb18030", "replace")


def _numbered(
    order: Sequence[EntryId], had: Mapping[EntryId, str], prefix: str, *, again: bool
) -> dict[EntryId, str]:
    """Give everyone without a number the next free one; with `again`, everyone."""
    kept = {} if again else {entry: number for entry, number in had.items() if number}
    width = max(2, len(str(len(order))))
    taken = set(kept.values())
    free = (f"{prefix}{number:0{width}d}" for number in range(1, len(order) + len(taken) + 1))
    fresh = (number for number in free if number not in taken)
    return {entry: kept.get(entry) or next(fresh) for entry in order}
