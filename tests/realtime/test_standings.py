"""Where an event stands, kept by following facts: what the store says, and what a restart would say."""

import contextlib
import random

import msgspec
import pytest

from contest.actions.results import results_of
from contest.actions.tying import NewDecision, decide_tie
from contest.errors import ContestError
from contest.model.access import Person
from contest.model.gate import Line
from contest.model.ids import AccountId
from contest.model.mark import MarkKind
from contest.model.tie import How
from contest.store.tables import EntryRow, EventRow, OrganisationRow, SessionEntryRow
from realtime import marks
from realtime.standings import Standings
from realtime.views import Audience, project
from tests.builders import CHIEF, FAULTS, PANEL, THEORY, hall

PUBLIC = Audience.PUBLIC


class Walk:
    """Whatever may happen in an event, in any order."""

    def __init__(self, at, seed: int) -> None:
        self.at = at
        self.dice = random.Random(seed)
        self.newest: dict[tuple, str] = {}
        self.pending: list[str] = []
        self.names = 0

    async def step(self) -> None:
        doing = self.dice.choices(
            [self.mark, self.settle, self.rule, self.gate, self.freeze, self.rename], [12, 3, 1, 2, 2, 1]
        )[0]
        with contextlib.suppress(ContestError):  # what the state of things does not allow
            await doing()

    async def mark(self) -> None:
        dice = self.dice
        aspect = dice.choice([PANEL, PANEL, THEORY, FAULTS])
        seat, entry = dice.randrange(3), dice.randrange(4)
        kind = dice.choices([MarkKind.ENTERED, MarkKind.ABSENT, MarkKind.ERASED], [8, 1, 1])[0]
        value = 1000 * dice.randrange(11) if kind is MarkKind.ENTERED else None
        slot = (aspect, entry, seat if aspect == PANEL else "*")
        desk = {"device": "desk:chief", "by": "chief"} if aspect == THEORY else {"seat": seat}
        replaces = self.newest.get(slot) if dice.random() < 0.8 else None
        mark = self.at.mark(value, entry=entry, aspect=aspect, kind=kind, replaces=replaces, **desk)
        [receipt] = await self.at.enter(mark)
        if receipt.verdict == "stored":
            self.newest[slot] = mark.mark
        elif receipt.verdict == "pending":
            self.pending.append(mark.mark)

    async def settle(self) -> None:
        if self.pending:
            mark = self.pending.pop(self.dice.randrange(len(self.pending)))
            await self.at.settle(mark, accept=self.dice.random() < 0.7)

    async def rule(self) -> None:
        await self.at.rule_entry(self.dice.randrange(4), self.dice.choice(["entered", "disqualified"]))

    async def gate(self) -> None:
        way = self.dice.choice(["locked", "confirmed", *3 * ["reopen"], "provisional", "unblinded", "supersede"])
        match way:
            case "reopen":
                await self.at.reopen()
            case "supersede":
                await self.at.reopen(Line.RESULTS)
            case "provisional":
                await self.at.pass_gate(way, Line.RESULTS)
            case "unblinded":
                await self.at.pass_gate(way, Line.IDENTITY)
            case _:
                await self.at.pass_gate(way)

    async def freeze(self) -> None:
        await self.at.pass_gate(self.dice.choice(["frozen", "thawed"]), Line.VIEW)

    async def rename(self) -> None:
        self.names += 1
        entry = self.dice.choice(self.at.entries)
        await self.at.store.apply(EntryRow.update({EntryRow.name: f"名{self.names}"}).where(EntryRow.id == entry))


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_happens_it_is_what_the_store_says_and_what_a_restart_would_say(store, seed, monkeypatch):
    monkeypatch.setattr(marks, "FACTS_AT_ONCE", 3)
    at = await hall(store, name=f"c{seed}")
    await store.apply(EventRow.update({EventRow.blind: seed % 2 == 1}).where(EventRow.id == at.event))
    walk, running = Walk(at, seed), Standings(store)
    frozen = set()
    for _ in range(30):
        for _ in range(walk.dice.randrange(1, 4)):
            await walk.step()
        seen = await running.stand(at.event)
        assert seen == await Standings(store).stand(at.event)
        stored = await results_of(store, at.event)
        assert [(row.entry, row.place, row.total, row.points, row.awards) for row in seen.now.rows] == [
            (row.entry, row.place, row.total, row.points, list(row.awards)) for row in stored.results.rows
        ]
        frozen.add(seen.at_freeze is not None)
    assert frozen == {True, False}
    assert len(walk.newest) > 6


async def test_a_freeze_shows_the_numbers_of_its_moment_and_the_plan_of_now(store):
    at = await hall(store)
    await at.stored(*(at.mark(8000, seat=seat) for seat in range(3)))
    before = (await Standings(store).stand(at.event)).now
    await at.pass_gate("frozen", Line.VIEW)
    await at.stored(*(at.mark(9000, seat=seat, entry=1) for seat in range(3)))
    await at.rule_entry(0, "disqualified")
    running = Standings(store)
    assert project(PUBLIC, *_of(await running.stand(at.event))).rows == before.rows
    await store.apply(EntryRow.update({EntryRow.name: "王改名"}).where(EntryRow.id == at.entries[0]))
    seen = await running.stand(at.event)
    assert seen == await Standings(store).stand(at.event)
    renamed = [
        msgspec.structs.replace(row, name="王改名", label="王改名") if row.entry == at.entries[0] else row
        for row in before.rows
    ]
    assert list(project(PUBLIC, *_of(seen)).rows) == renamed


async def test_an_entry_that_is_planned_late_and_an_organisation_that_is_renamed_are_seen(store):
    at = await hall(store, entries=1)
    running = Standings(store)
    await running.stand(at.event)
    await store.apply(
        OrganisationRow.insert(OrganisationRow(id="o", name="县总工会", kind="union", code="")),
        EntryRow.insert(
            EntryRow(
                id="late", contest=at.contest, event=at.event, kind="competitor", name="迟到", organisation="o"
            )
        ),
        SessionEntryRow.insert(SessionEntryRow(id="place", session=at.session, entry="late")),
    )
    await at.stored(*(at.mark(8000, seat=seat) for seat in range(3)))
    rows = (await running.stand(at.event)).now.rows
    assert [(row.entry, row.organisation) for row in rows] == [(at.entries[0], ""), ("late", "县总工会")]


async def test_awards_come_with_the_names_of_the_scheme_and_gaps_from_the_exact_totals(store):
    at = await hall(store, entries=3, opened=False)
    document = msgspec.json.encode(
        {
            "root": {
                "kind": "sum",
                "id": "total",
                "name": "总分",
                "parts": [{"kind": "panel", "id": PANEL, "name": "外观", "high": "10", "step": "0.1"}],
            },
            "awards": [
                {"id": "craft", "name": "工匠之星", "name_en": "Star of Craft", "rule": {"by": "rank", "to": 1}}
            ],
        }
    ).decode()
    await at.store.book.adopt_scheme(at.contest, event=at.event, document=document, by="organiser")
    await at.pass_gate("opened")
    await at.stored(*(at.mark(value, seat=seat) for seat, value in enumerate([8000, 8100, 8100])))
    await at.stored(*(at.mark(7900, seat=seat, entry=1) for seat in range(3)))
    now = (await Standings(store).stand(at.event)).now
    assert [(award.award, award.name, award.name_en) for award in now.awards] == [
        ("craft", "工匠之星", "Star of Craft")
    ]
    assert [(row.total, row.gap, row.awards) for row in now.rows] == [
        ("8.07", None, []),
        ("7.90", "0.17", []),
        (None, None, []),
    ]
    await at.stored(*(at.mark(0, seat=seat, entry=2) for seat in range(3)))
    assert [row.awards for row in (await Standings(store).stand(at.event)).now.rows] == [["craft"], [], []]


def _of(seen):
    return seen.now, seen.at_freeze


async def test_a_decided_tie_moves_the_board_and_not_what_a_freeze_shows(store):
    at = await hall(store, entries=2, judges=1, opened=False)
    document = msgspec.json.encode(
        {
            "root": {
                "kind": "sum",
                "id": "total",
                "name": "总分",
                "parts": [{"kind": "panel", "id": PANEL, "name": "外观", "high": "10", "step": "0.1"}],
            },
            "ranking": {"ties": "must_break"},
        }
    ).decode()
    await store.book.adopt_scheme(at.contest, event=at.event, document=document, by="organiser")
    await at.pass_gate("opened")
    await at.stored(at.mark(8000), at.mark(8000, entry=1))
    await at.pass_gate("locked")
    await at.pass_gate("confirmed")
    running = Standings(store)
    one, two = at.entries
    assert _ranks((await running.stand(at.event)).now) == {one: 1, two: 1}
    await at.pass_gate("frozen", Line.VIEW)

    def keep(order: list) -> None:
        order[:] = [two, one]

    person = Person(account=AccountId(CHIEF), name="")
    await decide_tie(store, at.event, NewDecision(entries=[one, two], how=How.DRAWN), person, keep)
    seen = await running.stand(at.event)
    assert _ranks(seen.now) == {two: 1, one: 2}
    assert _ranks(seen.at_freeze) == {one: 1, two: 1}
    assert seen == await Standings(store).stand(at.event)
    assert {row.rank for row in project(PUBLIC, *_of(seen)).rows} == {1}


def _ranks(standing):
    return {row.entry: row.rank for row in standing.rows}
