"""The demo: what is planted, and that it is planted once."""

from pathlib import Path

import pytest

from contest.actions.results import results_of
from contest.model.gate import Line
from contest.settings import Settings
from contest.store.open import open_store
from contest.store.queries import people, plans
from contest.store.queries.results import gates_of_event
from seed import county, demo


@pytest.fixture
def settings(sqlite_url: str) -> Settings:
    return Settings(database_url=sqlite_url)


async def test_a_county_s_contest_is_planted_once_and_ready_to_be_marked(settings: Settings):
    store = await open_store(settings.database_url)
    try:
        for _ in range(2):
            await demo.plant(store, settings, season=False)
        (contest,) = await plans.contests(store)
        events = await plans.events_of_contest(store, contest.id)
        entries = [entry for event in events for entry in await people.entries_of_event(store, event.id)]
        assert (len(events), len(entries)) == (4, 60)
        assert len({entry.organisation for entry in entries}) == 15
        assert len({entry.name for entry in entries}) == 60
        for event in events:
            results = (await results_of(store, event.id)).results
            assert all(row.scores["theory"] is not None and row.total is None for row in results.rows)
            states = [
                line.state for line in (await gates_of_event(store, event.id)).rounds if line.line is Line.SESSION
            ]
            assert sorted(states) == ["confirmed", "opened"]
        assert await county.has_marks_to_make(store, contest.id)
    finally:
        await store.close()


def test_the_sign_ins_stand_beside_the_database_and_are_told(settings: Settings, tmp_path: Path):
    file = demo.sign_ins_file(settings)
    assert file.parent == Path(settings.database_url.removeprefix("sqlite:///")).parent
    demo._keep(
        file,
        demo.SignIns(password="geheim", accounts=dict.fromkeys(["a", "b", "c", "d", "e", "f"], "x"), contest=""),
    )
    text = demo.welcome(settings)
    assert "geheim" in text
    assert "/desk" in text
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.long
async def test_a_district_s_season_has_its_full_size(settings: Settings):
    store = await open_store(settings.database_url)
    try:
        await demo.plant(store, settings, season=True)
        contest = next(one for one in await plans.contests(store) if not one.name.startswith(county.PLACE))
        events = await plans.events_of_contest(store, contest.id)
        sessions = [session for event in events for session in await plans.sessions_of_event(store, event.id)]
        results = [(await results_of(store, event.id)).results for event in events]
        placed = sum(bool(row.awards) for found in results for row in found.rows)
        entries = sum(len(found.rows) for found in results)
        assert (len(events), len(sessions), entries, placed) == (19, 54, 2_736, 120)
    finally:
        await store.close()
