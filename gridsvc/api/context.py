"""What the endpoints share: the engine, the atlas, who is asking, the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

import orjson
from anyio import CapacityLimiter, to_thread
from sqlalchemy import Connection, Engine
from starlette.requests import Request
from starlette.responses import Response

from gridsvc.api.atlas import AtlasHolder
from gridsvc.api.doorkeeper import Doorkeeper
from gridsvc.api.problems import language_of
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

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction of its own, in a thread; it is committed before this returns."""

        def run() -> T:
            with self.engine.begin() as connection:
                return work(connection)

        # Not abandoned when the caller hangs up: the work is done or undone as a whole.
        return await to_thread.run_sync(run, limiter=self.database_turns)


def json_response(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Send plain values as JSON."""
    return Response(
        orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY), status, headers, "application/json"
    )
