"""Scheming: an event's marking scheme is checked, shown and adopted, version by version, until marking starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

import msgspec

from contest.actions.changing import changed_columns, repeated
from contest.actions.scheduling import tablet_aspects
from contest.errors import SchemeInvalid, SchemeMissing
from contest.imports.cis import Brought
from contest.imports.findings import Finding
from contest.model.access import Person
from contest.model.contest import Event, PublicView, Session
from contest.model.ids import AspectId, EventId
from contest.offload import offload
from contest.store.holding import sessions_stand
from contest.store.open import Store
from contest.store.queries import plans, results, schemes
from contest.store.tables import SessionRow
from scoring.outline import OutlineRow, outline
from scoring.problems import found, read
from scoring.scheme import Scheme, SchemeProblem, parse

Document = dict[str, Any]


class SchemeDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A scheme as its author wrote it; decimals are strings."""

    document: Document


class AdoptedScheme(msgspec.Struct, frozen=True, kw_only=True):
    """The scheme in force; once marking has started it is locked."""

    version: int
    locked: bool
    document: Document
    outline: tuple[OutlineRow, ...]


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong at a node."""

    node: str
    zh: str
    en: str


class SchemeChecked(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to «is this a scheme?»: its outline, or everything that is wrong."""

    ok: bool
    outline: tuple[OutlineRow, ...]
    problems: list[Problem]


class BroughtScheme(msgspec.Struct, frozen=True, kw_only=True):
    """What a file of another system says: a scheme to begin with, or none, and everything found on the way."""

    document: Document | None
    findings: tuple[Finding, ...]


class Preset(msgspec.Struct, frozen=True, kw_only=True):
    """A scheme to begin with."""

    preset: str
    name: str
    name_en: str
    kind: str
    public_view: PublicView = PublicView.LIVE
    """What an event with this scheme usually shows while it is marked."""
    document: Document


async def scheme_of(store: Store, event: EventId) -> AdoptedScheme:
    """Show the scheme in force; before the first is adopted that is version 0, without a document."""
    try:
        version = await schemes.scheme_in_force(store, event)
    except SchemeMissing:
        return AdoptedScheme(version=0, locked=False, document={}, outline=())
    gates = await results.gates_of_event(store, event)
    return AdoptedScheme(
        version=version.version,
        locked=gates.results.has("started"),
        document=msgspec.json.decode(version.document),
        outline=outline(parse(version.document)),
    )


def check_scheme(document: Document) -> SchemeChecked:
    """Say whether a document is a scheme, and if not, everything that is wrong with it."""
    text = written(document)
    try:
        problems = list(found(read(text)))
    except SchemeProblem as wrong:
        problems = [wrong]
    if problems:
        told = [Problem(node=wrong.node, zh=wrong.problem_zh, en=wrong.problem_en) for wrong in problems]
        return SchemeChecked(ok=False, outline=(), problems=told)
    return SchemeChecked(ok=True, outline=outline(parse(text)), problems=[])


async def adopt_scheme(
    store: Store, event: EventId, document: Document, person: Person, language: str
) -> AdoptedScheme:
    """Put a new version of an event's scheme in force; SchemeInvalid names the first node that is wrong.

    Sessions that marked everything entered on tablets go on to do so; others keep the aspects that still exist.
    """
    planned = await plans.event(store, event)
    text = written(document)
    try:
        scheme = parse(text)
    except SchemeProblem as wrong:
        problem = wrong.problem_en if language == "en" else wrong.problem_zh
        raise SchemeInvalid(node=wrong.node, problem=problem) from wrong
    await repeated(lambda: _adopt(store, planned, text, scheme, person))
    return await scheme_of(store, event)


async def _adopt(store: Store, event: Event, text: str, scheme: Scheme, person: Person) -> None:
    try:
        before: Scheme | None = await schemes.scheme_of_event(store, event.id)
    except SchemeMissing:
        before = None
    sessions = await plans.sessions_of_event(store, event.id)
    refitted = {} if before is None else _refitted(sessions, before, scheme)
    await store.book.adopt_scheme(
        event.contest,
        event=event.id,
        document=text,
        by=person.account,
        also=[
            SessionRow.update(changed_columns(SessionRow, {"aspects": aspects})).where(SessionRow.id == session)
            for session, aspects in refitted.items()
        ],
        given=lambda: sessions_stand(event.id, sessions),
    )


def _refitted(sessions: Sequence[Session], before: Scheme, after: Scheme) -> Mapping[str, Sequence[AspectId]]:
    """The aspects of the sessions that change. Nothing comes to stand in two sessions of the same entries."""
    everything = set(tablet_aspects(before))
    whole = [session for session in sessions if session.aspects and set(session.aspects) == everything]
    kept = {
        session.id: tuple(aspect for aspect in session.aspects if aspect in after.aspects)
        for session in sessions
        if session not in whole
    }
    parts = [session for session in sessions if session.id in kept]
    for session in whole:
        taken = {aspect for part in parts if _meet(session, part) for aspect in kept[part.id]}
        kept[session.id] = tuple(AspectId(key) for key in tablet_aspects(after) if key not in taken)
    return {session.id: kept[session.id] for session in sessions if kept[session.id] != session.aspects}


def _meet(session: Session, other: Session) -> bool:
    """Say whether two sessions mark, or once they have entries may mark, the same entries."""
    return not session.entries or not other.entries or not set(session.entries).isdisjoint(other.entries)


def written(document: Document) -> str:
    """Write a document as it is stored and hashed: the author's order, no spaces."""
    return msgspec.json.encode(document).decode()


async def bring_cis(content: bytes) -> BroughtScheme:
    """Make a scheme of a WorldSkills CIS workbook; nothing is adopted.

    Raises WorkFailed when the file cannot be read in time.
    """
    brought = msgspec.json.decode(await offload("contest.imports.cis", content, seconds=30), type=Brought)
    document = None if brought.document is None else msgspec.json.decode(brought.document)
    return BroughtScheme(document=document, findings=brought.findings)


def presets() -> list[Preset]:
    """The schemes that come with the product, by name of their file."""
    shelf = files("seed").joinpath("presets")
    documents = sorted((one for one in shelf.iterdir() if one.name.endswith(".json")), key=lambda one: one.name)
    return [
        msgspec.convert(
            {**msgspec.json.decode(one.read_bytes()), "preset": one.name.removesuffix(".json")}, Preset
        )
        for one in documents
    ]
