"""`POST /api/v1/resolve` and `/resolve/batch`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from anyio import to_thread
from fastapi import FastAPI
from pydantic import ValidationError
from pydantic_core import from_json
from starlette.requests import Request
from starlette.responses import Response

from gridsvc.api.bodies import JSON_TYPES, LINE_TYPES, TooLarge, media_type, read_body
from gridsvc.api.context import Context, json_response
from gridsvc.api.gate import require
from gridsvc.api.gathering import Asked, Gatherer, questions
from gridsvc.api.models import ResolveRequest
from gridsvc.api.openapi import answer, body
from gridsvc.api.problems import (
    bad_json,
    fault_problem,
    problem_body,
    problem_response,
    validation_problem,
)
from gridsvc.errors import Text
from gridsvc.responsibility import Atlas, answer_of, resolve

BODY_LIMIT = 64 * 1024
BATCH_LIMIT = 16 * 1024 * 1024
MOST_ITEMS = 10_000
# A question has a dozen fields and at most twenty facts; megabytes of `1,1,1,…` are refused before they are
# eight million objects.
_MOST_COMMAS = 64
# What is not blank of each line, one by one: parsing stops with the line that is too many.
_LINE = re.compile(rb"\S[^\n]*")

_LINES = "application/x-ndjson"


def register(app: FastAPI, context: Context) -> None:
    """Add the endpoints of the resolver."""
    zone = context.settings.zone
    gatherer = Gatherer(context.holder)

    # The hot path: no thread, no database. The atlas is in memory and a question takes it less than a
    # change of threads would.
    @app.post(
        "/api/v1/resolve",
        tags=["resolve"],
        summary="责任判定 · who is responsible, by which clause, by when",
        openapi_extra=body("ResolveRequest"),
        responses=answer(200, "Resolution"),
    )
    async def resolve_one(request: Request) -> Response:
        require(request, "resolve")
        media_type(request, JSON_TYPES)
        raw = await read_body(request, BODY_LIMIT)
        try:
            asked = ResolveRequest.model_validate_json(raw)
        except ValidationError as error:
            return problem_response(validation_problem(error, context.language(request)))
        found, row = await gatherer.resolve(Asked(asked, asked.at_or(context.clock(), zone)))
        fault = found.problem_of(row)
        if fault is not None:
            return problem_response(fault_problem(fault, context.language(request)))
        return json_response(answer_of(found, row, context.language(request)))

    @app.post(
        "/api/v1/resolve/batch",
        tags=["resolve"],
        summary="批量责任判定 · up to 10,000 questions, answered in order",
        openapi_extra=body("ResolveRequest", many=True),
        responses=answer(200, "Resolution", many=True),
    )
    async def resolve_batch(request: Request) -> Response:
        require(request, "resolve")
        lines = media_type(request, JSON_TYPES + LINE_TYPES) in LINE_TYPES
        raw = await read_body(request, BATCH_LIMIT)
        language, now, atlas = context.language(request), context.clock(), context.holder.current

        def work() -> bytes:
            items = read_lines(raw) if lines else read_array(raw)
            answers = answer_all(atlas, items, language, now, context)
            if lines:
                return b"".join(orjson.dumps(each, option=orjson.OPT_APPEND_NEWLINE) for each in answers)
            return orjson.dumps(answers)

        try:
            content = await to_thread.run_sync(work, limiter=context.batch_turns)
        except BadFraming as error:
            return problem_response(error.problem(language))
        return Response(content, media_type=_LINES if lines else "application/json")


class BadFraming(Exception):
    """The batch as a whole cannot be read."""

    def __init__(self, reason: str, *, array: bool = False) -> None:
        super().__init__(reason)
        self._array = array

    def problem(self, language: str) -> dict[str, Any]:
        """Return the problem object."""
        if not self._array:
            return bad_json(str(self), language)
        text = Text(
            "应为 JSON 数组；逐行 JSON 请用 Content-Type: application/x-ndjson。",
            "A JSON array is wanted; for JSON lines use Content-Type: application/x-ndjson.",
        )
        return problem_body(422, "invalid_request", text.in_language(language))


class NotJson:
    """A line of NDJSON that is no JSON; it fails alone."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


def read_array(raw: bytes) -> list[Any]:
    """Read a JSON array; NaN and Infinity are let through here, so that their item fails alone."""
    if raw.count(b",") > MOST_ITEMS * _MOST_COMMAS:
        raise _too_many()
    try:
        items = from_json(raw)
    except ValueError as error:
        raise BadFraming(str(error)) from error
    if not isinstance(items, list):
        raise BadFraming("no array", array=True)
    if len(items) > MOST_ITEMS:
        raise _too_many()
    return items


def read_lines(raw: bytes) -> list[Any]:
    """Read JSON lines; blank ones are passed over, as the format has it."""
    items: list[Any] = []
    for line in _LINE.finditer(raw):
        if len(items) == MOST_ITEMS:
            raise _too_many()
        try:
            items.append(from_json(line[0]))
        except ValueError as error:
            items.append(NotJson(str(error)))
    return items


def _too_many() -> TooLarge:
    return TooLarge(
        "too_many_items",
        Text(f"一批最多 {MOST_ITEMS:,} 条。", f"A batch holds {MOST_ITEMS:,} items at most."),
        remedy=Text(
            "请分批提交，或用 gridsvc resolve 文件。", "Send several, or use `gridsvc resolve FILE`."
        ),
    )


def answer_all(
    atlas: Atlas, items: Sequence[Any], language: str, now: datetime, context: Context
) -> list[dict[str, Any]]:
    """Answer each item in its place: a resolution, or a problem object."""
    answers: list[dict[str, Any] | None] = [None] * len(items)
    rows: list[int] = []
    asked: list[ResolveRequest] = []
    for index, item in enumerate(items):
        if isinstance(item, NotJson):
            answers[index] = bad_json(item.reason, language)
            continue
        try:
            asked.append(ResolveRequest.model_validate(item))
            rows.append(index)
        except ValidationError as error:
            answers[index] = validation_problem(error, language)
    zone = context.settings.zone
    if asked:
        resolutions = resolve(atlas, questions([Asked(each, each.at_or(now, zone)) for each in asked]))
        for position, index in enumerate(rows):
            fault = resolutions.problem_of(position)
            answers[index] = (
                answer_of(resolutions, position, language)
                if fault is None
                else fault_problem(fault, language)
            )
    return [each for each in answers if each is not None]
