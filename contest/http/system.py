"""How the service fares: health, figures for Prometheus, and its log."""

from __future__ import annotations

import asyncio
import hmac
import logging
import sys
from typing import Any

import msgspec
import structlog
from litestar import Request, Response, get
from litestar.datastructures.state import State
from prometheus_client import generate_latest

from contest.errors import NotAllowed
from contest.http.security import token_of
from contest.settings import Settings
from contest.store.open import Store
from contest.store.tables import ContestRow

_LOOPBACK = ("127.0.0.1", "::1")
_TEXT = "text/plain; version=0.0.4"


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the service can do its work: read the book and write into it."""

    status: str
    database: bool
    writer: bool
    role: str


async def _answers(question: Any) -> bool:
    """Say whether something of the store works within two seconds. Whatever goes wrong there means no."""
    try:
        async with asyncio.timeout(2):
            await question
    except Exception:
        structlog.get_logger("contest").warning("unhealthy", exc_info=True)
        return False
    return True


@get("/health", opt={"public": True})
async def health(store: Store, settings: Settings) -> Response[Health]:
    """Say whether the database can be read and written."""
    database = await _answers(store.select(ContestRow.select(ContestRow.id).limit(1)))
    writer = settings.role == "board" or await _answers(store.apply())
    well = database and writer
    found = Health(status="ok" if well else "failing", database=database, writer=writer, role=settings.role)
    return Response(found, status_code=200 if well else 503)


@get("/metrics", opt={"public": True}, include_in_schema=False)
async def metrics(request: Request[None, None, State], settings: Settings) -> Response[bytes]:
    """Figures for Prometheus: to this machine, or to whoever brings the metrics token."""
    state = request.scope["state"]
    local = state["direct"] and state["address"] in _LOOPBACK
    wanted = settings.metrics_token
    if not local and not (wanted and hmac.compare_digest(token_of(request.headers), wanted)):
        raise NotAllowed(act="metrics")
    return Response(generate_latest(request.app.state.figures.registry), media_type=_TEXT)


def set_up_log(settings: Settings) -> None:
    """Write one line an event to standard error, for people or for machines; never a token or a body."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    printer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.log_format == "json"
        # A plain traceback: the pretty one prints the values of variables, and with them passwords and tokens.
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([structlog.processors.format_exc_info] if settings.log_format == "json" else []),
            printer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


CONTROLLERS = (health, metrics)
