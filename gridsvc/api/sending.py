"""Answers that may be large or may be known to the caller already: ETag, 304, gzip."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

REVALIDATE = "private, no-cache"
VARY = "Accept-Encoding, Accept-Language, Authorization, Cookie"
_SMALL = 1_000
_HERE = 200_000
_LEVEL = 4


def etag_of(*parts: bytes | str) -> str:
    """Return a weak tag of the content."""
    hashed = hashlib.sha256()
    for part in parts:
        hashed.update(part.encode() if isinstance(part, str) else part)
    return f'W/"{hashed.hexdigest()[:32]}"'


def is_known(request: Request, etag: str) -> bool:
    """Tell whether the caller has this state already (`If-None-Match`, compared weakly: RFC 9110, 13.1.2)."""
    given = request.headers.get("if-none-match")
    if given is None:
        return False
    opaque = etag.removeprefix("W/")
    return any(each.strip().removeprefix("W/") in ("*", opaque) for each in given.split(","))


def takes_gzip(request: Request) -> bool:
    """Tell whether the caller reads gzip."""
    for each in request.headers.get("accept-encoding", "").split(","):
        name, _, weight = each.partition(";")
        if name.strip().lower() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


async def send(
    request: Request, content: bytes, media_type: str, etag: str, headers: Mapping[str, str] | None = None
) -> Response:
    """Send content with its tag: 304 without it when the caller has it, gzip where that is taken."""
    told = {"ETag": etag, "Cache-Control": REVALIDATE, "Vary": VARY, **(headers or {})}
    if is_known(request, etag):
        return Response(status_code=304, headers=told)
    if len(content) >= _SMALL and takes_gzip(request):
        told["Content-Encoding"] = "gzip"
        if len(content) < _HERE:
            content = gzip.compress(content, _LEVEL, mtime=0)
        else:
            content = await to_thread.run_sync(lambda: gzip.compress(content, _LEVEL, mtime=0))
    return Response(content, headers=told, media_type=media_type)
