"""The API as one ASGI application."""

from __future__ import annotations

import gc
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from gridsvc import __version__
from gridsvc.api import (
    catalogue,
    classes,
    documentation,
    facts,
    health,
    hotspots,
    ogc,
    openapi,
    patrols,
    places,
    refusals,
    reports,
    resolving,
    sign_in,
    tiles,
    tracks,
    zones,
)
from gridsvc.api.atlas import AtlasHolder
from gridsvc.api.context import Context
from gridsvc.api.doorkeeper import Doorkeeper
from gridsvc.api.gate import Gate
from gridsvc.api.head import HeadAsGet
from gridsvc.api.headers import Headers
from gridsvc.api.problems import (
    error_problem,
    findings_problem,
    language_of,
    problem_response,
    status_problem,
)
from gridsvc.errors import GridsvcError
from gridsvc.settings import Settings

# Strangers take turns of their own, so that however many come, those with a key still get the database.
DATABASE_TURNS = 7
DOOR_TURNS = 2
HEALTH_TURNS = 1
# Of the database's turns, those that features and tiles may hold: a slow filter leaves reports the others.
FEATURE_TURNS = 3
POOL_SIZE = DATABASE_TURNS + DOOR_TURNS + HEALTH_TURNS
BATCHES_AT_ONCE = 2

logger = logging.getLogger(__name__)


def now_utc() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)


def create_api(
    engine: Engine,
    settings: Settings,
    *,
    pages: Sequence[BaseRoute] = (),
    sign_in_page: sign_in.SignInPage = sign_in.plain_page,
    clock: Callable[[], datetime] = now_utc,
) -> FastAPI:
    """Return the application. `pages` are the console's routes; they stand behind the same gate.

    The engine belongs to the caller; its pool should have `POOL_SIZE` connections.
    """
    doorkeeper = Doorkeeper(engine, clock, CapacityLimiter(DOOR_TURNS))
    holder = AtlasHolder(engine, settings, clock, doorkeeper.forget)
    context = Context(
        engine,
        settings,
        holder,
        doorkeeper,
        clock,
        database_turns=CapacityLimiter(DATABASE_TURNS),
        feature_turns=CapacityLimiter(FEATURE_TURNS),
        health_turns=CapacityLimiter(HEALTH_TURNS),
        batch_turns=CapacityLimiter(BATCHES_AT_ONCE),
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await to_thread.run_sync(holder.start)
        # What is there now stays: the collector need not look at it again with every burst of requests.
        gc.collect()
        gc.freeze()
        try:
            yield
        finally:
            await to_thread.run_sync(holder.stop)

    app = FastAPI(
        title="gridsvc",
        version=__version__,
        lifespan=lifespan,
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.context = context
    app.openapi = lambda: openapi.describe(app, __version__)  # type: ignore[method-assign]
    for group in (
        resolving,
        facts,
        reports,
        refusals,
        places,
        catalogue,
        classes,
        ogc,
        tiles,
        tracks,
        zones,
        health,
        hotspots,
        patrols,
    ):
        group.register(app, context)
    documentation.register(app)
    sign_in.register(app, context, sign_in_page)
    app.router.routes.extend(pages)
    # Added last, run first.
    app.add_middleware(Gate, doorkeeper=doorkeeper, language=settings.language)
    app.add_middleware(Headers)
    app.add_middleware(HeadAsGet)
    _speak_problems(app, settings.language)
    return app


def _speak_problems(app: FastAPI, default: str) -> None:
    """Answer every error as RFC 9457 has it."""

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, GridsvcError)
        if error.http_status >= 500:
            logger.error("%s: %s", error.code, error.message.en)
        return problem_response(error_problem(error, language_of(request, default)))

    async def misdirected(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        headers: dict[str, str] = dict(error.headers or {})
        return status_problem(error.status_code, language_of(request, default), headers)

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        found: Sequence[Any] = error.errors()
        # The first part of a place says query, path or header: the pointer starts behind it.
        shown = [each | {"loc": each["loc"][1:]} for each in found]
        return problem_response(findings_problem(shown, language_of(request, default)))

    async def unreachable(request: Request, error: Exception) -> Response:
        logger.error("the database failed", exc_info=error)
        return status_problem(503, language_of(request, default), {"Retry-After": "2"})

    async def failed(request: Request, error: Exception) -> Response:  # noqa: ARG001  logged by the server
        return status_problem(500, language_of(request, default))

    app.add_exception_handler(GridsvcError, refused)
    app.add_exception_handler(HTTPException, misdirected)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(SQLAlchemyError, unreachable)
    app.add_exception_handler(Exception, failed)
