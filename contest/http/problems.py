"""One table from what went wrong to what a client reads: problem details in the language of the request.

Nothing of the inside of the program gets out: what we did not foresee becomes a number that stands in the log.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.enums import HttpMethod
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.plugins import ReceiveRoutePlugin
from litestar.routes import BaseRoute, HTTPRoute

from contest.errors import (
    BadInput,
    ContestError,
    MethodNotThere,
    NotFound,
    NotSignedIn,
    StoreUnavailable,
    TooLarge,
    TooManyRequests,
    Unforeseen,
)
from contest.http.faults import fault_in, of_body
from contest.http.limits import JSON_LIMIT
from contest.store.ids import new_id

PROBLEM = "application/problem+json"

_TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


class ProblemDetails(msgspec.Struct, frozen=True, kw_only=True):
    """What a client reads when a request was refused (RFC 9457). `detail` is a sentence for a person."""

    type: str
    title: str
    status: int
    code: str
    params: dict[str, str | int]
    detail: str


def problem_of(error: ContestError, language: str) -> ProblemDetails:
    """Say in one language which rule was broken."""
    return ProblemDetails(
        type=f"/errors/{error.code}",
        title=_TITLES.get(error.status, "Conflict"),
        status=error.status,
        code=error.code,
        params=dict(error.params),
        detail=error.sentence(language),
    )


def language_of(headers: Mapping[str, str], preferred: str = "zh") -> str:
    """Choose `zh` or `en`: the first that Accept-Language names, otherwise the account's own."""
    ranked: list[tuple[float, int, str]] = []
    for position, part in enumerate(headers.get("accept-language", "").lower().split(",")):
        name, _, quality = part.strip().partition(";q=")
        if name[:2] in ("zh", "en"):
            ranked.append((-_number(quality), position, name[:2]))
    return min(ranked)[2] if ranked else preferred


def _number(quality: str) -> float:
    try:
        return float(quality or 1)
    except ValueError:
        return 0.0


def language_for(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """Choose the language in which this request is answered."""
    person = connection.scope.get("state", {}).get("person")
    return language_of(connection.headers, person.language if person is not None else "zh")


def answer(problem: ProblemDetails) -> Response[ProblemDetails]:
    """Build the response that carries a problem."""
    headers = {}
    if problem.status in (TooManyRequests.status, StoreUnavailable.status):
        headers["Retry-After"] = str(problem.params.get("seconds", 1))
    if problem.status == NotSignedIn.status:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(problem, status_code=problem.status, media_type=PROBLEM, headers=headers)


def _refused(request: Request[Any, Any, Any], error: ContestError) -> Response[ProblemDetails]:
    return answer(problem_of(error, language_for(request)))


def _by_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[ProblemDetails]:
    return _refused(request, _named(error, request))


def _named(error: HTTPException, request: Request[Any, Any, Any]) -> ContestError:
    match error.status_code:
        case 404:
            return NotFound(what=request.url.path)
        case 405:
            return MethodNotThere(method=request.method)
        case 413:
            return TooLarge(limit=_limit(request))
        case 401:
            return NotSignedIn()
        case status if 400 <= status < 500 or of_body(error):
            return fault_in(error, language_for(request))
        case _:
            return _unforeseen(request, error)


def _limit(request: Request[Any, Any, Any]) -> str:
    """Say how large a body may be on the route that was asked."""
    handler = request.scope.get("route_handler")
    size = handler.resolve_request_max_body_size() if isinstance(handler, HTTPRouteHandler) else None
    size = size or JSON_LIMIT
    return f"{size // 1024} KiB" if size < 1024 * 1024 else f"{size // (1024 * 1024)} MiB"


def _by_surprise(request: Request[Any, Any, Any], error: Exception) -> Response[ProblemDetails]:
    return _refused(request, _unforeseen(request, error))


def _too_deep(request: Request[Any, Any, Any], error: RecursionError) -> Response[ProblemDetails]:
    """What is nested so deeply that it cannot be read; a recursion of our own stays a fault of our own."""
    if "deserializing" in str(error):
        return _refused(request, BadInput(field="body", problem="[[[…"))
    return _by_surprise(request, error)


def _unforeseen(request: Request[Any, Any, Any], error: Exception) -> ContestError:
    incident = new_id()[:12]
    structlog.get_logger("contest").error(
        "unforeseen", incident=incident, method=request.method, path=request.url.path, exc_info=error
    )
    return Unforeseen(incident=incident)


class ProblemsDescribed(ReceiveRoutePlugin):
    """Says in the OpenAPI document of every route of the API what a refusal looks like."""

    def receive_route(self, route: BaseRoute) -> None:
        """Add the refusals that a new route may answer with."""
        if not isinstance(route, HTTPRoute) or not route.path.startswith("/api/"):
            return
        for handler in route.route_handlers:
            refusals = {429: _described(429)}
            if handler.opt.get("public") is not True:
                refusals |= {status: _described(status) for status in (401, 403)}
            if route.path_parameters:
                refusals[404] = _described(404)
            if handler.http_methods != {HttpMethod.GET}:
                refusals |= {status: _described(status) for status in (409, 413, 415, 422)}
            handler.responses = {**refusals, 400: _described(400), **(handler.responses or {})}


def _described(status: int) -> ResponseSpec:
    return ResponseSpec(
        ProblemDetails,
        description=_TITLES[status],
        media_type=PROBLEM,
        generate_examples=False,
    )


EXCEPTION_HANDLERS: dict[type[Exception] | int, Any] = {
    ContestError: _refused,
    HTTPException: _by_http,
    RecursionError: _too_deep,
    Exception: _by_surprise,
}
"""The one table at the edge: no handler of a route catches anything by itself."""
