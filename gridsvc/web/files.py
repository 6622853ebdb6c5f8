"""The files that pages load: the console's own and the vendored ones, by the address under `/assets/`."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from gridsvc.assets import FOLDER
from gridsvc.patrol.outputs import ROUTE_SCRIPTS, ROUTE_STYLE

STATIC = Path(__file__).resolve().parent / "static"

# A version's files never change, but an upgrade brings others under the same address: a day, then the tag.
_VENDORED = "public, max-age=86400"
_OWN = "no-cache"
_PACKED = frozenset({"text/css", "text/javascript", "image/svg+xml", "font/ttf", "application/json"})
_TYPES = {".js": "text/javascript", ".ttf": "font/ttf", ".woff2": "font/woff2", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class ServedFile:
    """One file; its content is read when it is first asked for and kept."""

    path: Path
    cache: str

    @cached_property
    def content(self) -> bytes:
        """Return the bytes."""
        return self.path.read_bytes()

    @cached_property
    def tag(self) -> str:
        """Return the entity tag; weak, because the packed and the plain form share it."""
        return f'W/"{hashlib.sha256(self.content).hexdigest()[:20]}"'

    @cached_property
    def packed(self) -> bytes | None:
        """Return the bytes compressed, None where that would not help."""
        return gzip.compress(self.content, 6) if self.media_type in _PACKED else None

    @property
    def media_type(self) -> str:
        """Return the media type, without its character set."""
        known = _TYPES.get(self.path.suffix)
        return known or mimetypes.guess_type(self.path.name)[0] or "application/octet-stream"


class Files:
    """All files by name. Only a name in the table is answered, so no path can lead elsewhere."""

    def __init__(self) -> None:
        self._files = {
            path.relative_to(FOLDER).as_posix(): ServedFile(path, _VENDORED)
            for path in FOLDER.rglob("*")
            if path.is_file() and not path.name.startswith(".")
        }
        for path in STATIC.iterdir():
            if path.suffix in (".js", ".css"):
                self._files[f"console/{path.name}"] = ServedFile(path, _OWN)
        for path in (*ROUTE_SCRIPTS, ROUTE_STYLE):
            self._files[f"console/{path.name.replace('_', '-')}"] = ServedFile(path, _OWN)
        self._files["favicon.svg"] = ServedFile(STATIC / "favicon.svg", _VENDORED)

    def __contains__(self, name: str) -> bool:
        return name in self._files

    async def answer(self, request: Request) -> Response:
        """Answer `GET /assets/{name}`; open without a key."""
        return self.send(request, request.path_params["name"])

    def send(self, request: Request, name: str) -> Response:
        """Return the file as a response, or nothing but its tag when the browser has it already."""
        file = self._files.get(name)
        if file is None:
            raise HTTPException(404)
        headers = {"ETag": file.tag, "Cache-Control": file.cache, "Vary": "Accept-Encoding"}
        if file.tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        content = file.content
        if file.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
            content = file.packed
            headers["Content-Encoding"] = "gzip"
        return Response(content, headers=headers, media_type=file.media_type)
