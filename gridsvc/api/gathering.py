"""Questions that arrive together are resolved together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np

from gridsvc.api.atlas import AtlasHolder
from gridsvc.api.models import ResolveRequest
from gridsvc.errors import GridsvcError
from gridsvc.responsibility import Queries, Resolutions, resolve

# A turn of the event loop should stay short, however many callers there are.
_MOST_AT_ONCE = 256


class Asked(NamedTuple):
    """A question and the instant that it means."""

    request: ResolveRequest
    at: datetime


class Gatherer:
    """Resolves the questions of one turn of the event loop as one batch.

    The resolver works on arrays: sixteen questions cost it little more than one. Nobody waits for company: a
    question that is alone is answered in the same turn, and under load the batches grow by themselves.
    Not for use by several threads.
    """

    def __init__(self, holder: AtlasHolder) -> None:
        self._holder = holder
        self._waiting: list[tuple[Asked, asyncio.Future[tuple[Resolutions, int]]]] = []

    async def resolve(self, asked: Asked) -> tuple[Resolutions, int]:
        """Return the answers of the batch, and which of them is this question's."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[tuple[Resolutions, int]] = loop.create_future()
        if not self._waiting:
            # Behind every request that has been read from the network already.
            loop.call_soon(self._answer)
        self._waiting.append((asked, answer))
        return await answer

    def _answer(self) -> None:
        batch = self._waiting[:_MOST_AT_ONCE]
        del self._waiting[:_MOST_AT_ONCE]
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._answer)
        try:
            found = resolve(self._holder.current, questions([asked for asked, _ in batch]))
        except Exception:
            # One question must not take its neighbours down: each finds out for itself whether it fails.
            for asked, answer in batch:
                self._answer_alone(asked, answer)
            return
        for row, (_, answer) in enumerate(batch):
            if not answer.done():  # a caller who hung up has cancelled it
                answer.set_result((found, row))

    def _answer_alone(self, asked: Asked, answer: asyncio.Future[tuple[Resolutions, int]]) -> None:
        if answer.done():
            return
        try:
            answer.set_result((resolve(self._holder.current, questions([asked])), 0))
        except GridsvcError as error:
            answer.set_exception(error)
        except Exception as error:
            # Its own: a future takes no StopIteration, and a shared one collects every caller's trace.
            failure = RuntimeError("the resolver failed")
            failure.__cause__ = error
            answer.set_exception(failure)


def questions(asked: Sequence[Asked]) -> Queries:
    """Turn requests into columns of questions."""
    requests = [each.request for each in asked]
    nan = float("nan")
    return Queries.of(
        lon=[each.lon for each in requests],
        lat=[each.lat for each in requests],
        at=np.array([round(each.at.timestamp() * 1_000_000) for each in asked], np.int64),
        class_code=[each.class_ for each in requests],
        kind=[each.kind for each in requests],
        scheme=[each.scheme for each in requests],
        datum=[each.datum for each in requests],
        accuracy_m=[nan if each.accuracy_m is None else each.accuracy_m for each in requests],
        accuracy_kind=[each.accuracy_kind for each in requests],
        component_id=[each.component_id for each in requests],
        clause_id=[-1 if each.clause_id is None else each.clause_id for each in requests],
        heading_deg=[nan if each.heading_deg is None else each.heading_deg for each in requests],
        house_number=[-1 if each.house_number is None else each.house_number for each in requests],
        facts=_facts(requests),
    )


def _facts(requests: Sequence[ResolveRequest]) -> dict[str, list[str | None]] | None:
    """Return what requests say of facts, as columns; None when none says anything."""
    names = {name for each in requests if each.facts for name in each.facts}
    if not names:
        return None
    return {name: [(each.facts or {}).get(name) for each in requests] for name in sorted(names)}
