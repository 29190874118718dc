from collections.abc import AsyncIterator

import pytest

from contest.store.open import Store
from tests.contest.http import world
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
