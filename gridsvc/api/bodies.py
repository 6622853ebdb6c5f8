"""Request bodies: their type, their size, their bytes."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import Message

from gridsvc.errors import GridsvcError, Text

JSON_TYPES = ("application/json",)
LINE_TYPES = ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/jsonlines")
FORM_TYPES = ("application/x-www-form-urlencoded",)

# A caller who sends too much is still listened to for this long, so that it reads our answer instead of a
# broken connection.
_DRAINED = 64 * 1024 * 1024


class TooLarge(GridsvcError):
    """The body is larger than the endpoint takes."""

    exit_status = 1
    http_status = 413


class UnsupportedType(GridsvcError):
    """The body is of a type that the endpoint does not read."""

    exit_status = 1
    http_status = 415


def media_type(request: Request, accepted: tuple[str, ...]) -> str:
    """Return the body's media type; none at all counts as the first accepted one.

    Raises:
        UnsupportedType: any other type. A browser's form cannot send JSON unasked, which is one more
            lock against forged requests.
    """
    given = request.headers.get("content-type", accepted[0]).partition(";")[0].strip().lower()
    if given not in accepted:
        names = "、".join(accepted)
        raise UnsupportedType(
            "unsupported_media_type",
            Text(
                f"内容类型应为 {names}，收到 {given}。",
                f"The content type must be one of {', '.join(accepted)}, not {given}.",
            ),
        )
    return given


async def read_body(request: Request, limit: int) -> bytes:
    """Return the whole body.

    Raises:
        TooLarge: it has more than `limit` bytes.
    """
    chunks: list[bytes] = []
    size = 0
    more = True
    while more and size <= _DRAINED:
        message: Message = await request.receive()
        if message["type"] == "http.disconnect":
            break
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= limit:
            chunks.append(chunk)
        more = message.get("more_body", False)
    if size > limit:
        raise TooLarge(
            "too_large",
            Text(
                f"请求内容过大：最多 {limit:,} 字节。",
                f"The request is too large: {limit:,} bytes at most.",
            ),
        )
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)
