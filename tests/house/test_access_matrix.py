"""Every route × method × role × place is really asked, and lets in whom `access_matrix.py` names, nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import get_args

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute, WebSocketRoute

from contest.model.access import ALLOWS, Act, Role
from contest.settings import Settings
from contest.store.open import open_store
from realtime import protocol
from tests.contest.http import world
from tests.house.access_matrix import (
    ACTS,
    ANYWHERE,
    CONTEST,
    EVENT,
    EVERYBODY,
    EVERYWHERE,
    MESSAGES,
    ROLE,
    ROLES,
    ROUTES,
    SIGNED_IN,
    SOCKETS,
    WITHIN,
    Asks,
)

PLACES_OF = {
    EVERYWHERE: set(),
    CONTEST: {"own contest"},
    EVENT: {"own contest", "own event"},
    WITHIN: {"own contest", "own event", "other event"},
    ANYWHERE: set(world.WHERE),
}

Persona = tuple[Role | None, str]
ANONYMOUS: Persona = (None, "")
NOBODY_IN_PARTICULAR: Persona = (None, "signed in")
PERSONAS: list[Persona] = [
    ANONYMOUS,
    NOBODY_IN_PARTICULAR,
    (Role.ADMINISTRATOR, "own contest"),
    *((role, where) for role in Role if role is not Role.ADMINISTRATOR for where in world.WHERE),
]


def routes(app: Litestar) -> Iterator[str]:
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            path = re.sub(r"{(\w+):\w+}", r"{\1}", route.path_format if ":" in route.path else route.path)
            yield from (f"{method} {path}" for method in route.methods if method != "OPTIONS")


def sockets(app: Litestar) -> set[str]:
    return {route.path for route in app.routes if isinstance(route, WebSocketRoute)}


def expected(asks: Asks, persona: Persona) -> bool:
    role, where = persona
    if asks == EVERYBODY:
        return True
    if persona == ANONYMOUS:
        return False
    if asks == SIGNED_IN:
        return True
    assert not isinstance(asks, str)
    if role is None or role.value not in {ROLE[letter].value for letter in ACTS[asks.act] if letter != "."}:
        return False
    return role is Role.ADMINISTRATOR or where in PLACES_OF[asks.where]


def test_the_roles_allow_what_is_written_down():
    written = {act: {ROLE[letter] for letter in letters if letter != "."} for act, letters in ACTS.items()}
    assert written == {act: {role for role in Role if act in ALLOWS[role]} for act in Act}
    assert all(len(letters) == len(ROLES) for letters in ACTS.values())


async def test_every_route_lets_in_whom_it_names_and_nobody_else(sqlite_url: str):
    store = await open_store(sqlite_url)
    wrong: list[str] = []
    cells = 0
    try:
        app = world.make_app(store)
        assert set(routes(app)) == set(ROUTES), "a route is not in tests/house/access_matrix.py, or one is gone"
        async with world.asking(app) as ask:
            await world.plant(store)
            for route in sorted(ROUTES):
                method, path = route.split(" ")
                address = path.format(**world.PLACES)
                for persona in PERSONAS:
                    # Each cell is asked in the whole world: what the one before changed is put back first.
                    token = (
                        ""
                        if persona == ANONYMOUS
                        else world.token_for(persona[0], persona[1] if persona[0] else "")
                    )
                    client = ask(token)
                    answer = await client.request(method, address, **_body(method))
                    cells += 1
                    allowed = answer.status_code not in (401, 403)
                    failed = answer.status_code >= 500 and "jiangsai build" not in answer.text
                    if allowed != expected(ROUTES[route], persona) or failed:
                        wrong.append(f"{route} by {persona}: {answer.status_code} {answer.text[:120]}")
                    if method != "GET" and answer.status_code < 400:
                        await world.plant(store)
    finally:
        await store.close()
    assert cells == len(ROUTES) * len(PERSONAS)
    assert not wrong, "\n".join(wrong)


def _body(method: str) -> dict[str, object]:
    return {"json": {}} if method != "GET" else {}


def test_every_socket_and_message_is_declared():
    from contest.app import create_app

    assert sockets(create_app(Settings(log_level="error"))) == set(SOCKETS)
    spoken = {kind.__name__ for kind in (*get_args(protocol.FromSeat), *get_args(protocol.FromBoard))}
    assert spoken == set(MESSAGES)


def test_an_undeclared_route_stops_the_application():
    from litestar import get

    from contest.http.guards import RouteUndeclared, check_routes

    @get("/open-door", sync_to_thread=False)
    def forgotten() -> None: ...

    with pytest.raises(RouteUndeclared, match="names neither an act nor"):
        check_routes(Litestar([forgotten], openapi_config=None))

    @get("/{nobody_knows:str}", sync_to_thread=False, opt={"act": Act.PLAN})
    def elsewhere(nobody_knows: str) -> None: ...

    with pytest.raises(RouteUndeclared, match="nobody_knows"):
        check_routes(Litestar([elsewhere], openapi_config=None))
