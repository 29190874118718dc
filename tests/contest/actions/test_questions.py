"""A page asks the database as often for three entries as for one."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from contest.actions.entering import entries_seen_by
from contest.actions.locking import views_of
from contest.actions.marking import marks_seen_by
from contest.actions.publishing import gates_of
from contest.actions.showing import officials_results, why
from contest.model.access import Grant, Person, Role
from contest.model.ids import AccountId
from contest.store.open import Store
from tests.builders import Hall, hall

OFFICIAL = Person(account=AccountId("o"), name="组织者", grants=(Grant(role=Role.ORGANISER),))

PAGES: dict[str, tuple[int, Callable[[Hall], Awaitable[Any]]]] = {
    "entries": (4, lambda at: entries_seen_by(at.store, OFFICIAL, at.event)),
    "sessions": (7, lambda at: views_of(at.store, at.event, OFFICIAL)),
    "gates": (7, lambda at: gates_of(at.store, at.event)),
    "marks": (15, lambda at: marks_seen_by(at.store, OFFICIAL, at.session)),
    "results": (13, lambda at: officials_results(at.store, at.event, OFFICIAL)),
    "why": (12, lambda at: why(at.store, at.event, at.entries[0], OFFICIAL)),
}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("entries", [1, 3])
async def test_a_page_asks_equally_often_for_few_and_for_many(
    store: Store, monkeypatch: pytest.MonkeyPatch, page: str, entries: int
) -> None:
    at = await hall(store, entries=entries)
    await at.stored(*(at.mark(8000, seat=seat, entry=entry) for seat in range(3) for entry in range(entries)))
    asked = []
    select = store.select

    async def counted(query: Any) -> Any:
        asked.append(query)
        return await select(query)

    monkeypatch.setattr(store, "select", counted)
    expected, ask = PAGES[page]
    await ask(at)
    assert len(asked) == expected
