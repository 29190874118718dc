"""A viewer's socket without the machinery of routes, of which thousands would have to be kept.

It is what `Watching` asks of a socket, straight on ASGI. Origin, host and limits were looked at before, in the
doorway; who may see what is asked for with every `Watch`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from litestar.datastructures import Headers

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[Any], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]


class Visitor:
    """One socket as it comes from the server."""

    __slots__ = ("receive", "scope", "send")

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope, self.receive, self.send = scope, receive, send

    @property
    def headers(self) -> Headers:
        """What the browser said when it knocked."""
        return Headers.from_scope(self.scope)  # type: ignore[arg-type] # it is a scope of ASGI, whoever made it

    async def accept(self) -> None:
        """Let the viewer in."""
        await self.receive()
        await self.send({"type": "websocket.accept"})

    async def close(self, code: int) -> None:
        """Close with a code that says why."""
        await self.send({"type": "websocket.close", "code": code})
