"""Who is asking: keys and sessions, remembered for a moment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from time import monotonic

from anyio import CapacityLimiter, to_thread
from sqlalchemy import Engine

from gridsvc.access import Identity, digest, is_key, is_token, verify_key, verify_session

REMEMBERED_S = 1.0
_MOST = 10_000


class Doorkeeper:
    """Recognises keys and sessions, asking the database at most once a second for each.

    What it remembers, it remembers under the secret's SHA-256. A revoked key is refused as soon as the
    change notice arrives, and after `REMEMBERED_S` even when the notice is lost.
    """

    def __init__(self, engine: Engine, clock: Callable[[], datetime], limiter: CapacityLimiter) -> None:
        self._engine = engine
        self._clock = clock
        self._limiter = limiter
        self._known: dict[str, tuple[Identity | None, float]] = {}
        self._asked: dict[str, asyncio.Task[Identity | None]] = {}

    def forget(self) -> None:
        """Ask the database anew about everybody."""
        self._known.clear()
        self._asked.clear()

    async def holder_of_key(self, key: str) -> Identity | None:
        """Return who holds an API key, or None."""
        return await self._recognise(key, self._ask_key) if is_key(key) else None

    async def holder_of_session(self, secret: str) -> Identity | None:
        """Return who signed in with a browser, or None."""
        return await self._recognise(secret, self._ask_session) if is_token(secret) else None

    async def _recognise(self, secret: str, ask: Callable[[str], Identity | None]) -> Identity | None:
        hashed = digest(secret)
        known = self._known.get(hashed)
        if known is not None and monotonic() < known[1]:
            return known[0]
        # Callers who come while the question is out share its answer.
        asked = self._asked.get(hashed)
        if asked is None:
            asked = asyncio.create_task(to_thread.run_sync(ask, secret, limiter=self._limiter))
            self._asked[hashed] = asked
            asked.add_done_callback(lambda task: self._learn(hashed, task))
        return await asyncio.shield(asked)

    def _learn(self, hashed: str, task: asyncio.Task[Identity | None]) -> None:
        # After `forget` the answer may be older than the change that it was called for.
        if self._asked.get(hashed) is not task:
            return
        del self._asked[hashed]
        if task.cancelled() or task.exception() is not None:
            return
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[hashed] = (task.result(), monotonic() + REMEMBERED_S)

    def _ask_key(self, key: str) -> Identity | None:
        with self._engine.connect() as connection:
            return verify_key(connection, key)

    def _ask_session(self, secret: str) -> Identity | None:
        with self._engine.connect() as connection:
            return verify_session(connection, secret, self._clock())
