"""A county's contest: bus driving, fruit-tree management, welding and road machinery.

Theory 30 %, practice 70 %, five judges with one highest and one lowest dropped, times and deductions where the
trade has them; 60 entries from 15 organisations. The shape is what county unions publish, every name is invented.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import msgspec

from contest.actions import (
    announcing,
    empanelling,
    entering,
    locking,
    marking,
    numbering,
    planning,
    registering,
    scheduling,
    scheming,
)
from contest.model.access import Person
from contest.model.contest import ContestKind, Level, PublicView
from contest.model.ids import ContestId, EventId, OrganisationId
from contest.model.people import Organisation, OrganisationKind
from contest.store.clock import now
from contest.store.ids import new_id
from contest.store.open import Store
from contest.store.queries import people, plans
from contest.store.queries.results import gates_of_event
from seed import names

PLACE = "青禾县"
JUDGES = 5
THEORY = "理论"
PRACTICE = "实操"


class Trade(msgspec.Struct, frozen=True, kw_only=True):
    """One event of the county's contest; its scheme is the document of that name beside this file."""

    scheme: str
    code: str
    name: str
    room: str
    blind: bool = False
    view: PublicView = PublicView.LIVE


TRADES = (
    Trade(scheme="bus", code="GJ", name="公交驾驶", room="汽车训练场"),
    Trade(scheme="orchard", code="GS", name="果树管理", room="示范果园"),
    Trade(scheme="road", code="ZL", name="筑路机械", room="三号工地"),
    Trade(
        scheme="welding",
        code="HG",
        name="焊工",
        room="焊接实训室",
        blind=True,
        view=PublicView.AFTER_PUBLICATION,
    ),
)
"""Welding is blind and shows nothing before it is signed off, as vocational contests do."""


def document(scheme: str) -> dict[str, Any]:
    """Read the scheme document of a trade."""
    text = files("seed").joinpath("schemes", f"{scheme}.json").read_text("utf-8")
    read: dict[str, Any] = json.loads(text)
    return read


async def plan(store: Store, person: Person, *, edition: int) -> ContestId:
    """Plan the whole contest: organisations, competitors, events with their schemes, entries, panels, sessions."""
    dice = random.Random(edition)  # noqa: S311 -- the demo is the same every time
    organisations = await _organisations(store)
    union = next(one for one in organisations if one.kind is OrganisationKind.UNION)
    contest = await announcing.plan_contest(
        store,
        announcing.NewContest(
            name=f"{PLACE}第{names.ordinal(edition)}届职工职业技能大赛",
            level=Level.COUNTY,
            kind=ContestKind.SKILLS,
            organiser=union.id,
            starts_on=now()[:10],
            ends_on=now()[:10],
            place=f"{PLACE}职工培训中心",
        ),
    )
    working = [one.id for one in organisations if one.parent == union.id]
    for number, trade in enumerate(TRADES):
        crew = names.people(len(working), start=(edition * len(TRADES) + number) * len(working))
        members = dict(zip(crew, working, strict=True))
        await _plan_trade(store, contest.id, trade, crew=members, person=person, dice=dice)
    return contest.id


async def _organisations(store: Store) -> list[Organisation]:
    there = {one.name: one for one in await people.organisations(store)}

    async def known(name: str, kind: OrganisationKind, parent: OrganisationId | None) -> Organisation:
        if name not in there:
            new = registering.NewOrganisation(name=name, kind=kind, parent=parent)
            there[name] = await registering.register_organisation(store, new)
        return there[name]

    union = await known(f"{PLACE}总工会", OrganisationKind.UNION, None)
    below = [await known(name, OrganisationKind.ENTERPRISE, union.id) for name in names.organisations(15, PLACE)]
    return [union, *below]


async def _plan_trade(
    store: Store,
    contest: ContestId,
    trade: Trade,
    *,
    crew: Mapping[str, OrganisationId],
    person: Person,
    dice: random.Random,
) -> None:
    event = await planning.plan_event(
        store,
        contest,
        planning.NewEvent(code=trade.code, name=trade.name, blind=trade.blind, public_view=trade.view),
    )
    scheme = document(trade.scheme)
    await scheming.adopt_scheme(store, event.id, scheme, person, "zh")
    await _enter(store, contest, event.id, crew, dice)
    panel = await empanelling.empanel(
        store,
        event.id,
        empanelling.NewPanel(
            name=f"{trade.name}裁判组",
            seats=[empanelling.SeatWanted(judge_name=f"{trade.name}裁判{seat}号") for seat in "一二三四五"],
        ),
    )
    marked = [
        part["id"] for part in _aspects(scheme["root"]) if part["kind"] != "imported" and part.get("counts", True)
    ]
    final = (await plans.stages_of_event(store, event.id))[0]
    for name, aspects, chosen in ((THEORY, ["theory"], None), (PRACTICE, marked, panel.id)):
        session = scheduling.NewSession(
            name=name, stage=final.id, panel=chosen, room=trade.room, aspects=aspects, entries=[]
        )
        await scheduling.plan_session(store, event.id, session)


async def _enter(
    store: Store, contest: ContestId, event: EventId, crew: Mapping[str, OrganisationId], dice: random.Random
) -> None:
    entries = []
    for number, (name, organisation) in enumerate(crew.items(), 1):
        competitor = await registering.register_competitor(
            store,
            contest,
            registering.NewCompetitor(
                name=name, organisation=organisation, number=f"{event[:4].upper()}{number:03d}"
            ),
        )
        entries.append(entering.NewEntry(subject=competitor.id))
    await entering.enter_all(store, event, entries)
    await numbering.number_entries(store, event, numbering.NumbersWanted(), dice.shuffle)


def _aspects(node: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if node["kind"] != "sum":
        return [node]
    return [aspect for part in node["parts"] for aspect in _aspects(part)]


async def run_theory(store: Store, contest: ContestId, *, organiser: Person, chief: Person) -> None:
    """Bring in the theory papers of every event, sign them off, and open the practical sessions."""
    dice = random.Random(contest)  # noqa: S311 -- marks of a demo
    # The desk numbers what it sends, and an organiser may have sent marks to another edition before.
    seq = 1000 * len(await plans.contests(store))
    for event in await plans.events_of_contest(store, contest):
        for session in await plans.sessions_of_event(store, event.id):
            await locking.open_session(store, session.id, organiser)
            if session.name != THEORY:
                continue
            marks = [
                marking.DeskMark(
                    mark=new_id(),
                    device_seq=(seq := seq + 1),
                    entry=entry,
                    aspect="theory",
                    value=500 * round(min(98.0, max(52.0, dice.gauss(80, 9))) * 2),
                )
                for entry in session.entries
            ]
            await marking.enter_at_desk(store, session.id, marks, organiser)
            await locking.lock_session(store, session.id, chief)
            await locking.confirm_session(store, session.id, chief)


async def has_marks_to_make(store: Store, contest: ContestId) -> bool:
    """Say whether simulated judges would find something to do."""
    for event in await plans.events_of_contest(store, contest):
        gates = await gates_of_event(store, event.id)
        for session in await plans.sessions_of_event(store, event.id):
            if gates.session(session.id).state == "opened" and await locking.missing_in(store, session):
                return True
    return False
