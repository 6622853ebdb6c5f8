"""Questions that share a turn share nothing else: one that fails, fails alone."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gridsvc.api import gathering
from gridsvc.api.gathering import Asked, Gatherer
from gridsvc.api.models import ResolveRequest
from gridsvc.responsibility import resolve
from tests.api.conftest import NOW, Service


@pytest.mark.parametrize("error", [ValueError("odd"), StopIteration(), KeyError("x")])
def test_a_question_that_fails_takes_no_other_down(
    service: Service, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fails_for_one(atlas: Any, queries: Any) -> Any:
        if "broken" in list(queries.component_id):
            raise error
        return resolve(atlas, queries)

    monkeypatch.setattr(gathering, "resolve", fails_for_one)
    asked = [
        Asked(
            ResolveRequest.model_validate(service.question(column=column) | {"component_id": component}), NOW
        )
        for column, component in ((0.5, None), (0.5, "broken"), (5.5, None))
    ]

    async def together() -> list[Any]:
        gatherer = Gatherer(service.app.state.context.holder)
        return await asyncio.wait_for(
            asyncio.gather(*map(gatherer.resolve, asked), return_exceptions=True), timeout=30
        )

    first, failed, last = asyncio.run(together())
    assert isinstance(failed, RuntimeError)
    assert failed.__cause__ is error
    units = [found.answer(row)["unit"]["code"] for found, row in (first, last)]
    assert units == ["S-01", "S-02"]
