"""The application as a whole: it opens its own store; a node for boards serves nothing else and never writes."""

import pytest
from litestar.routes import HTTPRoute, WebSocketRoute

from contest.actions.accounts import make_administrator
from contest.app import create_app
from contest.errors import StoreNotMigrated, StoreReadOnly
from contest.settings import Settings
from contest.store.open import open_store
from tests.contest.http import world


async def test_it_opens_the_store_of_its_settings_and_closes_it(store_url: str):
    app = create_app(Settings(database_url=store_url, log_level="error"))
    async with world.asking(app) as ask:
        assert (await ask().get("/health")).json()["status"] == "ok"
        await make_administrator(app.state.store, "chen", "a long enough password")
        login = {"login": "Chen ", "password": "a long enough password"}
        refused = await ask().post("/api/sign-in", json=login)
        assert refused.json()["params"]["field"] == "login"
        assert (await ask().post("/api/sign-in", json={**login, "login": "Chen"})).status_code == 200
    again = await open_store(store_url)
    await again.close()


async def test_an_old_database_is_named_and_not_opened(tmp_path):
    app = create_app(Settings(database_url=f"sqlite:///{tmp_path}/none.db", log_level="error"))
    with pytest.raises(BaseExceptionGroup) as told:  # the framework starts in a group of tasks
        async with app.lifespan():
            pass
    assert told.group_contains(StoreNotMigrated)


async def test_a_node_for_boards_serves_public_boards_only(store_url: str):
    writer = await open_store(store_url)
    try:
        await world.plant(writer)
        app = create_app(Settings(database_url=store_url, role="board", log_level="error"))
        served = {
            route.path for route in app.routes if isinstance(route, HTTPRoute) if route.path.startswith("/api")
        }
        assert served == {"/api/public/contests", "/api/public/events/{event:str}/board"}
        assert [route.path for route in app.routes if isinstance(route, WebSocketRoute)] == ["/live/board"]
        async with world.asking(app) as ask:
            health = (await ask().get("/health")).json()
            assert health == {"status": "ok", "database": True, "writer": True, "role": "board"}
            contests = await ask().get("/api/public/contests")
            assert (contests.status_code, len(contests.json())) == (200, 2)
            assert (await ask().post("/api/sign-in", json={"login": "x", "password": "y"})).status_code == 404
            with pytest.raises(StoreReadOnly):
                await app.state.store.apply()
    finally:
        await writer.close()
