"""Connecting to whichever of several PostgreSQL servers takes writes, also when another one says nothing at all.

The driver tries the hosts of a URL one after the other within one time limit: a primary that has lost its power is
silent, and whoever waits for it never comes to the standby that has taken over. Here each host has a limit of its
own, and the one that answered last is tried first.
"""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

import asyncpg

HOST_SECONDS = 1.5
"""How long one of several hosts may take; a question waits two seconds for a connection."""

_answered: dict[str, str] = {}
"""By URL of all: the URL of the host that answered last."""


def each_host(url: str) -> list[str]:
    """The URL of each server, in order; the same URL alone where it names one server."""
    parts = urlsplit(url)
    credentials, at, hosts = parts.netloc.rpartition("@")
    return [parts._replace(netloc=f"{credentials}{at}{host}").geturl() for host in hosts.split(",")]


async def connect(url: str, **options: Any) -> Any:
    """Connect to the first server that answers and is of the kind that the URL asks for.

    Raises what the last of them said.
    """
    servers = each_host(url)
    if len(servers) == 1:
        return await asyncpg.connect(url, **options)
    known = _answered.get(url, servers[0])
    problem: Exception = ConnectionError("no server is named")
    for server in sorted(servers, key=lambda server: server != known):
        try:
            async with asyncio.timeout(HOST_SECONDS):
                connection = await asyncpg.connect(server, **options)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InternalClientError) as unfit:
            problem = unfit
        else:
            _answered[url] = server
            return connection
    raise problem
