from collections.abc import AsyncIterator

import pytest

from contest.store.open import Store
from tests.contest.http import world
from tests.contest.http.desk import Desks, open_desks
from tests.contest.http.world import Asking


@pytest.fixture
async def planted(store: Store) -> Store:
    """A store that holds the small world."""
    await world.plant(store)
    return store


@pytest.fixture
async def ask(planted: Store) -> AsyncIterator[Asking]:
    """Clients of an application on the small world."""
    async with world.asking(world.make_app(planted)) as client:
        yield client


@pytest.fixture
async def desks(store: Store) -> AsyncIterator[Desks]:
    """The people of a contest at their desks, on an empty store."""
    async with open_desks(store) as opened:
        yield opened
