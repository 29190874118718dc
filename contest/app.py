"""The application is assembled here and nowhere else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any

from litestar import Litestar, Request, Router
from litestar.datastructures.state import State
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from contest.actions.checking import LedgerWatch
from contest.actions.signing_in import Revocations
from contest.errors import NotSignedIn
from contest.http import (
    accounts,
    consents,
    exports,
    guards,
    imports,
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
from contest.http.problems import EXCEPTION_HANDLERS, ProblemsDescribed, language_for
from contest.http.security import COOKIE, Doorway
from contest.model.access import Person
from contest.settings import Settings
from contest.store.open import Store, open_store
from realtime.ringing import doorbells_for, ringing
from realtime.routes import Live, create_live

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
    *exports.CONTROLLERS,
    # What takes files takes larger bodies than anything else.
    Router("/", route_handlers=imports.CONTROLLERS, request_max_body_size=UPLOAD_LIMIT + FORM_AROUND_FILE),
)
"""Everything that a node which only shows public boards does not serve."""


def create_app(settings: Settings, *, store: Store | None = None) -> Litestar:
    """Assemble the application; it opens the store itself unless it is given one."""
    system.set_up_log(settings)
    limits, figures, revocations = Limits(settings), Figures(), Revocations()
    live = create_live(settings, revocations=revocations, registry=figures.registry)
    app = Litestar(
        route_handlers=[
            *system.CONTROLLERS,
            *pages.CONTROLLERS,
            *live.handlers,
            *(() if settings.role == "board" else OFFICIALS),
        ],
        guards=[guards.guard],
        dependencies={
            "store": Provide(_store, sync_to_thread=False),
            "settings": Provide(_settings, sync_to_thread=False),
            "limits": Provide(_limits, sync_to_thread=False),
            "revocations": Provide(_revocations, sync_to_thread=False),
            "person": Provide(_person),
            "language": Provide(_language, sync_to_thread=False),
        },
        exception_handlers=EXCEPTION_HANDLERS,
        lifespan=[_open_house(live, store)],
        state=State(
            {
                "settings": settings,
                "limits": limits,
                "figures": figures,
                "revocations": revocations,
                "ledger_watch": LedgerWatch(figures.registry),
            }
        ),
        request_max_body_size=JSON_LIMIT,
        multipart_form_part_limit=10,
        logging_config=None,
        openapi_config=_openapi(),
        plugins=[ProblemsDescribed()],
    )
    guards.check_routes(app)
    app.asgi_handler = Doorway(live.in_front(app.asgi_handler), settings, limits, figures)
    return app


def _openapi() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Jiangsai 匠赛",
        version="1",
        path="/schema",
        render_plugins=[JsonRenderPlugin(path="/openapi.json")],
        components=Components(
            security_schemes={
                "cookie": SecurityScheme(type="apiKey", security_scheme_in="cookie", name=COOKIE),
                "bearer": SecurityScheme(type="http", scheme="bearer"),
            }
        ),
        security=[{"cookie": []}, {"bearer": []}],
        openapi_router=Router("/schema", route_handlers=[], opt={"public": True}, include_in_schema=False),
    )


def _open_house(live: Live, given: Store | None) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    """Open the store before the first request and close it after the last; the live part runs in between."""

    @asynccontextmanager
    async def open_house(app: Litestar) -> AsyncIterator[None]:
        settings: Settings = app.state.settings
        store = given or await open_store(
            settings.database_url, readonly=settings.role == "board", signing_key=settings.key_file
        )
        app.state.store = store
        try:
            async with live.running(store):
                bells = doorbells_for(settings, store)
                async with (
                    ringing(bells, live.hub, live.figures, app.state.figures.registry),
                    _watching_the_ledger(app, store, "" if given else settings.database_url),
                ):
                    yield
        finally:
            if given is None:
                await store.close()

    return open_house


def _watching_the_ledger(app: Litestar, store: Store, url: str) -> AbstractAsyncContextManager[None]:
    """Check the ledger while it is written to; a process that only follows leaves that to those that write."""
    if app.state.settings.role == "board":
        return nullcontext()
    watch: LedgerWatch = app.state.ledger_watch
    return watch.running(store, url)


def _store(state: State) -> Store:
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
