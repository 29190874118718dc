"""Attributes: what is known of an entry besides its marks, as the words of a marking scheme may ask for it.

`organisation`, `team`, `panel` and `heat` stand beside the marks on the sheet: marks are standardised within them,
ties are broken and prizes given by them. They are names that people know, told apart where two are called the
same, and they never enter the ledger.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import msgspec

from contest.model.contest import Event, Session
from contest.model.ids import OrganisationId, TeamId
from contest.model.panel import Panel
from contest.model.people import Entry, EntryKind, Organisation, Team
from contest.store.open import Store
from contest.store.queries import people
from scoring.scheme import Scheme

_Id = TypeVar("_Id", bound=str)

Attributes = Mapping[str, Mapping[str, str]]
"""Attribute → entry → text."""

KNOWN = frozenset({"organisation", "team", "panel", "heat", "kind"})
"""What a scheme may ask for; an entry of which it is not known has none."""

_asked: WeakKeyDictionary[Scheme, frozenset[str]] = WeakKeyDictionary()


def asked_for(scheme: Scheme) -> frozenset[str]:
    """The attributes that a scheme names: to standardise within, to rank by, to cut by, as a condition."""
    found = _asked.get(scheme)
    if found is None:
        found = _asked[scheme] = KNOWN & set(_named(msgspec.to_builtins(scheme.document)))
    return found


def _named(told: Any) -> Iterator[str]:
    if isinstance(told, Mapping):
        for word, value in told.items():
            if word in ("attribute", "by") and isinstance(value, str):
                yield value
            else:
                yield from _named(value)
    elif isinstance(told, Sequence) and not isinstance(told, str):
        for value in told:
            yield from _named(value)


async def attributes_of(
    store: Store,
    scheme: Scheme,
    event: Event,
    *,
    entries: Sequence[Entry],
    sessions: Sequence[Session],
    panels: Sequence[Panel],
) -> Attributes:
    """What the scheme of an event asks of its entries; nothing is read that it does not ask for."""
    asked = asked_for(scheme)
    found: dict[str, Mapping[str, str]] = {}
    if "organisation" in asked:
        names = organisation_names(await people.organisations(store))
        found["organisation"] = {
            entry.id: names[entry.organisation]
            for entry in entries
            if entry.organisation is not None and entry.organisation in names
        }
    if "team" in asked:
        found["team"] = teams_of(entries, await people.teams_of_contest(store, event.contest))
    if "panel" in asked:
        found["panel"] = panels_of(sessions, panels)
    if "heat" in asked:
        found["heat"] = heats_of(sessions)
    if "kind" in asked:
        found["kind"] = {entry.id: entry.kind.value for entry in entries}
    return found


def organisation_names(organisations: Sequence[Organisation]) -> Mapping[OrganisationId, str]:
    """What organisations are called; where two have one name, with the name of the one above."""
    above = {one.id: one.name for one in organisations}
    twice = _twice(one.name for one in organisations)
    longer = {
        one.id: f"{above[one.parent]}/{one.name}" if one.name in twice and one.parent in above else one.name
        for one in organisations
    }
    return told_apart(longer)


def told_apart(names: Mapping[_Id, str]) -> Mapping[_Id, str]:
    """Names by id, numbered where several have the same: «甲组», «甲组 (2)»."""
    seen: Counter[str] = Counter()
    apart: dict[_Id, str] = {}
    taken = set(names.values())
    for key, name in names.items():
        seen[name] += 1
        told = name if seen[name] == 1 else f"{name} ({seen[name]})"
        while told != name and told in taken:
            seen[name] += 1
            told = f"{name} ({seen[name]})"
        taken.add(told)
        apart[key] = told
    return apart


def _twice(names: Iterable[str]) -> set[str]:
    return {name for name, times in Counter(names).items() if times > 1}


def teams_of(entries: Sequence[Entry], teams: Sequence[Team]) -> Mapping[str, str]:
    """The team of each entry: itself, or the first by name of which the competitor is a member."""
    names = told_apart({team.id: team.name for team in teams})
    member: dict[str, str] = {}
    for team in teams:
        for competitor in team.members:
            member.setdefault(competitor, names[team.id])
    found = {
        entry.id: names.get(TeamId(entry.subject or ""))
        if entry.kind is EntryKind.TEAM
        else member.get(entry.subject or "")
        for entry in entries
    }
    return {entry: team for entry, team in found.items() if team}


def heats_of(sessions: Sequence[Session]) -> Mapping[str, str]:
    """The session in which each entry was marked where the field was split; else the first that lists it."""
    names = told_apart({session.id: session.name for session in sessions})
    return {entry: names[session.id] for entry, session in _splitting(sessions).items()}


def panels_of(sessions: Sequence[Session], panels: Sequence[Panel]) -> Mapping[str, str]:
    """The panel by which each entry was marked where the field was split; else its first."""
    names = told_apart({panel.id: panel.name for panel in panels})
    seated = [session for session in sessions if session.panel in names]
    return {
        entry: names[session.panel] for entry, session in _splitting(seated).items() if session.panel is not None
    }


def _splitting(sessions: Sequence[Session]) -> dict[str, Session]:
    """For each entry the first session that shares an aspect with another (a heat), else its first session."""
    times = Counter(aspect for session in sessions for aspect in set(session.aspects))
    heats = [session for session in sessions if any(times[aspect] > 1 for aspect in session.aspects)]
    found: dict[str, Session] = {}
    for session in (*heats, *sessions):
        for entry in session.entries:
            found.setdefault(entry, session)
    return found
