"""What a scheme may ask of entries besides their marks, and what is read for it."""

from collections.abc import Sequence
from typing import Any

import msgspec

from contest.actions.attributes import (
    asked_for,
    heats_of,
    organisation_names,
    panels_of,
    teams_of,
    told_apart,
)
from contest.actions.results import results_of
from contest.model.contest import Session
from contest.model.ids import (
    AspectId,
    CompetitorId,
    ContestId,
    EntryId,
    EventId,
    OrganisationId,
    PanelId,
    SessionId,
    StageId,
    TeamId,
)
from contest.model.panel import Panel
from contest.model.people import Entry, EntryKind, Organisation, Team
from contest.store.open import Store
from contest.store.schemes import digest_of, scheme_of
from contest.store.tables import EntryRow, OrganisationRow
from tests.builders import PANEL, hall

HERE: dict[str, Any] = {"contest": ContestId("c"), "event": EventId("e")}


def session(name: str, aspects: str, entries: Sequence[str], panel: str = "", key: str = "") -> Session:
    return Session(
        id=SessionId(key or name),
        stage=StageId("s"),
        name=name,
        panel=PanelId(panel) if panel else None,
        aspects=tuple(map(AspectId, aspects)),
        entries=tuple(map(EntryId, entries)),
        **HERE,
    )


def test_names_that_several_have_are_told_apart():
    names = {"1": "甲组", "2": "乙组", "3": "甲组", "4": "甲组", "5": "甲组 (2)"}
    assert told_apart(names) == {"1": "甲组", "2": "乙组", "3": "甲组 (3)", "4": "甲组 (4)", "5": "甲组 (2)"}


def test_organisations_of_one_name_are_called_with_the_one_above():
    def one(key: str, name: str, parent: str | None = None) -> Organisation:
        return Organisation(id=OrganisationId(key), name=name, parent=OrganisationId(parent) if parent else None)

    known = [
        one("a", "东厂"),
        one("b", "西厂"),
        one("a1", "一车间", "a"),
        one("b1", "一车间", "b"),
        one("x", "一车间"),
    ]
    assert organisation_names(known) == {
        "a": "东厂",
        "b": "西厂",
        "a1": "东厂/一车间",
        "b1": "西厂/一车间",
        "x": "一车间",
    }


def test_the_heat_of_an_entry_is_where_the_field_was_split():
    sessions = [
        session("理论", "t", "abcd"),
        session("第一组", "xy", "ab", "p1"),
        session("第二组", "xy", "cd", "p2"),
        session("决赛", "z", "ac", "p1"),
        session("迟到", "q", "e"),
    ]
    assert heats_of(sessions) == {"a": "第一组", "b": "第一组", "c": "第二组", "d": "第二组", "e": "迟到"}
    panels = [Panel(id=PanelId(key), name="裁判组", **HERE) for key in ("p1", "p2")]
    assert panels_of(sessions, panels) == {
        "a": "裁判组",
        "b": "裁判组",
        "c": "裁判组 (2)",
        "d": "裁判组 (2)",
    }


def test_a_competitor_has_the_team_of_which_it_is_a_member_and_a_team_itself():
    def entry(key: str, kind: EntryKind, subject: str | None) -> Entry:
        return Entry(id=EntryId(key), kind=kind, name=key, subject=subject, **HERE)

    teams = [
        Team(id=TeamId("t1"), contest=ContestId("c"), name="红队", members=(CompetitorId("p1"),)),
        Team(
            id=TeamId("t2"), contest=ContestId("c"), name="蓝队", members=(CompetitorId("p1"), CompetitorId("p2"))
        ),
    ]
    entries = [
        entry("a", EntryKind.COMPETITOR, "p1"),
        entry("b", EntryKind.COMPETITOR, "p2"),
        entry("c", EntryKind.COMPETITOR, "p3"),
        entry("d", EntryKind.TEAM, "t2"),
        entry("e", EntryKind.PROJECT, None),
        entry("f", EntryKind.UNIT, "t1"),
    ]
    assert teams_of(entries, teams) == {"a": "红队", "b": "蓝队", "d": "蓝队"}


def scheme(**panel: Any) -> str:
    aspect = {"kind": "panel", "id": PANEL, "name": "外观", "high": "10", "step": "0.1", **panel}
    root = {"kind": "sum", "id": "total", "name": "总分", "parts": [aspect]}
    return msgspec.json.encode({"root": root}).decode()


STANDARDISED = scheme(standardise={"scale": "t", "by": "organisation", "places": 2})


def test_only_what_a_scheme_names_is_asked_for():
    assert asked_for(scheme_of(digest_of(scheme()), scheme())) == frozenset()
    assert asked_for(scheme_of(digest_of(STANDARDISED), STANDARDISED)) == {"organisation"}


async def test_marks_are_standardised_within_the_organisations_of_the_store(store: Store) -> None:
    at = await hall(store, judges=1, entries=4, opened=False)
    await store.apply(
        OrganisationRow.insert(
            OrganisationRow(id="o1", name="东厂", kind="enterprise", code=""),
            OrganisationRow(id="o2", name="西厂", kind="enterprise", code=""),
        )
    )
    for entry, organisation in zip(at.entries, ("o1", "o1", "o2", "o2"), strict=True):
        await store.apply(EntryRow.update({EntryRow.organisation: organisation}).where(EntryRow.id == entry))
    assert (await results_of(store, at.event)).sheet.attributes == {}
    await store.book.adopt_scheme(at.contest, event=at.event, document=STANDARDISED, by="organiser")
    await at.pass_gate("opened")
    await at.stored(*(at.mark(value, entry=n) for n, value in enumerate((9000, 7000, 5000, 3000))))
    computed = await results_of(store, at.event)
    one, two, three, four = at.entries
    assert computed.sheet.attributes == {"organisation": {one: "东厂", two: "东厂", three: "西厂", four: "西厂"}}
    assert {row.entry: row.total for row in computed.results.rows} == {
        one: "60.00",
        three: "60.00",
        two: "40.00",
        four: "40.00",
    }
