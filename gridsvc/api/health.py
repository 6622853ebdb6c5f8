"""`/health/live` and `/health/ready`: for a supervisor, a load balancer, and `gridsvc up` itself."""

from __future__ import annotations

import logging
from time import monotonic

import anyio
from fastapi import FastAPI
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response

from gridsvc.api.context import Context, json_response
from gridsvc.api.openapi import answer

REMEMBERED_S = 1.0

logger = logging.getLogger(__name__)


def register(app: FastAPI, context: Context) -> None:
    """Add the health endpoints; they are open, so they name no addresses and no reasons."""

    lock = anyio.Lock()
    known = (False, float("-inf"))

    def answers(connection: Connection) -> bool:
        connection.execute(text("SET LOCAL statement_timeout = '2s'"))
        return bool(connection.execute(text("SELECT count(*) FROM alembic_version")).scalar_one())

    async def database_answers() -> bool:
        """Ask at most once a second: anybody may call, and callers who come meanwhile share the answer."""
        nonlocal known
        async with lock:
            if monotonic() >= known[1]:
                try:
                    answered = await context.read(answers, context.health_turns)
                except SQLAlchemyError:
                    logger.warning("the database does not answer", exc_info=True)
                    answered = False
                known = (answered, monotonic() + REMEMBERED_S)
            return known[0]

    @app.get("/health/live", tags=["health"], summary="进程是否存活 · is the process alive")
    async def live(request: Request) -> Response:  # noqa: ARG001  FastAPI wants it named
        return json_response({"status": "live"})

    @app.get(
        "/health/ready",
        tags=["health"],
        summary="能否作答 · can it answer",
        responses=answer(200, "Readiness") | answer(503, "Readiness"),
    )
    async def ready(request: Request) -> Response:  # noqa: ARG001
        database = await database_answers()
        atlas = context.holder.health
        if not database or atlas.version is None:
            status = "unavailable"
        else:
            status = "degraded" if atlas.stale else "ready"
        zone = context.settings.zone
        return json_response(
            {
                "status": status,
                "database": "ok" if database else "unreachable",
                "atlas": {
                    "version": atlas.version,
                    "loaded_at": atlas.loaded_at and atlas.loaded_at.astimezone(zone),
                    "stale": atlas.stale,
                },
            },
            503 if status == "unavailable" else 200,
            {"Cache-Control": "no-store"},
        )
