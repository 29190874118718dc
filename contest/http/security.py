"""The doorway: what every request and every socket passes before anything of ours looks at it.

It checks the host and the origin, limits how much one may ask for and send, believes no proxy it was not told
of, puts the security headers on every answer, and writes one line in the log without tokens or bodies.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, cast

import msgspec
import structlog
from litestar.datastructures import Headers
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from contest.actions.signing_in import digest
from contest.errors import ContestError, ForeignHost, ForeignOrigin, MethodNotThere, TooLarge, WrongMediaType
from contest.http.figures import Figures
from contest.http.limits import FORM_AROUND_FILE, UPLOAD_LIMIT, Limits
from contest.http.problems import PROBLEM, language_of, problem_of
from contest.settings import Settings
from contest.store.ids import new_id

COOKIE = "__Host-jiangsai"

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'self'"
)

HEADERS = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "geolocation=(), microphone=(), payment=(), usb=()",
}

_SAFE = ("GET", "HEAD")
_WATCHED = ("/health", "/metrics")
_UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
_MEDIA = ("application/json", "multipart/form-data")
_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")


def token_of(headers: Headers) -> str:
    """Return the sign-in token that a request carries: of its Authorization header, otherwise of its cookie."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    return cookie_of(headers)


def cookie_of(headers: Headers) -> str:
    """Return the token in the browser's cookie, or nothing."""
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


class Doorway:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, settings: Settings, limits: Limits, figures: Figures) -> None:
        self._app = app
        self._settings = settings
        self._figures = figures
        self._limits = limits
        self._proxies = [ip_network(network) for network in settings.trusted_proxies]
        self._names = {*_LOOPBACK_NAMES, *(name.lower() for name in settings.allowed_hosts)}
        if settings.public_host:
            self._names |= {settings.public_host, _without_port(settings.public_host)}
        self._log = structlog.get_logger("contest.request")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request or a socket in, or refuse it."""
        began = time.perf_counter()
        raw = cast("dict[str, Any]", scope)
        headers = Headers.from_scope(scope)
        raw["state"]["request_id"] = new_id()[:16]
        self._believe_proxies(raw, headers)
        answered = _Answer(send, raw, secure=self._settings.public_url.startswith("https"))
        try:
            self._check(raw, headers)
        except ContestError as error:
            await _refuse(raw, receive, answered, error, headers)
        else:
            await self._app(scope, receive, answered)
        finally:
            self._write_down(raw, answered.status, time.perf_counter() - began)

    # ---- who asks, and how ---------------------------------------------------------------------------------

    def _believe_proxies(self, scope: dict[str, Any], headers: Headers) -> None:
        """Take address and scheme from the proxies we were told of; from nobody else."""
        address = (scope.get("client") or ("", 0))[0]
        proxied = self._trusted(address)
        if proxied:
            for hop in reversed(headers.get("x-forwarded-for", "").split(",")):
                if hop.strip():
                    address = hop.strip()
                if not self._trusted(address):
                    break
            scheme = headers.get("x-forwarded-proto", "").strip().lower()
            if scheme in ("http", "https"):
                secure = scheme == "https"
                web = scope["type"] == "http"
                scope["scheme"] = ("https" if secure else "http") if web else ("wss" if secure else "ws")
        scope["state"]["address"] = address
        scope["state"]["direct"] = not proxied and "x-forwarded-for" not in headers

    def _trusted(self, address: str) -> bool:
        found = _address(address)
        return found is not None and any(found in network for network in self._proxies)

    def _check(self, scope: dict[str, Any], headers: Headers) -> None:
        host = self._check_host(scope, headers)
        method = scope.get("method", "GET")
        if method not in _SAFE and method not in _UNSAFE:
            raise MethodNotThere(method=method)
        if scope["type"] == "websocket" or method in _UNSAFE:
            self._check_origin(scope, headers, host)
        token = token_of(headers)
        self._limits.admit(
            digest=digest(token) if token else "",
            address=scope["state"]["address"],
            seat=scope["path"] == "/live/seat",
            watch=scope["path"] in _WATCHED,
        )
        if method in _UNSAFE:
            _check_body(headers)

    def _check_host(self, scope: dict[str, Any], headers: Headers) -> str:
        given = headers.getall("host", [])
        host = given[0].lower() if len(given) == 1 else ""
        name = _without_port(host)
        arrived_at = (scope.get("server") or ("", 0))[0]
        if host in self._names or name in self._names or (_address(arrived_at) and name.strip("[]") == arrived_at):
            return host
        raise ForeignHost(host=host[:100])

    def _check_origin(self, scope: dict[str, Any], headers: Headers, host: str) -> None:
        """Only our own pages may change something or open a socket; programs may, when they bring no cookie."""
        site = headers.get("sec-fetch-site")
        origins = headers.getall("origin", [])
        if site is not None and site not in ("same-origin", "none"):
            raise ForeignOrigin()
        if origins:
            scheme = "https" if scope["scheme"] in ("https", "wss") else "http"
            own = {f"{scheme}://{host}", self._settings.public_url.lower() or f"{scheme}://{host}"}
            if len(origins) > 1 or origins[0].lower() not in own:
                raise ForeignOrigin()
        elif site is None and cookie_of(headers):
            # A browser always says where it comes from; a cookie without that is not from our pages.
            raise ForeignOrigin()

    def _write_down(self, scope: dict[str, Any], status: int, seconds: float) -> None:
        if scope["type"] == "http":
            self._figures.count(scope["method"], scope.get("path_template", ""), status, seconds)
        self._log.info(
            "request",
            id=scope["state"]["request_id"],
            method=scope.get("method", "WS"),
            path=scope["path"][:200],
            status=status,
            ms=round(seconds * 1000, 1),
        )


class _Answer:
    """The way out: puts the headers on every answer and remembers its status."""

    def __init__(self, send: Send, scope: dict[str, Any], *, secure: bool) -> None:
        self._send = send
        self._scope = scope
        self._secure = secure
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message["headers"], *self._added({name for name, _ in message["headers"]})]
        elif message["type"] == "websocket.accept":
            self.status = 101
        await self._send(message)

    def _added(self, present: set[bytes]) -> Iterable[tuple[bytes, bytes]]:
        for name, value in HEADERS.items():
            yield name.encode(), value.encode()
        yield b"x-request-id", self._scope["state"]["request_id"].encode()
        if self._secure:
            yield b"strict-transport-security", b"max-age=31536000"
        if b"cache-control" not in present:
            yield b"cache-control", b"no-store"


def _check_body(headers: Headers) -> None:
    """Refuse at once what says that it is too large or no JSON; while it is read the route's own limit counts."""
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > UPLOAD_LIMIT + FORM_AROUND_FILE:
        raise TooLarge(limit="2 MiB")
    has_body = length != "0" or "transfer-encoding" in headers
    if has_body and headers.get("content-type", "").split(";")[0].strip().lower() not in _MEDIA:
        raise WrongMediaType()


async def _refuse(
    scope: dict[str, Any], receive: Receive, send: Any, error: ContestError, headers: Headers
) -> None:
    """Answer with the problem; a socket that cannot carry one is closed before it opens."""
    body = msgspec.json.encode(problem_of(error, language_of(headers)))
    fields = [(b"content-type", PROBLEM.encode()), (b"content-length", str(len(body)).encode())]
    if "seconds" in error.params:
        fields.append((b"retry-after", str(error.params["seconds"]).encode()))
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": error.status, "headers": fields})
        await send({"type": "http.response.body", "body": body, "more_body": False})
        return
    await receive()
    if "websocket.http.response" in scope.get("extensions", {}):
        await send({"type": "websocket.http.response.start", "status": error.status, "headers": fields})
        await send({"type": "websocket.http.response.body", "body": body, "more_body": False})
    else:
        await send({"type": "websocket.close", "code": 1008, "reason": error.code})


def _without_port(host: str) -> str:
    if host.endswith("]"):
        return host
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
