"""The pages: the front end as it was built, with the file names that change with their content kept for ever."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from litestar import Request, Response, get

import contest
from contest.errors import NotFound
from contest.settings import Settings

_ROOT = Path(contest.__file__).resolve().parent

FACES = {"/": "index", "/judge": "judge", "/board": "board", "/screen": "screen", "/desk": "desk"}
"""The pages and the file of the build that shows each."""

_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_PACKED = (".html", ".js", ".css", ".svg", ".json", ".webmanifest")
_KINDS = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}

_NOT_BUILT = """<!doctype html>
<html lang="zh"><meta charset="utf-8"><title>匠赛 Jiangsai</title>
<h1>匠赛 Jiangsai</h1>
<p>服务已启动，但网页还没有构建。请运行 <code>jiangsai build</code>（或 <code>make run</code>），再刷新本页。</p>
<p lang="en">The service runs, but its pages are not built yet. Run <code>jiangsai build</code>
(or <code>make run</code>), then reload this page.</p>
</html>
"""


class File(msgspec.Struct, frozen=True):
    """One file of the build, ready to be sent."""

    content: bytes
    packed: bytes | None
    kind: str
    tag: str


def web_root() -> Path | None:
    """Find the built front end: `contest/web` in a wheel, `frontend/dist` in a checkout; None when not built."""
    for found in (_ROOT / "web", _ROOT.parent / "frontend" / "dist"):
        if (found / "index.html").is_file():
            return found
    return None


def file_at(path: str) -> File | None:
    """Read one file of the build; nothing outside of it, and nothing hidden."""
    root = web_root()
    parts = path.split("/")
    if root is None or any(part in ("", "..") or part.startswith(".") or "\\" in part for part in parts):
        return None
    found = root.joinpath(*parts)
    if not found.is_file() or not found.resolve().is_relative_to(root.resolve()):
        return None
    return _read(found, found.stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _read(path: Path, _changed: int) -> File:
    content = path.read_bytes()
    packed = gzip.compress(content, mtime=0) if path.suffix in _PACKED and len(content) > 1000 else None
    kind = _KINDS.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return File(content, packed, kind, f'"{hashlib.sha256(content).hexdigest()[:24]}"')


def _send(request: Request[Any, Any, Any], file: File, kept: str, **more: str) -> Response[bytes]:
    headers = {"ETag": file.tag, "Cache-Control": kept, "Vary": "Accept-Encoding", **more}
    known = request.headers.get("if-none-match", "")
    if file.tag in [tag.strip().removeprefix("W/") for tag in known.split(",")]:
        return Response(b"", status_code=304, headers=headers, media_type=file.kind)
    if file.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(file.packed, headers={**headers, "Content-Encoding": "gzip"}, media_type=file.kind)
    return Response(file.content, headers=headers, media_type=file.kind)


@get(list(FACES), opt={"public": True}, include_in_schema=False, sync_to_thread=False)
def page(request: Request[Any, Any, Any]) -> Response[Any]:
    """Show a page; without a build, say what to run."""
    file = file_at(f"{FACES[request.url.path.rstrip('/') or '/']}.html")
    if file is None:
        return Response(_NOT_BUILT, status_code=503, media_type="text/html")
    return _send(request, file, _ASK_AGAIN)


@get("/app/{file:path}", opt={"public": True}, include_in_schema=False, sync_to_thread=False)
def asset(request: Request[Any, Any, Any], file: str) -> Response[Any]:
    """Send a file that a page asks for."""
    found = file_at(file.lstrip("/"))
    if found is None:
        raise NotFound(what=request.url.path)
    return _send(request, found, _FOR_EVER if file.startswith("/assets/") else _ASK_AGAIN)


@get("/sw.js", opt={"public": True}, include_in_schema=False, sync_to_thread=False)
def service_worker(request: Request[Any, Any, Any]) -> Response[Any]:
    """Send the service worker under the scope that it looks after."""
    found = file_at("sw.js")
    if found is None:
        raise NotFound(what="/sw.js")
    return _send(request, found, _ASK_AGAIN, **{"Service-Worker-Allowed": "/"})


@get("/ca.cer", opt={"public": True}, include_in_schema=False, sync_to_thread=False)
def authority(settings: Settings) -> Response[bytes]:
    """Send the hall's own authority, which a tablet installs once; it lies beside the certificate in use."""
    found = Path(settings.tls_certificate).parent / "ca.cer"
    if not settings.tls_certificate or not found.is_file():
        raise NotFound(what="/ca.cer")
    return Response(found.read_bytes(), media_type="application/x-x509-ca-cert")


CONTROLLERS = (page, asset, service_worker, authority)
