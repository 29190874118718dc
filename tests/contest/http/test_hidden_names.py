"""A blind event: whoever may not know who is behind a station learns it from no answer, order or count."""

import pytest

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
