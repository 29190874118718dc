"""A blind event: whoever may not know who is behind a station learns it from no answer, order or count."""

import json
import re

import pytest

from contest.documents import documents
from contest.model.access import Role
from tests.contest.http.desk import Desks, Ground

PEOPLE = ["赵甲", "钱乙", "孙丙", "李丁", "周戊", "吴己"]


@pytest.fixture
async def ground(desks: Desks) -> Ground:
    return await Ground.prepare(desks)


async def blind(ground: Ground) -> tuple[str, dict[str, str]]:
    """A blind event with its numbers drawn, and the station of each entry, in the order of the list."""
    event = await ground.event("焊工", blind=True)
    entries = await ground.entries(event, PEOPLE)
    drawn = await ground.organiser.post(f"/events/{event}/entries/numbers", {})
    stations = {entry["id"]: entry["station"] for entry in drawn}
    if sorted(entries, key=stations.__getitem__) == entries:  # a draw may be in the order of the list by chance
        first, last = entries[0], entries[-1]
        for entry, station in ((first, ""), (last, stations[first]), (first, stations[last])):
            await ground.organiser.ask("PATCH", f"/entries/{entry}", {"station": station})
        stations[first], stations[last] = stations[last], stations[first]
    return event, {entry: stations[entry] for entry in entries}


async def test_a_ruling_on_an_entry_answers_with_its_station_and_no_name(ground: Ground) -> None:
    _, stations = await blind(ground)
    entry, station = next(iter(stations.items()))
    ruled = await ground.chief.post(f"/entries/{entry}/ruling", {"status": "not_started", "reason": ""})
    assert (ruled["id"], ruled["station"], ruled["status"]) == (entry, station, "not_started")
    assert (ruled["name"], ruled["bib"], ruled["subject"], ruled["organisation"]) == ("", "", None, None)


async def test_the_order_of_a_sessions_entries_does_not_say_who_is_who(ground: Ground) -> None:
    event, stations = await blind(ground)
    path = f"/events/{event}/sessions"
    session = await ground.organiser.post(path, {"name": "实操", "entries": list(stations)})
    assert session["entries"] == list(stations)
    by_station = sorted(stations, key=stations.__getitem__)
    assert by_station != list(stations)
    (listed,) = await ground.chief.get(path)
    assert listed["entries"] == by_station
    assert (await ground.chief.get(f"/sessions/{session['id']}"))["entries"] == by_station
    assert (await ground.organiser.get(f"/sessions/{session['id']}"))["entries"] == list(stations)


async def test_no_answer_about_a_blind_event_holds_a_name_a_bib_or_an_organisation(ground: Ground) -> None:
    event, stations = await blind(ground)
    works = await ground.organiser.post("/organisations", {"name": "红星机械厂"})
    for competitor in (await ground.organiser.get(f"/contests/{ground.contest}/competitors"))["rows"]:
        await ground.organiser.ask("PATCH", f"/competitors/{competitor['id']}", {"organisation": works["id"]})
    entries = await ground.organiser.get(f"/events/{event}/entries")
    secrets = ["红星机械厂", works["id"], *PEOPLE]
    secrets += [entry[field] for entry in entries for field in ("bib", "subject")]
    panel = await ground.panel(event)
    theory, _ = await ground.sessions(event, panel["id"])
    await ground.chief.post(f"/sessions/{theory}/open")
    await ground.theory(theory, dict.fromkeys(stations, 60))
    places = {"event": event, "session": theory, "entry": next(iter(stations)), "contest": ground.contest}
    spec = json.loads(dict(documents())["docs/openapi.json"])
    asked = 0
    for role in (Role.CHIEF_JUDGE, Role.SUPERVISOR, Role.PUBLISHER, Role.AUDITOR):
        person = await ground.desks.person(role.value, role, ground.contest)
        for path, methods in spec["paths"].items():
            names = set(re.findall(r"{(\w+)}", path))
            whole = path.split("/")[-1] in (
                "competitors",
                "teams",
                "organisations",
                "grants",
            )
            if "get" not in methods or not names or not names <= places.keys() or whole:
                continue
            answer = await person.client.get(path.format(**places))
            asked += answer.status_code == 200
            told = answer.content.decode(errors="replace")
            assert answer.status_code != 200 or not [one for one in secrets if one in told], path
    assert asked > 20
