"""The list of a contest's events says of each how far its results have come, in one answer."""

from contest.actions import planning
from contest.model.access import Grant, Person, Role
from contest.model.ids import AccountId, ContestId
from tests.contest.http.desk import Desks, Ground


async def states(ground: Ground) -> dict[str, str]:
    return {one["code"]: one["state"] for one in await ground.chief.get(f"/contests/{ground.contest}/events")}


async def reopen(ground: Ground, event: str) -> None:
    asked = await ground.chief.post(f"/events/{event}/supersede", {"reason": "复核"})
    await ground.organiser.post(f"/consents/{asked['consent']}/give")


async def test_every_event_is_listed_with_the_state_of_its_results(desks: Desks) -> None:
    ground = await Ground.prepare(desks)
    event = await ground.event("HG")
    await ground.event("JC")
    entries = await ground.entries(event, ["赵甲"])
    theory, practice = await ground.sessions(event, (await ground.panel(event))["id"])
    assert await states(ground) == {"HG": "planned", "JC": "planned"}
    await ground.chief.post(f"/sessions/{theory}/open")
    assert await states(ground) == {"HG": "started", "JC": "planned"}
    await ground.theory(theory, dict.fromkeys(entries, 60))
    await ground.chief.post(f"/entries/{entries[0]}/ruling", {"status": "withdrawn", "reason": ""})
    await ground.chief.post(f"/sessions/{practice}/open")
    for session in (theory, practice):
        await ground.close(session)
    await ground.organiser.post(f"/events/{event}/publish")
    assert await states(ground) == {"HG": "provisional", "JC": "planned"}
    await reopen(ground, event)
    assert await states(ground) == {"HG": "started", "JC": "planned"}


async def test_a_list_of_many_events_asks_no_more_often(desks: Desks, monkeypatch) -> None:
    ground = await Ground.prepare(desks)
    organiser = Person(account=AccountId("o"), name="", grants=(Grant(role=Role.ORGANISER),))
    select, asked = desks.store.select, []

    async def counted(query):
        asked.append(query)
        return await select(query)

    monkeypatch.setattr(desks.store, "select", counted)
    counts = []
    for codes in (["A"], ["B", "C"]):
        for code in codes:
            await ground.organiser.post(f"/contests/{ground.contest}/events", {"code": code, "name": code})
        asked.clear()
        assert await planning.events_of(desks.store, organiser, ContestId(ground.contest))
        counts.append(len(asked))
    assert counts == [3, 3]
