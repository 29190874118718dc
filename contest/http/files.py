"""Files that a browser saves."""

from __future__ import annotations

import re
from urllib.parse import quote

from litestar import Response

_KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}


def download(content: bytes, name: str) -> Response[bytes]:
    """Answer with a file to save; Chinese names are kept, and nothing is stored on the way."""
    name = re.sub(r'[\\/:*?"<>|]', "-", name)  # what no file may be called
    stem, _, ending = name.rpartition(".")
    plain = f"{stem.encode('ascii', 'ignore').decode().strip(' .-_') or 'jiangsai'}.{ending}"
    return Response(
        content,
        media_type=_KINDS[ending],
        headers={
            "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
            "Cache-Control": "no-store",
        },
    )
