"""The application is assembled here and nowhere else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Request, Router
from litestar.datastructures.state import State
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin

from contest.actions.signing_in import Revocations
from contest.errors import NotSignedIn
from contest.http import (
    accounts,
    consents,
    guards,
    ledger,
    marks,
    pages,
    pairing,
    people,
    planning,
    results,
    schemes,
    sessions,
    signing_in,
    system,
)
from contest.http.figures import Figures
from contest.http.limits import FORM_AROUND_FILE, JSON_LIMIT, UPLOAD_LIMIT, Limits
from contest.http.problems import EXCEPTION_HANDLERS, language_for
from contest.http.security import Doorway
from contest.model.access import Person
from contest.settings import Settings
from contest.store.open import Store, open_store

OFFICIALS: tuple[Any, ...] = (
    Router("/", route_handlers=[*signing_in.CONTROLLERS, *accounts.CONTROLLERS], tags=["access"]),
    Router("/", route_handlers=pairing.CONTROLLERS, tags=["tablets"]),
    Router("/", route_handlers=consents.CONTROLLERS, tags=["consents"]),
    *planning.CONTROLLERS,
    *people.CONTROLLERS,
    *schemes.CONTROLLERS,
    *sessions.CONTROLLERS,
    *marks.CONTROLLERS,
    *results.CONTROLLERS,
    *ledger.CONTROLLERS,
)
"""Everything that only a node with a writer serves."""

UPLOADS: tuple[Any, ...] = ()
"""What takes files, and so larger bodies than anything else."""


def create_app(settings: Settings, *, store: Store | None = None) -> Litestar:
    """Assemble the application; it opens the store itself unless it is given one."""
    system.set_up_log(settings)
    limits = Limits(settings)
    figures = Figures()
    officials = [
        *OFFICIALS,
        Router("/", route_handlers=UPLOADS, request_max_body_size=UPLOAD_LIMIT + FORM_AROUND_FILE),
    ]
    app = Litestar(
        route_handlers=[
            *system.CONTROLLERS,
            *pages.CONTROLLERS,
            *([] if settings.role == "board" else officials),
        ],
        guards=[guards.guard],
        dependencies={
            "store": Provide(_store),
            "settings": Provide(_settings, sync_to_thread=False),
            "limits": Provide(_limits, sync_to_thread=False),
            "revocations": Provide(_revocations, sync_to_thread=False),
            "person": Provide(_person),
            "language": Provide(_language, sync_to_thread=False),
        },
        exception_handlers=EXCEPTION_HANDLERS,
        lifespan=[_open_house(store)],
        state=State({"settings": settings, "limits": limits, "figures": figures, "revocations": Revocations()}),
        request_max_body_size=JSON_LIMIT,
        multipart_form_part_limit=10,
        logging_config=None,
        openapi_config=OpenAPIConfig(
            title="Jiangsai 匠赛",
            version="1",
            path="/schema",
            render_plugins=[JsonRenderPlugin(path="/openapi.json")],
            openapi_router=Router("/schema", route_handlers=[], opt={"public": True}, include_in_schema=False),
        ),
    )
    guards.check_routes(app)
    app.asgi_handler = Doorway(app.asgi_handler, settings, limits, figures)
    return app


def _open_house(given: Store | None) -> Any:
    @asynccontextmanager
    async def open_house(app: Litestar) -> AsyncIterator[None]:
        settings: Settings = app.state.settings
        store = given or await open_store(settings.database_url, readonly=settings.role == "board")
        app.state.store = store
        try:
            yield
        finally:
            if given is None:
                await store.close()

    return open_house


async def _store(state: State) -> Store:
    store: Store = state.store
    return store


def _settings(state: State) -> Settings:
    settings: Settings = state.settings
    return settings


def _limits(state: State) -> Limits:
    limits: Limits = state.limits
    return limits


def _revocations(state: State) -> Revocations:
    revocations: Revocations = state.revocations
    return revocations


async def _person(request: Request[Any, Any, Any]) -> Person:
    person = await guards.person_of(request)
    if person is None:
        raise NotSignedIn()
    return person


def _language(request: Request[Any, Any, Any]) -> str:
    return language_for(request)
