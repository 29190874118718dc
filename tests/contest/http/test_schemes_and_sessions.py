"""A new version of the marking scheme while sessions are planned already."""

from typing import Any

import pytest

from contest.store.queries import plans
from tests.contest.http.desk import SCHEME, Desks, Ground

THEORY, PRACTICE = SCHEME["root"]["parts"]
BY_JUDGES = {"kind": "panel", "id": "theory", "name": "答辩", "high": "100", "step": "1"}


def scheme(*parts: Any) -> Any:
    return {"document": {**SCHEME, "root": {**SCHEME["root"], "parts": list(parts)}}}


@pytest.fixture
async def ground(desks: Desks) -> Ground:
    return await Ground.prepare(desks)


async def aspects(ground: Ground, event: str) -> dict[str, list[str]]:
    sessions = await ground.organiser.get(f"/events/{event}/sessions")
    return {session["name"]: session["aspects"] for session in sessions}


@pytest.mark.parametrize("names", [[], ["赵甲", "钱乙"]])
async def test_an_aspect_that_judges_mark_from_now_on_stays_in_the_session_it_has(
    ground: Ground, names: list[str]
) -> None:
    event = await ground.event("HG")
    await ground.entries(event, names)
    await ground.sessions(event, (await ground.panel(event))["id"])
    await ground.organiser.ask("PUT", f"/events/{event}/scheme", scheme(BY_JUDGES, PRACTICE))
    assert await aspects(ground, event) == {"理论": ["theory"], "实操": ["craft", "pieces"]}


async def test_heats_of_everything_go_on_to_mark_everything(ground: Ground) -> None:
    event = await ground.event("HG")
    one, two = await ground.entries(event, ["赵甲", "钱乙"])
    path = f"/events/{event}/sessions"
    for name, entry in (("一组", one), ("二组", two)):
        await ground.organiser.post(path, {"name": name, "entries": [entry]})
    await ground.organiser.ask("PUT", f"/events/{event}/scheme", scheme(BY_JUDGES, PRACTICE))
    every = ["theory", "craft", "pieces"]
    assert await aspects(ground, event) == {"一组": every, "二组": every}


async def test_sessions_of_nothing_do_not_become_sessions_of_everything(ground: Ground) -> None:
    event = await ground.event("HG")
    await ground.entries(event, ["赵甲"])
    await ground.sessions(event, (await ground.panel(event))["id"])
    await ground.organiser.ask("PUT", f"/events/{event}/scheme", scheme({**THEORY, "id": "paper"}))
    assert await aspects(ground, event) == {"理论": [], "实操": []}
    await ground.organiser.ask("PUT", f"/events/{event}/scheme", scheme(THEORY, PRACTICE))
    assert await aspects(ground, event) == {"理论": [], "实操": []}


async def test_a_session_that_is_planned_at_the_same_moment_is_seen(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await ground.event("HG")
    await ground.entries(event, ["赵甲"])
    practice = await ground.organiser.post(f"/events/{event}/sessions", {"name": "实操"})
    sessions_of_event = plans.sessions_of_event

    async def overtaken(*asked: Any) -> Any:
        read = await sessions_of_event(*asked)
        monkeypatch.undo()
        await ground.organiser.ask("PATCH", f"/sessions/{practice['id']}", {"aspects": ["craft"]})
        await ground.organiser.post(f"/events/{event}/sessions", {"name": "件数", "aspects": ["pieces"]})
        return read

    monkeypatch.setattr(plans, "sessions_of_event", overtaken)
    await ground.organiser.ask("PUT", f"/events/{event}/scheme", scheme(BY_JUDGES, PRACTICE))
    assert await aspects(ground, event) == {"实操": ["craft"], "件数": ["pieces"]}
