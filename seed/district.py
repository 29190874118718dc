"""A district's season at full size: 19 events, 54 sessions, 2,736 entries, 120 placed.

The size is that of a real district's year; everything in it is invented. It is planned and marked through the
same actions and the same book as everything else, only without waiting for judges to think.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import islice

from contest.actions import (
    announcing,
    empanelling,
    entering,
    locking,
    marking,
    numbering,
    pairing,
    planning,
    registering,
    scheduling,
    scheming,
)
from contest.model.access import Person
from contest.model.contest import ContestKind, Event, Level, Session
from contest.model.ids import (
    AspectId,
    ContestId,
    DeviceId,
    EntryId,
    EventId,
    MarkId,
    OrganisationId,
    PanelId,
    SeatId,
)
from contest.model.mark import EnterMark
from contest.model.people import OrganisationKind
from contest.store.clock import now
from contest.store.ids import new_id
from contest.store.open import Store
from contest.store.queries import plans
from seed import names

NAME = "云台区职工技能竞赛季"
EVENTS = 19
ENTRIES = 144
"""In each event: 19 × 144 = 2,736."""
THREE_SESSIONS = 16
"""So many events have three sessions, the others two: 16 × 3 + 3 × 2 = 54."""
PLACED = 6
"""In each event, and twice as many in the first: 18 × 6 + 12 = 120."""
_TRADES = (
    "车工 钳工 焊工 电工 叉车 塔吊 砌筑 管道 茶艺 中式烹调 养老护理 育婴 快递 物业管理 汽车维修 数控 安全巡检 园"
    "林绿化 环卫驾驶"
)
_AT_ONCE = 500


async def is_there(store: Store) -> bool:
    """Say whether the season was planted already."""
    return any(contest.name == NAME for contest in await plans.contests(store))


async def plan(store: Store, person: Person) -> ContestId:
    """Plan the season's contest."""
    year = int(now()[:4])
    season = await announcing.plan_season(store, announcing.NewSeason(name=f"{year} 年云台区竞赛计划", year=year))
    contest = await announcing.plan_contest(
        store,
        announcing.NewContest(
            name=NAME, level=Level.CITY, kind=ContestKind.SKILLS, season=season.id, place="云台区"
        ),
    )
    organisations = [
        (
            await registering.register_organisation(
                store, registering.NewOrganisation(name=name, kind=OrganisationKind.ENTERPRISE)
            )
        ).id
        for name in names.organisations(60, "云台区")
    ]
    everybody = iter(names.people(EVENTS * ENTRIES))
    for number, trade in enumerate(_TRADES.split()):
        crew = list(islice(everybody, ENTRIES))
        await _plan_event(
            store, contest.id, number=number, trade=trade, crew=crew, organisations=organisations, person=person
        )
    return contest.id


def _document(placed: int) -> dict[str, object]:
    third = placed // 6
    return {
        "scheme": 1,
        "root": {
            "kind": "sum",
            "id": "total",
            "name": "总分",
            "name_en": "Total",
            "places": 2,
            "parts": [
                {
                    "kind": "imported",
                    "id": "theory",
                    "name": "理论",
                    "name_en": "Theory",
                    "weight": "0.3",
                    "high": "100",
                    "step": "0.5",
                    "places": 2,
                },
                {
                    "kind": "panel",
                    "id": "practice",
                    "name": "实操",
                    "name_en": "Practice",
                    "weight": "0.7",
                    "high": "100",
                    "step": "0.5",
                    "places": 2,
                    "rule": {"take": "trimmed", "low": 1, "high": 1},
                    "min_judges": 3,
                },
                {
                    "kind": "amount",
                    "id": "time",
                    "name": "用时",
                    "name_en": "Time",
                    "counts": False,
                    "unit": "秒",
                    "unit_en": "s",
                    "high": "7200",
                    "step": "0.1",
                },
            ],
        },
        "ranking": {"keys": [{"node": "practice"}, {"node": "time", "order": "low", "of": "mark"}]},
        "awards": [
            {"id": "first", "name": "一等奖", "name_en": "First prize", "rule": {"by": "rank", "to": third}},
            {
                "id": "second",
                "name": "二等奖",
                "name_en": "Second prize",
                "rule": {"by": "rank", "from": third + 1, "to": 3 * third},
            },
            {
                "id": "third",
                "name": "三等奖",
                "name_en": "Third prize",
                "rule": {"by": "rank", "from": 3 * third + 1, "to": placed},
            },
        ],
    }


async def _plan_event(
    store: Store,
    contest: ContestId,
    *,
    number: int,
    trade: str,
    crew: list[str],
    organisations: list[OrganisationId],
    person: Person,
) -> None:
    event = await planning.plan_event(store, contest, planning.NewEvent(code=f"D{number + 1:02d}", name=trade))
    document = _document(PLACED * 2 if number == 0 else PLACED)
    await scheming.adopt_scheme(store, event.id, document, person, "zh")
    entries = []
    for position, name in enumerate(crew):
        organisation = organisations[(number * 7 + position) % len(organisations)]
        new = registering.NewCompetitor(name=name, organisation=organisation)
        competitor = await registering.register_competitor(store, contest, new)
        entries.append(entering.NewEntry(subject=competitor.id))
    await entering.enter_all(store, event.id, entries)
    wanted = numbering.NumbersWanted(bib_prefix=event.code + "-", stations=False)
    entered = [entry.id for entry in await numbering.number_entries(store, event.id, wanted, _kept)]
    panel = await empanelling.empanel(
        store,
        event.id,
        empanelling.NewPanel(name=f"{trade}裁判组", seats=[empanelling.SeatWanted(judge_name="")] * 5),
    )
    halls = 2 if number < THREE_SESSIONS else 1
    sessions: list[tuple[str, PanelId | None, list[str], list[EntryId]]] = [("理论", None, ["theory"], entered)]
    share = len(entered) // halls
    for hall in range(halls):
        part = entered[hall * share : (hall + 1) * share]
        sessions.append((f"实操 第 {hall + 1} 场", panel.id, ["practice", "time"], part))
    for name, chosen, aspects, part in sessions:
        new_session = scheduling.NewSession(name=name, panel=chosen, aspects=aspects, entries=list(part))
        await scheduling.plan_session(store, event.id, new_session)


def _kept(_: list[EntryId]) -> None:
    """Draw no lots: numbers follow the list."""


async def run(store: Store, contest: ContestId, *, organiser: Person, chief: Person) -> None:
    """Mark the whole season and let the chief judge sign it off; publishing is left to whoever looks."""
    dice = random.Random(NAME)  # noqa: S311 -- marks of a demo
    numbers = iter(range(10**6, 10**9))
    events = await plans.events_of_contest(store, contest)
    for event in events:
        seats = [seat.id for panel in await plans.panels_of_event(store, event.id) for seat in panel.seats]
        devices = [await _device(store, contest, event, seat, organiser) for seat in seats]
        for session in await plans.sessions_of_event(store, event.id):
            await locking.open_session(store, session.id, organiser)
            if session.panel is None:
                await _theory(store, session, dice, numbers, organiser)
            else:
                await _practice(store, contest, session, devices, dice)
            await locking.lock_session(store, session.id, chief)
            await locking.confirm_session(store, session.id, chief)


async def _device(store: Store, contest: ContestId, event: Event, seat: SeatId, organiser: Person) -> DeviceId:
    invited = await pairing.invite(store, contest, EventId(event.id), seat, organiser)
    claimed = await pairing.claim(store, secret=invited.secret, device_name="演示 demo")
    return await pairing.confirm(store, claimed.pairing, claimed.number, organiser)


async def _theory(
    store: Store, session: Session, dice: random.Random, numbers: Iterator[int], organiser: Person
) -> None:
    marks = [
        marking.DeskMark(
            mark=new_id(), device_seq=next(numbers), entry=entry, aspect="theory", value=_points(dice, 78, 10)
        )
        for entry in session.entries
    ]
    await marking.enter_at_desk(store, session.id, marks, organiser)


async def _practice(
    store: Store, contest: ContestId, session: Session, devices: list[DeviceId], dice: random.Random
) -> None:
    marks: list[EnterMark] = []
    sent = dict.fromkeys(devices, int(session.position) * 100_000)
    for entry in session.entries:
        skill = dice.gauss(80, 8)
        for number, device in enumerate(devices):
            values = {"practice": _points(dice, skill, 2)}
            if number == 0:
                values["time"] = 100 * round(dice.gauss(36_000, 4_000))
            for aspect, value in values.items():
                sent[device] += 1
                marks.append(
                    EnterMark(
                        device=device,
                        device_seq=sent[device],
                        mark=MarkId(new_id()),
                        session=session.id,
                        entry=entry,
                        aspect=AspectId(aspect),
                        value=value,
                    )
                )
    for start in range(0, len(marks), _AT_ONCE):
        await store.book.enter(contest, marks[start : start + _AT_ONCE])


def _points(dice: random.Random, centre: float, spread: float) -> int:
    """Points from 40 to 99 in half points, as thousandths."""
    return 500 * round(min(99.0, max(40.0, dice.gauss(centre, spread))) * 2)
