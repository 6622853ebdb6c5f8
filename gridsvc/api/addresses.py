"""Absolute addresses in answers: what OGC API links and TileJSON must have."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote, urlencode

from starlette.requests import Request

from gridsvc.settings import Settings


def base_url(request: Request, settings: Settings) -> str:
    """Return how the caller reaches this service, without a slash at the end.

    It is the setting `public_url` when there is one: behind a proxy that takes a prefix away, only the
    administrator knows it. Else what the request itself names; forwarding headers are not believed, because
    anybody may send them.
    """
    if settings.public_url:
        return settings.public_url.rstrip("/")
    return str(request.base_url).rstrip("/")


def address(base: str, *parts: str, query: Iterable[tuple[str, str]] = ()) -> str:
    """Return `base/part/part?query`, each part quoted."""
    path = "/".join([base, *(quote(part, safe="") for part in parts)])
    told = urlencode(list(query))
    return f"{path}?{told}" if told else path
