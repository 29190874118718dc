"""The one guard: every route names an act, and nobody passes without a grant for it there.

A route says in `opt` what it asks for:

- `opt={"act": Act.PLAN}`: the person must hold a grant for that act at the place that the path names. The place
  is found from the path's parameters (`{contest}`, `{event}`, `{session}`, `{mark}` …); several must agree; what
  does not exist is not found. A path without such a parameter asks for a grant that holds everywhere.
- `opt={"act": Act.SEE_PLAN, "scope": WITHIN}`: a grant for the contest or for any one event of it is enough; the
  handler shows only what the person may see.
- `opt={"act": Act.SEE_PLAN, "scope": ANYWHERE}`: a grant for any contest is enough; the handler selects.
- `opt={"act": None}`: whoever is signed in.
- `opt={"public": True}`: everybody, signed in or not.

The application does not start when a route says none of these.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.routes import HTTPRoute

from contest.actions.signing_in import digest, person_of_token
from contest.errors import NotAllowed, NotFound, NotSignedIn
from contest.http.security import token_of
from contest.model.access import ALLOWS, Act, Grant, Person, may
from contest.model.ids import ContestId
from contest.store.queries.places import Place, place_of

Connection = ASGIConnection[Any, Any, Any, Any]

HERE = "here"
CONTEST = "contest"
EVENT = "event"
WITHIN = "within"
ANYWHERE = "anywhere"

PLACES = (
    "contest",
    "event",
    "stage",
    "session",
    "panel",
    "seat",
    "entry",
    "competitor",
    "team",
    "device",
    "pairing",
    "consent",
    "grant",
    "mark",
)
"""Path parameters that lie in a contest."""

EVERYWHERE = ("account", "season", "organisation", "file", "path")
"""Path parameters that belong to no contest."""


class RouteUndeclared(Exception):
    """A route does not say who may use it."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a route asks of those who use it."""

    public: bool = False
    act: Act | None = None
    scope: str = HERE


def asked_by(handler: BaseRouteHandler) -> Asked:
    """Read what a route asks for; RouteUndeclared when it does not say."""
    opt = handler.opt
    if opt.get("public") is True:
        return Asked(public=True)
    scope = opt.get("scope", HERE)
    if "act" not in opt or scope not in (HERE, CONTEST, EVENT, WITHIN, ANYWHERE):
        raise RouteUndeclared(f"{handler} names neither an act nor public=True")
    act = opt["act"]
    return Asked(act=None if act is None else Act(act), scope=scope)


def check_routes(app: Litestar) -> None:
    """Refuse to start with a route that does not say who may use it, or names an unknown kind of place."""
    for route in app.routes:
        handlers = route.route_handlers if isinstance(route, HTTPRoute) else [route.route_handler]
        for handler in handlers:
            if getattr(handler, "http_methods", None) != {"OPTIONS"}:
                asked_by(handler)
        for name in route.path_parameters:
            if name not in PLACES and name not in EVERYWHERE:
                raise RouteUndeclared(f"{route.path}: {{{name}}} is no known kind of place")


async def guard(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let nobody pass who is not granted what the route asks for, at the place that the path names."""
    asked = asked_by(handler)
    if asked.public:
        return
    person = await person_of(connection)
    if person is None:
        raise NotSignedIn()
    place = await _place(connection)
    connection.scope["state"]["place"] = place
    if asked.act is not None and not _granted(person.grants, asked.act, asked.scope, place):
        raise NotAllowed(act=asked.act.value)


async def person_of(connection: Connection) -> Person | None:
    """Say who is signed in on this connection, with what is granted now; None: nobody."""
    state = connection.scope["state"]
    if "person" not in state:
        state["person"] = await _recognised(connection)
    found: Person | None = state["person"]
    return found


async def _recognised(connection: Connection) -> Person | None:
    token = token_of(connection.headers)
    if not token:
        return None
    app = connection.app.state
    person = await person_of_token(
        app.store, token, hours=app.settings.sign_in_hours, slide=app.settings.role != "board"
    )
    if person is None:
        app.limits.forget(digest(token))
    else:
        app.limits.know(digest(token))
    return person


async def _place(connection: Connection) -> Place:
    """Find the contest and event that the path's parameters lie in; they must all lie in one."""
    found = Place(contest=None, event=None)
    for name, value in connection.path_params.items():
        if name not in PLACES:
            continue
        place = await place_of(connection.app.state.store, name, str(value))
        if place is None or not _agree(found, place):
            raise NotFound(what=name)
        found = Place(contest=place.contest, event=place.event or found.event)
    return found


def address_of(connection: Connection) -> str:
    """Return the network address that the doorway found the request to come from."""
    address: str = connection.scope["state"]["address"]
    return address


def place_in(connection: Connection) -> Place:
    """Return where the guard found the path's parameters to lie."""
    place: Place = connection.scope["state"]["place"]
    return place


def _agree(one: Place, other: Place) -> bool:
    return one.contest in (None, other.contest) and (None in (one.event, other.event) or one.event == other.event)


def _granted(grants: Iterable[Grant], act: Act, scope: str, place: Place) -> bool:
    match scope:
        case "anywhere":
            return any(act in ALLOWS[grant.role] for grant in grants)
        case "within":
            return may_within(grants, act, place.contest)
        case _:
            return may(grants, act, contest=place.contest, event=place.event)


def may_within(grants: Iterable[Grant], act: Act, contest: ContestId | None) -> bool:
    """Say whether any grant allows the act in the contest or in any one event of it."""
    return any(act in ALLOWS[grant.role] and grant.contest in (None, contest) for grant in grants)
