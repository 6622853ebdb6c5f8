"""What a worker remembers of the database for a moment, asking once however many wait."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from time import monotonic
from typing import Any

_MOST = 2_000
UNHEARD_S = 10.0
"""So old may be what a change notice would have told: a notice can be lost, and some write without one."""


class Remembering:
    """Answers kept for `seconds`; callers who come while a question is out share its answer."""

    def __init__(self, seconds: float = 1.0) -> None:
        self._seconds = seconds
        self._known: dict[Hashable, tuple[Any, float]] = {}
        self._asked: dict[Hashable, asyncio.Task[Any]] = {}

    async def get(self, key: Hashable, ask: Callable[[], Awaitable[Any]]) -> Any:
        """Return the answer to `key`, asking when it is older than a moment."""
        known = self._known.get(key)
        if known is not None and monotonic() < known[1]:
            return known[0]
        asked = self._asked.get(key)
        if asked is None:
            asked = asyncio.ensure_future(self._ask(key, ask))
            self._asked[key] = asked
            asked.add_done_callback(lambda task: self._asked.pop(key, None) and task.cancelled())
        return await asyncio.shield(asked)

    async def _ask(self, key: Hashable, ask: Callable[[], Awaitable[Any]]) -> Any:
        # From when it was asked, not from when it was answered: so old may the answer be.
        until = monotonic() + self._seconds
        answer = await ask()
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[key] = (answer, until)
        return answer
