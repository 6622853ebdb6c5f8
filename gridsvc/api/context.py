"""What the endpoints share: the engine, the atlas, who is asking, the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

import orjson
from anyio import CapacityLimiter, to_thread
from psycopg.errors import QueryCanceled
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError
from starlette.requests import Request
from starlette.responses import Response

from gridsvc.api.atlas import AtlasHolder
from gridsvc.api.doorkeeper import Doorkeeper
from gridsvc.api.problems import language_of
from gridsvc.errors import ServiceFailed, Text
from gridsvc.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Context:
    """Made once for each application, handed to each group of endpoints."""

    engine: Engine
    settings: Settings
    holder: AtlasHolder
    doorkeeper: Doorkeeper
    clock: Callable[[], datetime]
    database_turns: CapacityLimiter
    """A request waits here, not inside the pool: all turns together are as many as its connections."""
    feature_turns: CapacityLimiter
    """Of the database's turns, how many at once may go to features and tiles."""
    health_turns: CapacityLimiter
    """For the open health checks alone."""
    batch_turns: CapacityLimiter
    """Large computations at a time, beside which single calls still get their share."""

    def language(self, request: Request) -> str:
        """Return the caller's language."""
        return language_of(request, self.settings.language)

    async def read(self, work: Callable[[Connection], T], turns: CapacityLimiter | None = None) -> T:
        """Run `work` on a connection, in a thread, in its turn; what it changed is undone."""

        def run() -> T:
            with self.engine.connect() as connection:
                return work(connection)

        return await to_thread.run_sync(run, limiter=turns or self.database_turns)

    async def read_features(self, work: Callable[[Connection], T]) -> T:
        """Run `work` as `read` does, for so long as one query of features may take, in few turns at once.

        Raises:
            ServiceFailed: `took_too_long`.
        """
        milliseconds = max(1, round(1000 * self.settings.features_timeout_s))

        def within(connection: Connection) -> T:
            connection.execute(text(f"SET LOCAL statement_timeout = {milliseconds}"))
            return work(connection)

        try:
            async with self.feature_turns:
                return await self.read(within)
        except OperationalError as error:
            if isinstance(error.orig, QueryCanceled):
                raise _took_too_long(self.settings.features_timeout_s) from error
            raise

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction of its own, in a thread; it is committed before this returns."""

        def run() -> T:
            with self.engine.begin() as connection:
                return work(connection)

        # Not abandoned when the caller hangs up: the work is done or undone as a whole.
        return await to_thread.run_sync(run, limiter=self.database_turns)


def _took_too_long(seconds: float) -> ServiceFailed:
    return ServiceFailed(
        "took_too_long",
        Text(
            f"查询超过 {seconds:g} 秒，已中止。", f"The query took more than {seconds:g} s and was given up."
        ),
        remedy=Text(
            "请用 bbox 缩小范围，或简化 filter 中的几何。",
            "Ask for a smaller area by bbox, or of simpler geometry in the filter.",
        ),
    )


def json_response(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Send plain values as JSON."""
    return Response(
        orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY), status, headers, "application/json"
    )
